"""Öğrencinin alıştırma defteri: kod hücresini okumak, denetlemek ve yedeğini alarak sıfırlamak."""

from __future__ import annotations

import ast
import importlib
import inspect
import shutil
import time
from pathlib import Path

import nbformat

from course_lib.bughunt.planting import run_source
from course_lib.practice.exercises import Exercise

CODE_TAG = "kod"


class WorkbookError(Exception):
    """Defter okunamadı ya da kod hücresi bulunamadı."""


def imports_of(target: str) -> str:
    """Hedef sınıfın modülündeki içe aktarımlar, canlı kaynaktan."""
    text = inspect.getsource(importlib.import_module(target.split(":")[0]))
    tops = [n for n in ast.parse(text).body if isinstance(n, (ast.Import, ast.ImportFrom))]
    return "\n".join(ast.get_source_segment(text, n) for n in tops)


def code_cell(item: Exercise, *, repaired: bool) -> str:
    """Alıştırmanın kod hücresi: içe aktarımlar ve sınıf (ya da sınıflar)."""
    classes = item.code(repaired=repaired).values()
    return "\n\n\n".join([imports_of(item.target), *(c.rstrip() for c in classes)])


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
        raise WorkbookError(f"Kod hücresi çalışmadı: {type(error).__name__}: {error}") from error
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
