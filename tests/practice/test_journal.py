"""İlerleme: hiçbir şey yitmez; bozuk, salt okunur, aynı anda yazılan dosyada ileti açıktır."""

import json
import multiprocessing
import os
import unicodedata
from pathlib import Path

import pytest

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.bugs import CATALOGUE, plant
from course_lib.diagnosis import diagnose
from course_lib.errors import CourseError
from course_lib.practice import journal
from course_lib.practice.blackbox import black_box
from course_lib.practice.choice import chosen
from course_lib.practice.coach import (
    check,
    explain,
    hint,
    locked_diagnosis,
)
from course_lib.practice.exercises import EXERCISES
from course_lib.practice.forms import form_of
from course_lib.practice.guess import outcome, predict
from course_lib.practice.journal import JournalError, Record
from course_lib.practice.table import progress
from course_lib.residual.resnet import SmallResNet


def stored():
    return json.loads(journal.journal_path().read_text("utf-8"))


OLD_FILE = """{
 "aciklamalar": {"e01": "softmax örnekleri yarıştırıyordu"},
 "alistirmalar": {
  "e01": {"cozum_zamani": "2026-11-02 21:40", "deneme": 3, "durum": "solved", "ipucu": 2},
  "e02": {"deneme": 0, "durum": "untried", "ipucu": 0},
  "e03": {"deneme": 1, "durum": "wrong", "ipucu": 0}
 },
 "surum": 1,
 "tahminler": {"e01": "örnek-bağımsızlığı", "e07": "gradyan-ulaşır", "01-ozet": "lamba"}
}"""


def test_a_file_of_the_first_version_keeps_its_exercises_under_their_new_numbers():
    path = journal.journal_path()
    path.write_text(OLD_FILE, "utf-8")
    with journal.editing() as j:
        assert j.record("e01") == Record("solved", 3, 2, "2026-11-02 21:40")
        assert j.record("e06") == Record("wrong", 1)  # e03 idi
        assert j.guesses == {
            "e01": "örnek-bağımsızlığı", "e03": "gradyan-ulaşır", "01-ozet": "lamba"
        }  # fmt: skip
        assert j.explanations == {"e01": "softmax örnekleri yarıştırıyordu"}
    assert j.warning == ""
    written = stored()
    assert written["surum"] == 2
    assert written["alistirmalar"]["e06"] == json.loads(OLD_FILE)["alistirmalar"]["e03"]
    with journal.editing() as again:  # bir kez taşınır
        assert again.guesses == j.guesses
    assert stored() == written


def test_the_renumbering_moves_every_exercise_once():
    assert set(journal.RENUMBERED) == set(journal.RENUMBERED.values()) <= set(EXERCISES)


def counted_and_broken(j):
    j.record("e01").attempts += 1
    raise ZeroDivisionError


def test_an_edit_whose_block_raises_writes_nothing_and_frees_the_lock():
    predict("soru", "a", choices="ab")
    before = journal.journal_path().read_bytes()
    for way in (journal.editing, journal.trying):
        with pytest.raises(ZeroDivisionError), way() as j:
            counted_and_broken(j)
    assert journal.journal_path().read_bytes() == before
    with journal.editing() as j:
        j.record("e01").attempts += 1
    assert stored()["alistirmalar"]["e01"]["deneme"] == 1


def test_the_systems_error_in_a_block_is_not_blamed_on_the_journal():
    with pytest.raises(FileNotFoundError), journal.editing():
        Path("yok/olan").read_text()


def test_a_journal_that_cannot_be_written_is_the_users_to_mend(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "yok" / "ilerleme.json"))
    with pytest.raises(JournalError, match="COURSE_PROGRESS") as caught, journal.editing():
        pytest.fail("kilit alınmadan blok çalıştı")
    assert isinstance(caught.value, CourseError)


