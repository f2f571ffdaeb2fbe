"""Kara kutu: alıştırmanın hatalı bloğu, kodu ve adı gösterilmeden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from course_lib.bugs.planting import class_from_sources
from course_lib.errors import BadInput
from course_lib.practice.cell import run_cells
from course_lib.practice.exercises import exercise
from course_lib.practice.imports import code_cell

if TYPE_CHECKING:
    from torch import nn


def black_box(exercise_id: str, suspect: str | None = None) -> type[nn.Module]:
    """Alıştırmanın bloğu, `KaraKutu` adıyla; birkaç şüpheli varsa `suspect` seçilir.

    Raises:
        BadInput: alıştırma ya da şüpheli bilinmiyorsa.
    """
    item = exercise(exercise_id)
    if suspect is None and len(item.suspects) == 1:
        (suspect,) = item.suspects
    if suspect is None or suspect not in item.suspects:
        known = ", ".join(item.suspects)
        raise BadInput(f"suspect şunlardan biri olmalı: {known}; verilen: {suspect!r}.")
    if item.form == "build":
        box = run_cells(item, [code_cell(item, repaired=False)])[suspect]
    else:
        box = class_from_sources(item.sources(suspect, repaired=False))
    box.__name__ = box.__qualname__ = "KaraKutu"
    return box
