"""İlerleme tablosu: defterde `progress()`, terminalde `atolye ilerleme`."""

from __future__ import annotations

from course_lib.card import ASKING, card, inline, numbered, paragraphs
from course_lib.palette import GREEN, MID_GRAY
from course_lib.practice import journal
from course_lib.practice.exercises import EXERCISES, Exercise
from course_lib.practice.journal import Journal, JournalError, Record
from course_lib.practice.message import Message, with_warnings
from course_lib.practice.plan import total_minutes
from course_lib.practice.verdict import STATE_WORDS, State
from course_lib.turkish import lowered

NEXT = 3


def state(now: Journal, item: Exercise) -> State:
    return now.records.get(item.id, Record()).state


def next_unsolved() -> Exercise | None:
    """Çözülmemiş ilk alıştırma. Raises: JournalError, ilerleme okunamıyorsa."""
    now = journal.read()
    return next((e for e in EXERCISES.values() if state(now, e) != "solved"), None)


def row(item: Exercise, record: Record) -> tuple[str, ...]:
    """Bir alıştırmanın tablodaki hücreleri."""
    return (
        item.id,
        item.title,
        "★" * item.difficulty,
        f"{item.minutes} dk",
        lowered(STATE_WORDS[record.state]),
        f"{record.attempts} deneme",
        f"{record.hints} ipucu",
    )


def face(rows: list[tuple[str, ...]], solved: int, said: list[str], upcoming: list[str]) -> str:
    """Tablonun defterdeki yüzü: çubuk, sıradaki üç iş, katlanmış bütün liste."""
    share = 100 * solved / len(rows)
    bar = (
        f'<div style="border:1px solid {MID_GRAY};max-width:24em;margin:6px 0">'
        f'<div style="background:{GREEN};width:{share:.0f}%;height:10px"></div></div>'
    )
    cells = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{inline(c)}</td>' for c in r) + "</tr>"
        for r in rows
    )
    every = f"<details><summary>Bütün alıştırmalar</summary><table>{cells}</table></details>"
    title = f"{solved}/{len(rows)} alıştırma çözüldü"
    queue = paragraphs(["Sırada:"]) + numbered(upcoming) if upcoming else ""
    return card(title, bar + queue + paragraphs(said) + every, edge=ASKING)


def progress() -> Message:
    """Bütün alıştırmaların durumu: tablo, çubuk, kalan süre ve sıradaki üç alıştırma."""
    try:
        now = journal.read()
    except JournalError as problem:
        return Message(str(problem))
    rows = [row(e, now.records.get(e.id, Record())) for e in EXERCISES.values()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(w) for cell, w in zip(r, widths, strict=True)).rstrip() for r in rows
    ]
    left = [e for e in EXERCISES.values() if state(now, e) != "solved"]
    total = len(rows)
    solved = total - len(left)
    lines.append(f"[{'█' * round(20 * solved / total):░<20}] {solved}/{total} çözüldü")
    said = [
        f"Kalan alıştırma: {sum(e.minutes for e in left)} dakika "
        f"(bütün kurs, dersleriyle: {total_minutes()} dakika)."
    ]
    upcoming = [f"{e.id} · {e.title} (dersi: {e.lesson})" for e in left[:NEXT]]
    lines += [*said, *(f"Sırada: {item}" for item in upcoming)]
    shown = face(rows, solved, said, upcoming)
    return with_warnings("\n".join(lines), now.warning, face=shown)
