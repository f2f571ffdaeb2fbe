"""`atolye ablasyon`: kestirim, gerekirse soru, koşular, rapor."""

from __future__ import annotations

import sys
from pathlib import Path

from course_lib.experiments import store
from course_lib.experiments.ablation import (
    GridStopped,
    estimate,
    missing_runs,
    run_grid,
    worker_count,
)
from course_lib.experiments.grid import GridError, baselines, read_grid
from course_lib.experiments.statistics import MIN_SEEDS, report
from course_lib.validation import positive_int

ASK_AFTER = 3600  # saniye


def agrees(question: str) -> bool:
    """Uçbirimde sorar; soracak kimse yoksa hayır sayılır."""
    if not sys.stdin.isatty():
        print("Soracak uçbirim yok; başlamak için komuta --evet ekle.", file=sys.stderr)
        return False
    return input(question).strip().lower() in ("e", "evet")


def main(grid: str, *, cluster: str | None = None, workers: int | None = None, agreed: bool = False) -> int:
    """Izgarayı koşar; tablo ızgaranın yanına `.parquet` olarak konur. Çıkış kodu: 0 bitti, 1 başlamadı, 2 hata, 130 kesildi."""
    path = Path(grid)
    folder = path.with_suffix("")
    try:
        if workers is not None:
            positive_int("isci", workers)
        runs = read_grid(path)
        bases = baselines(runs)
        missing, spoilt = missing_runs(runs, folder)
        for aside in spoilt:
            print(f"Okunamayan satır kenara alındı, yeniden koşulacak: {aside}", file=sys.stderr)
        print(f"{path.name}: {len(runs)} koşu, {len(runs) - len(missing)} tanesi hazır.")
        if missing:
            expected = estimate(missing, worker_count(workers, cluster))
            print(f"Kestirim: {expected}.", flush=True)
            if expected.seconds > ASK_AFTER and not agreed and not agrees("Bir saatten uzun sürecek. Başlayayım mı? [e/h] "):
                return 1
        table = run_grid(runs, folder, workers=workers, cluster=cluster)
        store.write_whole(table, path.with_suffix(".parquet"))
        if table.groupby("name")["seed"].nunique().min() >= MIN_SEEDS:
            print(report(table, bases))
        else:
            print(f"Karar için çeşit başına en az {MIN_SEEDS} tohum gerek; tablo yazıldı, fark yorumlanmadı.")
        print(f"Tablo: {path.with_suffix('.parquet')}")
        return 0
    except (GridError, GridStopped, store.StoreError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"\nYarıda kesildi. Biten koşular {folder} klasöründe; aynı komut yalnız eksikleri koşar.", file=sys.stderr)
        return 130
