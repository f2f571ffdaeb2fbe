"""Öğrencinin kendi defterleri: `calisma/` klasöründe, git'in ve kurs güncellemesinin dışında.

Kopya, alıştırmanın aslından yapılır; hangi alıştırma olduğunu ve hangi sürümden yapıldığını üst
verisinde taşır. `exercises/` ile aynı derinlikte durur ve bütün alıştırmalar birlikte kopyalanır:
defterdeki bağlantılar kopyada da yerini bulur.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from course_lib import paths
from course_lib.keeping import free_name, written_whole
from course_lib.practice import ipynb
from course_lib.practice.cell import run_cells
from course_lib.practice.exercises import EXERCISES, Exercise
from course_lib.practice.ipynb import Notebook, WorkbookError
from course_lib.practice.published import Published, git, relative

STAMP = "atolye"  # kopyanın üst verisinde: alıştırmanın kimliği ve yapıldığı sürümün parmak izi


def folder() -> Path:
    return paths.ROOT / "calisma"


def way_out(item: Exercise) -> str:
    return f"Çıkış yolu: atolye sifirla {item.id}; eskisi silinmez, calisma/yedek klasörüne konur."


def stamp_of(notebook: Notebook) -> dict[str, str]:
    found = notebook["metadata"].get(STAMP)
    pairs = found.items() if isinstance(found, dict) else ()
    return {key: value for key, value in pairs if isinstance(value, str)}


def stamp_at(path: Path) -> dict[str, str]:
    """Kopyanın damgası; okunamayan ya da öğrencinin kendi açtığı defterde boştur."""
    try:
        return stamp_of(ipynb.read(path, ""))
    except WorkbookError:
        return {}


def copies() -> dict[str, Path]:
    """Alıştırma -> kopyası: kendi adıyla; o yoksa adı değişmiş, ama damgası onun olan."""
    renamed: dict[str, Path] = {}
    for path in sorted(folder().glob("*.ipynb")):
        renamed.setdefault(stamp_at(path).get("exercise", ""), path)
    usual = {e.id: folder() / e.notebook.name for e in EXERCISES.values()}
    return renamed | {key: path for key, path in usual.items() if path.exists()}


def mine(item: Exercise, published: Published) -> Path | None:
    """Öğrencinin çalışması: kopyası; yoksa kursun dosyasını değiştirdiyse o; o da yoksa None."""
    if item.id in (found := copies()):
        return found[item.id]
    return item.notebook if published.worked(item) else None


@contextmanager
def writing() -> Iterator[None]:
    """Yazarken çıkan işletim sistemi hatasını, çıkış yolunu söyleyen WorkbookError'a çevirir."""
    try:
        yield
    except OSError as error:
        raise WorkbookError(
            f"Yazılamadı: {error.filename or folder()} ({error.strerror or error}). Defterlerine "
            "dokunulmadı. Çıkış yolu: klasörün yazma iznini düzelt ya da kursu yazabildiğin bir "
            "klasöre taşı."
        ) from error


def backup(path: Path) -> Path:
    """Defterin, hiçbir yedeğin üstüne yazmayan yedeği."""
    kept = folder() / "yedek"
    kept.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy2(path, free_name(kept, path.stem, path.suffix)))


def stamped(item: Exercise, content: Notebook, published: Published) -> bytes:
    """Kopyanın dosyası: hangi alıştırma olduğu ve hangi sürümden yapıldığı üst verisinde."""
    stamp = {"exercise": item.id, "fingerprint": ipynb.fingerprint(published.notebook(item))}
    return ipynb.dumped(content | {"metadata": content["metadata"] | {STAMP: stamp}})


def fresh(item: Exercise, published: Published) -> bytes:
    return stamped(item, published.notebook(item), published)


def untouched(copy: Path) -> bool:
    """Kopyada öğrencinin yazdığı bir şey yok mu? (Çalıştırmak yazmak değildir.)"""
    try:
        notebook = ipynb.read(copy, "")
    except WorkbookError:
        return False
    return stamp_of(notebook).get("fingerprint") == ipynb.fingerprint(notebook)


def outdated(item: Exercise, copy: Path, published: Published) -> bool:
    """Alıştırma, kopya yapıldıktan sonra değişmiş mi? Damgası olmayan kopyada bilinemez."""
    made_from = stamp_at(copy).get("fingerprint")
    return made_from is not None and not published.is_now(item, made_from)


