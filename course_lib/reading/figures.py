"""Kursun şekilleri: her işlev tek bir soruyu yanıtlar ve `Picture` döndürür."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from course_lib.reading.style import COLORS, MASK_MAP, Picture, comma, course_style, decimal_commas


def as_array(t: Tensor) -> np.ndarray:
    return t.detach().float().cpu().numpy()


def hide_axes(ax) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)


def overlay(ax, photo: np.ndarray, value: np.ndarray, low: float, high: float):
    """Haritayı, gri fotoğrafın üstüne yarı saydam bindirir; renk ölçeğinin bağlanacağı görüntüyü verir."""
    ax.imshow(photo.mean(2), cmap="gray", vmin=0, vmax=1)
    return ax.imshow(value, cmap=MASK_MAP, vmin=low, vmax=high, alpha=0.75)


def share_one_scale(fig: Figure, axes, shown, title: str, shrink: float) -> None:
    """Eksenleri gizler, ortak renk ölçeğini ve başlığı koyar."""
    for ax in axes:
        hide_axes(ax)
    bar = fig.colorbar(shown, ax=list(axes), shrink=shrink)
    bar.ax.tick_params(labelsize=9)
    decimal_commas(bar.ax, "y")
    fig.suptitle(title, fontsize=11, x=0.02, ha="left")


def photo_with_maps(image: Tensor, maps: Tensor, names: Sequence[str], title: str, caption: str, alt: str) -> Picture:
    """Fotoğraf ve yanında, üstüne bindirilmiş haritalar; hepsi aynı ölçekte.

    Args:
        image: (3, H, W), [0, 1]; maps: (N, H, W); names: N başlık.
    """
    with course_style():
        photo = as_array(image).transpose(1, 2, 0)
        values = as_array(maps)
        low, high = float(values.min()), float(values.max())
        columns = 4 if len(names) == 3 else 3
        rows = -(-(len(names) + 1) // columns)
        fig = Figure(figsize=(7, 0.55 + rows * 5.25 / columns), layout="constrained")
        axes = np.atleast_1d(fig.subplots(rows, columns)).flatten()
        axes[0].imshow(photo)
        axes[0].set_title("fotoğraf", fontsize=9)
        shown = None
        for ax, value, name in zip(axes[1:], values, names, strict=False):
            shown = overlay(ax, photo, value, low, high)
            ax.set_title(name, fontsize=9)
        for ax in axes[len(names) + 1 :]:
            ax.remove()
        share_one_scale(fig, axes[: len(names) + 1], shown, title, shrink=0.8)
        return Picture(fig, caption, alt)


def patches_with_maps(images: Tensor, maps: Tensor, names: Sequence[str], title: str, caption: str, alt: str) -> Picture:
    """N fotoğraf parçası; her birinin yanında aynı parçanın üstündeki harita, ortak ölçekte.

    Args:
        images: (N, 3, H, W), [0, 1]; maps: (N, H, W); names: N başlık.
    """
    with course_style():
        values = as_array(maps)
        fig = Figure(figsize=(7, 2.3), layout="constrained")
        axes = fig.subplots(1, 2 * len(names))
        shown = None
        for i, name in enumerate(names):
            photo = as_array(images[i]).transpose(1, 2, 0)
            axes[2 * i].imshow(photo)
            axes[2 * i].set_title(name, fontsize=9)
            shown = overlay(axes[2 * i + 1], photo, values[i], 0, float(values.max()))
        share_one_scale(fig, axes, shown, title, shrink=0.75)
        return Picture(fig, caption, alt)


def channel_bars(names: Sequence[str], series: dict[str, Tensor], title: str, axis: str, caption: str, alt: str) -> Picture:
    """Kanal başına yan yana çubuklar. `series`: renk anahtarı -> (C,) değerler."""
    labels = {"avg": "ortalama", "max": "tepe", "ca": "maske (ca)", "x": "önce", "good": "sağlam", "bad": "hatalı"}
    with course_style():
        fig = Figure(figsize=(7, 2.9), layout="constrained")
        ax = fig.subplots()
        place = np.arange(len(names))
        width = 0.8 / len(series)
        for i, (key, value) in enumerate(series.items()):
            ax.bar(place + (i - (len(series) - 1) / 2) * width, as_array(value), width, color=COLORS[key], label=labels[key])
        ax.set_xticks(place, names, rotation=25, ha="right")
        ax.set_ylabel(axis)
        decimal_commas(ax, "y")
        ax.set_title(title)
        if len(series) > 1:
            ax.set_ylim(top=1.22 * ax.get_ylim()[1])  # gösterge çubukların üstüne binmesin
            ax.legend(ncols=len(series), loc="upper right")
        return Picture(fig, caption, alt)


def fusion_scatter(weights: dict[str, Tensor], title: str, caption: str, alt: str) -> Picture:
    """Örneklerin yönlendirici ağırlıkları: yatayda ortalamanın, düşeyde tepenin. `weights`: ad -> (N, 2)."""
    marks = ("o", "^", "s", "D")
    palette = (COLORS["avg"], COLORS["max"], COLORS["ca"], COLORS["router"])
    with course_style():
        fig = Figure(figsize=(4.6, 4.0), layout="constrained")
        ax = fig.subplots()
        for (name, w), mark, color in zip(weights.items(), marks, palette, strict=False):
            w = as_array(w)
            ax.scatter(w[:, 0], w[:, 1], s=26, marker=mark, color=color, label=name, alpha=0.8, edgecolor="white", lw=0.5)
        ax.plot([0, 1], [1, 0], color="#8a8a8a", lw=1, ls="--", zorder=0)
        ax.text(0.62, 0.47, "satır toplamı 1", fontsize=9, color="#595959", rotation=-40, ha="center")
        ax.set_xlim(-0.03, 1.05)
        ax.set_ylim(-0.03, 1.05)
        ax.set_xlabel("ortalamanın ağırlığı (w_avg)")
        ax.set_ylabel("tepenin ağırlığı (w_max)")
        decimal_commas(ax)
        ax.set_title(title)
        ax.legend(loc="lower left")
        return Picture(fig, caption, alt)


def gate_against_temperature(z: Tensor, curves: dict[float, Tensor], title: str, caption: str, alt: str) -> Picture:
    """Kapının eğrisi, birkaç T için. `curves`: T -> gate(z / T)."""
    shades = ("#08306b", "#0072B2", "#56B4E9", "#E69F00", "#D55E00")
    styles = ("-", "--", "-.", ":", (0, (5, 1)))
    with course_style():
        fig = Figure(figsize=(6.4, 3.2), layout="constrained")
        ax = fig.subplots()
        for (T, value), color, style in zip(curves.items(), shades, styles, strict=False):
            ax.plot(as_array(z), as_array(value), color=color, ls=style, lw=2, label=f"T = {comma(T)}")
        ax.axhline(0.5, color="#b0b0b0", lw=0.8, zorder=0)
        ax.set_xlabel("ham skor z (birimsiz)")
        ax.set_ylabel("maske ca")
        decimal_commas(ax)
        ax.set_title(title)
        ax.legend(loc="upper left")
        return Picture(fig, caption, alt)


def saturation_against_temperature(
    temperatures: Sequence[float], shares: dict[str, Sequence[float]], title: str, caption: str, alt: str
) -> Picture:
    """Doymuş kanal oranı T'ye karşı. `shares`: ad -> her T için oran (0-1)."""
    palette = (COLORS["good"], COLORS["bad"])
    with course_style():
        fig = Figure(figsize=(6.4, 3.1), layout="constrained")
        ax = fig.subplots()
        for (name, share), color, mark in zip(shares.items(), palette, "os", strict=False):
            ax.plot(temperatures, [100 * s for s in share], color=color, marker=mark, lw=2, label=name)
        ax.set_xscale("log", base=2)
        ax.set_xticks(temperatures, [f"{t:g}" if t >= 1 else f"1/{1 / t:g}" for t in temperatures])
        ax.set_xlabel("sıcaklık T (birimsiz, log ölçek)")
        ax.set_ylabel("doymuş kanal (%)")
        ax.set_ylim(-4, 104)
        ax.set_title(title)
        ax.legend(loc="upper center")
        return Picture(fig, caption, alt)


