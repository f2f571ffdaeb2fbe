"""Nakil: katalogdaki bir hata, başkasının yazdığı parçaya, sözdizimi ağacında bulunarak ekilir.

Kurstaki sağlam satırlar, yerel adları başka da olsa öğrencinin kodunda aranır; değişen yalnız o
satırlardır, gerisi harfi harfine kalır.
"""

from __future__ import annotations

import ast
import copy
import textwrap
from collections.abc import Iterator

from course_lib.bugs.bug import Bug, Edit
from course_lib.bugs.local_names import functions_of
from course_lib.bugs.pieces import healthy_source

IGNORED = {"ctx", "lineno", "col_offset", "end_lineno", "end_col_offset", "type_comment", "kind"}
Names = dict[str, str]


def free_names(piece: str) -> set[str]:
    """Parçanın işlevlerinde bağlanan bütün adlar: öğrencide başka olabilirler."""
    found: set[str] = set()
    for function in functions_of(ast.parse(healthy_source(piece))):
        for node in ast.walk(function):
            if isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
    return found - {"self"}


def matched(wanted: object, given: object, free: set[str], names: Names) -> bool:
    """İki ağaç, serbest adlar dışında aynı mı? Bulunan karşılıklar `names`e yazılır."""
    if isinstance(wanted, list):
        if not isinstance(given, list) or len(wanted) != len(given):
            return False
        return all(matched(w, g, free, names) for w, g in zip(wanted, given, strict=True))
    if not isinstance(wanted, ast.AST):
        return type(wanted) is type(given) and wanted == given
    if type(wanted) is not type(given):
        return False
    if isinstance(wanted, ast.Name) and isinstance(given, ast.Name) and wanted.id in free:
        if given.id in {v for k, v in names.items() if k != wanted.id}:
            return False
        return names.setdefault(wanted.id, given.id) == given.id
    fields = [name for name in wanted._fields if name not in IGNORED]
    return all(matched(getattr(wanted, name), getattr(given, name), free, names) for name in fields)


def places(tree: ast.AST, pattern: list[ast.stmt], free: set[str]) -> Iterator[tuple[list, Names]]:
    """Kalıbın bulunduğu yerler: art arda deyimler ya da tek bir ifade, ve adların karşılıkları."""
    if len(pattern) == 1 and isinstance(pattern[0], ast.Expr):
        for node in ast.walk(tree):
            names: Names = {}
            if isinstance(node, ast.expr) and matched(pattern[0].value, node, free, names):
                yield [node], names
        return
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if not isinstance(body, list):  # lambda'nın gövdesi tek bir ifadedir
                continue
            for start in range(len(body) - len(pattern) + 1):
                names = {}
                part = body[start : start + len(pattern)]
                if matched(pattern, part, free, names):
                    yield part, names


class Renamed(ast.NodeTransformer):
    def __init__(self, names: Names):
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.copy_location(ast.Name(self.names.get(node.id, node.id), node.ctx), node)


def replaced(source: str, part: list, new: list[ast.stmt]) -> str:
    """Bulunan yerin yerine yenisi; gerisi harfi harfine."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    first, last = part[0], part[-1]
    end = last.end_lineno or last.lineno
    before = b"".join(lines[: first.lineno - 1]) + lines[first.lineno - 1][: first.col_offset]
    after = lines[end - 1][last.end_col_offset :] + b"".join(lines[end:])
    text = "\n".join(ast.unparse(node) for node in new)
    if not isinstance(first, ast.expr):
        text = text.replace("\n", "\n" + " " * first.col_offset)
    return before.decode() + text + after.decode()


def edited(source: str, piece: str, edit: Edit) -> str | None:
    """Değişiklik uygulanmış kaynak; sağlam satırlar tam bir yerde bulunamadıysa None."""
    try:
        old, new = (ast.parse(textwrap.dedent(text)).body for text in (edit.old, edit.new))
    except SyntaxError:  # değişiklik bir deyimin parçası: ağaçta aranamaz
        return None
    owners = [n for n in ast.parse(source).body if getattr(n, "name", None) == piece]
    found = [p for owner in owners for p in places(owner, old, free_names(piece))]
    if len(found) != 1:
        return None
    part, names = found[0]
    return replaced(source, part, [Renamed(names).visit(copy.deepcopy(node)) for node in new])


def transplanted(source: str, entry: Bug) -> str | None:
    """Hatanın ekildiği kaynak; öğrencinin yazımına uymuyorsa None."""
    found: str | None = source
    for edit in entry.edits:
        found = edited(found, entry.piece, edit) if found is not None else None
    return found
