"""Teşhisin ölçüldüğü ızgaralar: sağlam blokların ve ekili hataların ayarları, tohumdan
örneklenir."""

import itertools
import random
from dataclasses import dataclass

import torch
from torch import nn

from course_lib.attention.cbam import CBAMResidualDynamicSA
from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.bugs import class_from_sources, edited_sources, plant
from support.blocks import CBAM, CHANNEL, SPATIAL
from support.grid_residual import RESIDUAL_GRIDS
from support.grid_type import DTYPES, STATES, Grid

SOFTMAX = "fusion_w = torch.softmax(logits, dim=1)"
FLOOR = ("return F.softplus(t_raw) + self.eps", "return F.softplus(t_raw).clamp_min(self.eps)")


def rewritten(*edits, block: str = CHANNEL, piece: str | None = None) -> type[nn.Module]:
    """Bir parçası (verilmezse bloğun kendisi) değiştirilmiş blok."""
    return class_from_sources(edited_sources(block, {piece or block: edits}))


class WithLinear(ChannelAttentionFusionT):
    """1×1 evrişim yerine nn.Linear: aynı adlar, (h, C) şeklinde ağırlıklar."""

    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        for name in ("fc1", "fc2"):
            conv = getattr(self, name)
            setattr(
                self,
                name,
                nn.Linear(conv.in_channels, conv.out_channels, bias=conv.bias is not None),
            )
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


class Stacked(DynamicSpatialAttention):
    """Notlardaki yazım: dallar (B, K, 1, H, W) olarak yığılır, koordinatlar linspace'ten, önbellek
    düz bir alanda."""

    def __init__(self, **options):
        super().__init__(**options)
        self.grid = None

    def describe_places(self, x):
        h, w = x.shape[2:]
        if self.grid is None or self.grid.shape[2:] != (h, w):
            low = -1.0 if self.coord_norm == "minus1to1" else 0.0
            xs, ys = torch.linspace(low, 1, w), torch.linspace(low, 1, h)
            yy, xx = torch.meshgrid(
                ys if h > 1 else (ys + 1) / 2, xs if w > 1 else (xs + 1) / 2, indexing="ij"
            )
            self.grid = torch.stack([xx, yy])[None]
        avg, top = x.mean(1, keepdim=True), x.max(1, keepdim=True).values
        s = torch.cat([avg, top, self.grid.to(x).expand(len(x), -1, -1, -1)], 1)
        return s.to(self.router[1].weight.dtype)

    def attention_map(self, x):
        s = self.describe_places(x)
        rw = self.router(s).flatten(1).softmax(-1)
        z = torch.stack([branch(s) for branch in self.branches], dim=1)
        wlogit = (rw[:, :, None, None, None] * z).sum(dim=1)
        return self.gate_fn(wlogit / self.get_T()).to(x.dtype), rw


class OnlyMasked(DynamicSpatialAttention):
    def forward(self, x):
        self.last_map, _ = self.attention_map(x)
        return x * self.last_map


class Lerp(CBAMResidualDynamicSA):
    """Aynı karışım, torch.lerp ile; SA kendi çıktısıyla çağrılır; haritalar günlük için koparılmış
    döner."""

    def forward(self, x):
        y, ca, fusion_w = self.ca(x)
        y, sa, router_w = (*self.sa(y), None)[:3]
        out = torch.lerp(x, y, self.alpha.to(x.dtype)) if self.residual else y
        return (out, ca.detach(), sa.detach(), fusion_w, router_w) if self.return_maps else out


class OnlyOut(CBAMResidualDynamicSA):
    def forward(self, x):
        out = super().forward(x)
        return out[0] if isinstance(out, tuple) else out


TEMPERATURE_AXES = {
    "learnable_temperature": (True, False),
    "temperature": (1e-4, 0.2, 1.0, 6.0, 1e4),
}


def with_channels(cls, options):
    return cls(options.pop("channels"), **options)


def prepare(block: nn.Module, state: str) -> nn.Module:
    parts = [getattr(block, name) for name in ("ca", "sa")] if hasattr(block, "ca") else [block]
    if state == "eğitilmiş":
        trainable = list(block.parameters())
        channels = getattr(parts[0], "channels", 4)
        x = (
            torch.randn(4, channels, 15, 14)
            if hasattr(parts[-1], "branches")
            else torch.randn(4, channels, 3, 3)
        )
        target = torch.randn_like(x)
        optimizer = torch.optim.SGD(trainable, lr=0.05)
        for _ in range(60 if hasattr(parts[-1], "branches") else 200):
            optimizer.zero_grad()
            try:
                out = block(x)
                loss = ((out[0] if isinstance(out, tuple) else out) - target).square().mean()
                if not loss.requires_grad:  # detach'li blok: eğitilecek bir şey yok
                    break
                loss.backward()
            except (RuntimeError, ValueError):  # çöken ya da girdisini ezen hata: eğitilemez
                break
            torch.nn.utils.clip_grad_norm_(trainable, 1.0)
            optimizer.step()
    with torch.no_grad():
        for part in parts:
            router = getattr(part, "fusion_router", None) if hasattr(part, "fc1") else part.router
            if state == "sıfır yönlendirici" and router is not None:
                for p in router[-1].parameters() if isinstance(router, nn.Sequential) else [router]:
                    p.zero_()
            if state == "kırmızı T" and part.learnable_temperature:
                part.t_raw.fill_(-20.0)
            if state == "doymuş":
                for layer in [part.fc2] if hasattr(part, "fc1") else [b.pw for b in part.branches]:
                    layer.weight.mul_(200)
        if state == "dondurulmuş":
            block.requires_grad_(False)
    return block


