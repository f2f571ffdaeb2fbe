"""Satır kapsaması: öğretilen sınıfın hangi deyimleri derste gösterildi ve açıklandı?"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat

from course_lib.reading.excerpt import Excerpt
from course_lib.reading.source import Source

FRAGMENT = re.compile(r"`([^`\n]{4,})`")


def statements(cls: type) -> dict[int, str]:
    """Dosyadaki satır numarası -> deyimin (bileşikse başlığının) metni.

    Belge dizgileri ve değer vermeyen alan bildirimleri (`T: Tensor`) bir şey çalıştırmaz: sayılmaz.
    """
    source = Source.of(cls)
    executable = [s for s in source.statements.values() if not s.is_text and not declares(s.node)]
    return dict(sorted((source.first + s.first - 1, s.text) for s in executable))


def declares(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and node.value is None


def listing_calls(code: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "listing"
    ]


def shown_and_explained(notebook: Path, cls: type) -> tuple[set[int], set[int]]:
    """Gösterilen ve gösterildikten sonra, bir sonraki alıntıya dek açıklanan deyimler (satır
    numarası)."""
    known = statements(cls)
    file = Source.of(cls).name
    shown, explained, open_lines = set(), set(), set()
    namespace: dict[str, object] = {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            imports = [
                n
                for n in ast.parse(cell.source).body
                if isinstance(n, (ast.Import, ast.ImportFrom))
            ]
            exec(compile(ast.Module(imports, []), str(notebook), "exec"), namespace)
            for call in listing_calls(cell.source):
                excerpt = eval(compile(ast.Expression(call), str(notebook), "eval"), namespace)
                assert isinstance(excerpt, Excerpt)
                if excerpt.source.name == file:
                    open_lines = {n for n in known if excerpt.first <= n <= excerpt.last}
                    shown |= open_lines
        else:
            for fragment in FRAGMENT.findall(cell.source):
                text = fragment.removesuffix("…)").removesuffix("…").strip()
                explained |= {n for n in open_lines if text in known[n]}
    return shown, explained
