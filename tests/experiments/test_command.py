"""`atolye ablasyon`: sorar, yanlışı söyler, yazamayacağı yerde başlamaz."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from support.ablations import GRID

from course_lib import cli
from course_lib.experiments import cluster, command
from course_lib.experiments.estimate import Estimate
from course_lib.paths import ROOT


@pytest.mark.parametrize(("answer", "code"), [(None, 1), ("h", 1), ("", 1), ("e", 0), ("Evet", 0)])
def test_more_than_an_hour_is_asked_about(grid, monkeypatch, capsys, answer, code):
    table = pd.DataFrame({"name": ["a"], "seed": [0]})
    monkeypatch.setattr(command, "estimate", lambda runs, n: Estimate(len(runs), n, 7200, 10**9))
    monkeypatch.setattr(command, "carry_out", lambda *_, **__: table)
    monkeypatch.setattr("sys.stdin.isatty", lambda: answer is not None, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    assert cli.main(["ablasyon", str(grid)]) == code
    assert "yaklaşık 120 dakika" in capsys.readouterr().out
    assert cli.main(["ablasyon", str(grid), "--evet"]) == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["yok.toml"], "bulunamadı"),
        (["izgara.toml", "--isci", "0"], "isci 1 ya da daha büyük"),
        (
            ["izgara.toml", "--kume", "tcp://127.0.0.1:9"],
            "kume çalışan bir Dask kümesinin adresi olmalı",
        ),
    ],
)
def test_a_wrong_command_changes_nothing(grid, monkeypatch, capsys, arguments, told):
    monkeypatch.chdir(grid.parent)
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    assert cli.main(["ablasyon", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert not list(grid.parent.rglob("*.parquet"))


@pytest.mark.parametrize(
    ("options", "told"),
    [("{hiden = 2}", "hiden"), ("{hidden = 0}", "hidden"), ("3", "ağı kurulamadı")],
)
def test_a_block_that_cannot_be_built_is_named_before_anything_runs(
    grid, monkeypatch, capsys, options, told
):
    more = f'[[variant]]\nname = "yanlış"\nattention = "se"\nattention_options = {options}\n'
    grid.write_text(GRID.format(epochs=1) + more, "utf-8")
    before = sorted(grid.parent.rglob("*"))
    assert cli.main(["ablasyon", str(grid), "--isci", "1"]) == 2
    shown = capsys.readouterr().err
    assert "'yanlış' çeşidinin ağı kurulamadı" in shown
    assert told in shown
    assert sorted(grid.parent.rglob("*")) == before


def test_a_fault_of_our_own_is_not_told_as_the_user_s(grid, monkeypatch):
    def broken(*_):
        raise ValueError("bizim kusurumuz")

    monkeypatch.setattr(command, "estimate", broken)
    with pytest.raises(ValueError, match="bizim kusurumuz"):
        cli.main(["ablasyon", str(grid)])


# Yazılamayan klasör: root'a izin bitleri işlemez, komut sıradan bir kullanıcıyla koşar

AS_NOBODY = """
import os, sys
from course_lib import cli
from course_lib.experiments import command
if os.geteuid() == 0:
    try:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    except PermissionError:
        sys.exit(77)
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.fixture
def open_folder():
    """Herkesin girebildiği geçici klasör; pytest'inki yalnız sahibine açıktır."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder
        for place in [folder, *folder.rglob("*")]:
            place.chmod(0o755)


@pytest.mark.skipif(os.name == "nt", reason="bildirim: Windows'ta klasöre izin biti konmaz")
@pytest.mark.parametrize(
    ("closed", "mode"),
    [("", 0o555), ("izgara", 0o555), ("izgara", 0o000), ("izgara/.kilit", 0o555)],
)
def test_a_folder_that_cannot_be_used_is_told_before_anything_runs(open_folder, closed, mode):
    grid = open_folder / "izgara.toml"
    grid.write_text(GRID.format(epochs=1), "utf-8")
    if closed:
        (open_folder / "izgara" / ".kilit").mkdir(parents=True)
        (open_folder / "izgara").chmod(0o777)
    before = sorted(open_folder.rglob("*"))
    (open_folder / closed).chmod(mode)
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, "ablasyon", str(grid), "--isci", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip("bildirim: bu sistem kullanıcı değiştirmeye izin vermiyor")
    (open_folder / closed).chmod(0o777)
    assert done.returncode == 2, done.stderr
    assert f"Sonuç klasörü kullanılamıyor: {(open_folder / closed).absolute()}" in done.stderr
    assert "Çıkış yolu" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(open_folder.rglob("*")) == before


def test_a_file_in_the_place_of_the_folder_is_told(grid, capsys):
    grid.with_suffix("").write_text("burası klasör değil", "utf-8")
    assert cli.main(["ablasyon", str(grid), "--isci", "1"]) == 2
    assert "Sonuç klasörü kullanılamıyor" in capsys.readouterr().err
    assert grid.with_suffix("").read_text("utf-8") == "burası klasör değil"


def test_the_command_is_the_one_the_grids_name():
    for path in (ROOT / "results").glob("*.toml"):
        assert f"atolye ablasyon results/{path.name}" in path.read_text("utf-8")
