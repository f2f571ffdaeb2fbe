"""Depodaki sonuçlar: her tablo kendi ızgarasının bütün koşularıdır, küçüktür, makinesini söyler."""

import re

import numpy as np
import pytest

from course_lib.bugs import CATALOGUE
from course_lib.experiments.controls import CONTROLS
from course_lib.experiments.grid import read_grid
from course_lib.experiments.statistics import MIN_SEEDS, by_seed, t_interval
from course_lib.experiments.store import histories, read_results
from course_lib.paths import ROOT

RESULTS = ROOT / "results"
TABLES = sorted(RESULTS.glob("*.parquet"))


def test_the_lessons_results_are_here():
    assert {p.stem for p in TABLES} >= {"ayar", "kapi", "tam", "hatalar", "uzun", "yerlesim"}


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.stem)
def test_a_table_is_its_own_grid_whole_and_nothing_else(path):
    runs, table = read_grid(path.with_suffix(".toml")), read_results(path)
    assert list(table["key"]) == [run.key for run in runs]
    assert list(table["name"]) == [run.name for run in runs]
    assert path.stat().st_size < 300_000
    assert (table[["device", "python", "torch", "numpy"]] != "").all().all()
    assert set(table["state"]) <= {"bitti", "çöktü", "sonsuz"}
    enough = 2 if table["tuning"].all() else MIN_SEEDS  # ayar yalnız seçer, karar vermez
    assert (table.groupby("name")["seed"].nunique() >= enough).all()
    assert not re.search(r"/(?:home|root|work|tmp|Users)/", table.to_csv()), "makineye özgü yol"
    done = table[table["state"] == "bitti"]
    assert done["accuracy"].between(0, 1).all()
    last = histories(done).groupby(["name", "seed"])["test_accuracy"].last()
    assert np.allclose(last.sort_index(), done.set_index(["name", "seed"])["accuracy"].sort_index())


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.stem)
def test_no_trained_healthy_network_was_accused_and_every_bug_was_named(path):
    table = read_results(path)
    control = table["opened"] | table["attention"].isin(CONTROLS)  # denetimler teşhis edilmez
    assert (table[control]["verdict"] == "").all()
    healthy = table[(table["bug"] == "") & ~table["global_fusion"] & ~control]
    assert (healthy["verdict"] == "sağlam").all()
    for bug_id in CATALOGUE:
        assert (table[table["bug"] == bug_id]["verdict"] == f"hatalı: {bug_id}").all(), bug_id


@pytest.mark.parametrize("name", ["kapi", "asgari"])
def test_every_learning_rate_is_the_one_the_tuning_chose(name):
    tuned = read_results(RESULTS / "ayar.parquet")
    variant = tuned["name"].str.rsplit(", ", n=1).str[0]
    best = tuned.groupby([variant, "lr"])["accuracy"].mean().unstack().idxmax(axis=1)
    for run in read_grid(RESULTS / f"{name}.toml"):
        assert run.lr == best[run.name], run.name


def test_the_minimum_set_is_part_of_the_gate_experiment():
    whole = {run.key for run in read_grid(RESULTS / "kapi.toml")}
    assert {run.key for run in read_grid(RESULTS / "asgari.toml")} <= whole


def test_no_tuned_attention_has_a_hidden_width_that_one_dead_unit_could_close():
    for run in read_grid(RESULTS / "kapi.toml"):
        if run.attention in ("se", "cbam", "constant"):
            assert run.attention_options["hidden"] >= 4, run.name


def test_the_default_level_is_neither_easy_nor_hopeless():
    """Dikkatsiz ağ %80 ile %92 arasında: kolay bir veri hiçbir şeyi ayırt edemez."""
    found = t_interval(
        by_seed(read_results(RESULTS / "tam.parquet"), "dikkatsiz", "accuracy").to_numpy()
    )
    assert 0.80 < found.low < found.high < 0.92


def test_there_is_no_result_without_its_grid():
    assert {p.stem for p in TABLES} <= {p.stem for p in RESULTS.glob("*.toml")}
