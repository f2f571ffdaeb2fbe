"""Kaynağın renkleri: bütün kaynak bir kez çözümlenir, sonra satır satır kesilir.

Satır tek başına çözümlenseydi belge dizgisinin içindeki kesme işareti yeni bir dizgi açar, "·"
hata sayılırdı.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.style import Style
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from course_lib.palette import (
    CODE_BLUE,
    CODE_GREEN,
    CODE_MAROON,
    CODE_RED,
    CODE_TEAL,
    CODE_VIOLET,
    DARK_GRAY,
)

Token = tuple[Any, str]  # türü, metni


class CourseStyle(Style):
    """Her rengin, düz ve işaretli satırda karşıtlığı en az 4,5'tir."""

    styles = {
        Comment: f"italic {CODE_TEAL}",
        Keyword: f"bold {CODE_GREEN}",
        Name.Builtin: CODE_GREEN,
        Name.Function: CODE_BLUE,
        Name.Class: f"bold {CODE_BLUE}",
        Name.Namespace: f"bold {CODE_BLUE}",
        Name.Decorator: CODE_VIOLET,
        Name.Exception: f"bold {CODE_MAROON}",
        Number: DARK_GRAY,
        Operator: DARK_GRAY,
        Operator.Word: f"bold {CODE_VIOLET}",
        String: CODE_RED,
        String.Doc: "italic",
        String.Escape: f"bold {CODE_MAROON}",
        String.Interpol: f"bold {CODE_MAROON}",
    }


FORMATTER = HtmlFormatter(nowrap=True, noclasses=True, style=CourseStyle)


def token_lines(lines: Sequence[str]) -> list[list[Token]]:
    """Kaynağın her satırının simgeleri; satır sonları atılır."""
    out: list[list[Token]] = [[]]
    for kind, text in PythonLexer(stripnl=False).get_tokens("\n".join(lines)):
        head, *others = text.split("\n")
        out[-1].append((kind, head))
        out += [[(kind, part)] for part in others]
    return out[: len(lines)]


def without_indent(tokens: Iterable[Token], width: int) -> Iterator[Token]:
    """Satırın ilk `width` harfi atılmış simgeleri."""
    for kind, text in tokens:
        cut = min(width, len(text))
        width -= cut
        if text[cut:]:
            yield kind, text[cut:]


def as_html(tokens: Iterable[Token]) -> str:
    out = io.StringIO()
    FORMATTER.format(tokens, out)
    return out.getvalue().rstrip("\n")
