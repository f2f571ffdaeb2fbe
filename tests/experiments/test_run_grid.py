"""Izgara: TOML'dan koşulara; yanlış yazılan ayar adıyla söylenir; koşunun ağı istenen ağdır."""

import json
from pathlib import Path

import pytest
import torch
from course_lib.bughunt.catalogue import CATALOGUE
from course_lib.bughunt.diagnosis import diagnose

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.experiments.grid import GridError, baselines, read_grid
from course_lib.experiments.run import GlobalPair, Run, build
from course_lib.residual.resnet import SmallResNet

RESULTS = Path(__file__).resolve().parents[2] / "results"


def grid(tmp_path, text):
    path = tmp_path / "izgara.toml"
    path.write_text(text, "utf-8")
    return path


def test_lists_are_multiplied_and_names_filled(tmp_path):
    runs = read_grid(
        grid(tmp_path, 'seed = [0, 1]\nepochs = 3\n[[variant]]\nname = "yok"\n'
             '[[variant]]\nname = "{attention}/{pattern}"\nattention = ["se", "eca"]\npattern = ["P1", "P4"]\nepochs = 2\n')
    )  # fmt: skip
    assert len(runs) == 2 + 8
    assert [r.name for r in runs if r.seed == 0] == ["yok", "se/P1", "se/P4", "eca/P1", "eca/P4"]
    assert {r.epochs for r in runs if r.name == "yok"} == {3}
    assert {r.epochs for r in runs if r.name != "yok"} == {2}
    assert runs[0].attention is None


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
