"""İki çeşidin farkı gürültüden büyük mü? Aynı tohumlu koşuların farkları, aralığı ve p değeri."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from course_lib.errors import BadInput
from course_lib.turkish import tr

MIN_SEEDS = 5
CONFIDENCE = 0.95
POWER = 0.8
BASELINE = "taban çizgisi"
ALL_SIGNS = 20  # bu kadar koşuya dek bütün işaretler denenir


@dataclass(frozen=True)
class Interval:
    """Bir ortalama, %95 aralığı ve "ortalama sıfırdır" savının p değeri; values: ölçümler."""

    values: tuple[float, ...]
    mean: float
    low: float
    high: float
    p: float

    @property
    def spread(self) -> float:
        """Ölçümlerin standart sapması."""
        return float(np.std(self.values, ddof=1))


def t_interval(values: ArrayLike) -> Interval:
    """Ortalamanın %95 t aralığı; p, iki yönlü t testinin.

    Args:
        values: bağımsız koşuların ölçümleri (n,), n en az MIN_SEEDS.

    Raises:
        BadInput: koşu sayısı yetmiyorsa ya da sonlu olmayan değer varsa.
    """
    from scipy import stats  # ağır: ancak aralık istenince

    values = checked(values)
    kept, mean = tuple(values.tolist()), float(values.mean())
    if np.ptp(values) == 0:  # t testi sıfıra bölerdi
        return Interval(kept, mean, mean, mean, float(mean == 0))
    test: Any = stats.ttest_1samp(values, 0.0)
    low, high = test.confidence_interval(CONFIDENCE)
    return Interval(kept, mean, float(low), float(high), float(test.pvalue))


def sign_flip(values: ArrayLike) -> float:
    """Kesin işaret çevirme testinin iki yönlü p değeri; dağılım için varsayımı yoktur.

    Fark yoksa her farkın işareti yazı tura gibidir: 2ⁿ işaretlemenin hepsi (n > 20 ise rastgele
    2²⁰ tanesi) denenir. n = 5'te p en az 2/32 = 0,0625'tir.

    Raises:
        BadInput: koşu sayısı yetmiyorsa ya da sonlu olmayan değer varsa.
    """
    from scipy import stats

    test = stats.permutation_test(
        (checked(values),), np.mean, permutation_type="samples", n_resamples=2**ALL_SIGNS
    )
    return float(test.pvalue)


def checked(values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values, float)
    if len(array) < MIN_SEEDS:
        raise BadInput(f"values en az {MIN_SEEDS} koşunun ölçümü olmalı; verilen: {len(array)}.")
    if not np.isfinite(array).all():
        raise BadInput(f"values sonlu olmalı; verilen: {array.tolist()}.")
    return array


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm'ün düzeltmesi: hiç fark yokken *bir tek* p'nin bile 0,05'in altına inme olasılığı %5.

    Kaynak: Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure".
    """
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted.tolist()


def smallest_visible(n: int, spread: float) -> float:
    """n eşlenmiş koşuda t testinin POWER olasılıkla göreceği en küçük fark (tek karşılaştırma).

    Args:
        spread: farkların standart sapması; sonuç onun birimindedir.
    """
    from scipy import optimize, stats

    edge = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)

    def missing(shift: float) -> float:
        return POWER - float(stats.nct.sf(edge, n - 1, shift))

    shift: Any = optimize.brentq(missing, 0.0, 10.0)
    return float(shift) * spread / math.sqrt(n)


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
    return t_interval(pairs.iloc[:, 0] - pairs.iloc[:, 1])


def points(interval: Interval, *, signed: bool = False) -> str:
    """Yüzde puan olarak, virgüllü: 87,2 [86,1; 88,0]."""
    form = "+.1f" if signed else ".1f"
    numbers = (interval.mean, interval.low, interval.high)
    mean, low, high = (tr(round(100 * value, 1) + 0.0, form) for value in numbers)
    return f"{mean} [{low}; {high}]".replace("-", "−")


@dataclass(frozen=True)
class Comparison:
    """Eşlenmiş fark; p, birlikte sorulan karşılaştırmalara göre düzeltilmiştir."""

    name: str
    base: str
    gap: Interval
    p: float

    @property
    def verdict(self) -> str:
        """ "yüksek", "düşük" ya da "gürültüden ayırt edilemiyor"."""
        if self.p >= 1 - CONFIDENCE:
            return "gürültüden ayırt edilemiyor"
        return "yüksek" if self.gap.mean > 0 else "düşük"

    def __str__(self) -> str:
        gap = points(self.gap, signed=True)
        return f"{self.name} − {self.base}: {gap} puan, p {p_text(self.p)}: {self.verdict}"


