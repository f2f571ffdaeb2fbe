"""Öğrencinin kopyası: kursun güncellemesi ona dokunmaz, o da güncellemeyi durdurmaz.

Gerçek bir git klonunda, gerçek süreçlerle: JupyterLab'in kaydettiği gibi düzenlenir, üst depo
değişir, `git pull` çalışır.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import nbformat
import pytest

from course_lib import paths
from course_lib.practice.exercises import EXERCISES
from course_lib.practice.ipynb import student_cell

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="git kurulu değil")
E05 = "exercises/e05_bir_gece_nan.ipynb"
COPY = "calisma/e05_bir_gece_nan.ipynb"
CHANGED = "Kopyan yapıldıktan sonra değişen"
MINE = "F.softplus(t_raw) + self.eps  # benim onarımım"


def run(folder, *command, code=0):
    done = subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, encoding="utf-8"
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def environment(folder):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    who = {f"GIT_{w}_{f}": "ogrenci" for w in ("AUTHOR", "COMMITTER") for f in ("NAME", "EMAIL")}
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    place = {"PYTHONPATH": str(folder), "COURSE_PROGRESS": str(folder / "ilerleme.json")}
    return {**kept, **who, **alone, **place, "PYTHONUTF8": "1"}


def git(folder, *arguments, code=0):
    return run(folder, "git", *arguments, code=code)


def atolye(folder, *arguments, code=0):
    return run(folder, sys.executable, "-m", "course_lib.cli", *arguments, code=code)


@pytest.fixture
def upstream(tmp_path):
    """Kursun yayımlandığı depo."""
    folder = tmp_path / "yayin"
    ignored = shutil.ignore_patterns("__pycache__", "yedek", ".ipynb_checkpoints")
    for part in ("course_lib", "exercises"):
        shutil.copytree(paths.ROOT / part, folder / part, ignore=ignored)
    shutil.copy(paths.ROOT / ".gitignore", folder)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "ilk")
    return folder


@pytest.fixture
def clone(upstream, tmp_path):
    """Öğrencinin klonu."""
    git(upstream, "clone", "-q", str(upstream), str(tmp_path / "kurs"))
    return tmp_path / "kurs"


def save_as_jupyterlab(path, change=lambda cell: None):
    """JupyterLab'in kaydı: bütün çekirdek bilgisi, çıktılar, sayaçlar; kod hücresinde `change`."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.language_info = {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3.12.4",
    }
    for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), 31):
        cell.execution_count = number
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"{number}. çıktı\n")]
    change(student_cell(notebook, path))
    nbformat.write(notebook, path)


def repair(cell):
    old = "F.softplus(t_raw)\n"
    assert old in cell.source
    cell.source = cell.source.replace(old, f"{MINE}\n")


def change_upstream(folder, old="Takıldıysan", new="Takılırsan"):
    """Alıştırmanın yeni sürümü yayımlanır."""
    text = (folder / E05).read_text("utf-8")
    assert old in text
    (folder / E05).write_text(text.replace(old, new), "utf-8")
    git(folder, "commit", "-q", "-a", "-m", "alıştırma değişti")


def test_a_copy_survives_an_update_of_its_exercise(clone, upstream):
    out = atolye(clone, "calis", "e05")
    assert str(clone / COPY) in out
    assert "kontrol e05" in out
    save_as_jupyterlab(clone / COPY, repair)
    mine = (clone / COPY).read_bytes()
    assert git(clone, "status", "--porcelain") == ""
    change_upstream(upstream)
    git(clone, "pull", "-q")
    assert (clone / COPY).read_bytes() == mine
    for command in (["calis", "e05"], ["ilerleme"]):
        out = atolye(clone, *command)
        assert f"{CHANGED}: e05." in out
        assert "atolye sifirla e05" in out
    assert f"{CHANGED}: e05." in atolye(clone, "kontrol", "e05")
    assert CHANGED not in atolye(clone, "calis", "e06")
    assert (clone / COPY).read_bytes() == mine
    out = atolye(clone, "sifirla", "e05")
    (backup,) = (clone / "calisma" / "yedek").iterdir()
    assert str(backup) in out
    assert backup.read_bytes() == mine
    assert "Takılırsan" in (clone / COPY).read_text("utf-8")
    assert CHANGED not in atolye(clone, "ilerleme")


