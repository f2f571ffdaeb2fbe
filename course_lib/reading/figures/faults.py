"""Hatalı artık bloklar: akış şeması, bozulan yer kırmızı."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from course_lib.palette import CRIMSON, DARK_GRAY, GRAPHITE
from course_lib.reading.figures.canvas import Words, canvas, hide_axes
from course_lib.reading.figures.diagrams import (
    AFTER,
    LEARNED,
    MIDDLE,
    PLUS,
    SKIP,
    arrow,
    box,
    draw_path,
    draw_sum,
)
from course_lib.reading.figures.style import Picture
from course_lib.validation import one_of

F_AT, A_AT = 2.7, 3.9  # F'nin ve dikkatin yeri
LOW = -0.55  # alttan dolaşan okun yüksekliği


def outlined(ax: Axes, x: float, y: float, width: float = 0.8, height: float = 0.5) -> None:
    """Kutunun çevresine kırmızı çerçeve."""
    corner = (x - width / 2, y - height / 2)
    look = {"boxstyle": "round,pad=0,rounding_size=0.08", "fill": False, "ec": CRIMSON, "lw": 2.5}
    ax.add_patch(FancyBboxPatch(corner, width, height, **look, zorder=4))


def noted(ax: Axes, x: float, y: float, text: str, color: str = CRIMSON) -> None:
    ax.text(x, y, text, fontsize=9, color=color, ha="center", va="center")


def pattern_1(ax: Axes, skip: str = GRAPHITE, after: tuple[str, str] | None = None) -> None:
    """Kalıp 1: kısayol (rengi verilir), F, A, toplam ve varsa ardından bir kutu."""
    ax.text(-0.1, MIDDLE, "x", fontsize=11, ha="center", va="center")
    for y, color in ((SKIP, skip), (LEARNED, DARK_GRAY)):
        ax.plot([0.1, 0.4, 0.4], [MIDDLE, MIDDLE, y], color=color, lw=1.4, zorder=1)
    draw_path(ax, SKIP, [], skip)
    draw_path(ax, LEARNED, [(F_AT, "F", "f"), (A_AT, "A", "attn")], DARK_GRAY)
    noted(ax, F_AT, SKIP + 0.2, "kısayol", DARK_GRAY)
    draw_sum(ax, after)


def wrong_width(ax: Axes) -> None:
    pattern_1(ax)
    outlined(ax, A_AT, LEARNED)
    noted(ax, F_AT, LOW + 0.15, "12 kanal verir", DARK_GRAY)
    noted(ax, A_AT + 0.25, LOW + 0.15, "8 kanal bekler")


def one_channel(ax: Axes) -> None:
    pattern_1(ax)
    outlined(ax, A_AT, LEARNED)
    noted(ax, A_AT, LOW + 0.15, "tek kanallı kapı")


def no_projection(ax: Axes) -> None:
    pattern_1(ax, skip=CRIMSON)
    noted(ax, 1.2, SKIP + 0.2, "8 kanal")
    noted(ax, F_AT, LOW + 0.15, "12 kanal", DARK_GRAY)


def no_shortcut(ax: Axes) -> None:
    pattern_1(ax, skip=CRIMSON)
    ax.plot([4.0], [SKIP], marker="x", ms=13, mew=3, color=CRIMSON, zorder=5)
    noted(ax, 4.0, SKIP + 0.32, "toplanmıyor")


def extra_relu(ax: Axes) -> None:
    pattern_1(ax, after=("ReLU", "act"))
    outlined(ax, AFTER, MIDDLE)
    noted(ax, AFTER, MIDDLE - 0.45, "fazladan")


def added(ax: Axes) -> None:
    pattern_1(ax)
    start = F_AT + 0.2
    ax.plot([start, start, PLUS], [LEARNED - 0.25, LOW, LOW], color=CRIMSON, lw=2)
    arrow(ax, (PLUS, LOW), (PLUS, MIDDLE - 0.17), CRIMSON)
    noted(ax, 4.1, LOW - 0.16, "F bir kez daha")


def everywhere(ax: Axes) -> None:
    ax.text(-0.1, MIDDLE, "x", fontsize=11, ha="center", va="center")
    at = 0.1
    for number, x in enumerate((1.2, 3.3, 5.4), 1):
        arrow(ax, (at, MIDDLE), (x - 0.85, MIDDLE))
        box(ax, x - 0.3, MIDDLE, f"{number}. evre", "f", 1.1)
        box(ax, x + 0.6, MIDDLE, "A", "attn", 0.6)
        if number < 3:
            outlined(ax, x + 0.6, MIDDLE, 0.6)
        at = x + 0.9
    arrow(ax, (at, MIDDLE), (6.65, MIDDLE))
    noted(ax, 2.9, LEARNED, "planda yok")
    noted(ax, 5.9, LEARNED, "planda var", DARK_GRAY)


FAULTS: MappingProxyType[str, Callable[[Axes], None]] = MappingProxyType(
    {
        "genişlik": wrong_width, "tek-kanal": one_channel, "izdüşüm": no_projection,
        "kısayol": no_shortcut, "sıra": extra_relu, "toplama": added, "her-yer": everywhere,
    }
)  # fmt: skip


def fault(name: str, **words: Unpack[Words]) -> Picture:
    """Hatalı bir bloğun şeması. `name`: FAULTS'tan biri.

    Raises:
        ValueError: ad bilinmiyorsa.
    """
    draw = FAULTS[one_of("name", name, FAULTS)]
    with canvas(5.4, 2.3, words) as page:
        hide_axes(page.ax)
        page.ax.set_xlim(-0.3, 7)
        page.ax.set_ylim(-0.85, 1.6)
        draw(page.ax)
    return page.picture
