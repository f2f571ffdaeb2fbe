"""e33'ün sözleşmesi: tarifi muayenenin diliyle verilen bir kanal kapısı."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from course_lib.diagnosis import examine
from course_lib.diagnosis.examination import Examination
from course_lib.diagnosis.portrait import OTHER_SUMMARY, Portrait
from course_lib.practice.builds.contract import Broken, Clause
from course_lib.practice.builds.measures import must_be_sound
from course_lib.turkish import tr

WIDTHS = (24, 37, 64)
DEPTH = 16
REACH, PARAMETERS = 5, 16
EFFECT = 1e-9
LOW, HIGH = 0.8, 1.25  # 16 blok sonra kalan genlik


def made(cls: Any, channels: int) -> nn.Module:
    torch.manual_seed(0)
    return cls(channels)


def seen(cls: Any, channels: int) -> tuple[Examination, Portrait]:
    found = examine(made(cls, channels), channels=channels)
    if found.portrait is None:
        raise Broken(f"C={channels}: ölçülemedi. {found.reason}")
    return found, found.portrait


def runs(cls: Any) -> str:
    for channels in WIDTHS:
        block = made(cls, channels)
        for size in ((8, 8), (5, 9), (1, 1)):
            x = torch.randn(2, channels, *size)
            before = x.clone()
            found = block(x)
            if not torch.equal(x, before):
                raise Broken(f"C={channels}: girdiyi yerinde değiştiriyor.")
            if found.shape != x.shape or not torch.isfinite(found).all():
                raise Broken(f"C={channels}, H×W={size[0]}×{size[1]}: şekli ya da sonluluğu bozuk.")
    return "1×1 girdide de sonlu."


def flat(cls: Any) -> str:
    """Düz bir haritada yayılım 0'dır; kökünün türevi sonsuz olmamalı."""
    block = made(cls, WIDTHS[0])
    with torch.no_grad():
        for p in block.parameters():
            p.uniform_(-0.5, 0.5)
    x = torch.ones(2, WIDTHS[0], 4, 4, requires_grad=True)
    block(x).square().sum().backward()
    if x.grad is None or not torch.isfinite(x.grad).all():
        raise Broken("Düz haritada (her piksel 1) gradyan sonlu değil.")
    return "Düz haritada gradyan sonlu."


def examined(cls: Any) -> str:
    for channels in WIDTHS:
        must_be_sound(seen(cls, channels)[0], f"C={channels}.")
    return f"C = {', '.join(map(str, WIDTHS))} iken sağlam."


def form(cls: Any) -> str:
    _, portrait = seen(cls, WIDTHS[0])
    if portrait.form != "kanal":
        raise Broken(f"Muayenenin gördüğü biçim: {portrait.form}.")
    if portrait.floor:
        raise Broken(
            f"Girdiden her zaman {tr(portrait.floor, '.2g')} kadarı geçiyor; kapı kapatamaz."
        )
    return "Kanal başına bir katsayı."


def drawn(cls: Any, channels: int, scale: float = 0.5, seed: int = 1) -> nn.Module:
    """Ağırlıkları rastgele çekilmiş kapı."""
    block = made(cls, channels).double()
    torch.manual_seed(seed)
    with torch.no_grad():
        for p in block.parameters():
            p.copy_(scale * torch.randn_like(p))
    return block


def gates(block: nn.Module, x: Tensor) -> Tensor:
    """Kapının katsayıları, (B, C)."""
    with torch.no_grad():
        return (block(x) / x).flatten(2).median(-1).values


def hears(cls: Any) -> str:
    _, portrait = seen(cls, WIDTHS[0])
    block = drawn(cls, WIDTHS[0])
    x = torch.randn(2, WIDTHS[0], 6, 6, dtype=torch.float64)
    before = gates(block, x)
    if float((gates(block, x + 0.5) - before).abs().max()) < EFFECT:
        raise Broken(
            "Bütün pikseller birlikte kayınca (yalnız ortalama değişince) kapı kıpırdamıyor."
        )
    if OTHER_SUMMARY not in portrait.hears:
        listed = ", ".join(portrait.hears) or "hiçbiri"
        raise Broken(
            "Ortalaması ve tepesi aynı, yayılımı başka iki harita aynı kapıyı alıyor. Muayenenin "
            f"duyduğu: {listed}."
        )
    for row, column in ((0, 0), (0, -1), (-1, 0), (-1, -1)):
        other = x.clone()
        other[..., row, column] += 3.0
        if float((gates(block, other) - before).abs().max()) < EFFECT:
            raise Broken(f"Köşedeki ({row}, {column}) pikseli hiç duyulmuyor.")
    return "Ortalama, yayılım ve dört köşe duyuluyor."