def test_the_repair_in_the_copy_is_what_is_judged(clone):
    assert "atolye calis e05" in atolye(clone, "kontrol", "e05", code=1)
    atolye(clone, "calis", "e05")
    assert "henüz değişmemiş" in atolye(clone, "kontrol", "e05", code=1)
    save_as_jupyterlab(clone / COPY, repair)
    assert "ÇÖZÜLDÜ" in atolye(clone, "kontrol", "e05")
    assert f"1/{len(EXERCISES)}" in atolye(clone, "ilerleme")


def test_a_copy_nothing_was_written_in_follows_the_course(clone, upstream):
    atolye(clone, "calis", "e05")
    save_as_jupyterlab(clone / COPY)  # yalnız çalıştırılmış
    change_upstream(upstream)
    git(clone, "pull", "-q")
    assert CHANGED not in atolye(clone, "ilerleme")
    atolye(clone, "calis", "e06")
    assert "Takılırsan" in (clone / COPY).read_text("utf-8")


def test_an_edited_file_of_the_course_is_moved_and_the_pull_goes_on(clone, upstream):
    save_as_jupyterlab(clone / E05, repair)
    mine = (clone / E05).read_bytes()
    change_upstream(upstream)
    assert "would be overwritten" in git(clone, "pull", code=1)
    for command in (["calis", "e05"], ["ilerleme"], ["kontrol", "e05"]):
        out = atolye(clone, *command)
        assert E05 in out
        assert "atolye calis e05 --tasi" in out
    assert not (clone / COPY).exists()
    out = atolye(clone, "calis", "e05", "--tasi")
    assert str(clone / COPY) in out
    assert MINE in (clone / COPY).read_text("utf-8")
    (backup,) = (clone / "calisma" / "yedek").iterdir()
    assert backup.read_bytes() == mine
    assert git(clone, "status", "--porcelain") == ""
    git(clone, "pull", "-q")
    assert MINE in (clone / COPY).read_text("utf-8")
    out = atolye(clone, "kontrol", "e05")
    assert "ÇÖZÜLDÜ" in out
    assert f"{CHANGED}: e05." in out


def test_work_in_both_places_is_kept_when_moved(clone):
    atolye(clone, "calis", "e05")
    save_as_jupyterlab(clone / COPY, lambda cell: cell.update(source=cell.source + "\n# kopyada"))
    save_as_jupyterlab(clone / E05, repair)
    contents = {(clone / COPY).read_bytes(), (clone / E05).read_bytes()}
    assert "--tasi" in atolye(clone, "kontrol", "e05", code=1)
    atolye(clone, "calis", "e05", "--tasi")
    assert {p.read_bytes() for p in (clone / "calisma" / "yedek").iterdir()} == contents
    assert MINE in (clone / COPY).read_text("utf-8")


def test_a_staged_edit_is_moved_too(clone, upstream):
    save_as_jupyterlab(clone / E05, repair)
    git(clone, "add", "-A")
    atolye(clone, "calis", "--tasi")
    assert MINE in (clone / COPY).read_text("utf-8")
    assert git(clone, "status", "--porcelain") == ""
    change_upstream(upstream)
    git(clone, "pull", "-q")


def test_an_edit_already_committed_is_moved_and_its_undoing_is_asked_for(clone, upstream):
    save_as_jupyterlab(clone / E05, repair)
    git(clone, "commit", "-q", "-a", "-m", "çözdüm")
    assert E05 in atolye(clone, "ilerleme")
    out = atolye(clone, "calis", "e05", "--tasi")
    assert MINE in (clone / COPY).read_text("utf-8")
    (message,) = re.findall(r'git commit -m "(.*)"', out)
    git(clone, "commit", "-q", "-m", message)
    assert git(clone, "status", "--porcelain") == ""
    change_upstream(upstream)
    git(clone, "pull", "-q", "--no-rebase", "--no-edit")
    assert "Takılırsan" in (clone / E05).read_text("utf-8")
    assert MINE in (clone / COPY).read_text("utf-8")