def prepare() -> list[str]:
    """Eksik kopyaları yapar; öğrencinin bilmesi gerekenleri döndürür.

    Öğrencinin yazdığı hiçbir şeye dokunmaz: çalışması kursun dosyasındaysa kopya yapılmaz (yargı
    çalışılana bakmalı), üstünde çalışılmamış kopya ise alıştırmanın son sürümüyle yenilenir.

    Raises:
        WorkbookError: klasör yazılamıyorsa ya da bir alıştırma okunamıyorsa.
    """
    published, found = Published(), copies()
    for item in EXERCISES.values():
        copy = found.get(item.id)
        if outdated(item, copy, published) if copy else not published.worked(item):
            content = fresh(item, published)
            target = copy or folder() / item.notebook.name
            if target.exists() and not untouched(target):
                continue
            with writing():
                folder().mkdir(exist_ok=True)
                with written_whole(target) as file:
                    file.write(content)
    return notes(EXERCISES.values(), published)


def notes(items: Iterable[Exercise], published: Published) -> list[str]:
    """Öğrencinin bilmesi gerekenler: kopyası eskiyenler, kursun dosyasında kalanlar."""
    found, old, left = copies(), [], []
    for item in items:
        copy = found.get(item.id)
        if copy and outdated(item, copy, published) and not untouched(copy):
            old.append(item)
        if published.base and published.touched(item):
            left.append(item)
    said = []
    if old:
        said.append(
            f"Kopyan yapıldıktan sonra değişen: {', '.join(i.id for i in old)}. Kopyana "
            f"dokunulmadı. Yenisini almak için: atolye sifirla {old[0].id} (seninki yedeklenir, "
            "kaydı sıfırlanır)."
        )
    if left:
        said.append(
            f"Kursun kendi dosyası değişmiş: {', '.join(relative(i) for i in left)}. git pull ona "
            f"takılabilir. Çalışmanı calisma klasörüne taşımak için: atolye calis {left[0].id} "
            "--tasi"
        )
    return said


def move(item: Exercise) -> str:
    """Kursun dosyasındaki çalışmayı kopyaya taşır, dosyayı aslına döndürür; ikisi de yedeklenir.

    Raises:
        WorkbookError: dosya okunamıyorsa ya da yazılamıyorsa; o zaman deftere dokunulmamıştır.
    """
    published = Published()
    if not published.differs(item):
        return f"{item.id}: kursun dosyası değişmemiş; taşınacak bir şey yok."
    worked = published.worked(item)
    content = published.work(item, way_out(item))
    old = copies().get(item.id)
    target = old or folder() / item.notebook.name
    said = [f"{item.id} taşındı: {target}"]
    with writing(), published.restoring(item):
        kept = backup(item.notebook)
        if not worked:
            said = [f"{item.id}: kursun dosyası yalnız çalıştırılmış; aslına döndürüldü."]
        else:
            with written_whole(target) as file:
                file.write(stamped(item, content, published))
                if old:
                    said.append(f"Önceki kopyanın yedeği: {backup(old)}")
    return "\n".join([*said, f"Yedek: {kept}", *uncommitted(item)])


def reset(item: Exercise) -> str:
    """Defteri aslına döndürür; eskisinin yedeğinin yerini söyler.

    Raises:
        WorkbookError: yazılamıyorsa; o zaman deftere dokunulmamıştır.
    """
    published = Published()
    copy = copies().get(item.id)
    if copy is not None:
        content = fresh(item, published)
        with writing(), written_whole(copy) as file:
            file.write(content)
            return f"Eski defterinin yedeği: {backup(copy)}"
    if not published.differs(item):
        return "Defterinde değişiklik yoktu."
    with writing(), published.restoring(item):
        kept = backup(item.notebook)
    return "\n".join([f"Eski defterinin yedeği: {kept}", *uncommitted(item)])


def uncommitted(item: Exercise) -> list[str]:
    """Öğrenci değişikliğini commit etmişse, geri alınışını da etmeli."""
    if not git("diff", "--name-only", "HEAD", "--", relative(item)):
        return []
    command = f'git commit -m "{item.id} geri alındı"'
    return [f"Değişikliğini commit etmiştin; geri alınışını da commit et: {command}"]


def student_namespace(item: Exercise, path: Path) -> dict[str, Any]:
    """Kaydedilmiş defterdeki kod hücresini çalıştırır ve tanımladığı adları verir.

    Raises:
        WorkbookError: hücre çalışmıyorsa ya da bir şüpheli tanımlanmamışsa.
    """
    source = ipynb.student_cell(ipynb.read(path, way_out(item)), path)["source"]
    return run_cells(item, [source])
