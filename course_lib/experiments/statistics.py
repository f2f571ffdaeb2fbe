"""İki çeşidin farkı gürültüden büyük mü? Aynı tohumlu koşuların farkları, bootstrap aralığıyla."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

MIN_SEEDS = 5
CONFIDENCE = 0.95
RESAMPLES = 9999


@dataclass(frozen=True)
class Interval:
    """Bir ortalama ve aralığı; n, dayandığı koşu sayısı."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def beyond_noise(self) -> bool:
        """Aralık sıfırı içermiyor mu?"""
        return self.low > 0 or self.high < 0


def bootstrap_interval(values: np.ndarray, confidence: float = CONFIDENCE) -> Interval:
    """Ortalamanın genişletilmiş yüzdelik (expanded percentile) bootstrap aralığı.

    Sıradan yüzdelik aralık küçük n'de dar kalır: n = 5'te söylenen %95, normal veride tutan yaklaşık %85. Kuyruk payı,
    aralık normal veride t aralığının genişliğine gelecek kadar küçültülür.

    Args:
        values: bağımsız koşuların ölçümleri (n,), n en az MIN_SEEDS; confidence: 0 ile 1 arasında.

    Raises:
        ValueError: koşu sayısı yetmiyorsa ya da sonlu olmayan değer varsa.

    Kaynak: Hesterberg 2015, "What Teachers Should Know About the Bootstrap" (arXiv 1411.5279), bölüm 5.3.
    """
    values = np.asarray(values, float)
    n = len(values)
    if n < MIN_SEEDS:
        raise ValueError(f"values en az {MIN_SEEDS} koşunun ölçümü olmalı; verilen: {n}.")
    if not np.isfinite(values).all():
        raise ValueError(f"values sonlu olmalı; verilen: {values.tolist()}.")
    tail = stats.norm.cdf(-math.sqrt(n / (n - 1)) * stats.t.ppf((1 + confidence) / 2, n - 1))
    draws = np.random.default_rng(0).integers(n, size=(RESAMPLES, n))
    low, high = np.quantile(values[draws].mean(axis=1), (tail, 1 - tail))
    return Interval(float(values.mean()), float(low), float(high), n)


def by_seed(frame: pd.DataFrame, name: str, metric: str) -> pd.Series:
    """Çeşidin ölçümleri, tohumla dizinli.

    Raises:
        ValueError: çeşit tabloda yoksa.
    """
    rows = frame[frame["name"] == name]
    if rows.empty:
        raise ValueError(f"name tablodaki bir çeşit olmalı: {', '.join(frame['name'].unique())}; verilen: {name!r}.")
    return rows.set_index("seed")[metric].astype(float).sort_index()


def paired_difference(frame: pd.DataFrame, name: str, baseline: str, metric: str = "accuracy") -> Interval:
    """`name` eksi `baseline`, aynı tohumlu koşular eşlenerek."""
    pairs = pd.concat([by_seed(frame, name, metric), by_seed(frame, baseline, metric)], axis=1, join="inner").dropna()
    return bootstrap_interval((pairs.iloc[:, 0] - pairs.iloc[:, 1]).to_numpy())


def points(interval: Interval, *, signed: bool = False) -> str:
    """Yüzde puan olarak, virgüllü: 87,2 [86,1; 88,0]."""
    form = "+.1f" if signed else ".1f"
    mean, low, high = (f"{round(100 * value, 1) + 0.0:{form}}" for value in (interval.mean, interval.low, interval.high))
    return f"{mean} [{low}; {high}]".replace(".", ",").replace("-", "−")


def comparison(frame: pd.DataFrame, baseline: str | Mapping[str, str], metric: str = "accuracy") -> pd.DataFrame:
    """Her çeşidin ortalaması, taban çizgisinden farkı ve kararı; ızgaradaki sırayla, asla başarıya göre dizilmez.

    baseline: herkesin karşılaştırılacağı çeşit ya da çeşit -> kendi tabanı.

    Koşuları eksik ya da çökmüş çeşit "ölçülemedi" diye yazılır.
    """
    rows = []
    for name in dict.fromkeys(frame["name"]):
        values = by_seed(frame, name, metric).dropna()
        if len(values) < MIN_SEEDS:
            states = frame.loc[frame["name"] == name, "state"].value_counts()
            told = ", ".join(f"{count} × {state}" for state, count in states.items())
            rows.append({"çeşit": name, "n": len(values), "ölçüm": "-", "fark": "-", "karar": f"ölçülemedi ({told})"})
            continue
        row = {"çeşit": name, "n": len(values), "ölçüm": points(bootstrap_interval(values.to_numpy()))}
        base = baseline if isinstance(baseline, str) else baseline[name]
        if name == base:
            rows.append({**row, "fark": "", "karar": "taban çizgisi"})
            continue
        gap = paired_difference(frame, name, base, metric)
        verdict = ("yüksek" if gap.mean > 0 else "düşük") if gap.beyond_noise else "gürültüden ayırt edilemiyor"
        rows.append({**row, "fark": points(gap, signed=True), "karar": verdict})
    return pd.DataFrame(rows)


def report(frame: pd.DataFrame, baseline: str | Mapping[str, str], metric: str = "accuracy") -> str:
    """Ablasyonun Markdown raporu: tablo, ve kaç farkın yalnız şansla "gürültüden büyük" çıkacağı."""
    table = comparison(frame, baseline, metric)
    compared = int((~table["karar"].str.startswith(("taban", "ölçülemedi"))).sum())
    lines = ["| " + " | ".join(table.columns) + " |", "|" + " --- |" * len(table.columns)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in table.itertuples(index=False)]
    chance = f"{compared * (1 - CONFIDENCE):.1f}".replace(".", ",")
    lines += [
        "",
        f"Yüzde puan; köşeli ayraçta %{100 * CONFIDENCE:.0f} aralık. {compared} karşılaştırma yapıldı: hiçbir fark olmasaydı "
        f"bile ortalama {chance} tanesi gürültüden büyük görünürdü. Ayırt edilemeyenler kendi aralarında sıralanmaz.",
    ]
    return "\n".join(lines)
