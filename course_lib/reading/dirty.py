"""Kirli haritalar: doğru maskesi bilinen bir görev. Bir dikkat neyi görüyorsa onun kirini siler.

Kir üç yere düşer: bütün bir kanala, satırlardan bir şeride, küçük bir kareye. Görev, kirli yeri
kapatmak ve gerisine dokunmamaktır; kusursuz maske kirde 0, başka her yerde 1'dir.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

import torch
from torch import Tensor, nn

from course_lib.reading.photos import crops, filter_bank
from course_lib.validation import nonnegative_int, one_of

SIZE = 24  # parçanın kenarı, piksel
BAND, SPOT = 5, 6  # şeridin kalınlığı, karenin kenarı, piksel
LOW, HIGH = 1.0, 3.0  # kirin değerleri; temiz kanalların kare ortalaması 1'dir
STEPS, BATCH, RATE = 200, 32, 0.03
KINDS = MappingProxyType(
    {"kanal": "bütün bir kanal", "şerit": "yatay bir şerit", "kare": "küçük bir kare"}
)


@cache
def clean_maps(train: bool) -> Tensor:
    """Fotoğraf parçalarının süzgeç yanıtları, (N, 8, SIZE, SIZE); kanalın kare ortalaması 1."""
    count, seed = (256, 0) if train else (64, 1)
    scale = filter_bank(crops(256, SIZE, seed=0))[1].square().mean((0, 2, 3), keepdim=True).sqrt()
    return filter_bank(crops(count, SIZE, seed=seed))[1] / scale


def soiled(clean: Tensor, kind: str, seed: int) -> tuple[Tensor, Tensor]:
    """Her örneğin rastgele bir yerine kir: (kirli haritalar, kusursuz maske), clean'in şeklinde.

    Args:
        clean: (B, C, H, W), H ile W en az SPOT; kind: KINDS'tan biri; seed: yerlerin tohumu.

    Raises:
        ValueError: kind ya da seed bunlara uymuyorsa.
    """
    one_of("kind", kind, KINDS)
    generator = torch.Generator().manual_seed(nonnegative_int("seed", seed))
    keep = torch.ones_like(clean)
    channels, height, width = clean.shape[1:]
    for sample in keep:
        channel, top, left = (
            int(torch.randint(0, n, (), generator=generator))
            for n in (channels, height - SPOT + 1, width - SPOT + 1)
        )
        if kind == "kanal":
            sample[channel] = 0
        elif kind == "şerit":
            sample[:, top : top + BAND] = 0
        else:
            sample[:, top : top + SPOT, left : left + SPOT] = 0
    dirt = LOW + (HIGH - LOW) * torch.rand(clean.shape, generator=generator).to(clean)
    return clean * keep + dirt * (1 - keep), keep


def taught(block: nn.Module, kind: str) -> nn.Module:
    """Bloğa bir kiri kapatmayı öğretir (yerinde, CPU'da, tohumlu) ve onu eval kipinde verir.

    Args:
        block: (B, 8, H, W) -> aynı şekil; kind: KINDS'tan biri.
    """
    one_of("kind", kind, KINDS)
    optimizer = torch.optim.Adam(block.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=STEPS)
    order = torch.Generator().manual_seed(1)
    block.train()
    for step in range(STEPS):
        chosen = torch.randint(0, len(clean_maps(True)), (BATCH,), generator=order)
        x, keep = soiled(clean_maps(True)[chosen], kind, seed=step)
        loss = (block(x) - keep * x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return block.eval()


@torch.no_grad()
def error_left(block: nn.Module, kind: str) -> float:
    """Görülmemiş parçalarda hata, hiç dokunmamanın hatasına oranla: 0 kusursuz, 1 boşuna."""
    x, keep = soiled(clean_maps(False), kind, seed=10_000)
    wanted = keep * x
    return float((block(x) - wanted).square().mean() / (x - wanted).square().mean())