def test_states_and_counts():
    assert check("e01", plant("ca-softmax-dim")).state == "untried"
    assert stored()["alistirmalar"]["e01"] == {"durum": "untried", "deneme": 0, "ipucu": 0}
    assert check("e01", plant("ca-detach")).state == "wrong"
    assert check("e01", 42).state == "uncheckable"
    assert stored()["alistirmalar"]["e01"]["durum"] == "wrong"
    assert check("e01", ChannelAttentionFusionT).state == "solved"
    assert check(["e01"], ChannelAttentionFusionT).state == "uncheckable"
    assert check(" E01 ", plant("ca-detach")).state == "wrong"  # çözülmüş bir daha geri alınmaz
    record = stored()["alistirmalar"]["e01"]
    assert (record["durum"], record["deneme"]) == ("solved", 3)
    assert "çözüldü" in progress()
    assert f"1/{len(EXERCISES)}" in progress()


def test_prediction_is_kept_and_compared():
    assert "None" in predict("soru", None, choices="abc")
    assert outcome("soru", "b") == "Ölçüm: b."  # tahmin etmeyen azarlanmaz
    assert "saklandı: a" in predict("soru", "a", choices="abc")
    assert "tutmadı" in outcome("soru", "b")
    predict("soru", None, choices="abc")  # boş çalıştırmak saklananı silmez
    assert "tuttu." in outcome("soru", "a")
    said = predict("soru", "z", choices="abc")
    assert "'z'" in said
    assert "a · b · c" in said
    assert "İlk tahminin kalıyor: a" in predict("soru", "c", choices="abc")
    assert stored()["tahminler"] == {"soru": "a"}
    assert "saklandı: y" in predict("soru", "y", choices="xyz")  # eski tahmin artık seçenek değil


FAR = ["çok farklı", "biraz farklı", "hiç farklı değil", "İkisi de"]


@pytest.mark.parametrize(
    ("guess", "choices", "found"),
    [
        ("biraz farklı", FAR, "biraz farklı"),
        ("  Biraz   FARKLI. ", FAR, "biraz farklı"),
        ("cok farkli", FAR, "çok farklı"),
        ("hiç", FAR, "hiç farklı değil"),
        ("ikisi", FAR, "İkisi de"),
        (2, FAR, "biraz farklı"),
        ("3", FAR, "hiç farklı değil"),
        ("4", ["3", "4", "5", "7"], "4"),
        (5, ["3", "4", "5", "7"], "5"),
        (2, ["3", "4", "5", "7"], None),
        ("çok az", ["çok az", "çok azı değil"], "çok az"),
        ("çok", ["çok az", "çok fazla"], None),
        (0, FAR, None),
        (9, FAR, None),
        ("", FAR, None),
        (True, FAR, None),
        (["çok farklı"], FAR, None),
    ],
)
def test_a_guess_is_understood_however_it_is_typed(guess, choices, found):
    said = predict("soru", guess, choices=choices)
    assert (f"saklandı: {found}." in said) == (found is not None)
    assert found is not None or ("anlaşılmadı" in said and choices[0] in said)


@pytest.mark.parametrize("guess", [1200, "1 200", "1.200", "1.200,0", "1200,0", " 1.2e3 ", 1290.0])
def test_a_number_is_asked_as_a_number(guess):
    assert "bir sayı (ağırlık)" in predict("kaç", unit="ağırlık")
    assert "saklandı" in predict("kaç", guess, unit="ağırlık")
    assert outcome("kaç", 1200, unit="ağırlık").startswith("Ölçüm: 1 200 ağırlık. Tahminin (1 2")
    assert "tuttu" in outcome("kaç", 1200)
    assert "tutmadı" in outcome("kaç", 1600)


@pytest.mark.parametrize("guess", ["çok", True, [3], "1,2,3", float("nan"), "inf", ""])
def test_what_is_no_number_is_told_so(guess):
    said = predict("kaç", guess, unit="ağırlık")
    assert "anlaşılmadı" in said
    assert "bir sayı (ağırlık)" in said


def test_an_unknown_exercise_gets_a_sentence():
    said = predict("e99", "örnek-bağımsızlığı")
    assert "'e99'" in said
    assert "e01" in said


def test_choices_can_be_told_apart_as_typed():
    for item in EXERCISES.values():
        names = form_of(item).choices
        assert [chosen(name, names) for name in names] == list(names)


