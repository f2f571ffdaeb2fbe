"""Ekme: canlı kaynaktan hatalı kaynak üretir. Yorumlar ve düzen kalır, değişiklik iz bırakmaz.

Bir blok birkaç parçadan (sınıf ya da işlev) kurulur; hata hangi parçadaysa o parça ve onu
kullananlar yeniden çalıştırılır, gerisi kitaplıktan gelir.
"""

from __future__ import annotations

import hashlib
import linecache
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from course_lib.bugs.bug import Bug, Edit, Fix
from course_lib.bugs.catalogue import find_bug
from course_lib.bugs.pieces import healthy_source, in_order, module_of, name_of, uses
from course_lib.errors import BadInput

if TYPE_CHECKING:  # kataloğu okuyan komutlar torch'u yüklemesin
    from torch import nn


class PlantingError(BadInput):
    """Sağlam metin canlı kaynakta tam bir kez bulunamadı."""


def indented(text: str, indent: str) -> str:
    """İlk satırdan sonrakiler `indent` kadar içeriden."""
    return re.sub(r"\n(?=.*\S)", "\n" + indent, text)


def indent_at(source: str, at: int) -> str:
    """`at` konumundaki satırın girintisi."""
    line = source[source.rfind("\n", 0, at) + 1 :]
    return line[: len(line) - len(line.lstrip(" "))]


def apply_edit(source: str, edit: Edit) -> str:
    """Metni değiştirir; sonraki satırlar, değişen satırın girintisine göre yazılmıştır."""
    first = edit.old.split("\n")[0]
    starts = [m.start() for m in re.finditer(re.escape(first), source)]
    hits = [at for at in starts if source.startswith(indented(edit.old, indent_at(source, at)), at)]
    if len(hits) != 1:
        place = f"{edit.where}: " if edit.where else ""
        raise PlantingError(
            f"{place}sağlam metin kaynakta tam bir kez geçmeli; "
            f"{len(hits)} kez geçti: {edit.old!r}."
        )
    (at,) = hits
    indent = indent_at(source, at)
    end = at + len(indented(edit.old, indent))
    return source[:at] + indented(edit.new, indent) + source[end:]


def apply_edits(source: str, edits: Iterable[Edit | tuple[str, str]]) -> str:
    """Her değişikliği sırayla uygular; metin tam bir kez geçmiyorsa PlantingError."""
    for edit in edits:
        source = apply_edit(source, Edit(*edit))
    return source


def edited_sources(
    block: type | str, edits: Mapping[str, Iterable[Edit | tuple[str, str]]]
) -> dict[str, str]:
    """Parça adı -> kaynak: değişen parçalar, onları kullananlar ve bloğun kendisi, sırayla.

    Args:
        block: kurstaki sınıf ya da adı.
        edits: parça adı -> o parçadaki değişiklikler.

    Raises:
        BadInput: değişen bir parçayı blok kullanmıyorsa.
    """
    block = name_of(block)
    foreign = set(edits) - uses(block) - {block}
    if foreign:
        raise BadInput(f"{block} şu parçaları kullanmaz: {', '.join(sorted(foreign))}.")

    def runs_again(name: str) -> bool:
        touched = name in edits or uses(name) & set(edits)
        return name == block or (name in uses(block) and bool(touched))

    wanted = filter(runs_again, in_order())
    return {name: apply_edits(healthy_source(name), edits.get(name, ())) for name in wanted}


def planted_sources(*bug_ids: str, block: type | str | None = None) -> dict[str, str]:
    """Parça adı -> hataların ekildiği kaynak. `block` verilmezse ilk hatanın gösterildiği bloktur.

    Raises:
        BadInput: kimlik bilinmiyorsa, kimlik verilmediyse ya da blok hatanın parçasını
            kullanmıyorsa.
        PlantingError: canlı kaynak değiştiyse ve sağlam metin artık bulunamıyorsa.
    """
    if not bug_ids:
        raise BadInput("bug_ids en az bir hata kimliği olmalı; verilen: ().")
    entries = [find_bug(bug_id) for bug_id in bug_ids]
    return edited_sources(block or entries[0].block, gathered(entries))


def gathered(entries: Iterable) -> dict[str, list[Edit]]:
    """Hataların (ve kazaların) değişiklikleri: parça adı -> değişiklikler."""
    edits: dict[str, list[Edit]] = {}
    for entry in entries:
        edits.setdefault(entry.piece, []).extend(entry.edits)
    return edits


def joined(sources: Mapping[str, str]) -> str:
    return "\n\n".join(s.rstrip() + "\n" for s in sources.values())


def renamed(source: str, name: str, new_name: str) -> str:
    """Sınıfın tanımındaki ve kendi içindeki adını değiştirir."""
    return re.sub(rf"\b{name}\b", new_name, source)


def run_source(source: str, namespace: dict[str, object]) -> None:
    """Kaynağı `namespace` içinde çalıştırır; satırları `inspect` ve `walk` için okunabilir
    kalır."""
    filename = f"<kod hücresi {hashlib.sha1(source.encode()).hexdigest()[:8]}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec", dont_inherit=True), namespace)


def class_from_sources(sources: Mapping[str, str]) -> type[nn.Module]:
    """Parçaları kendi modüllerindeki adlarla çalıştırır ve son parçayı (bloğu) verir."""
    namespace: dict = {}
    for name in sources:
        namespace |= vars(module_of(name))
    namespace["__name__"] = "ekilen_blok"
    run_source(joined(sources), namespace)
    return namespace[list(sources)[-1]]


def plant(*bug_ids: str, block: type | str | None = None) -> type[nn.Module]:
    """Hatalı, ama çalıştırılabilir sınıf; `block` verilmezse ilk hatanın gösterildiği blok."""
    return class_from_sources(planted_sources(*bug_ids, block=block))


def fixed_sources(entry: Bug, fix: Fix, *, block: type | str | None = None) -> dict[str, str]:
    """Bir onarımın (doğru ya da yanlış) uygulandığı kaynaklar; `block` verilmezse hatanın bloğu."""
    return edited_sources(block or entry.block, {entry.piece: fix.edits})


def fixed_class(entry: Bug, fix: Fix, *, block: type | str | None = None) -> type[nn.Module]:
    """Bir onarım (doğru ya da yanlış) uygulanmış, çalışan sınıf."""
    return class_from_sources(fixed_sources(entry, fix, block=block))
