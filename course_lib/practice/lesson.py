"""Dersler: adı, kısa başlığı, dakikası ve konusu. Hepsi dersin kaynağının ilk satırlarında
yazılıdır."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_lib.entries import EntryError
from course_lib.paths import ROOT

SOURCES = ROOT / "notebooks" / "source"


@dataclass(frozen=True)
class Lesson:
    """id: defterin adı, uzantısız; title: kısa başlık; about: konusu, tek satır; minutes:
    süresi."""

    id: str
    title: str
    about: str
    minutes: int

    @property
    def label(self) -> str:
        """ "02 · Hata avı" gibi."""
        return f"{self.id[:2]} · {self.title}"


def front_matter(path: Path) -> dict[str, str]:
    """Kaynağın ilk iki `---` satırı arasındaki düz alanlar."""
    lines = path.read_text("utf-8").split("\n---\n", 1)[0].splitlines()
    pairs = (line.partition(": ") for line in lines if not line.startswith((" ", "#", "---")))
    return {key: value.strip().strip('"') for key, colon, value in pairs if colon}


def read_lesson(path: Path) -> Lesson:
    """Kaynağın dersi; eksik ya da sayı olmayan alanda EntryError dosyayı ve alanı söyler."""
    found = front_matter(path)
    for name in ("title", "about", "minutes"):
        if not found.get(name):
            raise EntryError(f"{path.name} · {name}: başlık alanı eksik.")
    if not found["minutes"].isdecimal():
        raise EntryError(f"{path.name} · minutes: tam sayı olmalı; verilen: {found['minutes']!r}.")
    return Lesson(path.stem, found["title"], found["about"], int(found["minutes"]))


@cache
def lessons() -> dict[str, Lesson]:
    """Ad -> ders, okunuş sırasıyla."""
    return {path.stem: read_lesson(path) for path in sorted(SOURCES.glob("[0-9][0-9]_*.md"))}
