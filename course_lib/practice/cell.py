"""Öğrencinin kod hücresini düz Python olarak çalıştırmak."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from course_lib.bugs.planting import run_source
from course_lib.practice.exercises import Exercise
from course_lib.practice.ipynb import WorkbookError


def run_cells(item: Exercise, sources: Iterable[str]) -> dict[str, Any]:
    """Hücreleri sırayla çalıştırır ve tanımladıkları adları verir.

    Raises:
        WorkbookError: hücre çalışmıyorsa ya da bir şüpheli tanımlanmamışsa.
    """
    namespace: dict[str, Any] = {"__name__": "ogrenci"}
    try:
        for source in sources:
            run_source(source, namespace)
    except (Exception, SystemExit) as error:  # öğrencinin hücresi: hata olduğu gibi söylenir
        raise WorkbookError(
            f"Kod hücresi çalışmadı: {type(error).__name__}: {error}. Burada yalnız o hücre, düz "
            "Python olarak çalışır: % ile başlayan Jupyter komutları ve öteki hücrelerde "
            "tanımlanan adlar bulunmaz."
        ) from error
    missing = [name for name in item.suspects if name not in namespace]
    if missing:
        raise WorkbookError(f"Kod hücresinde {', '.join(missing)} tanımlanmamış.")
    return namespace
