"""Kurma alıştırmasının metinleri: verilen taslak, kursun yanıtı, başka doğrular, çeldiriciler."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_lib.entries import EntryError, check_fields, prose, read_entries

FOLDER = Path(__file__).parent
REQUIRED = {
    **dict.fromkeys(("id", "start", "answer", "asks", "truth"), str),
    **dict.fromkeys(("other", "wrong"), list),
}


@dataclass(frozen=True)
class Attempt:
    """Başka yazılmış bir yanıt. breaks: bozduğu madde (doğru yanıtta boş); why: bir cümle."""

    code: str
    why: str
    breaks: str = ""


@dataclass(frozen=True)
class Draft:
    """Bir kurma alıştırmasının metinleri.

    imports: kod hücresinin içe aktarımları; start: öğrencinin açtığı taslak; answer: kursun
    yanıtı; asks, truth: tahmin sorusu ve yanıtı; others: başka doğrular; wrong: çeldiriciler.
    """

    imports: str
    start: str
    answer: str
    asks: str
    truth: str
    others: tuple[Attempt, ...]
    wrong: tuple[Attempt, ...]

    def cell(self, code: str) -> str:
        """Kod hücresi: içe aktarımlar ve kod."""
        return f"{self.imports}\n\n\n{code.strip()}".strip()

    @property
    def names(self) -> tuple[str, ...]:
        """Taslağın tanımladığı sınıf ve işlevler."""
        found = ast.parse(self.start).body
        return tuple(n.name for n in found if isinstance(n, ast.ClassDef | ast.FunctionDef))

    @property
    def asks_for_function(self) -> bool:
        """İstenen bir sınıf değil de işlev mi?"""
        return isinstance(ast.parse(self.start).body[-1], ast.FunctionDef)


def read_attempt(entry: dict, where: str, *, wrong: bool) -> Attempt:
    check_fields(entry, where, {"code": str, "why": str} | ({"breaks": str} if wrong else {}), {})
    return Attempt(entry["code"].strip(), prose(entry["why"]), entry.get("breaks", ""))


def read_draft(path: Path) -> Draft:
    """Dosyadaki metinler; kusurda EntryError dosyayı ve alanı söyler."""
    (entry,) = read_entries(path, "build", REQUIRED, {"imports": str})
    where = f"{path.name} · {entry['id']}"
    if len(entry["other"]) < 2 or len(entry["wrong"]) < 3:
        raise EntryError(f"{where}: en az iki other ve üç wrong kaydı olmalı.")
    texts = {name: entry[name].strip() for name in ("start", "answer", "truth")}
    return Draft(
        **texts,
        imports=entry.get("imports", "").strip(),
        asks=prose(entry["asks"]),
        others=tuple(read_attempt(e, f"{where} · other", wrong=False) for e in entry["other"]),
        wrong=tuple(read_attempt(e, f"{where} · wrong", wrong=True) for e in entry["wrong"]),
    )


@cache
def draft(exercise_id: str) -> Draft:
    """Kurma alıştırmasının metinleri."""
    return read_draft(FOLDER / f"{exercise_id}.toml")
