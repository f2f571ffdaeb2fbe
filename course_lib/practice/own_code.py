"""Kendi kodun: öğrencinin onardığı sınıfa, kendi adlarıyla, katalogdan yeni bir hata ekilir."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from course_lib import paths
from course_lib.bugs.catalogue import CATALOGUE, bugs_of
from course_lib.bugs.transplant import transplanted
from course_lib.errors import BadInput, CourseError
from course_lib.keeping import written_whole
from course_lib.practice import ipynb, workbook
from course_lib.practice.cell import run_cells
from course_lib.practice.exercises import EXERCISES, OWN, Exercise, exercise
from course_lib.practice.hunt_notebook import Part, notebook
from course_lib.practice.ipynb import CODE_TAG, Notebook


class NothingFits(CourseError):
    """Öğrencinin yazımına katalogdan hiçbir hata nakledilemedi."""


@dataclass(frozen=True)
class OwnCode(Exercise):
    """Öğrencinin kendi kodundan doğan alıştırma. original, planted: kod hücresinin iki hâli."""

    original: str = field(default="", repr=False)
    planted: str = field(default="", repr=False)

    @property
    def notebook(self) -> Path:
        return paths.ROOT / "calisma" / f"{self.id}.ipynb"

    def sources(self, name: str, *, repaired: bool) -> dict[str, str]:
        return {self.block: self.original if repaired else self.planted}


def made(base: Exercise, bug: str, original: str, planted: str) -> OwnCode:
    return OwnCode(
        id=f"{OWN}{base.id}", slug=f"{OWN}{base.id}", title=f"Kendi kodun: {base.block}",
        goal="Kendi yazdığın sınıfa bir hata kondu. Belirtisinden bul ve onar.",
        lesson=base.lesson, reads=base.reads, form="hunt", block=base.block,
        suspects={base.block: (bug,)}, difficulty=2, importance=2, minutes=20,
        original=original, planted=planted,
    )  # fmt: skip


def own(key: str) -> OwnCode:
    """Hazırlanmış alıştırma: "kendi-e05".

    Raises:
        BadInput: daha hazırlanmadıysa.
    """
    base = key.removeprefix(OWN)
    place = paths.ROOT / "calisma" / f"{key}.ipynb"
    if base not in EXERCISES or not place.exists():
        raise BadInput(f"{key} hazırlanmamış. Önce: atolye kendi {base}")
    stamp = workbook.stamp_at(place)
    if stamp.get("bug") not in CATALOGUE:
        raise BadInput(f"{place} okunamadı ya da damgası silinmiş. Yeniden: atolye kendi {base}")
    return made(EXERCISES[base], stamp["bug"], stamp["original"], stamp["planted"])


def prepared(item: Exercise, source: str, seed: int) -> OwnCode:
    """Öğrencinin kod hücresinden yeni alıştırma: hata, tohumun verdiği sırada ilk uyanıdır.

    İki yandan denenir: öğrencinin kodu sağlam, ekilmişi ise adıyla ve yalnız o hatayla hatalıdır.

    Raises:
        BadInput: kod sağlam değilse. NothingFits: hiçbir hata uymuyorsa.
    """
    from course_lib.diagnosis import diagnose

    if len(item.suspects) != 1 or item.block not in item.suspects:
        raise BadInput(f"{item.id} tek bir sınıfın onarımı değil; kendi kodun ondan çıkmaz.")
    if diagnose(run_cells(item, [source])[item.block]).status != "healthy":
        raise BadInput(f"{item.id} içindeki sınıfın sağlam değil. Önce: atolye kontrol {item.id}")
    candidates = sorted(set(bugs_of(item.block)) - set(item.bugs))
    random.Random(f"{item.id}-{seed}").shuffle(candidates)
    for bug in candidates:
        planted = transplanted(source, CATALOGUE[bug])
        if planted is None:
            continue
        found = diagnose(run_cells(item, [planted])[item.block])
        if found.status == "buggy" and found.bug_ids == (bug,):
            return made(item, bug, source, planted)
    raise NothingFits(
        f"{item.id}: katalogdaki hiçbir hata senin yazımına uymadı. Sınıfın kurstakinden çok başka "
        "yazılmış olabilir; sonsuz avı dene: atolye av --bolum " + item.lesson[:2]
    )


def notebook_of(item: OwnCode) -> Notebook:
    (bug,) = item.bugs
    head = (
        f"# {item.id} · {item.title}\n\n**Hedef:** {item.goal}\n\n"
        f"**Belirti:** {CATALOGUE[bug].symptoms[0]}"
    )
    parts: list[Part] = [
        ("markdown", head, ()),
        ("code", "from course_lib.practice import check, hint, predict", ()),
        ("code", item.planted, (CODE_TAG,)),
        ("code", f'predict("{item.id}", None)', ()),
        ("code", f'check("{item.id}", {item.block})', ()),
        ("code", f'# hint("{item.id}")', ()),
    ]
    stamp = {"exercise": item.id, "bug": bug, "original": item.original, "planted": item.planted}
    return notebook(parts, stamp)


def write(item: OwnCode) -> str:
    """Defteri yazar; öncekini yedekler. Söylenecek cümle."""
    with workbook.writing():
        item.notebook.parent.mkdir(exist_ok=True)
        kept = workbook.backup(item.notebook) if item.notebook.exists() else None
        with written_whole(item.notebook) as file:
            file.write(ipynb.dumped(notebook_of(item)))
    return f"Defterin: {item.notebook}" + (f"\nÖncekinin yedeği: {kept}" if kept else "")


def begin(exercise_id: str, seed: int) -> tuple[OwnCode, str]:
    """Öğrencinin çalışmasından yeni alıştırmayı hazırlar ve yazar."""
    from course_lib.practice.published import Published

    item = exercise(exercise_id)
    path = workbook.mine(item, Published())
    if path is None:
        raise BadInput(f"{item.id} için bir çalışman yok. Önce: atolye calis {item.id}")
    source = ipynb.student_cell(ipynb.read(path, workbook.way_out(item)), path)["source"]
    new = prepared(item, source, seed)
    return new, write(new)
