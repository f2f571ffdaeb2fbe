"""Denetim modülleri: bir dikkatin etkisini nedenlerine ayırır; kendileri dikkat değildir."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

import torch
from torch import Tensor, nn

from course_lib.attention.classic import SEBlock
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.residual.fusion import attend


class Scaled(nn.Module):
    """Bir modülün çıktısı, değişmeyen bir sayıyla çarpılmış: y = gain · A(x).

    Shape:
        x, y: (B, C, H, W).
    """

    def __init__(self, attn: nn.Module, gain: float):
        super().__init__()
        self.attn, self.gain = attn, gain

    def forward(self, x: Tensor) -> Tensor:
        return self.gain * attend(self.attn, x)


class ConstantGate(SEBlock):
    """SE'nin katmanları ve parametreleri, ama girdiye bakmadan: MLP, ortalamaların yerine 1'leri
    görür.

    Kapı öğrenilir, yine de her görüntüde aynıdır.

    Shape:
        x, y: (B, C, H, W).
    """

    def attention_map(self, x: Tensor) -> Tensor:
        """Kapı: her kanala bir katsayı, bütün örneklerde aynı, (B, C, 1, 1)."""
        ones = x.new_ones(1, self.channels, 1, 1)
        gate = torch.sigmoid(self.fc2(self.act(self.fc1(ones))))
        return gate.expand(len(x), -1, -1, -1)


def halved(_channels: int) -> nn.Module:
    """Öğrenilmeyen yarım kapı: y = 0,5 · x."""
    return Scaled(nn.Identity(), 0.5)


def spatial_alone(_channels: int, **options: object) -> nn.Module:
    """Kanal dikkati olmadan DynamicSpatialAttention."""
    return DynamicSpatialAttention(**options)  # pyright: ignore[reportArgumentType]


# Ağın kendi dikkatleri arasında olmayan, deney için bloklara konan modüller: ad -> kurucu
PLACED: MappingProxyType[str, Callable[..., nn.Module]] = MappingProxyType(
    {"spatial_dynamic": spatial_alone, "half": halved, "constant": ConstantGate}
)
# Bunlar tasarım değil denetimdir: teşhis onları bir bloğa benzetmez
CONTROLS = ("half", "constant")
# Dikkatin art arda çarptığı kapı sayısı: her biri sigmoid ile 0,5 dolayında başlar
GATES = MappingProxyType(
    {"se": 1, "eca": 1, "channel_fusion": 1, "spatial_dynamic": 1,
     "cbam": 2, "coordinate": 2, "cbam_dynamic": 2}
)  # fmt: skip
