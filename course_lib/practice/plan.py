"""Çalışma planı: tek başına çalışma sırası ve doksan dakikalık laboratuvarlar (labs.toml)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from course_lib.entries import EntryError, prose, read_entries
from course_lib.practice.exercises import EXERCISES
from course_lib.practice.lesson import Lesson, lessons

LAB_MINUTES = 90
FIELDS = {
    **dict.fromkeys(("title", "home", "aims", "difficulties"), str),
    **dict.fromkeys(("parts", "questions"), list),
}


@dataclass(frozen=True)
class Step:
    """Tek başına çalışırken bir adım: bir ders ve ardından gelen alıştırmalar."""

    lesson: Lesson
    exercises: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Dersin ve alıştırmalarının dakikası."""
        return self.lesson.minutes + sum(EXERCISES[e].minutes for e in self.exercises)


@dataclass(frozen=True)
class Lab:
    """Sınıfta doksan dakika.

    parts: (ne yapılır, dakika); home: önceden evde; aims, difficulties, questions: öğretmene.
    """

    title: str
    home: str
    parts: tuple[tuple[str, int], ...]
    aims: str
    difficulties: str
    questions: tuple[str, ...]


def read_labs(path: Path) -> tuple[Lab, ...]:
    """Laboratuvarlar; kusurlu kayıtta ya da süresi tutmayanda EntryError."""
    found = []
    for entry in read_entries(path, "lab", FIELDS, {}, key="title"):
        where = f"{path.name} · {entry['title']} · parts"
        for part in entry["parts"]:
            if not isinstance(part, list) or list(map(type, part)) != [str, int]:
                raise EntryError(f"{where}: [ne yapılır, dakika] olmalı; verilen: {part!r}.")
        total = sum(minutes for _, minutes in entry["parts"])
        if total != LAB_MINUTES:
            raise EntryError(f"{where}: toplamı {LAB_MINUTES} dakika olmalı; verilen: {total}.")
        words = {name: prose(entry[name]) for name in ("title", "home", "aims", "difficulties")}
        parts = tuple((what, minutes) for what, minutes in entry["parts"])
        found.append(Lab(**words, parts=parts, questions=tuple(map(prose, entry["questions"]))))
    return tuple(found)


def steps() -> tuple[Step, ...]:
    """Bütün kurs, okunuş sırasıyla."""
    return tuple(
        Step(lesson, tuple(e.id for e in EXERCISES.values() if e.lesson == lesson.id))
        for lesson in lessons().values()
    )


def total_minutes() -> int:
    """Bütün derslerin ve alıştırmaların dakikası."""
    return sum(step.total for step in steps())


STEPS = steps()
LABS = read_labs(Path(__file__).with_name("labs.toml"))
