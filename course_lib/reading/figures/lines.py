"""Çizgi şekilleri: hepsi tek bir çizgi grafiğinin başka ölçekli, başka görünüşlü halleri."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, Unpack

import numpy as np

from course_lib.palette import DARK_GRAY, LIGHT_GRAY
from course_lib.reading.figures.canvas import (
    Canvas,
    Options,
    Words,
    canvas,
    decimal_commas,
    dressed,
)
from course_lib.reading.figures.style import (
    BASELINE_FIRST,
    COLORS,
    LINE_COLORS,
    LINE_STYLES,
    Picture,
)


def styled(colors: Iterable[str]) -> list[Options]:
    """Her renge bir çizgi biçimi: eğriler renksiz de ayrılır."""
    pairs = zip(colors, LINE_STYLES, strict=False)
    return [{"color": color, "ls": style, "lw": 2} for color, style in pairs]


def judged(names: Iterable[str], colors: Iterable[str]) -> list[Options]:
    """styled gibi; adı "sağlam" ya da "hatalı" olan eğri kendi fikrinin rengini alır."""
    ideas = {"sağlam": COLORS["good"], "hatalı": COLORS["bad"]}
    looks = styled(colors)
    for look, name in zip(looks, names, strict=False):
        look["color"] = ideas.get(name, look["color"])
    return looks


def marked(ideas: Iterable[str], marks: str, **look: float) -> list[Options]:
    """Her fikre bir nokta biçimi."""
    pairs = zip(ideas, marks, strict=True)
    return [{"color": COLORS[idea], "marker": mark, **look} for idea, mark in pairs]


@contextmanager
def line_plot(
    size: tuple[float, float],
    words: Words,
    x: Sequence[float] | np.ndarray,
    series: Mapping[str, Sequence[float] | np.ndarray],
    looks: list[Options],
    *,
    legend: Literal["best", "upper left", "upper center"],
) -> Iterator[Canvas]:
    """Ortak eksenlerde eğriler; eksenlerin adı, ölçeği ve sınırı bloğun içinde verilir."""
    with canvas(*size, words, title_over="axes") as page:
        for name, y, look in dressed(series, looks):
            page.ax.plot(x, y, label=name, **look)
        yield page
        page.ax.legend(loc=legend)


def curves(
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    *,
    xlabel: str,
    ylabel: str,
    log: bool = False,
    **words: Unpack[Words],
) -> Picture:
    """Birkaç eğri, ortak eksenlerde. `series`: ad -> y değerleri; `log`: y ekseni log."""
    looks = judged(series, LINE_COLORS)
    with line_plot((6.6, 3.2), words, x, series, looks, legend="best") as page:
        page.ax.set(xlabel=xlabel, ylabel=ylabel)
        if log:
            page.ax.set_yscale("log")
        decimal_commas(page.ax, "x" if log else "xy")
    return page.picture


def relative_errors(
    x: Sequence[float],
    errors: Mapping[str, Sequence[float]],
    *,
    xlabel: str,
    **words: Unpack[Words],
) -> Picture:
    """Göreli hata, iki eksen de log; 1e-9'dan küçüğü gösterilmez, sonsuz hata tavanda durur."""
    floor, ceiling = 1e-9, 1e2
    series = {
        name: [e if floor < e < math.inf else math.nan for e in error]
        for name, error in errors.items()
    }
    looks = marked(("bad", "good", "router"), "sox", lw=1.6, ms=5)
    with line_plot((6.6, 3.2), words, x, series, looks, legend="upper center") as page:
        for error, look in zip(errors.values(), looks, strict=False):
            beyond = [at for at, e in zip(x, error, strict=True) if math.isinf(e)]
            page.ax.plot(beyond, [ceiling] * len(beyond), **{**look, "lw": 0})
        page.ax.set(xlabel=xlabel, ylabel="göreli hata")
        page.ax.set_xscale("log")
        page.ax.set_yscale("log")
        page.ax.axhline(ceiling, color=LIGHT_GRAY, lw=0.8, zorder=0)
        page.ax.text(min(x), ceiling, "sonsuz", fontsize=9, color=DARK_GRAY, va="bottom")
        page.ax.set_ylim(floor / 3, ceiling * 20)
    return page.picture


def bands(
    x: Sequence[float],
    panels: Mapping[str, Mapping[str, np.ndarray]],
    *,
    xlabel: str,
    **words: Unpack[Words],
) -> Picture:
    """Yan yana paneller; her eğri ortalama, çevresindeki bant en küçük ile en büyük deneme.

    Args:
        panels: y ekseninin adı -> {çeşit: (deneme, epok)}.
    """
    with canvas(7, 3.0, words, columns=len(panels)) as page:
        for ax, (ylabel, series) in zip(page.axes[0], panels.items(), strict=True):
            for name, values, look in dressed(series, judged(series, BASELINE_FIRST)):
                ax.plot(x, values.mean(axis=0), label=name, **look)
                low, high = values.min(axis=0), values.max(axis=0)
                ax.fill_between(x, low, high, color=look["color"], alpha=0.12, lw=0)
            ax.set_xlabel(xlabel)
            ax.set_title(ylabel, fontsize=10)
            decimal_commas(ax)
        handles, names = page.ax.get_legend_handles_labels()
        page.figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    return page.picture