@pytest.mark.parametrize(
    ("guess", "word"),
    [("örnek-bağımsızlığı", "tuttu"), ("ağırlık-toplamı", "tuttu"), ("tepe-duyulur", "tutmadı")],
)
def test_solving_reveals_whether_the_prediction_held(guess, word):
    predict("e01", guess, choices=["örnek-bağımsızlığı", "ağırlık-toplamı", "tepe-duyulur"])
    assert word in str(check("e01", ChannelAttentionFusionT))


def test_one_suspect_cannot_stand_for_another():
    suspect = type("SupheliA", (ChannelAttentionFusionT,), {})
    answer = dict.fromkeys(EXERCISES["e09"].suspects, suspect)
    verdict = check("e09", answer)
    assert verdict.state == "uncheckable"
    assert "SupheliB için verilen: SupheliA" in str(verdict)


def test_the_innocent_is_read_from_the_prediction():
    answer = dict.fromkeys(EXERCISES["e09"].suspects, ChannelAttentionFusionT)
    assert "tahmin hücresine" in str(check("e09", answer))
    predict("e09", "SupheliA", choices=list(answer))
    assert "masum değildi" in str(check("e09", answer))
    predict("e09", "SupheliB", choices=list(answer))
    assert check("e09", answer).state == "solved"


def test_explanations_are_kept_and_never_emptied():
    explain("e01", "softmax örnekleri yarıştırıyordu")
    explain("e01", "   ")
    assert stored()["aciklamalar"]["e01"] == "softmax örnekleri yarıştırıyordu"


def test_hints_climb_one_step_a_call_and_stay_on_the_last():
    seen = [hint("e01") for _ in range(7)]
    assert [s.split("\n")[-2].split(" ")[1] for s in seen] == [
        "1/5",
        "2/5",
        "3/5",
        "4/5",
        "5/5",
        "5/5",
        "5/5",
    ]
    assert seen[0] != seen[1]
    assert "Belirti" in seen[0]
    assert "son ipucu" in seen[-1]
    assert hint("e08").startswith("İpucu 1/11")
    assert "[1. hata]" in hint("e08")
    for _ in range(2):  # ilk ipuçları kimseyi ele vermez
        assert "Supheli" not in hint("e09")
    assert "[SupheliA]" in hint("e09")
    with pytest.raises(ValueError, match="exercise_id"):
        hint("e77")


@pytest.mark.parametrize(
    "content",
    [
        "{yarım",
        "[]",
        '{"surum": 99}',
        '{"surum": 1, "alistirmalar": {"e01": 3}}',
        '{"surum": 1, "alistirmalar": {"e01": {"durum": "?"}}, "tahminler": {}, "aciklamalar": {}}',
        '{"surum": 1, "alistirmalar": {"e01": {"durum": []}}, "tahminler": {}, "aciklamalar": {}}',
        "\x00\x01",
        "",
    ],
)
def test_a_corrupt_file_is_set_aside_not_lost(content):
    path = journal.journal_path()
    path.write_text(content, "utf-8")
    message = str(check("e02", ChannelAttentionFusionT))
    assert "Silinmedi" in message
    aside = list(path.parent.glob("ilerleme.json.bozuk-*"))
    assert len(aside) == 1
    assert aside[0].read_text("utf-8") == content
    assert stored()["alistirmalar"]["e02"]["durum"] == "solved"


def test_two_corrupt_files_in_the_same_second_are_both_kept():
    path = journal.journal_path()
    for content in ("bir", "iki", "üç"):
        path.write_text(content, "utf-8")
        progress()
    assert {p.read_text("utf-8") for p in path.parent.glob("*.bozuk-*")} == {"bir", "iki", "üç"}


def test_a_file_that_cannot_be_written_does_not_stop_the_learner(monkeypatch, tmp_path):
    blocked = tmp_path / "dosya"
    blocked.write_text("klasör değil")
    monkeypatch.setenv("COURSE_PROGRESS", str(blocked / "ilerleme.json"))
    verdict = check("e01", ChannelAttentionFusionT)
    assert verdict.state == "solved"
    assert "kaydedilemedi" in str(verdict)
    assert "COURSE_PROGRESS" in hint("e01")
    assert "saklandı" in predict("soru", "a", choices="ab")
    assert "Ölçüm: a" in outcome("soru", "a")


