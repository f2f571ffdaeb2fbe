"""Klasik dikkatler: bağımsız kahinler (timm, torchvision), argümanlar, derleme, meta,
değişmezler."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.common import DEVICE, assert_near, assert_same_when_compiled_and_exported, drawn
from timm.layers import EcaModule, SEModule
from timm.layers.cbam import CbamModule
from timm.layers.coord_attn import CoordAttn
from torch import nn
from torchvision.ops import SqueezeExcitation

from course_lib.attention import classic
from course_lib.attention.cbam import CBAMResidualDynamicSA
from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.registry import attention_classes, build_attention

CBAM_NAMES = {
    "fc1.": "channel.fc1.",
    "fc2.": "channel.fc2.",
    "conv.": "spatial.conv.conv.",
    "bn.": "spatial.conv.bn.",
}
SHAPES = [(3, 32, 5, 7), (1, 32, 9, 4), (2, 32, 1, 3)]


def se():
    return classic.SEBlock(32, hidden=8), SqueezeExcitation(32, 8), lambda k: k


def se_of_timm():
    return classic.SEBlock(32, hidden=8), SEModule(32, rd_channels=8), lambda k: k


def eca():
    return classic.ECABlock(32), EcaModule(32), lambda k: k


def cbam():
    def renamed(key):
        return next(
            new + key.removeprefix(old) for old, new in CBAM_NAMES.items() if key.startswith(old)
        )

    return classic.CBAM(32, hidden=4), CbamModule(32, rd_channels=4), renamed


def coordinate():
    return classic.CoordinateAttention(32), CoordAttn(32, rd_channels=8, bias=True), lambda k: k


ORACLES = [se, se_of_timm, eca, cbam, coordinate]
NAMES = ["SEBlock", "ECABlock", "CBAM", "CoordinateAttention"]


def stirred(block: nn.Module) -> nn.Module:
    """BN'lerin istatistikleri ve ağırlıkları rastgele: taze BN'in saklayacağı fark kalmasın."""
    with torch.no_grad():
        for part in block.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.normal_()
                part.running_var.uniform_(0.5, 2.0)
                part.weight.normal_()
                part.bias.normal_()
    return block


def pair(make):
    block, oracle, renamed = make()
    stirred(block)
    oracle.load_state_dict({renamed(k): v for k, v in block.state_dict().items()})
    return block.to(DEVICE), oracle.to(DEVICE)


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("make", ORACLES)
def test_equals_its_oracle_with_the_same_weights(make, shape, train):
    if train and make in (cbam, coordinate) and shape[0] * shape[2] * shape[3] < 8:
        shape = (4, *shape[1:])
    block, oracle = (m.train(train) for m in pair(make))
    x = drawn(shape).requires_grad_()
    y, want = block(x), oracle(x)
    assert_near(y, want, 1e-6)
    one, two = (torch.autograd.grad((out * drawn(shape, seed=1)).sum(), x)[0] for out in (y, want))
    assert_near(one, two, 2e-5)
    for (_, mine), (_, theirs) in zip(block.named_buffers(), oracle.named_buffers(), strict=True):
        assert_near(mine, theirs, 1e-5)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.bfloat16, 5e-2)])
@pytest.mark.parametrize("make", ORACLES)
def test_other_precisions_equal_the_oracle(make, dtype, tolerance):
    block, oracle = (m.to(dtype).eval() for m in pair(make))
    x = drawn((2, 32, 5, 8), dtype)
    y = block(x)
    assert y.dtype == dtype
    assert_near(y, oracle(x), tolerance)


@pytest.mark.parametrize(
    ("channels", "kernel"),
    [(1, 3), (2, 3), (16, 3), (64, 3), (128, 5), (256, 5), (512, 5), (1024, 5), (2048, 7)],
)
def test_eca_kernel_follows_the_formula_and_the_oracle(channels, kernel):
    block = classic.ECABlock(channels)
    oracle = EcaModule(channels)
    assert block.kernel == kernel == oracle.conv.kernel_size[0]
    oracle.load_state_dict(block.state_dict())
    x = drawn((2, channels, 2, 3)).cpu()
    assert_near(block(x), oracle(x), 1e-6)


@given(st.integers(1, 5000))
def test_eca_kernel_is_always_odd_and_at_least_three(channels):
    assert classic.eca_kernel(channels) % 2 == 1
    assert classic.eca_kernel(channels) >= 3


@pytest.mark.parametrize("name", NAMES)
@given(
    b=st.integers(1, 3),
    c=st.integers(1, 20),
    h=st.integers(1, 6),
    w=st.integers(1, 6),
    scale=st.sampled_from([1e-3, 1.0, 1e3]),
)
def test_shapes_ranges_and_multiplication(name, b, c, h, w, scale):
    block = getattr(classic, name)(c).to(DEVICE).eval()
    x = drawn((b, c, h, w)) * scale
    mask = block.attention_map(x).expand_as(x)
    assert ((mask >= 0) & (mask <= 1)).all()
    assert_near(block(x), x * mask, 1e-5 * max(1.0, scale))
    assert (block(torch.zeros_like(x)) == 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_each_sample_stands_alone(name):
    block = stirred(getattr(classic, name)(8)).to(DEVICE).double().eval()
    x = drawn((4, 8, 5, 6), torch.float64)
    assert_near(block(x.flip(0)), block(x).flip(0), 1e-12)


def test_coordinate_gates_follow_their_axes():
    block = stirred(classic.CoordinateAttention(8)).to(DEVICE).double().eval()
    x = drawn((2, 8, 5, 6), torch.float64)
    gate_h, gate_w = block.gates(x)
    assert gate_h.shape == (2, 8, 5, 1)
    assert gate_w.shape == (2, 8, 1, 6)
    order = [3, 0, 4, 1, 2]
    turned_h, turned_w = block.gates(x[:, :, order])
    assert_near(turned_h, gate_h[:, :, order], 1e-12)
    assert_near(turned_w, gate_w, 1e-12)


def test_squeeze_and_eca_do_not_see_where():
    x = drawn((2, 16, 4, 5), torch.float64)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(2)).to(DEVICE)
    shuffled = x.flatten(2)[:, :, order].view_as(x)
    for name, blind in (("SEBlock", True), ("ECABlock", True), ("CoordinateAttention", False)):
        block = getattr(classic, name)(16).to(DEVICE).double().eval()
        same = torch.allclose(block.attention_map(x), block.attention_map(shuffled), atol=1e-12)
        assert same is blind


@pytest.mark.parametrize("name", NAMES)
def test_compile_export_and_meta(name):
    block = getattr(classic, name)(8).to(DEVICE).eval()
    x = drawn((2, 8, 5, 7))
    assert_same_when_compiled_and_exported(block, x)
    there = copy.deepcopy(block).to("meta")
    assert there(torch.empty(2, 8, 5, 3, device="meta")).device.type == "meta"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: classic.SEBlock(0), "^channels"), (lambda: classic.SEBlock(8, hidden=0), "^hidden"),
        (lambda: classic.ECABlock(8, kernel=4), "^kernel"), (lambda: classic.ECABlock(8, kernel=-1), "^kernel"),
        (lambda: classic.CBAM(-1), "^channels"), (lambda: classic.CBAM(8, hidden=2.5), "^hidden"),
        (lambda: classic.CoordinateAttention(8, hidden=True), "^hidden"), (lambda: build_attention("seblok", 8), "^name"),
        (lambda: build_attention(None, 8), "^name"), (lambda: build_attention("se", 0), "^channels"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError, match=words) as caught:
        make()
    assert "olmalı" in str(caught.value)
    assert "verilen" in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        (torch.zeros(8, 4, 4), ValueError, "4 boyutlu"), (torch.zeros(2, 7, 4, 4), ValueError, "kanal sayısı 8"),
        (torch.zeros(2, 8, 4, 4, dtype=torch.int64), TypeError, "kayan"), ([1.0], TypeError, "tensör"),
    ],
    ids=["3-B", "kanal", "tamsayi", "liste"],
)  # fmt: skip
def test_bad_input_is_named(name, x, error, words):
    with pytest.raises(error, match=words):
        getattr(classic, name)(8)(x)


def test_registry_builds_every_attention_for_a_channel_count():
    assert list(attention_classes()) == [
        "se",
        "eca",
        "cbam",
        "coordinate",
        "channel_fusion",
        "cbam_dynamic",
    ]
    for name, cls in attention_classes().items():
        block = build_attention(name, 12).to(DEVICE)
        assert type(block) is cls
        out = block(drawn((2, 12, 4, 5)))
        assert (out[0] if isinstance(out, tuple) else out).shape == (2, 12, 4, 5)
    assert isinstance(build_attention("channel_fusion", 8, act="silu"), ChannelAttentionFusionT)
    assert isinstance(build_attention("cbam_dynamic", 8, alpha_init=0.5), CBAMResidualDynamicSA)


def woke(block):
    """Üç adımdan sonra her matris kıpırdadı, satırları birbirinden ayrıldı mı?"""
    before = copy.deepcopy(block)
    optimizer = torch.optim.SGD(block.parameters(), lr=0.1)
    for _ in range(3):
        x = drawn((8, 16, 5, 6))
        optimizer.zero_grad()
        (block(x) * torch.randn_like(x)).sum().backward()
        optimizer.step()
    pairs = zip(block.parameters(), before.parameters(), strict=True)
    matrices = [(p.detach(), old) for p, old in pairs if p.dim() >= 2]
    moved = all(not torch.equal(p, old) for p, old in matrices)
    return moved and all(len(p) == 1 or not torch.equal(p[0], p[1]) for p, _ in matrices)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("hidden", [1, 4])
def test_a_fresh_block_wakes_up_and_its_units_part(name, hidden):
    options = {} if name == "ECABlock" else {"hidden": hidden}
    draws = []
    for seed in range(8):  # tek çekimde bir ReLU hep sönük olabilir
        torch.manual_seed(seed)
        draws.append(woke(getattr(classic, name)(16, **options).to(DEVICE).eval()))
    assert any(draws)


@pytest.mark.parametrize("name", NAMES)
def test_the_memory_layout_does_not_matter(name):
    block, x = stirred(getattr(classic, name)(16)).to(DEVICE), drawn((2, 16, 5, 6))
    want = block(x)
    for given_ in (
        x.contiguous(memory_format=torch.channels_last),
        x.transpose(2, 3).contiguous().transpose(2, 3),
    ):
        assert_near(block(given_), want, 1e-5)
