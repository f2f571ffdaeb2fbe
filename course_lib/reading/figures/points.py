"""Nokta şekilleri: saçılımlar, aralıklar, bakılan noktalar, bozulan sözler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

import numpy as np
from matplotlib.axes import Axes

from course_lib.palette import LIGHT_GRAY
from course_lib.reading.figures.canvas import (
    Words,
    canvas,
    decimal_commas,
    hide_spines,
)
from course_lib.reading.figures.style import (
    BASELINE_FIRST,
    COLORS,
    POINT_MARKS,
    Picture,
)

Triple = tuple[float, float, float]  # ortalama, alt uç, üst uç


def against_cost(
    points: Mapping[str, tuple[float, Triple]],
    *,
    xlabel: str,
    ylabel: str,
    **words: Unpack[Words],
) -> Picture:
    """Bedele karşı ölçüm: her nokta bir ağ, düşey çizgi aralığı.

    Args:
        points: ad -> (bedel, (ortalama, alt, üst)).
    """
    with canvas(7, 4.0, words, title_over="axes") as page:
        ax = page.ax
        for i, (name, (x, (mean, low, high))) in enumerate(points.items()):
            color = BASELINE_FIRST[i % len(BASELINE_FIRST)]
            mark = POINT_MARKS[i % len(POINT_MARKS)]
            ax.plot([x, x], [low, high], color=color, lw=1.5, alpha=0.7)
            ax.plot(x, mean, marker=mark, color=color, ms=7, ls="none", label=name)
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
        decimal_commas(ax)
        page.figure.legend(loc="outside right upper", fontsize=9)
    return page.picture


def draw_interval(ax: Axes, row: int, triple: Triple | None) -> None:
    """Aralık ve ortalaması; sıfırı içermeyen renkli, ölçülemeyen (`None`) çarpı."""
    if triple is None:
        ax.plot(0, row, marker="x", color=COLORS["beyond"], ms=7, mew=2, ls="none")
        return
    mean, low, high = triple
    beyond = low > 0 or high < 0
    color, mark = (COLORS["beyond"], "o") if beyond else (COLORS["x"], "|")
    ax.plot([low, high], [row, row], color=color, lw=2, solid_capstyle="butt")
    ax.plot(mean, row, marker=mark, color=color, ms=6, mew=2, ls="none")


def intervals(
    rows: Mapping[str, Triple | None],
    *,
    xlabel: str,
    marked: Sequence[bool] = (),
    **words: Unpack[Words],
) -> Picture:
    """Satır satır farklar ve aralıkları; sıfırı içermeyen renkli, ölçülemeyen (`None`) çarpı.

    Args:
        rows: ad -> (ortalama, alt, üst); marked: verilirse her satırın sağına konan ✓ ya da çizgi.
    """
    with canvas(7, 0.9 + 0.24 * len(rows), words) as page:
        ax = page.ax
        ax.axvline(0, color=LIGHT_GRAY, lw=1)
        for i, triple in enumerate(rows.values()):
            draw_interval(ax, i, triple)
        for i, yes in enumerate(marked):
            beside = ax.get_yaxis_transform()
            ax.text(1.01, i, "✓" if yes else "-", transform=beside, va="center", fontsize=10)
        ax.set_yticks(range(len(rows)), list(rows))
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlabel(xlabel)
        ax.tick_params(axis="y", length=0)
        decimal_commas(ax, "x")
    return page.picture


def footprints(sizes: Sequence[tuple[int, int]], **words: Unpack[Words]) -> Picture:
    """Her dalın bir piksel için baktığı noktalar. `sizes`: (çekirdek, genişletme)."""
    reach = max(d * (k - 1) + 1 for k, d in sizes)
    edge = reach / 2 + 0.5
    with canvas(7, 1.3 + 6.4 / len(sizes), words, columns=len(sizes)) as page:
        for ax, (k, d) in zip(page.axes[0], sizes, strict=True):
            offsets = d * (np.arange(k) - k // 2)
            across, down = np.meshgrid(offsets, offsets)
            ax.scatter(across, down, s=14, marker="s", color=COLORS["sa"])
            ax.scatter([0], [0], s=26, marker="s", color=COLORS["x"])
            ax.set_xlim(-edge, edge)
            ax.set_ylim(-edge, edge)
            ax.set_aspect("equal")
            kind = f"{k}×{k}, genişletme {d}" if d > 1 else f"{k}×{k}"
            ax.set_title(f"{kind}\n{d * (k - 1) + 1} piksele uzanır", fontsize=9)
            ax.set_xlabel("piksel")
            decimal_commas(ax)
    return page.picture


def bug_matrix(
    rows: Sequence[str], columns: Sequence[str], broken: np.ndarray, **words: Unpack[Words]
) -> Picture:
    """Hata × söz: dolu kare bozulan söz. `broken`: (satır, sütun) True/False."""
    with canvas(7, 0.36 * len(rows) + 2.1, words) as page:
        ax = page.ax
        ax.set_xlim(-0.5, len(columns) - 0.5)
        ax.set_ylim(len(rows) - 0.5, -0.5)
        for i in range(len(rows)):
            for j in range(len(columns)):
                if broken[i, j]:
                    ax.scatter(j, i, s=150, marker="s", color=COLORS["bad"])
                    ax.text(j, i, "✗", ha="center", va="center", color="white", fontsize=10)
                else:
                    ax.scatter(j, i, s=12, color=LIGHT_GRAY)
        ax.set_xticks(range(len(columns)), columns, rotation=40, ha="right")
        ax.set_yticks(range(len(rows)), rows)
        ax.tick_params(length=0)
        hide_spines(ax)
    return page.picture
