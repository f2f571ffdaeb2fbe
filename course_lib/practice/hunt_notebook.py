"""Avın defteri: belirti, tahmin, kod, denetim. `calisma/` klasörüne yazılır."""

from __future__ import annotations

from pathlib import Path

from course_lib.keeping import written_whole
from course_lib.practice import ipynb, workbook
from course_lib.practice.hunt import Hunted, rumours
from course_lib.practice.imports import code_cell
from course_lib.practice.ipynb import CODE_TAG, Notebook

HEAD = """\
# {id} · {title}

**Süre:** {minutes} dakika · **Önce okunacak:** [{lesson}](../notebooks/{lesson_file}.ipynb)

**Hedef:** {goal}

Bu av bir tohumdan doğdu; aynı tohum hep aynı avı verir. Kodda hata olmayabilir, bir, iki ya da üç
hata olabilir. Yerel adlar kurstakinden başka."""
SYMPTOM = """\
## Söylenen

{rumours}

Söylenti doğru olmayabilir: sağlam bir blok da suçlanır. Blok şu ayarla kullanılıyor: {options}."""
CODE = """\
## Kod

Hata varsa aşağıdaki hücrede; **burada** onar, hücreyi çalıştır. Sağlamsa olduğu gibi bırak."""
PROBE = """\
## Yoklaman

Hangi söz bozuk? Kendi ölçümünü yaz; sonra tahminini söyle. Sözlerden biri, ya da hiçbiri."""
SETUP = """\
import torch

from course_lib.practice import check, exercise, hint, predict

item = exercise("{id}")"""
TRY = """\
torch.manual_seed(0)
block = item.build({block})
x = torch.randn(2, {channels}, 8, 8)
out = block(x)
print("çıktının şekli:", tuple((out[0] if isinstance(out, tuple) else out).shape))"""


Part = tuple[str, str, tuple[str, ...]]


def cell(kind: str, source: str, number: int, tags: tuple[str, ...]) -> dict:
    made = {
        "cell_type": kind, "id": f"av-{number:02d}", "source": source,
        "metadata": {"tags": list(tags)} if tags else {},
    }  # fmt: skip
    return made | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def notebook(parts: list[Part], stamp: dict) -> Notebook:
    """(tür, metin, etiketler) üçlülerinden defter; stamp: hangi alıştırmanın olduğu."""
    return {
        "cells": [cell(kind, source, n, tags) for n, (kind, source, tags) in enumerate(parts)],
        "metadata": {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3",
            },
            workbook.STAMP: stamp,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip


def notebook_of(item: Hunted) -> Notebook:
    """Avın defteri; ne hatanın adını ne sayısını söyler."""
    options = ", ".join(f"`{name} = {value}`" for name, value in item.options.items())
    said = "\n".join(f"- {text}" for text in rumours(item))
    head = {"id": item.id, "title": item.title, "minutes": 20, "goal": item.goal}
    values = {**head, "lesson": item.reads[:2], "lesson_file": item.reads}
    channels = item.options.get("channels", 8)
    parts: list[Part] = [
        ("markdown", HEAD.format(**values), ()),
        ("code", SETUP.format(id=item.id), ()),
        ("markdown", SYMPTOM.format(rumours=said, options=options or "varsayılan"), ()),
        ("markdown", CODE, ()),
        ("code", code_cell(item, repaired=False), (CODE_TAG,)),
        ("markdown", PROBE, ()),
        ("code", TRY.format(block=item.block, channels=channels), ()),
        ("code", f'predict("{item.id}", None)', ()),
        ("code", f'check("{item.id}", {item.block})', ()),
        ("code", f'# hint("{item.id}")', ()),
    ]
    return notebook(parts, {"exercise": item.id})


def prepare(item: Hunted) -> tuple[Path, bool]:
    """Defteri yazar; varsa dokunmaz. (yeri, yeni mi)"""
    existing = workbook.copies().get(item.id)
    if existing is not None:
        return existing, False
    with workbook.writing():
        item.notebook.parent.mkdir(exist_ok=True)
        with written_whole(item.notebook) as file:
            file.write(ipynb.dumped(notebook_of(item)))
    return item.notebook, True


def reset(item: Hunted) -> str:
    """Defteri ilk hâline döndürür; eskisinin yedeğinin yerini söyler."""
    copy = workbook.copies().get(item.id)
    if copy is None:
        return f"{prepare(item)[0]} yazıldı."
    with workbook.writing():
        kept = workbook.backup(copy)
        with written_whole(copy) as file:
            file.write(ipynb.dumped(notebook_of(item)))
    return f"Eski defterinin yedeği: {kept}"
