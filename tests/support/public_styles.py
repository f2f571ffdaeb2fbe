"""Açık depolarda görülen yazımlarla dikkatler: baştan yazıldı, kursun adlarını taşımaz.

Her sınıf sağlamdır; FAULTS, kaynağının tek bir yerini değiştirip ne bozulduğunu söyler.
"""

import inspect
import math
import textwrap

import torch
import torch.nn.functional as F
from torch import nn

from course_lib.bugs.planting import apply_edits, run_source


class LinearSE(nn.Module):
    def __init__(self, ch, ratio=4):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.excite = nn.Sequential(
            nn.Linear(ch, ch // ratio, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(ch // ratio, ch, bias=False),
            nn.Sigmoid(),
        )

    def forward(self, x):
        b, c, _, _ = x.size()
        w = self.excite(self.pool(x).view(b, c)).view(b, c, 1, 1)
        return x * w.expand_as(x)


class OneSequentialSE(nn.Module):
    def __init__(self, ch, ratio=4):
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(ch, ch // ratio, 1),
            nn.SiLU(),
            nn.Conv2d(ch // ratio, ch, 1),
            nn.Sigmoid(),
        )

    def forward(self, x):
        return x * self.gate(x)


class HardSE(nn.Module):
    def __init__(self, ch, ratio=4):
        super().__init__()
        self.down, self.up = nn.Conv2d(ch, ch // ratio, 1), nn.Conv2d(ch // ratio, ch, 1)

    def forward(self, x):
        s = F.adaptive_avg_pool2d(x, 1)
        s = self.up(F.relu(self.down(s)))
        return F.hardsigmoid(s) * x


class NeighbourECA(nn.Module):
    def __init__(self, ch, gamma=2, b=1):
        super().__init__()
        k = int(abs((math.log2(ch) + b) / gamma))
        k = k if k % 2 else k + 1
        self.local = nn.Conv1d(1, 1, k, padding=(k - 1) // 2, bias=False)

    def forward(self, x):
        y = x.mean(dim=(2, 3)).unsqueeze(-1)
        y = self.local(y.transpose(-1, -2)).transpose(-1, -2).unsqueeze(-1)
        return x * y.sigmoid().expand_as(x)


class Flatten(nn.Module):
    def forward(self, x):
        return x.reshape(len(x), -1)


class ChannelGate(nn.Module):
    def __init__(self, ch, ratio=4):
        super().__init__()
        self.shared = nn.Sequential(
            Flatten(), nn.Linear(ch, ch // ratio), nn.ReLU(), nn.Linear(ch // ratio, ch)
        )

    def forward(self, x):
        total = None
        for kind in ("avg", "max"):
            size = (x.size(2), x.size(3))
            if kind == "avg":
                raw = self.shared(F.avg_pool2d(x, size, stride=size))
            else:
                raw = self.shared(F.max_pool2d(x, size, stride=size))
            total = raw if total is None else total + raw
        scale = torch.sigmoid(total).unsqueeze(2).unsqueeze(3).expand_as(x)
        return x * scale


class SpatialGate(nn.Module):
    def __init__(self, kernel=7):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, kernel, padding=(kernel - 1) // 2, bias=False)
        self.norm = nn.BatchNorm2d(1)

    def forward(self, x):
        pooled = torch.cat((x.max(1)[0].unsqueeze(1), x.mean(1).unsqueeze(1)), dim=1)
        return x * torch.sigmoid(self.norm(self.conv(pooled)))


class GatedCBAM(nn.Module):
    def __init__(self, ch, ratio=4):
        super().__init__()
        self.first, self.second = ChannelGate(ch, ratio), SpatialGate()

    def forward(self, x):
        return self.second(self.first(x))


class MapsCBAM(nn.Module):
    """Haritaları ayrı modüller verir, çarpma en dıştadır; çıktı bir demettir."""

    def __init__(self, ch, ratio=4):
        super().__init__()
        self.fc = nn.Sequential(
            nn.Conv2d(ch, ch // ratio, 1, bias=False),
            nn.ReLU(),
            nn.Conv2d(ch // ratio, ch, 1, bias=False),
        )
        self.conv = nn.Conv2d(2, 1, 3, padding=1)

    def forward(self, x):
        ca = torch.sigmoid(
            self.fc(x.mean((2, 3), keepdim=True)) + self.fc(x.amax((2, 3), keepdim=True))
        )
        out = ca * x
        maps = torch.cat([out.mean(1, keepdim=True), out.amax(1, keepdim=True)], 1)
        sa = torch.sigmoid(self.conv(maps))
        return sa * out, ca, sa


class PooledCoordinates(nn.Module):
    def __init__(self, ch, ratio=8):
        super().__init__()
        self.pool_h, self.pool_w = nn.AdaptiveAvgPool2d((None, 1)), nn.AdaptiveAvgPool2d((1, None))
        mid = max(8, ch // ratio)
        self.squeeze = nn.Sequential(nn.Conv2d(ch, mid, 1), nn.BatchNorm2d(mid), nn.Hardswish())
        self.to_h, self.to_w = nn.Conv2d(mid, ch, 1), nn.Conv2d(mid, ch, 1)

    def forward(self, x):
        _n, _c, h, w = x.size()
        rows = self.pool_h(x)
        cols = self.pool_w(x).permute(0, 1, 3, 2)
        y = self.squeeze(torch.cat([rows, cols], dim=2))
        top, side = torch.split(y, [h, w], dim=2)
        side = side.permute(0, 1, 3, 2)
        return x * self.to_h(top).sigmoid() * self.to_w(side).sigmoid()


class ResidualSpatial(nn.Module):
    """Uzamsal maske, girdiye eklenerek: x + x·m."""

    def __init__(self, ch):
        super().__init__()
        self.score = nn.Conv2d(ch, 1, 1)

    def forward(self, x):
        m = torch.sigmoid(self.score(x))
        return x + x * m


class ParallelScSE(nn.Module):
    """Kanal kapısı ve uzamsal kapı yan yana; iki sonuç toplanır."""

    def __init__(self, ch, ratio=4):
        super().__init__()
        self.c = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(ch, ch // ratio, 1), nn.ReLU(),
            nn.Conv2d(ch // ratio, ch, 1), nn.Sigmoid(),
        )  # fmt: skip
        self.s = nn.Sequential(nn.Conv2d(ch, 1, 1, bias=False), nn.Sigmoid())

    def forward(self, x):
        return x * self.c(x) + x * self.s(x)


STYLES = {
    LinearSE: "kanal", OneSequentialSE: "kanal", HardSE: "kanal", NeighbourECA: "kanal", ChannelGate: "kanal",
    SpatialGate: "uzam", GatedCBAM: "kanal × uzam", MapsCBAM: "kanal × uzam", PooledCoordinates: "satır × sütun",
    ResidualSpatial: "uzam", ParallelScSE: "karışık",
}  # fmt: skip
HEARS = {
    LinearSE: ("ortalama",), OneSequentialSE: ("ortalama",), HardSE: ("ortalama",), NeighbourECA: ("ortalama",),
    ChannelGate: ("ortalama", "tepe"), SpatialGate: ("ortalama", "tepe"), GatedCBAM: ("ortalama", "tepe"),
    MapsCBAM: ("ortalama", "tepe"),
}  # fmt: skip
# (sınıf, (sağlam metin, kusurlu metin) ikilileri, bozulan söz)
FAULTS = (
    (LinearSE, [("x * w.expand_as(x)", "x * w.mean(0, keepdim=True).expand_as(x)")], "örnek-bağımsızlığı"),
    (LinearSE, [("x * w.expand_as(x)", "x * w.detach()")], "gradyan-doğru"),
    (LinearSE, [("return x * w.expand_as(x)", "return x")], "kapı-uygulanır"),
    (LinearSE, [("self.pool(x).view(b, c)", "self.pool(x).view(c, b).t()")], "örnek-bağımsızlığı"),
    (LinearSE, [("return x * w.expand_as(x)", "return x.mul_(w)")], "girdi-korunur"),
    (LinearSE, [("self.pool(x).view", "self.pool(x.detach()).view")], "gradyan-doğru"),
    (OneSequentialSE, [("return x * self.gate(x)", "return x * self.gate(x)[:1]")], "örnek-bağımsızlığı"),
    (OneSequentialSE, [("return x * self.gate(x)", "return x * F.dropout(self.gate(x))")], "çağrıdan-bağımsız"),
    (OneSequentialSE, [("return x * self.gate(x)", "return (x.float() * self.gate(x)).float()")], "tür-korunur"),
    (HardSE, [("F.hardsigmoid(s) * x", "F.hardsigmoid(s) * x.detach()")], "gradyan-doğru"),
    (HardSE, [("F.hardsigmoid(s) * x", "F.hardsigmoid(s).transpose(1, 2) * x")], "çalışır"),
    (HardSE, [("F.adaptive_avg_pool2d(x, 1)", "F.adaptive_avg_pool2d(x.mean(0, keepdim=True), 1)")], "örnek-bağımsızlığı"),
    (NeighbourECA, [("x.mean(dim=(2, 3))", "x[:, :, :3, :3].reshape(len(x), x.shape[1], 9).mean(-1)")], "çalışır"),
    (NeighbourECA, [("padding=(k - 1) // 2", "padding=0")], "çalışır"),
    (NeighbourECA, [("y.sigmoid()", "y.sigmoid().detach()")], "gradyan-doğru"),
    (NeighbourECA, [("x.mean(dim=(2, 3))", "x.mean((0, 2, 3)).expand(len(x), -1)")], "örnek-bağımsızlığı"),
    (ChannelGate, [("size = (x.size(2), x.size(3))", "size = (x.size(2), x.size(2))")], "çalışır"),
    (ChannelGate, [("return x * scale", "self.kept = getattr(self, 'kept', {})\nreturn x * self.kept.setdefault(scale.shape, scale)")], "çağrıdan-bağımsız"),
    (ChannelGate, [("F.max_pool2d(x, size", "F.max_pool2d(x.detach(), size")], "gradyan-doğru"),
    (SpatialGate, [("x.mean(1).unsqueeze(1)", "x.mean((0, 1)).expand(len(x), 1, -1, -1)")], "örnek-bağımsızlığı"),
    (SpatialGate, [("padding=(kernel - 1) // 2", "padding=0")], "çalışır"),
    (SpatialGate, [("x.mean(1).unsqueeze(1)), dim=1)", "x.mean(1).unsqueeze(1)), dim=1).transpose(2, 3)")], "çalışır"),
    (SpatialGate, [("self.norm(self.conv(pooled))", "self.conv(pooled)")], "parametre-duyulur"),
    (GatedCBAM, [("return self.second(self.first(x))", "return self.second(x)")], "parametre-duyulur"),
    (GatedCBAM, [("self.first(x)", "self.first(x.detach())")], "gradyan-doğru"),
    (MapsCBAM, [("return sa * out, ca, sa", "return out, ca, sa")], "parametre-duyulur"),
    (MapsCBAM, [("out.amax(1, keepdim=True)], 1)", "out.amax(1, keepdim=True)], 1).detach()")], "gradyan-doğru"),
    (MapsCBAM, [("out = ca * x", "out = x\nout *= ca")], "girdi-korunur"),
    (PooledCoordinates, [("torch.split(y, [h, w], dim=2)", "torch.split(y, [h, h], dim=2)")], "çalışır"),
    (PooledCoordinates, [(" * self.to_w(side).sigmoid()", "")], "parametre-duyulur"),
    (PooledCoordinates, [("side = side.permute(0, 1, 3, 2)", "side = side + 0")], "çalışır"),
    (ResidualSpatial, [("self.score = nn.Conv2d(ch, 1, 1)", "self.score = [nn.Conv2d(ch, 1, 1)]"), ("self.score(x)", "self.score[0](x)")], "parçalar-kayıtlı"),
    (ParallelScSE, [("self.s(x)", "self.s(x.detach())")], "gradyan-doğru"),
)  # fmt: skip


def faulty(style, edits):
    """Stilin, tek bir kusur ekilmiş sınıfı; aynı dosyadaki öteki sınıflar olduğu gibi."""
    source = textwrap.dedent(inspect.getsource(style))
    namespace = {**globals(), "__name__": "yabanci"}
    run_source(apply_edits(source, edits), namespace)
    return namespace[style.__name__]


def built(style, channels=16):
    torch.manual_seed(0)
    return style() if style.__name__ == "SpatialGate" else style(channels)
