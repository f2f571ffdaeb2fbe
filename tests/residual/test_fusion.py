"""Füzyon kalıpları: elle yazılmış formül, notların sınıfları, izdüşüm, başlangıç, argümanlar,
derleme, meta."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.common import DEVICE, assert_near, assert_same_when_compiled_and_exported, drawn
from support.notes_reference import NotesBlock
from torch import nn

from course_lib.attention.classic import ECABlock, SEBlock
from course_lib.attention.registry import attention_classes, build_attention
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.residual import fusion
from course_lib.residual.branches import BasicBranch, BottleneckBranch, ConvBNAct, PreActBranch

NAMES = ["ResidualAttn_P1", "ResidualAttn_P2", "ResidualAttn_P3", "ResidualAttn_P4"]


def slots(name, attention):
    return (
        {"attn_skip": attention, "attn_res": attention}
        if name.endswith("P4")
        else {"attn": attention}
    )


def built(name, ch=8, attention=SEBlock, **options):
    return getattr(fusion, name)(ch, **slots(name, attention), **options).to(DEVICE)


def first(out):
    return out[0] if isinstance(out, tuple) else out


def by_hand(block, name, x):
    """Formül, notlardaki satırlarla; etkinleştirme söylenen tasarımdan."""
    skip = block.shortcut[1](block.shortcut[0](x)) if block.design.projection else x
    if name.endswith("P1"):
        y = skip + first(block.attn(block.f(x)))
    elif name.endswith("P2"):
        y = first(block.attn(skip + block.f(x)))
    elif name.endswith("P3"):
        y = skip + block.f(first(block.attn(x)))
    else:
        y = first(block.attn_skip(skip)) + first(block.attn_res(block.f(x)))
    return y.clamp_min(0) if block.design.activation == "post" else y


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("attention", [None, *attention_classes()])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"out": 12},
        {"stride": 2},
        {"out": 12, "stride": 2, "f": PreActBranch},
        {"f": BottleneckBranch, "out": 4},
    ],
    ids=str,
)
def test_is_the_declared_formula(name, attention, options):
    make = None if attention is None else lambda channels: build_attention(attention, channels)
    block = built(name, attention=make, **options).double()
    x = drawn((2, 8, 5, 7), torch.float64)
    for train in (True, False):
        block.train(train)
        y = block(x)
        assert y.shape == (2, options.get("out", 8), *([3, 4] if options.get("stride") else [5, 7]))
        assert_near(y, by_hand(block, name, x), 1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_is_the_block_of_the_notes_when_nothing_changes_size(name):
    """Notların sınıfı: aynı durum sözlüğü, aynı sonuç."""
    block = built(name, attention=lambda c: SEBlock(c, hidden=1)).eval()
    notes = NotesBlock(name[-2:], 8).to(DEVICE).eval()
    notes.load_state_dict(block.state_dict(), strict=True)
    x = drawn((2, 8, 5, 4))
    assert_near(block(x), notes(x), 1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_ready_module_any_f_and_a_spatial_attention_fit(name):
    f = nn.Conv2d(8, 6, 3, padding=1)
    spatial = {slot: DynamicSpatialAttention() for slot in slots(name, None)}
    block = getattr(fusion, name)(8, f=f, out=6, **spatial).to(DEVICE)
    assert block.f is f
    assert block(drawn((2, 8, 4, 5))).shape == (2, 6, 4, 5)


def test_shortcut_is_identity_only_when_the_shape_stays():
    assert isinstance(built("ResidualAttn_P1").shortcut, nn.Identity)
    for options in ({"out": 9}, {"stride": 2}):
        block = built("ResidualAttn_P1", **options)
        assert isinstance(block.shortcut[0], nn.Conv2d)
        assert block.shortcut[0].bias is None
        assert block.design.projection


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("options", [{}, {"out": 12, "stride": 2}], ids=str)
def test_input_passes_when_the_branch_is_silent(name, options):
    block = built(name, attention=None, f=PreActBranch, **options).eval()
    block.f.register_forward_hook(lambda _m, _i, out: torch.zeros_like(out))
    x = drawn((2, 8, 6, 6))
    assert_near(block(x), block.shortcut(x), 1e-6)
    assert float(block(x).min().detach()) < 0  # ön-etkinleştirmede kısayol eksiyi geçirir


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_gets_a_gradient(name):
    block = built(name, attention=ECABlock, out=12, stride=2)
    block(drawn((3, 8, 6, 7))).square().sum().backward()
    assert all(p.grad is not None for p in block.parameters())


def test_closed_gates_leave_only_the_shortcut():
    for name in ("ResidualAttn_P1", "ResidualAttn_P4"):
        block = built(name).eval()
        with torch.no_grad():
            (block.attn if name.endswith("P1") else block.attn_res).fc2.bias.fill_(-1e3)
        x = drawn((2, 8, 4, 5))
        skip = x if name.endswith("P1") else block.attn_skip(x)
        assert_near(block(x), skip.clamp_min(0), 1e-6)


@pytest.mark.parametrize("alpha", [0.0, 0.05, 0.5, 1.0])
def test_skip_gate_starts_as_near_to_identity_as_asked(alpha):
    block = fusion.ResidualAttn_P4(8, attn_skip=SEBlock, skip_alpha=alpha).to(DEVICE).eval()
    block.f.register_forward_hook(lambda _m, _i, out: torch.zeros_like(out))
    x = drawn((2, 8, 4, 5)).abs() + 0.1
    gain = block(x) / x
    assert ((gain >= 1 - alpha - 1e-6) & (gain <= 1 + 1e-6)).all()
    assert "attn_skip.alpha" in dict(block.named_parameters())
    assert_near(gain, 1 - alpha + alpha * block.attn_skip.attn.attention_map(x).expand_as(x), 1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_attention_class_is_built_for_the_width_it_meets(name):
    block = built(name, out=20)
    for slot in slots(name, None):
        assert getattr(block, slot).channels == (8 if name.endswith("P3") else 20)


def test_design_says_what_was_built():
    assert built("ResidualAttn_P2").design == fusion.Design("P2", "post", projection=False)
    assert built("ResidualAttn_P3", f=PreActBranch, stride=2).design == fusion.Design(
        "P3", "pre", projection=True
    )


@pytest.mark.parametrize("name", NAMES)
def test_compile_export_and_meta(name):
    block = built(name, out=12, stride=2).eval()
    assert_same_when_compiled_and_exported(block, drawn((2, 8, 5, 7)), 1e-5)
    assert (
        copy.deepcopy(block).to("meta")(torch.empty(2, 8, 5, 3, device="meta")).device.type
        == "meta"
    )


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-4), (torch.bfloat16, 0.15)])
@pytest.mark.parametrize("name", NAMES)
def test_lower_precision_stays_close(name, dtype, tolerance):
    block = (
        built(name, out=12, **({"skip_alpha": 0.1} if name.endswith("P4") else {})).double().eval()
    )
    x = drawn((2, 8, 5, 6), dtype)
    low = copy.deepcopy(block).to(dtype)(x)
    assert low.dtype == dtype
    assert_near(low, block(x.double()), tolerance)


@given(
    ch=st.integers(1, 9),
    out=st.integers(1, 9),
    stride=st.integers(1, 3),
    h=st.integers(1, 8),
    w=st.integers(1, 8),
)
@pytest.mark.parametrize("name", NAMES)
def test_shapes_and_sample_independence(name, ch, out, stride, h, w):
    block = built(name, ch, out=out, stride=stride).double().eval()
    x = drawn((3, ch, h, w), torch.float64)
    y = block(x)
    assert y.shape == (3, out, -(-h // stride), -(-w // stride))
    assert (y >= 0).all()
    assert_near(block(x.flip(0)), y.flip(0), 1e-12)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: fusion.ResidualAttn_P1(0), "^ch "), (lambda: fusion.ResidualAttn_P1(8, out=0), "^out "),
        (lambda: fusion.ResidualAttn_P1(8, stride=0), "^stride "),
        (lambda: fusion.ResidualAttn_P1(8, out=16, attn=SEBlock(8)), "attn burada 16 kanal"),
        (lambda: fusion.ResidualAttn_P3(8, out=16, attn=SEBlock(16)), "attn burada 8 kanal"),
        (lambda: fusion.ResidualAttn_P4(8, attn_skip=SEBlock, skip_alpha=1.5), "^alpha_init"),
        (lambda: BottleneckBranch(8, 10), "^out, expansion"), (lambda: BottleneckBranch(8, 16, groups=3), "^groups"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(make, words):
    with pytest.raises(ValueError, match=words) as caught:
        make()
    assert any(word in str(caught.value) for word in ("olmalı", "bölünmeli", "bölmeli"))
    assert "verilen" in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_bad_input_is_named(name):
    with pytest.raises(ValueError, match="kanal sayısı 8"):
        built(name)(torch.zeros(1, 7, 4, 4))
    with pytest.raises(TypeError, match="tensör"):
        built(name)(None)


def test_branches_say_where_they_activate():
    assert BasicBranch(4, 4).activation == "post"
    assert isinstance(BasicBranch(4, 4)[0], ConvBNAct)
    assert PreActBranch(4, 4).activation == "pre"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("options", [{}, {"out": 12, "stride": 2}])
def test_the_gradient_passes_through_the_shortcut(name, options):
    block = built(name, **options).eval()
    block.f.register_forward_hook(lambda _module, _given, out: torch.zeros_like(out))
    x = drawn((2, 8, 6, 5)).requires_grad_()
    block(x).sum().backward()
    assert x.grad is not None
    assert x.grad.abs().max() > 0


@pytest.mark.parametrize("name", NAMES)
def test_the_norms_of_the_branch_are_separate(name):
    """Aynı batch'in istatistiği bütünüyle saklanınca ölçüm kipi eğitim kipiyle yaklaşık aynıdır."""
    block, x = built(name), drawn((16, 8, 12, 12))
    for module in block.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        learned = block.train()(x)
        apart = (block.eval()(x) - learned).abs().max() / learned.abs().max()
    assert apart < 0.01
