"""İki yönlü kanıt: hiçbir sağlam blok suçlanmaz, her hata kendi adıyla ve yalnız o adla bulunur.

`make test` tohumlu bir örneği, `make grid` tamamını koşar.
"""

from collections import Counter

import pytest
import torch
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

from course_lib.bugs import CATALOGUE, bugs_of, plant
from course_lib.diagnosis import diagnose
from course_lib.residual.resnet import SmallResNet

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
    "fusion-attention-everywhere": {
        "attention": [*WIDTH_BOUND], "widths": [(4, 8), (8, 12, 16)], "attention_stages": ["son"], "block": ["basic", "preact"],
    },
}  # fmt: skip
IN_CBAM = {
    "fusion": "ca_fusion", "kernels": "sa_kernels", "use_dilated": "sa_use_dilated", "dilated_d": "sa_dilated_d",
}  # fmt: skip
HEALTHY = {
    CHANNEL: (40, 2400), SPATIAL: (24, 1200), CBAM: (10, 1000), SE: (20, 200), ECA: (20, 200), PAPER_CBAM: (20, 200),
    COORDINATE: (20, 200), P1: (10, 400), P2: (10, 400), P3: (10, 400), P4: (10, 400), RESNET: (3, 100),
}  # fmt: skip
FULL = {CHANNEL: 320, **dict.fromkeys(PATTERNS, 60), RESNET: 40}
CASES = [(block, bug_id) for block in HEALTHY for bug_id in bugs_of(block)]
INSIDE = [b for b, bug in CATALOGUE.items() if CBAM not in bug.blocks and bug.chapter < "05"]


def size(full_grid, sample, full):
    return full if full_grid else sample


@pytest.mark.parametrize("block", HEALTHY)
def test_no_healthy_block_is_ever_accused(full_grid, block):
    verdicts = Counter()
    for setting in settings(block, size(full_grid, *HEALTHY[block]), seed=1):
        found = diagnose(setting.build())
        verdicts[found.status] += 1
        assert found.status == "healthy", f"{setting}\n{found}"
    print(f"sağlam ızgara, {block}: {dict(verdicts)}")


@pytest.mark.parametrize(("block", "bug_id"), CASES)
def test_each_bug_is_named_and_no_other(full_grid, block, bug_id):
    count = size(
        full_grid, {RESNET: 2, **dict.fromkeys(PATTERNS, 4)}.get(block, 6), FULL.get(block, 220)
    )
    for setting in settings(block, count, seed=2, bugs=(bug_id,), **NEEDS.get(bug_id, {})):
        found = diagnose(setting.build())
        assert found.status == "buggy", f"{setting}\n{found}"
        assert found.bug_ids == (bug_id,), f"{setting}\n{found}"
    print(f"{bug_id}: {count} ayarda adıyla bulundu")


@pytest.mark.parametrize("bug_id", INSIDE)
def test_a_part_s_bug_is_named_inside_the_whole(full_grid, bug_id):
    needs = {IN_CBAM.get(k, k): v for k, v in NEEDS.get(bug_id, {}).items() if k != "temperature"}
    if "sa_kernels" in needs:
        needs["sa_kernels"] = [(3, 7), (2, 5)]
    if bug_id == "temperature-wrong-inverse":
        needs["ca_temperature"] = MILD
    for setting in settings(CBAM, size(full_grid, 2, 40), seed=4, bugs=(bug_id,), **needs):
        found = diagnose(setting.build())
        assert found.status == "buggy", f"{setting}\n{found}"
        assert found.bug_ids == (bug_id,), f"{setting}\n{found}"


IN_NETWORK = {
    "eca-even-kernel": {"attention": "eca", "widths": (8, 128)},
    "coord-axes-swapped": {"attention": "coordinate", "widths": (8, 16)},
    "fusion-broadcast-gate": {"attention": "se", "widths": (8, 16)},
    "fusion-channel-mismatch": {"attention": "se", "widths": (8, 16)},
    "fusion-missing-projection": {"attention": "eca", "widths": (8, 16)},
    "fusion-skip-dropped": {"attention": "coordinate", "widths": (8, 16)},
    "fusion-activation-order": {"block": "preact", "attention": "se", "widths": (8, 16)},
    "fusion-attention-added": {"attention": "se", "widths": (8, 16)},
    "fusion-attention-everywhere": {
        "attention": "eca",
        "attention_stages": (2,),
        "widths": (8, 16),
    },
    "fusion-p4-cold-skip": {
        "pattern": "P4",
        "attention": "se",
        "skip_alpha": 0.1,
        "widths": (8, 16),
    },
}


def test_every_later_bug_has_its_network():
    assert set(IN_NETWORK) == {b for b, bug in CATALOGUE.items() if bug.chapter >= "05"}


@pytest.mark.parametrize("bug_id", IN_NETWORK)
def test_a_bug_is_named_inside_a_network_and_the_healthy_twin_is_not_accused(bug_id):
    settings = IN_NETWORK[bug_id]
    torch.manual_seed(3)
    found = diagnose(plant(bug_id, block=RESNET)(10, **settings))
    assert found.status == "buggy"
    assert found.bug_ids == (bug_id,), str(found)
    assert found.breaks(CATALOGUE[bug_id].promise)
    assert diagnose(SmallResNet(10, **settings)).status == "healthy"


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
def test_no_pair_of_bugs_passes_as_healthy(full_grid, block):
    count = 0
    for pair in pairs(block, bugs_of(block)):
        for setting in settings(
            block, size(full_grid, 2 if block == P1 else 1, 12), seed=3, bugs=pair, **PAIRS[block]
        ):
            found = diagnose(setting.build())
            assert found.status == "buggy", f"{setting}\n{found}"
            assert set(found.bug_ids) <= set(pair), f"{setting}\n{found}"
            count += 1
    assert count >= 10
    print(f"ikililer, {block}: {count}")
