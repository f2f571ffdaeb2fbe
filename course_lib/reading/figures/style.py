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
    CRIMSON,
    GRAPHITE,
    GREEN,
    INK,
    LIGHT_GRAY,
    ORANGE,
    PAPER,
    PINK,
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
    "bad": CRIMSON,
    "good": GRAPHITE,
    "beyond": VERMILION,
}
SIGNED_MAP = "PuOr_r"  # ortası beyaz: iki yönlü sayılar
MASK_MAP = "cividis"  # algıda eşit adımlı; renk körlüğünde de okunur

LINE_COLORS = (BLUE, VERMILION, GREEN, PINK, ORANGE, GRAPHITE)  # fikri olmayan çeşitler
BASELINE_FIRST = (LINE_COLORS[-1], *LINE_COLORS[:-1])  # ilk çeşit kontroldür: koyu gri
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
GROUP_COLORS = tuple(COLORS[idea] for idea in ("avg", "max", "ca", "router"))
PART_COLORS = tuple(COLORS[idea] for idea in ("avg", "router", "sa", "ca", "max"))
PART_HATCHES = ("", "//", "..", "xx", "--")
SHARE_COLORS = (COLORS["good"], COLORS["ca"], COLORS["router"], COLORS["bad"], LIGHT_GRAY)
POINT_MARKS = "os^Dv<>PX*hp8d1234+x"

DPI = 100
SHARPNESS = 2  # gösterilen boyun katı: sık noktalı ekranda da keskin
AIM_BYTES, MAX_BYTES = 75_000, 130_000  # istenen ve en uzun şeklin sığabildiği boy
MAX_PNG = 40_000
QUALITIES = (90, 80, 70, 55, 40)
PNG_COLORS = 64
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
    """Defterde şekil, altında ne görüleceği ve alternatif metni; HTML göstermeyene yalnız PNG."""

    def __init__(self, figure: Figure, caption: str, alt: str):
        self.caption, self.alt = caption, alt
        self.size = tuple(round(v * DPI) for v in figure.get_size_inches())
        drawn = rendered(figure, SHARPNESS)
        self.data = encoded(drawn)
        self.png = palette_png([drawn, drawn.reduce(SHARPNESS)])

    def image_html(self) -> str:
        """Yalnız resim, alternatif metniyle."""
        image = base64.b64encode(self.data).decode()
        return (
            f'<img alt="{html.escape(self.alt, quote=True)}" width="{self.size[0]}" '
            f'src="data:image/webp;base64,{image}" style="max-width:100%;background:{PAPER}">'
        )

    def _repr_png_(self) -> bytes:
        return self.png

    def _repr_html_(self) -> str:
        return (
            f'<figure style="margin:0;max-width:{self.size[0]}px;'
            f'background:{PAPER};color:{INK};padding:6px">{self.image_html()}'
            f'<figcaption style="font-size:95%">{html.escape(self.caption)}</figcaption></figure>'
        )

    def __repr__(self) -> str:
        return f"[Şekil] {self.caption} (Alternatif metin: {self.alt})"


def rendered(figure: Figure, sharpness: int) -> Image.Image:
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=DPI * sharpness)
    return Image.open(raw).convert("RGB")


def encoded(image: Image.Image) -> bytes:
    """WebP baytları: sığıyorsa kayıpsız, sığmıyorsa kaliteyi düşürerek."""
    out = io.BytesIO()
    for options in ({"lossless": True}, *({"quality": q} for q in QUALITIES)):
        out = io.BytesIO()
        image.save(out, "webp", method=6, **options)
        if out.tell() <= AIM_BYTES:
            return out.getvalue()
    if out.tell() <= MAX_BYTES * 3 // 4:  # base64 dörtte üç oranında büyütür
        return out.getvalue()
    raise BadInput(f"Şekil {MAX_BYTES} baytın altına inmiyor; {image.width}×{image.height} piksel.")


def palette_png(sizes: list[Image.Image]) -> bytes:
    """Paletli PNG: sığan ilk boyuyla, hiçbiri sığmıyorsa en küçüğüyle."""
    out = io.BytesIO()
    for image in sizes:
        out = io.BytesIO()
        image.quantize(PNG_COLORS).save(out, "png", optimize=True)
        if out.tell() <= MAX_PNG:
            break
    return out.getvalue()
