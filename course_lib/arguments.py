"""Komut satırını Türkçe okumak: argparse'ın her gerekçesi kendi gettext kancasından çevrilir."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

TURKISH = {
    "usage: ": "kullanım: ",
    "positional arguments": "argümanlar",
    "options": "seçenekler",
    "subcommands": "komutlar",
    "show this help message and exit": "bu yardım",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "%s verilmedi",
    "one of the arguments %s is required": "şunlardan biri gerekli: %s",
    "unrecognized arguments: %s": "tanınmayan argüman: %s",
    "unexpected option string: %s": "tanınmayan seçenek: %s",
    "ambiguous option: %(option)s could match %(matches)s": (
        "%(option)s birden çok seçeneğin başı: %(matches)s"
    ),
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "%(value)r seçeneklerden biri değil; seçenekler: %(choices)s"
    ),
    "unknown parser %(parser_name)r (choices: %(choices)s)": (
        "%(parser_name)r bilinmeyen bir komut; komutlar: %(choices)s"
    ),
    "invalid %(type)s value: %(value)r": "geçersiz %(type)s değeri: %(value)r",
    "expected one argument": "bir değer bekliyor",
    "expected at most one argument": "en çok bir değer alır",
    "expected at least one argument": "en az bir değer bekliyor",
    "expected %s argument": "%s değer bekliyor",
    "not allowed with argument %s": "%s ile birlikte verilemez",
    "ignored explicit argument %r": "değer almaz; verilen: %r",
    "can't open '%(filename)s': %(error)s": "'%(filename)s' açılamadı: %(error)s",
    "%(prog)s: error: %(message)s\n": "%(prog)s: hata: %(message)s\n",
}


def translated(sentence: str) -> str:
    return TURKISH.get(sentence, sentence)


@contextmanager
def turkish() -> Iterator[None]:
    """Blok boyunca argparse Türkçe konuşur; sonra, başka kitaplıklar için, eski hâline döner."""
    hooks = argparse.__dict__
    kept = {name: hooks[name] for name in ("_", "ngettext")}
    hooks.update(_=translated, ngettext=lambda one, many, n: translated(one))
    try:
        yield
    finally:
        hooks.update(kept)


class Parser(argparse.ArgumentParser):
    """Gerekçeyi, ardından bütün yardımı söyler."""

    def __init__(self, **options):
        super().__init__(**options, add_help=False)
        self.add_argument("-h", "--yardim", "--help", action="help", help="bu yardım")

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"Anlaşılmadı: {message}\n\n{self.format_help()}")


def whole_number(text: str) -> int:
    """argparse türü: tam sayı; pozitif mi, ona kullanan bakar."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"1 ya da daha büyük bir tam sayı olmalı; verilen: {text!r}."
        ) from None
