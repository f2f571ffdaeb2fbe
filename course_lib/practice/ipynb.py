"""Defter dosyası: okumak, JupyterLab'in yazdığı gibi yazmak, parmak izini almak."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from course_lib.errors import CourseError

CODE_TAG = "kod"
Notebook = dict[str, Any]


class WorkbookError(CourseError):
    """Defter okunamadı, yazılamadı ya da kod hücresi bulunamadı."""


def joined(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)


def raw(path: Path, way_out: str) -> bytes:
    """Raises: WorkbookError, okunamıyorsa; `way_out` iletinin sonuna eklenir."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise WorkbookError(f"Alıştırma defteri bulunamadı: {path}. {way_out}") from error
    except OSError as error:
        raise WorkbookError(f"{path} okunamadı ({error.strerror}). {way_out}") from error


def parsed(content: bytes, path: Path, way_out: str) -> Notebook:
    """Defter, hücrelerin kaynağı tek metin olarak. Raises: WorkbookError, defter değilse."""
    try:
        notebook = json.loads(content)
        if notebook["nbformat"] != 4 or not isinstance(notebook["metadata"], dict):
            raise ValueError("defter biçimi 4 değil")
        for cell in notebook["cells"]:
            cell["source"] = joined(cell["source"])
            tags = cell["metadata"].get("tags", [])
            if not isinstance(cell["cell_type"], str) or not isinstance(tags, list):
                raise ValueError("hücrenin türü ya da etiketleri tanınmıyor")
        return notebook
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WorkbookError(f"{path} okunabilir bir defter değil. {way_out}") from error


def read(path: Path, way_out: str) -> Notebook:
    return parsed(raw(path, way_out), path, way_out)


def dumped(notebook: Notebook) -> bytes:
    """JupyterLab'in yazdığı gibi: bir boşluk girinti, sıralı anahtarlar, satır satır kaynak."""
    cells = [cell | {"source": cell["source"].splitlines(True)} for cell in notebook["cells"]]
    text = json.dumps(notebook | {"cells": cells}, ensure_ascii=False, indent=1, sort_keys=True)
    return f"{text}\n".encode()


def student_cell(notebook: Notebook, name: object) -> dict[str, Any]:
    """Öğrencinin onardığı hücre."""
    cells = [c for c in notebook["cells"] if CODE_TAG in c["metadata"].get("tags", [])]
    if len(cells) != 1:
        raise WorkbookError(
            f"{name} içinde '{CODE_TAG}' etiketli tek bir hücre olmalı; bulunan: {len(cells)}."
        )
    return cells[0]


def fingerprint(notebook: Notebook) -> str:
    """Hücrelerin türünden ve kaynağından; çalıştırmak (çıktılar, sayaçlar) onu değiştirmez."""
    content = [[c["cell_type"], c["source"]] for c in notebook["cells"]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
