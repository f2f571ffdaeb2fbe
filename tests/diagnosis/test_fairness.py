"""Hakkaniyet: kurstan ayrılan sağlam tasarımlar suçlanmaz; teşhis hiçbir modülde düşmez."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.grid_residual import Sliced
from support.healthy_designs import designs, wrapped
from torch import nn

from course_lib.attention.classic import SEBlock
from course_lib.diagnosis import diagnose
from course_lib.residual.fusion import ResidualAttn_P1, attend

WIDTHS = (3, 16, 33)


@pytest.mark.parametrize("channels", WIDTHS)
def test_no_healthy_design_is_accused(full_grid, counted, channels):
    verdicts: Counter[str] = Counter()
    for seed in range(12 if full_grid else 1):
        for name, block in (*designs(channels, seed), *wrapped(channels, seed)):
            if "KeepsMaps" in name:
                block(torch.randn(2, channels, 4, 3))
            found = diagnose(block)
            verdicts[found.status] += 1
            assert found.status == "healthy", f"{name}, C = {channels}\n{found}"
    counted(f"kurstan ayrılan sağlam tasarımlar, C = {channels}: {dict(verdicts)}")


def test_what_cannot_be_compared_is_said():
    found = diagnose(next(block for name, block in designs(16, 0) if "ScaledScore" in name))
    assert found.status == "healthy"
    assert "karşılaştırılamaz" in str(found)


def test_a_design_that_computes_something_else_is_told_apart_but_not_accused():
    found = diagnose(Sliced(16))  # eğitimde BN satırları ve sütunları ayrı görür
    assert found.status == "departs"
    assert "ayrılıyor" in str(found)
    assert "bozulan söz" not in str(found)
    assert found.bug_ids == ()


def test_a_part_that_only_departs_does_not_hide_what_the_whole_breaks():
    class Cut(ResidualAttn_P1):
        def forward(self, x):
            return self.act(self.shortcut(x.detach()) + attend(self.attn, self.f(x)))

    found = diagnose(Cut(16, attn=Sliced))
    assert found.status == "buggy"
    assert "gradyan-doğru" in {f.name for f in found.broken}, str(found)


def test_swapped_weights_are_told_as_what_they_are():
    from course_lib.attention.classic import CBAM

    class Swapped(CBAM):
        def spatial_map(self, y):
            s = torch.cat([y.amax(1, keepdim=True), y.mean(1, keepdim=True)], dim=1)
            return torch.sigmoid(self.bn(self.conv(s)))

    found = diagnose(Swapped(16))
    assert found.status == "departs"
    assert "Yalnız ağırlıkların yeri değişmiş (iki özet haritası)" in str(found)


PARTS = ("fc1", "fc2", "act", "conv", "bn", "ca", "sa", "branches", "router", "f", "shortcut",
         "stages", "head", "fusion_router", "t_raw", "T", "conv_h", "conv_w", "design", "plan",
         "channels", "ch", "alpha", "fusion", "kernels")  # fmt: skip
VALUES = (
    lambda: nn.Conv2d(4, 4, 1), lambda: nn.Conv1d(1, 1, 3), lambda: nn.Linear(4, 4), nn.ReLU, nn.Identity,
    lambda: nn.BatchNorm2d(4), lambda: nn.Sequential(nn.Conv2d(4, 2, 1)), lambda: SEBlock(4), lambda: 4,
    lambda: -1, lambda: None, lambda: "metin", lambda: [nn.Conv2d(4, 4, 1)], lambda: {"a": torch.ones(2)},
    lambda: nn.Parameter(torch.ones(())), lambda: torch.zeros(2, 2), lambda: (3, 1), lambda: nn.Parameter(torch.empty(0)),
)  # fmt: skip
RETURNS = (
    lambda x, _m: x, lambda x, _m: x * torch.sigmoid(x), lambda x, _m: (x, x), lambda x, _m: x.mean(),
    lambda _x, _m: None, lambda x, _m: {"y": x}, lambda x, m: m(x), lambda x, _m: x[:1], lambda x, _m: (x,) * 5,
    lambda x, _m: x.add_(1), lambda _x, _m: 1 / 0,
)  # fmt: skip


@given(
    parts=st.dictionaries(
        st.sampled_from(PARTS), st.integers(0, len(VALUES) - 1), min_size=1, max_size=7
    ),
    back=st.integers(0, len(RETURNS) - 1),
    maps=st.booleans(),
)
def test_diagnosis_never_raises_whatever_the_module(parts, back, maps):
    class Generated(nn.Module):
        def __init__(self):
            super().__init__()
            for name, index in parts.items():
                setattr(self, name, VALUES[index]())

        def forward(self, x):
            inner = next(iter(self.children()), nn.Identity())
            return RETURNS[back](x, inner)

    if maps:
        Generated.attention_map = lambda self, x: x  # type: ignore[attr-defined]
    found = diagnose(Generated())
    assert found.status in ("healthy", "buggy", "departs", "inconclusive")
    assert str(found)
