"""Koşu: parmak izi ayarlarıdır; ağı istenen ağdır."""

import pytest
import torch

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.diagnosis import diagnose
from course_lib.experiments.controls import CONTROLS, GATES, PLACED
from course_lib.experiments.masks import attention_maps
from course_lib.experiments.run import DEFAULTS, GlobalPair, Run, build
from course_lib.residual.resnet import SmallResNet


def test_the_key_is_the_configuration_and_not_the_name():
    assert Run("a").key == Run("b").key == Run("a").key
    changed = [
        {"seed": 1},
        {"attention": "se"},
        {"attention_options": {"hidden": 2}},
        {"bug": "ca-detach"},
        {"lr": 0.02},
    ]
    assert len({Run("a", **c).key for c in [{}, *changed]}) == 6
    assert "name" not in Run("a").configuration


def test_a_default_never_changes_because_rows_in_the_tables_rest_on_it():
    """Parmak izine yalnız varsayılandan farklı ayarlar girer: varsayılan değişirse satır yalan
    söyler."""
    assert DEFAULTS == {
        "block": "basic", "pattern": "P1", "attention": None, "attention_options": {},
        "attention_stages": None, "skip_alpha": None, "zero_init": False, "opened": False,
        "global_fusion": False, "bug": None, "widths": (16, 32, 64), "depth": 1, "level": "orta",
        "train_images": 4000, "test_images": 2000, "tuning": False, "epochs": 8, "batch": 64,
        "lr": 0.01, "seed": 0,
    }  # fmt: skip
    assert Run("a").changed == {}
    assert Run("a", depth=2, seed=3).changed == {"depth": 2, "seed": 3}


def test_building_is_seeded_and_follows_the_run():
    one, two, other = (build(Run("a", attention="se", widths=(4, 8), seed=s)) for s in (0, 0, 1))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    assert not torch.equal(next(one.parameters()), next(other.parameters()))
    assert type(one) is SmallResNet
    assert type(build(Run("a", attention="se", bug="fusion-skip-dropped"))) is not SmallResNet


def test_options_stages_and_the_two_extra_attentions():
    ours = build(
        Run(
            "a",
            attention="cbam_dynamic",
            widths=(4, 8),
            attention_options={"learnable_alpha": True},
        )
    )
    assert all(isinstance(block[0].attn.alpha, torch.nn.Parameter) for block in ours.stages)
    alone = build(
        Run(
            "a",
            attention="spatial_dynamic",
            widths=(4, 8),
            attention_options={"router_pool": "moments"},
        )
    )
    assert all(isinstance(block[0].attn, DynamicSpatialAttention) for block in alone.stages)
    assert alone.plan == ("spatial_dynamic", "spatial_dynamic")
    some = build(Run("a", attention="spatial_dynamic", widths=(4, 8), attention_stages=(2,)))
    assert [isinstance(block[0].attn, DynamicSpatialAttention) for block in some.stages] == [
        False,
        True,
    ]
    assert some.plan == (None, "spatial_dynamic")
    assert diagnose(some).status == "healthy"
    with pytest.raises(ValueError, match=r"^pattern, attention='spatial_dynamic' iken"):
        Run("a", attention="spatial_dynamic", pattern="P4")
    last = build(Run("a", attention="se", widths=(4, 8), attention_stages=(2,)))
    assert [bool(name) for name in last.plan] == [False, True]


def test_a_global_pair_gives_every_sample_the_same_two_weights_and_learns_them():
    net = build(Run("a", attention="channel_fusion", widths=(4,), global_fusion=True))
    part = next(m for m in net.modules() if isinstance(m, ChannelAttentionFusionT))
    assert isinstance(part.fusion_router, GlobalPair)
    _, weights = part.attention_map(torch.rand(5, 4, 6, 6))
    assert torch.equal(weights, weights[:1].expand_as(weights))
    net(torch.rand(5, 1, 8, 8)).square().sum().backward()
    assert part.fusion_router.logits.grad.abs().sum() > 0
    sampled = build(Run("a", attention="channel_fusion", widths=(4,)))
    part = next(m for m in sampled.modules() if isinstance(m, ChannelAttentionFusionT))
    _, weights = part.attention_map(torch.rand(5, 4, 6, 6))
    assert not torch.equal(weights, weights[:1].expand_as(weights))


def features(run, seed=0):
    """İlk bloğun girdisi, dalının ve kendisinin çıktısı; ağ eval kipinde."""
    network = build(run).eval()
    x = torch.rand(3, run.widths[0], 6, 6, generator=torch.Generator().manual_seed(seed))
    block = network.stages[0][0]
    return block, x, block.f(x), block(x)


def test_the_half_branch_is_half_the_branch_and_has_nothing_to_learn():
    block, x, f, y = features(Run("a", attention="half", widths=(4, 8)))
    torch.testing.assert_close(y, torch.relu(x + 0.5 * f))
    assert not list(block.attn.parameters())
    assert (
        attention_maps(build(Run("a", attention="half", widths=(4,))), torch.rand(2, 1, 8, 8)) == {}
    )


def test_the_constant_gate_costs_what_se_costs_and_never_looks_at_the_image():
    options = {"attention_options": {"hidden": 4}, "widths": (8, 16)}
    constant, se = (build(Run("a", attention=name, **options)) for name in ("constant", "se"))
    assert [p.shape for p in constant.parameters()] == [p.shape for p in se.parameters()]
    maps = attention_maps(constant, torch.rand(5, 1, 8, 8))
    assert len(maps) == 2
    assert all(torch.equal(m, m[:1].expand_as(m)) for m in maps.values())
    constant(torch.rand(5, 1, 8, 8)).square().sum().backward()
    assert constant.stages[0][0].attn.fc2.bias.grad.abs().sum() > 0


@pytest.mark.parametrize("attention", GATES)
def test_open_gates_start_at_about_one_and_change_nothing_else(attention):
    shut = Run("a", attention=attention, widths=(16, 32))
    opened = Run("a", attention=attention, widths=(16, 32), opened=True)
    one, two = build(shut), build(opened)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))
    x = torch.rand(4, 16, 12, 12)
    for network, low, high in ((one, 0.15, 0.65), (two, 0.7, 1.3)):
        attn = network.stages[0][0].eval().attn
        y = attn(x)
        factor = (y[0] if isinstance(y, tuple) else y) / x
        assert low < factor.mean().item() < high, (attention, factor.mean().item())
    assert opened.control
    assert not shut.control


def test_both_gates_of_pattern_four_are_opened_and_only_in_the_stages_asked():
    run = Run("a", attention="se", pattern="P4", opened=True, widths=(4, 8), attention_stages=(2,))
    plain, opened = build(run).stages
    assert not any(hasattr(m, "gain") for m in plain.modules())
    assert [opened[0].attn_skip.gain, opened[0].attn_res.gain] == [2, 2]


@pytest.mark.parametrize("name", [None, *CONTROLS])
def test_only_a_known_gate_can_be_opened(name):
    with pytest.raises(ValueError, match=r"^opened, attention şunlardan biriyken"):
        Run("a", attention=name, opened=True)


@pytest.mark.parametrize("name", PLACED)
def test_nothing_is_placed_in_pattern_four(name):
    with pytest.raises(ValueError, match=f"^pattern, attention='{name}' iken"):
        Run("a", attention=name, pattern="P4")


def test_depth_is_the_number_of_blocks_in_each_stage():
    assert [len(stage) for stage in build(Run("a", depth=3, widths=(4, 8))).stages] == [3, 3]
