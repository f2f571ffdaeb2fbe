"""`atolye`: terminaldeki kardeşler. Burada kurs bir git klonu değildir (zip olarak inmiştir).

Klonda çalışmak: test_workbook.py; konsolların kodlamaları: test_terminal.py.
"""

import json
import shutil
import subprocess
import sys
import types
import unicodedata

import nbformat
import pytest

from course_lib import cli, paths
from course_lib.errors import CourseError
from course_lib.practice import exercises, journal, workbook
from course_lib.practice.exercises import EXERCISES
from course_lib.practice.ipynb import student_cell


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Öğrencinin kurs klasörü."""
    root = tmp_path / "kurs"
    shutil.copytree(paths.ROOT / "exercises", root / "exercises")
    monkeypatch.setattr(paths, "ROOT", root)
    monkeypatch.setattr(exercises, "ROOT", root)
    return root


def own_copy(exercise_id):
    """Öğrencinin o alıştırmadaki kopyası."""
    assert cli.main(["calis", exercise_id]) == 0
    return workbook.copies()[exercise_id]


def edit(path, old, new):
    notebook = nbformat.read(path, as_version=4)
    cell = student_cell(notebook, path)
    assert old in cell.source
    cell.source = cell.source.replace(old, new, 1)
    nbformat.write(notebook, path)


def guess(exercise_id, text):
    with journal.editing() as j:
        j.guesses[exercise_id] = text


def test_check_in_the_terminal(course, capsys):
    copy = own_copy("e01")
    assert cli.main(["kontrol", "e01"]) == 1
    assert "DENENMEDİ" in capsys.readouterr().out
    edit(copy, "softmax(logits, dim=0)", "softmax(logits, dim=1)")
    assert cli.main(["kontrol", "E01"]) == 0
    assert "ÇÖZÜLDÜ" in capsys.readouterr().out


def test_check_says_how_to_begin_when_there_is_nothing_yet(course, capsys):
    assert cli.main(["kontrol", "e01"]) == 1
    out = capsys.readouterr().out
    assert "DENENMEDİ" in out
    assert "atolye calis e01" in out
    assert not journal.read().records


def test_work_in_the_courses_own_file_is_checked_where_it_is(course, capsys):
    tracked = EXERCISES["e01"].notebook
    edit(tracked, "softmax(logits, dim=0)", "softmax(logits, dim=1)")
    assert cli.main(["kontrol", "e01"]) == 0
    assert "ÇÖZÜLDÜ" in capsys.readouterr().out
    assert cli.main(["calis", "e01"]) == 0  # kopya yapılsaydı çalışma gözden kaçardı
    assert str(tracked) in capsys.readouterr().out
    assert "e01" not in workbook.copies()
    assert cli.main(["calis", "--tasi"]) == 0
    assert cli.main(["kontrol", "e01"]) == 0
    assert "dim=0" in tracked.read_text("utf-8")
    assert "dim=1" in workbook.copies()["e01"].read_text("utf-8")


def test_check_of_suspects_uses_the_stored_prediction(course, capsys):
    copy = own_copy("e09")
    guess("e09", "SupheliB")
    edit(copy, ".mean(dim=0, keepdim=True)", "")
    edit(copy, "scaled.detach()", "scaled")
    assert cli.main(["kontrol", "e09"]) == 0
    assert "masumdu" in capsys.readouterr().out


def test_a_reading_is_taken_from_the_stored_prediction(course, capsys):
    copy = own_copy("e18")
    assert cli.main(["kontrol", "e18"]) == 1
    assert "DENENMEDİ" in capsys.readouterr().out
    for reading in sorted(EXERCISES["e18"].readings, key=lambda reading: reading.right):
        guess("e18", reading.text)
        assert cli.main(["kontrol", "e18"]) == (0 if reading.right else 1)
    edit(copy, "sa = self.gate_fn(scaled)", "sa = scaled")
    capsys.readouterr()
    assert cli.main(["kontrol", "e18"]) == 1
    assert "baştan sağlamdı" in capsys.readouterr().out


def test_a_class_that_does_not_construct_is_explained(course, capsys):
    copy = own_copy("e19")
    assert cli.main(["kontrol", "e19"]) == 1
    assert "kurulmuyor" in capsys.readouterr().out
    edit(copy, "ModuleLİst", "ModuleList")
    assert cli.main(["kontrol", "e19"]) == 1
    assert "unexpected keyword argument 'kernel'" in capsys.readouterr().out


def test_a_verdict_that_was_not_shown_is_not_counted(course, monkeypatch):
    copy = own_copy("e01")
    edit(copy, "softmax(logits, dim=0)", "softmax(logits, dim=1)")
    said = []

    def gone(text):
        said.append(str(text))
        raise BrokenPipeError

    monkeypatch.setattr(cli, "show", gone)
    monkeypatch.setattr(cli, "abandon_output", lambda: None)
    assert cli.main(["kontrol", "e01"]) == 141
    assert "ÇÖZÜLDÜ" in said[0]
    assert not journal.read().records


def test_hint_and_progress(course, capsys):
    assert cli.main(["ipucu", "e03"]) == 0
    assert "1/5" in capsys.readouterr().out
    assert cli.main(["ipucu", "e03"]) == 0
    assert "2/5" in capsys.readouterr().out
    assert cli.main(["ilerleme"]) == 0
    assert f"0/{len(EXERCISES)}" in capsys.readouterr().out


def test_without_an_exercise_the_next_unsolved_one_is_opened(course, capsys):
    with journal.editing() as j:
        j.record("e01").state = "solved"
    assert cli.main(["calis"]) == 0
    assert "calisma/e02_ters_dugme.ipynb" in capsys.readouterr().out.replace("\\", "/")
    with journal.editing() as j:
        for exercise_id in EXERCISES:
            j.record(exercise_id).state = "solved"
    assert cli.main(["calis"]) == 0
    assert "Bütün alıştırmalar çözüldü" in capsys.readouterr().out


def test_reset_keeps_a_backup_and_brings_the_exercise_back(course, capsys):
    copy = own_copy("e02")
    fresh = copy.read_text("utf-8")
    edit(copy, "scaled = z * T", "scaled = z / T  # benim onarımım")
    edited = copy.read_bytes()
    cli.main(["kontrol", "e02"])
    for _ in range(2):  # aynı saniyede iki kez: yedekler birbirinin üstüne yazmaz
        assert cli.main(["sifirla", "e02"]) == 0
    backups = sorted((copy.parent / "yedek").iterdir())
    assert len(backups) == 2
    assert edited in [b.read_bytes() for b in backups]
    assert copy.read_text("utf-8") == fresh
    assert "e02" not in journal.read().records


def test_reset_of_the_courses_own_file_keeps_a_backup(course, capsys):
    tracked = EXERCISES["e02"].notebook
    fresh = tracked.read_text("utf-8")
    edit(tracked, "scaled = z * T", "scaled = z / T")
    edited = tracked.read_bytes()
    assert cli.main(["sıfırla", "e02"]) == 0
    (backup,) = (course / "calisma" / "yedek").iterdir()
    assert backup.read_bytes() == edited
    was, now = json.loads(fresh), json.loads(tracked.read_text("utf-8"))
    assert [c["source"] for c in was["cells"]] == [c["source"] for c in now["cells"]]


def test_reset_without_any_work_only_forgets_the_record(course, capsys):
    cli.main(["ipucu", "e02"])
    assert cli.main(["sifirla", "e02"]) == 0
    assert "değişiklik yoktu" in capsys.readouterr().out
    assert not (course / "calisma").exists()
    assert "e02" not in journal.read().records


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda p: p.write_text("{"), "okunabilir bir defter değil"),
        (lambda p: p.write_text('{"cells": [{}], "nbformat": 4}'), "okunabilir bir defter değil"),
        (lambda p: p.write_bytes(b"\xff"), "okunabilir bir defter değil"),
        (lambda p: edit(p, "class ChannelAttentionFusionT(", "class Baska("), "tanımlanmamış"),
        (lambda p: edit(p, "import torch\n", "import torch(\n"), "SyntaxError"),
    ],
)
def test_an_unreadable_notebook_is_explained_and_kept(course, capsys, spoil, words):
    copy = own_copy("e01")
    spoil(copy)
    before = copy.read_bytes()
    assert cli.main(["kontrol", "e01"]) == 2
    assert words in capsys.readouterr().err
    assert copy.read_bytes() == before


def test_an_unreadable_copy_is_mended_by_reset_and_kept(course, capsys):
    copy = own_copy("e01")
    fresh = copy.read_bytes()
    copy.write_text("{")
    assert cli.main(["kontrol", "e01"]) == 2
    assert "atolye sifirla e01" in capsys.readouterr().err
    assert cli.main(["sifirla", "e01"]) == 0
    assert copy.read_bytes() == fresh
    (backup,) = (copy.parent / "yedek").iterdir()
    assert backup.read_text() == "{"


def test_an_exercise_missing_from_the_course_is_explained(course, capsys):
    EXERCISES["e01"].notebook.unlink()
    assert cli.main(["calis", "e01"]) == 2
    assert "bulunamadı" in capsys.readouterr().err


def test_a_place_that_cannot_be_written_leaves_everything_as_it_was(course, capsys):
    """Yedek klasörünün yerinde düz bir dosya: root da oraya yazamaz."""
    copy = own_copy("e02")
    edit(copy, "scaled = z * T", "scaled = z / T")
    cli.main(["ipucu", "e02"])
    (course / "calisma" / "yedek").write_text("klasör değil")
    before, progress = copy.read_bytes(), journal.journal_path().read_bytes()
    assert cli.main(["sifirla", "e02"]) == 2
    err = capsys.readouterr().err
    assert "Yazılamadı" in err
    assert "Çıkış yolu" in err
    assert copy.read_bytes() == before
    assert journal.journal_path().read_bytes() == progress
    assert sorted(p.name for p in copy.parent.iterdir() if p.name.startswith(".")) == []


def test_a_journal_that_cannot_be_written_leaves_the_notebook_as_it_was(
    course, capsys, monkeypatch, tmp_path
):
    copy = own_copy("e02")
    edit(copy, "scaled = z * T", "scaled = z / T")
    before = copy.read_bytes()
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "yok" / "ilerleme.json"))
    assert cli.main(["sifirla", "e02"]) == 2
    assert "kaydedilemedi" in capsys.readouterr().err
    assert copy.read_bytes() == before
    assert not (copy.parent / "yedek").exists()


@pytest.mark.parametrize("unwritten", ["journal", "output"])
def test_a_reset_that_ends_badly_still_names_the_backup(course, capsys, monkeypatch, unwritten):
    copy = own_copy("e01")
    edit(copy, "softmax(logits, dim=0)", "softmax(logits, dim=1)")

    def refuse(*_):
        raise CourseError("Yazılamadı.") if unwritten == "output" else OSError("disk dolu")

    monkeypatch.setattr(*((cli, "show") if unwritten == "output" else (journal, "save")), refuse)
    assert cli.main(["sifirla", "e01"]) == 2
    (kept,) = (course / "calisma" / "yedek").iterdir()
    assert str(kept) in capsys.readouterr().err


def test_a_reset_forgets_the_guess(course):
    guess("e09", "SupheliB")
    assert cli.main(["sifirla", "e09"]) == 0
    assert "e09" not in journal.read().guesses


def test_a_renamed_copy_is_still_the_learners(course, capsys):
    copy = own_copy("e02")
    edit(copy, "scaled = z * T", "scaled = z / T")
    mine = copy.rename(copy.with_name("denemem.ipynb"))
    assert cli.main(["kontrol", "e02"]) == 0
    assert cli.main(["calis", "e02"]) == 0
    assert "denemem.ipynb" in capsys.readouterr().out
    assert not copy.exists()
    assert "scaled = z / T" in mine.read_text("utf-8")


def test_unknown_exercise_is_named(capsys):
    assert cli.main(["ipucu", "e42"]) == 2
    assert "verilen: 'e42'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["kontrol", "ipucu", "sifirla", "calis"])
def test_an_exercise_is_echoed_as_it_was_typed(command, capsys):
    assert cli.main([command, "İ01"]) == 2
    assert "verilen: 'İ01'" in capsys.readouterr().err


def test_a_fault_of_ours_is_not_told_as_the_users(monkeypatch, capsys):
    def broken():
        raise ValueError("bizim kusurumuz")

    monkeypatch.setattr(cli, "progress", broken)
    with pytest.raises(ValueError, match="bizim kusurumuz"):
        cli.main(["ilerleme"])


def test_stopping_with_the_keyboard_is_not_a_fault(monkeypatch, capsys):
    def stopped():
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "progress", stopped)
    assert cli.main(["ilerleme"]) == 130
    assert "Yarıda kesildi" in capsys.readouterr().err


def test_the_rest_of_the_line_is_the_labs(monkeypatch):
    heard = []
    monkeypatch.setattr("course_lib.setup.lab.main", lambda rest: heard.append(rest) or 0)
    assert cli.main(["lab", "--port", "9000", "--no-browser", "--ServerApp.x=1"]) == 0
    assert heard == [["--port", "9000", "--no-browser", "--ServerApp.x=1"]]


def test_the_doctor_answers_with_its_own_code(monkeypatch):
    setup, doctor = types.ModuleType("course_lib.setup"), types.ModuleType("doctor")
    setup.__dict__["doctor"] = doctor
    doctor.__dict__["main"] = lambda: 3
    monkeypatch.setitem(sys.modules, "course_lib.setup", setup)
    assert cli.main(["doktor"]) == 3


def test_a_command_typed_in_decomposed_letters_is_known(course, capsys):
    assert cli.main([unicodedata.normalize("NFD", "çalış"), "e01"]) == 0
    assert "e01" in workbook.copies()


def test_progress_is_shown_without_loading_torch_or_jupyter():
    script = (
        "import sys; from course_lib import cli; cli.main(sys.argv[1:]);"
        "sys.exit(', '.join({'torch', 'nbformat', 'sklearn', 'numpy'} & set(sys.modules)) or 0)"
    )
    for arguments in (["ilerleme"], ["ipucu", "e01"]):
        command = [sys.executable, "-c", script, *arguments]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=paths.ROOT)
        assert (done.returncode, done.stderr) == (0, "")
        assert "e01" in done.stdout or "İpucu" in done.stdout