def mask_histograms(masks: dict[str, Tensor], title: str, caption: str, alt: str) -> Picture:
    """ca değerlerinin dağılımı, yan yana aynı ölçekte. `masks`: ad -> herhangi şekilde değerler."""
    with course_style():
        fig = Figure(figsize=(7, 2.5), layout="constrained")
        axes = np.atleast_1d(fig.subplots(1, len(masks), sharey=True))
        for ax, (name, mask) in zip(axes, masks.items(), strict=True):
            ax.hist(as_array(mask).flatten(), bins=np.linspace(0, 1, 21), color=COLORS["ca"], edgecolor="white", lw=0.4)
            ax.set_title(name, fontsize=10)
            ax.set_xlabel("ca")
            ax.set_xticks([0, 0.5, 1])
            decimal_commas(ax, "x")
        axes[0].set_ylabel("kanal sayısı")
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
        return Picture(fig, caption, alt)


def bug_matrix(rows: Sequence[str], columns: Sequence[str], broken: np.ndarray, title: str, caption: str, alt: str) -> Picture:
    """Hata × söz: dolu kare bozulan söz. `broken`: (satır, sütun) True/False."""
    with course_style():
        fig = Figure(figsize=(7, 0.36 * len(rows) + 2.1), layout="constrained")
        ax = fig.subplots()
        ax.set_xlim(-0.5, len(columns) - 0.5)
        ax.set_ylim(len(rows) - 0.5, -0.5)
        for i in range(len(rows)):
            for j in range(len(columns)):
                if broken[i, j]:
                    ax.scatter(j, i, s=150, marker="s", color=COLORS["bad"])
                    ax.text(j, i, "✗", ha="center", va="center", color="white", fontsize=10)
                else:
                    ax.scatter(j, i, s=12, color="#b0b0b0")
        ax.set_xticks(range(len(columns)), columns, rotation=40, ha="right")
        ax.set_yticks(range(len(rows)), rows)
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
        return Picture(fig, caption, alt)


