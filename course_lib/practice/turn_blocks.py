"""Yoklama yazdıran hücrelerin blokları."""

from __future__ import annotations

import torch
from torch import nn


def sharp(cls: type[nn.Module], seed: int = 2) -> nn.Module:
    """Sekiz kanallı, ağırlıkları da döndüren blok; yönlendiricisinin kararları eğitilmişinki gibi
    keskindir (yeni kurulmuş bir yönlendiricininki siliktir)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        block = cls(8, return_fusion_weights=True)
    with torch.no_grad():
        for name, p in block.named_parameters():
            if name.startswith("fusion_router") and name.endswith("weight"):
                p.mul_(5)
    return block
