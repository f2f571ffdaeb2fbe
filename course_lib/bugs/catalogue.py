"""Hata kataloğu: belgelenmiş her hata tek bir yerde, veri olarak (bu klasördeki TOML dosyaları).

Alıştırmalar, yoklama testleri, ders tabloları ve ipuçları buradan okur.
"""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Any

from course_lib.bugs.bug import Bug, Edit, Fix, Slip
from course_lib.entries import EntryError, check_fields, prose, read_entries
from course_lib.errors import BadInput

FOLDER = Path(__file__).parent
CHAPTERS = (
    "channel", "spatial", "cbam", "classic", "residual",  # bloğun kendi hataları
    "mask", "start", "summary", "memory", "router", "paths",  # bloktan bloğa görülenler
)  # fmt: skip
HINT_STEPS = 5
BUG_FIELDS: dict[str, type] = {
    **dict.fromkeys(
        ("id", "title", "chapter", "piece", "promise", "mark", "healthy", "planted", "why"), str
    ),
    **dict.fromkeys(("sources", "symptoms", "checks", "hints", "right", "wrong"), list),
}
SLIP_FIELDS: dict[str, type] = dict.fromkeys(
    ("id", "title", "piece", "healthy", "planted", "error", "why", "source"), str
)


def further_edits(pairs: list, where: str) -> tuple[Edit, ...]:
    """`also`: [sağlam metin, yerine geçen] ikilileri."""
    for pair in pairs:
        if not (
            isinstance(pair, list) and len(pair) == 2 and all(isinstance(t, str) for t in pair)
        ):
            raise EntryError(
                f"{where} · also: [sağlam metin, yeni metin] olmalı; verilen: {pair!r}."
            )
    return tuple(Edit(old, new, f"{where} · also") for old, new in pairs)


def read_fix(entry: dict, healthy: str, where: str) -> Fix:
    """Bir onarım: `code` hatanın sağlam metninin yerine geçer, `also` başka metinlerin."""
    check_fields(entry, where, {"why": str}, {"code": str, "also": list})
    own = (Edit(healthy, entry["code"], f"{where} · code"),) if "code" in entry else ()
    edits = own + further_edits(entry.get("also", []), where)
    if not edits:
        raise EntryError(f"{where} · code: code ya da also verilmeli.")
    return Fix(edits, prose(entry["why"]))


def read_bug(entry: dict, file: str) -> Bug:
    where = f"{file} · {entry['id']}"
    if len(entry["hints"]) != HINT_STEPS:
        raise EntryError(
            f"{where} · hints: {HINT_STEPS} basamak olmalı; verilen: {len(entry['hints'])}."
        )
    healthy = entry["healthy"]
    fixes = {
        side: tuple(
            read_fix(e, healthy, f"{where} · {side} {n}") for n, e in enumerate(entry[side], 1)
        )
        for side in ("right", "wrong")
    }
    first = Edit(healthy, entry["planted"], f"{where} · healthy")
    words: dict[str, Any] = {name: prose(entry[name]) for name in ("title", "why")}
    for name in ("sources", "symptoms", "checks", "hints"):
        words[name] = tuple(map(prose, entry[name]))
    return Bug(
        **{name: entry[name] for name in ("id", "chapter", "piece", "promise", "mark")},
        **words,
        edits=(first, *further_edits(entry.get("also", []), where)),
        right_fixes=fixes["right"],
        wrong_fixes=fixes["wrong"],
        blocks=tuple(entry.get("blocks") or [entry["piece"]]),
    )


def read_bugs(path: Path) -> list[Bug]:
    """Bir bölümün hataları; kusurlu kayıtta EntryError dosyayı, kaydı ve alanı söyler."""
    entries = read_entries(path, "bug", BUG_FIELDS, {"blocks": list, "also": list})
    return [read_bug(entry, path.name) for entry in entries]


def read_slips(path: Path) -> list[Slip]:
    """Yazım kazaları; kusurlu kayıtta EntryError dosyayı, kaydı ve alanı söyler."""
    found = []
    for entry in read_entries(path, "slip", SLIP_FIELDS, {}):
        where = f"{path.name} · {entry['id']} · healthy"
        edits = (Edit(entry.pop("healthy"), entry.pop("planted"), where),)
        words = {name: prose(entry.pop(name)) for name in ("title", "why", "source")}
        found.append(Slip(edits=edits, **words, **entry))
    return found


EVERY_BUG = [bug for chapter in CHAPTERS for bug in read_bugs(FOLDER / f"{chapter}.toml")]
CATALOGUE = MappingProxyType({bug.id: bug for bug in EVERY_BUG})
SLIPS = MappingProxyType({slip.id: slip for slip in read_slips(FOLDER / "slips.toml")})


def find_bug(bug_id: str) -> Bug:
    """Katalogdaki hata.

    Raises:
        BadInput: kimlik bilinmiyorsa; ileti bilinenleri sayar.
    """
    if bug_id not in CATALOGUE:
        known = ", ".join(CATALOGUE)
        raise BadInput(f"bug_id bilinen bir hata olmalı: {known}; verilen: {bug_id!r}.")
    return CATALOGUE[bug_id]


def bugs_of(block: type | str) -> dict[str, Bug]:
    """Bir blokta (sınıf ya da adı) adı konabilen hatalar: kimlik -> kayıt."""
    name = block if isinstance(block, str) else block.__name__
    return {bug_id: entry for bug_id, entry in CATALOGUE.items() if name in entry.blocks}
