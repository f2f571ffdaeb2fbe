"""Sonuçların saklanması: biten her koşu tek satırlık bir Parquet dosyasıdır, tek adımda yerine konur."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa

from course_lib.experiments.run import Run
from course_lib.keeping import set_aside, written_whole


class StoreError(OSError):
    """Satır yazılamadı; ileti nedenini ve bitmiş koşuların durduğu yeri söyler."""


def row_path(folder: Path, run: Run) -> Path:
    return folder / f"{run.key}.parquet"


def write_whole(frame: pd.DataFrame, path: Path) -> None:
    """Tabloyu yanına yazar, diske indirir, sonra adını değiştirir: yarım dosya hiç görünmez.

    Raises:
        StoreError: yazılamıyorsa (disk dolu, izin yok); eski dosyaya dokunulmaz, geçici dosya silinir.
    """
    try:
        with written_whole(path) as file:
            frame.to_parquet(file, index=False, compression="zstd")
    except OSError as problem:
        raise StoreError(
            f"Sonuç yazılamadı: {path} ({problem.strerror or problem}). Bitmiş koşular {path.parent} klasöründe duruyor; "
            "nedeni giderip aynı komutu yinele, yalnız eksikler koşulur."
        ) from problem


def write_row(folder: Path, row: dict[str, object]) -> None:
    write_whole(pd.DataFrame([row]), folder / f"{row['key']}.parquet")


def readable(path: Path, key: str) -> bool:
    """Dosya gerçekten bu koşunun satırı mı?"""
    try:
        frame = pd.read_parquet(path)
    except (OSError, pa.ArrowException, ValueError):
        return False
    return len(frame) == 1 and "key" in frame and frame["key"][0] == key


def finished(folder: Path, runs: Iterable[Run]) -> tuple[list[Run], list[Path]]:
    """Satırı duran koşular; okunamayan dosyalar silinmez, `.bozuk` adıyla kenara alınır ve ayrıca sayılır."""
    done, spoilt = [], []
    for run in runs:
        path = row_path(folder, run)
        if not path.exists():
            continue
        if readable(path, run.key):
            done.append(run)
        else:
            spoilt.append(set_aside(path))
    return done, spoilt


def collect(folder: Path, runs: Iterable[Run]) -> pd.DataFrame:
    """Biten koşuların tablosu, ızgaradaki sırayla; ad sütunu ızgaradaki addır."""
    rows = [pd.read_parquet(row_path(folder, run)).assign(name=run.name) for run in runs if row_path(folder, run).exists()]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame()


def read_results(path: str | Path) -> pd.DataFrame:
    """Saklanmış sonuç tablosu (`results/…parquet`).

    Raises:
        FileNotFoundError: dosya yoksa; ileti onu yapan komutu söyler.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"Sonuç dosyası yok; verilen: {str(path)!r}. Üretmek için: make results")
    return pd.read_parquet(path)


def histories(frame: pd.DataFrame) -> pd.DataFrame:
    """Her koşunun epok epok ölçümleri, uzun biçimde: name, seed, epoch, loss, …"""
    parts = [
        pd.DataFrame(json.loads(row.history)).assign(name=row.name_, seed=row.seed)
        for row in frame.rename(columns={"name": "name_"}).itertuples()
    ]
    return pd.concat(parts, ignore_index=True)
