"""Kurma alıştırmasının sözleşmesi ve yargısı: nasıl kurulduğuna bakılmaz, davranış ölçülür."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from course_lib.errors import CourseError
from course_lib.practice.answer import Answer
from course_lib.practice.builds.draft import draft
from course_lib.practice.cell import run_cells
from course_lib.practice.exercises import Exercise, exercise
from course_lib.practice.limits import LimitReached
from course_lib.practice.slips import slip
from course_lib.practice.untouched import shape_of
from course_lib.practice.verdict import Verdict

UNTOUCHED = "Taslak olduğu gibi duruyor: `...` ile işaretli yerlere kendi satırlarını yaz."
STANDS = "Taslak olduğu gibi duruyor; sözleşmenin en az bir maddesi bozuk. Hangisi? Önce ölç."
NEXT = "Sözleşmenin gerisi, bu tutunca ölçülecek."


class Broken(CourseError):
    """Bir madde tutmuyor; ileti hangi ayarda neyin ölçüldüğünü söyler."""


@dataclass(frozen=True)
class Clause:
    """Sözleşmenin bir maddesi.

    name: kısa adı; says: ne istediği; measure: yanıtı ölçer, kanıtını döndürür, tutmuyorsa Broken
    fırlatır; first: bu tutmadan ötekiler ölçülemez.
    """

    name: str
    says: str
    measure: Callable[[Any], str]
    first: bool = False


def contract_of(exercise_id: str) -> tuple[Clause, ...]:
    """Kurma alıştırmasının maddeleri, ölçülme sırasıyla."""
    return importlib.import_module(f"course_lib.practice.builds.{exercise_id}").CONTRACT


def told(error: BaseException) -> str:
    """Öğrencinin kodunun fırlattığı hata, Türkçesiyle."""
    line = str(error).strip().partition("\n")[0][:200]
    return " ".join(filter(None, [slip(line), f"({type(error).__name__}: {line})"]))


def measured(clause: Clause, built: Any) -> tuple[bool, str]:
    """(tutuyor mu, kanıtı)."""
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return True, clause.measure(built)
    except Broken as problem:
        return False, str(problem)
    except LimitReached:
        raise
    except (Exception, SystemExit) as error:  # öğrencinin kodu her şeyi fırlatabilir
        return False, f"Ölçülürken hata verdi. {told(error)}"


def is_untouched(item: Exercise, answer: Answer) -> bool:
    """Taslaktaki bütün tanımlar, verildiği gibi mi duruyor?"""
    given = draft(item.id)
    start = run_cells(item, [given.cell(given.start)])
    mine = {**answer.namespace, **answer.classes}
    shapes = [shape_of({n: names.get(n) for n in given.names}, {}) for names in (mine, start)]
    return shapes[0] is not None and shapes[0] == shapes[1]


def judged_code(exercise_id: str, code: str) -> Verdict:
    """Kod hücresine yazılmış bir yanıtın yargısı; içe aktarımlar taslaktaki gibidir."""
    from course_lib.practice.judge import judge

    item = exercise(exercise_id)
    (name,) = item.suspects
    namespace = run_cells(item, [draft(item.id).cell(code)])
    return judge(item.id, namespace[name], namespace=namespace)


def judge_build(item: Exercise, answer: Answer) -> Verdict:
    """Yanıtın yargısı: bozulan maddeler kanıtlarıyla, ya da hepsinin kanıtı."""
    (built,) = answer.classes.values()
    if is_untouched(item, answer):
        empty = "..." in draft(item.id).start
        return Verdict(item.id, "untried", (UNTOUCHED if empty else STANDS,))
    kept: list[str] = []
    broken: dict[str, str] = {}
    clauses = contract_of(item.id)
    for clause in clauses:
        holds, evidence = measured(clause, built)
        if holds:
            kept.append(f"{clause.name}: {evidence}")
            continue
        broken[clause.name] = f"Bozulan madde · {clause.name}: {clause.says} {evidence}"
        if clause.first:
            break
    if not broken:
        said = f"Sözleşmenin {len(kept)} maddesi de tutuluyor."
        return Verdict(item.id, "solved", (said, *kept))
    rest = (NEXT,) if len(kept) + len(broken) < len(clauses) else ()
    return Verdict(item.id, "wrong", (*broken.values(), *rest), broken=tuple(broken))