def p_text(p: float) -> str:
    return "< 0,001" if p < 0.001 else f"= {tr(p, 3)}"


def compared(
    frame: pd.DataFrame, pairs: Iterable[tuple[str, str]], metric: str = "accuracy"
) -> list[Comparison]:
    """Birlikte sorulan karşılaştırmalar, (çeşit, tabanı) sırasıyla; p'ler Holm'e göre."""
    pairs = list(pairs)
    gaps = [paired_difference(frame, name, base, metric) for name, base in pairs]
    adjusted = holm([gap.p for gap in gaps])
    return [Comparison(*pair, gap, p) for pair, gap, p in zip(pairs, gaps, adjusted, strict=True)]


def comparison(frame: pd.DataFrame, baseline: str | Mapping[str, str]) -> pd.DataFrame:
    """Her çeşidin ortalama doğruluğu, taban çizgisinden farkı, düzeltilmiş p'si ve kararı.

    Sıra ızgaradaki sıradır, asla başarıya göre dizilmez. Koşuları eksik ya da çökmüş çeşit
    "ölçülemedi" diye yazılır.

    Args:
        baseline: herkesin karşılaştırılacağı çeşit ya da çeşit -> kendi tabanı.
    """
    names = list(dict.fromkeys(frame["name"]))
    told = {c.name: c for c in compared(frame, comparable(frame, baseline))}
    return pd.DataFrame([row(frame, name, told.get(name)) for name in names])


def comparable(frame: pd.DataFrame, baseline: str | Mapping[str, str]) -> list[tuple[str, str]]:
    """Tabanıyla en az MIN_SEEDS ortak bitmiş tohumu olan çeşitler."""
    names = dict.fromkeys(frame["name"])
    bases = dict.fromkeys(names, baseline) if isinstance(baseline, str) else baseline
    done = {name: set(by_seed(frame, name, "accuracy").dropna().index) for name in names}
    pairs = [(name, bases[name]) for name in names if name != bases[name]]
    return [(a, b) for a, b in pairs if len(done[a] & done[b]) >= MIN_SEEDS]


def row(frame: pd.DataFrame, name: str, told: Comparison | None) -> dict[str, object]:
    """Bir çeşidin satırı."""
    values = by_seed(frame, name, "accuracy").dropna()
    cells = {"çeşit": name, "n": len(values)}
    if len(values) < MIN_SEEDS:
        states = frame.loc[frame["name"] == name, "state"].value_counts()
        why = ", ".join(f"{count} × {state}" for state, count in states.items())
        return {**cells, "ölçüm": "-", "fark": "-", "p": "-", "karar": f"ölçülemedi ({why})"}
    cells["ölçüm"] = points(t_interval(values))
    if told is None:
        return {**cells, "fark": "", "p": "", "karar": BASELINE}
    gap = points(told.gap, signed=True)
    return {**cells, "fark": gap, "p": p_text(told.p).removeprefix("= "), "karar": told.verdict}


def report(frame: pd.DataFrame, baseline: str | Mapping[str, str]) -> str:
    """Ablasyonun Markdown raporu: tablo, nasıl okunacağı ve bu kadar koşunun neyi göremediği."""
    table = comparison(frame, baseline)
    lines = ["| " + " | ".join(table.columns) + " |", "|" + " --- |" * len(table.columns)]
    lines += ["| " + " | ".join(map(str, cells)) + " |" for cells in table.itertuples(index=False)]
    return "\n".join([*lines, "", reading(compared(frame, comparable(frame, baseline)))])


def reading(found: Sequence[Comparison]) -> str:
    """Bir tablonun altına yazılan: p'nin anlamı ve görülebilen en küçük fark."""
    told = (
        f"Yüzde puan; köşeli ayraçta o satırın %{100 * CONFIDENCE:.0f} aralığı. "
        f"{len(found)} karşılaştırma birlikte yapıldı; p, Holm'e göre düzeltildi: hiçbir fark "
        "olmasaydı, tabloda bir tane bile “yüksek” ya da “düşük” çıkma olasılığı en çok %5'ti. "
        "Ayırt edilemeyenler kendi aralarında sıralanmaz."
    )
    if not found:
        return told
    n = min(len(c.gap.values) for c in found)
    spread = float(np.median([c.gap.spread for c in found]))
    visible = tr(100 * smallest_visible(n, spread), 1)
    return (
        f"{told} Farkların ortanca standart sapması {tr(100 * spread, 1)} puan: {n} koşu, tek "
        f"karşılaştırmada ancak {visible} puanlık bir farkı %{100 * POWER:.0f} olasılıkla görür."
    )
