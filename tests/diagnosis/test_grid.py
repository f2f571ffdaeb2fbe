"""İki yönlü kanıt: hiçbir sağlam blok suçlanmaz, her hata kendi adıyla ve yalnız o adla bulunur.

`make test` tohumlu bir örneği, `make grid` tamamını koşar.
"""

from collections import Counter

import pytest
from support.blocks import (
    CBAM,
    CHANNEL,
    COORDINATE,
    ECA,
    P1,
    P2,
    P3,
    P4,
    PAPER_CBAM,
    PATTERNS,
    RESNET,
    SE,
    SPATIAL,
)  # fmt: skip
from support.grid import pairs, settings

from course_lib.bugs import CATALOGUE, bugs_of
from course_lib.diagnosis import diagnose
from course_lib.experiments.grid import read_grid
from course_lib.experiments.run import build
from course_lib.paths import ROOT

MILD = [0.2, 1.0, 6.0]
WIDTH_BOUND = (
    "se",
    "eca",
    "cbam",
    "coordinate",
    "channel_fusion",
    "cbam_dynamic",
)  # C'yi bilerek kurulanlar
NEEDS = {
    "ca-softmax-dim": {"fusion": "softmax"},
    "ca-batch-mean-router": {"fusion": "softmax"},
    "ca-raw-squeeze": {"fusion": "softmax"},
    "ca-global-fusion": {"fusion": "softmax"},
    "ca-no-eps": {"learnable_temperature": True},
    "temperature-wrong-inverse": {"temperature": MILD},  # exp(t - 1), 1e4'te taşar: sınıf kurulamaz
    "sa-batch-mean-router": {"kernels": [(3, 7), (2, 5), (1, 3, 5)]},  # tek dalın ağırlığı hep 1'dir
    "sa-gate-before-mix": {"kernels": [(3, 7), (2, 5), (1, 3, 5)]},
    "sa-missing-padding": {"use_dilated": True, "dilated_d": [2, 3]},
    "cbam-alpha-adds": {"residual": True},
    "cbam-alpha-not-registered": {"residual": True, "learnable_alpha": False},
    "cbam-sum-return-maps": {"ca_fusion": "sum"},
    "cbam-dilation-flag": {"sa_use_dilated": True, "sa_dilated_d": [2, 3]},
    "eca-even-kernel": {"channels": [128, 256], "kernel": None},  # formülün çift verdiği genişlikler
    "fusion-broadcast-gate": {"channels": [3, 16, 64]},
    "fusion-channel-mismatch": {"attention": [*WIDTH_BOUND], "ch": [4, 8], "out": [16, 24]},
    "fusion-missing-projection": {"ch": [1, 4, 8], "out": [16, 24]},
    "fusion-skip-dropped": {"out": [24]},
    "fusion-activation-order": {"branch": ["preact", "wide"]},
    "ca-weights-swapped": {"fusion": "softmax"},
    "temperature-floor-underflow": {"learnable_temperature": True},
    "sa-tied-branches": {"kernels": [(3, 7), (2, 5), (1, 3, 5)]},
    "sa-argmax-router": {"kernels": [(3, 7), (2, 5), (1, 3, 5)]},
    "cbam-input-overwritten": {"residual": True},
    "eca-gate-on-rows": {"channels": [3, 16, 64]},
    "se-view-layout": {"channels": [3, 16, 64]},  # tek kanalda iki düzen aynıdır
    "se-no-hidden": {"channels": [1, 3], "hidden": None},
    "paper-cbam-constant-start": {"channels": [64], "hidden": [2, None]},
    "paper-cbam-mean-twice": {"channels": [3, 16, 64]},
    "fusion-shared-norm": {"branch": ["basic"]},
    "fusion-p3-skip-attended": {"attention": [*WIDTH_BOUND]},
    "fusion-attention-everywhere": {
        "attention": [*WIDTH_BOUND], "widths": [(4, 8), (8, 12, 16)], "attention_stages": ["son"], "block": ["basic", "preact"],
    },
}  # fmt: skip
IN_CBAM = {
    "fusion": "ca_fusion", "kernels": "sa_kernels", "use_dilated": "sa_use_dilated", "dilated_d": "sa_dilated_d",
}  # fmt: skip
# blok -> (make test'teki, make grid'deki) sağlam ayar sayısı
HEALTHY = {
    CHANNEL: (24, 3200), SPATIAL: (14, 1800), CBAM: (6, 1200), SE: (12, 500), ECA: (12, 500), PAPER_CBAM: (12, 500),
    COORDINATE: (12, 500), P1: (6, 450), P2: (6, 450), P3: (6, 450), P4: (6, 450), RESNET: (3, 150),
}  # fmt: skip
FULL = {CHANNEL: 320, **dict.fromkeys(PATTERNS, 60), RESNET: 40}
CASES = [(block, bug_id) for block in HEALTHY for bug_id in bugs_of(block)]
INSIDE = [b for b, bug in CATALOGUE.items() if {CHANNEL, SPATIAL} & {*bug.blocks}]


