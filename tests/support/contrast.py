"""Üretilen HTML'deki her yazının rengi, zemini ve ikisinin karşıtlığı (WCAG 2)."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def six_digits(color: str) -> str:
    """#F00 -> #ff0000."""
    digits = color.removeprefix("#").lower()
    return "#" + ("".join(2 * d for d in digits) if len(digits) == 3 else digits)


@dataclass(frozen=True)
class Text:
    """Bir yazı; rengi ve zemini belirtilmemişse boş: sayfanınki görünür."""

    text: str
    color: str
    background: str
    tags: tuple[str, ...]

    @property
    def contrast(self) -> float:
        assert "" not in (self.color, self.background), f"rengi ya da zemini sayfaya kalmış: {self}"
        return contrast(self.color, self.background)


class Reader(HTMLParser):
    """Yazıları, üstlerindeki etiketlerden gelen renk ve zeminle toplar; öznitelikleri de sayar."""

    def __init__(self):
        super().__init__()
        self.open: list[tuple[str, str, str]] = [("", "", "")]
        self.texts: list[Text] = []
        self.attributes: set[tuple[str, str]] = set()

    def handle_starttag(self, tag, attrs):
        self.attributes |= {(tag, name) for name, _ in attrs}
        parts = [part.split(":", 1) for part in (dict(attrs).get("style") or "").split(";") if part]
        style = {name.strip(): value.strip() for name, value in parts}
        _, color, background = self.open[-1]
        color = six_digits(style["color"]) if "color" in style else color
        background = six_digits(style["background"]) if "background" in style else background
        self.open.append((tag, color, background))

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag, f"</{tag}> yerinde değil"

    def handle_data(self, data):
        tags = tuple(tag for tag, _, _ in self.open[1:])
        self.texts.append(Text(data, *self.open[-1][1:], tags))


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, "kapanmamış etiket"
    return reader