def test_an_exercise_only_run_in_place_is_no_work_but_is_put_back(clone, upstream):
    save_as_jupyterlab(clone / E05)
    change_upstream(upstream)
    assert "would be overwritten" in git(clone, "pull", code=1)
    assert "atolye calis e05" in atolye(clone, "kontrol", "e05", code=1)
    assert "yalnız çalıştırılmış" in atolye(clone, "calis", "--tasi")
    git(clone, "pull", "-q")
    assert "taşınacak bir şey yok" in atolye(clone, "calis", "--tasi")
    assert "taşınacak bir şey yok" in atolye(clone, "calis", "e05", "--tasi")


@pytest.mark.parametrize("way_out", [["calis", "--tasi"], ["sifirla", "e05"]])
def test_a_conflict_left_in_the_courses_file_has_a_way_out(clone, upstream, way_out):
    save_as_jupyterlab(clone / E05, repair)
    git(clone, "commit", "-q", "-a", "-m", "çözdüm")
    change_upstream(upstream, "F.softplus(t_raw)\\n", "F.softplus(t_raw) \\n")
    assert "CONFLICT" in git(clone, "pull", "-q", "--no-rebase", code=1)
    torn = (clone / E05).read_bytes()
    assert "okunabilir bir defter değil" in atolye(clone, "kontrol", "e05", code=2)
    assert "atolye calis e05 --tasi" in atolye(clone, "ilerleme")
    out = atolye(clone, *way_out)
    (backup,) = (clone / "calisma" / "yedek").iterdir()
    assert backup.read_bytes() == torn
    (message,) = re.findall(r'git commit -m "(.*)"', out)
    git(clone, "commit", "-q", "-m", message)
    assert git(clone, "status", "--porcelain") == ""
    assert (clone / E05).read_bytes() == (upstream / E05).read_bytes()
    if way_out[0] == "calis":
        assert MINE in (clone / COPY).read_text("utf-8")


def test_a_conflict_while_rebasing_loses_nothing(clone, upstream):
    save_as_jupyterlab(clone / E05, repair)
    git(clone, "commit", "-q", "-a", "-m", "çözdüm")
    change_upstream(upstream, "F.softplus(t_raw)\\n", "F.softplus(t_raw) \\n")
    assert "CONFLICT" in git(clone, "pull", "-q", "--rebase", code=1)
    atolye(clone, "calis", "e05", "--tasi")
    assert MINE in (clone / COPY).read_text("utf-8")


@pytest.mark.parametrize("place", ["fork", "branch", "detached"])
def test_work_git_takes_for_the_courses_own_is_still_the_learners(clone, place):
    fresh = (clone / E05).read_bytes()
    if place == "fork":
        git(clone, "init", "-q", "--bare", str(clone.parent / "catal"))
        git(clone, "remote", "set-url", "origin", str(clone.parent / "catal"))
    else:
        git(clone, "checkout", "-q", *{"branch": ["-b", "benim"], "detached": ["--detach"]}[place])
    save_as_jupyterlab(clone / E05, repair)
    git(clone, "commit", "-q", "-a", "-m", "çözdüm")
    if place == "fork":
        git(clone, "push", "-q")
    assert E05 in atolye(clone, "calis", "e05")
    assert not (clone / COPY).exists()
    assert "ÇÖZÜLDÜ" in atolye(clone, "kontrol", "e05")
    worked = (clone / E05).read_bytes()
    assert "geri alındı" in atolye(clone, "calis", "--tasi")
    assert MINE in (clone / COPY).read_text("utf-8")
    assert json.loads((clone / E05).read_bytes())["cells"] != json.loads(worked)["cells"]
    assert MINE not in (clone / E05).read_text("utf-8")
    (backup,) = (clone / "calisma" / "yedek").iterdir()
    assert backup.read_bytes() == worked
    sources = [
        [c["source"] for c in json.loads(n)["cells"]] for n in (fresh, (clone / E05).read_bytes())
    ]
    assert sources[0] == sources[1]