def span(cls: Any) -> str:
    found = []
    for scale in (0.5, 3.0, 10.0):
        for seed in range(4):
            block = drawn(cls, WIDTHS[0], scale, seed)
            x = 2 * torch.randn(4, WIDTHS[0], 6, 6, dtype=torch.float64) + 1
            found.append(gates(block, x).flatten())
    low, high = float(torch.cat(found).min()), float(torch.cat(found).max())
    if low < -1e-9 or high > 2 + 1e-9:
        raise Broken(f"Katsayının aralığı {tr(low, '.2g')} ile {tr(high, '.2g')}.")
    if low > 0.5 or high < 1.5:
        raise Broken(
            f"On iki rastgele ağırlıkla katsayı {tr(low, '.2g')} ile {tr(high, '.2g')} "
            "arasında kaldı: 0,5'in altına inmeli, 1,5'i aşabilmeli."
        )
    return f"Aralık {tr(low, '.1f')} ile {tr(high, '.1f')}."


def neighbours(cls: Any) -> str:
    reached: dict[int, int] = {}
    for channels in WIDTHS:
        moved = torch.zeros(channels, dtype=torch.bool)
        x = torch.randn(2, channels, 6, 6, dtype=torch.float64)
        other = x.clone()
        other[:, channels // 2] = 2 * x[:, channels // 2] + 1
        for seed in range(4):
            block = drawn(cls, channels, seed=seed)
            moved |= (gates(block, other) - gates(block, x)).abs().amax(0) > EFFECT
        reached[channels] = int(moved.sum())
        if reached[channels] > REACH:
            raise Broken(f"C={channels}: bir kanal değişince {reached[channels]} kapı kıpırdıyor.")
        others = moved.sum() - moved[channels // 2].long()
        if not others:
            raise Broken(f"C={channels}: bir kanal değişince komşularının kapısı kıpırdamıyor.")
    return f"Bir kanal en çok {max(reached.values())} kapıyı etkiliyor."


def keeps(cls: Any) -> str:
    found = []
    for channels in WIDTHS:
        x = torch.randn(4, channels, 12, 12)
        deep = x
        with torch.no_grad():
            for block in [made(cls, channels).eval() for _ in range(DEPTH)]:
                deep = block(deep)
        found.append(float(deep.std() / x.std()))
        if not LOW <= found[-1] <= HIGH:
            raise Broken(
                f"C={channels}: {DEPTH} taze kapıdan sonra genlik {tr(found[-1], '.2g')} katı."
            )
    return f"{DEPTH} kapıdan sonra genlik {tr(found[0], '.2f')} katı."


def cheap(cls: Any) -> str:
    for channels in WIDTHS:
        size = sum(p.numel() for p in made(cls, channels).parameters())
        if size > PARAMETERS:
            raise Broken(f"C={channels}: {size} parametre.")
    return f"{size} parametre."


CONTRACT = (
    Clause("çalışır", "Her boyda sonlu bir çıktı verir, 1×1'de de.", runs, first=True),
    Clause("biçim", "Kanal kapısıdır: bir kanalın her pikseli aynı katsayıyı alır.", form),
    Clause(
        "duyar",
        "Her pikselin katıldığı ortalamayı ve yayılımı (kanalın içindeki değişimi) duyar.",
        hears,
    ),
    Clause("aralık", "Katsayı 0 ile 2 arasındadır; 0,5'in altına inebilir, 1,5'i aşabilir.", span),
    Clause(
        "komşular",
        "Bir kanal en çok beş kapıyı etkiler; kendi kapısından fazlasını da.",
        neighbours,
    ),
    Clause(
        "yaşar",
        "Taze kapılardan on altısı art arda sinyali ne söndürür ne şişirir (0,8 ile 1,25).",
        keeps,
    ),
    Clause("ucuz", "C ne olursa olsun en çok 16 parametre.", cheap),
    Clause("düz harita", "Yayılımı 0 olan haritada da gradyan sonludur.", flat),
    Clause("muayene", "Muayene sağlam der: evrensel sözlerin hepsi tutulur.", examined),
)
