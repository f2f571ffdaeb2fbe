"""Kursun haritası: derslerin adı, konusu, dakikası ve alıştırmaları; README'de ve ders 00'da."""

from __future__ import annotations

from pathlib import Path

from course_lib.paths import ROOT
from course_lib.practice.exercises import EXERCISES
from course_lib.practice.plan import STEPS, total_minutes

README = ROOT / "README.md"
START, END = "<!-- harita: make build yazar -->\n", "<!-- harita sonu -->"


def course_map(folder: str) -> str:
    """Haritanın Markdown tablosu; `folder`: derslerin, tablonun durduğu yerden görülen klasörü."""
    rows = ["| ders | konu | dakika | alıştırmalar |", "| --- | --- | --- | --- |"]
    for step in STEPS:
        link = f"[{step.lesson.label}]({folder}{step.lesson.id}.ipynb)"
        ids = f"{step.exercises[0]}-{step.exercises[-1]}" if step.exercises else "yok"
        rows.append(f"| {link} | {step.lesson.about} | {step.lesson.minutes} | {ids} |")
    return "\n".join(rows)


def totals() -> str:
    minutes = sum(e.minutes for e in EXERCISES.values())
    return (
        f"{len(EXERCISES)} alıştırma {minutes} dakika; dersleriyle bütün kurs "
        f"{total_minutes()} dakika."
    )


def with_map(text: str) -> str:
    """README'nin metni, haritası yenilenmiş."""
    before, rest = text.split(START)
    return f"{before}{START}{course_map('notebooks/')}\n\n{totals()}\n{END}{rest.split(END)[1]}"


def write_map(path: Path = README) -> None:
    path.write_text(with_map(path.read_text("utf-8")), "utf-8")
