"""Alıştırmanın kod hücresi: parçalar ve kullandıkları içe aktarımlar, canlı modüllerden okunur.

İçe aktarımlar sabit bir öbek olamaz: her alıştırma başka parçalar gösterir, hücrede tanımlanan ad
içe aktarılmamalıdır (öğrencinin onardığının yerine kursunki geçerdi), kullanılmayan ad da
yanıltırdı.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Collection
from types import ModuleType

from course_lib.bugs.pieces import module_of
from course_lib.practice.builds.draft import draft
from course_lib.practice.exercises import Exercise

Named = dict[str, set[str]]


def code_cell(item: Exercise, *, repaired: bool) -> str:
    """Alıştırmanın kod hücresi: içe aktarımlar ve parçalar (sınıflar, işlevler)."""
    if item.form == "build":
        given = draft(item.id)
        return given.cell(given.answer if repaired else given.start)
    # Kazalı kaynak da ayrıştırılır; ama gereken adları sağlamı söyler.
    healthy = item.code(repaired=True).values()
    shown = item.code(repaired=repaired).values()
    return "\n\n\n".join([imports_for(item.pieces, healthy), *(code.rstrip() for code in shown)])


def imports_for(pieces: Collection[str], sources: Collection[str]) -> str:
    """Parçaların kullandığı, ama hücrede tanımlanmayan adların içe aktarımları."""
    shown = set(pieces)
    needed = {n.id for s in sources for n in ast.walk(ast.parse(s)) if isinstance(n, ast.Name)}
    needed -= shown
    plain: set[str] = set()
    named: Named = {}
    for module in dict.fromkeys(map(module_of, pieces)):
        bound = imported_names(module, needed, plain, named)
        own = {n for n in needed - bound if n in vars(module) and n not in vars(builtins)}
        if own:
            named.setdefault(module.__name__, set()).update(own)
    lines = [*plain, *(f"from {m} import {', '.join(sorted(names))}" for m, names in named.items())]
    return "\n".join(sorted(lines, key=import_order))


def imported_names(module: ModuleType, needed: set[str], plain: set[str], named: Named) -> set[str]:
    """Modülün içe aktardığı bütün adlar; gerekenleri `plain` ve `named`e ekler."""
    bound: set[str] = set()
    for node in ast.parse(inspect.getsource(module)).body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            bound.add(name)
            if name not in needed:
                continue
            if isinstance(node, ast.Import):
                plain.add(f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else ""))
            elif node.module:
                named.setdefault(node.module, set()).add(alias.name)
    return bound


def import_order(line: str) -> tuple[int, bool, str]:
    """Standart kitaplık, ötekiler, kurs; her öbekte önce düz içe aktarımlar."""
    root = line.split()[1].split(".")[0]
    group = 0 if root in sys.stdlib_module_names else 2 if root == "course_lib" else 1
    return group, not line.startswith("import"), line
