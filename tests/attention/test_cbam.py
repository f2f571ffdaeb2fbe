"""CBAMResidualDynamicSA: bileşim, alpha, beş değer, durum sözlüğü, argümanlar, derleme, meta."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.common import DEVICE, EXACT, assert_near, assert_same_when_compiled_and_exported, drawn
from support.seed_reference import SeedShell
from support.seed_reference import formula as channel_formula
from support.spatial_reference import SeedSpatialShell
from support.spatial_reference import formula as spatial_formula
from torch import nn

from course_lib.attention import cbam as chapter

CBAMResidualDynamicSA = chapter.CBAMResidualDynamicSA
SETTINGS = [
    {"alpha_init": 0.3, "learnable_alpha": True, "learnable_temperature": True},
    {
        "ca_fusion": "sum",
        "ca_gate": "hardsigmoid",
        "sa_gate": "hardsigmoid",
        "ca_act": "silu",
        "sa_dilated_d": 3,
    },
    {
        "residual": False,
        "sa_router_pool": "moments",
        "sa_coord_norm": "0to1",
        "sa_kernels": (2,),
        "ca_temperature": 2.0,
    },
    {
        "alpha_init": -0.5,
        "sa_use_dilated": False,
        "sa_temperature": 0.5,
        "ca_fusion_router_hidden": 3,
    },
]


def built(channels=6, **options):
    return CBAMResidualDynamicSA(channels, **options).to(DEVICE)


def part(block, prefix):
    return {
        k.removeprefix(prefix): v for k, v in block.state_dict().items() if k.startswith(prefix)
    }


@pytest.mark.parametrize("options", SETTINGS, ids=str)
@pytest.mark.parametrize("shape", [(2, 6, 5, 7), (1, 6, 3, 3)], ids=str)
def test_is_the_composition_written_out(shape, options):
    block = built(return_maps=True, **options).double()
    x = drawn(shape, torch.float64)
    out, ca, sa, fusion_w, router_w = block(x)
    y, want_ca, want_w = channel_formula(
        part(block, "ca."), x, fusion=options.get("ca_fusion", "softmax"), gate=options.get("ca_gate", "sigmoid"),
        act=options.get("ca_act", "relu"),
    )  # fmt: skip
    y, want_sa, want_rw = spatial_formula(
        part(block, "sa."), y, block.sa.kernels, gate=options.get("sa_gate", "sigmoid"),
        norm=options.get("sa_coord_norm", "minus1to1"), pool=options.get("sa_router_pool", "mean"),
    )  # fmt: skip
    alpha = float(block.alpha.detach()) if options.get("residual", True) else 1.0
    assert_near(ca, want_ca, EXACT)
    assert_near(sa, want_sa, EXACT)
    assert_near(router_w, want_rw, EXACT)
    assert_near(out, x.cpu() + alpha * (y - x.cpu()), EXACT)
    if want_w is None:
        assert fusion_w is None
    else:
        assert_near(fusion_w, want_w, EXACT)
    assert_near(built_alone(block, x), out, 0)


def built_alone(block, x):
    quiet = copy.deepcopy(block)
    quiet.return_maps = False
    return quiet(x)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.bfloat16, 5e-2)])
def test_lower_precision_stays_close(dtype, tolerance):
    block = built(alpha_init=0.4).double()
    x = drawn((2, 6, 5, 8), dtype)
    low = copy.deepcopy(block).to(dtype)(x)
    assert low.dtype == dtype
    assert_near(low, block(x.double()), tolerance)


@pytest.mark.parametrize("learnable", [True, False])
@pytest.mark.parametrize("fusion", ["softmax", "sum"])
def test_loads_a_state_dict_of_the_notes(fusion, learnable):
    shell = nn.Module()
    shell.ca = SeedShell(20, hidden=4, fusion=fusion, learnable=learnable)
    shell.sa = SeedSpatialShell(learnable=learnable)
    shell.register_buffer("alpha", torch.tensor(0.25))
    block = built(20, ca_fusion=fusion, learnable_temperature=learnable)
    block.load_state_dict(shell.state_dict(), strict=True)
    x = drawn((2, 20, 4, 6))
    y = channel_formula(shell.ca.state_dict(), x, fusion=fusion)[0]
    y = spatial_formula(shell.sa.state_dict(), y, block.sa.kernels)[0]
    assert_near(block(x), x.cpu() + 0.25 * (y - x.cpu()), 1e-5)


def test_alpha_is_a_dial_with_exact_ends():
    block = built(return_maps=True)
    x = drawn((2, 6, 5, 4))
    block.alpha.fill_(0.0)
    assert torch.equal(block(x)[0], x)
    block.alpha.fill_(1.0)
    out, ca, sa, *_ = block(x)
    assert_near(out, x * ca * sa, 1e-6)
    assert_near(out, block.sa(block.ca(x)[0])[0], 1e-6)


def test_learned_alpha_is_a_parameter_and_a_fixed_one_a_buffer():
    learned, fixed = built(learnable_alpha=True, alpha_init=0.2), built(alpha_init=0.2)
    assert "alpha" in dict(learned.named_parameters())
    assert "alpha" in dict(fixed.named_buffers())
    for block in (learned, fixed):
        assert "alpha" in block.state_dict()
        assert copy.deepcopy(block).double().alpha.dtype is torch.float64
        fresh = built(learnable_alpha=block is learned)
        fresh.load_state_dict(block.state_dict())
        assert float(fresh.alpha.detach()) == pytest.approx(0.2)
    learned(drawn((2, 6, 4, 4))).square().sum().backward()
    assert learned.alpha.grad is not None
    assert learned.alpha.grad != 0
    assert not hasattr(built(residual=False), "alpha")


@pytest.mark.parametrize("fusion", ["softmax", "sum"])
def test_return_maps_always_gives_five_values(fusion):
    out = built(ca_fusion=fusion, return_maps=True)(drawn((2, 6, 5, 4)))
    assert len(out) == 5
    assert [tuple(o.shape) if o is not None else None for o in out] == [
        (2, 6, 5, 4), (2, 6, 1, 1), (2, 1, 5, 4), (2, 2) if fusion == "softmax" else None, (2, 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "options", [{"alpha_init": 0.5}, {"alpha_init": 1.0}, {"learnable_alpha": True}], ids=str
)
def test_alpha_without_residual_is_refused(options):
    with pytest.raises(ValueError, match=r"residual=False.*alpha.*verilen"):
        built(residual=False, **options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"channels": 0}, "^channels"), ({"reduction": 0}, "^reduction"), ({"min_hidden": -1}, "^min_hidden"),
        ({"ca_fusion": "mean"}, "^ca_fusion"), ({"ca_gate": "tanh"}, "^ca_gate"), ({"ca_temperature": 0}, "^ca_temperature"),
        ({"ca_act": "gelu"}, "^ca_act"), ({"ca_fusion_router_hidden": 0}, "^ca_fusion_router_hidden"),
        ({"sa_gate": 1}, "^sa_gate"), ({"sa_temperature": 1e-9}, "^sa_temperature"), ({"sa_kernels": ()}, "^sa_kernels"),
        ({"sa_use_dilated": 1}, "^sa_use_dilated"), ({"sa_dilated_kernel": 0}, "^sa_dilated_kernel"),
        ({"sa_dilated_d": -2}, "^sa_dilated_d"), ({"sa_router_hidden": 0}, "^sa_router_hidden"),
        ({"sa_coord_norm": ""}, "^sa_coord_norm"), ({"sa_router_pool": None}, "^sa_router_pool"),
        ({"learnable_temperature": "evet"}, "^learnable_temperature"), ({"residual": 1}, "^residual"),
        ({"alpha_init": float("nan")}, "^alpha_init"), ({"alpha_init": "bir"}, "^alpha_init"),
        ({"learnable_alpha": 0}, "^learnable_alpha"), ({"return_maps": None}, "^return_maps"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_arguments_are_named_as_the_user_wrote_them(options, words):
    with pytest.raises(ValueError, match=words) as caught:
        CBAMResidualDynamicSA(options.pop("channels", 6), **options)
    assert "olmalı" in str(caught.value)
    assert "verilen" in str(caught.value)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="kanal sayısı 6"):
        built()(drawn((2, 5, 4, 4)))
    with pytest.raises(TypeError, match="kayan noktalı"):
        built()(torch.zeros(2, 6, 4, 4, dtype=torch.int64, device=DEVICE))


@given(
    b=st.integers(0, 3), c=st.integers(1, 12), h=st.integers(1, 8), w=st.integers(1, 8),
    alpha=st.floats(0, 1), fusion=st.sampled_from(["softmax", "sum"]),
)  # fmt: skip
def test_output_lies_between_zero_and_the_input(b, c, h, w, alpha, fusion):
    block = built(c, alpha_init=alpha, ca_fusion=fusion)
    x = drawn((b, c, h, w))
    out = block(x)
    assert out.shape == x.shape
    assert (out.abs() <= x.abs() * (1 + 1e-5) + 1e-7).all()
    assert (out * x >= -1e-7).all()


@given(st.permutations(range(4)), st.integers(0, 1000))
def test_permuting_the_batch_permutes_every_output(order, seed):
    block = built(return_maps=True, alpha_init=0.7).double()
    x = drawn((4, 6, 5, 4), torch.float64, seed)
    for moved, still in zip(block(x[list(order)]), block(x), strict=True):
        assert_near(moved, still[list(order)], 1e-12)


@pytest.mark.parametrize("options", SETTINGS, ids=str)
def test_compile_and_export(options):
    assert_same_when_compiled_and_exported(built(return_maps=True, **options), drawn((2, 6, 5, 7)))


def test_meta_device_creates_nothing_elsewhere():
    block = built(return_maps=True, learnable_alpha=True).to("meta")
    assert {o.device.type for o in block(torch.empty(2, 6, 5, 3, device="meta"))} == {"meta"}


def test_every_parameter_learns():
    block = built(learnable_alpha=True, alpha_init=0.5, learnable_temperature=True)
    block(drawn((3, 6, 6, 5))).square().sum().backward()
    silent = [n for n, p in block.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == []


def test_the_asked_dilation_reaches_the_spatial_block():
    assert built(sa_dilated_d=3).sa.kernels[-1] == (7, 3)
    wide, narrow = built(sa_dilated_d=4), built(sa_dilated_d=1)
    assert [b.sa.branches[-1].dw.dilation[0] for b in (wide, narrow)] == [4, 1]


def test_keeps_no_more_full_size_tensors_than_the_formula_needs():
    """Eğitimde saklanan büyük tensörler: girdi ve CA'nın çıktısı; karışım kendisi için bir şey
    saklamaz."""
    block = built(8)
    x = drawn((2, 8, 9, 7)).requires_grad_()
    kept = []
    with torch.autograd.graph.saved_tensors_hooks(lambda t: kept.append(t) or t, lambda t: t):
        block(x)
    large = {t.untyped_storage().data_ptr() for t in kept if t.numel() >= x.numel()}
    assert len(large) == 2


def test_the_spatial_mask_comes_from_the_channel_output():
    block = built(return_maps=True).double()
    x = drawn((2, 6, 5, 4), torch.float64)
    _, ca, sa, _, _ = block(x)
    assert_near(sa, block.sa.attention_map(x * ca)[0], 1e-12)
    assert float((sa - block.sa.attention_map(x)[0]).detach().abs().max()) > 1e-6
