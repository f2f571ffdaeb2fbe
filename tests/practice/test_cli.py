"""`atolye`: uçbirimdeki kardeşler; sıfırlama yedeği olmadan hiçbir şeye dokunmaz."""

import dataclasses
import json
import shutil

import nbformat
import pytest

from course_lib import cli
from course_lib.practice import exercises, workbook
from course_lib.practice import progress as store
from course_lib.practice.exercises import EXERCISES


@pytest.fixture
def own_copy(tmp_path, monkeypatch):
    """Alıştırmaların öğrencideki kopyası."""
    shutil.copytree(exercises.ROOT / "exercises", tmp_path / "kurs" / "exercises")

    class There(exercises.Exercise):
        @property
        def notebook(self):
            return tmp_path / "kurs" / "exercises" / f"{self.id}_{self.slug}.ipynb"

    moved = {k: There(**{f.name: getattr(e, f.name) for f in dataclasses.fields(e)}) for k, e in EXERCISES.items()}
    monkeypatch.setattr(exercises, "EXERCISES", moved)
    return moved


def edit(item, old, new):
    notebook = nbformat.read(item.notebook, as_version=4)
    cell = workbook.student_cell(notebook, "defter")
    assert old in cell.source
    cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, item.notebook)


def test_check_in_the_terminal(own_copy, capsys):
    assert cli.main(["kontrol", "e01"]) == 1
    assert "DENENMEDİ" in capsys.readouterr().out
    edit(own_copy["e01"], "softmax(logits, dim=0)", "softmax(logits, dim=1)")
    assert cli.main(["kontrol", "e01"]) == 0
    assert "ÇÖZÜLDÜ" in capsys.readouterr().out


def test_check_of_suspects_uses_the_stored_prediction(own_copy, capsys):
    store.update(lambda data: data["tahminler"].update({"e09": "SupheliB"}))
    edit(own_copy["e09"], ".mean(dim=0, keepdim=True)", "")
    edit(own_copy["e09"], "scaled.detach()", "scaled")
    assert cli.main(["kontrol", "e09"]) == 0
    assert "masumdu" in capsys.readouterr().out


def test_a_reading_is_taken_from_the_stored_prediction(own_copy, capsys):
    assert cli.main(["kontrol", "e18"]) == 1
    assert "DENENMEDİ" in capsys.readouterr().out
    for reading in ("maske doymuş", EXERCISES["e18"].right_reading):
        store.update(lambda data, reading=reading: data["tahminler"].update({"e18": reading}))
        assert cli.main(["kontrol", "e18"]) == (0 if reading == EXERCISES["e18"].right_reading else 1)
    edit(own_copy["e18"], "sa = self.gate_fn(scaled)", "sa = scaled")
    capsys.readouterr()
    assert cli.main(["kontrol", "e18"]) == 1
    assert "baştan sağlamdı" in capsys.readouterr().out


def test_a_class_that_does_not_construct_is_explained(own_copy, capsys):
    assert cli.main(["kontrol", "e19"]) == 1
    assert "kurulmuyor" in capsys.readouterr().out
    edit(own_copy["e19"], "ModuleLİst", "ModuleList")
    assert cli.main(["kontrol", "e19"]) == 1
    assert "unexpected keyword argument 'kernel'" in capsys.readouterr().out


def test_hint_and_progress(own_copy, capsys):
    assert cli.main(["ipucu", "e03"]) == 0
    assert "1/5" in capsys.readouterr().out
    assert cli.main(["ilerleme"]) == 0
    assert f"0/{len(EXERCISES)}" in capsys.readouterr().out


def test_reset_keeps_a_backup_and_touches_only_the_code_cell(own_copy, capsys):
    item = own_copy["e02"]
    fresh = item.notebook.read_text("utf-8")
    edit(item, "scaled = z * T", "scaled = z / T  # benim onarımım")
    edited = item.notebook.read_bytes()
    cli.main(["kontrol", "e02"])
    for _ in range(2):  # aynı saniyede iki kez: yedekler birbirinin üstüne yazmaz
        assert cli.main(["sifirla", "e02"]) == 0
    backups = sorted((item.notebook.parent / "yedek").iterdir())
    assert len(backups) == 2
    assert edited in [b.read_bytes() for b in backups]
    was, now = json.loads(fresh), json.loads(item.notebook.read_text("utf-8"))
    assert [c["source"] for c in was["cells"]] == [c["source"] for c in now["cells"]]
    assert "e02" not in json.loads(store.progress_path().read_text("utf-8"))["alistirmalar"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda p: p.write_text("{"), "okunabilir bir defter değil"),
        (lambda p: p.unlink(), "bulunamadı"),
        (lambda p: edit_text(p, "class ChannelAttentionFusionT(Tempered)", "class Baska(Tempered)"), "tanımlanmamış"),
        (lambda p: edit_text(p, "import torch\\n", "import torch(\\n"), "SyntaxError"),
    ],
)
def test_an_unreadable_notebook_is_explained_and_kept(own_copy, capsys, spoil, words):
    path = own_copy["e01"].notebook
    spoil(path)
    before = path.read_bytes() if path.exists() else None
    assert cli.main(["kontrol", "e01"]) == 2
    assert words in capsys.readouterr().err
    assert (path.read_bytes() if path.exists() else None) == before


def edit_text(path, old, new):
    """Yalnız kod hücresinde değiştirir (JSON kaçışlarıyla yazılmış metin)."""
    notebook = nbformat.read(path, as_version=4)
    cell = workbook.student_cell(notebook, path.name)
    cell.source = cell.source.replace(old.replace("\\n", "\n"), new.replace("\\n", "\n"), 1)
    nbformat.write(notebook, path)


@pytest.mark.parametrize("arguments", [[], ["yok"], ["kontrol"]])
def test_bad_commands_are_turkish(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert "Anlaşılmadı" in capsys.readouterr().err


def test_unknown_exercise_is_named(capsys):
    assert cli.main(["ipucu", "e42"]) == 2
    assert "verilen: 'e42'" in capsys.readouterr().err
