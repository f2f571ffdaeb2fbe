"""Ekme: canlı kaynaktan hatalı kaynak üretir. Yorumlar ve düzen kalır, değişiklik iz bırakmaz."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import linecache
import re
import textwrap
from collections.abc import Iterable

from torch import nn

from course_lib.bughunt.bug import Bug, Edit
from course_lib.bughunt.catalogue import CATALOGUE


class PlantingError(ValueError):
    """Sağlam metin canlı kaynakta tam bir kez bulunamadı."""


def bug(bug_id: str) -> Bug:
    """Katalogdaki hata; bilinmeyen kimlikte ValueError bilinenleri sayar."""
    if bug_id not in CATALOGUE:
        known = ", ".join(CATALOGUE)
        raise ValueError(f"bug_id bilinen bir hata olmalı: {known}; verilen: {bug_id!r}.")
    return CATALOGUE[bug_id]


def target_class(target: str) -> type[nn.Module]:
    """"modül:Sınıf" adından sınıfın kendisi."""
    module, name = target.split(":")
    return getattr(importlib.import_module(module), name)


def apply_edits(source: str, edits: Iterable[Edit]) -> str:
    """Her düzeltmeyi sırayla uygular; metin tam bir kez geçmiyorsa PlantingError."""
    for old, new in edits:
        hits = source.count(old)
        if hits != 1:
            raise PlantingError(f"Sağlam metin kaynakta tam bir kez geçmeli; {hits} kez geçti: {old!r}.")
        source = source.replace(old, new)
    return source


def healthy_source(target: str) -> str:
    """Sınıfın canlı kaynağı, girintisiz."""
    return textwrap.dedent(inspect.getsource(target_class(target)))


def renamed(source: str, target: str, class_name: str | None) -> str:
    if class_name is None:
        return source
    old = target.split(":")[1]
    return re.sub(rf"^class {old}\b", f"class {class_name}", source, count=1, flags=re.M)


def planted_source(*bug_ids: str, class_name: str | None = None) -> str:
    """Bir ya da birkaç hatanın ekildiği sınıf kaynağı; `class_name` verilirse sınıfın adı o olur.

    Raises:
        ValueError: kimlik bilinmiyorsa, kimlik verilmediyse ya da hatalar ayrı sınıflara aitse.
        PlantingError: canlı kaynak değiştiyse ve sağlam metin artık bulunamıyorsa.
    """
    bugs = [bug(b) for b in bug_ids]
    targets = {b.target for b in bugs}
    if len(targets) != 1:
        raise ValueError(f"bug_ids aynı sınıfa ait bir ya da daha çok hata olmalı; verilen: {bug_ids!r}.")
    source = apply_edits(healthy_source(bugs[0].target), [e for b in bugs for e in b.edits])
    return renamed(source, bugs[0].target, class_name)


def run_source(source: str, namespace: dict[str, object]) -> None:
    """Kaynağı `namespace` içinde çalıştırır; satırları `inspect` ve `walk` için okunabilir kalır."""
    filename = f"<kod hücresi {hashlib.sha1(source.encode()).hexdigest()[:8]}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec", dont_inherit=True), namespace)


def class_from_source(source: str, target: str) -> type[nn.Module]:
    """Kaynağı hedef sınıfın modülündeki adlarla çalıştırır ve tanımladığı sınıfı verir."""
    module = importlib.import_module(target.split(":")[0])
    namespace = {**vars(module), "__name__": "ekilen_blok"}
    run_source(source, namespace)
    return namespace[re.search(r"^class (\w+)", source, flags=re.M)[1]]


def plant(*bug_ids: str, class_name: str | None = None) -> type[nn.Module]:
    """Hatalı, ama çalışan sınıf."""
    source = planted_source(*bug_ids, class_name=class_name)
    return class_from_source(source, bug(bug_ids[0]).target)
