"""Canlı kaynak: bir sınıfın ya da işlevin satırları ve o satırların ait olduğu deyimler."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import CodeType

from course_lib.paths import ROOT


@dataclass(frozen=True)
class Statement:
    """Bir deyim; bileşikse yalnız başlığı.

    `first`-`last`: kaynağın 1'den sayılan satırları; `text`: tek satırda, yorumsuz metni.
    """

    node: ast.stmt
    first: int
    last: int
    text: str

    @property
    def is_text(self) -> bool:
        """Belge dizgisi mi?"""
        value = self.node.value if isinstance(self.node, ast.Expr) else None
        return isinstance(value, ast.Constant) and isinstance(value.value, str)


@dataclass(frozen=True)
class Source:
    """Bir nesnenin kaynağı.

    `lines`: girintisi atılmış satırlar; `first`: ilkinin dosyadaki numarası.
    """

    name: str
    lines: tuple[str, ...]
    first: int

    @classmethod
    def of(cls, obj: type | Callable) -> Source:
        """Sınıfın ya da işlevin kaynağı; okunamıyorsa TypeError."""
        try:
            obj = inspect.unwrap(obj)
            lines, first = inspect.getsourcelines(obj)
            path = Path(inspect.getsourcefile(obj) or "")
        except (OSError, TypeError) as error:
            raise TypeError(
                f"obj kaynağı okunabilen bir sınıf ya da işlev olmalı; verilen: {obj!r} ({error})."
            ) from error
        name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
        return cls(name, dedented(lines), max(first, 1))

    @classmethod
    def of_code(cls, code: CodeType) -> Source:
        """Çalışan bir yöntemin kaynağı; hiçbir yerde yazılı değilse (exec) boştur."""
        try:
            lines, first = inspect.getsourcelines(code)
        except OSError:
            lines, first = [], 1
        return cls(code.co_name, dedented(lines), first)

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse("\n".join(self.lines))

    @cached_property
    def statements(self) -> dict[int, Statement]:
        """1'den sayılan satır -> o satırı içeren en küçük deyim; yorum ve boş satır deyimsizdir."""
        found: dict[int, Statement] = {}
        for node in ast.walk(self.tree):  # dıştan içe: içteki deyim dıştakinin üstüne yazar
            if isinstance(node, ast.stmt):
                first, last = node.lineno, self.last_line(node)
                text = unwrapped(map(without_comment, self.lines[first - 1 : last]))
                lines = range(first, last + 1)
                found |= dict.fromkeys(lines, Statement(node, first, last, text))
        return found

    def last_line(self, node: ast.stmt) -> int:
        """Deyimin, bileşikse başlığının son satırı; gövdenin önündeki yorumlar başlığa girmez."""
        body = getattr(node, "body", None)
        if not body:
            return node.end_lineno or node.lineno
        last = max(node.lineno, body[0].lineno - 1)
        while last > node.lineno and self.lines[last - 1].strip()[:1] in ("", "#"):
            last -= 1
        return last

    def statement(self, line: int) -> tuple[int, int]:
        """Satırın deyiminin ilk ve son satırı; deyim dışı satır (yorum, boş) kendisidir."""
        found = self.statements.get(line)
        return (found.first, found.last) if found else (line, line)


def dedented(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(textwrap.dedent("".join(lines)).splitlines())


def unwrapped(lines: Iterable[str]) -> str:
    """Satırlara bölünmüş deyim, bölünmeseydi yazılacağı gibi tek satırda."""
    text = ""
    for line in lines:
        if line.startswith((")", "]", "}")):
            text = text.removesuffix(",") + line
        else:
            text += line if text.endswith(("(", "[", "{")) or not text else f" {line}"
    return text


def without_comment(line: str) -> str:
    return line.split("  # ")[0].strip()
