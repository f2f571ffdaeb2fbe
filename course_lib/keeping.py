"""Dosyaları koruma: yarım dosya hiç görünmez, bozuk dosya silinmez, hiçbir adın üstüne yazılmaz."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Yanına yazılacak dosyayı verir; blok hatasız biterse tek adımda `path`in yerine koyar.

    Blok ya da yazma hata verirse `path`e dokunulmaz, yanındaki silinir, hata olduğu gibi yükselir.
    `path` varsa izinleri korunur.
    """
    new = path.with_name(f".{path.name}-{secrets.token_hex(4)}.yeni")
    try:
        with new.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, new)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)


def free_name(folder: Path, name: str, suffix: str = "") -> Path:
    """`folder` içinde henüz kullanılmayan, zaman damgalı bir ad: ad-20260101-120000.uzantı."""
    stamped = f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    candidates = (folder / f"{stamped}{f'-{i}' if i else ''}{suffix}" for i in count())
    return next(path for path in candidates if not path.exists())


def set_aside(path: Path) -> Path:
    """Bozuk dosyayı silmeden yeniden adlandırır ve yeni yerini verir."""
    return path.rename(free_name(path.parent, f"{path.name}.bozuk"))
