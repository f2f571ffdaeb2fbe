"""İddialar defteri: notların iddiaları, kararları ve onları ölçen hücreler (docs/iddialar.toml)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from course_lib.errors import CourseError
from course_lib.paths import ROOT

LEDGER = ROOT / "docs" / "iddialar.toml"
VERDICTS = ("doğru", "koşullu", "görülmedi", "yanlış", "ölçülmedi")
FIELDS = {"seed", "section", "claim", "verdict", "reason"}
EVIDENCE = {"lesson", "cell", "number"}


class LedgerError(CourseError, ValueError):
    """Defterdeki bir kayıt eksik ya da kanıtı yerinde değil; ileti hangisi olduğunu söyler."""


@dataclass(frozen=True)
class Claim:
    """Bir iddia.

    seed, section: notun numarası ve bölümü; claim: iddianın kendisi; verdict: VERDICTS'ten biri;
    reason: nedeni, bir cümle; lesson, cell, number: ölçen ders, hücrenin metninden bir parça ve
    çıktısında geçen yer (ölçülmediyse boş).
    """

    seed: str
    section: str
    claim: str
    verdict: str
    reason: str
    lesson: str = ""
    cell: str = ""
    number: str = ""


def read_claims(path: Path = LEDGER) -> list[Claim]:
    """Defterin kayıtları, yazıldıkları sırayla.

    Raises:
        LedgerError: bir alan eksik, fazla ya da boşsa; karar tanınmıyorsa; ölçülmüş iddianın
            kanıtı yoksa.
    """
    claims = []
    for number, entry in enumerate(tomllib.loads(path.read_text("utf-8"))["claim"], 1):
        told = f"{number}. kayıt ({entry.get('claim', '?')!r})"
        if entry.get("verdict") not in VERDICTS:
            known, given = ", ".join(VERDICTS), repr(entry.get("verdict"))
            raise LedgerError(f"{told}: verdict şunlardan biri olmalı: {known}; verilen: {given}.")
        wanted = FIELDS if entry["verdict"] == "ölçülmedi" else FIELDS | EVIDENCE
        if set(entry) != wanted or not all(str(value).strip() for value in entry.values()):
            names, given = ", ".join(sorted(wanted)), ", ".join(sorted(entry))
            raise LedgerError(f"{told}: alanları dolu ve şunlar olmalı: {names}; verilen: {given}.")
        claims.append(Claim(**entry))
    return claims


@dataclass(frozen=True)
class Evidence:
    """Saklı dersin bir kod hücresi: kimliği, üstündeki başlık, metni ve metin çıktısı."""

    cell_id: str
    heading: str
    source: str
    shown: str


@cache
def cells_of(lesson: str) -> tuple[Evidence, ...]:
    """Saklı dersin kod hücreleri."""
    notebook = json.loads((ROOT / "notebooks" / f"{lesson}.ipynb").read_text("utf-8"))
    heading, cells = "", []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            titles = [
                line.lstrip("#").strip() for line in source.splitlines() if line.startswith("#")
            ]
            heading = titles[-1] if titles else heading
        elif cell["cell_type"] == "code":
            shown = "".join(map(text_of, cell["outputs"]))
            cells.append(Evidence(cell["id"], heading, source, shown))
    return tuple(cells)


def text_of(output: dict) -> str:
    """Hücre çıktısının metni; dosyada bir dizgi ya da satırların listesi olarak durur."""
    data = output.get("data", {})
    return "".join(output.get("text") or data.get("text/markdown") or data.get("text/plain") or "")


def evidence_of(claim: Claim) -> Evidence:
    """İddiayı ölçen hücre.

    Raises:
        LedgerError: hücre metni derste tam bir hücrede değilse ya da sayı o hücrenin saklı
            çıktısında geçmiyorsa.
    """
    found = [cell for cell in cells_of(claim.lesson) if claim.cell in cell.source]
    if len(found) != 1:
        raise LedgerError(
            f"{claim.lesson}: cell tam bir hücrede geçmeli; "
            f"{len(found)} hücrede geçti: {claim.cell!r}."
        )
    (cell,) = found
    if claim.number not in cell.shown:
        raise LedgerError(
            f"{claim.lesson}, {cell.heading}: number hücrenin çıktısında geçmeli; "
            f"bulunamadı: {claim.number!r}."
        )
    return cell


def link(claim: Claim) -> str:
    """İddiayı ölçen hücreye bağlantı (JupyterLab o hücreyi açar); ölçülmediyse çizgi."""
    if not claim.lesson:
        return "-"
    cell = evidence_of(claim)
    return f"[{claim.lesson[:2]}, {cell.heading}]({claim.lesson}.ipynb#cell-id={cell.cell_id})"


def cell_text(text: str) -> str:
    """Tablo hücresine konacak metin: dik çizgi sütun ayırmasın."""
    return text.replace("|", "\\|").replace("*", "\\*")


def claims_table(claims: Iterable[Claim]) -> str:
    """İddiaların Markdown tablosu: bölüm, iddia, karar, neden, sayı, kanıt."""
    lines = [
        "| bölüm | iddia | karar | neden | ölçüm | nerede |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for claim in claims:
        number = " ".join(claim.number.strip("| ").split())
        told = f"{cell_text(claim.claim)} | **{claim.verdict}** | {cell_text(claim.reason)}"
        shown = cell_text(number) or "-"
        lines.append(f"| {claim.section} | {told} | {shown} | {link(claim)} |")
    return "\n".join(lines)
