"""e35'in sözleşmesi: koşu tablosundan, birlikte sorulan farkların kararı."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from course_lib.practice.builds.contract import Broken, Clause
from course_lib.practice.builds.tables import seeded, shifted, table

Decide = Callable[[pd.DataFrame, list[tuple[str, str]]], Any]
WORDS = ("yüksek", "düşük", "ayırt edilemiyor", "ölçülemedi")
PAIR = [("çeşit", "taban")]
TABLES, COMPARED = 150, 12


def decided(decide: Decide, frame: pd.DataFrame, pairs: list[tuple[str, str]]) -> list[str]:
    before = frame.copy()
    found = decide(frame, list(pairs))
    if not isinstance(found, list) or len(found) != len(pairs) or not set(found) <= set(WORDS):
        raise Broken(
            f"{len(pairs)} çift için {len(pairs)} karar, şunlardan: {', '.join(WORDS)}; "
            f"dönen: {str(found)[:80]}."
        )
    if not frame.equals(before):
        raise Broken("Verilen tabloyu değiştirdi; kopyasında çalış.")
    return found


def must(decide: Decide, rows: dict, wanted: str, why: str, **options: Any) -> None:
    (said,) = decided(decide, table(rows, **options), PAIR)
    if said != wanted:
        raise Broken(f"{why} Karar {wanted!r} olmalı; dönen: {said!r}.")


def form(decide: Decide) -> str:
    frame = table({**shifted(0.02, 0.01, 6, 0), "üçüncü": seeded([0.8] * 6)})
    decided(decide, frame, [("çeşit", "taban"), ("üçüncü", "taban"), ("üçüncü", "çeşit")])
    return "Üç çifte üç karar."


def paired(decide: Decide) -> str:
    rows = shifted(0.01, 0.002, 6, 1, common=0.08)
    why = "Tohumlar arası fark 8 puan, ama her tohumda çeşit tabandan bir puan dolayı yukarıda."
    must(decide, rows, "yüksek", why)
    must(decide, rows, "yüksek", f"{why} Satırlar karışık sırada.", shuffled=3)
    return "Ortak şans fark alınınca gidiyor; satırların sırası önemli değil."


def missing(decide: Decide) -> str:
    rows = shifted(0.05, 0.005, 8, 2)
    crashed = {**rows, "çeşit": {s: v if s < 4 else np.nan for s, v in rows["çeşit"].items()}}
    must(decide, crashed, "ölçülemedi", "Sekiz koşunun dördü bitmemiş (NaN).")
    apart = {**rows, "çeşit": {s + 4: v for s, v in rows["çeşit"].items()}}
    must(decide, apart, "ölçülemedi", "İki çeşidin ortak tohumu dört.")
    one = {**rows, "çeşit": {**rows["çeşit"], 0: np.nan}}
    must(decide, one, "yüksek", "Tek koşu bitmemiş; kalan yedi tohum eşlenir.")
    return "Bitmemiş koşu ne sayılıyor ne de 0 yerine geçiyor."


def one_large(decide: Decide) -> str:
    gaps = np.array([0.006, 0.014, 0.015, 0.019, 0.068])
    rows = {"taban": seeded([0.8] * 5), "çeşit": seeded(0.8 + gaps)}
    must(
        decide, rows, "ayırt edilemiyor", "Beş farkın beşi de artı, ama biri ötekilerden çok büyük."
    )
    return "Beşte beş artı, tek başına karar değil."


def null_tables(seed: int) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    generator = np.random.default_rng(seed)
    names = [f"v{k}" for k in range(2 * COMPARED)]
    frame = table({name: seeded(0.8 + generator.normal(0, 0.01, 6)) for name in names})
    return frame, list(zip(names[::2], names[1::2], strict=True))


def false_alarms(decide: Decide) -> str:
    wrong = sum(
        set(decided(decide, *null_tables(seed))) != {"ayırt edilemiyor"} for seed in range(TABLES)
    )
    share = 100 * wrong / TABLES
    if share > 12:
        raise Broken(
            f"Hiç fark olmayan {TABLES} tablonun %{share:.0f}'inde en az bir karar verildi "
            f"({COMPARED} karşılaştırma)."
        )
    return f"Hiç fark olmayan tabloların %{share:.0f}'inde yanlış alarm."


def sees(decide: Decide) -> str:
    generator = np.random.default_rng(9)
    rows: dict[str, dict[int, float]] = {}
    pairs, wanted = [], []
    for k in range(COMPARED):
        gap = {0: 0.05, 1: -0.05}.get(k, 0.0)
        base = 0.8 + generator.normal(0, 0.01, 10)
        noise = generator.normal(0, 1, 10)
        noise = (noise - noise.mean()) / noise.std(ddof=1)
        rows |= {f"a{k}": seeded(base + gap + 0.01 * noise), f"b{k}": seeded(base)}
        pairs.append((f"a{k}", f"b{k}"))
        wanted.append({0: "yüksek", 1: "düşük"}.get(k, "ayırt edilemiyor"))
    found = decided(decide, table(rows), pairs)
    if found != wanted:
        off = next(k for k in range(COMPARED) if found[k] != wanted[k])
        raise Broken(
            f"On iki karşılaştırmanın {off + 1}. sinde karar {wanted[off]!r} olmalı; "
            f"dönen: {found[off]!r}."
        )
    return "Beş puanlık iki fark, yönleriyle bulundu."


CONTRACT = (
    Clause("biçim", "Her çifte bir karar verir, tabloya dokunmaz.", form, first=True),
    Clause("eş", "Farkı tohum tohum alır.", paired),
    Clause("eksik", "Ortak bitmiş tohumu beşten az olana karar vermez.", missing),
    Clause("tek büyük fark", "Saçılması büyük beş farka karar vermez.", one_large),
    Clause("yanlış alarm", "Çok soru sorulunca da bütün tabloda %5'e yakın yanılır.", false_alarms),
    Clause("görür", "Büyük farkı, çok soru arasında da, yönüyle bulur.", sees),
)
