"""Ölçümlerin ortak yanı: dönüşümlü süre, tensörlerin en çok tuttuğu yer."""

import ctypes
import platform
import time

import torch
from torch import nn

from course_lib.experiments.costs import LiveBytes

SIZES = ((8, 64, 56, 56), (8, 256, 28, 28), (32, 64, 32, 32))
ROUNDS = 20
IN_A_ROW = 5


def keep_pages() -> None:
    """Ayırıcı, bıraktığı sayfaları çekirdeğe geri vermesin: yoksa sayfa hatası ölçülür, kod değil
    (glibc)."""
    if platform.libc_ver()[0] == "glibc":
        for option, size in (
            (-1, 2**30),
            (-3, 2**25),
        ):  # M_TRIM_THRESHOLD; M_MMAP_THRESHOLD (en çok 32 MB)
            assert ctypes.CDLL(None).mallopt(option, size) == 1


def first(out):
    return out[0] if isinstance(out, tuple) else out


def step(block: nn.Module, x: torch.Tensor, seed: torch.Tensor, train: bool) -> torch.Tensor:
    with torch.set_grad_enabled(train):
        y = first(block(x))
        if train:
            y.backward(seed)
            x.grad = None
    return y


def best_times(blocks: dict[str, nn.Module], x: torch.Tensor, train: bool) -> dict[str, float]:
    """Blok adı -> milisaniye; bloklar dönüşümlü ölçülür ki gürültü hepsine eşit düşsün."""
    x = x.clone().requires_grad_(train)
    seed = torch.ones_like(x)
    best = dict.fromkeys(blocks, float("inf"))
    for _ in range(ROUNDS):
        for name, block in blocks.items():
            for _ in range(IN_A_ROW):  # art arda: bellek ayırıcı ısınsın, sayfa hatası ölçülmesin
                start = time.perf_counter()
                y = step(block, x, seed, train)
                best[name] = min(best[name], 1e3 * (time.perf_counter() - start))
                del y
    return best


def peak_bytes(block: nn.Module, x: torch.Tensor, train: bool) -> int:
    """Bir ileri (ve eğitimde geri) geçişte, girdi ve ağırlıklar dışında tutulan en çok bayt."""
    x = x.clone().requires_grad_(train)
    seed = torch.ones_like(x)
    step(block, x, seed, train)
    block.zero_grad(set_to_none=True)
    with LiveBytes() as live:
        step(block, x, seed, train)
    return live.peak
