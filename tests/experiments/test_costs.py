"""Maliyet sayacı: elle yapılmış sayımla aynı, ölçülen modüle dokunmaz."""

import pytest
import torch
from torch import nn

from course_lib.attention.classic import SEBlock
from course_lib.experiments.costs import cost, cost_table, latency, peak_memory

SHAPE = (2, 16, 6, 5)
SIZE = 4 * 2 * 16 * 6 * 5  # float32, bayt


class Doubles(nn.Module):
    def forward(self, x):
        return x * 2


class OnlyViews(nn.Module):
    def forward(self, x):
        return x.flatten(2).transpose(1, 2).unsqueeze(0)


class InPlace(nn.Module):
    def forward(self, x):
        return x.mul_(2)


@pytest.mark.parametrize(
    ("module", "moved"),
    [(Doubles(), 2 * SIZE), (OnlyViews(), 0), (InPlace(), 2 * SIZE), (nn.Identity(), 0)],
)
def test_bytes_of_simple_operations(module, moved):
    found = cost(module, SHAPE)
    assert (found.parameters, found.flops, found.moved) == (0, 0, moved)


def test_convolution_is_counted_as_the_formula_says():
    conv = nn.Conv2d(16, 8, 3, padding=1, bias=False)
    found = cost(conv, SHAPE)
    assert found.parameters == 8 * 16 * 9
    assert found.flops == 2 * 2 * 8 * 16 * 9 * 6 * 5  # çarpma ve toplama, B · out · in · 9 · H · W
    assert found.moved == SIZE + SIZE // 2 + 4 * 8 * 16 * 9  # girdi, çıktı, ağırlık


def test_squeeze_excitation_moves_three_times_its_input():
    found = cost(SEBlock(64), (1, 64, 56, 56))
    assert found.parameters == sum(p.numel() for p in SEBlock(64).parameters())
    assert found.flops == 2 * 2 * 64 * 4
    assert found.moved / (4 * 64 * 56 * 56) == pytest.approx(3, abs=0.01)


def test_the_module_is_left_as_it_was():
    block = SEBlock(8).train()
    before = {k: v.clone() for k, v in block.state_dict().items()}
    cost(block, (1, 8, 4, 4))
    assert block.training
    assert all(
        torch.equal(v, before[k]) and v.device.type == "cpu" for k, v in block.state_dict().items()
    )


class GivesItsParameter(nn.Module):
    """Çıktısı, parametresinin genişletilmiş bir görünümü: bütün örneklere aynı ağırlık."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1, 1, 1, 1))

    def forward(self, x):
        return self.weight.expand(len(x), -1, -1, -1)


def test_a_view_of_a_parameter_is_counted_too():
    assert cost(nn.Sequential(nn.Identity(), GivesItsParameter()), SHAPE).parameters == 1


def test_latency_is_a_time_and_leaves_the_mode_alone():
    block = SEBlock(8).train()
    found = latency(block, (2, 8, 16, 16))
    assert found.median > 0
    assert found.spread >= 0
    assert block.training


class KeepsTwo(nn.Module):
    """Parametresi olsun diye bir ölçek; ileri geçişte x boyunda iki tensör doğar."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, x):
        return (x * self.scale).exp()


def test_peak_memory_counts_what_is_alive_at_once():
    shape = (4, 3, 16, 16)
    one = 4 * 4 * 3 * 16 * 16
    found = peak_memory(KeepsTwo(), shape)
    assert 2 * one <= found <= 5 * one  # x · ölçek, exp; geride birkaç gradyan
    assert peak_memory(KeepsTwo(), (8, 3, 16, 16)) == pytest.approx(2 * found, rel=0.01)


def test_the_table_has_a_row_for_every_module():
    table = cost_table({"SE": SEBlock(8), "ölçek": KeepsTwo()}, (2, 8, 8, 8))
    assert list(table.index) == ["SE", "ölçek"]
    assert list(table.columns) == [
        "parametre",
        "MFLOP",
        "taşınan MB",
        "gecikme ms",
        "açıklık ms",
        "bellek MB",
    ]
    assert table.loc["SE", "parametre"] == sum(p.numel() for p in SEBlock(8).parameters())
    assert (table > 0).drop(columns=["MFLOP", "açıklık ms"]).all().all()
