"""Yerel adlar: bir kaynağın yerel değişkenlerini, davranışına dokunmadan başka adla yazmak."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_of(tree: ast.AST) -> Iterator[Function]:
    """Modülün ve sınıflarının işlevleri; iç içe olanlar dıştakinin içinde sayılır."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from functions_of(node)


def locals_of(function: Function) -> set[str]:
    """İşlevin içinde bağlanan adlar: argümanlar ve biçimli yazılarda geçenler sayılmaz."""
    nodes = list(ast.walk(function))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    arguments = {n.arg for n in nodes if isinstance(n, ast.arg)}
    quoted = {
        name.id
        for n in nodes
        if isinstance(n, ast.JoinedStr)
        for name in ast.walk(n)
        if isinstance(name, ast.Name)
    }
    return stored - arguments - quoted


def names_in(tree: ast.AST) -> set[str]:
    """Kaynakta geçen bütün adlar: değişkenler, argümanlar, alanlar."""
    found = set()
    for n in ast.walk(tree):
        found |= {n.id} if isinstance(n, ast.Name) else set()
        found |= {n.arg} if isinstance(n, ast.arg) else set()
        found |= {n.attr} if isinstance(n, ast.Attribute) else set()
    return found


def local_names(source: str) -> set[str]:
    """Kaynağın yeniden adlandırılabilen yerel adları."""
    return {name for function in functions_of(ast.parse(source)) for name in locals_of(function)}


def with_local_names(source: str, names: Mapping[str, str]) -> str:
    """Yerel adları değişmiş kaynak; yorumlar ve düzen kalır.

    Yeni ad kaynakta zaten geçiyorsa o ad değişmez.
    """
    tree = ast.parse(source)
    taken = names_in(tree)
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    places: list[tuple[int, int, str]] = []
    for function in functions_of(tree):
        own = {n for n in locals_of(function) if n in names and names[n] not in taken}
        places += [
            (n.lineno - 1, n.col_offset, n.id)
            for n in ast.walk(function)
            if isinstance(n, ast.Name) and n.id in own
        ]
    for row, column, old in sorted(places, reverse=True):  # sağdan sola: yerler kaymasın
        line = lines[row]
        lines[row] = line[:column] + names[old].encode() + line[column + len(old.encode()) :]
    return b"".join(lines).decode()