def test_a_read_only_file_is_left_as_it_is(monkeypatch):
    predict("soru", "a", choices="ab")
    before = journal.journal_path().read_bytes()
    real = os.access
    monkeypatch.setattr(
        os, "access", lambda p, mode: mode != os.W_OK and real(p, mode)
    )  # root'ta izinler sınanamaz
    assert "salt okunur" in str(check("e01", ChannelAttentionFusionT))
    assert journal.journal_path().read_bytes() == before


def test_a_failed_write_keeps_the_old_file(monkeypatch):
    predict("soru", "a", choices="ab")
    before = journal.journal_path().read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert "kaydedilemedi" in predict("soru", "b", choices="ab")
    assert journal.journal_path().read_bytes() == before
    assert not list(journal.journal_path().parent.glob("*.yeni"))


def test_a_lock_held_elsewhere_is_named(monkeypatch):
    from filelock import FileLock

    monkeypatch.setattr(journal, "WAIT_SECONDS", 0.1)
    with FileLock(f"{journal.journal_path()}.lock"):
        assert "şu an başka bir defter" in str(check("e01", ChannelAttentionFusionT))


def write_many(path: str, worker: int) -> None:
    os.environ["COURSE_PROGRESS"] = path
    for i in range(25):
        with journal.editing() as j:
            j.guesses[f"{worker}-{i}"] = "x"


def test_notebooks_writing_at_once_lose_nothing(monkeypatch):
    monkeypatch.setattr(journal, "WAIT_SECONDS", 60)
    context = multiprocessing.get_context("fork")
    workers = [
        context.Process(target=write_many, args=(str(journal.journal_path()), w)) for w in range(4)
    ]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert [w.exitcode for w in workers] == [0] * 4
    assert len(stored()["tahminler"]) == 100


def test_default_place_is_the_course_folder(monkeypatch):
    monkeypatch.delenv("COURSE_PROGRESS")
    assert journal.journal_path().name == "ilerleme.json"
    assert (journal.journal_path().parent / "course_lib").is_dir()


def test_progress_lists_every_exercise():
    text = progress()
    for e in EXERCISES.values():
        assert e.title in text
    assert not Path(journal.journal_path()).exists()


def test_open_hunt_keeps_the_diagnosis_locked_until_a_suspect_is_named():
    net = SmallResNet(10, widths=(4, 8))
    assert "kilitli" in str(locked_diagnosis("e27", net))
    predict("e27", None, choices=["SmallResNet"])
    assert "kilitli" in str(locked_diagnosis("e27", net))
    predict("e27", "SmallResNet", choices=["SmallResNet"])
    assert "sağlam" in str(locked_diagnosis("e27", net))
    with pytest.raises(ValueError, match="e99"):
        locked_diagnosis("e99", net)


def test_the_locked_diagnosis_names_a_bug_only_where_it_is_suspected():
    box, bugs = black_box("e27"), EXERCISES["e27"].bugs
    net = box(
        10,
        widths=(4, 8),
        attention="channel_fusion",
        attention_stages=(2,),
        pattern="P4",
        skip_alpha=0.05,
    )
    for suspect in ("ConvBNAct", "NearIdentity"):
        predict("e27", suspect, choices=[suspect])
        said = str(locked_diagnosis("e27", net))
        named = {b for b in bugs if CATALOGUE[b].title in said}
        assert named == {b for b in bugs if CATALOGUE[b].piece == suspect}
        assert ("yok" in said) == (not named)
        assert "kısayol-başlangıcı" in said
        assert not any(bug in said for bug in bugs)


