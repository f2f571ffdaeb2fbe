"""Temiz süreç: kod hücresini çalıştırır, yargılar, sonucu yazar.

Girdi ve çıktı JSON'dur; `fresh.py` başlatır.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from contextlib import redirect_stdout

from course_lib.errors import CourseError
from course_lib.practice.cell import run_cells
from course_lib.practice.exercises import exercise
from course_lib.practice.fresh import WAY_OUT
from course_lib.practice.judge import judge
from course_lib.practice.limits import within_limits
from course_lib.practice.replaced import replaced_names
from course_lib.practice.verdict import Verdict

IN_THE_CELL = (
    "Kod hücresinin kendisi de değiştiriyor: {}. Çıkış yolu: değiştiren satırı sil, çekirdeği "
    "yeniden başlat, yeniden dene."
)


def judged(asked: dict) -> Verdict:
    """Hücrelerin tanımladığı sınıfların yargısı."""
    item = exercise(asked["exercise"])
    try:
        with within_limits():
            namespace = run_cells(item, asked["cells"])
    except CourseError as problem:
        return Verdict(item.id, "uncheckable", (str(problem), WAY_OUT))
    if changed := replaced_names():
        return Verdict(item.id, "uncheckable", (IN_THE_CELL.format(", ".join(changed)),))
    classes = {name: namespace[name] for name in item.suspects}
    return judge(item.id, classes, asked["guess"], namespace=namespace)


if __name__ == "__main__":
    with redirect_stdout(sys.stderr):  # öğrencinin yazdırdıkları sonuca karışmasın
        verdict = judged(json.load(sys.stdin))
    print(json.dumps(dataclasses.asdict(verdict)))
