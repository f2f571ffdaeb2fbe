"""ChannelAttentionFusionT: bağımsız formül, durum sözlüğü, sıcaklık, girdi denetimi, derleme,
meta."""

import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.common import DEVICE, EXACT, assert_near, assert_same_when_compiled_and_exported, drawn
from support.seed_reference import SeedShell, formula
from torchvision.ops import SqueezeExcitation

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.temperature import softplus_inverse

SHAPES = [(2, 8, 5, 7), (1, 6, 4, 9), (3, 20, 1, 1), (2, 33, 6, 2)]
GRID = [
    {"fusion": f, "gate": g, "act": a, "bias": b, "learnable_temperature": t, "temperature": 0.7}
    for f in ("softmax", "sum")
    for g in ("sigmoid", "hardsigmoid")
    for a in ("relu", "silu")
    for b in (True, False)
    for t in (True, False)
]


def built(channels, **options):
    return ChannelAttentionFusionT(channels, **options).to(DEVICE)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("options", GRID, ids=lambda o: "-".join(str(v) for v in o.values()))
def test_equals_the_written_out_formula(shape, options):
    block = built(shape[1], return_fusion_weights=True, **options).double()
    x = drawn(shape, torch.float64)
    y, ca, weights = block(x)
    want = formula(
        block.state_dict(), x, fusion=options["fusion"], gate=options["gate"], act=options["act"]
    )
    assert_near(ca, want[1], EXACT)
    assert_near(y, want[0], EXACT)
    if options["fusion"] == "sum":
        assert weights is None
    else:
        assert_near(weights, want[2], EXACT)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 2e-6), (torch.bfloat16, 4e-2)])
def test_lower_precision_follows_the_formula(dtype, tolerance):
    block = built(12, learnable_temperature=True).to(dtype)
    x = drawn((3, 12, 5, 4), dtype)
    y, ca = block(x)
    assert y.dtype == ca.dtype == dtype
    want = formula(block.state_dict(), x)
    assert_near(ca, want[1], tolerance)
    assert_near(y, want[0], tolerance)


@pytest.mark.parametrize("fusion", ["softmax", "sum"])
@pytest.mark.parametrize("learnable", [True, False])
def test_loads_a_state_dict_of_the_seed_class(fusion, learnable):
    shell = SeedShell(10, hidden=4, fusion=fusion, learnable=learnable, t=1.7)
    block = built(10, fusion=fusion, learnable_temperature=learnable)
    block.load_state_dict(shell.state_dict(), strict=True)
    x = drawn((2, 10, 3, 5))
    y, ca = block(x)
    want = formula(shell.state_dict(), x, fusion=fusion)
    assert_near(ca, want[1], 1e-6)
    assert_near(y, want[0], 1e-6)
    assert list(block.state_dict()) == list(
        built(10, fusion=fusion, learnable_temperature=learnable).state_dict()
    )


def test_degenerates_to_squeeze_excitation():
    """Düz girdide iki özet eşittir ve ağırlıkların toplamı 1'dir: blok SE'ye iner."""
    block = built(16, min_hidden=4)
    se = SqueezeExcitation(16, 4).to(DEVICE)
    se.fc1.load_state_dict(block.fc1.state_dict())
    se.fc2.load_state_dict(block.fc2.state_dict())
    x = drawn((3, 16, 1, 1)).expand(3, 16, 4, 6)
    assert_near(block(x)[0], se(x), 1e-6)


@pytest.mark.parametrize("t", [1e-4, 3e-4, 0.02, 0.5, 1.0, 12.0, 25.0, 89.0, 500.0, 1e4])
def test_temperature_starts_where_it_was_asked(t):
    block = built(4, temperature=t, learnable_temperature=True)
    assert block.get_T().item() == pytest.approx(t, rel=1e-6)
    assert built(4, temperature=t).get_T().item() == pytest.approx(t, rel=1e-6)


@given(st.floats(1.1e-6, 1e4))
def test_temperature_is_never_below_eps_nor_infinite(t):
    value = built(4, temperature=t, learnable_temperature=True).get_T().item()
    assert math.isfinite(value)
    assert value >= 1e-6


