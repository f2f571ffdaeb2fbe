"""Koşucu: öldürülür, sürdürülür, iki kez başlatılır, disk dolar, satır bozulur, küme yiter; hiçbir sonuç yitmez, yinelenmez."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import torch

from course_lib import cli
from course_lib.experiments import ablation, command, store
from course_lib.experiments.ablation import (
    GridStopped,
    estimate,
    execute,
    missing_runs,
    outcome,
    run_grid,
)
from course_lib.experiments.grid import read_grid
from course_lib.experiments.run import Run

TINY = {"widths": (4,), "train_images": 40, "test_images": 20, "epochs": 1, "batch": 20}
GRID = """
seed = [0, 1]
widths = [4]
train_images = 40
test_images = 20
epochs = {epochs}
batch = 20
[[variant]]
name = "dikkatsiz"
[[variant]]
name = "SE {{pattern}}"
attention = "se"
pattern = ["P1", "P2"]
"""


@pytest.fixture
def grid(tmp_path):
    path = tmp_path / "izgara.toml"
    path.write_text(GRID.format(epochs=1), "utf-8")
    return path


def rows(folder):
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in folder.glob("*.parquet")}


def start(grid, *options, **more):
    """`atolye ablasyon`, ayrı bir oturumda: öldürülünce yanında kimseyi götürmez."""
    return subprocess.Popen(
        [sys.executable, "-m", "course_lib.cli", "ablasyon", str(grid), *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True, **more,
    )  # fmt: skip


def wait_for_rows(folder, count, process):
    while len(rows(folder)) < count:
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.02)


# Bir satır


def test_a_row_carries_configuration_versions_device_and_figures():
    run = Run(
        "ad", attention="cbam_dynamic", attention_options={"learnable_alpha": True}, seed=2, **TINY
    )
    row = outcome(run)
    assert row["state"] == "bitti"
    assert row["verdict"] == "sağlam"
    assert (row["name"], row["key"], row["seed"], row["attention"]) == (
        "ad",
        run.key,
        2,
        "cbam_dynamic",
    )
    assert json.loads(row["attention_options"]) == {"learnable_alpha": True}
    assert 0 <= row["accuracy"] <= 1
    assert row["parameters"] > 0
    assert row["torch"] == torch.__version__
    assert row["device"]
    assert (
        set(json.loads(row["pointing"]))
        == set(json.loads(row["share_inside"]))
        == {"stages.0.0.attn.sa"}
    )
    assert [e["epoch"] for e in json.loads(row["history"])] == [1]


def test_rows_of_unlike_runs_fit_in_one_table(tmp_path):
    """Her sütunun türü, ayar verilse de verilmese de aynıdır."""
    runs = [
        Run("a", **TINY),
        Run("b", attention="se", pattern="P4", skip_alpha=0.05, attention_stages=(1,), **TINY),
        Run("c", attention="cbam_dynamic", attention_options={"alpha_init": 0.5}, **TINY),
        Run("d", attention="se", bug="fusion-missing-projection", **{**TINY, "widths": (4, 8)}),
    ]
    table = run_grid(runs, tmp_path / "satırlar", workers=1, progress=False)
    store.write_whole(table, tmp_path / "tablo.parquet")
    back = store.read_results(tmp_path / "tablo.parquet")
    pd.testing.assert_frame_equal(back, table, check_dtype=False)
    assert back["skip_alpha"].tolist()[1] == 0.05
    assert back["attention"].tolist() == ["", "se", "cbam_dynamic", "se"]
    assert back["state"].tolist() == ["bitti"] * 3 + ["çöktü"]
    assert len(store.histories(back)) == 3


def test_the_same_run_gives_the_same_figures():
    one, two = (outcome(Run("a", attention="se", **TINY)) for _ in range(2))
    for same in ("accuracy", "loss", "history", "verdict"):
        assert one[same] == two[same]


def test_a_planted_bug_is_named_a_crash_is_a_result_and_other_errors_are_not_hidden(monkeypatch):
    silent = outcome(Run("a", attention="se", bug="fusion-attention-added", **TINY))
    assert (silent["state"], silent["verdict"]) == ("bitti", "hatalı: fusion-attention-added")
    crash = outcome(
        Run("a", attention="se", bug="fusion-missing-projection", **{**TINY, "widths": (4, 8)})
    )
    assert (crash["state"], crash["verdict"]) == ("çöktü", "hatalı: fusion-missing-projection")
    assert crash["reason"].startswith("RuntimeError")
    assert crash["accuracy"] != crash["accuracy"]
    monkeypatch.setattr(ablation, "measure", lambda _run: torch.zeros(2) @ torch.zeros(3))
    with pytest.raises(RuntimeError):
        outcome(Run("a", **TINY))


def test_a_loss_that_is_not_finite_is_a_result():
    row = outcome(Run("a", attention="se", **{**TINY, "lr": 1e38, "epochs": 3}))
    assert row["state"] == "sonsuz"
    assert "katman:" in row["reason"]


# Izgara


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


def test_an_unreadable_row_is_set_aside_and_run_again(grid, capsys):
    runs, folder = read_grid(grid)[:3], grid.with_suffix("")
    run_grid(runs, folder, workers=1, progress=False)
    spoilt, foreign = store.row_path(folder, runs[0]), store.row_path(folder, runs[1])
    spoilt.write_bytes(b"yarim")
    foreign.write_bytes(store.row_path(folder, runs[2]).read_bytes())
    assert cli.main(["ablasyon", str(grid), "--isci", "1"]) == 0
    assert capsys.readouterr().err.count("kenara alındı") == 2
    assert next(folder.glob(f"{runs[0].key}*.bozuk-*")).read_bytes() == b"yarim"
    assert store.readable(spoilt, runs[0].key)
    assert store.readable(foreign, runs[1].key)
    assert missing_runs(runs, folder) == ([], [])


def test_results_are_the_same_in_worker_processes(grid):
    runs, folder = read_grid(grid), grid.with_suffix("")
    alone = run_grid(runs, folder, workers=1, progress=False)
    shared = run_grid(runs, folder.with_name("iki"), workers=2, progress=False)
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


def test_a_full_disk_stops_the_grid_and_says_why(grid):
    """Gerçek bir yazma hatası: süreç 2 KB'den büyük dosya yazamaz."""
    limit = "import resource as r, signal as s, sys; s.signal(s.SIGXFSZ, s.SIG_IGN); r.setrlimit(r.RLIMIT_FSIZE, (2048, 2048));"
    code = f"{limit} from course_lib import cli; sys.exit(cli.main(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, "ablasyon", str(grid), "--isci", "1"],
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
    run_grid(runs[:2], folder, workers=1, progress=False)
    kept = rows(folder)
    monkeypatch.setattr(ablation, "execute", dies)
    with pytest.raises(GridStopped, match=r"işçi süreci öldü.*yalnız eksikleri koşar"):
        run_grid(runs, folder, workers=2, progress=False)
    assert rows(folder) == kept


