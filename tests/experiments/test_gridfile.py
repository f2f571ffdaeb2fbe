"""Izgara: TOML'dan koşulara; yanlış yazılan ayar adıyla söylenir; hatanın ikizi aranır."""

import json

import pytest

from course_lib.bugs import CATALOGUE
from course_lib.experiments.grid import GridError, baselines, check_buildable, read_grid
from course_lib.experiments.run import Run
from course_lib.paths import ROOT

RESULTS = ROOT / "results"


def grid(tmp_path, text):
    path = tmp_path / "izgara.toml"
    path.write_text(text, "utf-8")
    return path


MULTIPLIED = """
seed = [0, 1]
epochs = 3
[[variant]]
name = "yok"
[[variant]]
name = "{attention}/{pattern}"
attention = ["se", "eca"]
pattern = ["P1", "P4"]
epochs = 2
"""


def test_lists_are_multiplied_and_names_filled(tmp_path):
    runs = read_grid(grid(tmp_path, MULTIPLIED))
    assert len(runs) == 2 + 8
    assert [r.name for r in runs if r.seed == 0] == ["yok", "se/P1", "se/P4", "eca/P1", "eca/P4"]
    assert {r.epochs for r in runs if r.name == "yok"} == {3}
    assert {r.epochs for r in runs if r.name != "yok"} == {2}
    assert runs[0].attention is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            '[[variant]]\nname = "a"\nkalip = "P1"',
            "bilinmeyen ayar: kalip; kabul edilenler: .*pattern",
        ),
        (
            '[[variant]]\nname = "a"\npattern = "P7"',
            "1. çeşit: pattern şunlardan biri olmalı.*verilen: 'P7'",
        ),
        ('[[variant]]\nname = "a"\nattention = "sse"', "attention şunlardan biri.*verilen: 'sse'"),
        (
            '[[variant]]\nname = "a"\nlevel = "orta"\nseed = -1',
            "seed 0 ya da daha büyük.*verilen: -1",
        ),
        ('[[variant]]\nname = "a"\nepochs = 0', "epochs 1 ya da daha büyük.*verilen: 0"),
        ('[[variant]]\nname = "a"\nbug = "yok-boyle"', "bug_id bilinen bir hata olmalı"),
        ('[[variant]]\nname = "{renk}"', "{renk} bir ayar adı olmalı"),
        (
            '[[variant]]\nname = "a"\n[[variant]]\nname = "a"\nattention = "se"',
            "name her çeşitte ayrı olmalı.*'a'",
        ),
        ('[[variant]]\nname = "a"\n[[variant]]\nname = "b"', "aynı koşu iki kez"),
        ("variant = [1, 2]", r"1. çeşit \[\[variant\]\] bölümü olmalı; verilen: 1"),
        ("seed = [0]", r"en az bir \[\[variant\]\]"),
        ("seed = [0", "okunamadı"),
    ],
)
def test_a_wrong_grid_says_what_is_wrong(tmp_path, text, told):
    with pytest.raises(GridError, match=told):
        read_grid(grid(tmp_path, text))


def test_a_missing_grid_is_named(tmp_path):
    with pytest.raises(GridError, match=r"bulunamadı; verilen: .*yok\.toml"):
        read_grid(tmp_path / "yok.toml")


def test_a_buggy_network_is_compared_with_its_own_healthy_twin():
    bases = baselines(read_grid(RESULTS / "hatalar.toml"))
    assert bases["kanal: ca-detach"] == bases["kanal: sağlam"] == "kanal: sağlam"
    assert bases["ECA: eca-even-kernel"] == "ECA: sağlam"
    assert set(bases.values()) == {name for name in bases if name.endswith("sağlam")}
    assert set(baselines(read_grid(RESULTS / "asgari.toml")).values()) == {"dikkatsiz"}
    with pytest.raises(GridError, match=r"ikizi olmayan: b\."):
        baselines([Run("a"), Run("b", attention="se", bug="fusion-attention-added")])


def test_every_bug_of_the_catalogue_is_in_the_grid_of_bugs_with_a_healthy_twin():
    runs = read_grid(RESULTS / "hatalar.toml")
    assert {r.bug for r in runs} == {None, *CATALOGUE}
    settings = {
        json.dumps({**r.configuration, "bug": None}, sort_keys=True) for r in runs if r.bug is None
    }
    assert all(
        json.dumps({**r.configuration, "bug": None}, sort_keys=True) in settings for r in runs
    )


def test_the_sets_of_the_notes_are_in_the_committed_grids():
    minimum, full = read_grid(RESULTS / "asgari.toml"), read_grid(RESULTS / "tam.toml")
    assert {(r.attention, r.pattern) for r in minimum} == {
        (None, "P1"),
        ("se", "P1"),
        ("se", "P2"),
        ("se", "P3"),
    }
    assert {r.attention for r in full} >= {
        None,
        "se",
        "eca",
        "cbam",
        "coordinate",
        "channel_fusion",
        "cbam_dynamic",
    }
    assert {"P1", "P2", "P3", "P4"} == {r.pattern for r in full}
    assert {r.global_fusion for r in full if r.attention == "channel_fusion"} == {True, False}
    for option in ("learnable_alpha", "learnable_temperature", "sa_router_pool"):
        assert any(option in r.attention_options for r in full), option
    for runs in (minimum, full, read_grid(RESULTS / "yerlesim.toml")):
        assert all(
            len({r.seed for r in runs if r.name == name}) >= 5 for name in {r.name for r in runs}
        )


def test_every_healthy_network_of_the_committed_grids_can_be_built():
    for name in ("asgari", "tam", "uzun"):
        check_buildable(read_grid(RESULTS / f"{name}.toml"))
    with pytest.raises(GridError, match=r"^'a' çeşidinin ağı kurulamadı: .*hiden"):
        check_buildable([Run("a", attention="se", attention_options={"hiden": 2})])


def test_a_name_sees_the_words_of_the_file_and_the_run_sees_none(tmp_path):
    text = 'attention = ["yok", "se"]\nbug = "sağlam"\n[[variant]]\nname = "{attention}, {bug}"'
    runs = read_grid(grid(tmp_path, text))
    assert [run.name for run in runs] == ["yok, sağlam", "se, sağlam"]
    assert [(run.attention, run.bug) for run in runs] == [(None, None), ("se", None)]
