"""Veri dosyaları: TOML'daki kayıtlar okunur, alanları denetlenir; kusur dosyası, kaydı ve alanıyla
söylenir."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from course_lib.errors import CourseError

KINDS = {str: "metin", int: "tam sayı", bool: "true ya da false", list: "liste", dict: "tablo"}


class EntryError(CourseError):
    """Bir veri dosyasındaki kayıt kusurlu: ileti dosyayı, kaydı ve alanı söyler."""


def read_entries(
    path: Path,
    kind: str,
    required: Mapping[str, type],
    optional: Mapping[str, type],
    *,
    key: str = "id",
) -> list[dict]:
    """`[[kind]]` kayıtları, dosyadaki sırayla; kayıt dışındaki düz alanlar her kaydın
    varsayılanıdır.

    Args:
        path: TOML dosyası.
        kind: kayıtların adı.
        required: alan -> türü; her kayıtta bulunmalı.
        optional: alan -> türü; bulunmayabilir.
        key: kaydı tanıtan, dosyada bir kez geçen alan.

    Raises:
        EntryError: dosya okunamıyorsa; bir alan eksikse, tanınmıyorsa, türü başkaysa ya da boşsa;
            bir kimlik iki kez geçiyorsa.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EntryError(f"{path.name} okunamadı: {error}.") from error
    entries = data.pop(kind, [])
    if not isinstance(entries, list) or not entries:
        raise EntryError(f"{path.name} içinde en az bir [[{kind}]] kaydı olmalı.")
    found = [data | entry for entry in entries]
    seen = set()
    for number, entry in enumerate(found, 1):
        where = f"{path.name} · {entry.get(key, f'{number}. kayıt')}"
        check_fields(entry, where, required, optional)
        if entry[key] in seen:
            raise EntryError(f"{where} · {key}: dosyada iki kez geçiyor.")
        seen.add(entry[key])
    return found


def check_fields(
    entry: Mapping[str, object],
    where: str,
    required: Mapping[str, type],
    optional: Mapping[str, type],
) -> None:
    """Kaydın alanlarını türleriyle denetler; `where` iletinin başında durur."""
    known = {**required, **optional}
    for name in required:
        if name not in entry:
            raise EntryError(f"{where} · {name}: bu alan eksik.")
    for name, value in entry.items():
        if name not in known:
            raise EntryError(f"{where} · {name}: bilinmeyen alan; bilinenler: {', '.join(known)}.")
        if type(value) is not known[name]:
            raise EntryError(f"{where} · {name}: {KINDS[known[name]]} olmalı; verilen: {value!r}.")
        if name in required and value in ("", [], {}):
            raise EntryError(f"{where} · {name}: boş olamaz.")


def prose(text: str) -> str:
    """Dosyada satırlara bölünmüş düzyazı, tek satır."""
    return " ".join(text.split())
