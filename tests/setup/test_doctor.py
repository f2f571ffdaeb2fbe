"""`atolye doktor`: bir ekran, kişisel yol yok, her sorunun yanında yapılacak iş var."""

import importlib
import json
import os
import subprocess
import sys

import pytest

from course_lib.paths import ROOT
from course_lib.setup import doctor, environment

PYTHON = {**os.environ, "PYTHONPATH": str(ROOT)}


def seen(name, text):
    return next(line for line in text.splitlines() if line[2:].startswith(name))


def run_doctor(**changes):
    command = [sys.executable, "-m", "course_lib.setup.doctor"]
    return subprocess.run(command, env={**PYTHON, **changes}, cwd=ROOT, capture_output=True)


def test_a_sound_environment_is_reported_on_one_screen_and_exits_zero():
    done = run_doctor(PYTHONUTF8="1")
    text = done.stdout.decode()
    assert done.returncode == 0, text
    assert "Ortam sağlam." in text
    lines = text.splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80
    for name in ("kurs", "paketler", "sistem", "cihaz", "disk", "yerel ayar", "kodlama"):
        assert seen(name, text)
    assert "ğ ş ı İ" in seen("yazı tipi", text)
    assert "bu ortamın" in seen("çekirdek", text)
    assert "hücre aynı" in seen("saklı çıktı", text)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_an_output_that_cannot_take_turkish_letters_still_gets_the_report(encoding):
    done = run_doctor(PYTHONIOENCODING=encoding)
    text = done.stdout.decode(encoding)
    assert done.returncode == 1
    assert "yazi tipi" in text
    assert "PYTHONUTF8=1" in text
    assert b"Traceback" not in done.stderr


def test_turkish_windows_takes_the_letters_as_they_are():
    text = run_doctor(PYTHONIOENCODING="cp1254").stdout.decode("cp1254")
    assert "yazı tipi" in text
    assert "PYTHONUTF8=1" not in text


def test_no_personal_path_is_printed(monkeypatch):
    home = os.path.join(os.sep, "ev", "ayse.kaya")
    monkeypatch.setenv("HOME", home)
    monkeypatch.setenv("USERPROFILE", home)
    monkeypatch.setenv("USER", "ayse.kaya")
    path = os.path.join(home, "miniconda3", "bin", "python")
    assert doctor.private(path) == os.path.join("~", "miniconda3", "bin", "python")
    data = os.path.join(os.sep, "veri", "ayse.kaya", "kurs")
    assert doctor.private(f"açılamadı: '{data}'") == f"açılamadı: '{data}'".replace(
        "ayse.kaya", "…"
    )
    neighbour = home + "2"  # başka birinin adı yarım kesilmez
    assert "~2" not in doctor.private(neighbour)
    assert doctor.private(str(ROOT / "x.py")) == os.path.join(".", "x.py")
    monkeypatch.setattr(sys, "executable", path)
    text, _ = doctor.report()
    assert "ayse" not in text
    assert os.path.join("~", "miniconda3") in text


def test_a_home_that_is_the_root_folder_changes_no_path(monkeypatch):
    monkeypatch.setenv("HOME", os.sep)
    monkeypatch.setenv("USERPROFILE", os.sep)
    path = os.path.join(os.sep, "opt", "python")
    assert doctor.private(path) == path


def test_missing_packages_are_named_once_with_what_to_do(monkeypatch):
    real = environment.version

    def absent(name):
        if name in ("torch", "matplotlib"):
            raise environment.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(environment, "version", absent)
    monkeypatch.setattr(doctor, "version", absent)
    text, sound = doctor.report()
    assert not sound
    assert "torch yok" in text
    assert "Kurulu değil: torch, matplotlib." in " ".join(text.split())
    assert "make lab" in text
    assert "bakılamadı" in seen("cihaz", text)
    assert text.count("\n- ") == 1
    assert len(text.splitlines()) <= 25


@pytest.mark.parametrize(
    "failure", [ImportError("libcudart.so.13: yok"), OSError("WinError 126: c10.dll")]
)
def test_a_torch_that_does_not_open_is_reported_with_its_reason(monkeypatch, failure):
    real = importlib.import_module

    def import_module(name):
        if name == "torch":
            raise failure
        return real(name)

    monkeypatch.setattr(environment, "import_module", import_module)
    text, sound = doctor.report()
    assert not sound
    flat = " ".join(text.split())
    assert f"torch açılmıyor: {failure}" in flat
    assert "yeniden kur" in flat
    assert "bakılamadı" in seen("saklı çıktı", text)
    assert f"torch açılmıyor: {failure}" in environment.verdict()


