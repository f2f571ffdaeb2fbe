"""Her konsolda okunur bir yanıt; gösterilemeyen harcanmış sayılmaz. Gerçek süreçlerle."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib import paths
from course_lib.practice import journal
from course_lib.terminal import PLAIN, plain, prepare_streams

ENCODINGS = ["cp1254", "cp1252", "latin-1", "ascii", "utf-8"]
OURS = "İıĞğŞşÇçÖöÜü★░█·→"
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX'in dosya tanıtıcıları")


def atolye(*arguments, encoding="utf-8", **options):
    """Kodlaması verilen, harfini bilmediğini reddeden bir konsolda `atolye`."""
    environment = {**os.environ, "PYTHONUTF8": "0", "PYTHONIOENCODING": f"{encoding}:strict"}
    return subprocess.run(
        [sys.executable, "-m", "course_lib.cli", *arguments],
        env=environment,
        cwd=paths.ROOT,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
    )


def readable(raw: bytes, encoding: str) -> str:
    text = raw.decode(encoding)
    assert "?" not in text
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_progress_is_readable_on_every_console(encoding):
    done = atolye("ilerleme", encoding=encoding)
    assert (done.returncode, done.stderr) == (0, b"")
    text = readable(done.stdout, encoding)
    assert text.count("e27") == 1
    assert "çözüldü" in text if encoding != "ascii" else "cozuldu" in text
    if encoding == "cp1254":  # bildiği harfler yerinde kalır
        assert "e01  Komşusunu dinleyen blok" in text
        assert "***" in text
    if encoding == "cp1252":
        assert "Komsusunu dinleyen blok" in text


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_hint_is_shown_and_then_taken_on_every_console(encoding):
    for number in (1, 2):
        done = atolye("ipucu", "e01", encoding=encoding)
        assert (done.returncode, done.stderr) == (0, b"")
        assert f"pucu {number}/5" in readable(done.stdout, encoding)
    assert journal.read().records["e01"].hints == 2


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_errors_and_help_are_readable_on_every_console(encoding):
    for arguments in (["kontrol", "e99"], ["yok"], ["ablasyon", "x.toml", "--isci", "üç★"]):
        done = atolye(*arguments, encoding=encoding)
        assert done.returncode == 2
        assert len(readable(done.stderr, encoding)) > 40
    done = atolye("-h", encoding=encoding)
    assert done.returncode == 0
    assert "ablasyon" in readable(done.stdout, encoding)


@posix
def test_a_hint_is_not_spent_when_the_reader_has_gone():
    """`atolye ipucu e01 | head -0`: boruyu okuyan, yazılmadan gitmiştir."""
    reader, writer = os.pipe()
    os.close(reader)
    done = atolye("ipucu", "e01", stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")
    assert not journal.journal_path().exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full yok")
def test_a_hint_is_not_spent_when_the_output_is_full():
    with open("/dev/full", "wb") as full:
        done = atolye("ipucu", "e01", stdout=full)
    assert done.returncode == 2
    assert "kaydedilmedi" in readable(done.stderr, "utf-8")
    assert not journal.journal_path().exists()


@posix
def test_a_hint_is_not_spent_when_the_output_is_closed():
    line = f'"{sys.executable}" -m course_lib.cli ipucu e01 >&-'
    done = subprocess.run(line, shell=True, cwd=paths.ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 2
    assert "Standart çıktı kapalı" in done.stderr
    assert not journal.journal_path().exists()


@pytest.mark.parametrize("letter", [*OURS, *PLAIN, "é", "中", "\udcff", "😀"])
def test_every_letter_has_a_plain_form(letter):
    assert plain(letter).isascii()
    assert plain(letter)
    assert "?" not in plain(letter)


def test_plain_forms_are_those_a_reader_expects():
    assert "".join(map(plain, "İığşÇ★█·→…")) == "IigsC*#-->..."
    assert "".join(map(plain, "g\u0306")) == "g"
    assert plain("中") == "\\u4e2d"


def test_only_what_the_encoding_lacks_is_replaced(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="cp1254", errors="strict"))
    prepare_streams()
    print("ğış · ★ …", flush=True, end="")
    assert raw.getvalue().decode("cp1254") == "ğış · * …"
