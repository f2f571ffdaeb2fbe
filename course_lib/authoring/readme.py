"""README'nin haritası: derslerin adı, konusu ve dakikası; kaynaklarından yazılır."""

from __future__ import annotations

from pathlib import Path

from course_lib.paths import ROOT
from course_lib.practice.exercises import EXERCISES
from course_lib.practice.lesson import lessons
from course_lib.practice.plan import total_minutes

README = ROOT / "README.md"
START, END = "<!-- harita: make build yazar -->\n", "<!-- harita sonu -->"


def course_map() -> str:
    """Haritanın Markdown tablosu."""
    rows = ["| ders | konu | dakika |", "| --- | --- | --- |"]
    for lesson in lessons().values():
        link = f"[{lesson.label}](notebooks/{lesson.id}.ipynb)"
        rows.append(f"| {link} | {lesson.about} | {lesson.minutes} |")
    ids = list(EXERCISES)
    minutes = sum(e.minutes for e in EXERCISES.values())
    what = f"{len(ids)} alıştırma; [çözümleri](solutions)"
    rows.append(f"| [{ids[0]}-{ids[-1]}](exercises) | {what} | {minutes} |")
    return "\n".join([*rows, "", f"Toplam {total_minutes()} dakika.", ""])


def with_map(text: str) -> str:
    """README'nin metni, haritası yenilenmiş."""
    before, rest = text.split(START)
    return before + START + course_map() + END + rest.split(END)[1]


def write_map(path: Path = README) -> None:
    path.write_text(with_map(path.read_text("utf-8")), "utf-8")
