"""Derste bir terimin ilk geçişi sözlüğe bağlanır: "kapı (gate)" -> "kapı ([gate](…))"."""

from __future__ import annotations

import re
from functools import cache

from course_lib.paths import ROOT

SOURCE = ROOT / "notebooks" / "source" / "sozluk.md"
ROW = re.compile(r"^\| [^|]+ \| ([^|]+) \| [^|]+ \| \[\d\d\]", re.M)


@cache
def english_terms() -> tuple[str, ...]:
    """Sözlükteki terimlerin İngilizceleri."""
    return tuple(ROW.findall(SOURCE.read_text("utf-8")))


def with_glossary_links(text: str, linked: set[str]) -> str:
    """Hücrenin metni; `linked`, bu derste daha önce bağlananlar, burada bağlananlarla büyür.

    Başlıklar ve katlanmış soruların HTML'i olduğu gibi kalır.
    """
    lines = text.split("\n")
    for term in english_terms():
        for place, line in enumerate(lines):
            if term in linked or line.startswith("#") or "<summary" in line:
                continue
            if f" ({term})" in line:  # boşluk: kod değil, düzyazı
                lines[place] = line.replace(f" ({term})", f" ([{term}](sozluk.ipynb))", 1)
                linked.add(term)
    return "\n".join(lines)
