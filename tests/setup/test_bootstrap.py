"""Kurulum: eski Python, eksik venv, dar disk, yarım .venv: hepsinde Türkçe cümle ve çıkış yolu."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.paths import ROOT
from course_lib.setup import bootstrap


@pytest.fixture
def course(tmp_path):
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    return tmp_path


def test_it_uses_only_the_standard_library_and_old_syntax():
    tree = ast.parse(Path(bootstrap.__file__).read_text("utf-8"), feature_version=(3, 6))
    imported = {
        a.name.split(".")[0] for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names
    }
    assert imported <= set(sys.stdlib_module_names)
    assert not any(
        isinstance(n, (ast.JoinedStr, ast.ImportFrom, ast.AnnAssign, ast.NamedExpr))
        for n in ast.walk(tree)
    )


def test_it_finds_the_course_folder_from_its_own_place():
    assert Path(bootstrap.ROOT) == ROOT


@pytest.mark.parametrize("version", [(3, 10), (3, 8), (3, 14)])
def test_unsupported_python_without_another_one(monkeypatch, version):
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: None)
    with pytest.raises(
        bootstrap.SetupProblem, match=r"3\.11, 3\.12 ya da 3\.13.*bulunan: 3\.\d+"
    ) as caught:
        bootstrap.find_python("/x/python", version)
    assert "Çıkış yolu" in str(caught.value)


def test_unsupported_python_with_another_one(monkeypatch, capsys):
    monkeypatch.setattr(
        bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "python3.12" else None
    )
    monkeypatch.setattr(bootstrap, "version_of", lambda python: (3, 12))
    assert bootstrap.find_python("/x/python", (3, 9)) == "/usr/bin/python3.12"
    assert "kullanılıyor" in capsys.readouterr().err


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_supported_python_is_used_as_it_is(version):
    assert bootstrap.find_python("/x/python", version) == "/x/python"


def test_missing_venv_module(tmp_path):
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\nexit 1\n")
    fake.chmod(0o755)
    with pytest.raises(bootstrap.SetupProblem, match="python3-venv"):
        bootstrap.require_venv_module(str(fake))


def test_too_little_disk(tmp_path):
    with pytest.raises(bootstrap.SetupProblem, match=r"2\.5 GB boş.*8 GB gerek"):
        bootstrap.require_disk(str(tmp_path), bootstrap.required_bytes("linux"), free=2_500_000_000)
    bootstrap.require_disk(str(tmp_path), bootstrap.required_bytes("linux"), free=9_000_000_000)
    assert bootstrap.required_bytes("darwin") < bootstrap.required_bytes("linux")


def fake_installs(monkeypatch, code=0):
    calls = []
    real = subprocess.call

    def call(command, **options):
        if "install" in command:
            calls.append(command)
            return code
        if command[-1] == "import torch":
            return 0
        return real(command, **options)

    monkeypatch.setattr(bootstrap.subprocess, "call", call)
    return calls


def test_first_setup_then_nothing_then_more(course, monkeypatch):
    calls = fake_installs(monkeypatch)
    python = bootstrap.ensure(["lab"], root=str(course))
    assert Path(python).exists()
    assert len(calls) == 1
    assert "requirements.lock" in " ".join(calls[0])
    bootstrap.ensure(["lab"], root=str(course))
    assert len(calls) == 1
    bootstrap.ensure(["lab", "test"], root=str(course))
    assert len(calls) == 2
    bootstrap.ensure(["lab"], root=str(course))  # daha azını istemek fazlasını kaldırmaz
    assert len(calls) == 2
    (course / "requirements.lock").write_text("# değişti\n")
    bootstrap.ensure(["lab"], root=str(course))
    assert len(calls) == 3
    assert calls[-1][-1].endswith("[lab,test]")


def test_an_interrupted_install_is_resumed(course, monkeypatch):
    calls = fake_installs(monkeypatch, code=1)
    with pytest.raises(bootstrap.SetupProblem, match="kaldığı yerden"):
        bootstrap.ensure(["lab"], root=str(course))
    assert not (course / ".venv" / bootstrap.STAMP).exists()
    calls = fake_installs(monkeypatch)
    bootstrap.ensure(["lab"], root=str(course))
    assert len(calls) == 1


@pytest.mark.parametrize("damage", ["boş klasör", "python yok", "yalnız bin"])
def test_a_half_made_venv_is_mended(course, monkeypatch, damage, capsys):
    calls = fake_installs(monkeypatch)
    venv = course / ".venv"
    venv.mkdir()
    if damage == "python yok":
        (venv / "pyvenv.cfg").write_text("home = /yok\n")
    if damage == "yalnız bin":
        (venv / "bin").mkdir()
    bootstrap.ensure(["lab"], root=str(course))
    assert bootstrap.healthy(str(venv))
    assert len(calls) == 1
    assert "Yarım kalmış" in capsys.readouterr().err


def test_a_folder_that_is_no_venv_is_never_deleted(course):
    venv = course / ".venv"
    venv.mkdir()
    (venv / "tezim.docx").write_text("iki yıllık emek")
    with pytest.raises(bootstrap.SetupProblem, match="dokunulmadı"):
        bootstrap.ensure(["lab"], root=str(course))
    assert (venv / "tezim.docx").read_text() == "iki yıllık emek"


def test_main_says_the_problem_and_fails(monkeypatch, capsys):
    def refuse(extras):
        raise bootstrap.SetupProblem("cümle. Çıkış yolu: şu.")

    monkeypatch.setattr(bootstrap, "ensure", refuse)
    assert bootstrap.main([]) == 1
    assert "Çıkış yolu" in capsys.readouterr().err

    def interrupt(extras):
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap, "ensure", interrupt)
    assert bootstrap.main([]) == 130
    assert "onarılır" in capsys.readouterr().err
