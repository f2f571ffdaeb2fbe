"""Alıştırma, ders ve laboratuvar dosyaları: kusur dosyası, kaydı ve alanıyla söylenir."""

import pytest

from course_lib.entries import EntryError
from course_lib.errors import BadInput
from course_lib.practice import exercises as module
from course_lib.practice.exercises import EXERCISES, exercise, read_exercises
from course_lib.practice.forms import form_of
from course_lib.practice.lesson import lessons, read_lesson
from course_lib.practice.plan import LAB_MINUTES, LABS, read_labs

TEXT = module.FILE.read_text("utf-8")
LABS_TEXT = module.FILE.with_name("labs.toml").read_text("utf-8")


def spoilt(tmp_path, old, new, text=TEXT):
    assert old in text
    path = tmp_path / "bozuk.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'bugs = ["ca-softmax-dim"]',
            'bugs = ["ca-yok"]',
            "e01 · bugs: bilinmeyen hata kimliği: ca-yok",
        ),
        ('"turkish-capital-i"', '"latin-i"', "e19 · slips: bilinmeyen kaza kimliği: latin-i"),
        (
            'form = "lineup"',
            'form = "sıra"',
            "e09 · form: repair, lineup, reading, open-hunt, build olabilir",
        ),
        ("right = true\n", "", "e18 · reading: şekil okumada tam bir doğru okunuş olmalı"),
        ("minutes = 15", 'minutes = "15"', "e01 · minutes: tam sayı olmalı; verilen: '15'"),
        ('title = "Komşusunu', 'baslik = "Komşusunu', "e01 · title: bu alan eksik"),
        ('id = "e02"', 'id = "e01"', "id: dosyada iki kez geçiyor"),
    ],
)
def test_a_faulty_exercise_is_told_by_file_entry_and_field(tmp_path, old, new, said):
    with pytest.raises(EntryError, match=said) as problem:
        read_exercises(spoilt(tmp_path, old, new))
    assert str(problem.value).startswith("bozuk.toml")


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_every_exercise_has_a_lesson_choices_and_a_form(exercise_id):
    item = EXERCISES[exercise_id]
    assert {item.lesson, item.reads} <= set(lessons())
    form = form_of(item)
    assert len(form.choices) >= 3
    assert len(set(form.choices)) == len(form.choices)
    assert form.question
    if item.form == "repair":
        assert set(form.truth()) & set(form.choices), (form.truth(), form.choices)
    if item.form == "open-hunt":
        assert set(form.truth()) <= set(form.choices)


@pytest.mark.parametrize("typed", [" E01 ", "e01", "E01"])
def test_an_exercise_is_found_however_it_is_typed(typed):
    assert exercise(typed).id == "e01"


@pytest.mark.parametrize("typed", ["e99", 1, None, ["e01"]])
def test_an_unknown_exercise_is_the_user_s_mistake(typed):
    with pytest.raises(BadInput, match=r"e01.*verilen"):
        exercise(typed)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("minutes: 75", "minutes: çok", "minutes: tam sayı olmalı; verilen: 'çok'"),
        ("minutes: 75\n", "", "minutes: başlık alanı eksik"),
        ("title: ", "baslik: ", "title: başlık alanı eksik"),
    ],
)
def test_a_faulty_front_matter_is_told(tmp_path, old, new, said):
    source = next(path for path in module.ROOT.glob("notebooks/source/01_*.md"))
    path = tmp_path / "01_deneme.md"
    path.write_text(source.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(EntryError, match=rf"01_deneme\.md · {said}"):
        read_lesson(path)


def test_a_lab_that_is_not_ninety_minutes_is_refused(tmp_path):
    assert len(LABS) == 6
    with pytest.raises(EntryError, match=rf"Kanal dikkati · parts: toplamı {LAB_MINUTES} dakika"):
        read_labs(
            spoilt(tmp_path, ', 10],\n]\naims = "Bloğun', ', 11],\n]\naims = "Bloğun', LABS_TEXT)
        )
    with pytest.raises(EntryError, match="ne yapılır, dakika"):
        read_labs(spoilt(tmp_path, ', 10],\n]\naims = "Bloğun', '],\n]\naims = "Bloğun', LABS_TEXT))
