"""Koşucu: öldürülür, iki kez başlatılır, disk dolar; hiçbir sonuç yitmez, yinelenmez."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from support.ablations import GRID, TINY, rows, start, wait_for_rows

from course_lib import cli
from course_lib.experiments import ablation, store
from course_lib.experiments.ablation import execute, run_grid
from course_lib.experiments.cluster import GridStopped
from course_lib.experiments.grid import read_grid
from course_lib.experiments.run import Run


def test_a_second_start_does_only_what_is_missing(grid):
    runs, folder = read_grid(grid), grid.with_suffix("")
    assert cli.main(["ablasyon", str(grid), "--isci", "1"]) == 0
    first = rows(folder)
    assert len(first) == len(runs) == 6
    table = pd.read_parquet(grid.with_suffix(".parquet"))
    assert list(table["name"]) == [r.name for r in runs]
    store.row_path(folder, runs[2]).unlink()
    assert cli.main(["ablasyon", str(grid), "--isci", "1"]) == 0
    second = rows(folder)
    assert {k for k in first if first[k] != second[k]} == {store.row_path(folder, runs[2]).name}


def test_a_wrong_number_of_workers_is_refused_before_a_folder_is_made(grid):
    with pytest.raises(ValueError, match=r"^workers 1 ya da daha büyük.*verilen: 0"):
        run_grid(read_grid(grid), grid.with_suffix(""), workers=0)
    assert not grid.with_suffix("").exists()


def test_results_are_the_same_in_worker_processes(grid):
    runs, folder = read_grid(grid), grid.with_suffix("")
    alone = run_grid(runs, folder, workers=1)
    shared = run_grid(runs, folder.with_name("iki"), workers=2)
    same = ["key", "name", "accuracy", "loss", "history", "verdict"]
    pd.testing.assert_frame_equal(alone[same], shared[same])


def test_two_starts_at_once_run_everything_once(grid):
    """Kilidi tutan bir süreç yazana kadar öteki bekler, sonra hazır satırı bulur."""
    folder = grid.with_suffix("")
    both = [start(grid, "--isci", "1") for _ in range(2)]
    seen = {}
    while any(p.poll() is None for p in both):
        for name, stamp in rows(folder).items():
            assert seen.setdefault(name, stamp) == stamp, "satır iki kez yazıldı"
        time.sleep(0.01)
    assert [p.returncode for p in both] == [0, 0], [p.stdout.read() for p in both]
    assert rows(folder) == seen
    assert len(seen) == 6


def test_a_killed_grid_loses_nothing_and_repeats_nothing(grid):
    grid.write_text(GRID.format(epochs=4), "utf-8")
    folder = grid.with_suffix("")
    process = start(grid, "--isci", "2")
    wait_for_rows(folder, 2, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = rows(folder)
    assert 2 <= len(kept) < 6
    assert not grid.with_suffix(".parquet").exists()
    again = start(grid, "--isci", "2")
    assert again.wait() == 0, again.stdout.read()
    after = rows(folder)
    assert len(after) == 6
    assert {k: after[k] for k in kept} == kept
    assert not list(folder.glob("*.yeni"))
    assert len(pd.read_parquet(grid.with_suffix(".parquet"))) == 6


LIMITED = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))
from course_lib import cli
sys.exit(cli.main(sys.argv[1:]))
"""


def test_a_full_disk_stops_the_grid_and_says_why(grid):
    """Gerçek bir yazma hatası: süreç 2 KB'den büyük dosya yazamaz."""
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, "ablasyon", str(grid), "--isci", "1"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "Sonuç yazılamadı" in done.stderr
    assert "aynı komutu yinele" in done.stderr
    assert not rows(grid.with_suffix(""))
    assert not list(grid.with_suffix("").glob("*.yeni"))


def test_a_worker_that_dies_is_reported_and_finished_rows_stay(grid, monkeypatch):
    runs, folder = read_grid(grid), grid.with_suffix("")
    run_grid(runs[:2], folder, workers=1)
    kept = rows(folder)
    monkeypatch.setattr(ablation, "execute", dies)
    with pytest.raises(GridStopped, match=r"işçi süreci öldü.*yalnız eksikleri koşar"):
        run_grid(runs, folder, workers=2)
    assert rows(folder) == kept


def dies(_run, _folder):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_does_not_see_the_folder_sends_its_row_back(tmp_path):
    run = Run("a", **TINY)
    row = execute(run, str(tmp_path / "yok"))
    assert row.run == run
    store.prepare(tmp_path / "var")
    assert execute(run, str(tmp_path / "var")) is None
    assert store.read_row(store.row_path(tmp_path / "var", run), run) is not None
