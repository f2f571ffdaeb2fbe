"""Sürgülü şekil: düğmeleri çevrilen, kendini yeniden çizen bir sayfa parçası.

Sayıları torch hesaplar; sayfadaki `slider.mjs` yalnız düğmelerin seçtiğini gösterir. Betik
çalışmayan yerde (güvenilmeyen defter, GitHub, PDF) duran resim ve alternatif metni görünür.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from torch import Tensor

from course_lib.errors import BadInput
from course_lib.palette import BLUE, INK, PAPER
from course_lib.reading.figures.style import MASK_MAP, Picture, comma

SCRIPT = Path(__file__).with_name("slider.mjs")
DIGITS = 5  # sayfaya yazılan sayıların anlamlı basamağı
COLOR_STEPS = 17


@dataclass(frozen=True)
class Knob:
    """Bir düğme. name: cümledeki adı; texts: her konumun okunuşu; start: baştaki konum."""

    name: str
    label: str
    values: Sequence[float]
    texts: Sequence[str]
    start: int

    def __post_init__(self):
        if not 0 <= self.start < len(self.values) or len(self.texts) != len(self.values):
            raise BadInput(
                f"{self.label}: her değerin bir yazısı, start'ın bir değeri olmalı; verilen "
                f"{len(self.values)} değer, {len(self.texts)} yazı, start={self.start}."
            )


@dataclass(frozen=True)
class Preset:
    """Bütün düğmeleri bir konuma getiren tuş. at: düğme başına konum."""

    label: str
    at: Sequence[int]


@dataclass(frozen=True)
class Row:
    """Değer tablosunun bir satırı: formülün `of` sonucu, diziyse `index`. öğesi."""

    name: str
    of: str
    index: int | None = None
    digits: int = 2


@dataclass(frozen=True)
class Slider:
    """formula: slider.mjs'deki formülün adı; data: girdisi; views: görünümler, soldan sağa; say:
    düğmelerin altındaki cümle, {ad} ya da {ad:basamak} yerleriyle; still: betiksiz resim."""

    title: str
    formula: str
    knobs: Sequence[Knob]
    views: Sequence[Mapping[str, Any]]
    data: Mapping[str, Any]
    say: str
    table: Sequence[Row]
    still: Picture
    presets: Sequence[Preset] = field(default=())

    def spec(self) -> dict[str, Any]:
        """Sayfaya yazılan belirtim: yalnız düz sayılar, metinler, listeler."""
        back = Preset("Başa dön", [knob.start for knob in self.knobs])
        return plain(
            {
                "formula": self.formula,
                "accent": BLUE,
                "knobs": [asdict(knob) for knob in self.knobs],
                "presets": [asdict(preset) for preset in (*self.presets, back)],
                "views": self.views,
                "data": self.data,
                "say": self.say,
                "table": [asdict(row) for row in self.table],
            }
        )

    def _repr_html_(self) -> str:
        spec = json.dumps(self.spec(), ensure_ascii=False, separators=(",", ":"))
        title = f'<div style="font-weight:600">{html.escape(self.title)}</div>'
        return (
            f'<figure data-surgu style="margin:0;max-width:720px;background:{PAPER};color:{INK};'
            f'padding:8px;color-scheme:light">{title}{self.still.image_html()}'
            f'<figcaption style="font-size:95%">{html.escape(self.still.caption)}</figcaption>'
            f'<script type="application/json">{in_script(spec)}</script>'
            f'<script type="module">{SCRIPT.read_text("utf-8")}</script></figure>'
        )

    def __repr__(self) -> str:
        return f"[Sürgü] {self.title}. {self.still.caption} (Alternatif metin: {self.still.alt})"


def in_script(text: str) -> str:
    """Bir `<script>` içine konabilir JSON: etiketi kapatabilecek yazı kalmaz."""
    return text.replace("</", "<\\/").replace("<!--", "<\\!--")


def plain(value: Any) -> Any:
    """Tensörleri ve sayıları, sayfaya yazılacak kısalıkta düz listelere çevirir."""
    if isinstance(value, (Tensor, np.ndarray)):
        return plain(value.tolist())
    if isinstance(value, Mapping):
        return {key: plain(v) for key, v in value.items()}
    if isinstance(value, (list, tuple, range)):
        return [plain(v) for v in value]
    if isinstance(value, float):
        short = float(f"{value:.{DIGITS}g}")
        return int(short) if short.is_integer() else short
    return value


def packed(image: Tensor, low: float, high: float) -> dict[str, Any]:
    """(H, W) haritası bayt bayt: low 0'a, high 255'e denk."""
    steps = ((image.double() - low) / (high - low) * 255).round().clamp(0, 255)
    data = base64.b64encode(steps.byte().numpy().tobytes()).decode()
    return {"u8": data, "low": low, "high": high}


def unpacked(packed_map: Mapping[str, Any]) -> np.ndarray:
    """packed'in sayfada geri okunmuş hâli."""
    steps = np.frombuffer(base64.b64decode(packed_map["u8"]), dtype=np.uint8)
    low, high = packed_map["low"], packed_map["high"]
    return low + (high - low) * steps.astype(np.float64) / 255


def mask_colors() -> list[list[int]]:
    """Maskelerin renk haritasından eşit aralıklı (R, G, B) renkler."""
    colors = matplotlib.colormaps[MASK_MAP](np.linspace(0, 1, COLOR_STEPS))
    return [[round(255 * float(v)) for v in color[:3]] for color in colors]


def ticks(values: Sequence[float]) -> list[tuple[float, str]]:
    """Eksen işaretleri: (yer, yazı)."""
    return [(v, comma(v).replace("-", "−")) for v in values]
