"""Dört klasik dikkat modülü, her biri makalesindeki hesabıyla (not 5 §1.2).

SE: Hu vd. 2018, arXiv 1709.01507 · ECA: Wang vd. 2020, arXiv 1910.03151 · CBAM: Woo vd. 2018,
arXiv 1807.06521 · koordinat dikkati: Hou vd. 2021, arXiv 2103.02907.
"""

import math

import torch
from torch import Tensor, nn

from course_lib.validation import feature_map, odd_int, positive_int


class SEBlock(nn.Module):
    """Sıkıştır, uyar, çarp: y = x · sigmoid(fc2(relu(fc1(ortalama(x))))).

    Args:
        channels: C; hidden: MLP'nin gizli genişliği, verilmezse max(1, C // 16).

    Shape:
        x, y: (B, C, H, W).

    Raises:
        ValueError, TypeError: argüman ya da girdi yukarıdakilere uymuyorsa.

    Kaynak: Hu vd. 2018; katman adları not 5 §7'deki SEStub'ınkilerdir.
    """

    def __init__(self, channels: int, *, hidden: int | None = None):
        super().__init__()
        self.channels = positive_int("channels", channels)
        self.hidden = positive_int("hidden", max(1, channels // 16) if hidden is None else hidden)
        self.fc1 = nn.Conv2d(channels, self.hidden, kernel_size=1)
        self.act = nn.ReLU()
        self.fc2 = nn.Conv2d(self.hidden, channels, kernel_size=1)

    def attention_map(self, x: Tensor) -> Tensor:
        """Kapı: her kanala bir katsayı, (B, C, 1, 1)."""
        feature_map(x, self.channels)
        s = x.mean(dim=(2, 3), keepdim=True)  # (B, C, 1, 1)
        z = self.fc2(self.act(self.fc1(s)))  # (B, C, 1, 1)
        return torch.sigmoid(z)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.attention_map(x)


def eca_kernel(channels: int) -> int:
    """ECA'nın kanal sayısından çıkan çekirdek boyu: tek, en az 3 (64 -> 3, 256 -> 5)."""
    t = int(abs(math.log2(channels) + 1) / 2)
    return max(t if t % 2 == 1 else t + 1, 3)


class ECABlock(nn.Module):
    """SE'nin MLP'si yerine, komşu kanallara bakan tek bir 1B evrişim.

    Args:
        channels: C; kernel: kaç kanala birden bakılacağı, tek sayı; verilmezse eca_kernel(C).

    Shape:
        x, y: (B, C, H, W).

    Raises:
        ValueError, TypeError: argüman ya da girdi yukarıdakilere uymuyorsa.

    Kaynak: Wang vd. 2020.
    """

    def __init__(self, channels: int, *, kernel: int | None = None):
        super().__init__()
        self.channels = positive_int("channels", channels)
        self.kernel = eca_kernel(channels) if kernel is None else odd_int("kernel", kernel)
        self.conv = nn.Conv1d(1, 1, self.kernel, padding="same", bias=False)

    def attention_map(self, x: Tensor) -> Tensor:
        """Kapı: her kanala bir katsayı, (B, C, 1, 1)."""
        feature_map(x, self.channels)
        s = x.mean(dim=(2, 3)).unsqueeze(1)  # (B, 1, C)
        z = self.conv(s)  # (B, 1, C)
        return torch.sigmoid(z).view(-1, self.channels, 1, 1)  # (B, C, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.attention_map(x)


class CBAM(nn.Module):
    """Makaledeki CBAM: önce kanal kapısı, sonra onun çıktısına bakan uzamsal kapı.

    ca = sigmoid(mlp(ortalama) + mlp(tepe)),  sa = sigmoid(bn(conv7×7([ortalama, tepe])))

    Args:
        channels: C; hidden: MLP'nin gizli genişliği, verilmezse max(1, C // 16).

    Shape:
        x, y: (B, C, H, W).

    Raises:
        ValueError, TypeError: argüman ya da girdi yukarıdakilere uymuyorsa.

    Kaynak: Woo vd. 2018 ve yazarların kodu. 7×7 evrişimi kodda olduğu gibi BN izler; MLP'de ve
    evrişimde öteleme yoktur (kodda MLP'ninki vardır).
    """

    def __init__(self, channels: int, *, hidden: int | None = None):
        super().__init__()
        self.channels = positive_int("channels", channels)
        self.hidden = positive_int("hidden", max(1, channels // 16) if hidden is None else hidden)
        self.fc1 = nn.Conv2d(channels, self.hidden, kernel_size=1, bias=False)
        self.act = nn.ReLU()
        self.fc2 = nn.Conv2d(self.hidden, channels, kernel_size=1, bias=False)
        self.conv = nn.Conv2d(2, 1, kernel_size=7, padding=3, bias=False)
        self.bn = nn.BatchNorm2d(1)

    def mlp(self, s: Tensor) -> Tensor:
        """Bir özetten ham skor: (B, C, 1, 1) -> (B, C, 1, 1)."""
        return self.fc2(self.act(self.fc1(s)))

    def channel_map(self, x: Tensor) -> Tensor:
        """Kanal kapısı, (B, C, 1, 1)."""
        avg_s = x.mean(dim=(2, 3), keepdim=True)  # (B, C, 1, 1)
        max_s = x.amax(dim=(2, 3), keepdim=True)  # (B, C, 1, 1)
        return torch.sigmoid(self.mlp(avg_s) + self.mlp(max_s))

    def spatial_map(self, y_ca: Tensor) -> Tensor:
        """Uzamsal kapı, (B, 1, H, W); y_ca: kanalları elenmiş girdi."""
        avg_map = y_ca.mean(dim=1, keepdim=True)  # (B, 1, H, W)
        max_map = y_ca.amax(dim=1, keepdim=True)  # (B, 1, H, W)
        s = torch.cat([avg_map, max_map], dim=1)  # (B, 2, H, W)
        return torch.sigmoid(self.bn(self.conv(s)))

    def attention_map(self, x: Tensor) -> Tensor:
        """İki kapının çarpımı, (B, C, H, W)."""
        feature_map(x, self.channels)
        ca = self.channel_map(x)
        return ca * self.spatial_map(x * ca)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.attention_map(x)


class CoordinateAttention(nn.Module):
    """Satırları ve sütunları ayrı ayrı özetleyen kanal dikkati: y = x · gate_h · gate_w.

    Args:
        channels: C; hidden: ortak 1×1 evrişimin genişliği, verilmezse max(8, C // 32).

    Shape:
        x, y: (B, C, H, W); gate_h: (B, C, H, 1); gate_w: (B, C, 1, W).

    Raises:
        ValueError, TypeError: argüman ya da girdi yukarıdakilere uymuyorsa.

    Kaynak: Hou vd. 2021.
    """

    def __init__(self, channels: int, *, hidden: int | None = None):
        super().__init__()
        self.channels = positive_int("channels", channels)
        self.hidden = positive_int("hidden", max(8, channels // 32) if hidden is None else hidden)
        self.conv1 = nn.Conv2d(channels, self.hidden, kernel_size=1)
        self.bn1 = nn.BatchNorm2d(self.hidden)
        self.act = nn.Hardswish()
        self.conv_h = nn.Conv2d(self.hidden, channels, kernel_size=1)
        self.conv_w = nn.Conv2d(self.hidden, channels, kernel_size=1)

    def gates(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Satır kapısı gate_h (B, C, H, 1) ve sütun kapısı gate_w (B, C, 1, W)."""
        feature_map(x, self.channels)
        height, width = x.shape[2:]
        rows = x.mean(dim=3, keepdim=True)  # (B, C, H, 1)
        columns = x.mean(dim=2, keepdim=True).transpose(2, 3)  # (B, C, W, 1)
        s = torch.cat([rows, columns], dim=2)  # (B, C, H + W, 1)
        s = self.act(self.bn1(self.conv1(s)))  # (B, hidden, H + W, 1)
        s_h, s_w = s.split([height, width], dim=2)  # (B, hidden, H, 1) ve (B, hidden, W, 1)
        gate_h = torch.sigmoid(self.conv_h(s_h))  # (B, C, H, 1)
        gate_w = torch.sigmoid(self.conv_w(s_w)).transpose(2, 3)  # (B, C, 1, W)
        return gate_h, gate_w

    def attention_map(self, x: Tensor) -> Tensor:
        """İki kapının çarpımı, (B, C, H, W)."""
        gate_h, gate_w = self.gates(x)
        return gate_h * gate_w

    def forward(self, x: Tensor) -> Tensor:
        gate_h, gate_w = self.gates(x)
        return x * gate_w * gate_h
