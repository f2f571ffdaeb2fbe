"""Akış şemaları, koddan çizilir: artık blokların dalları ve dört füzyon kalıbı."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch
from torch import nn

from course_lib.palette import (
    BLUE_FILL,
    DARK_GRAY,
    GRAPHITE,
    GRAY_FILL,
    GREEN_FILL,
    INK,
    ORANGE_FILL,
    PAPER,
)
from course_lib.reading.figures.canvas import Options, Words, canvas, hide_axes
from course_lib.reading.figures.style import Picture

FILLS = {
    "conv": BLUE_FILL,
    "bn": GRAY_FILL,
    "act": ORANGE_FILL,
    "attn": GREEN_FILL,
    "f": BLUE_FILL,
}
WIDTHS = {"conv": 1.15, "bn": 0.62, "act": 0.8}
FORMULAS = {
    "P1": "y = x + A(F(x))",
    "P2": "y = A(x + F(x))",
    "P3": "y = x + F(A(x))",
    "P4": "y = A_s(x) + A_r(F(x))",
}
SKIP, LEARNED, MIDDLE = 1.1, 0.0, 0.55  # iki yolun ve aralarının yüksekliği
PLUS, AFTER = 5.0, 5.9  # toplamın ve ondan sonraki kutunun yeri

Item = tuple[float, str, str]  # yeri, yazısı, türü


def box(
    ax: Axes,
    x: float,
    y: float,
    text: str,
    kind: str,
    width: float,
    height: float = 0.5,
    size: float = 9,
) -> None:
    plain = {"boxstyle": "square,pad=0", "alpha": 0}
    look: Options = {"ha": "center", "va": "center", "fontsize": size, "color": INK}
    ax.text(x, y, text, **look, bbox=plain, zorder=3)
    ax.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=FILLS[kind],
            edgecolor=DARK_GRAY,
            lw=1,
            zorder=2,
        )
    )


def arrow(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], color: str = DARK_GRAY
) -> None:
    style = {"arrowstyle": "-|>", "color": color, "lw": 1.4, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", end, start, arrowprops=style, zorder=1)


def layer_name(layer: nn.Module) -> tuple[str, str] | None:
    """(kutunun yazısı, türü); birim eşleme çizilmez."""
    if isinstance(layer, nn.Conv2d):
        side = f"{layer.kernel_size[0]}×{layer.kernel_size[1]}"
        grouped = f"\n{layer.groups} öbek" if layer.groups > 1 else ""
        return f"{side}, {layer.out_channels}{grouped}", "conv"
    if isinstance(layer, nn.BatchNorm2d):
        return "BN", "bn"
    return ("ReLU", "act") if isinstance(layer, nn.ReLU) else None


def draw_chain(ax: Axes, y: float, branch: nn.Module) -> None:
    """Dalın katmanları soldan sağa, sonunda toplam."""
    x = 2.35
    for layer in branch.modules():
        found = layer_name(layer)
        if found is None:
            continue
        text, kind = found
        width = WIDTHS[kind]
        arrow(ax, (x, y), (x + 0.22, y))
        box(ax, x + 0.22 + width / 2, y, text, kind, width, 0.62, 8.5 if "\n" in text else 9)
        x += 0.22 + width
    arrow(ax, (x, y), (x + 0.3, y))
    end = "+ S, ReLU" if branch.activation == "post" else "+ S"
    ax.text(x + 0.36, y, end, va="center", fontsize=9)


def branch_chains(branches: Mapping[str, nn.Module], **words: Unpack[Words]) -> Picture:
    """Her dal bir satır: katmanları, modülün kendisinden okunur. `branches`: ad -> dal."""
    with canvas(7, 0.7 + 0.72 * len(branches), words) as page:
        hide_axes(page.ax)
        for row, (name, branch) in enumerate(branches.items()):
            page.ax.text(-0.1, -row, name, va="center", fontsize=9)
            draw_chain(page.ax, -row, branch)
        page.ax.set_xlim(-0.15, 12.3)
        page.ax.set_ylim(-len(branches) + 0.45, 0.5)
    return page.picture


def stops_of(name: str) -> tuple[list[Item], list[Item]]:
    """Kalıbın kısayolundaki ve öğrenilen yolundaki kutular."""
    skip: list[Item] = [(2.7, "A_s", "attn")] if name == "P4" else []
    learned: list[Item] = [(2.7, "F", "f")]
    if name in ("P1", "P4"):
        learned.append((3.9, "A" if name == "P1" else "A_r", "attn"))
    if name == "P3":
        learned.insert(0, (1.5, "A", "attn"))
    return skip, learned


def draw_path(ax: Axes, y: float, items: Sequence[Item], color: str) -> None:
    """Girişten toplama, kutularıyla bir yol."""
    at = 0.4
    for x, text, kind in items:
        arrow(ax, (at, y), (x - 0.4, y), color)
        box(ax, x, y, text, kind, 0.8)
        at = x + 0.4
    ax.plot([at, PLUS], [y, y], color=color, lw=1.4, zorder=1)
    arrow(ax, (PLUS, y), (PLUS, MIDDLE + (0.17 if y > MIDDLE else -0.17)), color)


def draw_sum(ax: Axes, after: tuple[str, str] | None = None) -> None:
    """Toplam ve çıkış; `after`: varsa, toplamdan sonraki kutunun yazısı ve türü."""
    ax.text(PLUS, MIDDLE, "+", fontsize=12, ha="center", va="center", zorder=4)
    ax.scatter([PLUS], [MIDDLE], s=190, facecolor=PAPER, edgecolor=DARK_GRAY, zorder=3)
    start = PLUS + 0.2
    if after is not None:
        arrow(ax, (start, MIDDLE), (AFTER - 0.4, MIDDLE))
        box(ax, AFTER, MIDDLE, *after, 0.8)
        start = AFTER + 0.4
    arrow(ax, (start, MIDDLE), (6.65, MIDDLE))
    ax.text(6.8, MIDDLE, "y", fontsize=11, ha="center", va="center")


def draw_pattern(ax: Axes, name: str) -> None:
    hide_axes(ax)
    ax.set_xlim(-0.3, 7)
    ax.set_ylim(-0.75, 1.6)
    ax.set_title(f"Kalıp {name[1]}:  {FORMULAS[name]}", fontsize=10)
    ax.text(-0.1, MIDDLE, "x", fontsize=11, ha="center", va="center")
    for y in (SKIP, LEARNED):  # girişten iki yola
        ax.plot([0.1, 0.4, 0.4], [MIDDLE, MIDDLE, y], color=DARK_GRAY, lw=1.4, zorder=1)
    skip, learned = stops_of(name)
    draw_path(ax, SKIP, skip, GRAPHITE)
    draw_path(ax, LEARNED, learned, DARK_GRAY)
    beside = 1.0 if name == "P4" else 2.7
    ax.text(beside, SKIP + 0.2, "kısayol", fontsize=9, color=DARK_GRAY, ha="center")
    draw_sum(ax, ("A", "attn") if name == "P2" else None)


def fusion_patterns(names: Sequence[str], **words: Unpack[Words]) -> Picture:
    """Kalıpların akış şeması, en çok iki sütunda. `names`: "P1" … "P4"."""
    columns = min(2, len(names))
    rows = math.ceil(len(names) / columns)
    with canvas(3.5 * columns, 0.5 + 1.65 * rows, words, rows=rows, columns=columns) as page:
        for ax, name in zip(page.axes.flatten(), names, strict=True):
            draw_pattern(ax, name)
    return page.picture
