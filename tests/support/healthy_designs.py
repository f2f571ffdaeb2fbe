"""Kurstan ayrılan sağlam tasarımlar: sözlerin hepsini tutar, hiçbiri hatalı sayılmamalıdır."""

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.attention.cbam import CBAMResidualDynamicSA
from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.classic import CBAM, CoordinateAttention, ECABlock, SEBlock
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.residual.branches import BasicBranch
from course_lib.residual.fusion import ResidualAttn_P1, ResidualAttn_P3, attend


class ScaledScore(SEBlock):
    """Ham skorun öğrenilen ölçeği, (1,)."""

    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        self.scale = nn.Parameter(torch.ones(1))

    def attention_map(self, x):
        z = self.fc2(self.act(self.fc1(x.mean((2, 3), keepdim=True))))
        return torch.sigmoid(self.scale * z)


class Divided(ECABlock):
    """Ham skorun öğrenilen böleni."""

    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        self.divisor = nn.Parameter(torch.tensor(2.0))

    def attention_map(self, x):
        z = self.conv(x.mean((2, 3)).unsqueeze(1)) / self.divisor
        return torch.sigmoid(z).view(-1, self.channels, 1, 1)


class OwnNorm(nn.Module):
    """Elle yazılmış katman normu; gamma 0'da başlar."""

    def __init__(self, channels):
        super().__init__()
        self.g = nn.Parameter(torch.zeros(1, channels, 1, 1))
        self.b = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x):
        centred = x - x.mean(1, keepdim=True)
        return centred / (centred.square().mean(1, keepdim=True) + 1e-5).sqrt() * self.g + self.b


class NormedScore(SEBlock):
    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        self.norm = OwnNorm(channels)

    def attention_map(self, x):
        s = x.mean((2, 3), keepdim=True)
        return torch.sigmoid(self.fc2(self.act(self.fc1(s))) + self.norm(s))


class WeighedViews(ChannelAttentionFusionT):
    """Toplamdan önce iki öğrenilen sayı."""

    def __init__(self, channels, **options):
        super().__init__(channels, **{**options, "fusion": "sum"})
        self.p, self.q = nn.Parameter(torch.ones(())), nn.Parameter(torch.ones(()))

    def attention_map(self, x):
        a = self.mlp(x.mean((2, 3), keepdim=True))
        m = self.mlp(x.amax((2, 3), keepdim=True))
        return self.gate_fn((self.p * a + self.q * m) / self.get_T()).to(x.dtype), None


class Prelu(SEBlock):
    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        self.act = nn.PReLU()


class LayerScaled(SEBlock):
    """LayerScale: ham skorun kanal başına, 0'a çok yakın başlayan ölçeği."""

    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        self.gamma = nn.Parameter(1e-5 * torch.ones(channels, 1, 1))

    def attention_map(self, x):
        z = self.fc2(self.act(self.fc1(x.mean((2, 3), keepdim=True))))
        return torch.sigmoid(self.gamma * z)


class ZeroGamma(CoordinateAttention):
    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        nn.init.zeros_(self.bn1.weight)


class ZeroGammaCbam(CBAM):
    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        nn.init.zeros_(self.bn.weight)


class TiedBranches(DynamicSpatialAttention):
    """Dallar aynı 1×1'i paylaşır: ağırlıkları ortak, çekirdekleri ayrıdır."""

    def __init__(self, **options):
        super().__init__(**options)
        for branch in self.branches[1:]:
            branch.pw = self.branches[0].pw


class TwoHidden(SEBlock):
    """İki gizli katman; etkinleştirme modülü iki kez kullanılır."""

    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        self.middle = nn.Conv2d(self.hidden, 5, 1)
        self.fc2 = nn.Conv2d(5, channels, 1)

    def attention_map(self, x):
        h = self.act(self.middle(self.act(self.fc1(x.mean((2, 3), keepdim=True)))))
        return torch.sigmoid(self.fc2(h))


class KeepsMaps(SEBlock):
    """Son maskeleri listede, sözlükte ve sözlük içindeki listede saklar."""

    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        self.kept, self.named = [], {}

    def forward(self, x):
        ca = self.attention_map(x)
        self.kept = [ca, (ca * 2,)]
        self.named = {"ca": ca, "geçmiş": [ca + 1]}
        return x * ca


class PooledNorm(SEBlock):
    """Havuzdan sonra BN."""

    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        self.bn = nn.BatchNorm2d(channels)

    def attention_map(self, x):
        s = self.bn(x.mean((2, 3), keepdim=True))
        return torch.sigmoid(self.fc2(self.act(self.fc1(s))))


