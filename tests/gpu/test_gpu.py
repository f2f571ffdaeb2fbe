"""CUDA üzerinde: blok CPU ile aynı sonucu verir, türleri ve cihazı korur. CUDA yoksa bildirimle atlanır."""

import copy

import numpy as np
import pytest
import torch

from course_lib.attention.cbam import CBAMResidualDynamicSA
from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.classic import SEBlock
from course_lib.attention.registry import build_attention
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.bugs import plant
from course_lib.device import get_device
from course_lib.diagnosis import diagnose
from course_lib.experiments.costs import latency, peak_memory
from course_lib.experiments.data import ClutteredDigits
from course_lib.experiments.measure import outcome
from course_lib.experiments.run import Run, build
from course_lib.experiments.training import NonFiniteLoss, Recipe, train
from course_lib.residual.blocks import patterns, residual_block
from course_lib.residual.resnet import SmallResNet

cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="bildirim: bu makinede CUDA yok")


BLOCKS = {
    "kanal": lambda: ChannelAttentionFusionT(16, return_fusion_weights=True),
    "kanal, sum": lambda: ChannelAttentionFusionT(16, fusion="sum"),
    "kanal, hardsigmoid": lambda: ChannelAttentionFusionT(
        16, learnable_temperature=True, gate="hardsigmoid"
    ),
    "uzamsal": lambda: DynamicSpatialAttention(return_router_weights=True),
    "uzamsal, moments": lambda: DynamicSpatialAttention(
        router_pool="moments", kernels=(2, 5), learnable_temperature=True
    ),
    "cbam": lambda: CBAMResidualDynamicSA(
        16, alpha_init=0.4, learnable_alpha=True, return_maps=True
    ),
    "cbam, residual kapalı": lambda: CBAMResidualDynamicSA(16, residual=False),
    **{
        f"dikkat {name}": lambda name=name: build_attention(name, 16).eval()
        for name in ("se", "eca", "cbam", "coordinate")
    },
    **{
        f"artık {b} {p}": lambda b=b, p=p: residual_block(
            b, 16, out=32, stride=2, pattern=p, attention="cbam"
        ).eval()
        for b in ("basic", "preact", "resnext")
        for p in patterns()
    },
    "ağ": lambda: SmallResNet(
        10, in_channels=16, block="preact", pattern="P4", attention="se", skip_alpha=0.1
    ).eval(),
}


@cuda
@pytest.mark.parametrize("name", BLOCKS)
def test_cuda_agrees_with_cpu(name, monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "cuda")
    device = get_device()
    block = BLOCKS[name]()
    x = torch.randn(3, 16, 7, 5, generator=torch.Generator().manual_seed(0))
    there = copy.deepcopy(block).to(device)
    here, away = block(x), there(x.to(device))
    for a, b in zip(*(o if isinstance(o, tuple) else (o,) for o in (here, away)), strict=True):
        if a is None:
            assert b is None
            continue
        assert b.device.type == "cuda"
        torch.testing.assert_close(a, b.cpu(), rtol=1e-5, atol=1e-5)


@cuda
@pytest.mark.parametrize("t_raw", [-1e4, 0.0, 1e4])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_autocast_gradients_stay_finite_on_cuda(dtype, t_raw):
    block = ChannelAttentionFusionT(8, learnable_temperature=True).cuda()
    with torch.no_grad():
        block.t_raw.fill_(t_raw)
    with torch.autocast("cuda", dtype=dtype):
        y, _ = block(torch.randn(4, 8, 6, 6, device="cuda"))
    y.float().sum().backward()
    assert all(torch.isfinite(p.grad).all() for p in block.parameters())


@cuda
def test_blocks_on_cuda_are_diagnosed_and_stay_there():
    healthy = ChannelAttentionFusionT(8).cuda()
    assert diagnose(healthy).status == "healthy"
    assert healthy.fc1.weight.device.type == "cuda"
    assert diagnose(plant("ca-detach")(8).cuda()).bug_ids == ("ca-detach",)
    whole = CBAMResidualDynamicSA(8).cuda()
    assert diagnose(whole).status == "healthy"
    assert whole.sa.branches[0].dw.weight.device.type == "cuda"
    assert diagnose(plant("sa-max-is-avg")().cuda()).bug_ids == ("sa-max-is-avg",)
    assert diagnose(plant("cbam-sa-on-input")(8).cuda()).bug_ids == ("cbam-sa-on-input",)
    network = SmallResNet(10, widths=(8, 16), attention="se").cuda()
    assert diagnose(network).status == "healthy"
    assert network.head.weight.device.type == "cuda"
    assert diagnose(plant("fusion-skip-dropped")(8, out=12).cuda()).bug_ids == (
        "fusion-skip-dropped",
    )


def test_a_wrong_device_says_what_is_possible(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "tpu")
    with pytest.raises(ValueError, match=r"COURSE_DEVICE.*cpu.*verilen: 'tpu'"):
        get_device()
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    assert get_device().type == "cpu"
    monkeypatch.delenv("COURSE_DEVICE")
    assert get_device().type == ("cuda" if torch.cuda.is_available() else "cpu")


@cuda
def test_an_experiment_runs_on_the_device_and_says_so(monkeypatch):
    monkeypatch.setenv("COURSE_DEVICE", "cuda")
    small = {"widths": (4, 8), "train_images": 80, "test_images": 40, "epochs": 2, "batch": 20}
    row = outcome(Run("a", attention="cbam_dynamic", **small))
    assert (row.state, row.verdict) == ("bitti", "sağlam")
    assert row.device == torch.cuda.get_device_name()
    assert all(np.isfinite(epoch["grad_norm"]) for epoch in row.history)


@cuda
def test_latency_and_memory_are_measured_on_the_device():
    block = SEBlock(16).to("cuda")
    assert latency(block, (4, 16, 32, 32)).median > 0
    one = 4 * 4 * 16 * 32 * 32
    assert peak_memory(block, (4, 16, 32, 32)) >= one


@cuda
def test_a_non_finite_loss_is_named_on_the_device():
    data = ClutteredDigits(40, train=True, level="kolay")
    model = build(Run("a", attention="se", widths=(4, 8))).to("cuda")
    with torch.no_grad():
        model.stages[1][0].attn.fc2.bias.fill_(float("nan"))
    with pytest.raises(NonFiniteLoss) as caught:
        train(model, data, data, Recipe(epochs=1, batch=20))
    assert caught.value.layer == "stages.1.0.attn.fc2"