def size(full_grid, sample, full):
    return full if full_grid else sample


def test_the_whole_grid_is_large():
    assert sum(full for _, full in HEALTHY.values()) >= 10_000


@pytest.mark.parametrize("block", HEALTHY)
def test_no_healthy_block_is_ever_accused(full_grid, counted, block):
    verdicts = Counter()
    for setting in settings(block, size(full_grid, *HEALTHY[block]), seed=1):
        found = diagnose(setting.build())
        verdicts[found.status] += 1
        assert found.status == "healthy", f"{setting}\n{found}"
    counted(f"sağlam ızgara, {block}: {dict(verdicts)}")


def test_a_floor_built_by_clamping_is_not_told_apart_at_a_small_temperature():
    """Bütün ızgaranın bulduğu ayar: eps'i toplayan ve kesen iki blok T = 0,3'te 3,7e-5 ayrılır."""
    assert diagnose(settings(CHANNEL, 3200, seed=1)[2689].build()).status == "healthy"


@pytest.mark.parametrize(("block", "bug_id"), CASES)
def test_each_bug_is_named_and_no_other(full_grid, counted, block, bug_id):
    count = size(
        full_grid, {RESNET: 1, **dict.fromkeys(PATTERNS, 2)}.get(block, 3), FULL.get(block, 220)
    )
    for setting in settings(block, count, seed=2, bugs=(bug_id,), **NEEDS.get(bug_id, {})):
        found = diagnose(setting.build())
        assert found.status == "buggy", f"{setting}\n{found}"
        assert found.bug_ids == (bug_id,), f"{setting}\n{found}"
    counted(f"{bug_id}: {count} ayarda adıyla bulundu")


@pytest.mark.parametrize("bug_id", INSIDE)
def test_a_part_s_bug_is_named_inside_the_whole(full_grid, bug_id):
    needs = {IN_CBAM.get(k, k): v for k, v in NEEDS.get(bug_id, {}).items() if k != "temperature"}
    if "sa_kernels" in needs:
        needs["sa_kernels"] = [(3, 7), (2, 5)]
    if bug_id == "temperature-wrong-inverse":
        needs["ca_temperature"] = MILD
    for setting in settings(CBAM, size(full_grid, 1, 40), seed=4, bugs=(bug_id,), **needs):
        found = diagnose(setting.build())
        assert found.status == "buggy", f"{setting}\n{found}"
        assert found.bug_ids == (bug_id,), f"{setting}\n{found}"


NETWORKS = [run for run in read_grid(ROOT / "results" / "hatalar.toml") if run.seed == 0]
BUGGY_NETWORKS = {run.bug: run for run in NETWORKS if run.bug}


def test_every_bug_has_its_network():
    assert set(BUGGY_NETWORKS) == set(CATALOGUE)


def test_a_bug_is_named_inside_a_network(sampled):
    for bug_id in sampled(sorted(BUGGY_NETWORKS), 6, 5):
        found = diagnose(build(BUGGY_NETWORKS[bug_id]))
        assert found.status == "buggy"
        assert found.bug_ids == (bug_id,), str(found)
        assert found.breaks(CATALOGUE[bug_id].promise)


@pytest.mark.parametrize("run", [r for r in NETWORKS if r.bug is None], ids=lambda r: r.name)
def test_the_healthy_twin_of_a_buggy_network_is_not_accused(run):
    assert diagnose(build(run)).status == "healthy"


SOME_PAIRS = 12
PAIRS = {
    P1: {"branch": ["preact", "wide"], "attention": ["se", "cbam", "coordinate"], "ch": [4, 8], "out": [24]},
    CHANNEL: {"fusion": "softmax", "learnable_temperature": True, "temperature": MILD},
    SPATIAL: {
        "learnable_temperature": True, "temperature": MILD, "use_dilated": True, "dilated_d": [2, 3],
        "kernels": [(3, 7), (2, 5)],
    },
    CBAM: {
        "residual": True, "learnable_alpha": False, "ca_fusion": "sum", "sa_use_dilated": True, "sa_dilated_d": [2, 3],
    },
}  # fmt: skip


@pytest.mark.parametrize("block", PAIRS)
def test_no_pair_of_bugs_passes_as_healthy(full_grid, sampled, counted, block):
    count = 0
    every = pairs(block, bugs_of(block))
    for pair in sampled(every, SOME_PAIRS, 6):
        for setting in settings(block, size(full_grid, 1, 6), seed=3, bugs=pair, **PAIRS[block]):
            found = diagnose(setting.build())
            assert found.status == "buggy", f"{setting}\n{found}"
            assert set(found.bug_ids) <= set(pair), f"{setting}\n{found}"
            count += 1
    assert count >= 10
    counted(f"ikililer, {block}: {count}")