def test_an_odd_notebook_beside_the_copies_is_left_alone(clone):
    (clone / "calisma").mkdir()
    cell = {"cell_type": "code", "source": "", "metadata": {"tags": None}}
    for name, metadata, cells in (
        ("a", {"atolye": {"exercise": ["e05"]}}, []),
        ("b", {"atolye": {"exercise": "e05"}}, [cell]),
    ):
        notebook = {"nbformat": 4, "metadata": metadata, "cells": cells}
        (clone / "calisma" / f"{name}.ipynb").write_text(json.dumps(notebook), "utf-8")
    assert str(clone / COPY) in atolye(clone, "calis", "e05")


def test_a_file_of_the_course_that_is_no_notebook_is_not_moved_but_reset(clone):
    fresh = (clone / E05).read_bytes()
    (clone / E05).write_text("{")
    assert "atolye sifirla e05" in atolye(clone, "calis", "e05", "--tasi", code=2)
    assert (clone / E05).read_text() == "{"
    atolye(clone, "sifirla", "e05")
    assert (clone / E05).read_bytes() == fresh


def test_a_copy_differs_from_its_exercise_only_by_its_stamp(clone):
    atolye(clone, "calis")
    for item in EXERCISES.values():
        published = json.loads((clone / "exercises" / item.notebook.name).read_text("utf-8"))
        copy = json.loads((clone / "calisma" / item.notebook.name).read_text("utf-8"))
        assert copy["metadata"].pop("atolye")["exercise"] == item.id
        assert copy == published
        nbformat.validate(nbformat.read(clone / "calisma" / item.notebook.name, as_version=4))


def test_links_in_a_copy_lead_somewhere(clone):
    atolye(clone, "calis", "e05")
    for part in ("notebooks", "solutions"):
        shutil.copytree(paths.ROOT / part, clone / part)
    links = []
    for path in sorted((clone / "calisma").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                found = re.findall(r"\]\(([^)#]+\.ipynb)", cell.source)
                links += [path.parent / link for link in found]
    assert len(links) > 2 * len(EXERCISES)
    assert [link for link in links if not link.exists()] == []


def test_a_course_inside_another_repository_is_not_taken_for_its_clone(upstream, tmp_path):
    outer = tmp_path / "ev"
    shutil.copytree(upstream, outer / "kurs", ignore=shutil.ignore_patterns(".git"))
    git(outer, "init", "-q")
    save_as_jupyterlab(outer / "kurs" / E05, repair)
    assert "ÇÖZÜLDÜ" in atolye(outer / "kurs", "kontrol", "e05")
    assert "--tasi" not in atolye(outer / "kurs", "ilerleme")


@pytest.mark.skipif(
    os.name == "nt" or (os.geteuid() == 0 and not shutil.which("setpriv")),
    reason="izinler Windows'ta böyle sınanmaz; root'un setpriv ile yetkisini bırakması gerekir",
)
@pytest.mark.parametrize("locked", ["calisma", "calisma/yedek", "exercises", "."])
def test_a_read_only_folder_is_told_and_left_as_it_was(clone, locked, tmp_path_factory):
    """root ise yetkisini setpriv ile bırakır: izinler gerçekten sınanır."""
    if locked != "exercises":
        atolye(clone, "calis", "e05")
    work = clone / (E05 if locked == "exercises" else COPY)
    save_as_jupyterlab(work, repair)
    (clone / "calisma" / "yedek").mkdir(parents=True, exist_ok=True)
    before = {p: p.read_bytes() for p in clone.rglob("*.ipynb")}
    command = [sys.executable, "-m", "course_lib.cli", "sifirla", "e05"]
    if os.geteuid() == 0:
        dropped = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--securebits=+noroot"]
        command = [*dropped, *command]
    (clone / locked).chmod(0o555)
    try:
        err = run(clone, *command, code=2)
    finally:
        (clone / locked).chmod(0o755)
    assert "Çıkış yolu" in err or "yazma iznini düzelt" in err
    assert "Traceback" not in err
    assert {p: p.read_bytes() for p in clone.rglob("*.ipynb")} == before
