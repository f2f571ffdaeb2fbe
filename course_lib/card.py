"""Defterde bir söz: renkli kenarlı kutu. Zemini ve yazısı sayfanındır: koyuda da okunur."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from course_lib.palette import BLUE, CRIMSON, GREEN, MID_GRAY, ORANGE

ASKING, RIGHT, WRONG, WARNING, NEUTRAL = BLUE, GREEN, CRIMSON, ORANGE, MID_GRAY  # kenarın rengi
BOX = "padding:2px 0 2px 12px;margin:6px 0;max-width:46em;line-height:1.5"


def inline(text: str) -> str:
    """Düz metin, HTML olarak; `ters tırnak` içi kod, satır sonu satır sonudur."""
    safe = html.escape(text, quote=False).replace("\n", "<br>")
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)


def paragraphs(texts: Iterable[str]) -> str:
    return "".join(f'<div style="margin:3px 0">{inline(text)}</div>' for text in texts if text)


def numbered(texts: Iterable[str]) -> str:
    """1'den başlayan liste."""
    items = "".join(f"<li>{inline(text)}</li>" for text in texts)
    return f'<ol style="margin:3px 0;padding-left:1.8em">{items}</ol>'


def warnings(texts: Iterable[str]) -> str:
    return paragraphs(f"⚠ {text}" for text in texts if text)


def card(title: str, body: str = "", *, edge: str = NEUTRAL) -> str:
    """Kutunun HTML'i. title: düz metin, kalın; body: hazır HTML; edge: sol kenarın rengi."""
    head = f'<div style="font-weight:600">{inline(title)}</div>' if title else ""
    return f'<div style="border-left:4px solid {edge};{BOX}">{head}{body}</div>'
