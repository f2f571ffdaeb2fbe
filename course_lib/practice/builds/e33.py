"""e33'ün sözleşmesi: tarifi muayenenin diliyle verilen bir kanal kapısı."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from course_lib.diagnosis import examine
from course_lib.diagnosis.examination import Examination
from course_lib.diagnosis.portrait import Portrait
from course_lib.practice.builds.contract import Broken, Clause
from course_lib.turkish import tr

WIDTHS = (24, 64)
DEPTH = 16
REACH, PARAMETERS = 5, 16
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
            found = block(x)
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
        found, _ = seen(cls, channels)
        if found.status != "healthy":
            broken = " ".join(f"{f.promise}: {f.sentence}" for f in found.broken)
            raise Broken(f"C={channels}. {broken} {found.reason}".strip())
    return f"C = {' ve '.join(map(str, WIDTHS))} iken sağlam."


def form(cls: Any) -> str:
    _, portrait = seen(cls, WIDTHS[0])
    if portrait.form != "kanal":
        raise Broken(f"Muayenenin gördüğü biçim: {portrait.form}.")
    if portrait.floor:
        raise Broken(
            f"Girdiden her zaman {tr(portrait.floor, '.2g')} kadarı geçiyor; kapı kapatamaz."
        )
    return "Kanal başına bir katsayı."


def hears(cls: Any) -> str:
    block = made(cls, WIDTHS[0]).double()
    with torch.no_grad():
        for p in block.parameters():
            p.uniform_(-0.5, 0.5)
        x = torch.randn(2, WIDTHS[0], 6, 6, dtype=torch.float64)
        mean = x.mean((2, 3), keepdim=True)
        changes = {"ortalama": x + 0.5, "yayılım": mean + 2 * (x - mean)}
        gate = (block(x) / x).median(-1).values
        deaf = [
            name for name, other in changes.items()
            if float(((block(other) / other).median(-1).values - gate).abs().max()) < 1e-6
        ]  # fmt: skip
    if deaf:
        raise Broken(f"Yalnız o değişince kapı kıpırdamıyor: {', '.join(deaf)}.")
    return "İkisi de, öteki dururken duyuluyor."


def span(cls: Any) -> str:
    _, portrait = seen(cls, WIDTHS[0])
    low, high = portrait.low, portrait.high
    if low < -1e-9 or high > 2 + 1e-9 or low > 0.5 or high < 1.5:
        raise Broken(f"Katsayının aralığı {tr(low, '.2g')} ile {tr(high, '.2g')}.")
    return f"Aralık {tr(low, '.1g')} ile {tr(high, '.2g')}."


def neighbours(cls: Any) -> str:
    for channels in WIDTHS:
        _, portrait = seen(cls, channels)
        if portrait.channel_reach is None or portrait.channel_reach > REACH:
            wide = (
                "bütün kanallar"
                if portrait.channel_reach is None
                else f"{portrait.channel_reach} kanal"
            )
            raise Broken(f"C={channels}: bir kanal değişince etkilenen {wide}.")
        if portrait.channel_reach < 3:
            raise Broken(f"C={channels}: kapı komşularını hiç dinlemiyor.")
    return f"En çok {REACH} kanal."


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
    Clause("duyar", "Ortalamayı ve yayılımı (kanalın içindeki değişimi) duyar.", hears),
    Clause("aralık", "Katsayı 0 ile 2 arasındadır; hem kısabilir hem büyütebilir.", span),
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
