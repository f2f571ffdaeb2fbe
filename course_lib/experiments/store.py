"""Sonuçların saklanması: biten her koşu tek satırlık bir Parquet dosyasıdır, tek adımda konur."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import pandas as pd
import pyarrow as pa

from course_lib.errors import CourseError
from course_lib.experiments.run import Run
from course_lib.keeping import written_whole

LOCKS = ".kilit"  # satır klasörünün içinde: aynı koşuya kalkışan süreçler burada sıraya girer


class StoreError(CourseError, OSError):
    """Satır yazılamıyor; ileti nedenini ve çıkış yolunu söyler."""


class NoResults(CourseError, FileNotFoundError):
    """Sonuç tablosu yok; ileti onu yapan komutu söyler."""


@contextmanager
def usable(place: Path) -> Iterator[None]:
    """Klasör okunamadığı ya da yazılamadığı için çıkan hatanın yerine çıkış yolunu söyler."""
    try:
        yield
    except OSError as problem:
        raise StoreError(
            f"Sonuç klasörü kullanılamıyor: {place} ({problem.strerror or problem}). Hiçbir koşu "
            "başlamadı. Çıkış yolu: klasöre okuma ve yazma izni ver ya da ızgara dosyasını "
            "yazabildiğin bir klasöre kopyala, komutu oradaki dosyayla yinele."
        ) from problem


def check_writable(*places: Path) -> None:
    """Klasörlere, yoksa kurulacakları yere yazılabiliyor mu? Geride hiçbir şey bırakmaz.

    Raises:
        StoreError: yazılamıyorsa.
    """
    for place in places:
        with usable(place):
            existing = next(p for p in (place, *place.parents) if p.exists())
            TemporaryFile(dir=existing).close()


def prepare(folder: Path) -> None:
    """Satırların ve kilitlerin klasörünü kurar.

    Raises:
        StoreError: klasöre yazılamıyorsa.
    """
    check_writable(folder, folder / LOCKS)
    (folder / LOCKS).mkdir(parents=True, exist_ok=True)


def row_path(folder: Path, run: Run) -> Path:
    return folder / f"{run.key}.parquet"


def write_whole(frame: pd.DataFrame, path: Path) -> None:
    """Tabloyu yanına yazar, diske indirir, sonra adını değiştirir: yarım dosya hiç görünmez.

    Raises:
        StoreError: yazılamıyorsa (disk dolu, izin yok); eski dosyaya dokunulmaz, geçici dosya
            silinir.
    """
    try:
        with written_whole(path) as file:
            frame.to_parquet(file, index=False, compression="zstd")
    except OSError as problem:
        raise StoreError(
            f"Sonuç yazılamadı: {path} ({problem.strerror or problem}). Bitmiş koşular "
            f"{path.parent} klasöründe duruyor; nedeni giderip aynı komutu yinele, yalnız eksikler "
            "koşulur."
        ) from problem


def write_row(folder: Path, row: dict[str, object]) -> None:
    write_whole(pd.DataFrame([row]), folder / f"{row['key']}.parquet")


def read_row(path: Path, run: Run) -> pd.DataFrame | None:
    """Koşunun satırı; dosya okunamıyorsa ya da gerçekten bu koşunun satırı değilse None."""
    try:
        frame = pd.read_parquet(path)
    except (OSError, pa.ArrowException, ValueError):
        return None
    mine = len(frame) == 1 and "key" in frame and frame.loc[0, "key"] == run.key
    return frame if mine else None


def read_results(path: str | Path) -> pd.DataFrame:
    """Saklanmış sonuç tablosu (`results/…parquet`).

    Raises:
        NoResults: dosya yoksa; ileti onu yapan komutu söyler.
    """
    path = Path(path)
    if not path.exists():
        raise NoResults(f"Sonuç dosyası yok; verilen: {str(path)!r}. Üretmek için: make results")
    return pd.read_parquet(path)


def histories(frame: pd.DataFrame) -> pd.DataFrame:
    """Her koşunun epok epok ölçümleri, uzun biçimde: name, seed, epoch, loss, …"""
    columns = zip(frame["name"], frame["seed"], frame["history"], strict=True)
    parts = [
        pd.DataFrame(json.loads(text)).assign(name=name, seed=seed) for name, seed, text in columns
    ]
    return pd.concat(parts, ignore_index=True)
