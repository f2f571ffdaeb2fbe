"""Öğrencinin alıştırma defteri: kod hücresini okumak, denetlemek ve yedeğini alarak sıfırlamak."""

from __future__ import annotations

import ast
import builtins
import inspect
import shutil
import sys
import time
from collections.abc import Collection
from pathlib import Path

import nbformat

from course_lib.bugs.pieces import module_of
from course_lib.bugs.planting import run_source
from course_lib.practice.exercise import Exercise

CODE_TAG = "kod"


class WorkbookError(Exception):
    """Defter okunamadı ya da kod hücresi bulunamadı."""


def imports_for(pieces: Collection[str], sources: Collection[str]) -> str:
    """Parçaların kullandığı, ama hücrede tanımlanmayan adların içe aktarımları; canlı modüllerden okunur."""
    shown = set(pieces)
    needed = {n.id for s in sources for n in ast.walk(ast.parse(s)) if isinstance(n, ast.Name)} - shown
    plain: set[str] = set()
    named: dict[str, set[str]] = {}
    for module in dict.fromkeys(map(module_of, pieces)):
        bound = set()
        for node in ast.parse(inspect.getsource(module)).body:
            if not isinstance(node, (ast.Import, ast.ImportFrom)):
                continue
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                bound.add(name)
                if name in needed and isinstance(node, ast.Import):
                    plain.add(f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else ""))
                elif name in needed:
                    named.setdefault(node.module, set()).add(alias.name)
        own = {n for n in needed - bound if n in vars(module) and n not in vars(builtins)}
        if own:
            named.setdefault(module.__name__, set()).update(own)
    lines = [*plain, *(f"from {module} import {', '.join(sorted(names))}" for module, names in named.items())]
    return "\n".join(sorted(lines, key=import_order))


def import_order(line: str) -> tuple:
    """Standart kitaplık, ötekiler, kurs; her öbekte önce düz içe aktarımlar."""
    root = line.split()[1].split(".")[0]
    group = 0 if root in sys.stdlib_module_names else 2 if root == "course_lib" else 1
    return group, not line.startswith("import"), line


def code_cell(item: Exercise, *, repaired: bool) -> str:
    """Alıştırmanın kod hücresi: içe aktarımlar ve parçalar (sınıflar, işlevler)."""
    healthy = item.code(repaired=True).values()  # kazalı kaynak da ayrıştırılır; ama gereken adları sağlamı söyler
    return "\n\n\n".join([imports_for(item.pieces, healthy), *(c.rstrip() for c in item.code(repaired=repaired).values())])


def way_out(path: Path) -> str:
    return f"Çıkış yolu: eskisi gerekiyorsa kopyasını al, sonra: git checkout -- {path.parent.name}/{path.name}"


def open_notebook(path: Path):
    try:
        return nbformat.read(path, as_version=4)
    except FileNotFoundError as error:
        raise WorkbookError(f"Alıştırma defteri bulunamadı: {path}. {way_out(path)}") from error
    except (ValueError, KeyError, AttributeError) as error:
        raise WorkbookError(f"{path.name} okunabilir bir defter değil. {way_out(path)}") from error


def student_cell(notebook, name: str):
    cells = [c for c in notebook.cells if CODE_TAG in c.metadata.get("tags", [])]
    if len(cells) != 1:
        raise WorkbookError(f"{name} içinde '{CODE_TAG}' etiketli tek bir hücre olmalı; bulunan: {len(cells)}.")
    return cells[0]


def student_classes(item: Exercise, path: Path | None = None) -> dict[str, type]:
    """Kaydedilmiş defterdeki kod hücresini çalıştırır ve tanımladığı sınıfları verir."""
    path = path or item.notebook
    source = student_cell(open_notebook(path), path.name).source
    namespace: dict[str, object] = {"__name__": "ogrenci"}
    try:
        run_source(source, namespace)
    except (Exception, SystemExit) as error:  # öğrencinin hücresi: hata olduğu gibi söylenir
        raise WorkbookError(
            f"Kod hücresi çalışmadı: {type(error).__name__}: {error}. Burada yalnız o hücre, düz Python olarak çalışır: "
            "% ile başlayan Jupyter komutları ve öteki hücrelerde tanımlanan adlar bulunmaz."
        ) from error
    missing = [name for name in item.suspects if name not in namespace]
    if missing:
        raise WorkbookError(f"Kod hücresinde {', '.join(missing)} tanımlanmamış.")
    return {name: namespace[name] for name in item.suspects}


def reset(item: Exercise, path: Path | None = None) -> Path:
    """Kod hücresini ilk hâline döndürür; önce defterin yedeğini alır ve yedeğin yerini verir."""
    path = path or item.notebook
    notebook = open_notebook(path)
    cell = student_cell(notebook, path.name)
    folder = path.parent / "yedek"
    folder.mkdir(exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    backup = next(
        p for i in range(10**6) if not (p := folder / f"{path.stem}-{stamp}{f'-{i}' if i else ''}.ipynb").exists()
    )
    shutil.copy2(path, backup)
    cell.source = code_cell(item, repaired=False)
    cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)
    return backup