@given(st.floats(1e-8, 1e6))
def test_softplus_inverse_inverts(y):
    t = softplus_inverse(y)
    back = t if t > 50 else math.log1p(math.exp(t))
    assert back == pytest.approx(y, rel=1e-9)


@pytest.mark.parametrize(
    "precision", ["float32", "bfloat16", "autocast-float16", "autocast-bfloat16"]
)
@pytest.mark.parametrize("x_kind", ["random", "zero"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("t_raw", [-1e4, -300.0, -88.0, -20.0, -9.0, 0.0, 20.0, 89.0, 1e4])
def test_forward_and_gradients_stay_finite(precision, x_kind, bias, t_raw):
    block = built(8, learnable_temperature=True, bias=bias)
    with torch.no_grad():
        block.t_raw.fill_(t_raw)
    x = drawn((3, 8, 5, 6)) if x_kind == "random" else torch.zeros(3, 8, 5, 6, device=DEVICE)
    if precision == "bfloat16":
        block, x = block.bfloat16(), x.bfloat16()
    x.requires_grad_()
    with torch.autocast(
        DEVICE.type,
        dtype=getattr(torch, precision.removeprefix("autocast-")),
        enabled=precision.startswith("autocast"),
    ):
        y, ca = block(x)
    y.float().sum().backward()
    assert torch.isfinite(y).all()
    assert torch.isfinite(ca).all()
    for name, p in [*block.named_parameters(), ("x", x)]:
        assert p.grad is not None, name
        assert torch.isfinite(p.grad).all(), name


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_half_input_under_autocast_keeps_its_dtype(kind):
    block = built(8, learnable_temperature=True)
    x = drawn((2, 8, 4, 4), kind).requires_grad_()
    with torch.autocast(DEVICE.type, dtype=kind):
        y, ca = block(x)
    assert y.dtype == ca.dtype == kind
    y.float().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in block.parameters())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"channels": 0}, "channels"),
        ({"channels": -3}, "channels"),
        ({"channels": 2.5}, "channels"),
        ({"channels": True}, "channels"),
        ({"reduction": 0}, "reduction"),
        ({"min_hidden": 0}, "min_hidden"),
        ({"fusion_router_hidden": 0}, "fusion_router_hidden"),
        ({"temperature": 0}, "temperature"),
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"temperature": float("inf")}, "temperature"),
        ({"temperature": 1e-7}, "eps"),
        ({"eps": 0}, "eps"),
        ({"eps": float("nan")}, "eps"),
        ({"fusion": "ortalama"}, "fusion"),
        ({"gate": "tanh"}, "gate"),
        ({"act": "gelu"}, "act"),
        ({"act": None}, "act"),
        ({"learnable_temperature": "evet"}, "learnable_temperature"),
        ({"bias": 1}, "bias"),
    ],
    ids=str,
)
def test_bad_arguments_are_named(options, words):
    with pytest.raises(ValueError, match=words) as caught:
        ChannelAttentionFusionT(options.pop("channels", 8), **options)
    assert "olmalı" in str(caught.value)
    assert "verilen" in str(caught.value)


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        (torch.zeros(8, 4, 4), ValueError, "4 boyutlu"),
        (torch.zeros(2, 7, 4, 4), ValueError, "kanal sayısı 8"),
        (torch.zeros(2, 8, 0, 4), ValueError, "en az 1"),
        (torch.zeros(2, 8, 4, 0), ValueError, "en az 1"),
        (torch.zeros(2, 8, 4, 4, dtype=torch.int64), TypeError, "kayan noktalı"),
        ([1.0], TypeError, "tensör"),
    ],
    ids=["3-B", "kanal", "bos-H", "bos-W", "tamsayi", "liste"],
)
def test_bad_input_is_named(x, error, words):
    with pytest.raises(error, match=words):
        built(8)(x)


