"""Öğrencinin kod hücresi: metnini bulmak, düz Python olarak çalıştırmak."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Iterable
from typing import Any

from course_lib.bugs.planting import run_source
from course_lib.practice.answer import Answer
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


def cells_of(answer: Answer) -> list[str]:
    """Yanıtın sınıflarının yazıldığı hücrelerin metni; metni bulunamayan atlanır."""
    functions = (f for cls in answer.classes.values() for f in vars(cls).values())
    files = [f.__code__.co_filename for f in functions if inspect.isfunction(f)]
    texts = ("".join(linecache.getlines(file)) for file in dict.fromkeys(files))
    return [text for text in texts if text]
