"""Alıştırma kaynağı: ortak iskelet, alıştırmanın kendi bölümleri ve exercises.toml'daki bilgileri.

Bölümler `<!-- bölüm: ad -->` satırlarıyla ayrılır. Adın sonundaki niteleyiciler bölümün ne zaman
kullanılacağını söyler: "· tek" bir hatada, "· çok" birkaç hatada, "· her hata" hata başına bir kez,
"· kur" kurma alıştırmasında, "· BlokAdı" yalnız o blokta; uyanlardan niteleyicisi çok olan geçer.
Kaynak bir bölümü verirse iskeletinki kullanılmaz; boş verilen bölüm deftere girmez.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.practice.builds.contract import contract_of
from course_lib.practice.builds.draft import draft
from course_lib.practice.exercises import EXERCISES, Exercise
from course_lib.practice.lesson import lessons

SKELETON = Path(__file__).with_name("skeleton.md")
MARK = re.compile(r"^<!-- bölüm: (.+?) -->\n", re.M)
SLOT = re.compile(r"\{\{(\w+)\}\}")
ORDER = (
    "baş", "hazırlık", "belirti", "tahmin", "söz", "ölçüm", "teşhis", "sözleşme", "kod", "denetim",
    "ipucu", "cümle", "sonra", "neden", "fark", "onarım", "yarım", "ek",
)  # fmt: skip
OWN = ("belirti", "neden")  # iskelette bulunmaz, her kaynak kendininkini yazar
FRONT = "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n---\n\n"
EVERY_BUG = "her hata"
PATHS = {
    "reading": (
        "şekli gör → okuyuşunu yaz → ölç → gerekirse kodu onar → denetle → kendi cümlenle anlat"
    ),
    "build": "ihtiyacı gör → tahmin et → sözleşmeyi oku → kur → denetle → kendi cümlenle anlat",
    "": "belirtiyi gör → bozulan sözü tahmin et → kodu onar → denetle → kendi cümlenle anlat",
}


class SourceError(CourseError):
    """Alıştırma kaynağı kusurlu: ileti dosyayı ve bölümü söyler."""


@dataclass(frozen=True)
class Section:
    """Bir bölüm: adı, ne zaman kullanılacağı, MyST metni."""

    name: str
    when: tuple[str, ...]
    text: str

    def fits(self, item: Exercise) -> bool:
        """Bu alıştırmada kullanılır mı?"""
        true = {EVERY_BUG, item.block}
        if item.form in ("repair", "open-hunt"):
            true.add("tek" if len(item.bugs) == 1 else "çok")
        if item.form == "build":
            true.add("kur")
        return set(self.when) <= true


def sections(text: str, file: str) -> list[Section]:
    """Metnin bölümleri, sırayla; bilinmeyen adda SourceError."""
    _, *parts = MARK.split(text)
    found = []
    for title, body in zip(parts[::2], parts[1::2], strict=True):
        name, *when = title.split(" · ")
        if name not in ORDER:
            raise SourceError(f"{file} · {name}: bilinmeyen bölüm; olanlar: {', '.join(ORDER)}.")
        found.append(Section(name, tuple(when), body.strip("\n")))
    return found


def slots(item: Exercise) -> dict[str, str]:
    """{{ad}} -> yerine gelecek metin."""
    stars = {n: "★" * n + "☆" * (3 - n) for n in (1, 2, 3)}
    following = list(EXERCISES.values())[list(EXERCISES).index(item.id) + 1 :]
    found = {
        "id": item.id,
        "title": item.title,
        "goal": item.goal,
        "path": PATHS.get(item.form, PATHS[""]),
        "difficulty": stars[item.difficulty],
        "importance": stars[item.importance],
        "minutes": str(item.minutes),
        "lesson": lessons()[item.reads].label,
        "lesson_file": item.reads,
        "solution": item.solution.stem[:3],
        "solution_file": item.solution.stem,
        "exercise_file": item.notebook.stem,
        "block": item.block,
        "bugs": str(list(item.bugs)).replace("'", '"'),
    }
    if len(item.bugs) == 1:
        found["bug"] = item.bugs[0]
    if item.form == "build":
        given = draft(item.id)
        found |= {"asks": given.asks, "truth": given.truth, "contract": contract_list(item)}
    if following:
        found["next"] = f"{following[0].id} · {following[0].title}"
        found["next_file"] = following[0].notebook.stem
    return found


def contract_list(item: Exercise) -> str:
    """Sözleşmenin maddeleri, numaralı liste olarak."""
    clauses = enumerate(contract_of(item.id), 1)
    return "\n".join(f"{n}. **{clause.name}**: {clause.says}" for n, clause in clauses)


def filled(section: Section, item: Exercise, file: str) -> str:
    """Boşlukları dolmuş bölüm; "her hata" bölümü hata başına bir kez."""
    values = slots(item)

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise SourceError(
                f"{file} · {section.name}: {{{{{match[1]}}}}} bu alıştırmada dolmuyor."
            )
        return values[match[1]]

    if EVERY_BUG not in section.when:
        return SLOT.sub(value, section.text)
    texts = []
    for bug in item.bugs:
        values["bug"] = bug
        texts.append(SLOT.sub(value, section.text))
    return "\n\n".join(texts)


def assembled(path: Path, item: Exercise) -> str:
    """Kaynağın, iskeletle tamamlanmış MyST metni.

    Raises:
        SourceError: bölüm adı bilinmiyorsa, iki kez verildiyse, zorunlusu yoksa ya da boşluk
            dolmuyorsa.
    """
    own = sections(path.read_text("utf-8"), path.name)
    shared = sections(SKELETON.read_text("utf-8"), SKELETON.name)
    texts = []
    for name in ORDER:
        mine = [s for s in own if s.name == name and s.fits(item)]
        chosen = mine or [s for s in shared if s.name == name and s.fits(item)]
        chosen = [s for s in chosen if len(s.when) == max(len(c.when) for c in chosen)]
        if len(chosen) > 1:
            raise SourceError(f"{path.name} · {name}: bölüm iki kez verilmiş.")
        if not chosen and name in OWN:
            raise SourceError(f"{path.name} · {name}: bu bölümü kaynak yazmalı.")
        texts += filter(None, (filled(section, item, path.name) for section in chosen))
    # Başlıkla başlayan bölüm kendi hücresini açar; ötekiler zaten bir hücre sınırıyla başlar.
    opened = [t if t.startswith(("+++", "```")) else f"+++\n\n{t}" for t in texts]
    return FRONT + "\n\n".join(opened) + "\n"
