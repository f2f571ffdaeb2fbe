"""Bütün şekillerin iskeleti: kâğıt, başlık, altyazı ve alternatif metin tek yerde."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypedDict, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from torch import Tensor

from course_lib.errors import BadInput
from course_lib.reading.figures.style import Picture, comma, course_style

Drawn = TypeVar("Drawn")
Look = TypeVar("Look")
Options = dict[str, Any]  # matplotlib'in çizim seçenekleri


class Words(TypedDict):
    """Her şeklin üç metni: başlık, altında ne görüleceği, resmi görmeyene anlatımı."""

    title: str
    caption: str
    alt: str


class Canvas:
    """Çizilmekte olan şekil: `axes` (satır, sütun) eksenler; `picture` çizim bitince dolar."""

    picture: Picture

    def __init__(self, figure: Figure, axes: np.ndarray):
        self.figure, self.axes = figure, axes

    @property
    def ax(self) -> Axes:
        """Tek eksenli şeklin ekseni."""
        return self.axes[0, 0]


@contextmanager
def canvas(
    width: float,
    height: float,
    words: Words,
    *,
    rows: int = 1,
    columns: int = 1,
    share_y: bool = False,
    title_over: Literal["figure", "axes"] = "figure",
) -> Iterator[Canvas]:
    """Kurs biçiminde boş bir kâğıt verir; blok bitince şekli `picture` alanına koyar.

    Args:
        width, height: inç; words: şeklin üç metni.
        title_over: başlık kâğıdın ("figure") ya da eksenin ("axes") sol kenarından başlar.

    Raises:
        BadInput: metinlerden biri eksik, fazla ya da boşsa; hiçbir şey çizilmeden.
    """
    check(words)
    with course_style():
        figure = Figure(figsize=(width, height), layout="constrained")
        page = Canvas(figure, figure.subplots(rows, columns, squeeze=False, sharey=share_y))
        if title_over == "figure":
            figure.suptitle(words["title"], fontsize=11, x=0.02, ha="left")
        else:
            page.ax.set_title(words["title"])
        yield page
        page.picture = Picture(figure, words["caption"], words["alt"])


def check(words: Words) -> None:
    wanted = list(Words.__annotations__)
    if sorted(words) != sorted(wanted):
        raise BadInput(f"Şeklin metinleri {', '.join(wanted)} olmalı; verilen: {', '.join(words)}.")
    for name in ("caption", "alt"):
        if not isinstance(words[name], str) or not words[name].strip():
            raise BadInput(f"{name} boş olmayan bir metin olmalı; verilen: {words[name]!r}.")


def dressed(
    series: Mapping[str, Drawn], looks: Sequence[Look]
) -> Iterator[tuple[str, Drawn, Look]]:
    """Her çizilene sıradaki görünüş; görünüş yetmezse sessizce eksik çizilmez, hata olur."""
    if len(series) > len(looks):
        given = ", ".join(map(str, series))
        raise BadInput(
            f"Bu şekil en çok {len(looks)} çizim ayırt eder; verilen {len(series)}: {given}."
        )
    for (name, drawn), look in zip(series.items(), looks, strict=False):
        yield name, drawn, look


def as_array(t: Tensor) -> np.ndarray:
    return t.detach().float().cpu().numpy()


def decimal_commas(ax: Axes, which: str = "xy") -> None:
    """Doğrusal eksenlerin işaretlerini ondalık virgülle yazar."""
    for name in which:
        axis = getattr(ax, f"{name}axis")
        axis.set_major_formatter(FuncFormatter(lambda v, _: comma(v, 4).replace("-", "−")))


def hide_axes(ax: Axes) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    hide_spines(ax)


def hide_spines(ax: Axes) -> None:
    for spine in ax.spines.values():
        spine.set_visible(False)
