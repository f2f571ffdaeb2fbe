"""Savlar defteri: notların savları, kararları ve onları ölçen hücreler (docs/iddialar.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / "docs" / "iddialar.toml"
VERDICTS = ("doğru", "koşullu", "yanlış", "ölçülmedi")
FIELDS = {"seed", "section", "claim", "verdict", "reason"}
EVIDENCE = {"lesson", "cell", "number"}


class LedgerError(ValueError):
    """Defterdeki bir kayıt eksik ya da kanıtı yerinde değil; ileti hangisi olduğunu söyler."""


@dataclass(frozen=True)
class Claim:
    """Bir sav.

    seed, section: notun numarası ve bölümü; claim: savın kendisi; verdict: VERDICTS'ten biri; reason: nedeni, bir
    cümle; lesson, cell, number: ölçen ders, hücrenin metninden bir parça ve çıktısında geçen yer (ölçülmediyse boş).
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
        LedgerError: bir alan eksik, fazla ya da boşsa; karar tanınmıyorsa; ölçülmüş savın kanıtı yoksa.
    """
    claims = []
    for number, entry in enumerate(tomllib.loads(path.read_text("utf-8"))["claim"], 1):
        told = f"{number}. kayıt ({entry.get('claim', '?')!r})"
        if entry.get("verdict") not in VERDICTS:
            known = ", ".join(VERDICTS)
            raise LedgerError(f"{told}: verdict şunlardan biri olmalı: {known}; verilen: {entry.get('verdict')!r}.")
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
    heading, cells = "", []
    for cell in nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", as_version=4).cells:
        if cell.cell_type == "markdown":
            titles = [line.lstrip("#").strip() for line in cell.source.splitlines() if line.startswith("#")]
            heading = titles[-1] if titles else heading
        elif cell.cell_type == "code":
            cells.append(Evidence(cell.id, heading, cell.source, "".join(map(text_of, cell.outputs))))
    return tuple(cells)


def text_of(output: nbformat.NotebookNode) -> str:
    data = output.get("data", {})
    return output.get("text", "") or data.get("text/markdown", "") or data.get("text/plain", "")


def evidence_of(claim: Claim) -> Evidence:
    """Savı ölçen hücre.

    Raises:
        LedgerError: hücre metni derste tam bir hücrede değilse ya da sayı o hücrenin saklı çıktısında geçmiyorsa.
    """
    found = [cell for cell in cells_of(claim.lesson) if claim.cell in cell.source]
    if len(found) != 1:
        raise LedgerError(f"{claim.lesson}: cell tam bir hücrede geçmeli; {len(found)} hücrede geçti: {claim.cell!r}.")
    (cell,) = found
    if claim.number not in cell.shown:
        raise LedgerError(f"{claim.lesson}, {cell.heading}: number hücrenin çıktısında geçmeli; bulunamadı: {claim.number!r}.")
    return cell


def link(claim: Claim) -> str:
    """Savı ölçen hücreye bağlantı (JupyterLab o hücreyi açar); ölçülmediyse çizgi."""
    if not claim.lesson:
        return "-"
    cell = evidence_of(claim)
    return f"[{claim.lesson[:2]}, {cell.heading}]({claim.lesson}.ipynb#cell-id={cell.cell_id})"


def cell_text(text: str) -> str:
    """Tablo hücresine konacak metin: dik çizgi sütun ayırmasın."""
    return text.replace("|", "\\|").replace("*", "\\*")


def claims_table(claims: Iterable[Claim]) -> str:
    """Savların Markdown tablosu: bölüm, sav, karar, neden, sayı, kanıt."""
    lines = ["| bölüm | sav | karar | neden | ölçüm | nerede |", "| --- | --- | --- | --- | --- | --- |"]
    for claim in claims:
        number = " ".join(claim.number.strip("| ").split())
        lines.append(
            f"| {claim.section} | {cell_text(claim.claim)} | **{claim.verdict}** | {cell_text(claim.reason)} "
            f"| {cell_text(number) or '-'} | {link(claim)} |"
        )
    return "\n".join(lines)