def test_a_half_removed_package_is_told_apart_from_a_sound_one(tmp_path, monkeypatch):
    (tmp_path / "yarim_paket").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert environment.broken("yarim_paket") == "yarim_paket yarım kurulmuş"
    assert environment.broken("json") is None


def test_little_disk_is_a_problem(monkeypatch):
    monkeypatch.setattr(doctor, "ENOUGH_DISK", 10**18)
    assert "yer aç" in doctor.disk().remedy
    monkeypatch.undo()
    assert "GB boş" in doctor.disk().seen


def write_kernel(folder, program):
    spec = folder / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    argv = [str(program), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"}))


def test_a_kernel_of_another_python_is_found(tmp_path, monkeypatch):
    write_kernel(tmp_path / "a", tmp_path / "başka" / "bin" / "python")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "a"))
    look = doctor.kernel()
    assert "başka bir Python" in look.seen
    assert "kernelspec list" in look.remedy


@pytest.mark.parametrize("text", ['{"argv": [', '{"argv": []}', "[]"])
def test_a_half_written_kernel_is_reported(tmp_path, monkeypatch, text):
    write_kernel(tmp_path / "a", "python")
    (tmp_path / "a" / "kernels" / "python3" / "kernel.json").write_text(text)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "a"))
    assert "bozuk" in doctor.kernel().remedy


@pytest.mark.parametrize("program", ["python", sys.executable])
def test_the_kernel_of_this_environment_is_recognised(tmp_path, monkeypatch, program):
    write_kernel(tmp_path / "a", program)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "a"))
    assert doctor.kernel() == doctor.Look("çekirdek", "python3, bu ortamın Python'u")


def code(source, *texts, name="stdout"):
    outputs = [{"output_type": "stream", "name": name, "text": [text]} for text in texts]
    return {"cell_type": "code", "id": "h1", "source": [source], "outputs": outputs}


def test_a_rerun_compares_what_is_printed():
    first = code("x = 6\nprint('altı')", "altı\n")
    assert doctor.rerun([first, code("print(x * 7)", "42\n")]) is None
    assert "başka şey yazdı" in str(doctor.rerun([first, code("print(x * 7)", "43\n")]))
    assert "NameError" in str(doctor.rerun([code("print(yok)", "1\n")]))
    assert "SystemExit" in str(doctor.rerun([code("raise SystemExit", "1\n")]))


def test_a_cell_that_shows_more_than_text_is_not_run():
    shown = {"output_type": "execute_result", "data": {"text/plain": ["1"]}}
    cell = {**code("raise AssertionError"), "outputs": [shown]}
    assert doctor.rerun([cell, code("1 / 0", "uyarı", name="stderr")]) is None


def test_a_changed_stored_output_is_reported(tmp_path, monkeypatch):
    notebook = json.loads((ROOT / doctor.FIRST_LESSON).read_text("utf-8"))
    printing = [c for c in notebook["cells"] if c["cell_type"] == "code" and doctor.printed(c)]
    assert len(printing) >= 2
    printing[-1]["outputs"][0]["text"] = ["0,51\n"]
    copy = tmp_path / doctor.FIRST_LESSON
    copy.parent.mkdir()
    copy.write_text(json.dumps(notebook), "utf-8")
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    look = doctor.stored_outputs()
    assert "tutmuyor" in look.seen
    assert printing[-1]["id"] in look.remedy


@pytest.mark.parametrize("text", [None, "{yarım", "[]", '{"nbformat": 4, "metadata": {}}'])
def test_a_lesson_that_cannot_be_read_is_reported(tmp_path, monkeypatch, text):
    lesson = tmp_path / doctor.FIRST_LESSON
    lesson.parent.mkdir()
    if text is not None:
        lesson.write_text(text)
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    assert "yeniden al" in doctor.stored_outputs().remedy


def test_a_missing_font_is_reported(monkeypatch):
    monkeypatch.setattr(doctor, "FONT", "Boyle Bir Yazi Tipi Yok")
    assert "gerek" in doctor.fonts().remedy
    monkeypatch.undo()
    monkeypatch.setattr(doctor, "LETTERS", "ğ\U0001f98a")
    assert "\U0001f98a yok" in doctor.fonts().seen


def test_the_doctor_touches_neither_the_progress_nor_the_lesson(tmp_path):
    lesson = (ROOT / doctor.FIRST_LESSON).read_bytes()
    done = run_doctor(COURSE_PROGRESS=str(tmp_path / "ilerleme.json"), PYTHONUTF8="1")
    assert "hücre aynı" in done.stdout.decode()
    assert list(tmp_path.iterdir()) == []
    assert (ROOT / doctor.FIRST_LESSON).read_bytes() == lesson
