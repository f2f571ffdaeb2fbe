"""Temiz bir Python'da yargı: çekirdekte bir ad değiştirilmişse karşılaştırma orada yapılır.

Ayrı süreç (`fresh_process.py`) yalnız kod hücresini çalıştırır ve işi bitince kapanır.
"""

from __future__ import annotations

import inspect
import json
import linecache
import subprocess
import sys
from collections.abc import Collection

from course_lib.paths import ROOT
from course_lib.practice import limits
from course_lib.practice.answer import Answer
from course_lib.practice.exercises import Exercise
from course_lib.practice.verdict import Verdict

PROCESS = "course_lib.practice.fresh_process"
ELSEWHERE = (
    "Bu çekirdekte şu adlar değiştirilmiş: {}. Karşılaştırma onlara dayandığı için temiz bir "
    "Python'da, yalnız kod hücrenle denendi."
)
WAY_OUT = "Çıkış yolu: bütün sınıfı kod hücresine yaz ya da çekirdeği yeniden başlat, yeniden dene."


def cells_of(answer: Answer) -> list[str]:
    """Yanıtın sınıflarının yazıldığı hücrelerin metni; metni bulunamayan atlanır."""
    given = [v for one in answer.classes.values() for v in (one, *vars(one).values())]
    files = [f.__code__.co_filename for f in given if inspect.isfunction(f)]
    texts = ("".join(linecache.getlines(file)) for file in dict.fromkeys(files))
    return [text for text in texts if text]


def judged_afresh(item: Exercise, answer: Answer, changed: Collection[str]) -> Verdict:
    """Yanıtın yargısı, adları değiştirilmemiş ayrı bir süreçten; ilk cümlesi bunu söyler."""
    asked = {"exercise": item.id, "cells": cells_of(answer), "guess": answer.guess}
    said = ELSEWHERE.format(", ".join(changed))
    try:
        process = subprocess.run(
            [sys.executable, "-m", PROCESS],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=2 * limits.SECONDS,  # kurulum da içinde
        )
    except subprocess.TimeoutExpired:
        return Verdict(item.id, "wrong", (said, limits.too_long(2 * limits.SECONDS)))
    if process.returncode:
        last = (process.stderr.strip().splitlines() or ["ileti yok"])[-1]
        return Verdict(item.id, "uncheckable", (said, f"Olmadı · {last}", WAY_OUT))
    found = json.loads(process.stdout)
    for name in ("sentences", "broken", "bug_ids"):
        found[name] = tuple(found[name])
    return Verdict(**found | {"sentences": (said, *found["sentences"])})
