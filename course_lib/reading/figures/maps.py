"""Görüntü ve harita şekilleri: fotoğraflar, maskeler, örnekler."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Unpack

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from torch import Tensor

from course_lib.reading.figures.canvas import Words, as_array, canvas, decimal_commas, hide_axes
from course_lib.reading.figures.style import COLORS, MASK_MAP, SIGNED_MAP, Picture, comma


def as_photo(image: Tensor) -> np.ndarray:
    """(3, H, W) -> (H, W, 3)."""
    return as_array(image).transpose(1, 2, 0)


def share_one_scale(figure: Figure, axes: Iterable[Axes], shown: AxesImage, shrink: float) -> None:
    """Eksenleri gizler, `shown` görüntüsünün renk ölçeğini hepsinin yanına koyar."""
    axes = list(axes)
    for ax in axes:
        hide_axes(ax)
    bar = figure.colorbar(shown, ax=axes, shrink=shrink)
    bar.ax.tick_params(labelsize=9)
    decimal_commas(bar.ax, "y")


def name_each(axes: Iterable[Axes], names: Sequence[str]) -> None:
    for ax, name in zip(axes, names, strict=True):
        ax.set_title(name, fontsize=9)


def draw_box(ax: Axes, box: Sequence[float] | Tensor, color: str) -> None:
    """Kutu: x0, y0, x1, y1; son ikisi dışarıda."""
    x0, y0, x1, y1 = (float(v) for v in box)
    corner = (x0 - 0.5, y0 - 0.5)
    ax.add_patch(Rectangle(corner, x1 - x0, y1 - y0, fill=False, ec=color, lw=1.5))


def photo_with_maps(
    image: Tensor, maps: Tensor, names: Sequence[str], **words: Unpack[Words]
) -> Picture:
    """Fotoğraf ve yanında haritalar, çıplak; hepsi aynı ölçekte.

    Args:
        image: (3, H, W), [0, 1]; maps: (N, H, W); names: N başlık.
    """
    columns = {1: 2, 3: 2}.get(len(names), 3)
    rows = math.ceil((len(names) + 1) / columns)
    height = 0.55 + rows * (0.3 + 6.0 / columns * image.shape[1] / image.shape[2])
    with canvas(7, height, words, rows=rows, columns=columns) as page:
        values = as_array(maps)
        low, high = float(values.min()), float(values.max())
        first, *others = page.axes.flatten()
        used, spare = others[: len(names)], others[len(names) :]
        first.imshow(as_photo(image))
        shown = [
            ax.imshow(value, cmap=MASK_MAP, vmin=low, vmax=high)
            for ax, value in zip(used, values, strict=True)
        ]
        name_each([first, *used], ["fotoğraf", *names])
        for ax in spare:
            ax.remove()
        share_one_scale(page.figure, [first, *used], shown[-1], shrink=0.8)
    return page.picture


def responses(image: Tensor, maps: Tensor, names: Sequence[str], **words: Unpack[Words]) -> Picture:
    """Fotoğraf ve yanında süzgeçlerin yanıtları; her biri 0'dan kendi en güçlü yanıtına.

    Args:
        image: (3, H, W), [0, 1]; maps: (N, H, W), >= 0; names: N başlık.
    """
    rows = math.ceil((len(names) + 1) / 3)
    height = 0.45 + rows * (0.3 + 2.2 * image.shape[1] / image.shape[2])
    with canvas(7, height, words, rows=rows, columns=3) as page:
        first, *others = page.axes.flatten()
        first.imshow(as_photo(image))
        peaks = [float(value.max()) for value in as_array(maps)]
        for ax, value, peak in zip(others, as_array(maps), peaks, strict=False):
            ax.imshow(value, cmap=MASK_MAP, vmin=0, vmax=peak)
        for ax in (first, *others):
            hide_axes(ax)
        shown = [f"{name} (en çok {comma(peak)})" for name, peak in zip(names, peaks, strict=True)]
        name_each([first, *others[: len(names)]], ["fotoğraf", *shown])
        for ax in others[len(names) :]:
            ax.remove()
    return page.picture


def ranked(images: Tensor, names: Sequence[str], **words: Unpack[Words]) -> Picture:
    """Resimler verilen sırayla, en çok beş sütunda, üstünde adı. `images`: (N, 3, H, W)."""
    columns = min(5, len(names))
    rows = math.ceil(len(names) / columns)
    side = 6.8 / columns
    height = 0.45 + rows * (0.35 + side * images.shape[2] / images.shape[3])
    with canvas(7, height, words, rows=rows, columns=columns) as page:
        axes = page.axes.flatten()
        for ax, image in zip(axes, images, strict=False):
            ax.imshow(as_photo(image))
        for ax in axes:
            hide_axes(ax)
        name_each(axes[: len(names)], names)
        for ax in axes[len(names) :]:
            ax.remove()
    return page.picture


def patches_with_maps(
    images: Tensor, maps: Tensor, names: Sequence[str], **words: Unpack[Words]
) -> Picture:
    """N fotoğraf parçası; her birinin yanında aynı parçanın haritası, ortak ölçekte.

    Args:
        images: (N, 3, H, W), [0, 1]; maps: (N, H, W); names: N başlık.
    """
    height = 0.8 + 3.1 / len(names) * images.shape[2] / images.shape[3]
    with canvas(7, height, words, columns=2 * len(names)) as page:
        values, shown = as_array(maps), []
        lefts, rights = page.axes[0, 0::2], page.axes[0, 1::2]
        for left, right, image, value in zip(lefts, rights, images, values, strict=True):
            left.imshow(as_photo(image))
            shown.append(right.imshow(value, cmap=MASK_MAP, vmin=0, vmax=float(values.max())))
        name_each(lefts, names)
        share_one_scale(page.figure, page.axes[0], shown[-1], shrink=0.75)
    return page.picture


def heatmaps(
    maps: Tensor,
    names: Sequence[str],
    *,
    rows: int = 1,
    signed: bool = False,
    **words: Unpack[Words],
) -> Picture:
    """Yan yana haritalar, ortak ölçekte; fotoğrafsız. `maps`: (N, H, W); `names`: N başlık.

    signed: iki yönlü sayılar; 0 beyazdır, iki yanın rengi başka.
    """
    columns = math.ceil(len(names) / rows)
    height = 0.6 + rows * min(2.2, 6.2 / columns)
    with canvas(7, height, words, rows=rows, columns=columns) as page:
        values = as_array(maps)
        low, high = float(values.min()), float(values.max())
        if signed:
            high = max(-low, high)
            low = -high
        axes = page.axes.flatten()
        used = axes[: len(names)]
        colors = SIGNED_MAP if signed else MASK_MAP
        shown = [
            ax.imshow(value, cmap=colors, vmin=low, vmax=high)
            for ax, value in zip(used, values, strict=True)
        ]
        name_each(used, names)
        share_one_scale(page.figure, axes, shown[-1], shrink=0.8)
    return page.picture


def side_by_side(maps: Tensor, names: Sequence[str], **words: Unpack[Words]) -> Picture:
    """Haritalar yan yana, her biri kendi ölçeğiyle; yalnız e18'in sınattığı şekil için."""
    with canvas(7, 2.4, words, columns=len(names)) as page:
        for ax, value in zip(page.axes[0], as_array(maps), strict=True):
            ax.imshow(value, cmap=MASK_MAP)
            hide_axes(ax)
        name_each(page.axes[0], names)
    return page.picture


