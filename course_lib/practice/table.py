"""İlerleme tablosu: defterde `progress()`, terminalde `atolye ilerleme`."""

from __future__ import annotations

from course_lib.practice import journal
from course_lib.practice.exercises import EXERCISES, Exercise
from course_lib.practice.journal import JournalError, Record
from course_lib.practice.message import Message, with_warnings
from course_lib.practice.plan import total_minutes
from course_lib.practice.verdict import STATE_WORDS
from course_lib.turkish import lowered


def next_unsolved() -> Exercise | None:
    """Çözülmemiş ilk alıştırma. Raises: JournalError, ilerleme okunamıyorsa."""
    records = journal.read().records
    left = (e for e in EXERCISES.values() if records.get(e.id, Record()).state != "solved")
    return next(left, None)


def progress() -> Message:
    """Bütün alıştırmaların durumu: tablo, çubuk, kalan süre ve sıradaki alıştırmanın dersi."""
    try:
        now = journal.read()
    except JournalError as problem:
        return Message(str(problem))
    records = {e: now.records.get(e, Record()) for e in EXERCISES}
    lines = [
        f"{e.id}  {e.title:<38} {'★' * e.difficulty:<3}  {e.minutes:>2} dk  "
        f"{lowered(STATE_WORDS[records[e.id].state]):<14} "
        f"{records[e.id].attempts:>2} deneme  {records[e.id].hints:>2} ipucu"
        for e in EXERCISES.values()
    ]
    left = [e for e in EXERCISES.values() if records[e.id].state != "solved"]
    total = len(EXERCISES)
    solved = total - len(left)
    bar = "█" * round(20 * solved / total)
    lines.append(f"[{bar:░<20}] {solved}/{total} çözüldü")
    lines.append(
        f"Kalan alıştırma: {sum(e.minutes for e in left)} dakika "
        f"(bütün kurs, dersleriyle: {total_minutes()} dakika)."
    )
    if left:
        lines.append(f"Sırada: {left[0].id} · {left[0].title} (dersi: {left[0].lesson})")
    return with_warnings("\n".join(lines), now.warning)
