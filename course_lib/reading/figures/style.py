"""Şekillerin ortak biçimi: fikirlerin renkleri, ondalık virgül, alternatif metin, boyut sınırı.

Renkler Okabe-Ito'dandır ve her derste aynı fikre aittir. Zemin hep beyazdır; böylece şekil açık ve
koyu sayfada aynı okunur.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from PIL import Image

from course_lib.errors import BadInput
from course_lib.palette import (
    BLUE,
    GRAPHITE,
    GREEN,
    INK,
    LIGHT_GRAY,
    NAVY,
    ORANGE,
    PAPER,
    PINK,
    SKY,
    VERMILION,
)
from course_lib.turkish import tr

COLORS = {
    "avg": BLUE,
    "max": VERMILION,
    "ca": GREEN,
    "sa": PINK,
    "router": ORANGE,
    "x": GRAPHITE,
    "bad": VERMILION,
    "good": BLUE,
}
MASK_MAP = "cividis"  # algıda eşit adımlı; renk körlüğünde de okunur

LINE_COLORS = tuple(COLORS[idea] for idea in ("good", "bad", "ca", "sa", "router", "x"))
BASELINE_FIRST = (LINE_COLORS[-1], *LINE_COLORS[:-1])  # ilk çeşit kontroldür: koyu gri
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
COLD_TO_HOT = (NAVY, BLUE, SKY, ORANGE, VERMILION)
GROUP_COLORS = tuple(COLORS[idea] for idea in ("avg", "max", "ca", "router"))
PART_COLORS = tuple(COLORS[idea] for idea in ("avg", "router", "sa", "ca", "max"))
PART_HATCHES = ("", "//", "..", "xx", "--")
SHARE_COLORS = (COLORS["good"], COLORS["ca"], COLORS["bad"], LIGHT_GRAY)
POINT_MARKS = "os^Dv<>PX*hp8d1234+x"

DPI = 100
MAX_BYTES = 60_000
QUALITIES = (90, 80, 70, 55, 40)
RC: dict[Any, Any] = {
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "text.color": INK,
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.labelsize": 10,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "legend.fontsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "figure.dpi": DPI,
    "axes.titlelocation": "left",
    "font.family": "DejaVu Sans",
}


def comma(value: float, digits: int = 2) -> str:
    """Ondalık virgüllü, sondaki sıfırları atılmış sayı: 0.50 -> 0,5."""
    text = tr(value, digits)
    text = text.rstrip("0").rstrip(",") if "," in text else text
    return "0" if text == "-0" else text


@contextmanager
def course_style() -> Iterator[None]:
    """Şekli bu biçimle çizer; matplotlib'in genel ayarlarını değiştirmeden bırakır."""
    with matplotlib.rc_context(RC):
        yield


class Picture:
    """Defterde şekil, altında ne görüleceği ve alternatif metni."""

    def __init__(self, figure: Figure, caption: str, alt: str):
        self.caption, self.alt = caption, alt
        self.size = tuple(round(v * DPI) for v in figure.get_size_inches())
        self.data = encoded(figure)

    def _repr_html_(self) -> str:
        image = base64.b64encode(self.data).decode()
        width = self.size[0]
        return (
            f'<figure style="margin:0;max-width:{width}px;'
            f'background:{PAPER};color:{INK};padding:6px">'
            f'<img alt="{html.escape(self.alt, quote=True)}" width="{width}" '
            f'src="data:image/webp;base64,{image}" style="max-width:100%;background:{PAPER}">'
            f'<figcaption style="font-size:95%">{html.escape(self.caption)}</figcaption></figure>'
        )

    def __repr__(self) -> str:
        return f"[Şekil] {self.caption} (Alternatif metin: {self.alt})"


def encoded(figure: Figure) -> bytes:
    """WebP baytları: sığıyorsa kayıpsız, sığmıyorsa kaliteyi düşürerek 60 kB'ın altında."""
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=DPI)
    image = Image.open(raw).convert("RGB")
    for options in ({"lossless": True}, *({"quality": q} for q in QUALITIES)):
        out = io.BytesIO()
        image.save(out, "webp", method=6, **options)
        if out.tell() <= MAX_BYTES * 3 // 4:  # base64 dörtte üç oranında büyütür
            return out.getvalue()
    size = " × ".join(comma(side) for side in figure.get_size_inches())
    raise BadInput(f"Şekil {MAX_BYTES} baytın altına inmiyor; boyutu {size} inç.")