GRIDS = {
    CHANNEL: Grid(
        {
            "channels": (1, 3, 16, 33, 64), "reduction": (4, 16, 64), "min_hidden": (1, 4),
            "gate": ("sigmoid", "hardsigmoid"), "act": ("relu", "silu"), "fusion": ("softmax", "sum"),
            "bias": (True, False), "fusion_router_hidden": (1, 2, 16), **TEMPERATURE_AXES,
        },
        {
            "kurs": ChannelAttentionFusionT,
            "softmax(-1)": rewritten((SOFTMAX, "fusion_w = logits.softmax(-1)")),
            "clamp": rewritten(FLOOR, piece="Tempered"),
            "detach'li kayıt": rewritten(("return y, ca, fusion_w", "return y, ca.detach(), fusion_w")),
            "Linear": WithLinear,
            "yalnız y": OnlyY,
        },
        with_channels,
        prepare,
    ),
    SPATIAL: Grid(
        {
            "kernels": ((3, 7), (3,), (2, 5), (1, 3, 5), (9,)), "use_dilated": (True, False),
            "dilated_kernel": (3, 4, 7), "dilated_d": (1, 2, 3), "gate": ("sigmoid", "hardsigmoid"),
            "router_hidden": (1, 2, 8), "bias": (True, False), "coord_norm": ("minus1to1", "0to1"),
            "router_pool": ("mean", "moments"), **TEMPERATURE_AXES,
        },
        {
            "kurs": DynamicSpatialAttention,
            "softmax(-1)": rewritten(("return torch.softmax(logits, dim=1)", "return logits.softmax(-1)"), block=SPATIAL),
            "clamp": rewritten(FLOOR, block=SPATIAL, piece="Tempered"),
            "detach'li kayıt": rewritten(("return y, sa, router_w", "return y, sa.detach(), router_w.detach()"), block=SPATIAL),
            "yığılmış": Stacked,
            "yalnız y": OnlyMasked,
        },
        lambda cls, options: cls(**options),
        prepare,
    ),
    CBAM: Grid(
        {
            "channels": (1, 3, 16, 33), "reduction": (4, 16), "min_hidden": (1, 4), "ca_fusion": ("softmax", "sum"),
            "ca_gate": ("sigmoid", "hardsigmoid"), "ca_act": ("relu", "silu"), "ca_fusion_router_hidden": (1, 16),
            "sa_gate": ("sigmoid", "hardsigmoid"), "sa_kernels": ((3, 7), (3,), (2, 5)), "sa_use_dilated": (True, False),
            "sa_dilated_kernel": (3, 7), "sa_dilated_d": (1, 2, 3), "sa_router_hidden": (1, 8),
            "sa_coord_norm": ("minus1to1", "0to1"), "sa_router_pool": ("mean", "moments"),
            "residual": (True, False), "alpha_init": (0.0, 0.3, 1.0), "learnable_alpha": (True, False),
            "return_maps": (True, False), "learnable_temperature": (True, False), "ca_temperature": (0.2, 1.0, 6.0),
        },
        {"kurs": CBAMResidualDynamicSA, "lerp": Lerp, "yalnız out": OnlyOut},
        with_channels,
        prepare,
    ),
    **RESIDUAL_GRIDS,
}  # fmt: skip


@dataclass(frozen=True)
class Setting:
    block: str
    options: tuple
    state: str
    dtype: torch.dtype
    writing: str = "kurs"
    bugs: tuple = ()
    seed: int = 0

    def build(self) -> nn.Module:
        torch.manual_seed(self.seed)
        options = dict(self.options)
        if options.get("residual") is False:
            options.pop("alpha_init"), options.pop("learnable_alpha")
        grid = GRIDS[self.block]
        cls = plant(*self.bugs, block=self.block) if self.bugs else grid.writings[self.writing]
        return grid.prepare(grid.fresh(cls, options), self.state).to(self.dtype)


def settings(block: str, count: int, /, seed: int, bugs: tuple = (), **fixed) -> list[Setting]:
    """Izgaradan `count` ayar; `fixed` bir ekseni tek değere ya da değer demetine bağlar."""
    rng = random.Random(seed)
    grid = GRIDS[block]
    axes = {**grid.axes, **{k: v if isinstance(v, list) else [v] for k, v in fixed.items()}}
    writings = ("kurs",) if bugs else tuple(grid.writings)
    return [
        Setting(
            block, tuple((k, rng.choice(list(v))) for k, v in axes.items()), rng.choice(STATES), rng.choice(DTYPES),
            rng.choice(writings), bugs, rng.randrange(10**6),
        )
        for _ in range(count)
    ]  # fmt: skip


def pairs(block: str, ids) -> list[tuple[str, str]]:
    """Aynı metni değiştirmeyen, öyleyse birlikte ekilebilen hata ikilileri."""
    return [p for p in itertools.combinations(ids, 2) if can_be_planted(block, p)]


def can_be_planted(block: str, ids: tuple[str, ...]) -> bool:
    try:
        plant(*ids, block=block)
    except ValueError:
        return False
    return True
