"""Koordinat haritaları: her piksele yerini söyleyen iki kanal.

Kaynak: not 3 B1; Liu vd. 2018 (CoordConv).
"""

from functools import lru_cache

import torch
from torch import Tensor

COORD_NORMS = ("minus1to1", "0to1")


def coordinate_maps(
    height: int, width: int, norm: str, device: torch.device, dtype: torch.dtype
) -> Tensor:
    """x (soldan sağa) ve y (yukarıdan aşağı) koordinatları: (1, 2, H, W).

    Args:
        height, width: H ve W, piksel.
        norm: "minus1to1" ise kenarlar -1 ve 1, "0to1" ise 0 ve 1'dir; tek pikselli kenar ortadadır
            (0 ya da 0,5).
    """
    # bfloat16'da 256'dan büyük tam sayılar yuvarlanır.
    at_least = torch.promote_types(dtype, torch.float32)
    columns = torch.arange(width, device=device, dtype=at_least)
    rows = torch.arange(height, device=device, dtype=at_least)
    xs = (2 * columns - (width - 1)) / max(width - 1, 1)
    ys = (2 * rows - (height - 1)) / max(height - 1, 1)
    if norm == "0to1":
        xs, ys = (xs + 1) / 2, (ys + 1) / 2
    yy, xx = torch.meshgrid(ys, xs, indexing="ij")
    return torch.stack([xx, yy]).unsqueeze(0).to(dtype)


@lru_cache(maxsize=32)
def kept_coordinate_maps(
    height: int, width: int, norm: str, device: torch.device, dtype: torch.dtype
) -> Tensor:
    """Aynı koordinatlar, bir kez kurulup saklanmış; boy yinelenince bedelsiz. Üzerine yazılmaz."""
    with torch.inference_mode(False), torch.no_grad():
        return coordinate_maps(height, width, norm, device, dtype)


def coordinates_like(x: Tensor, norm: str) -> Tensor:
    """x'in boyunda, cihazında ve türünde koordinatlar: (1, 2, H, W)."""
    # İzlenen (sahte) tensör saklanmaz.
    plain = type(x) is Tensor and not torch.compiler.is_compiling()
    make = kept_coordinate_maps if plain else coordinate_maps
    return make(x.shape[2], x.shape[3], norm, x.device, x.dtype)
