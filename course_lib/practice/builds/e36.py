"""e36'nın sözleşmesi: yanlış çıkabilecek biçimde yazılmış bir iddia ve onun kararı."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from course_lib.practice.builds.contract import Broken, Clause
from course_lib.practice.builds.tables import seeded, shifted, table

Claim = Callable[[pd.DataFrame], Any]
WORDS = ("doğru", "yanlış", "görülmedi", "ölçülmedi")
NAMES = {"taban": "SE P1", "çeşit": "SE P3"}
TRIALS = 200


def named(rows: dict[str, dict[int, float]]) -> dict[str, dict[int, float]]:
    return {NAMES[name]: own for name, own in rows.items()}


def told(claim: Claim, rows: dict[str, dict[int, float]], **options: Any) -> str:
    frame = table(rows, **options)
    before = frame.copy()
    found = claim(frame)
    if found not in WORDS:
        raise Broken(f"Karar şunlardan biri olmalı: {', '.join(WORDS)}; dönen: {str(found)[:60]}.")
    if not frame.equals(before):
        raise Broken("Verilen tabloyu değiştirdi; kopyasında çalış.")
    return found


def must(claim: Claim, wanted: str, why: str, rows: dict, **options: Any) -> None:
    found = told(claim, rows, **options)
    if found != wanted:
        raise Broken(f"{why} Karar {wanted!r} olmalı; dönen: {found!r}.")


def form(claim: Claim) -> str:
    return f"Bir tabloya bir karar: {told(claim, named(shifted(0.0, 0.01, 6, 0)))}."


def holds(claim: Claim) -> str:
    why = "Fark 4 puan, aralık bütünüyle 1 puanın üstünde."
    must(claim, "doğru", why, named(shifted(0.04, 0.01, 10, 1)))
    must(claim, "doğru", f"{why} Satırlar karışık.", named(shifted(0.04, 0.01, 10, 1)), shuffled=5)
    return "Aralık eşiğin üstündeyse doğru."


def fails(claim: Claim) -> str:
    must(
        claim, "yanlış", "Fark 0, aralık bütünüyle 1 puanın altında.",
        named(shifted(0.0, 0.005, 10, 2)),
    )  # fmt: skip
    must(
        claim, "yanlış", "Fark +0,3 puan: artı, sıfırdan büyük, ama bir puan değil.",
        named(shifted(0.003, 0.002, 10, 3)),
    )  # fmt: skip
    must(claim, "yanlış", "Fark −3 puan.", named(shifted(-0.03, 0.01, 10, 4)))
    return "İddia yanlış çıkabiliyor."


def unseen(claim: Claim) -> str:
    must(
        claim, "görülmedi", "Fark +2 puan, ama aralık 1 puanın iki yanına da uzanıyor.",
        named(shifted(0.02, 0.03, 10, 5)),
    )  # fmt: skip
    must(claim, "görülmedi", "Fark 0, aralık 1 puanı içeriyor.", named(shifted(0.0, 0.04, 10, 6)))
    return "Aralık eşiği içeriyorsa karar yok."


def unmeasured(claim: Claim) -> str:
    rows = named(shifted(0.05, 0.005, 8, 7))
    short = {**rows, "SE P3": {s: v for s, v in rows["SE P3"].items() if s < 4}}
    must(claim, "ölçülmedi", "Ortak tohum dört.", short)
    crashed = {**rows, "SE P3": {s: v if s < 3 else np.nan for s, v in rows["SE P3"].items()}}
    must(claim, "ölçülmedi", "Beş koşu bitmemiş (NaN).", crashed)
    return "Beşten az ortak koşuda hüküm yok."


def honest(claim: Claim) -> str:
    """Gerçek fark eşiğin hemen altındayken "doğru" deme sıklığı."""
    generator = np.random.default_rng(8)
    wrong = 0
    for _ in range(TRIALS):
        base = 0.8 + generator.normal(0, 0.03, 6)
        rows = {"SE P1": seeded(base), "SE P3": seeded(base + 0.009 + generator.normal(0, 0.01, 6))}
        wrong += told(claim, rows) == "doğru"
    share = 100 * wrong / TRIALS
    if share > 6:
        raise Broken(f"Gerçek fark 0,9 puanken {TRIALS} tablonun %{share:.0f}'inde 'doğru' dedi.")
    return f"Gerçek fark 0,9 puanken %{share:.0f} kez 'doğru' dedi."


CONTRACT = (
    Clause("biçim", "Dört karardan birini verir, tabloya dokunmaz.", form, first=True),
    Clause("doğru çıkabilir", "Aralık bütünüyle bir puanın üstündeyse doğru der.", holds),
    Clause("yanlış çıkabilir", "Aralık bütünüyle bir puanın altındaysa yanlış der.", fails),
    Clause("görülmeyebilir", "Aralık bir puanı içeriyorsa karar vermez.", unseen),
    Clause("ölçülmeyebilir", "Ortak bitmiş koşu beşten azsa hüküm vermez.", unmeasured),
    Clause("dürüst", "Eşiğin altındaki bir farkı seyrek olarak doğrular.", honest),
)
