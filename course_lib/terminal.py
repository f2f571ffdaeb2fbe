"""Terminale yazmak: her akış okunur bir metin alır; yazılamayan, gösterilmiş sayılmaz."""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata

from course_lib.errors import CourseError

PLAIN_ERRORS = "atolye-sade"
# Aksanı atılınca ASCII'ye inmeyenler; ğ, ş, İ gibi harfler kendiliğinden iner.
PLAIN = {
    "ı": "i", "★": "*", "☆": ".", "█": "#", "░": ".", "·": "-", "•": "-", "→": "->", "←": "<-",
    "–": "-", "—": "-", "−": "-", "×": "x", "≥": ">=", "≤": "<=", "≠": "!=", "±": "+-",
    "“": '"', "”": '"', "‘": "'", "’": "'", "«": '"', "»": '"', "α": "alpha", "√": "kök ",
}  # fmt: skip


def plain(letter: str) -> str:
    """Bir harfin ASCII karşılığı; karşılığı yoksa numarası (\\u4e2d)."""
    if unicodedata.combining(letter):
        return ""
    decomposed = unicodedata.normalize("NFKD", PLAIN.get(letter, letter))
    return "".join(c for c in decomposed if c.isascii()) or f"\\u{ord(letter):04x}"


def replaced(error: UnicodeError) -> tuple[str, int]:
    """Akışın kodlamasında bulunmayan harflerin yerine sade karşılıklarını koyar."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(plain, error.object[error.start : error.end])), error.end


codecs.register_error(PLAIN_ERRORS, replaced)


def prepare_streams() -> None:
    """Harflerimizi bilmeyen bir konsolda (cp1254, cp1252, ascii) da her ileti okunsun."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=PLAIN_ERRORS)


def show(text: object) -> None:
    """Yazar ve akışa indirir: dönerse gösterilmiştir.

    Raises:
        BrokenPipeError: okuyan gitmişse (`| head`).
        CourseError: çıktı kapalıysa ya da yazılamıyorsa.
    """
    if sys.stdout is None:
        raise CourseError("Standart çıktı kapalı: gösterilemeyen sonuç kaydedilmedi.")
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon_output()
        raise CourseError(
            f"Çıktı yazılamadı ({error.strerror}): gösterilemeyen sonuç kaydedilmedi."
        ) from error


def abandon_output() -> None:
    """Yazılamayan çıktıyı bırakır; yoksa Python kapanırken bir kez daha dener ve yakınır."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
