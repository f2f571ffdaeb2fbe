"""Izgaranın biçimi: bir bloğun ayar eksenleri, sağlam yazımları, kuruluşu ve durumları."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

STATES = ("taze", "eğitilmiş", "sıfır yönlendirici", "dondurulmuş", "kırmızı T", "doymuş")
DTYPES = (torch.float32, torch.float64, torch.bfloat16)


@dataclass(frozen=True)
class Grid:
    """axes: ayar -> değerleri; writings: başka türlü yazılmış sağlam sınıflar; fresh: kurar;
    prepare: duruma getirir."""

    axes: dict[str, tuple]
    writings: dict[str, type[nn.Module]]
    fresh: Callable[[type[nn.Module], dict], nn.Module]
    prepare: Callable[[nn.Module, str], nn.Module]
