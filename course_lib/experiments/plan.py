"""Plan: ızgaranın hangi koşuları hazır, hangileri eksik. Bir kez yapılır, elden ele verilir."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from course_lib.experiments import store
from course_lib.experiments.run import Run
from course_lib.keeping import set_aside


@dataclass(frozen=True)
class Plan:
    """Izgaranın durumu.

    runs: bütün koşular; folder: satırların klasörü, tam yol; done: parmak izi -> hazır satır;
    missing: satırı olmayan koşular; spoilt: kenara alınan okunamaz dosyaların yeni yerleri.
    """

    runs: Sequence[Run]
    folder: Path
    done: dict[str, pd.DataFrame]
    missing: list[Run]
    spoilt: list[Path]

    def table(self) -> pd.DataFrame:
        """Bütün ızgaranın tablosu, ızgaradaki sıra ve adlarla."""
        rows = [self.row(run).assign(name=run.name) for run in self.runs]
        return pd.concat(rows, ignore_index=True)

    def row(self, run: Run) -> pd.DataFrame:
        """Koşunun satırı; baştan hazır olan yeniden okunmaz."""
        if run.key in self.done:
            return self.done[run.key]
        return pd.read_parquet(store.row_path(self.folder, run))


def planned(runs: Sequence[Run], folder: str | Path) -> Plan:
    """Klasördeki satırları okur; okunamayan dosya silinmez, `.bozuk` adıyla kenara alınır.

    Raises:
        StoreError: klasöre girilemiyorsa ya da okunamayan dosya kenara alınamıyorsa.
    """
    folder = Path(folder).absolute()
    plan = Plan(runs, folder, done={}, missing=[], spoilt=[])
    with store.usable(folder):
        for run in runs:
            path = store.row_path(folder, run)
            row = store.read_row(path, run) if path.exists() else None
            if row is not None:
                plan.done[run.key] = row
                continue
            plan.missing.append(run)
            if path.exists():
                plan.spoilt.append(set_aside(path))
    return plan
