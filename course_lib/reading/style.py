"""Şekillerin ortak biçimi: renkler, ondalık virgül, alternatif metin, boyut sınırı.

Renkler Okabe-Ito'dandır ve her derste aynı fikre aittir. Zemin hep beyazdır; böylece şekil açık ve
koyu sayfada aynı okunur.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from PIL import Image

COLORS = {
    "avg": "#0072B2", "max": "#D55E00", "ca": "#009E73", "sa": "#CC79A7", "router": "#E69F00",
    "x": "#3C3C3C", "bad": "#D55E00", "good": "#0072B2",
}  # fmt: skip
MASK_MAP = "cividis"  # algıda eşit adımlı; renk körlüğünde de okunur
DPI = 100
MAX_BYTES = 60_000
RC = {
    "figure.facecolor": "white", "axes.facecolor": "white", "text.color": "#1b1b1b", "font.size": 10,
    "axes.titlesize": 11, "axes.labelsize": 10, "xtick.labelsize": 9, "ytick.labelsize": 9,
    "legend.fontsize": 9, "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
    "figure.dpi": DPI, "axes.titlelocation": "left", "font.family": "DejaVu Sans",
}  # fmt: skip


def comma(value: float, digits: int = 2) -> str:
    """Ondalık virgüllü, sondaki sıfırları atılmış sayı: 0.50 -> 0,5."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("0" if text == "-0" else text).replace(".", ",")


def decimal_commas(ax: Axes, which: str = "xy") -> None:
    """Doğrusal eksenlerin işaretlerini ondalık virgülle yazar."""
    for name in which:
        axis = getattr(ax, f"{name}axis")
        axis.set_major_formatter(FuncFormatter(lambda v, _: comma(v, 4).replace("-", "−")))


@contextmanager
def course_style() -> Iterator[None]:
    """Şekli bu biçimle çizer; matplotlib'in genel ayarlarını değiştirmeden bırakır."""
    with matplotlib.rc_context(RC):
        yield


class Picture:
    """Defterde şekil, altında ne görüleceği ve alternatif metni."""

    def __init__(self, figure: Figure, caption: str, alt: str):
        if not caption.strip() or not alt.strip():
            raise ValueError(f"caption ve alt boş olmayan metin olmalı; verilen: {caption!r}, {alt!r}.")
        self.caption, self.alt = caption, alt
        self.size = tuple(round(v * DPI) for v in figure.get_size_inches())
        self.data = encoded(figure)

    def _repr_html_(self) -> str:
        image = base64.b64encode(self.data).decode()
        return (
            f'<figure style="margin:0;max-width:{self.size[0]}px;background:#ffffff;color:#1b1b1b;padding:6px">'
            f'<img alt="{html.escape(self.alt, quote=True)}" width="{self.size[0]}" '
            f'src="data:image/webp;base64,{image}" style="max-width:100%;background:#ffffff">'
            f'<figcaption style="font-size:95%">{html.escape(self.caption)}</figcaption></figure>'
        )

    def __repr__(self) -> str:
        return f"[Şekil] {self.caption} (Alternatif metin: {self.alt})"


def encoded(figure: Figure) -> bytes:
    """WebP baytları: sığıyorsa kayıpsız, sığmıyorsa kaliteyi düşürerek 60 kB'ın altında."""
    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=DPI)
    image = Image.open(raw).convert("RGB")
    for options in ({"lossless": True}, *({"quality": q} for q in (90, 80, 70, 55, 40))):
        out = io.BytesIO()
        image.save(out, "webp", method=6, **options)
        if out.tell() <= MAX_BYTES * 3 // 4:  # base64 dörtte üç oranında büyütür
            return out.getvalue()
    raise ValueError(f"Şekil {MAX_BYTES} baytın altına inmiyor; boyutu {figure.get_size_inches()} inç.")
