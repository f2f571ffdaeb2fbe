"""DynamicSpatialAttention: bağımsız formül, tek çekirdek, koordinatlar, durum sözlüğü, girdi
denetimi, derleme, meta."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from support.common import DEVICE, EXACT, assert_near, assert_same_when_compiled_and_exported, drawn
from support.spatial_reference import SeedSpatialShell, formula
from torch._subclasses.fake_tensor import FakeTensorMode

from course_lib.attention import coordinates
from course_lib.attention import spatial as chapter
from course_lib.attention.coordinates import coordinate_maps, coordinates_like, kept_coordinate_maps

DynamicSpatialAttention = chapter.DynamicSpatialAttention
SHAPES = [(2, 5, 5, 7), (1, 3, 4, 9), (3, 1, 1, 1), (2, 4, 6, 1), (2, 2, 3, 3)]
GRID = [
    {
        "kernels": k, "use_dilated": u, "gate": g, "coord_norm": n, "router_pool": p, "learnable_temperature": t,
        "temperature": 0.7,
    }
    for k, u in (((3, 7), True), ((2,), True), ((1, 5), False))
    for g, n, p, t in (
        ("sigmoid", "minus1to1", "mean", True),
        ("hardsigmoid", "0to1", "moments", False),
        ("sigmoid", "0to1", "moments", True),
    )
]  # fmt: skip
ONE_KERNEL = [
    {},
    {"kernels": (2, 5, 9), "dilated_d": 3, "router_pool": "moments"},
    {"use_dilated": False},
]


def built(**options):
    return DynamicSpatialAttention(**options).to(DEVICE)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("options", GRID, ids=lambda o: "-".join(str(v) for v in o.values()))
def test_equals_the_written_out_formula(shape, options):
    block = built(return_router_weights=True, dilated_kernel=3, **options).double()
    x = drawn(shape, torch.float64)
    want = formula(
        block.state_dict(),
        x,
        block.kernels,
        gate=options["gate"],
        norm=options["coord_norm"],
        pool=options["router_pool"],
    )
    for got, expected in zip(block(x), want, strict=True):
        assert_near(got, expected, EXACT)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 2e-6), (torch.bfloat16, 4e-2)])
def test_lower_precision_follows_the_formula(dtype, tolerance):
    block = built(learnable_temperature=True).to(dtype)
    x = drawn((2, 6, 5, 8), dtype)
    y, sa = block(x)
    assert y.dtype == sa.dtype == dtype
    want = formula(block.state_dict(), x, block.kernels)
    assert_near(sa, want[1], tolerance)
    assert_near(y, want[0], tolerance)


def test_float16_input_under_autocast_keeps_its_dtype_and_finite_gradients():
    for t_raw in (-1e4, 0.0, 1e4):
        block = built(learnable_temperature=True)
        with torch.no_grad():
            block.t_raw.fill_(t_raw)
        x = drawn((2, 4, 5, 6), torch.float16).requires_grad_()
        with torch.autocast(DEVICE.type, dtype=torch.float16):
            y, sa = block(x)
        y.float().sum().backward()
        assert y.dtype == sa.dtype == torch.float16
        assert all(torch.isfinite(p.grad).all() for p in (*block.parameters(), x))


@pytest.mark.parametrize("learnable", [True, False])
@pytest.mark.parametrize("dilated", [(7, 2), None])
def test_loads_a_state_dict_of_the_notes(learnable, dilated):
    shell = SeedSpatialShell(dilated=dilated, learnable=learnable, t=1.7)
    block = built(
        learnable_temperature=learnable, use_dilated=dilated is not None, return_router_weights=True
    )
    block.load_state_dict(shell.state_dict(), strict=True)
    x = drawn((2, 5, 4, 7))
    for got, expected in zip(block(x), formula(shell.state_dict(), x, block.kernels), strict=True):
        assert_near(got, expected, 1e-5)


@pytest.mark.parametrize("options", ONE_KERNEL, ids=str)
@pytest.mark.parametrize("shape", [(2, 5, 9, 14), (1, 3, 4, 4)], ids=str)
def test_branches_and_router_are_one_kernel_per_sample(options, shape):
    block = built(temperature=2.0, **options).double()
    x = drawn(shape, torch.float64)
    kernel = block.merged_kernel(x)
    reach = max(d * (k - 1) + 1 for k, d in block.kernels)
    assert kernel.shape == (shape[0], 4, reach, reach)
    s = block.describe_places(x)
    one = F.conv2d(
        s.reshape(1, -1, *s.shape[2:]), kernel, padding=reach // 2, groups=len(x)
    ).transpose(0, 1)
    assert_near(torch.logit(block.attention_map(x)[0]) * 2.0, one, 1e-10)


def test_default_merged_kernel_is_13_pixels_wide():
    assert built().merged_kernel(drawn((2, 3, 8, 8))).shape == (2, 4, 13, 13)


def test_even_kernels_become_odd_and_the_block_says_so():
    block = built(kernels=(2, 4), dilated_kernel=6, dilated_d=3)
    assert block.kernels == ((3, 1), (5, 1), (7, 3))
    assert "((3, 1), (5, 1), (7, 3))" in repr(block)
    assert [b.dw.kernel_size[0] for b in block.branches] == [3, 5, 7]


@pytest.mark.parametrize("norm", ["minus1to1", "0to1"])
@given(height=st.integers(1, 12), width=st.integers(1, 12))
def test_coordinates_span_their_range_on_any_shape(norm, height, width):
    maps = coordinate_maps(height, width, norm, torch.device("cpu"), torch.float64)
    low, high = (-1.0, 1.0) if norm == "minus1to1" else (0.0, 1.0)
    for axis, length in ((3, width), (2, height)):
        line = maps[:, 0 if axis == 3 else 1]
        if length == 1:
            assert (line == (low + high) / 2).all()
        else:
            assert float(line.min()) == low
            assert float(line.max()) == high
        moved = maps.select(axis, 0)
        assert (moved[:, 0 if axis == 3 else 1] == (low if length > 1 else (low + high) / 2)).all()
    assert float(maps.mean()) == pytest.approx((low + high) / 2)


def test_coordinates_follow_dtype_and_are_made_once():
    kept_coordinate_maps.cache_clear()
    block = built()
    for _ in range(3):
        block(drawn((2, 3, 6, 8)))
    assert kept_coordinate_maps.cache_info().misses == 1
    assert coordinates_like(drawn((1, 3, 4, 4), torch.bfloat16), "0to1").dtype == torch.bfloat16
    assert not [k for k in block.state_dict() if "coord" in k or "grid" in k]


def test_kept_coordinates_survive_inference_mode_fake_tensors_and_function_transforms():
    kept_coordinate_maps.cache_clear()
    block = DynamicSpatialAttention()
    x = torch.randn(2, 3, 5, 6)
    with torch.inference_mode():
        block(x)
    block(x.clone().requires_grad_())[0].sum().backward()
    kept_coordinate_maps.cache_clear()
    with FakeTensorMode():
        DynamicSpatialAttention()(torch.randn(2, 3, 5, 6))
    torch.func.grad(lambda t: block(t)[0].sum())(x)
    assert block(x)[0].shape == x.shape
    assert type(coordinates.coordinates_like(x, "minus1to1")) is torch.Tensor


def test_the_mean_pooled_router_is_blind_to_position_and_moments_are_not():
    x = drawn((2, 4, 6, 7), torch.float64)
    order = torch.randperm(42, generator=torch.Generator().manual_seed(3)).to(DEVICE)
    shuffled = x.flatten(2)[:, :, order].view_as(x)
    change = {}
    for pool in ("mean", "moments"):
        torch.manual_seed(1)
        block = built(router_pool=pool).double()
        change[pool] = float(
            (block.attention_map(x)[1] - block.attention_map(shuffled)[1]).detach().abs().max()
        )
    assert change["mean"] < 1e-12
    assert change["moments"] > 1e-6


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"kernels": ()}, "kernels"), ({"kernels": 3}, "kernels"), ({"kernels": "37"}, "kernels"),
        ({"kernels": (3, 0)}, r"kernels\[1\]"), ({"kernels": (3, 2.5)}, r"kernels\[1\]"),
        ({"dilated_kernel": 0}, "dilated_kernel"), ({"dilated_d": -1}, "dilated_d"), ({"dilated_d": True}, "dilated_d"),
        ({"use_dilated": 1}, "use_dilated"), ({"gate": "tanh"}, "gate"), ({"temperature": 0}, "temperature"),
        ({"temperature": float("nan")}, "temperature"), ({"temperature": 1e-7}, "eps"), ({"eps": -1}, "eps"),
        ({"router_hidden": 0}, "router_hidden"), ({"bias": None}, "bias"), ({"coord_norm": "0to2"}, "coord_norm"),
        ({"router_pool": "max"}, "router_pool"), ({"learnable_temperature": 2}, "learnable_temperature"),
        ({"return_router_weights": "evet"}, "return_router_weights"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_arguments_are_named(options, words):
    with pytest.raises(ValueError, match=words) as caught:
        DynamicSpatialAttention(**options)
    assert "olmalı" in str(caught.value)
    assert "verilen" in str(caught.value)


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        (torch.zeros(8, 4, 4), ValueError, "4 boyutlu"), (torch.zeros(2, 0, 4, 4), ValueError, "en az 1"),
        (torch.zeros(2, 3, 0, 4), ValueError, "en az 1"), (torch.zeros(2, 3, 4, 4, dtype=torch.int64), TypeError, "kayan"),
        ([1.0], TypeError, "tensör"),
    ],
    ids=["3-B", "kanalsiz", "bos", "tamsayi", "liste"],
)  # fmt: skip
def test_bad_input_is_named(x, error, words):
    with pytest.raises(error, match=words):
        built()(x)


@given(
    b=st.integers(0, 4), c=st.integers(1, 9), h=st.integers(1, 9), w=st.integers(1, 9),
    gate=st.sampled_from(["sigmoid", "hardsigmoid"]), scale=st.sampled_from([1e-3, 1.0, 1e3]),
    pool=st.sampled_from(["mean", "moments"]),
)  # fmt: skip
def test_shapes_ranges_and_invariants(b, c, h, w, gate, scale, pool):
    block = built(gate=gate, router_pool=pool, return_router_weights=True)
    x = drawn((b, c, h, w)) * scale
    y, sa, weights = block(x)
    assert y.shape == x.shape
    assert sa.shape == (b, 1, h, w)
    assert ((sa >= 0) & (sa <= 1)).all()
    assert weights.shape == (b, 3)
    assert_near(weights.sum(1), torch.ones(b), 1e-6)
    torch.testing.assert_close(y, x * sa, rtol=0, atol=0)


@given(st.permutations(range(4)), st.integers(0, 1000))
def test_permuting_the_batch_permutes_every_output(order, seed):
    block = built(return_router_weights=True).double()
    x = drawn((4, 3, 5, 4), torch.float64, seed)
    for moved, still in zip(block(x[list(order)]), block(x), strict=True):
        assert_near(moved, still[list(order)], 1e-12)


@pytest.mark.parametrize("pool", ["mean", "moments"])
def test_transposing_image_and_kernels_transposes_the_mask(pool):
    block = built(router_pool=pool, return_router_weights=True).double()
    turned = copy.deepcopy(block)
    swap = [0, 1, 3, 2]  # x ile y yer değiştirir
    with torch.no_grad():
        for branch in turned.branches:
            branch.dw.weight.copy_(branch.dw.weight.transpose(2, 3)[swap])
            branch.pw.weight.copy_(branch.pw.weight[:, swap])
        wide = turned.router[1].weight
        wide.copy_(wide[:, swap if pool == "mean" else [*swap, 5, 4, 7, 6]])
    x = drawn((2, 3, 5, 8), torch.float64)
    _, sa, weights = block(x)
    _, turned_sa, turned_weights = turned(x.transpose(2, 3))
    assert_near(turned_sa, sa.transpose(2, 3), 1e-12)
    assert_near(turned_weights, weights, 1e-12)


@pytest.mark.parametrize("t", [1e-4, 0.5, 1.0, 12.0, 1e4])
def test_temperature_starts_where_it_was_asked(t):
    assert built(temperature=t, learnable_temperature=True).get_T().item() == pytest.approx(
        t, rel=1e-6
    )
    assert math.isclose(built(temperature=t).get_T().item(), t, rel_tol=1e-6)


@pytest.mark.parametrize(
    "options",
    [{}, {"router_pool": "moments", "learnable_temperature": True}, {"kernels": (5,)}],
    ids=str,
)
def test_compile_and_export(options):
    assert_same_when_compiled_and_exported(
        built(return_router_weights=True, **options), drawn((2, 4, 5, 7))
    )


def test_meta_device_creates_nothing_elsewhere():
    block = built(learnable_temperature=True, return_router_weights=True, router_pool="moments").to(
        "meta"
    )
    assert [o.device.type for o in block(torch.empty(2, 8, 5, 3, device="meta"))] == ["meta"] * 3
    assert block.merged_kernel(torch.empty(2, 8, 5, 3, device="meta")).device.type == "meta"


def test_every_parameter_learns_and_is_saved():
    block = built(learnable_temperature=True)
    block(drawn((3, 4, 6, 5)))[0].square().sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in block.parameters())
    fresh = built(learnable_temperature=True)
    fresh.load_state_dict(block.state_dict())
    x = drawn((2, 4, 4, 6))
    assert_near(fresh(x)[0], block(x)[0], 0)
    names = {
        "branches.0.dw.weight",
        "branches.2.pw.weight",
        "router.1.weight",
        "router.3.bias",
        "t_raw",
    }
    assert names <= set(block.state_dict())
