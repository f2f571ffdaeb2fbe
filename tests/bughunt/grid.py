"""Teşhisin ölçüldüğü ızgara: sağlam blokların ve ekili hataların ayarları, tohumdan örneklenir."""

import itertools
import random
from dataclasses import dataclass

import torch
from torch import nn

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.bughunt.planting import apply_edits, class_from_source, healthy_source, plant

TARGET = "course_lib.attention.channel:ChannelAttentionFusionT"
SOFTMAX = "fusion_w = torch.softmax(logits, dim=1)"


def rewritten(*edits) -> type[nn.Module]:
    return class_from_source(apply_edits(healthy_source(TARGET), edits), TARGET)


class WithLinear(ChannelAttentionFusionT):
    """1×1 evrişim yerine nn.Linear: aynı adlar, (h, C) şeklinde ağırlıklar."""

    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        for name in ("fc1", "fc2"):
            conv = getattr(self, name)
            setattr(self, name, nn.Linear(conv.in_channels, conv.out_channels, bias=conv.bias is not None))
        if self.fusion_router is not None:
            for i in (0, 2):
                conv = self.fusion_router[i]
                self.fusion_router[i] = nn.Linear(conv.in_channels, conv.out_channels)

    def forward(self, x):
        avg_s, max_s = x.mean((2, 3)), x.amax((2, 3))
        a, m = self.mlp(avg_s), self.mlp(max_s)
        weights = None
        if self.fusion == "sum":
            z = a + m
        else:
            weights = self.fusion_router(torch.cat([avg_s, max_s], 1)).softmax(-1)
            z = weights[:, :1] * a + weights[:, 1:] * m
        ca = self.gate_fn(z / self.get_T())[:, :, None, None].to(x.dtype)
        return (x * ca, ca, weights) if self.return_fusion_weights else (x * ca, ca)


class OnlyY(ChannelAttentionFusionT):
    """Yalnız y'yi döndüren, ara sonucu kendinde saklayan yazım."""

    def forward(self, x):
        self.last_map, _ = self.attention_map(x)
        return x * self.last_map


WRITINGS = {
    "kurs": ChannelAttentionFusionT,
    "softmax(-1)": rewritten((SOFTMAX, "fusion_w = logits.softmax(-1)")),
    "clamp": rewritten(("return F.softplus(t_raw) + self.eps", "return F.softplus(t_raw).clamp_min(self.eps)")),
    "detach'li kayıt": rewritten(("return y, ca, fusion_w", "return y, ca.detach(), fusion_w")),
    "Linear": WithLinear,
    "yalnız y": OnlyY,
}
STATES = ("taze", "eğitilmiş", "sıfır yönlendirici", "dondurulmuş", "kırmızı T", "doymuş")
AXES = {
    "channels": (1, 3, 16, 33, 64),
    "reduction": (4, 16, 64),
    "min_hidden": (1, 4),
    "gate": ("sigmoid", "hardsigmoid"),
    "act": ("relu", "silu"),
    "fusion": ("softmax", "sum"),
    "bias": (True, False),
    "learnable_temperature": (True, False),
    "temperature": (1e-4, 0.2, 1.0, 6.0, 1e4),
    "fusion_router_hidden": (1, 2, 16),
}
DTYPES = (torch.float32, torch.float64, torch.bfloat16)


@dataclass(frozen=True)
class Setting:
    options: tuple
    state: str
    dtype: torch.dtype
    writing: str = "kurs"
    bugs: tuple = ()
    seed: int = 0

    def build(self) -> nn.Module:
        torch.manual_seed(self.seed)
        options = dict(self.options)
        cls = plant(*self.bugs) if self.bugs else WRITINGS[self.writing]
        block = cls(options.pop("channels"), **options)
        return prepare(block, self.state).to(self.dtype)


def prepare(block: nn.Module, state: str) -> nn.Module:
    if state == "eğitilmiş":
        optimizer = torch.optim.SGD(block.parameters(), lr=0.05)
        x = torch.randn(4, block.channels, 3, 3)
        target = torch.randn_like(x)
        for _ in range(200):
            out = block(x)
            loss = ((out[0] if isinstance(out, tuple) else out) - target).square().mean()
            if not loss.requires_grad:  # detach'li blok: eğitilecek bir şey yok
                break
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with torch.no_grad():
        if state == "sıfır yönlendirici" and block.fusion_router is not None:
            block.fusion_router[2].weight.zero_()
            block.fusion_router[2].bias.zero_()
        if state == "dondurulmuş":
            block.requires_grad_(False)
        if state == "kırmızı T" and block.learnable_temperature:
            block.t_raw.fill_(-20.0)
        if state == "doymuş":
            block.fc2.weight.mul_(200)
    return block


def settings(count: int, seed: int, bugs: tuple = (), **fixed) -> list[Setting]:
    """Izgaradan `count` ayrı ayar; `fixed` bir ekseni tek değere bağlar."""
    rng = random.Random(seed)
    axes = {k: (fixed[k],) if k in fixed else v for k, v in AXES.items()}
    every = list(itertools.product(*axes.values()))
    writings = ("kurs",) if bugs else tuple(WRITINGS)
    return [
        Setting(
            tuple(zip(axes, rng.choice(every), strict=True)), rng.choice(STATES), rng.choice(DTYPES),
            rng.choice(writings), bugs, rng.randrange(10**6),
        )
        for _ in range(count)
    ]  # fmt: skip