def dies(_run, _folder):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_does_not_see_the_folder_sends_its_row_back(tmp_path):
    run = Run("a", **TINY)
    row = execute(run, str(tmp_path / "yok"))
    assert row["key"] == run.key
    (tmp_path / "var" / ".kilit").mkdir(parents=True)
    assert execute(run, str(tmp_path / "var")) is None
    assert store.readable(store.row_path(tmp_path / "var", run), run.key)


# Kestirim ve soru


def test_the_estimate_grows_with_the_work_and_shrinks_with_the_workers():
    run = Run("a", **TINY)
    many = [replace(run, seed=s) for s in range(4)]
    one, four = estimate([run], 1), estimate(many, 1)
    assert four.seconds > 1.5 * one.seconds > 0
    assert estimate([replace(r, epochs=100) for r in many], 4).seconds > four.seconds
    assert one.memory > 1e8
    assert "4 koşu, 1 işçi: yaklaşık" in str(four)


@pytest.mark.parametrize(("answer", "code"), [(None, 1), ("h", 1), ("", 1), ("e", 0), ("Evet", 0)])
def test_more_than_an_hour_is_asked_about(grid, monkeypatch, capsys, answer, code):
    monkeypatch.setattr(
        command,
        "estimate",
        lambda runs, workers: ablation.Estimate(len(runs), workers, 7200, 10**9),
    )
    monkeypatch.setattr(
        command, "run_grid", lambda runs, *_, **__: pd.DataFrame({"name": ["a"], "seed": [0]})
    )
    monkeypatch.setattr("sys.stdin.isatty", lambda: answer is not None, raising=False)
    monkeypatch.setattr("builtins.input", lambda question: answer)
    assert cli.main(["ablasyon", str(grid)]) == code
    assert "yaklaşık 120 dakika" in capsys.readouterr().out
    assert cli.main(["ablasyon", str(grid), "--evet"]) == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["yok.toml"], "bulunamadı"),
        (["izgara.toml", "--isci", "0"], "isci 1 ya da daha büyük"),
        (
            ["izgara.toml", "--kume", "tcp://127.0.0.1:9"],
            "kume çalışan bir Dask kümesinin adresi olmalı",
        ),
    ],
)
def test_a_wrong_command_changes_nothing(grid, monkeypatch, capsys, arguments, told):
    monkeypatch.chdir(grid.parent)
    monkeypatch.setattr(ablation, "CONNECT_SECONDS", 1)
    assert cli.main(["ablasyon", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert not list(grid.parent.rglob("*.parquet"))


# Dask kümesi: gerçek zamanlayıcı, gerçek işçiler


@pytest.fixture
def cluster(tmp_path):
    """(adres, zamanlayıcı, [işçi, işçi])"""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, log = f"tcp://127.0.0.1:{port}", (tmp_path / "dask.log").open("w")
    quiet = {"stdout": log, "stderr": log}
    scheduler = subprocess.Popen(
        [*DASK, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet
    )
    options = [
        "--nthreads",
        "1",
        "--no-nanny",
        "--no-dashboard",
        "--local-directory",
        str(tmp_path / "dask"),
    ]
    workers = [subprocess.Popen([*DASK, "worker", *options, address], **quiet) for _ in range(2)]
    yield address, scheduler, workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()
    log.close()


DASK = [sys.executable, "-c", "from dask.__main__ import main; main()"]


def test_a_cluster_survives_a_killed_worker_and_a_lost_cluster_loses_no_row(grid, cluster):
    address, scheduler, workers = cluster
    grid.write_text(GRID.format(epochs=10), "utf-8")
    folder = grid.with_suffix("")
    process = start(grid, "--kume", address)
    wait_for_rows(folder, 1, process)
    workers[0].kill()
    assert process.wait() == 0, process.stdout.read()
    assert len(rows(folder)) == 6

    second = grid.with_name("ikinci.toml")
    second.write_text(GRID.format(epochs=100).replace("[0, 1]", "[0]"), "utf-8")
    process = start(second, "--kume", address)
    wait_for_rows(second.with_suffix(""), 1, process)
    scheduler.kill()
    out = process.communicate()[0]
    assert process.returncode == 2, out
    assert "kümeyle bağlantı koptu" in out
    kept = rows(second.with_suffix(""))
    assert 1 <= len(kept) < 3
    assert cli.main(["ablasyon", str(second), "--isci", "1"]) == 0
    after = rows(second.with_suffix(""))
    assert len(after) == 3
    assert {k: after[k] for k in kept} == kept


def test_the_command_is_the_one_the_grids_name():
    root = Path(__file__).resolve().parents[2]
    for path in (root / "results").glob("*.toml"):
        assert f"atolye ablasyon results/{path.name}" in path.read_text("utf-8")