def samples(rows: Mapping[str, tuple[Tensor, Tensor | None]], **words: Unpack[Words]) -> Picture:
    """Satır satır örnek görüntüler.

    Args:
        rows: ad -> (görüntüler (N, 1 ya da 3, H, W), kutular (N, 4) ya da None).
    """
    count = max(len(images) for images, _ in rows.values())
    height = 0.45 + 6.4 / count * len(rows)
    with canvas(7, height, words, rows=len(rows), columns=count) as page:
        for line, (name, (images, boxes)) in zip(page.axes, rows.items(), strict=True):
            for i, ax in enumerate(line):
                hide_axes(ax)
                picture = as_photo(images[i])
                colored = picture.shape[2] == 3
                ax.imshow(picture if colored else picture[..., 0], cmap="gray", vmin=0, vmax=1)
                if boxes is not None:
                    draw_box(ax, boxes[i], COLORS["router"])
            line[0].set_ylabel(name, fontsize=10)
    return page.picture


def masks_on_digits(
    images: Tensor, boxes: Tensor, rows: Mapping[str, Tensor], **words: Unpack[Words]
) -> Picture:
    """Üstte görüntüler, altta satır satır maskeler, hepsinde rakamın kutusu; ortak ölçekte.

    Args:
        images: (N, 1, H, W), [0, 1]; boxes: (N, 4); rows: ad -> (N, H, W).
    """
    count, lines = len(images), len(rows) + 1
    with canvas(7, 0.5 + 6.0 / count * lines, words, rows=lines, columns=count) as page:
        top, *others = page.axes
        low = min(float(mask.min()) for mask in rows.values())
        high = max(float(mask.max()) for mask in rows.values())
        shown = []
        for ax, image in zip(top, images, strict=True):
            ax.imshow(as_array(image[0]), cmap="gray", vmin=0, vmax=1)
        for line, mask in zip(others, rows.values(), strict=True):
            for ax, value in zip(line, as_array(mask), strict=True):
                shown.append(ax.imshow(value, cmap=MASK_MAP, vmin=low, vmax=high))
        for line in page.axes:
            for ax, box in zip(line, boxes, strict=True):
                draw_box(ax, box, COLORS["router"])
        share_one_scale(page.figure, page.axes.flatten(), shown[-1], shrink=0.6)
        for line, name in zip(page.axes, ("görüntü", *rows), strict=True):
            line[0].set_ylabel(name, fontsize=9)
    return page.picture