def relative_errors(
    x: Sequence[float], errors: dict[str, Sequence[float]], xlabel: str, title: str, caption: str, alt: str
) -> Picture:
    """Göreli hata, iki eksen de log. Sonsuz hata tavanda, çarpıyla gösterilir."""
    palette = (COLORS["bad"], COLORS["good"], COLORS["router"])
    floor, ceiling = 1e-9, 1e2
    with course_style():
        fig = Figure(figsize=(6.6, 3.2), layout="constrained")
        ax = fig.subplots()
        for (name, error), color, mark in zip(errors.items(), palette, "sox", strict=False):
            values = np.array([min(max(e, floor), ceiling) if np.isfinite(e) else ceiling for e in error])
            ax.plot(x, values, color=color, marker=mark, lw=1.6, ms=5, label=name)
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xlabel(xlabel)
        ax.set_ylabel("göreli hata")
        ax.axhline(ceiling, color="#b0b0b0", lw=0.8, zorder=0)
        ax.text(min(x), ceiling, "sonsuz", fontsize=9, color="#595959", va="bottom")
        ax.set_ylim(floor / 3, ceiling * 20)
        ax.set_title(title)
        ax.legend(loc="upper center")
        return Picture(fig, caption, alt)


def heatmaps(maps: Tensor, names: Sequence[str], title: str, caption: str, alt: str, rows: int = 1) -> Picture:
    """Yan yana haritalar, ortak ölçekte; fotoğrafsız. `maps`: (N, H, W); `names`: N başlık."""
    with course_style():
        values = as_array(maps)
        columns = -(-len(names) // rows)
        fig = Figure(figsize=(7, 0.6 + rows * min(2.2, 6.2 / columns)), layout="constrained")
        axes = np.atleast_1d(fig.subplots(rows, columns)).flatten()
        shown = None
        for ax, value, name in zip(axes, values, names, strict=False):
            shown = ax.imshow(value, cmap=MASK_MAP, vmin=float(values.min()), vmax=float(values.max()))
            ax.set_title(name, fontsize=9)
        share_one_scale(fig, axes, shown, title, shrink=0.8)
        return Picture(fig, caption, alt)


def footprints(sizes: Sequence[tuple[int, int]], title: str, caption: str, alt: str) -> Picture:
    """Her dalın bir piksel için baktığı noktalar. `sizes`: (çekirdek, genişletme)."""
    with course_style():
        reach = max(d * (k - 1) + 1 for k, d in sizes)
        fig = Figure(figsize=(7, 1.3 + 6.4 / len(sizes)), layout="constrained")
        for ax, (k, d) in zip(np.atleast_1d(fig.subplots(1, len(sizes))), sizes, strict=True):
            offsets = d * (np.arange(k) - k // 2)
            across, down = np.meshgrid(offsets, offsets)
            ax.scatter(across, down, s=14, marker="s", color=COLORS["sa"])
            ax.scatter([0], [0], s=26, marker="s", color=COLORS["x"])
            ax.set_xlim(-reach / 2 - 0.5, reach / 2 + 0.5)
            ax.set_ylim(-reach / 2 - 0.5, reach / 2 + 0.5)
            ax.set_aspect("equal")
            kind = f"{k}×{k}, genişletme {d}" if d > 1 else f"{k}×{k}"
            ax.set_title(f"{kind}\n{d * (k - 1) + 1} piksele uzanır", fontsize=9)
            ax.set_xlabel("piksel")
            decimal_commas(ax)
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
        return Picture(fig, caption, alt)


def weight_bars(weights: Tensor, rows: Sequence[str], parts: Sequence[str], title: str, caption: str, alt: str) -> Picture:
    """Örneklerin ağırlıkları, satır başına 1'e tamamlanan yatay çubuklar. `weights`: (N, K)."""
    palette = (COLORS["avg"], COLORS["router"], COLORS["sa"], COLORS["ca"], COLORS["max"])
    hatches = ("", "//", "..", "xx", "--")
    with course_style():
        values = as_array(weights)
        fig = Figure(figsize=(7, 0.9 + 0.3 * len(rows)), layout="constrained")
        ax = fig.subplots()
        left = np.zeros(len(rows))
        for k, name in enumerate(parts):
            ax.barh(rows, values[:, k], left=left, color=palette[k], hatch=hatches[k], edgecolor="white", label=name)
            left = left + values[:, k]
        ax.set_xlim(0, 1)
        ax.invert_yaxis()
        ax.set_xlabel("ağırlık (satır toplamı 1)")
        decimal_commas(ax, "x")
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
        ax.legend(ncols=len(parts), loc="lower center", bbox_to_anchor=(0.5, 1.0))
        return Picture(fig, caption, alt)


def curves(
    x: Sequence[float], series: dict[str, Sequence[float]], xlabel: str, ylabel: str, title: str, caption: str, alt: str,
    *, log: bool = False,
) -> Picture:  # fmt: skip
    """Birkaç eğri, ortak eksenlerde. `series`: ad -> y değerleri; `log`: y ekseni log."""
    palette = (COLORS["good"], COLORS["bad"], COLORS["ca"], COLORS["sa"], COLORS["router"], COLORS["x"])
    styles = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
    with course_style():
        fig = Figure(figsize=(6.6, 3.2), layout="constrained")
        ax = fig.subplots()
        for (name, y), color, style in zip(series.items(), palette, styles, strict=False):
            ax.plot(x, y, color=color, ls=style, lw=2, label=name)
        if log:
            ax.set_yscale("log")
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
        decimal_commas(ax, "x" if log else "xy")
        ax.set_title(title)
        ax.legend(loc="best")
        return Picture(fig, caption, alt)


def side_by_side(maps: Tensor, names: Sequence[str], title: str, caption: str, alt: str) -> Picture:
    """Haritalar yan yana, her biri kendi ölçeğiyle; yalnız e18'in sınattığı şekil için."""
    with course_style():
        fig = Figure(figsize=(7, 2.4), layout="constrained")
        for ax, value, name in zip(np.atleast_1d(fig.subplots(1, len(names))), as_array(maps), names, strict=True):
            ax.imshow(value, cmap=MASK_MAP)
            ax.set_title(name, fontsize=9)
            hide_axes(ax)
        fig.suptitle(title, fontsize=11, x=0.02, ha="left")
        return Picture(fig, caption, alt)
