"""Klasik dikkatlerin, artık blokların ve küçük ResNet'in ızgaraları."""

from functools import partial
from math import gcd

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.attention.classic import CBAM, CoordinateAttention, ECABlock, SEBlock
from course_lib.attention.registry import attention_classes, build_attention
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.residual import fusion
from course_lib.residual.blocks import branch_classes
from course_lib.residual.branches import ConvBNAct, zero_last
from course_lib.residual.fusion import attend
from course_lib.residual.resnet import SmallResNet
from support.blocks import COORDINATE, ECA, PAPER_CBAM, PATTERNS, RESNET, SE
from support.grid_type import Grid

NAMES = (None, *attention_classes())


class Functional(SEBlock):
    """Aynı SE, nn.functional ile ve kapı yerinde hesaplanarak."""

    def forward(self, x):
        s = F.adaptive_avg_pool2d(x, 1)
        return x.mul(
            F.conv2d(F.relu(F.conv2d(s, *self.fc1.parameters())), *self.fc2.parameters()).sigmoid()
        )


class Unfolded(ECABlock):
    """Aynı ECA: evrişim yerine kaydırılmış toplam."""

    def attention_map(self, x):
        s = F.pad(x.mean((2, 3)), (self.kernel // 2,) * 2)
        z = sum(w * s[:, i : i + x.shape[1]] for i, w in enumerate(self.conv.weight.flatten()))
        return torch.sigmoid(z)[:, :, None, None]


class TwoSteps(CBAM):
    def forward(self, x):
        y = x * self.channel_map(x)
        return y * self.spatial_map(y)


class OneGate(CoordinateAttention):
    """Önce iki kapı çarpılır, sonra girdi."""

    def forward(self, x):
        gate_h, gate_w = self.gates(x)
        return x * (gate_h * gate_w)


class Sliced(CoordinateAttention):
    """Satırlar ve sütunlar ayrı ayrı evrilir: eğitimde BN ikisini birlikte görmez, başka bir
    hesaptır."""

    def gates(self, x):
        rows, columns = x.mean(3, keepdim=True), x.mean(2, keepdim=True)
        one, two = (self.act(self.bn1(self.conv1(s))) for s in (rows, columns))
        return torch.sigmoid(self.conv_h(one)), torch.sigmoid(self.conv_w(two))


def stepwise(cls: type[nn.Module]) -> type[nn.Module]:
    """Aynı kalıp, adım adım ve functional ReLU ile; forward baştan yazılmış."""

    class Stepwise(cls):
        def forward(self, x):
            skip = self.shortcut(x)
            if self.pattern == "P3":
                y = torch.add(skip, self.f(attend(self.attn, x)))
            elif self.pattern == "P4":
                y = attend(self.attn_res, self.f(x)) + attend(self.attn_skip, skip)
            elif self.pattern == "P2":
                y = attend(self.attn, self.f(x).add(skip))
            else:
                y = attend(self.attn, self.f(x))
                y = y + skip
            return F.relu(y) if self.design.activation == "post" else y

    return Stepwise


def trained(block: nn.Module, x: torch.Tensor, steps: int) -> None:
    optimizer = torch.optim.SGD(block.parameters(), lr=0.05)
    for _ in range(steps):
        try:
            y = block(x)
            optimizer.zero_grad()
            (y - torch.randn_like(y)).square().mean().backward()
        except (RuntimeError, ValueError):  # çöken hata: eğitilecek bir şey yok
            return
        torch.nn.utils.clip_grad_norm_(block.parameters(), 1.0)
        optimizer.step()


def prepare(block: nn.Module, state: str) -> nn.Module:
    channels = next(
        getattr(block, n) for n in ("channels", "ch", "in_channels") if hasattr(block, n)
    )
    if state == "eğitilmiş":
        trained(block, torch.randn(4, channels, 9, 8), 20)
    with torch.no_grad():
        for part in block.modules():
            if state == "sıfır yönlendirici" and hasattr(part, "shortcut"):
                zero_last(part.f)
            if state == "kırmızı T" and hasattr(part, "t_raw"):
                part.t_raw.fill_(-20.0)
            if state == "doymuş" and hasattr(part, "fc2"):
                part.fc2.weight.mul_(200)
    if state == "dondurulmuş":
        block.requires_grad_(False)
    return block


def gate(cls, options):
    return cls(options.pop("channels"), **options)


def attention(name):
    """P3 dışında DynamicSpatialAttention ve elle yazılmış bir dikkat de denenir."""
    if name == "uzamsal":
        return DynamicSpatialAttention()
    return None if name is None else partial(build_attention, name)


def residual(cls, options):
    ch, name, branch = options.pop("ch"), options.pop("attention"), options.pop("branch")
    options["out"] = out = ch if options["out"] == "aynı" else options["out"]
    make = branch_classes().get(branch, ConvBNAct)
    if branch == "bottleneck" and out % 4:
        make = partial(make, expansion=1)
    if branch == "resnext":
        make = (
            partial(make, cardinality=gcd(out // 2, 8))
            if out % 2 == 0
            else branch_classes()["basic"]
        )
    alpha = options.pop("skip_alpha")
    if branch != "basic":  # verilmezse sınıfın kendi dalı: ekilmiş de olabilir
        options["f"] = make
    if cls.pattern == "P4":
        both = {"attn_skip": attention(name), "attn_res": attention(name), "skip_alpha": alpha}
        return cls(ch, **both, **options)
    return cls(ch, attn=attention(name), **options)


def network(cls, options):
    if options["attention_stages"] == "son":
        options["attention_stages"] = (len(options["widths"]),)
    return cls(10, **options)


RESIDUAL_AXES = {
    "branch": ("basic", "preact", "wide", "bottleneck", "resnext", "tek evrişim"), "attention": (*NAMES, "uzamsal"),
    "ch": (1, 4, 8, 16), "out": ("aynı", 8, 16, 24), "stride": (1, 2), "skip_alpha": (None, 0.0, 0.05, 1.0),
}  # fmt: skip

RESIDUAL_GRIDS = {
    SE: Grid({"channels": (1, 3, 16, 64), "hidden": (None, 2, 8)}, {"kurs": SEBlock, "functional": Functional}, gate, prepare),
    ECA: Grid(
        {"channels": (1, 3, 16, 64, 128, 256), "kernel": (None, 3, 7)},
        {"kurs": ECABlock, "kaydırılmış": Unfolded},
        gate,
        prepare,
    ),
    PAPER_CBAM: Grid({"channels": (1, 3, 16, 64), "hidden": (None, 2)}, {"kurs": CBAM, "iki adım": TwoSteps}, gate, prepare),
    COORDINATE: Grid(
        {"channels": (1, 3, 16, 64), "hidden": (None, 3)}, {"kurs": CoordinateAttention, "tek adım": OneGate}, gate, prepare
    ),
    **{
        name: Grid(RESIDUAL_AXES, {"kurs": cls, "adım adım": stepwise(cls)}, residual, prepare)
        for name, cls in ((p, getattr(fusion, p)) for p in PATTERNS)
    },
    RESNET: Grid(
        {
            "widths": ((8,), (4, 8), (8, 12, 16)), "depth": (1, 2), "block": ("basic", "preact", "wide", "se"),
            "pattern": ("P1", "P2", "P3", "P4"), "attention": NAMES, "attention_stages": (None, (1,), "son"),
            "zero_init": (True, False),
        },
        {"kurs": SmallResNet},
        network,
        prepare,
    ),
}  # fmt: skip
