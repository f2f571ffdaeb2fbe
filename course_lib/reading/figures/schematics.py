"""Blok şemaları: her tensör bir kutu, içinde adı ve şekli, altında nasıl bulunduğu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from course_lib.errors import BadInput
from course_lib.palette import (
    BLUE_FILL,
    DARK_GRAY,
    GRAY_FILL,
    GREEN_FILL,
    INK,
    ORANGE_FILL,
    VERMILION_TINT,
)
from course_lib.reading.figures.canvas import Options, Words, canvas, hide_axes
from course_lib.reading.figures.style import Picture

FILLS = {
    "x": GRAY_FILL, "avg": BLUE_FILL, "max": VERMILION_TINT, "router": ORANGE_FILL,
    "mask": GREEN_FILL,
}  # fmt: skip
WIDTH, HEIGHT = 1.14, 0.62  # kutunun boyu, inç
ARROW: Options = {"arrowstyle": "-|>", "color": DARK_GRAY, "lw": 1.3, "shrinkA": 0, "shrinkB": 0}


@dataclass(frozen=True)
class Box:
    """Bir tensör: adı, şekli, nasıl bulunduğu, yeri (inç) ve fikri (FILLS)."""

    name: str
    shape: str
    made: str
    x: float
    y: float
    idea: str


@dataclass(frozen=True)
class Schematic:
    """arrows: ok çizilen kutu adı çiftleri; around: varsa, kutuların altından dolaşan çift; over:
    varsa, üstünden dolaşan."""

    boxes: tuple[Box, ...]
    arrows: tuple[tuple[str, str], ...]
    height: float
    around: tuple[str, str] | None = None
    over: tuple[str, str] | None = None


RULE = Schematic(
    boxes=(
        Box("x", "(B, C, H, W)", "", 0.62, 2.0, "x"),
        Box("ortalama", "(B, C)", "", 2.5, 2.85, "avg"),
        Box("tepe", "(B, C)", "", 2.5, 1.15, "max"),
        Box("ses", "(B, C)", "toplamları", 4.6, 2.0, "mask"),
        Box("ca", "(B, C)", "kural(ses)", 6.6, 2.0, "mask"),
        Box("y", "(B, C, H, W)", "x · ca", 8.5, 2.0, "x"),
    ),
    arrows=(
        ("x", "ortalama"), ("x", "tepe"), ("ortalama", "ses"), ("tepe", "ses"), ("ses", "ca"),
        ("ca", "y"),
    ),
    around=("x", "y"),
    height=3.3,
)  # fmt: skip
CHANNEL = Schematic(
    boxes=(
        Box("x", "(B, C, H, W)", "", 0.62, 2.0, "x"),
        Box("avg_s", "(B, C, 1, 1)", "ortalama(x)", 2.15, 3.2, "avg"),
        Box("max_s", "(B, C, 1, 1)", "tepe(x)", 2.15, 0.8, "max"),
        Box("a", "(B, C, 1, 1)", "mlp(avg_s)", 3.9, 3.2, "avg"),
        Box("m", "(B, C, 1, 1)", "aynı mlp(max_s)", 3.9, 0.8, "max"),
        Box("fusion_w", "(B, 2)", "yönlendirici", 3.9, 2.0, "router"),
        Box("z", "(B, C, 1, 1)", "karışım", 5.6, 2.0, "mask"),
        Box("ca", "(B, C, 1, 1)", "kapı(z / T)", 7.1, 2.0, "mask"),
        Box("y", "(B, C, H, W)", "x · ca", 8.5, 2.0, "x"),
    ),
    arrows=(
        ("x", "avg_s"), ("x", "max_s"), ("avg_s", "a"), ("max_s", "m"), ("avg_s", "fusion_w"),
        ("max_s", "fusion_w"), ("a", "z"), ("m", "z"), ("fusion_w", "z"), ("z", "ca"), ("ca", "y"),
    ),
    around=("x", "y"),
    height=3.65,
)  # fmt: skip
SPATIAL = Schematic(
    boxes=(
        Box("x", "(B, C, H, W)", "", 0.62, 2.0, "x"),
        Box("avg_map", "(B, 1, H, W)", "ortalama(x)", 2.05, 3.3, "avg"),
        Box("max_map", "(B, 1, H, W)", "tepe(x)", 2.05, 2.0, "max"),
        Box("xy", "(B, 2, H, W)", "koordinatlar", 2.05, 0.8, "x"),
        Box("s", "(B, 4, H, W)", "uç uca", 3.5, 2.0, "x"),
        Box("z_1 … z_K", "(B, 1, H, W)", "K dal(s)", 4.95, 2.9, "mask"),
        Box("router_w", "(B, K)", "yönlendirici(s)", 4.95, 1.0, "router"),
        Box("wlogit", "(B, 1, H, W)", "karışım", 6.4, 2.0, "mask"),
        Box("sa", "(B, 1, H, W)", "kapı(wlogit / T)", 7.85, 2.0, "mask"),
        Box("y", "(B, C, H, W)", "x · sa", 9.2, 2.0, "x"),
    ),
    arrows=(
        ("x", "avg_map"), ("x", "max_map"), ("x", "xy"), ("avg_map", "s"), ("max_map", "s"),
        ("xy", "s"), ("s", "z_1 … z_K"), ("s", "router_w"), ("z_1 … z_K", "wlogit"),
        ("router_w", "wlogit"), ("wlogit", "sa"), ("sa", "y"),
    ),
    around=("x", "y"),
    height=3.75,
)  # fmt: skip
CBAM = Schematic(
    boxes=(
        Box("x", "(B, C, H, W)", "", 0.62, 1.3, "x"),
        Box("ca", "(B, C, 1, 1)", "x'ten", 2.1, 2.5, "mask"),
        Box("y_ca", "(B, C, H, W)", "x · ca", 3.6, 1.3, "x"),
        Box("sa", "(B, 1, H, W)", "y_ca'dan", 5.1, 2.5, "mask"),
        Box("y", "(B, C, H, W)", "y_ca · sa", 6.6, 1.3, "x"),
        Box("out", "(B, C, H, W)", "(1−α)x + αy", 8.6, 1.3, "router"),
    ),
    arrows=(
        ("x", "ca"), ("x", "y_ca"), ("ca", "y_ca"), ("y_ca", "sa"), ("y_ca", "y"), ("sa", "y"),
        ("y", "out"),
    ),
    around=("x", "out"),
    height=3.0,
)  # fmt: skip
SE = Schematic(
    boxes=(
        Box("x", "(B, C, H, W)", "", 0.62, 1.2, "x"),
        Box("s", "(B, C, 1, 1)", "ortalama(x)", 2.6, 1.2, "avg"),
        Box("z", "(B, C, 1, 1)", "fc2(relu(fc1(s)))", 4.6, 1.2, "mask"),
        Box("ca", "(B, C, 1, 1)", "sigmoid(z)", 6.6, 1.2, "mask"),
        Box("y", "(B, C, H, W)", "x · ca", 8.6, 1.2, "x"),
    ),
    arrows=(("x", "s"), ("s", "z"), ("z", "ca"), ("ca", "y")),
    around=("x", "y"),
    height=1.65,
)  # fmt: skip
ECA = Schematic(
    boxes=(
        Box("x", "(B, C, H, W)", "", 0.62, 1.2, "x"),
        Box("s", "(B, 1, C)", "ortalama(x)", 2.6, 1.2, "avg"),
        Box("z", "(B, 1, C)", "conv(s): komşular", 4.6, 1.2, "mask"),
        Box("ca", "(B, C, 1, 1)", "sigmoid(z)", 6.6, 1.2, "mask"),
        Box("y", "(B, C, H, W)", "x · ca", 8.6, 1.2, "x"),
    ),
    arrows=(("x", "s"), ("s", "z"), ("z", "ca"), ("ca", "y")),
    around=("x", "y"),
    height=1.65,
)  # fmt: skip
PAPER_CBAM = Schematic(
    boxes=(
        Box("x", "(B, C, H, W)", "", 0.62, 1.9, "x"),
        Box("avg_s", "(B, C, 1, 1)", "ortalama(x)", 2.0, 2.8, "avg"),
        Box("max_s", "(B, C, 1, 1)", "tepe(x)", 2.0, 1.0, "max"),
        Box("ca", "(B, C, 1, 1)", "σ(mlp + mlp)", 3.6, 1.9, "mask"),
        Box("y_ca", "(B, C, H, W)", "x · ca", 5.0, 1.9, "x"),
        Box("avg_map", "(B, 1, H, W)", "ortalama", 6.5, 2.8, "avg"),
        Box("max_map", "(B, 1, H, W)", "tepe", 6.5, 1.0, "max"),
        Box("sa", "(B, 1, H, W)", "σ(bn(conv))", 8.0, 1.9, "mask"),
        Box("y", "(B, C, H, W)", "y_ca · sa", 9.4, 1.9, "x"),
    ),
    arrows=(
        ("x", "avg_s"), ("x", "max_s"), ("avg_s", "ca"), ("max_s", "ca"), ("ca", "y_ca"),
        ("y_ca", "avg_map"), ("y_ca", "max_map"), ("avg_map", "sa"), ("max_map", "sa"),
        ("sa", "y"),
    ),
    around=("x", "y_ca"),
    over=("y_ca", "y"),
    height=3.5,
)  # fmt: skip
COORDINATE = Schematic(
    boxes=(
        Box("x", "(B, C, H, W)", "", 0.62, 1.9, "x"),
        Box("rows", "(B, C, H, 1)", "satır ortalaması", 2.2, 2.8, "avg"),
        Box("columns", "(B, C, W, 1)", "sütun ortalaması", 2.2, 1.0, "avg"),
        Box("s", "(B, C, n, 1)", "n = H + W", 3.7, 1.9, "avg"),
        Box("ortak", "(B, h, n, 1)", "act(bn1(conv1))", 5.2, 1.9, "x"),
        Box("s_h", "(B, h, H, 1)", "ilk H satırı", 6.7, 2.8, "x"),
        Box("s_w", "(B, h, W, 1)", "kalan W satır", 6.7, 1.0, "x"),
        Box("gate_h", "(B, C, H, 1)", "σ(conv_h(s_h))", 8.2, 2.8, "mask"),
        Box("gate_w", "(B, C, 1, W)", "σ(conv_w(s_w))", 8.2, 1.0, "mask"),
        Box("y", "(B, C, H, W)", "x · iki kapı", 9.8, 1.9, "x"),
    ),
    arrows=(
        ("x", "rows"), ("x", "columns"), ("rows", "s"), ("columns", "s"), ("s", "ortak"),
        ("ortak", "s_h"), ("ortak", "s_w"), ("s_h", "gate_h"), ("s_w", "gate_w"),
        ("gate_h", "y"), ("gate_w", "y"),
    ),
    around=("x", "y"),
    height=3.25,
)  # fmt: skip
RESIDUAL = Schematic(
    boxes=(
        Box("x", "(B, ch, H, W)", "", 0.62, 1.6, "x"),
        Box("F(x)", "(B, out, …)", "dal: evrişim, BN, ReLU, …", 2.9, 2.5, "mask"),
        Box("S(x)", "(B, out, …)", "kısayol: x'in kendisi ya da 1×1", 2.9, 0.7, "x"),
        Box("toplam", "(B, out, …)", "S(x) + F(x)", 5.2, 1.6, "router"),
        Box("y", "(B, out, …)", "gerekirse ReLU", 7.6, 1.6, "x"),
    ),
    arrows=(
        ("x", "F(x)"), ("x", "S(x)"), ("F(x)", "toplam"), ("S(x)", "toplam"), ("toplam", "y"),
    ),
    height=3.0,
)  # fmt: skip
SCHEMATICS: Mapping[str, Schematic] = MappingProxyType(
    {
        "rule": RULE, "channel": CHANNEL, "spatial": SPATIAL, "cbam": CBAM, "se": SE, "eca": ECA,
        "paper-cbam": PAPER_CBAM,
        "coordinate": COORDINATE, "residual": RESIDUAL,
    }
)  # fmt: skip


def draw_box(ax: Axes, box: Box) -> None:
    corner = (box.x - WIDTH / 2, box.y - HEIGHT / 2)
    ax.add_patch(
        FancyBboxPatch(
            corner, WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=FILLS[box.idea], edgecolor=DARK_GRAY, lw=1, zorder=2,
        )
    )  # fmt: skip
    lines = ((0.14, box.name, 10, INK), (-0.15, box.shape, 9, DARK_GRAY))
    for up, text, size, color in (*lines, (-HEIGHT / 2 - 0.16, box.made, 9, INK)):
        ax.text(box.x, box.y + up, text, ha="center", va="center", fontsize=size, color=color)


def draw_around(ax: Axes, start: Box, end: Box) -> None:
    """İlk kutudan aşağı inip sonuncuya alttan çıkan ok."""
    top, low = start.y - HEIGHT / 2, 0.12
    ax.plot([start.x, start.x, end.x], [top, low, low], color=DARK_GRAY, lw=1.3)
    ax.annotate("", (end.x, end.y - HEIGHT / 2 - 0.3), (end.x, low), arrowprops=ARROW)


def draw_over(ax: Axes, start: Box, end: Box, high: float) -> None:
    """İlk kutudan yukarı çıkıp sonuncuya üstten inen ok."""
    ax.plot([start.x, start.x, end.x], [start.y + HEIGHT / 2, high, high], color=DARK_GRAY, lw=1.3)
    ax.annotate("", (end.x, end.y + HEIGHT / 2), (end.x, high), arrowprops=ARROW)


def schematic(name: str, **words: Unpack[Words]) -> Picture:
    """Bir bloğun şeması.

    Args:
        name: SCHEMATICS'teki adı: elle yazılan kural ("rule"), kursun blokları ("channel",
            "spatial", "cbam"), klasikler ("se", "eca", "paper-cbam", "coordinate"), artık blok
            ("residual").

    Raises:
        BadInput: ad bilinmiyorsa.
    """
    if name not in SCHEMATICS:
        raise BadInput(f"name şunlardan biri olmalı: {', '.join(SCHEMATICS)}; verilen: {name!r}.")
    drawn = SCHEMATICS[name]
    boxes = {box.name: box for box in drawn.boxes}
    right = max(box.x for box in drawn.boxes) + WIDTH / 2 + 0.05
    with canvas(7, 7 * drawn.height / right + 0.4, words) as page:
        hide_axes(page.ax)
        page.ax.set_xlim(0, right)
        page.ax.set_ylim(0, drawn.height)
        page.ax.set_aspect("equal")
        for start, end in drawn.arrows:
            tail = (boxes[start].x + WIDTH / 2, boxes[start].y)
            head = (boxes[end].x - WIDTH / 2, boxes[end].y)
            page.ax.annotate("", head, tail, arrowprops=ARROW, zorder=1)
        if drawn.around is not None:
            first, last = drawn.around
            draw_around(page.ax, boxes[first], boxes[last])
        if drawn.over is not None:
            first, last = drawn.over
            draw_over(page.ax, boxes[first], boxes[last], drawn.height - 0.1)
        for box in drawn.boxes:
            draw_box(page.ax, box)
    return page.picture
