"""Ekme: canlı kaynaktan hatalı kaynak üretir. Yorumlar ve düzen kalır, değişiklik iz bırakmaz.

Bir blok birkaç parçadan (sınıf ya da işlev) kurulur; hata hangi parçadaysa o parça ve onu kullananlar
yeniden çalıştırılır, gerisi kitaplıktan gelir.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import linecache
import re
import textwrap
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from course_lib.bughunt.bug import (
    BRANCH,
    CBAM,
    CHANNEL,
    COORDINATE,
    COORDINATES,
    ECA,
    ECA_KERNEL,
    INVERSE,
    NEAR_IDENTITY,
    PAPER_CBAM,
    PATTERNS,
    RESIDUAL,
    RESNET,
    SE,
    SPATIAL,
    TEMPERED,
    Bug,
    Edit,
    Fix,
)
from course_lib.bughunt.catalogue import CATALOGUE

if TYPE_CHECKING:
    from torch import nn

# Kullanılan, kullanandan önce gelir.
PIECES = (
    INVERSE,
    TEMPERED,
    CHANNEL,
    COORDINATES,
    "course_lib.attention.coordinates:kept_coordinate_maps",
    "course_lib.attention.coordinates:coordinates_like",
    BRANCH,
    SPATIAL,
    CBAM,
    SE,
    ECA_KERNEL,
    ECA,
    PAPER_CBAM,
    COORDINATE,
    "course_lib.attention.registry:attention_classes",
    "course_lib.attention.registry:build_attention",
    NEAR_IDENTITY,
    RESIDUAL,
    *PATTERNS,
    "course_lib.residual.blocks:patterns",
    "course_lib.residual.blocks:residual_block",
    RESNET,
)


class PlantingError(ValueError):
    """Sağlam metin canlı kaynakta tam bir kez bulunamadı."""


def bug(bug_id: str) -> Bug:
    """Katalogdaki hata; bilinmeyen kimlikte ValueError bilinenleri sayar."""
    if bug_id not in CATALOGUE:
        known = ", ".join(CATALOGUE)
        raise ValueError(f"bug_id bilinen bir hata olmalı: {known}; verilen: {bug_id!r}.")
    return CATALOGUE[bug_id]


def module_of(piece: str):
    return importlib.import_module(piece.split(":")[0])


def name_of(piece: str) -> str:
    return piece.split(":")[1]


def target_class(target: str) -> type[nn.Module]:
    """ "modül:Sınıf" adından sınıfın (ya da işlevin) kendisi."""
    return getattr(module_of(target), name_of(target))


def apply_edits(source: str, edits: Iterable[Edit]) -> str:
    """Her düzeltmeyi sırayla uygular; metin tam bir kez geçmiyorsa PlantingError."""
    for old, new in edits:
        hits = source.count(old)
        if hits != 1:
            raise PlantingError(f"Sağlam metin kaynakta tam bir kez geçmeli; {hits} kez geçti: {old!r}.")
        source = source.replace(old, new)
    return source


@cache
def healthy_source(piece: str) -> str:
    """Parçanın canlı kaynağı, girintisiz."""
    return textwrap.dedent(inspect.getsource(target_class(piece)))


@cache
def uses(piece: str) -> frozenset[str]:
    """Parçanın, doğrudan ya da başka parçalar üzerinden kullandığı parçalar."""
    names = {n.id for n in ast.walk(ast.parse(healthy_source(piece))) if isinstance(n, ast.Name)}
    direct = {p for p in PIECES if name_of(p) in names and p != piece}
    return frozenset(direct.union(*(uses(p) for p in direct)))


def edited_sources(block: str, edits: Mapping[str, Iterable[Edit]]) -> dict[str, str]:
    """Parça -> kaynak: değişen parçalar, onları kullananlar ve bloğun kendisi, çalıştırılacak sırayla.

    Raises:
        ValueError: değişen bir parçayı blok kullanmıyorsa.
    """
    foreign = set(edits) - uses(block) - {block}
    if foreign:
        raise ValueError(f"{name_of(block)} şu parçaları kullanmaz: {', '.join(sorted(map(name_of, foreign)))}.")
    wanted = [
        p for p in PIECES
        if p == block or (p in uses(block) and (p in edits or uses(p) & set(edits)))
    ]  # fmt: skip
    return {p: apply_edits(healthy_source(p), edits.get(p, ())) for p in wanted}


def planted_sources(*bug_ids: str, block: str | None = None) -> dict[str, str]:
    """Parça -> hataların ekildiği kaynak. `block` verilmezse ilk hatanın gösterildiği bloktur.

    Raises:
        ValueError: kimlik bilinmiyorsa, kimlik verilmediyse ya da blok hatanın parçasını kullanmıyorsa.
        PlantingError: canlı kaynak değiştiyse ve sağlam metin artık bulunamıyorsa.
    """
    if not bug_ids:
        raise ValueError("bug_ids en az bir hata kimliği olmalı; verilen: ().")
    edits: dict[str, list[Edit]] = {}
    for entry in map(bug, bug_ids):
        edits.setdefault(entry.target, []).extend(entry.edits)
    return edited_sources(block or bug(bug_ids[0]).block, edits)


def joined(sources: Mapping[str, str]) -> str:
    return "\n\n".join(s.rstrip() + "\n" for s in sources.values())


def renamed(source: str, name: str, new_name: str) -> str:
    """Sınıfın tanımındaki ve kendi içindeki adını değiştirir."""
    return re.sub(rf"\b{name}\b", new_name, source)


def run_source(source: str, namespace: dict[str, object]) -> None:
    """Kaynağı `namespace` içinde çalıştırır; satırları `inspect` ve `walk` için okunabilir kalır."""
    filename = f"<kod hücresi {hashlib.sha1(source.encode()).hexdigest()[:8]}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec", dont_inherit=True), namespace)


def class_from_sources(sources: Mapping[str, str]) -> type[nn.Module]:
    """Parçaları kendi modüllerindeki adlarla çalıştırır ve son parçayı (bloğu) verir."""
    namespace: dict[str, object] = {}
    for piece in sources:
        namespace |= vars(module_of(piece))
    namespace["__name__"] = "ekilen_blok"
    run_source(joined(sources), namespace)
    return namespace[name_of(list(sources)[-1])]


def plant(*bug_ids: str, block: str | None = None) -> type[nn.Module]:
    """Hatalı, ama çalıştırılabilir sınıf."""
    return class_from_sources(planted_sources(*bug_ids, block=block))


def fixed_sources(entry: Bug, fix: Fix, *, block: str | None = None) -> dict[str, str]:
    """Katalogdaki bir onarımın (doğru ya da yanlış) uygulandığı kaynaklar; `block` verilmezse hatanın bloğu."""
    return edited_sources(block or entry.block, {entry.target: fix.edits})


def fixed_class(entry: Bug, fix: Fix, *, block: str | None = None) -> type[nn.Module]:
    """Katalogdaki bir onarım (doğru ya da yanlış) uygulanmış, çalışan sınıf."""
    return class_from_sources(fixed_sources(entry, fix, block=block))
