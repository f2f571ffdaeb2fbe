"""`atolye ablasyon`: kestirim, gerekirse soru, koşular, rapor."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from course_lib.errors import BadInput, CourseError
from course_lib.experiments import store
from course_lib.experiments.ablation import carry_out
from course_lib.experiments.estimate import estimate, worker_count
from course_lib.experiments.grid import baselines, check_buildable, read_grid
from course_lib.experiments.plan import Plan, planned
from course_lib.experiments.statistics import MIN_SEEDS, report

ASK_AFTER = 3600  # saniye


def main(
    grid: str, *, cluster: str | None = None, workers: int | None = None, agreed: bool = False
) -> int:
    """Izgarayı koşar; tablo ızgaranın yanına `.parquet` olarak konur.

    Çıkış kodu: 0 bitti, 1 başlamadı, 2 hata, 130 kesildi.
    """
    path = Path(grid)
    try:
        return ablate(path, cluster, workers, agreed)
    except CourseError as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            f"\nYarıda kesildi. Biten koşular {path.with_suffix('')} klasöründe; aynı komut yalnız "
            "eksikleri koşar.",
            file=sys.stderr,
        )
        return 130


def ablate(path: Path, cluster: str | None, workers: int | None, agreed: bool) -> int:
    if workers is not None and workers < 1:
        raise BadInput(f"--isci 1 ya da daha büyük bir tam sayı olmalı; verilen: {workers}.")
    runs = read_grid(path)
    bases = baselines(runs)
    check_buildable(runs)
    plan = planned(runs, path.with_suffix(""))
    for aside in plan.spoilt:
        print(f"Okunamayan satır kenara alındı, yeniden koşulacak: {aside}", file=sys.stderr)
    print(f"{path.name}: {len(runs)} koşu, {len(plan.done)} tanesi hazır.")
    if plan.missing:
        store.check_writable(path.parent, plan.folder, plan.folder / store.LOCKS)
        if not goes_ahead(plan, worker_count(workers, cluster), agreed):
            return 1
    table = carry_out(plan, workers=workers, cluster=cluster)
    store.write_whole(table, path.with_suffix(".parquet"))
    print(told(table, bases))
    print(f"Tablo: {path.with_suffix('.parquet')}")
    return 0


def goes_ahead(plan: Plan, workers: int, agreed: bool) -> bool:
    """Kestirimi söyler; bir saati aşacaksa sorar."""
    expected = estimate(plan.missing, workers)
    print(f"Kestirim: {expected}.", flush=True)
    if agreed or expected.seconds <= ASK_AFTER:
        return True
    return agrees("Bir saatten uzun sürecek. Başlayayım mı? [e/h] ")


def agrees(question: str) -> bool:
    """Terminalde sorar; soracak kimse yoksa hayır sayılır."""
    if not sys.stdin.isatty():
        print("Soracak terminalim yok; başlamak için komuta --evet ekle.", file=sys.stderr)
        return False
    return input(question).strip().lower() in ("e", "evet")


def told(table: pd.DataFrame, bases: dict[str, str]) -> str:
    """Rapor; tohum yetmiyorsa yalnız bunu söyler."""
    seeds = table.groupby("name")["seed"].nunique()
    if min(seeds) >= MIN_SEEDS:
        return report(table, bases)
    return (
        f"Karar için çeşit başına en az {MIN_SEEDS} tohum gerek; tablo yazıldı, fark yorumlanmadı."
    )
