"""Karar ağacı: sorular kutu kutu, yanıtlar okların üstünde, yapraklarda öneri."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Unpack

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from course_lib.palette import BLUE_FILL, DARK_GRAY, GREEN_FILL, INK
from course_lib.reading.figures.canvas import Options, Words, canvas, hide_axes
from course_lib.reading.figures.style import Picture

# Yaprak bir öneridir; düğüm tek bir soru, yanıtları ve onların götürdüğü alt ağaçlar
Tree = str | Mapping[str, Mapping[str, "Tree"]]

WIDTH, HEIGHT, STEP = 2.5, 0.72, 1.35  # kutunun boyu, katlar arası, çizim birimi
ARROW: Options = {"arrowstyle": "-|>", "color": DARK_GRAY, "lw": 1.3, "shrinkA": 0, "shrinkB": 0}


def leaves(tree: Tree) -> list[str]:
    if isinstance(tree, str):
        return [tree]
    return [leaf for answers in tree.values() for sub in answers.values() for leaf in leaves(sub)]


def depth(tree: Tree) -> int:
    if isinstance(tree, str):
        return 0
    return 1 + max(depth(sub) for answers in tree.values() for sub in answers.values())


def placed(tree: Tree, left: float, y: float) -> tuple[float, str, list[tuple[str, Tree, float]]]:
    """(yeri, yazısı, [(yanıt, alt ağaç, alt ağacın solu)])."""
    x = left + len(leaves(tree)) / 2
    if isinstance(tree, str):
        return x, tree, []
    ((question, answers),) = tree.items()
    below, at = [], left
    for answer, sub in answers.items():
        below.append((answer, sub, at))
        at += len(leaves(sub))
    return x, question, below


def draw(ax: Axes, tree: Tree, left: float, y: float, wide: float) -> None:
    x, text, below = placed(tree, left, y)
    for answer, sub, at in below:
        end, *_ = placed(sub, at, y - STEP)
        tail, head = (x * wide, y - HEIGHT / 2), (end * wide, y - STEP + HEIGHT / 2)
        ax.annotate("", head, tail, arrowprops=ARROW, zorder=1)
        middle = ((tail[0] + head[0]) / 2, (tail[1] + head[1]) / 2)
        ax.text(
            *middle, answer, ha="center", va="center", fontsize=9, color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip
        draw(ax, sub, at, y - STEP, wide)
    corner = (x * wide - WIDTH / 2, y - HEIGHT / 2)
    ax.add_patch(
        FancyBboxPatch(
            corner, WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=BLUE_FILL if below else GREEN_FILL, edgecolor=DARK_GRAY, lw=1, zorder=2,
        )
    )  # fmt: skip
    ax.text(x * wide, y, text, ha="center", va="center", fontsize=9, color=INK, zorder=3)


def decision(tree: Tree, **words: Unpack[Words]) -> Picture:
    """Karar ağacı. `tree`: {soru: {yanıt: alt ağaç ya da öneri}}; yazılar "\\n" ile bölünebilir."""
    count, levels, wide = len(leaves(tree)), depth(tree), WIDTH + 0.15
    width, height = count * wide, levels * STEP + HEIGHT + 0.2
    with canvas(7, 7 * height / width + 0.4, words) as page:
        hide_axes(page.ax)
        page.ax.set_xlim(0, width)
        page.ax.set_ylim(-levels * STEP - HEIGHT / 2 - 0.1, HEIGHT / 2 + 0.1)
        draw(page.ax, tree, 0.0, 0.0, wide)
    return page.picture


def advice(tree: Tree, answers: Mapping[str, str]) -> Iterator[str]:
    """Ağaçta izlenen yol: sorular ve en sonda öneri; `answers`: soru -> yanıt."""
    while not isinstance(tree, str):
        ((question, branches),) = tree.items()
        yield f"{question.replace(chr(10), ' ')} {answers[question]}"
        tree = branches[answers[question]]
    yield tree.replace(chr(10), " ")
