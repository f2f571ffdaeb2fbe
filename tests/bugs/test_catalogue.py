"""Katalog dosyaları: kusurlu kayıt, dosyası, kaydı ve alanıyla söylenir; sağlam dosya eksiksiz
okunur."""

import re

import pytest

from course_lib.bugs import CATALOGUE, Edit, PlantingError
from course_lib.bugs.catalogue import CHAPTERS, FOLDER, find_bug, read_bugs, read_slips
from course_lib.bugs.pieces import direct_uses, in_order, piece, pieces
from course_lib.bugs.planting import apply_edits
from course_lib.diagnosis.kinds import KINDS
from course_lib.diagnosis.procedure import every_promise
from course_lib.entries import EntryError
from course_lib.errors import CourseError

SOUND = (FOLDER / "classic.toml").read_text("utf-8")
FIRST = "eca-even-kernel"


def spoilt(tmp_path, old, new, text=SOUND):
    """Bir yeri bozulmuş katalog dosyası."""
    assert text.count(old) >= 1, old
    path = tmp_path / "bozuk.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_the_sound_file_is_read(tmp_path):
    path = tmp_path / "classic.toml"
    path.write_text(SOUND, "utf-8")
    bugs = read_bugs(path)
    assert len(bugs) == SOUND.count("[[bug]]")
    assert all(CATALOGUE[bug.id] == bug for bug in bugs)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (f'id = "{FIRST}"\n', "", r"bozuk\.toml · 1\. kayıt · id: bu alan eksik"),
        ('mark = "off-centre"\n', "", rf"bozuk\.toml · {FIRST} · mark: bu alan eksik"),
        ('mark = "off-centre"', 'iz = "off-centre"', r"mark: bu alan eksik"),
        ('mark = "off-centre"', "mark = 3", rf"{FIRST} · mark: metin olmalı; verilen: 3"),
        ('mark = "off-centre"', 'mark = ""', rf"{FIRST} · mark: boş olamaz"),
        (
            'mark = "off-centre"',
            'mark = "off-centre"\nmethod = "x"',
            "method: bilinmeyen alan; bilinenler: id",
        ),
        ("[[bug.wrong]]\n", "[[bug.yanlis]]\n", rf"{FIRST} · yanlis: bilinmeyen alan"),
        ("[[bug.right]]\ncode", "[[bug.right]]\nkod", rf"{FIRST} · right 1 · kod: bilinmeyen alan"),
        ('id = "coord-axes-swapped"', f'id = "{FIRST}"', "id: dosyada iki kez geçiyor"),
        (SOUND, 'chapter = "05"\n', r"en az bir \[\[bug\]\] kaydı olmalı"),
        ("hints = [\n", 'hints = [\n"fazladan",\n', "hints: 5 basamak olmalı; verilen: 6"),
        ('id = "eca-even-kernel"', 'id = "eca-even', "okunamadı"),
    ],
)
def test_a_faulty_entry_is_told_by_file_entry_and_field(tmp_path, old, new, said):
    with pytest.raises(EntryError, match=said) as problem:
        read_bugs(spoilt(tmp_path, old, new))
    assert "bozuk.toml" in str(problem.value)
    assert isinstance(problem.value, CourseError)


def test_a_faulty_slip_is_told_too(tmp_path):
    text = (FOLDER / "slips.toml").read_text("utf-8")
    with pytest.raises(EntryError, match=r"bozuk\.toml · turkish-capital-i · error: bu alan eksik"):
        read_slips(spoilt(tmp_path, "error = ", "hata = ", text))


@pytest.mark.parametrize("number", [0, 2])
def test_a_healthy_text_with_no_hit_or_two_names_its_place(number):
    edit = Edit("bir", "iki", "classic.toml · eca-even-kernel · healthy")
    with pytest.raises(
        PlantingError, match=rf"classic\.toml · eca-even-kernel · healthy.*{number} kez"
    ):
        apply_edits("bir " * number, [edit])


def test_every_chapter_file_is_in_the_catalogue_and_names_no_unknown_thing():
    files = {path.stem for path in FOLDER.glob("*.toml")}
    assert files == {*CHAPTERS, "slips"}
    for bug in CATALOGUE.values():
        assert bug.piece in pieces()
        assert set(bug.blocks) <= set(KINDS)
        for block in bug.blocks:
            assert bug.promise in {p.name for p in every_promise(KINDS[block])}, bug.id
    with pytest.raises(CourseError, match="bilinen bir hata olmalı"):
        find_bug("yok")


def test_following_lines_of_an_edit_take_the_indent_of_their_place():
    source = "def f():\n    if x:\n        a = 1\n        b = 2\n"
    changed = apply_edits(source, [("a = 1\nb = 2", "c = 3\nif c:\n    d = 4")])
    assert changed == "def f():\n    if x:\n        c = 3\n        if c:\n            d = 4\n"


def test_a_piece_comes_after_those_it_uses():
    order = in_order()
    assert sorted(order) == sorted(pieces())
    for name in order:
        assert all(order.index(used) < order.index(name) for used in direct_uses(name)), name
    assert re.search("SEBlock", ", ".join(pieces()))
    with pytest.raises(CourseError, match="'Yok' yok"):
        piece("Yok")
