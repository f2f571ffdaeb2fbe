"""Kara kutu: alıştırmanın hatalı bloğu, kodu ve adı gösterilmeden."""

from torch import nn

from course_lib.bughunt.planting import class_from_sources
from course_lib.practice.exercises import exercise


def black_box(exercise_id: str, suspect: str | None = None) -> type[nn.Module]:
    """Alıştırmanın bloğu, `KaraKutu` adıyla; birkaç şüpheli varsa `suspect` seçilir.

    Raises:
        ValueError: alıştırma ya da şüpheli bilinmiyorsa.
    """
    item = exercise(exercise_id)
    if suspect is None and len(item.suspects) == 1:
        (suspect,) = item.suspects
    if suspect not in item.suspects:
        raise ValueError(f"suspect şunlardan biri olmalı: {', '.join(item.suspects)}; verilen: {suspect!r}.")
    box = class_from_sources(item.sources(suspect, repaired=False))
    box.__name__ = box.__qualname__ = "KaraKutu"
    return box
