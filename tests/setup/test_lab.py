"""JupyterLab'in açılışı: kapı seçimi, yönetici uyarısı, sunucunun komutu."""

import os
import socket

import pytest

from course_lib.paths import ROOT
from course_lib.setup import lab


def taken():
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen()
    return s, s.getsockname()[1]


def test_a_port_in_use_is_named_with_a_way_out():
    s, port = taken()
    with (
        s,
        pytest.raises(SystemExit, match=rf"{port} numaralı.*\n.*--no-browser --port={port + 1}"),
    ):
        lab.choose_port(["--no-browser", f"--port={port}"])


def test_a_free_port_is_taken_and_a_bad_one_refused():
    s, port = taken()
    s.close()
    assert lab.choose_port([f"--port={port}"]) == port
    assert lab.joined(["--port", "9000", "--no-browser"]) == ["--port=9000", "--no-browser"]
    for bad in ("abc", "0", "99999", "²"):
        with pytest.raises(SystemExit, match=f"verilen: '{bad}'"):
            lab.choose_port([f"--port={bad}"])


def test_default_port_moves_on_when_taken(monkeypatch, capsys):
    monkeypatch.setattr(lab, "is_free", lambda port: port == lab.PORT + 2)
    assert lab.choose_port([]) == lab.PORT + 2
    assert "kullanımda" in capsys.readouterr().err
    monkeypatch.setattr(lab, "is_free", lambda port: False)
    with pytest.raises(SystemExit, match="Çıkış yolu"):
        lab.choose_port([])


def test_the_way_out_fits_how_the_course_was_installed(monkeypatch):
    monkeypatch.setattr(lab, "in_own_venv", lambda: True)
    assert lab.again(["--port=1"], "--port=2") == 'make lab ARGS="--port=2"'
    monkeypatch.setattr(lab, "in_own_venv", lambda: False)  # conda; Windows'ta make de yoktur
    assert lab.again(["--no-browser"], "--port=2") == "atolye lab --no-browser --port=2"


def test_root_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0, raising=False)
    with pytest.raises(SystemExit, match="--allow-root"):
        lab.main([])


def test_the_server_is_local_and_has_a_token(monkeypatch, capsys):
    seen = {}
    monkeypatch.setattr(os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(os, "name", "posix")
    monkeypatch.setattr(os, "execv", lambda path, command: seen.update(command=command))
    monkeypatch.setattr(os, "chdir", lambda path: None)
    monkeypatch.setattr(lab, "prepare", lambda: ROOT / "dil")
    monkeypatch.setenv("PYTHONPATH", "başkası")
    monkeypatch.delenv("JUPYTER_TOKEN", raising=False)
    s, port = taken()
    s.close()
    lab.main([f"--port={port}", "--no-browser"])
    assert "--ServerApp.ip=127.0.0.1" in seen["command"]
    assert f"--ServerApp.port={port}" in seen["command"]
    assert "--no-browser" in seen["command"]
    assert lab.FIRST in seen["command"]
    assert f"--ContentsManager.pre_save_hook={lab.HOOK}" in seen["command"]
    assert os.environ["PYTHONPATH"] == f"{ROOT / 'dil'}{os.pathsep}başkası"
    assert len(os.environ["JUPYTER_TOKEN"]) >= 32
    assert (
        f"127.0.0.1:{port}/lab/tree/{lab.FIRST}?token={os.environ['JUPYTER_TOKEN']}"
        in capsys.readouterr().err
    )
    monkeypatch.delenv("JUPYTER_TOKEN")


def test_lessons_that_cannot_be_signed_still_open(monkeypatch):
    def refused():
        raise PermissionError("salt okunur")

    monkeypatch.setattr(lab, "sign_released", refused)
    assert lab.signed_lessons() == [
        "Dersler imzalanamadı (salt okunur); sürgüler, hücreleri çalışınca canlanır."
    ]
    monkeypatch.setattr(lab, "sign_released", lambda: ["a.ipynb"])
    assert lab.signed_lessons() == []
