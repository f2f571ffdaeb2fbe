"""Plan: hazır satırlar bir kez okunur, bozuk olan kenara alınır, eksikler sayılır."""

import pandas as pd
from support.ablations import rows

from course_lib import cli
from course_lib.experiments import store
from course_lib.experiments.ablation import run_grid
from course_lib.experiments.grid import read_grid
from course_lib.experiments.plan import planned


def test_a_folder_that_is_not_there_has_everything_missing_and_is_not_made(grid):
    runs = read_grid(grid)
    plan = planned(runs, grid.with_suffix(""))
    assert (plan.missing, plan.done, plan.spoilt) == (runs, {}, [])
    assert not grid.with_suffix("").exists()


def test_an_unreadable_row_is_set_aside_and_run_again(grid, capsys):
    runs, folder = read_grid(grid)[:3], grid.with_suffix("")
    run_grid(runs, folder, workers=1)
    spoilt, foreign = store.row_path(folder, runs[0]), store.row_path(folder, runs[1])
    spoilt.write_bytes(b"yarim")
    foreign.write_bytes(store.row_path(folder, runs[2]).read_bytes())
    assert cli.main(["ablasyon", str(grid), "--isci", "1"]) == 0
    assert capsys.readouterr().err.count("kenara alındı") == 2
    assert next(folder.glob(f"{runs[0].key}*.bozuk-*")).read_bytes() == b"yarim"
    assert store.read_row(spoilt, runs[0]) is not None
    assert store.read_row(foreign, runs[1]) is not None
    again = planned(runs, folder)
    assert (again.missing, again.spoilt) == ([], [])


def test_every_row_file_is_read_once(grid, monkeypatch):
    runs, folder = read_grid(grid), grid.with_suffix("")
    run_grid(runs[:4], folder, workers=1)
    read = []
    kept = pd.read_parquet

    def counted(path, *arguments, **options):
        read.append(path.name)
        return kept(path, *arguments, **options)

    monkeypatch.setattr(pd, "read_parquet", counted)
    assert cli.main(["ablasyon", str(grid), "--isci", "1"]) == 0
    assert sorted(read) == sorted(rows(folder))