@pytest.mark.parametrize("gate", ["sigmoid", "hardsigmoid"])
def test_nan_is_passed_on_but_only_to_its_own_sample(gate):
    x = drawn((2, 8, 4, 4))
    x[0, 3, 1, 1] = float("nan")
    y, ca = built(8, gate=gate)(x)
    assert torch.isnan(ca[0]).any()
    assert torch.isnan(y[0]).any()
    assert torch.isfinite(y[1]).all()


@given(
    b=st.integers(0, 4),
    c=st.integers(1, 40),
    h=st.integers(1, 9),
    w=st.integers(1, 9),
    fusion=st.sampled_from(["softmax", "sum"]),
    gate=st.sampled_from(["sigmoid", "hardsigmoid"]),
    scale=st.sampled_from([1e-3, 1.0, 1e3]),
)
def test_shapes_ranges_and_invariants(b, c, h, w, fusion, gate, scale):
    block = built(c, fusion=fusion, gate=gate, return_fusion_weights=True)
    x = drawn((b, c, h, w)) * scale
    y, ca, weights = block(x)
    assert y.shape == x.shape
    assert ca.shape == (b, c, 1, 1)
    assert ((ca >= 0) & (ca <= 1)).all()
    torch.testing.assert_close(y, x * ca, rtol=0, atol=0)
    if fusion == "softmax":
        assert weights.shape == (b, 2)
        assert_near(weights.sum(1), torch.ones(b), 1e-6)
    other = block.attention_map(x)
    torch.testing.assert_close(other[0], ca, rtol=0, atol=0)


@given(st.permutations(range(4)), st.integers(0, 1000))
def test_equivariances(order, seed):
    block = built(6, return_fusion_weights=True).double()
    x = drawn((4, 6, 5, 3), torch.float64, seed)
    y, ca, weights = block(x)
    py, pca, pw = block(x[list(order)])
    assert_near(py, y[list(order)], 1e-12)
    assert_near(pca, ca[list(order)], 1e-12)
    assert_near(pw, weights[list(order)], 1e-12)
    shuffled = x.flatten(2)[
        :, :, torch.randperm(15, generator=torch.Generator().manual_seed(seed)).to(DEVICE)
    ]
    assert_near(block(shuffled.view_as(x))[1], ca, 1e-12)  # kanal dikkati yeri görmez


@pytest.mark.parametrize("fusion", ["softmax", "sum"])
@pytest.mark.parametrize("learnable", [True, False])
def test_compile_and_export(fusion, learnable):
    block = built(8, fusion=fusion, learnable_temperature=learnable, return_fusion_weights=True)
    assert_same_when_compiled_and_exported(block, drawn((2, 8, 5, 3)))


def test_compiles_under_autocast():
    block = built(8, learnable_temperature=True)
    compiled = torch.compile(copy.deepcopy(block), fullgraph=True, backend="eager")
    x = drawn((2, 8, 5, 3))
    with torch.autocast(DEVICE.type, dtype=torch.bfloat16):
        assert_near(compiled(x)[0], block(x)[0], 1e-6)


def test_meta_device_creates_nothing_elsewhere():
    block = built(8, learnable_temperature=True, return_fusion_weights=True).to("meta")
    outputs = block(torch.empty(2, 8, 5, 3, device="meta"))
    assert [o.device.type for o in outputs] == ["meta"] * 3


def test_keeps_no_full_size_tensor_but_its_input():
    block = built(8, learnable_temperature=True)
    x = drawn((2, 8, 9, 7)).requires_grad_()
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        block(x)
    large = [t for t in kept if t.numel() >= x.numel()]
    assert large
    assert {t.untyped_storage().data_ptr() for t in large} == {x.untyped_storage().data_ptr()}


def test_state_dict_round_trip_and_fixed_temperature_is_no_parameter():
    fixed = built(8, temperature=2.5)
    assert "T" not in dict(fixed.named_parameters())
    fresh = built(8)
    fresh.load_state_dict(fixed.state_dict())
    x = drawn((2, 8, 4, 4))
    assert_near(fresh(x)[0], fixed(x)[0], 0)
    assert float(fresh.get_T()) == 2.5
