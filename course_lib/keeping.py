"""Dosyaları koruma: yarım dosya hiç görünmez, bozuk dosya silinmez."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Yanına yazılacak dosyayı verir; blok hatasız biterse diske indirir ve tek adımda `path`in yerine koyar.

    Blok ya da yazma hata verirse `path`e dokunulmaz, yanındaki silinir, hata olduğu gibi yükselir.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".yeni", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    finally:
        Path(name).unlink(missing_ok=True)


def set_aside(path: Path) -> Path:
    """Bozuk dosyayı silmeden yeniden adlandırır ve yeni yerini verir."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for i in range(1000):
        target = path.with_name(f"{path.name}.bozuk-{stamp}" + (f"-{i}" if i else ""))
        if not target.exists():
            path.rename(target)
            return target
    raise FileExistsError(f"Bozuk dosya kenara konamadı: {path}.")
