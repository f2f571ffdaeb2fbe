"""Satır kapsaması: öğretilen sınıfın hangi deyimleri derste gösterildi ve açıklandı?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
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


def listed(cell_source: str, namespace: dict[str, object], name: str) -> list[Excerpt]:
    """Hücrenin alıntıları; içe aktardıkları ad alanına eklenir."""
    imports = [
        n for n in ast.parse(cell_source).body if isinstance(n, (ast.Import, ast.ImportFrom))
    ]
    exec(compile(ast.Module(imports, []), name, "exec"), namespace)
    excerpts = [
        eval(compile(ast.Expression(call), name, "eval"), namespace)
        for call in listing_calls(cell_source)
    ]
    assert all(isinstance(excerpt, Excerpt) for excerpt in excerpts)
    return excerpts


def fragments(text: str) -> list[str]:
    return [f.removesuffix("…)").removesuffix("…").strip() for f in FRAGMENT.findall(text)]


def tells(fragment: str, statement: str) -> bool:
    """Parça, deyimin en az yarısı mı? Yalnız adını anmak açıklamak değildir."""
    return fragment in statement and 2 * len(fragment) >= len(statement)


def texts_of(excerpt: Excerpt) -> set[str]:
    """Alıntıdaki deyimlerin metinleri."""
    at = range(excerpt.start, excerpt.end + 1)
    return {s.text for line, s in excerpt.source.statements.items() if line in at}


def walked(notebook: Path) -> Iterator[tuple[Excerpt | None, str]]:
    """Dersin alıntıları ve açıklama parçaları, sırayla: (alıntı, "") ya da (None, parça)."""
    namespace: dict[str, object] = {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type == "code":
            for excerpt in listed(cell.source, namespace, str(notebook)):
                yield excerpt, ""
        else:
            for fragment in fragments(cell.source):
                yield None, fragment


def explained_texts(notebook: Path) -> set[str]:
    """Dersin gösterip açıkladığı bütün deyimlerin metinleri."""
    told: set[str] = set()
    open_texts: set[str] = set()
    for excerpt, fragment in walked(notebook):
        if excerpt is not None:
            open_texts = texts_of(excerpt)
        else:
            told |= {t for t in open_texts if tells(fragment, t)}
    return told


def shown_and_explained(
    notebook: Path, cls: type, before: frozenset[str] = frozenset()
) -> tuple[set[int], set[int]]:
    """Gösterilen ve açıklanan deyimler (satır numarası).

    Açıklama, gösterildikten sonra ve bir sonraki alıntıdan öncedir; aynı metin daha önce (bu derste
    ya da `before`daki önceki derslerde) açıklandıysa yinelenmez.
    """
    known = statements(cls)
    file = Source.of(cls).name
    shown, explained, open_lines = set(), set(), set()
    told, open_texts = set(before), set()
    for excerpt, fragment in walked(notebook):
        if excerpt is None:
            explained |= {n for n in open_lines if fragment in known[n]}
            told |= {t for t in open_texts if tells(fragment, t)}
            continue
        open_texts = texts_of(excerpt)
        if excerpt.source.name == file:
            open_lines = {n for n in known if excerpt.first <= n <= excerpt.last}
            shown |= open_lines
            explained |= {n for n in open_lines if known[n] in told}
    return shown, explained
