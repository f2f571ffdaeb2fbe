"""Kursun haritası: derslerin adı, konusu, dakikası ve alıştırmaları; README'de ve ders 00'da."""

from __future__ import annotations

from collections.abc import Sequence
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
        ids = ranges(step.exercises) or "yok"
        rows.append(f"| {link} | {step.lesson.about} | {step.lesson.minutes} | {ids} |")
    return "\n".join(rows)


def ranges(ids: Sequence[str]) -> str:
    """Kimlikler kısaca: art arda gelenler "e20-e22", gerisi tek tek."""
    runs: list[list[str]] = []
    for new in ids:
        follows = runs and int(new[1:]) == int(runs[-1][-1][1:]) + 1
        runs[-1].append(new) if follows else runs.append([new])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


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
