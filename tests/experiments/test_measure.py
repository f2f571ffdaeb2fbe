"""Bir koşunun satırı: ayarları, sürümleri, cihazı, ölçümleri; çöküş de sonuçtur."""

import json

import pandas as pd
import pytest
import torch
from support.ablations import TINY

from course_lib.errors import BadInput
from course_lib.experiments import measure, store
from course_lib.experiments.ablation import run_grid
from course_lib.experiments.measure import ONE_AT_A_TIME, Row, outcome
from course_lib.experiments.run import Run
from course_lib.paths import ROOT

CRASHING = {"attention": "se", "bug": "fusion-missing-projection", **TINY, "widths": (4, 8)}


def test_a_row_carries_configuration_versions_device_and_figures():
    options = {"learnable_alpha": True}
    run = Run("ad", attention="cbam_dynamic", attention_options=options, seed=2, **TINY)
    row = outcome(run).columns()
    assert row["state"] == "bitti"
    assert row["verdict"] == "sağlam"
    found = (row["name"], row["key"], row["seed"], row["attention"])
    assert found == ("ad", run.key, 2, "cbam_dynamic")
    assert json.loads(row["attention_options"]) == options
    assert 0 <= row["accuracy"] <= 1
    assert row["parameters"] > 0
    assert row["torch"] == torch.__version__
    assert row["device"]
    assert set(json.loads(row["pointing"])) == set(json.loads(row["share_inside"]))
    assert set(json.loads(row["pointing"])) == {"stages.0.0.attn.sa"}
    assert [e["epoch"] for e in json.loads(row["history"])] == [1]


def test_the_columns_of_a_row_are_those_of_the_stored_tables():
    stored = pd.read_parquet(ROOT / "results" / "hatalar.parquet")
    assert list(Row(Run("a"), "bitti").columns()) == list(stored.columns)


def test_what_was_not_measured_is_empty_as_in_the_stored_tables():
    stored = pd.read_parquet(ROOT / "results" / "hatalar.parquet")
    crashed = stored[stored["state"] == "çöktü"].iloc[0]
    row = Row(Run("a"), "çöktü").columns()
    empty = [name for name in row if name in ("pointing", "share_inside", "history")]
    assert {name: row[name] for name in empty} == {name: crashed[name] for name in empty}
    numbers = [
        "accuracy",
        "train_accuracy",
        "loss",
        "grad_norm_max",
        "parameters",
        "flops",
        "moved",
    ]
    assert all(pd.isna(row[name]) and pd.isna(crashed[name]) for name in (*numbers, "skip_alpha"))
    assert [row[name] for name in ("attention", "attention_stages", "bug")] == ["", "", ""]
    assert row["widths"] == "[16, 32, 64]"


def test_rows_of_unlike_runs_fit_in_one_table(tmp_path):
    """Her sütunun türü, ayar verilse de verilmese de aynıdır."""
    runs = [
        Run("a", **TINY),
        Run("b", attention="se", pattern="P4", skip_alpha=0.05, attention_stages=(1,), **TINY),
        Run("c", attention="cbam_dynamic", attention_options={"alpha_init": 0.5}, **TINY),
        Run("d", **CRASHING),
    ]
    table = run_grid(runs, tmp_path / "satırlar", workers=1)
    store.write_whole(table, tmp_path / "tablo.parquet")
    back = store.read_results(tmp_path / "tablo.parquet")
    pd.testing.assert_frame_equal(back, table, check_dtype=False)
    assert back["skip_alpha"].tolist()[1] == 0.05
    assert back["attention"].tolist() == ["", "se", "cbam_dynamic", "se"]
    assert back["state"].tolist() == ["bitti"] * 3 + ["çöktü"]
    assert len(store.histories(back)) == 3


def test_the_same_run_gives_the_same_figures():
    one, two = (outcome(Run("a", attention="se", **TINY)).columns() for _ in range(2))
    for same in ("accuracy", "loss", "history", "verdict"):
        assert one[same] == two[same]


def test_a_measurement_leaves_the_number_of_threads_alone():
    torch.set_num_threads(2)
    try:
        outcome(Run("a", **TINY))
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


def test_a_planted_bug_is_named_a_crash_is_a_result_and_other_errors_are_not_hidden(monkeypatch):
    silent = outcome(Run("a", attention="se", bug="fusion-attention-added", **TINY))
    assert (silent.state, silent.verdict) == ("bitti", "hatalı: fusion-attention-added")
    crash = outcome(Run("a", **CRASHING))
    assert (crash.state, crash.verdict) == ("çöktü", "hatalı: fusion-missing-projection")
    assert crash.reason.startswith("RuntimeError")
    assert crash.accuracy != crash.accuracy
    monkeypatch.setattr(measure, "measure", lambda _run: torch.zeros(2) @ torch.zeros(3))
    with pytest.raises(RuntimeError):
        outcome(Run("a", **TINY))


def test_the_network_of_a_crash_is_built_while_no_other_run_trains(monkeypatch):
    """Kurmak sürecin tohumunu değiştirir: çok iş parçacıklı bir işçide başka koşuyu bozardı."""
    alone = []
    monkeypatch.setattr(measure, "verdict", lambda _net: alone.append(ONE_AT_A_TIME.locked()) or "")
    outcome(Run("a", **CRASHING))
    assert alone == [True]


def test_a_wrong_device_is_not_taken_for_the_crash_of_a_bug(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "tpu")
    with pytest.raises(BadInput, match="verilen: 'tpu'"):
        outcome(Run("a", attention="se", bug="fusion-attention-added", **TINY))


def test_a_loss_that_is_not_finite_is_a_result():
    row = outcome(Run("a", attention="se", **{**TINY, "lr": 1e38, "epochs": 3}))
    assert row.state == "sonsuz"
    assert "katman:" in row.reason
