"""Çubuk şekilleri: kanal başına değerler, dağılımlar, paylar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Unpack

import numpy as np
from torch import Tensor

from course_lib.palette import PAPER
from course_lib.reading.figures.canvas import (
    Options,
    Words,
    as_array,
    canvas,
    decimal_commas,
    dressed,
)
from course_lib.reading.figures.style import (
    COLORS,
    PART_COLORS,
    PART_HATCHES,
    SHARE_COLORS,
    Picture,
)

SERIES_NAMES = {
    "avg": "ortalama",
    "max": "tepe",
    "ca": "maske (ca)",
    "x": "önce",
    "good": "sağlam",
    "bad": "hatalı",
}


def channel_bars(
    names: Sequence[str],
    series: Mapping[str, Tensor],
    *,
    axis: str,
    labels: Mapping[str, str] = MappingProxyType({}),
    **words: Unpack[Words],
) -> Picture:
    """Kanal başına yan yana çubuklar.

    Args:
        series: renk anahtarı -> (C,) değerler; labels: verilirse o anahtarın göstergedeki adı.
    """
    with canvas(7, 2.9, words, title_over="axes") as page:
        ax = page.ax
        place = np.arange(len(names))
        width = 0.8 / len(series)
        for i, (key, value) in enumerate(series.items()):
            shifted = place + (i - (len(series) - 1) / 2) * width
            ax.bar(
                shifted,
                as_array(value),
                width,
                color=COLORS[key],
                label=labels.get(key) or SERIES_NAMES[key],
            )
        if all(name.isdecimal() for name in names):
            ax.set_xticks(place, names)
            ax.set_xlabel("kanal")
        else:
            ax.set_xticks(place, names, rotation=25, ha="right")
        ax.set_ylabel(axis)
        decimal_commas(ax, "y")
        if len(series) > 1:
            ax.set_ylim(top=1.22 * ax.get_ylim()[1])  # gösterge çubukların üstüne binmesin
            ax.legend(ncols=len(series), loc="upper right")
    return page.picture


def mask_histograms(masks: Mapping[str, Tensor], **words: Unpack[Words]) -> Picture:
    """Maske değerlerinin dağılımı, yan yana aynı ölçekte. `masks`: ad -> değerler, her şekilde."""
    with canvas(7, 2.5, words, columns=len(masks), share_y=True) as page:
        bins = np.linspace(0, 1, 21)
        for ax, (name, mask) in zip(page.axes[0], masks.items(), strict=True):
            values = as_array(mask).flatten()
            ax.hist(values, bins=bins, color=COLORS["ca"], edgecolor="white", lw=0.4)
            ax.set_title(name, fontsize=10)
            ax.set_xlabel("katsayı")
            ax.set_xticks([0, 0.5, 1])
            decimal_commas(ax, "x")
        page.ax.set_ylabel("kaç tane")
    return page.picture


def weight_bars(
    weights: Tensor, rows: Sequence[str], parts: Sequence[str], **words: Unpack[Words]
) -> Picture:
    """Örneklerin ağırlıkları, satır başına 1'e tamamlanan yatay çubuklar. `weights`: (N, K)."""
    looks: list[Options] = [
        {"color": color, "hatch": hatch}
        for color, hatch in zip(PART_COLORS, PART_HATCHES, strict=True)
    ]
    with canvas(7, 0.9 + 0.3 * len(rows), words) as page:
        ax = page.ax
        left = np.zeros(len(rows))
        columns = dict(zip(parts, as_array(weights).T, strict=True))
        for name, width, look in dressed(columns, looks):
            ax.barh(rows, width, left=left, edgecolor="white", label=name, **look)
            left = left + width
        ax.set_xlim(0, 1)
        ax.invert_yaxis()
        ax.set_xlabel("ağırlık (satır toplamı 1)")
        decimal_commas(ax, "x")
        ax.legend(ncols=len(parts), loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return page.picture


def shares(
    rows: Mapping[str, Sequence[int]],
    parts: Sequence[str],
    *,
    xlabel: str,
    **words: Unpack[Words],
) -> Picture:
    """Satır başına yığılmış yatay çubuk. `rows`: ad -> `parts` sırasında sayılar."""
    with canvas(7, 1.1 + 0.36 * len(rows), words) as page:
        ax = page.ax
        left = np.zeros(len(rows))
        columns = dict(zip(parts, np.array(list(rows.values())).T, strict=True))
        for part, width, color in dressed(columns, SHARE_COLORS):
            bars = ax.barh(list(rows), width, left=left, color=color, label=part)
            texts = [str(w) if w else "" for w in width]
            ax.bar_label(bars, texts, label_type="center", color=PAPER, fontsize=9)
            left = left + width
        ax.invert_yaxis()
        ax.set_xlabel(xlabel)
        handles, names = ax.get_legend_handles_labels()
        page.figure.legend(handles, names, loc="outside lower center", ncols=len(parts))
    return page.picture
