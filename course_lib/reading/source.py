"""Canlı kaynak: bir sınıfın ya da işlevin satırları ve o satırların ait olduğu deyimler."""

from __future__ import annotations

import ast
import inspect
import textwrap
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """Bir nesnenin kaynağı: `lines` girintisi atılmış satırlar, `first` dosyadaki ilk satır numarası."""

    name: str
    lines: tuple[str, ...]
    first: int

    @classmethod
    def of(cls, obj: object) -> Source:
        """Sınıfın ya da işlevin kaynağı; okunamıyorsa TypeError."""
        obj = inspect.unwrap(obj)
        try:
            lines, first = inspect.getsourcelines(obj)
            path = Path(inspect.getsourcefile(obj) or "")
        except (OSError, TypeError) as error:
            raise TypeError(
                f"obj kaynağı okunabilen bir sınıf ya da işlev olmalı; verilen: {obj!r} ({error})."
            ) from error
        root = Path(__file__).resolve().parents[2]
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        return cls(name, tuple(textwrap.dedent("".join(lines)).splitlines()), max(first, 1))

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse("\n".join(self.lines))

    @cached_property
    def statements(self) -> dict[int, tuple[int, int]]:
        """Satır -> o satırı içeren en küçük deyimin (ilk, son) satırı; bileşik deyimde yalnız başlık."""
        found = {}
        for node in ast.walk(self.tree):  # dıştan içe gezer: içteki deyim dıştakinin üstüne yazar
            if not isinstance(node, ast.stmt):
                continue
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno
            for line in range(node.lineno, max(node.lineno, last) + 1):
                found[line] = (node.lineno, max(node.lineno, last))
        return found

    def statement(self, line: int) -> tuple[int, int]:
        """1'den sayılan satırın deyimi; deyim dışı satır (yorum, boş) kendisidir."""
        return self.statements.get(line, (line, line))