def test_hints_skip_the_bug_that_is_already_repaired():
    first, second = EXERCISES["e26"].bugs
    opening = len(EXERCISES["e26"].opening_hints)
    for _ in range(opening + 1):
        said = hint("e26")
    assert "[1. hata]" in said
    assert check("e26", plant(second, block=EXERCISES["e26"].block)).state == "wrong"
    said = hint("e26")
    assert "[2. hata]" in said
    assert "[1. hata]" not in said
    assert said.startswith(f"İpucu 1/{opening + len(CATALOGUE[second].hints)}")
    assert journal.read().records["e26"].hints == opening + 2
    assert check("e26", plant(first, second, block=EXERCISES["e26"].block)).state != "solved"
    back = hint("e26")  # ikisi de yeniden bozuk: birinci hatanın kaldığı basamaktan
    assert back.splitlines()[-2].startswith(f"İpucu {opening + 2}/")
    assert "[1. hata]" in back.splitlines()[-2]


def test_an_old_record_counts_its_hints_in_order():
    with journal.editing() as j:
        j.record("e26").hints = 2
    assert hint("e26").splitlines()[-2].startswith("İpucu 3")


def test_an_unreadable_progress_does_not_lock_the_open_hunt(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))  # bir klasör: okunamaz
    assert check("e27", SmallResNet).state == "solved"


def test_open_hunt_is_not_judged_before_a_suspect_is_named():
    assert "şüphelinin adı" in str(check("e27", SmallResNet))
    predict("e27", "SmallResNet", choices=["SmallResNet"])
    assert check("e27", SmallResNet).state == "solved"


def decomposed(text):
    """macOS'un verdiği biçim: aynı görünür, harfleri ayrışıktır."""
    found = unicodedata.normalize("NFD", text)
    assert found != text
    return found


def test_a_decomposed_guess_is_the_guess_it_looks_like():
    choices = ["örnek-bağımsızlığı", "tepe-duyulur"]
    assert "saklandı" in predict("e01", decomposed(choices[0]), choices=choices)
    assert stored()["tahminler"] == {"e01": choices[0]}
    assert "tuttu" in str(check("e01", ChannelAttentionFusionT))
    predict(decomposed("yığın"), "a", choices="ab")
    assert "tuttu" in outcome("yığın", "a")


def test_a_decomposed_reading_is_recognised():
    right = next(r.text for r in EXERCISES["e18"].readings if r.right)
    predict("e18", decomposed(right))
    assert check("e18", DynamicSpatialAttention).state == "solved"


def test_a_guess_that_is_no_longer_a_choice_does_not_stop_the_check():
    with journal.editing() as j:
        j.guesses["e18"] = "eski sürümün seçeneği"
    assert "Okuyuşun yazılmamış" in str(check("e18", DynamicSpatialAttention))


def test_an_exercise_is_found_however_it_is_typed_and_echoed_as_typed():
    assert hint(" E03\n").startswith("İpucu 1")
    with pytest.raises(CourseError, match="verilen: 'İ01'"):
        hint("İ01")
    assert "'İ01'" in str(check("İ01", ChannelAttentionFusionT))
    with pytest.raises(CourseError, match=r"verilen: \['e01'\]"):
        explain(["e01"], "neden")


def test_a_corrupt_file_is_mentioned_where_the_guess_is_part_of_the_answer():
    journal.journal_path().write_text("{yarım", "utf-8")
    answer = dict.fromkeys(EXERCISES["e09"].suspects, ChannelAttentionFusionT)
    assert "Silinmedi" in str(check("e09", answer))


SINGLE = [e for e in EXERCISES.values() if len(e.suspects) == 1 and e.bugs and not e.slips]


@pytest.mark.parametrize("exercise_id", [e.id for e in SINGLE])
def test_a_right_guess_is_recognised_in_every_exercise(exercise_id):
    """Kara kutunun adı değişmiştir; teşhis yine de türünü bilmeli ve doğru tahmini tanımalı."""
    item = EXERCISES[exercise_id]
    found = diagnose(black_box(exercise_id))
    assert set(found.bug_ids) == set(item.bugs)
    for bug_id in item.bugs:
        guess = CATALOGUE[bug_id].piece
        if item.form == "repair":
            guess = next(f.name for f in found.broken if f.promise == CATALOGUE[bug_id].promise)
        form = form_of(item)
        assert guess in form.choices
        assert "tuttu" in form.remark_on(guess)
    assert "tutmadı" in form_of(item).remark_on("başka")
