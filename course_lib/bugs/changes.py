"""Bir hatanın ya da onarımın kaynakta neyi değiştirdiği: yalnız değişen satırlar, önce ve sonra."""

from __future__ import annotations

import difflib
import html
import textwrap

from course_lib import palette
from course_lib.bugs.bug import Bug, Fix
from course_lib.bugs.catalogue import find_bug
from course_lib.bugs.pieces import healthy_source
from course_lib.bugs.planting import fixed_sources, planted_sources

Shade = tuple[str, str]  # satırın zemini ve sol kenarı
RIGHT = palette.GREEN_TINT, palette.GREEN
WRONG = palette.CRIMSON_TINT, palette.CRIMSON
OTHER = palette.GRAY_FILL, palette.MID_GRAY


class Change:
    """İki kaynak arasındaki fark; defterde renkli, terminalde - ve + işaretli.

    before, after: - ve + satırlarının rengi; doğru yeşil, yanlış kırmızıdır.
    """

    def __init__(self, old: str, new: str, before: Shade, after: Shade):
        self.shades = {"-": before, "+": after}
        lines = [d for d in difflib.ndiff(old.splitlines(), new.splitlines()) if d[0] in "-+"]
        code = textwrap.dedent("\n".join(d[2:] for d in lines)).split("\n")
        self.lines = [(d[0], c) for d, c in zip(lines, code, strict=True)]

    def __repr__(self) -> str:
        return "\n".join(f"{sign} {line}" for sign, line in self.lines)

    def _repr_html_(self) -> str:
        shade = {
            sign: f"background:{tint};border-left:4px solid {edge}"
            for sign, (tint, edge) in self.shades.items()
        }
        rows = "".join(
            f'<div style="{shade[sign]};padding:1px 8px">{html.escape(f"{sign} {line}")}</div>'
            for sign, line in self.lines
        )
        style = f"background:{palette.PAPER};color:{palette.INK};line-height:1.5;margin:0;"
        style += "font-family:monospace"  # nbconvert pre'ye orantılı yazı tipi verir
        return f'<pre style="{style}">{rows}</pre>'


def change(bug_id: str) -> Change:
    """Hatanın değiştirdiği satırlar: - sağlam, + hatalı."""
    piece = find_bug(bug_id).piece
    return Change(healthy_source(piece), planted_sources(bug_id)[piece], RIGHT, WRONG)


def fix_change(entry: Bug, fix: Fix) -> Change:
    """Onarımın, kurstaki yazımdan farkı: - kurstaki, + onarım."""
    fixed = fixed_sources(entry, fix)[entry.piece]
    after = RIGHT if fix in entry.right_fixes else WRONG
    return Change(healthy_source(entry.piece), fixed, OTHER, after)
