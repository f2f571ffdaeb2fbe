"""Altı artık blok: torchvision'ın blokları kahindir; ön-etkinleştirme ve geniş dal elle yazılmış
hesapla karşılaştırılır."""

import pytest
import torch
import torch.nn.functional as F
from support.common import DEVICE, assert_near, drawn
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck

from course_lib.attention.classic import SEBlock
from course_lib.attention.registry import attention_classes
from course_lib.residual.blocks import branch_classes, patterns, residual_block


def downsample(ch, out, stride):
    return (
        None
        if (ch, stride) == (out, 1)
        else nn.Sequential(nn.Conv2d(ch, out, 1, stride, bias=False), nn.BatchNorm2d(out))
    )


def basic(ch, out, stride):
    return BasicBlock(ch, out, stride, downsample(ch, out, stride))


def bottleneck(ch, out, stride):
    return Bottleneck(ch, out // 4, stride, downsample(ch, out, stride))


def resnext(ch, out, stride):
    return Bottleneck(ch, out // 4, stride, downsample(ch, out, stride), groups=8, base_width=16)


def copied(block, oracle):
    """Kurstaki bloğun durumunu torchvision'ın adlarına taşır."""
    state = {}
    for key, value in block.state_dict().items():
        place, number, *rest = key.split(".")
        if place == "f":
            state[".".join([f"{rest[0]}{int(number) + 1}", *rest[1:]])] = value
        else:
            state[key.replace("shortcut", "downsample")] = value
    oracle.load_state_dict(state, strict=True)
    return oracle.to(DEVICE)


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize(
    ("ch", "out", "stride"), [(32, 32, 1), (16, 64, 1), (32, 64, 2), (32, 32, 2)]
)
@pytest.mark.parametrize("make", [basic, bottleneck, resnext])
def test_equals_torchvision_with_the_same_weights(make, ch, out, stride, train):
    block = residual_block(make.__name__, ch, out=out, stride=stride)
    for part in block.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.normal_(part.weight)
            nn.init.normal_(part.running_mean)
            nn.init.uniform_(part.running_var, 0.5, 2.0)
    oracle = copied(block, make(ch, out, stride)).train(train)
    block = block.to(DEVICE).train(train)
    x = drawn((2, ch, 9, 6))
    assert_near(block(x), oracle(x), 1e-5)


def bn_relu_conv(part, x):
    bn = part.bn
    x = torch.relu(F.batch_norm(x, bn.running_mean, bn.running_var, bn.weight, bn.bias, eps=bn.eps))
    return F.conv2d(x, part.conv.weight, stride=part.conv.stride, padding=1)


@pytest.mark.parametrize(("name", "inner"), [("preact", 12), ("wide", 24)])
def test_preactivation_and_wide_are_the_written_out_sum(name, inner):
    block = residual_block(name, 8, out=12, stride=2).to(DEVICE).eval()
    assert block.f[0].conv.out_channels == inner
    x = drawn((2, 8, 5, 6))
    assert_near(
        block(x), block.shortcut(x) + bn_relu_conv(block.f[1], bn_relu_conv(block.f[0], x)), 1e-5
    )
    assert float(block(x).min().detach()) < 0


def test_se_residual_is_basic_with_se_at_the_end_of_the_branch():
    block = residual_block("se", 8)
    assert isinstance(block.attn, SEBlock)
    assert block.design.pattern == "P1"
    assert type(block.f) is branch_classes()["basic"]
    assert residual_block("se", 8, attention="eca").attn.kernel == 3


def test_resnext_groups_do_not_see_each_other():
    grouped = residual_block("resnext", 16, out=32).f[1].conv
    assert grouped.groups == 8
    assert residual_block("resnext", 16, out=32, cardinality=4).f[1].conv.groups == 4
    full = residual_block("bottleneck", 16, out=32, expansion=2).f[1].conv
    assert grouped.weight.numel() * 8 == full.weight.numel()


@pytest.mark.parametrize("attention", [None, *attention_classes()])
@pytest.mark.parametrize("pattern", patterns())
@pytest.mark.parametrize("name", branch_classes())
def test_every_combination_runs_and_learns(name, pattern, attention):
    more = {"skip_alpha": 0.1} if pattern == "P4" else {}
    block = residual_block(
        name, 8, out=16, stride=2, pattern=pattern, attention=attention, **more
    ).to(DEVICE)
    y = block(drawn((3, 8, 5, 7)))
    assert y.shape == (3, 16, 3, 4)
    y.square().sum().backward()
    assert all(p.grad is not None for p in block.parameters())


@pytest.mark.parametrize("name", branch_classes())
def test_zero_init_starts_as_the_shortcut(name):
    block = residual_block(name, 16, pattern="P1", zero_init=True).to(DEVICE)
    x = drawn((2, 16, 4, 5))
    assert_near(block(x), x if block.design.activation == "pre" else x.clamp_min(0), 1e-6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"block": "vgg"}, "^block"), ({"pattern": "P5"}, "^pattern"), ({"attention": "selam"}, "^attention"),
        ({"zero_init": 1}, "^zero_init"), ({"skip_alpha": 0.1}, "^skip_alpha"), ({"stride": 0}, "^stride"), ({"ch": -1}, "^ch"),
        ({"out": 0}, "^out"), ({"block": "wide", "widen": 0}, "^widen"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_arguments_are_named(options, words):
    with pytest.raises(ValueError, match=words) as caught:
        residual_block(**{"block": "basic", "ch": 8, **options})
    assert "verilen" in str(caught.value)
