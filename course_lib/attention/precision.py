"""Karma duyarlık (autocast) içinde bile tam duyarlıkta kalması gereken küçük hesaplar."""

from contextlib import AbstractContextManager, nullcontext

import torch


def full_precision(x: torch.Tensor) -> AbstractContextManager:
    """`x`'in cihazında autocast'i kapatan bağlam; autocast bilmeyen cihazda (meta) boş bağlam."""
    kind = x.device.type
    if kind != "meta" and torch.is_autocast_enabled(kind):
        return torch.autocast(kind, enabled=False)
    return nullcontext()


def at_least_float32(t: torch.Tensor) -> torch.Tensor:
    """float16 ve bfloat16'yı float32'ye çıkarır; float32 ve float64 olduğu gibi kalır."""
    return t.to(torch.promote_types(t.dtype, torch.float32))
