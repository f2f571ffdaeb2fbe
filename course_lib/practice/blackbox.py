"""Kara kutu: alıştırmanın hatalı bloğu, kodu ve adı gösterilmeden."""

from torch import nn

from course_lib.bughunt.planting import class_from_source, renamed
from course_lib.practice.exercises import exercise


def black_box(exercise_id: str, suspect: str | None = None) -> type[nn.Module]:
    """Alıştırmanın bloğu, `KaraKutu` adıyla; birkaç şüpheli varsa `suspect` seçilir.

    Raises:
        ValueError: alıştırma ya da şüpheli bilinmiyorsa.
    """
    item = exercise(exercise_id)
    code = item.code(repaired=False)
    if suspect is None and len(code) == 1:
        (suspect,) = code
    if suspect not in code:
        raise ValueError(f"suspect şunlardan biri olmalı: {', '.join(code)}; verilen: {suspect!r}.")
    source = renamed(code[suspect], f"{item.target.split(':')[0]}:{suspect}", "KaraKutu")
    return class_from_source(source, item.target)
