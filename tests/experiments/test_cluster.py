"""Dask kümesi: gerçek zamanlayıcı, gerçek işçiler; yitirilir, hiçbir satır yitmez."""

import os
import socket
import subprocess
import sys

import pytest
from support.ablations import GRID, rows, start, wait_for_rows

from course_lib import cli
from course_lib.errors import BadInput
from course_lib.experiments import ablation
from course_lib.experiments.ablation import execute, run_grid
from course_lib.experiments.cluster import GridStopped, on_cluster
from course_lib.experiments.grid import read_grid

DASK = [sys.executable, "-c", "from dask.__main__ import main; main()"]


@pytest.fixture
def cluster(tmp_path):
    """Küme kuran işlev: (adres, zamanlayıcı, işçiler); `more`, süreçlerin ek ortam değişkenleri."""
    running = []
    log = (tmp_path / "dask.log").open("w")

    def process(*arguments, **more):
        environment = {**os.environ, **more}
        running.append(
            subprocess.Popen([*DASK, *arguments], stdout=log, stderr=log, env=environment)
        )
        return running[-1]

    def made(workers, **more):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        address, quiet = f"tcp://127.0.0.1:{port}", "--no-dashboard"
        scheduler = process("scheduler", "--host", "127.0.0.1", "--port", port, quiet, **more)
        options = ["--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path / "dask")]
        started = [process("worker", *options, quiet, address, **more) for _ in range(workers)]
        if workers:
            wait_for_workers(address, workers)
        return address, scheduler, started

    yield made
    for one in reversed(running):
        one.kill()
        one.wait()
    log.close()


def wait_for_workers(address, count):
    from distributed import Client

    with Client(address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)


def test_a_cluster_survives_a_killed_worker_and_a_lost_cluster_loses_no_row(grid, cluster):
    address, scheduler, workers = cluster(2)
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


def test_a_cluster_of_one_worker_really_runs_in_the_worker(grid, cluster):
    """İşçinin ortamında olmayan bir cihaz istenir: hata ancak koşu orada çalışırsa çıkar."""
    address, *_ = cluster(1, COURSE_DEVICE="tpu")
    with pytest.raises(BadInput, match="verilen: 'tpu'"):
        run_grid(read_grid(grid), grid.with_suffix(""), cluster=address)
    assert not rows(grid.with_suffix(""))


def test_rows_of_workers_that_do_not_see_the_folder_come_back(grid, cluster, tmp_path):
    runs = read_grid(grid)[:2]
    found = list(on_cluster(execute, runs, str(tmp_path / "yok"), cluster(1)[0]))
    assert {row.run.key for row in found} == {run.key for run in runs}
    assert [row.state for row in found] == ["bitti"] * 2


def test_a_run_that_kills_its_workers_stops_the_grid(grid, cluster, tmp_path, monkeypatch):
    (tmp_path / "deadly.py").write_text("import os\ndef dies(run, folder):\n    os._exit(9)\n")
    monkeypatch.syspath_prepend(tmp_path)
    import deadly

    monkeypatch.setattr(ablation, "execute", deadly.dies)
    paths = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    no_second_try = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"}
    address, *_ = cluster(1, PYTHONPATH=paths, **no_second_try)
    with pytest.raises(GridStopped, match=r"işçileri öldürdü.*yalnız eksikleri koşar"):
        run_grid(read_grid(grid)[:1], grid.with_suffix(""), cluster=address)


def test_a_cluster_without_workers_says_how_to_start_one(grid, cluster):
    address, *_ = cluster(0)
    with pytest.raises(GridStopped, match=rf"işçi yok.*dask worker --nthreads 1 {address}"):
        run_grid(read_grid(grid), grid.with_suffix(""), cluster=address)
    assert not rows(grid.with_suffix(""))
