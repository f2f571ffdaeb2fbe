"""Nokta şekilleri: saçılımlar, aralıklar, bakılan noktalar, bozulan sözler."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, Unpack

import numpy as np
from matplotlib.axes import Axes

from course_lib.palette import GRAY_FILL, LIGHT_GRAY
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
    comma,
)


class Measured(Protocol):
    """Koşuların ölçümleri, ortalaması ve aralığı (istatistiğin Interval'i gibi)."""

    @property
    def values(self) -> Sequence[float]: ...
    @property
    def mean(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def learned_and_tested(
    groups: Mapping[str, Mapping[str, tuple[float, float]]],
    named: Sequence[str],
    **words: Unpack[Words],
) -> Picture:
    """Eğitim doğruluğuna karşı test doğruluğu, yüzde: her nokta bir çeşit, her grubun bir rengi.

    Args:
        groups: grup -> çeşit -> (eğitim, test), 0..1; named: yanına adı yazılan çeşitler.
    """
    with canvas(7, 4.2, words, title_over="axes") as page:
        ax = page.ax
        for (group, points), color, mark in zip(
            groups.items(), BASELINE_FIRST, POINT_MARKS, strict=False
        ):
            train, test = 100 * np.array(list(points.values())).T
            ax.plot(train, test, marker=mark, color=color, ms=7, ls="none", label=group)
            for name, x, y in zip(points, train, test, strict=True):
                if name in named:
                    ax.annotate(
                        name, (x, y), xytext=(7, -3), textcoords="offset points", fontsize=8.5
                    )
        ax.margins(0.12)
        ax.set_xlabel("eğitim doğruluğu, %")
        ax.set_ylabel("test doğruluğu, %")
        decimal_commas(ax)
        page.figure.legend(loc="outside right upper", fontsize=9)
    return page.picture


def side_dots(
    groups: Mapping[str, Sequence[float]], *, ylabel: str, **words: Unpack[Words]
) -> Picture:
    """Yan yana gruplar: her ölçüm bir nokta, ortalaması bir çizgi. `groups`: ad -> ölçümler."""
    with canvas(7, 3.2, words, title_over="axes") as page:
        ax = page.ax
        for i, values in enumerate(groups.values()):
            color = BASELINE_FIRST[i % len(BASELINE_FIRST)]
            ax.plot([i] * len(values), values, marker="o", color=color, ms=5, alpha=0.5, ls="none")
            ax.plot([i - 0.3, i + 0.3], [np.mean(values)] * 2, color=color, lw=2.5)
        ax.set_xticks(range(len(groups)), list(groups))
        ax.set_xlim(-0.6, len(groups) - 0.4)
        ax.set_ylabel(ylabel)
        decimal_commas(ax, "y")
    return page.picture


def intervals(
    rows: Mapping[str, Measured],
    *,
    xlabel: str,
    passed: Collection[str],
    unseen: float | None = None,
    xlim: tuple[float, float] | None = None,
    marked: Sequence[bool] = (),
    **words: Unpack[Words],
) -> Picture:
    """Satır satır farklar, yüzde puan: her koşu bir nokta, ortalama ve aralık bir çizgi.

    Args:
        rows: ad -> farklar, 0..1; passed: kararı verilmiş olanlar, renkli çizilir.
        unseen: verilirse bu kadar puanlık farkın altı gri bant: bu kadar koşunun göremediği.
        xlim: eksenin uçları; dışında kalan satır uçta bir okla gösterilir.
        marked: verilirse her satırın sağına konan ✓ ya da çizgi.
    """
    with canvas(7, 0.9 + 0.24 * len(rows), words) as page:
        ax = page.ax
        if unseen is not None:
            ax.axvspan(-unseen, unseen, color=GRAY_FILL, lw=0, zorder=0)
        ax.axvline(0, color=LIGHT_GRAY, lw=1)
        for i, (name, found) in enumerate(rows.items()):
            draw_interval(ax, i, found, passed=name in passed)
        if xlim is not None:
            ax.set_xlim(*xlim)
            for i, found in enumerate(rows.values()):
                point_outside(ax, i, 100 * found.mean, xlim)
        for i, yes in enumerate(marked):
            beside = ax.get_yaxis_transform()
            ax.text(1.01, i, "✓" if yes else "-", transform=beside, va="center", fontsize=10)
        ax.set_yticks(range(len(rows)), list(rows))
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlabel(xlabel)
        ax.tick_params(axis="y", length=0)
        decimal_commas(ax, "x")
    return page.picture


def draw_interval(ax: Axes, row: int, found: Measured, *, passed: bool) -> None:
    """Bir satır: soluk noktalar koşular, çizgi aralık, büyük işaret ortalama."""
    color, mark = (COLORS["beyond"], "o") if passed else (COLORS["x"], "|")
    dots = 100 * np.array(found.values)
    ax.plot(dots, [row] * len(dots), marker=".", color=color, ms=5, alpha=0.45, ls="none")
    ends = [100 * found.low, 100 * found.high]
    ax.plot(ends, [row, row], color=color, lw=2, solid_capstyle="butt")
    ax.plot(100 * found.mean, row, marker=mark, color=color, ms=6, mew=2, ls="none")


def point_outside(ax: Axes, row: int, mean: float, xlim: tuple[float, float]) -> None:
    """Ortalaması eksene sığmayan satırın ucuna ok ve sayı."""
    low, high = xlim
    if low <= mean <= high:
        return
    at, mark, side = (low, "<", "left") if mean < low else (high, ">", "right")
    ax.plot(at, row, marker=mark, color=COLORS["beyond"], ms=7, ls="none", clip_on=False)
    shift = 0.02 * (high - low) * (1 if mean < low else -1)
    ax.text(at + shift, row, comma(mean, 1).replace("-", "−"), va="center", ha=side, fontsize=8.5)


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
