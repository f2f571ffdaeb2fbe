"""Fotoğraflar (kurulu paketlerle gelen üçü), çizilmiş sahneler ve elle yazılmış süzgeçler."""

from __future__ import annotations

from functools import cache
from importlib.metadata import distribution

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from course_lib.errors import BadInput
from course_lib.reading.scenes import SCENES

# ad -> (paketi, paketteki yeri)
PHOTOS = {
    "çin": ("scikit-learn", "sklearn/datasets/images/china.jpg"),
    "çiçek": ("scikit-learn", "sklearn/datasets/images/flower.jpg"),
    "portre": ("matplotlib", "matplotlib/mpl-data/sample_data/grace_hopper.jpg"),
}
CUT_FROM = ("çin", "çiçek")  # crops'un parçaları
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601 parlaklık katsayıları


@cache
def _pixels(name: str) -> Tensor:
    """(3, H, W), [0, 1]. Paketin yüklenmesi saniye sürebilir; yalnız klasörü bulunur."""
    if name in SCENES:
        return SCENES[name]().clamp(0, 1)
    package, file = PHOTOS[name]
    path = distribution(package).locate_file(file)
    return torch.from_numpy(np.array(Image.open(str(path)))).permute(2, 0, 1).float() / 255


def photo(name: str, width: int = 320) -> Tensor:
    """Fotoğraf ya da sahne, (3, H, W), [0, 1] aralığında; `width` piksel genişliğe küçültülür.

    Args:
        name: fotoğraflardan "çin", "çiçek", "portre"; sahnelerden "lamba", "duvar", "sayfa",
            "yıldızlar", "çit", "deniz".

    Raises:
        BadInput: ad bunlardan biri değilse.
    """
    known = [*PHOTOS, *SCENES]
    if name not in known:
        raise BadInput(f"name şunlardan biri olmalı: {', '.join(known)}; verilen: {name!r}.")
    image = _pixels(name)
    height = round(image.shape[1] * width / image.shape[2])
    small = F.interpolate(image[None], (height, width), mode="bilinear", antialias=True)
    return small[0].clamp(0, 1)


def album(width: int = 192) -> tuple[list[str], Tensor]:
    """Bütün sahneler ve fotoğraflar, 3:2 kesilmiş: (adlar, (N, 3, 2·width/3, width))."""
    names = [*SCENES, *PHOTOS]
    return names, torch.stack([photo(name, width)[:, : 2 * width // 3] for name in names])


def crops(count: int, size: int = 64, seed: int = 0) -> Tensor:
    """İki fotoğraftan tohumlu, rastgele yerlerden kesilmiş (count, 3, size, size) parça."""
    generator = torch.Generator().manual_seed(seed)
    sources = [photo(name, 480) for name in CUT_FROM]
    out = []
    for i in range(count):
        image = sources[i % len(sources)]
        top = int(torch.randint(image.shape[1] - size + 1, (), generator=generator))
        left = int(torch.randint(image.shape[2] - size + 1, (), generator=generator))
        out.append(image[:, top : top + size, left : left + size])
    return torch.stack(out)


def filter_bank(image: Tensor) -> tuple[list[str], Tensor]:
    """Elle yazılmış sekiz süzgecin yanıtı: (adlar, (B, 8, H, W) öznitelik haritası).

    Kenarlar Sobel, benek Gauss farkı (LoG yaklaşımı), renkler karşıt kanal farklarıdır; hepsi >= 0.

    Args:
        image: (B, 3, H, W), [0, 1] aralığında.
    """
    like = {"device": image.device, "dtype": image.dtype}
    gray = (image * torch.tensor(LUMA, **like).view(1, 3, 1, 1)).sum(1, keepdim=True)
    sobel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]], **like) / 4

    def conv(x: Tensor, kernel: Tensor) -> Tensor:
        pad = kernel.shape[-1] // 2
        return F.conv2d(F.pad(x, (pad,) * 4, mode="reflect"), kernel[None, None])

    def blur(x: Tensor, sigma: float) -> Tensor:
        r = torch.arange(-6, 7, **like)
        g = torch.exp(-(r**2) / (2 * sigma**2))
        g = g / g.sum()
        return conv(x, g[:, None] * g[None, :])

    red, green, blue = image.split(1, dim=1)
    maps = {
        "dikey kenar": conv(gray, sobel).abs(),
        "yatay kenar": conv(gray, sobel.T).abs(),
        "açık benek": (blur(gray, 1.5) - blur(gray, 3.0)).relu() * 4,
        "koyu benek": (blur(gray, 3.0) - blur(gray, 1.5)).relu() * 4,
        "parlaklık": gray,
        "kırmızı": (red - (green + blue) / 2).relu(),
        "yeşil": (green - (red + blue) / 2).relu(),
        "mavi": (blue - (red + green) / 2).relu(),
    }
    return list(maps), torch.cat(list(maps.values()), dim=1)
