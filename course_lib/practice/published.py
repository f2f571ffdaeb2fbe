"""Kursun verdiği alıştırmalar: öğrenci dosyayı değiştirmiş olsa da aslı git'ten okunur.

Git'in bildiği de öğrencinin çalışması olabilir: kendi çatalına ya da dalına koymuştur. Kurs bir
klon da olmayabilir (zip). Bu yüzden kod hücresi, git'e bakılmadan kaynaktan yeniden yazılır.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from course_lib import paths
from course_lib.keeping import written_whole
from course_lib.practice import ipynb
from course_lib.practice.exercises import Exercise
from course_lib.practice.imports import code_cell
from course_lib.practice.ipynb import Notebook

DOWNLOAD_AGAIN = "Çıkış yolu: bu dosyayı kursun indirdiğin kopyasından yeniden al."


def git(*arguments: str) -> bytes | None:
    """git'in yanıtı; kurs bir klon değilse, git kurulu değilse ya da hata verdiyse None."""
    if not (paths.ROOT / ".git").exists():  # kurs, başka bir deponun alt klasörü olabilir
        return None
    try:
        done = subprocess.run(["git", "-C", str(paths.ROOT), *arguments], capture_output=True)
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None


def relative(item: Exercise) -> str:
    return item.notebook.relative_to(paths.ROOT).as_posix()


class Published:
    """Alıştırmaların, öğrencinin elindeki kurs sürümündeki asılları.

    merging: git pull bir çakışmada mı durdu? base: yayımlanmış sürümün commit'i; öğrenci kendi
    değişikliğini commit ettiyse ondan öncesi, çakışmada gelen sürüm, klon değilse None.
    changed: o sürümden farklı dosyalar. own_source: kursun kaynağı o sürümle aynı mı? Değilse
    kod hücresi ondan yeniden yazılamaz.
    """

    def __init__(self) -> None:
        incoming = git("rev-parse", "-q", "--verify", "MERGE_HEAD")
        self.merging = incoming is not None
        found = incoming or git("merge-base", "HEAD", "@{upstream}") or git("rev-parse", "HEAD")
        self.base = found.decode().strip() if found else None
        since = ("diff", "--name-only", "-z", self.base or "", "--", "exercises", "course_lib")
        listed = git(*since) if self.base else None
        self.changed = set(os.fsdecode(listed or b"").split("\0"))
        edited = any(name.startswith("course_lib/") for name in self.changed)
        self.own_source = not edited and not self.merging

    def raw(self, item: Exercise) -> bytes:
        """Asıl dosya. Raises: WorkbookError, okunamıyorsa."""
        if self.base and relative(item) in self.changed:
            stored = git("show", f"{self.base}:{relative(item)}")
            if stored is not None:
                return stored
        return ipynb.raw(item.notebook, DOWNLOAD_AGAIN)

    def notebook(self, item: Exercise) -> Notebook:
        """Alıştırmanın aslı. Raises: WorkbookError, okunamıyorsa."""
        notebook = ipynb.parsed(self.raw(item), item.notebook, DOWNLOAD_AGAIN)
        cell = ipynb.student_cell(notebook, item.notebook)
        if self.own_source and cell["source"] != (source := code_cell(item, repaired=False)):
            cell["source"] = source
            cell["outputs"], cell["execution_count"] = [], None
        return notebook

    def is_now(self, item: Exercise, fingerprint: str) -> bool:
        """Parmak izi, alıştırmanın son sürümünün mü?"""
        raw = ipynb.parsed(self.raw(item), item.notebook, DOWNLOAD_AGAIN)
        if fingerprint == ipynb.fingerprint(raw):  # torch gerekmeden
            return True
        return fingerprint == ipynb.fingerprint(self.notebook(item))

    def differs(self, item: Exercise) -> bool:
        """Kursun dosyası aslından farklı mı: çalıştırılmış, değiştirilmiş ya da commit edilmiş?"""
        return self.touched(item) or self.worked(item)

    def touched(self, item: Exercise) -> bool:
        """Kursun dosyası değişmiş mi, yalnız çalıştırılmış olsa da? git pull'u bu durdurur."""
        if self.base is None:
            return self.worked(item)
        return item.notebook.exists() and relative(item) in self.changed

    def worked(self, item: Exercise) -> bool:
        """Kursun kendi dosyasında öğrencinin çalışması var mı? Okunamayan dosyada var sayılır."""
        if not item.notebook.exists():
            return False
        try:
            here = ipynb.read(item.notebook, DOWNLOAD_AGAIN)
        except ipynb.WorkbookError:
            return True
        return ipynb.fingerprint(here) != ipynb.fingerprint(self.notebook(item))

    def work(self, item: Exercise, way_out: str) -> Notebook:
        """Kursun dosyasındaki çalışma; çakışma dosyayı bozduysa öğrencinin commit ettiği hâli.

        Raises: WorkbookError, okunamıyorsa.
        """
        try:
            return ipynb.read(item.notebook, way_out)
        except ipynb.WorkbookError:
            torn = git("ls-files", "-u", "--", relative(item))  # yarım kalmış bir çakışma
            rebasing = torn and git("rev-parse", "-q", "--verify", "REBASE_HEAD")
            commit = "REBASE_HEAD" if rebasing else "HEAD" if self.merging else None
            stored = git("show", f"{commit}:{relative(item)}") if commit else None
            if stored is None:
                raise
            return ipynb.parsed(stored, item.notebook, way_out)

    @contextmanager
    def restoring(self, item: Exercise) -> Iterator[None]:
        """Blok hatasız biterse kursun dosyası aslına döner; klonda bayt bayt: git pull takılmaz."""
        content, original = self.raw(item), self.notebook(item)
        here = ipynb.parsed(content, item.notebook, DOWNLOAD_AGAIN)
        if ipynb.fingerprint(here) != ipynb.fingerprint(original):
            content = ipynb.dumped(original)
        with written_whole(item.notebook) as file:
            file.write(content)
            yield
        git("add", "--", relative(item))  # `git add` edilmişin de, çakışmanın da yerine geçer
        self.changed.discard(relative(item))
