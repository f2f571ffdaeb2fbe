"""Deneylerin şekilleri: veri örnekleri, eğitim eğrileri, aralıklı farklar, bedele karşı doğruluk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from torch import Tensor

from course_lib.reading.figures import as_array, hide_axes, share_one_scale
from course_lib.reading.style import COLORS, MASK_MAP, Picture, course_style, decimal_commas

PALETTE = (COLORS["x"], COLORS["good"], COLORS["bad"], COLORS["ca"], COLORS["sa"], COLORS["router"])
STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
Triple = tuple[float, float, float]  # ortalama, alt uç, üst uç


def draw_box(ax: Axes, box: Sequence[float], color: str) -> None:
    """Kutu: x0, y0, x1, y1; son ikisi dışarıda."""
    x0, y0, x1, y1 = (float(v) for v in box)
    ax.add_patch(Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, ec=color, lw=1.5))


def samples(rows: Mapping[str, tuple[Tensor, Tensor | None]], title: str, caption: str, alt: str) -> Picture:
    """Satır satır örnek görüntüler. `rows`: ad -> (görüntüler (N, 1 ya da 3, H, W), kutular (N, 4) ya da None)."""
    with course_style():
        count = max(len(images) for images, _ in rows.values())
        fig = Figure(figsize=(7, 0.45 + 6.4 / count * len(rows)), layout="constrained")
        axes = fig.subplots(len(rows), count, squeeze=False)
        for line, (name, (images, boxes)) in zip(axes, rows.items(), strict=True):
            for i, ax in enumerate(line):
                hide_axes(ax)
                picture = as_array(images[i]).transpose(1, 2, 0)
                ax.imshow(picture if picture.shape[2] == 3 else picture[..., 0], cmap="gray", vmin=0, vmax=1)
                if boxes is not None:
                    draw_box(ax, boxes[i], COLORS["router"])
            line[0].set_ylabel(name, fontsize=10)
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
        return Picture(fig, caption, alt)


def masks_on_digits(
    images: Tensor, boxes: Tensor, rows: Mapping[str, Tensor], title: str, caption: str, alt: str
) -> Picture:
    """Üstte görüntüler, altta satır satır maskeler, hepsinde rakamın kutusu; maskeler ortak ölçekte.

    Args:
        images: (N, 1, H, W), [0, 1]; boxes: (N, 4); rows: ad -> (N, H, W).
    """
    with course_style():
        count = len(images)
        fig = Figure(figsize=(7, 0.5 + 6.0 / count * (len(rows) + 1)), layout="constrained")
        axes = fig.subplots(len(rows) + 1, count, squeeze=False)
        low, high = min(float(m.min()) for m in rows.values()), max(float(m.max()) for m in rows.values())
        shown = None
        for i in range(count):
            axes[0, i].imshow(as_array(images[i, 0]), cmap="gray", vmin=0, vmax=1)
            for line, mask in zip(axes[1:], rows.values(), strict=True):
                shown = line[i].imshow(as_array(mask[i]), cmap=MASK_MAP, vmin=low, vmax=high)
            for line in axes:
                draw_box(line[i], boxes[i], COLORS["bad"])
        share_one_scale(fig, axes.flatten(), shown, title, shrink=0.6)
        for line, name in zip(axes, ("görüntü", *rows), strict=True):
            line[0].set_ylabel(name, fontsize=9)
        return Picture(fig, caption, alt)


def bands(
    x: Sequence[float], panels: Mapping[str, Mapping[str, np.ndarray]], xlabel: str, title: str, caption: str, alt: str
) -> Picture:
    """Yan yana paneller; her eğri koşuların ortalaması, çevresindeki bant en küçük ile en büyük.

    Args:
        panels: y ekseninin adı -> {çeşit: (koşu, epok)}.
    """
    with course_style():
        fig = Figure(figsize=(7, 3.0), layout="constrained")
        axes = fig.subplots(1, len(panels), squeeze=False)[0]
        for ax, (ylabel, series) in zip(axes, panels.items(), strict=True):
            for (name, values), color, style in zip(series.items(), PALETTE, STYLES, strict=False):
                ax.plot(x, values.mean(axis=0), color=color, ls=style, lw=2, label=name)
                ax.fill_between(x, values.min(axis=0), values.max(axis=0), color=color, alpha=0.12, lw=0)
            ax.set_xlabel(xlabel)
            ax.set_title(ylabel, fontsize=10)
            decimal_commas(ax)
        handles, names = axes[0].get_legend_handles_labels()
        fig.legend(handles, names, loc="outside lower center", ncols=len(names))
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
        return Picture(fig, caption, alt)


def intervals(
    rows: Mapping[str, Triple | None], xlabel: str, title: str, caption: str, alt: str, *, marked: Sequence[bool] | None = None
) -> Picture:
    """Satır satır farklar ve aralıkları; sıfırı içermeyen renkli. Ölçülemeyen satırda `None`: çarpı.

    Args:
        rows: ad -> (ortalama, alt, üst); marked: verilirse sağda ✓ konacak satırlar.
    """
    with course_style():
        fig = Figure(figsize=(7, 0.9 + 0.24 * len(rows)), layout="constrained")
        ax = fig.subplots()
        ax.axvline(0, color="#b0b0b0", lw=1)
        for i, triple in enumerate(rows.values()):
            if triple is None:
                ax.plot(0, i, marker="x", color=COLORS["bad"], ms=7, mew=2, ls="none")
                continue
            mean, low, high = triple
            beyond = low > 0 or high < 0
            color = COLORS["bad"] if beyond else COLORS["x"]
            ax.plot([low, high], [i, i], color=color, lw=2, solid_capstyle="butt")
            ax.plot(mean, i, marker="o" if beyond else "|", color=color, ms=6, mew=2, ls="none")
        if marked is not None:
            for i, yes in enumerate(marked):
                ax.text(1.01, i, "✓" if yes else "-", transform=ax.get_yaxis_transform(), va="center", fontsize=10)
        ax.set_yticks(range(len(rows)), rows)
        ax.set_ylim(len(rows) - 0.4, -0.6)
        ax.set_xlabel(xlabel)
        ax.tick_params(axis="y", length=0)
        decimal_commas(ax, "x")
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
        return Picture(fig, caption, alt)


def against_cost(
    points: Mapping[str, tuple[float, Triple]], xlabel: str, ylabel: str, title: str, caption: str, alt: str
) -> Picture:
    """Bedele karşı ölçüm: her nokta bir ağ, düşey çizgi aralığı. `points`: ad -> (bedel, (ortalama, alt, üst))."""
    with course_style():
        fig = Figure(figsize=(7, 4.0), layout="constrained")
        ax = fig.subplots()
        markers = "os^Dv<>PX*hp8d1234+x"
        for i, (name, (x, (mean, low, high))) in enumerate(points.items()):
            color = PALETTE[i % len(PALETTE)]
            ax.plot([x, x], [low, high], color=color, lw=1.5, alpha=0.7)
            ax.plot(x, mean, marker=markers[i % len(markers)], color=color, ms=7, ls="none", label=name)
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
        decimal_commas(ax)
        ax.set_title(title)
        fig.legend(loc="outside right upper", fontsize=9)
        return Picture(fig, caption, alt)


def shares(rows: Mapping[str, Sequence[int]], parts: Sequence[str], xlabel: str, title: str, caption: str, alt: str) -> Picture:
    """Satır başına yığılmış yatay çubuk. `rows`: ad -> `parts` sırasında sayılar."""
    colors = (COLORS["good"], COLORS["ca"], COLORS["bad"], "#b0b0b0")
    with course_style():
        fig = Figure(figsize=(7, 1.1 + 0.36 * len(rows)), layout="constrained")
        ax = fig.subplots()
        left = np.zeros(len(rows))
        for i, part in enumerate(parts):
            width = np.array([counts[i] for counts in rows.values()])
            bars = ax.barh(list(rows), width, left=left, color=colors[i % len(colors)], label=part)
            ax.bar_label(bars, [str(w) if w else "" for w in width], label_type="center", color="white", fontsize=9)
            left = left + width
        ax.invert_yaxis()
        ax.set_xlabel(xlabel)
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
        fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=len(parts))
        return Picture(fig, caption, alt)
