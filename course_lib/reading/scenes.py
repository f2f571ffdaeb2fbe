"""Çizilmiş sahneler: bir sorunun tam karşılığı olan, her makinede aynı çıkan resimler.

Sokak lambasında bilgi tek noktadadır, tuğla duvarda her yerde; bir fotoğrafta bu kadar saf
bulunmazlar.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

HEIGHT, WIDTH = 320, 480
TEXT = "Kanal dikkati her kanala bir katsayı biçer ve girdiyi onunla çarpar. Hangi kanal? "


def grid() -> tuple[Tensor, Tensor]:
    """Satır ve sütun koordinatları, piksel."""
    rows, columns = torch.meshgrid(torch.arange(HEIGHT), torch.arange(WIDTH), indexing="ij")
    return rows.float(), columns.float()


def noise(size: float, seed: int) -> Tensor:
    return size * torch.randn(HEIGHT, WIDTH, generator=torch.Generator().manual_seed(seed))


def painted(color: tuple[float, float, float], amount: Tensor) -> Tensor:
    """(3, H, W): rengin `amount` (H, W) kadarı."""
    return torch.tensor(color)[:, None, None] * amount


def lamp() -> Tensor:
    """Karanlıkta tek bir sokak lambası."""
    rows, columns = grid()
    sky = painted((0.05, 0.07, 0.16), 0.4 + 0.6 * rows / HEIGHT)
    away = ((rows - 90) ** 2 + (columns - 330) ** 2).sqrt()
    glow = painted((1.0, 0.85, 0.5), 0.35 * torch.exp(-away / 18) + (away < 6).float())
    post = ((columns - 330).abs() < 3) & (rows > 96)
    scene = sky + glow
    return torch.where(post, torch.tensor([0.02, 0.02, 0.03])[:, None, None], scene) + noise(
        0.004, 1
    )


def wall() -> Tensor:
    """Tuğla duvar: her yer kenar."""
    rows, columns = grid()
    course = (rows // 20).long()
    shifted = columns + 24 * (course % 2)
    mortar = (rows % 20 < 3) | (shifted % 48 < 3)
    shade = torch.rand(40, 40, generator=torch.Generator().manual_seed(2))
    brick = 0.75 + 0.35 * shade[course, (shifted // 48).long()]
    scene = torch.where(mortar, painted((0.8, 0.78, 0.74), torch.ones_like(rows)),
                        painted((0.62, 0.28, 0.2), brick))  # fmt: skip
    return scene + noise(0.02, 3)


def page() -> Tensor:
    """Bir sayfa yazı."""
    font_file = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    font = ImageFont.truetype(str(font_file), 17)
    sheet = Image.new("RGB", (WIDTH, HEIGHT), (244, 240, 230))
    draw = ImageDraw.Draw(sheet)
    for line in range(13):
        start = (17 * line) % len(TEXT)
        draw.text((28, 18 + 22 * line), (TEXT * 3)[start : start + 50], (40, 38, 36), font)
    return torch.from_numpy(np.array(sheet)).permute(2, 0, 1).float() / 255


def stars() -> Tensor:
    """Yıldızlı gece: dağınık, küçük, parlak noktalar."""
    generator = torch.Generator().manual_seed(4)
    scene = painted((0.03, 0.04, 0.1), torch.ones(HEIGHT, WIDTH))
    rows, columns = grid()
    for _ in range(60):
        y, x = (float(torch.rand((), generator=generator)) * n for n in (HEIGHT, WIDTH))
        size = 0.8 + 1.2 * float(torch.rand((), generator=generator))
        spot = torch.exp(-((rows - y) ** 2 + (columns - x) ** 2) / (2 * size**2))
        scene = scene + painted((0.95, 0.95, 1.0), spot)
    return scene


def fence() -> Tensor:
    """Çit: yalnız dikey çizgiler."""
    rows, columns = grid()
    slat = (columns % 32 < 20).float()
    rounded = 0.75 + 0.25 * torch.cos((columns % 32 - 10) / 10)
    lawn = painted((0.3, 0.5, 0.22), 0.8 + 0.2 * rows / HEIGHT)
    return slat * painted((0.72, 0.56, 0.38), rounded) + (1 - slat) * lawn + noise(0.015, 5)


def sea() -> Tensor:
    """Deniz: yatay dalgalar, üstünde açık bir gök."""
    rows, columns = grid()
    sky = painted((0.62, 0.8, 0.95), 0.85 + 0.15 * rows / HEIGHT)
    wave = torch.sin((rows - 140) ** 1.05 / 3 + 1.5 * torch.sin(columns / 60))
    water = painted((0.1, 0.35, 0.5), 0.85 + 0.2 * wave.nan_to_num())
    return torch.where(rows < 140, sky, water) + noise(0.01, 6)


SCENES: dict[str, Callable[[], Tensor]] = {
    "lamba": lamp, "duvar": wall, "sayfa": page, "yıldızlar": stars, "çit": fence, "deniz": sea,
}  # fmt: skip
