"""Koşu: parmak izi ayarlarıdır; ağı istenen ağdır."""

import pytest
import torch

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.diagnosis import diagnose
from course_lib.experiments.run import GlobalPair, Run, build
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
