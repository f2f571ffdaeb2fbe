"""Ablasyon: ızgaradaki eksik koşuları çalıştırır; biten her koşu hemen kendi dosyasına yazılır."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor
from pathlib import Path

import pandas as pd
from filelock import FileLock
from joblib import Parallel, delayed, parallel_config
from tqdm import tqdm

from course_lib.experiments import store
from course_lib.experiments.cluster import on_cluster, stopped
from course_lib.experiments.estimate import worker_count
from course_lib.experiments.measure import Row, outcome
from course_lib.experiments.plan import Plan, planned
from course_lib.experiments.run import Run


def execute(run: Run, folder: str) -> Row | None:
    """Bir işçinin işi: satırı klasöre kendi yazar; klasörü görmüyorsa satırı başlatana verir.

    Koşu kilit altındadır: iki süreç aynı koşuya kalkışırsa ikincisi bekler, sonra satırı hazır
    bulur.
    """
    here = Path(folder)
    if not here.is_dir():
        return outcome(run)
    with FileLock(here / store.LOCKS / f"{run.key}.lock"):
        if not store.row_path(here, run).exists():
            store.write_row(here, outcome(run).columns())
    return None


def run_grid(
    runs: Sequence[Run],
    folder: str | Path,
    *,
    workers: int | None = None,
    cluster: str | None = None,
) -> pd.DataFrame:
    """Eksik koşuları çalıştırır, bütün ızgaranın tablosunu verir.

    Args:
        folder: satırların yazıldığı klasör, yoksa kurulur.
        workers: yerel süreç sayısı; verilmezse işlemci çekirdeği kadar. 1 ise bu süreçte koşulur.
        cluster: çalışan bir Dask kümesinin adresi (tcp://…); verilirse koşular orada çalışır.

    Raises:
        GridStopped: kümeye ulaşılamıyorsa, bağlantı koparsa ya da bir işçi ölürse; biten satırlar
            durur.
        StoreError: satır yazılamıyorsa.
    """
    return carry_out(planned(runs, folder), workers=workers, cluster=cluster)


def carry_out(plan: Plan, *, workers: int | None, cluster: str | None) -> pd.DataFrame:
    """Planın eksik koşularını çalıştırır; run_grid gibi."""
    finished = finished_one_by_one(plan, workers, cluster)
    if plan.missing:
        store.prepare(plan.folder)
    with tqdm(
        total=len(plan.runs), initial=len(plan.done), desc="ablasyon", unit="koşu", file=sys.stdout
    ) as bar:
        for row in finished:
            if row is not None:
                store.write_row(plan.folder, row.columns())
            bar.update()
    return plan.table()


def finished_one_by_one(
    plan: Plan, workers: int | None, cluster: str | None
) -> Iterator[Row | None]:
    """Koşular bittikçe satırları (işçi kendi yazdıysa None)."""
    folder = os.fspath(plan.folder)
    if cluster is not None:
        return on_cluster(execute, plan.missing, folder, cluster)
    return in_processes(plan.missing, folder, worker_count(workers, None))


def in_processes(runs: Sequence[Run], folder: str, workers: int) -> Iterator[Row | None]:
    """Koşuları bu makinenin süreçlerinde çalıştırır; tek işçi bu süreçtir."""
    workers = min(workers, len(runs))
    if workers <= 1:
        yield from (execute(run, folder) for run in runs)
        return
    with parallel_config("loky", n_jobs=workers, inner_max_num_threads=1):
        # joblib'in tür bildirimi batch_size'ı yalnız "auto" sayar
        parallel = Parallel(return_as="generator_unordered", batch_size=1)  # pyright: ignore
        try:
            yield from parallel(delayed(execute)(run, folder) for run in runs)
        except BrokenExecutor as problem:
            why = "bir işçi süreci öldü (bellek yetmemiş olabilir)"
            raise stopped(why, folder) from problem
