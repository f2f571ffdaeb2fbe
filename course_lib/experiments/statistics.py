"""İki çeşidin farkı gürültüden büyük mü? Aynı tohumlu koşuların farkları, bootstrap aralığıyla."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from course_lib.errors import BadInput
from course_lib.turkish import tr

MIN_SEEDS = 5
CONFIDENCE = 0.95
RESAMPLES = 9999


@dataclass(frozen=True)
class Interval:
    """Bir ortalama ve aralığı."""

    mean: float
    low: float
    high: float

    @property
    def beyond_noise(self) -> bool:
        """Aralık sıfırı içermiyor mu?"""
        return self.low > 0 or self.high < 0


def bootstrap_interval(values: ArrayLike) -> Interval:
    """Ortalamanın genişletilmiş yüzdelik (expanded percentile) bootstrap aralığı.

    Sıradan yüzdelik aralık küçük n'de dar kalır: n = 5'te söylenen %95, normal veride tutan
    yaklaşık %85. Kuyruk payı, aralık normal veride t aralığının genişliğine gelecek kadar
    küçültülür.

    Args:
        values: bağımsız koşuların ölçümleri (n,), n en az MIN_SEEDS.

    Raises:
        BadInput: koşu sayısı yetmiyorsa ya da sonlu olmayan değer varsa.

    Kaynak: Hesterberg 2015, "What Teachers Should Know About the Bootstrap" (arXiv 1411.5279),
    bölüm 5.3.
    """
    from scipy import stats  # ağır: ancak aralık istenince

    values = np.asarray(values, float)
    n = len(values)
    if n < MIN_SEEDS:
        raise BadInput(f"values en az {MIN_SEEDS} koşunun ölçümü olmalı; verilen: {n}.")
    if not np.isfinite(values).all():
        raise BadInput(f"values sonlu olmalı; verilen: {values.tolist()}.")
    tail = stats.norm.cdf(-math.sqrt(n / (n - 1)) * stats.t.ppf((1 + CONFIDENCE) / 2, n - 1))
    draws = np.random.default_rng(0).integers(n, size=(RESAMPLES, n))
    low, high = np.quantile(values[draws].mean(axis=1), (tail, 1 - tail))
    return Interval(float(values.mean()), float(low), float(high))


def by_seed(frame: pd.DataFrame, name: str, metric: str) -> pd.Series:
    """Çeşidin ölçümleri, tohumla dizinli.

    Raises:
        BadInput: çeşit tabloda yoksa.
    """
    rows = frame[frame["name"] == name]
    if rows.empty:
        known = ", ".join(frame["name"].unique())
        raise BadInput(f"name tablodaki bir çeşit olmalı: {known}; verilen: {name!r}.")
    values = pd.Series(rows.set_index("seed")[metric])
    return values.astype(float).sort_index()


def paired_difference(
    frame: pd.DataFrame, name: str, baseline: str, metric: str = "accuracy"
) -> Interval:
    """`name` eksi `baseline`, aynı tohumlu koşular eşlenerek."""
    sides = [by_seed(frame, side, metric) for side in (name, baseline)]
    pairs = pd.concat(sides, axis=1, join="inner").dropna()
    return bootstrap_interval(pairs.iloc[:, 0] - pairs.iloc[:, 1])


def points(interval: Interval, *, signed: bool = False) -> str:
    """Yüzde puan olarak, virgüllü: 87,2 [86,1; 88,0]."""
    form = "+.1f" if signed else ".1f"
    numbers = (interval.mean, interval.low, interval.high)
    mean, low, high = (tr(round(100 * value, 1) + 0.0, form) for value in numbers)
    return f"{mean} [{low}; {high}]".replace("-", "−")


def verdict(gap: Interval) -> str:
    """Farkın kararı."""
    if not gap.beyond_noise:
        return "gürültüden ayırt edilemiyor"
    return "yüksek" if gap.mean > 0 else "düşük"


def compared(frame: pd.DataFrame, name: str, base: str) -> dict[str, object]:
    """Bir çeşidin satırı: ölçümü, tabanından farkı, kararı."""
    values = by_seed(frame, name, "accuracy").dropna()
    row = {"çeşit": name, "n": len(values)}
    if len(values) < MIN_SEEDS:
        states = frame.loc[frame["name"] == name, "state"].value_counts()
        why = ", ".join(f"{count} × {state}" for state, count in states.items())
        return {**row, "ölçüm": "-", "fark": "-", "karar": f"ölçülemedi ({why})"}
    row["ölçüm"] = points(bootstrap_interval(values))
    if name == base:
        return {**row, "fark": "", "karar": "taban çizgisi"}
    gap = paired_difference(frame, name, base)
    return {**row, "fark": points(gap, signed=True), "karar": verdict(gap)}


def comparison(frame: pd.DataFrame, baseline: str | Mapping[str, str]) -> pd.DataFrame:
    """Her çeşidin ortalama doğruluğu, taban çizgisinden farkı ve kararı.

    Sıra ızgaradaki sıradır, asla başarıya göre dizilmez. Koşuları eksik ya da çökmüş çeşit
    "ölçülemedi" diye yazılır.

    Args:
        baseline: herkesin karşılaştırılacağı çeşit ya da çeşit -> kendi tabanı.
    """
    names = dict.fromkeys(frame["name"])
    bases = dict.fromkeys(names, baseline) if isinstance(baseline, str) else baseline
    return pd.DataFrame([compared(frame, name, bases[name]) for name in names])


def report(frame: pd.DataFrame, baseline: str | Mapping[str, str]) -> str:
    """Ablasyonun Markdown raporu: tablo, ve kaç farkın yalnız şansla gürültüyü aşacağı."""
    table = comparison(frame, baseline)
    count = int((~table["karar"].str.startswith(("taban", "ölçülemedi"))).sum())
    lines = ["| " + " | ".join(table.columns) + " |", "|" + " --- |" * len(table.columns)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in table.itertuples(index=False)]
    lines += [
        "",
        f"Yüzde puan; köşeli ayraçta %{100 * CONFIDENCE:.0f} aralık. {count} karşılaştırma "
        f"yapıldı: hiçbir fark olmasaydı bile ortalama {tr(count * (1 - CONFIDENCE), 1)} tanesi "
        "gürültüden büyük görünürdü. Ayırt edilemeyenler kendi aralarında sıralanmaz.",
    ]
    return "\n".join(lines)