class GateInLayer(SEBlock):
    """Kapı, son katmanın içinde."""

    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        self.fc2 = nn.Sequential(self.fc2, nn.Sigmoid())

    def attention_map(self, x):
        return self.fc2(self.act(self.fc1(x.mean((2, 3), keepdim=True))))


class OtherOrder(nn.Module):
    """Parçalar ters sırada bildirilmiş."""

    def __init__(self, channels, hidden=None):
        super().__init__()
        hidden = hidden or max(1, channels // 16)
        self.fc2 = nn.Conv2d(hidden, channels, 1)
        self.act = nn.ReLU()
        self.fc1 = nn.Conv2d(channels, hidden, 1)
        self.channels = channels

    def attention_map(self, x):
        return self.fc2(F.relu(self.fc1(F.adaptive_avg_pool2d(x, 1)))).sigmoid()

    def forward(self, x):
        return self.attention_map(x) * x


class ScaledBranch(ResidualAttn_P1):
    """F'nin LayerScale'i: çıkıştaki ölçek 1e-5'te başlar."""

    def __init__(self, ch, **options):
        super().__init__(ch, **options)
        self.f = nn.Sequential(self.f, LayerScale(self.out))


class LayerScale(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.gamma = nn.Parameter(1e-5 * torch.ones(1, channels, 1, 1))

    def forward(self, x):
        return x * self.gamma


class GateInside(nn.Sequential):
    """Dalın ortasında SE."""

    activation = "post"

    def __init__(self, ch, out, *, stride=1):
        super().__init__(BasicBranch(ch, out, stride=stride), SEBlock(out), nn.BatchNorm2d(out))


class Named(ResidualAttn_P3):
    """Ara sonuçlar adlandırılmış."""

    def forward(self, x):
        gated = attend(self.attn, x)
        learned = self.f(gated)
        return self.act(learned + self.shortcut(x))


class LearnedMix(CBAMResidualDynamicSA):
    """Kanal başına alpha."""

    def __init__(self, channels, **options):
        super().__init__(channels, **{**options, "residual": True})
        del self.alpha
        self.alpha = nn.Parameter(torch.full((1, channels, 1, 1), 0.5))


class Doubled(nn.Module):
    """Derlenmiş modül gibi: asıl modül `_orig_mod`dadır."""

    def __init__(self, block):
        super().__init__()
        self._orig_mod = block

    def forward(self, x):
        return self._orig_mod(x)


WRAPPERS = {
    "DataParallel": nn.DataParallel,
    "derlenmiş": Doubled,
    "tek öğeli Sequential": nn.Sequential,
    "iç içe": lambda block: nn.Sequential(nn.DataParallel(block)),
}
DESIGNS = {
    ScaledScore: ({}, {"hidden": 4}), Divided: ({}, {"kernel": 5}), NormedScore: ({}, {"hidden": 4}),
    WeighedViews: ({}, {"gate": "hardsigmoid", "learnable_temperature": True}), Prelu: ({}, {"hidden": 4}),
    LayerScaled: ({}, {"hidden": 4}), ZeroGamma: ({}, {"hidden": 3}), ZeroGammaCbam: ({}, {"hidden": 4}),
    TwoHidden: ({"hidden": 4}, {"hidden": 6}), KeepsMaps: ({}, {"hidden": 4}), PooledNorm: ({}, {"hidden": 4}),
    GateInLayer: ({}, {"hidden": 4}), OtherOrder: ({}, {"hidden": 4}),
    LearnedMix: ({}, {"sa_kernels": (3,)}),
}  # fmt: skip


def designs(channels: int, seed: int):
    """(ad, modül): her tasarım her ayarıyla, kurulmuş."""
    torch.manual_seed(seed)
    for cls, settings in DESIGNS.items():
        for setting in settings:
            yield f"{cls.__name__} {setting}", cls(channels, **setting)
    yield "TiedBranches", TiedBranches()
    yield "TiedBranches T", TiedBranches(learnable_temperature=True, kernels=(3, 5))
    yield "ScaledBranch", ScaledBranch(channels, attn=SEBlock)
    yield "Named", Named(channels, attn=ECABlock, f=BasicBranch)
    yield "GateInside", ResidualAttn_P1(channels, f=GateInside)


def wrapped(channels: int, seed: int):
    torch.manual_seed(seed)
    for name, wrap in WRAPPERS.items():
        for cls in (SEBlock, ChannelAttentionFusionT, CBAM):
            yield f"{name} {cls.__name__}", wrap(cls(channels))
