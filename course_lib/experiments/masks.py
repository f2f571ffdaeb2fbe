"""Ağın içindeki maskeler: dışarı alma, özet sayılar ve rakamın kutusuyla karşılaştırma."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SATURATED = 0.01  # maskenin 0'a ya da 1'e bu kadar yaklaşması doygunluk sayılır


def attention_parts(network: nn.Module) -> dict[str, Any]:
    """Ağ içindeki adı -> haritasını verebilen (`attention_map`) dikkat."""
    parts = network.named_modules()
    return {name: part for name, part in parts if callable(getattr(part, "attention_map", None))}


@torch.no_grad()
def attention_maps(network: nn.Module, x: Tensor) -> dict[str, Tensor]:
    """Ağın x üzerindeki maskeleri, bağlı oldukları dikkatin adıyla.

    Ağ eval kipinde çalışır, eski kipine döner.

    Shape:
        kanal maskesi (B, C, 1, 1), uzamsal maske (B, 1, H, W), ikisi birden (B, C, H, W).
    """
    parts = attention_parts(network)
    with ExitStack() as afterwards:
        afterwards.callback(network.train, network.training)
        network.eval()
        inputs = seen_inputs(network, parts, x)
        inputs |= unseen_inputs(parts, inputs)
        maps = {name: parts[name].attention_map(given) for name, given in inputs.items()}
    return {name: m[0] if isinstance(m, tuple) else m for name, m in maps.items()}


def seen_inputs(network: nn.Module, parts: dict[str, Any], x: Tensor) -> dict[str, Tensor]:
    """Ağ x'i işlerken forward'ı çağrılan her dikkatin girdisi."""
    inputs: dict[str, Tensor] = {}

    def keep(name: str):
        return lambda _module, given: inputs.update({name: given[0]})

    with ExitStack() as hooks:
        for name, part in parts.items():
            hooks.enter_context(part.register_forward_pre_hook(keep(name)))
        network(x)
    return inputs


def unseen_inputs(parts: dict[str, Any], seen: dict[str, Tensor]) -> dict[str, Tensor]:
    """CBAMResidualDynamicSA'nın `sa` dikkatinin girdisi: yanındaki ca'nın çıktısı.

    Blok sa'nın forward'ını değil `attention_map`ini çağırır; kanca onu görmez. Hata ekilmiş blok
    başka bir sınıftandır, bu yüzden sınıfa değil ada bakılır.
    """
    beside = {name: f"{name.removesuffix('.sa')}.ca" for name in parts if name.endswith(".sa")}
    return {
        sa: parts[ca](seen[ca])[0] for sa, ca in beside.items() if sa not in seen and ca in seen
    }


def mask_statistics(network: nn.Module, x: Tensor) -> dict[str, float]:
    """Bütün maskelerin ortalaması, standart sapması, doymuş payı; varsa T ve alpha'nın ortalaması.

    Dikkat yoksa boş.
    """
    maps = attention_maps(network, x)
    if not maps:
        return {}
    values = torch.cat([m.float().flatten() for m in maps.values()])
    found = {
        "mask_mean": float(values.mean()),
        "mask_std": float(values.std()),
        "mask_saturated": float(((values < SATURATED) | (values > 1 - SATURATED)).float().mean()),
    }
    parts: list[Any] = list(network.modules())
    knobs = {
        "T": [part.get_T().item() for part in parts if hasattr(part, "get_T")],
        "alpha": [part.alpha.item() for part in parts if hasattr(part, "alpha")],
    }
    return found | {name: sum(values) / len(values) for name, values in knobs.items() if values}


@torch.no_grad()
def dead_units(network: nn.Module, x: Tensor) -> dict[str, float]:
    """Dikkatin adı -> gizli ReLU'larından x'in hiçbir örneğinde açılmayanların payı, 0..1.

    Ölü birim kapıya hiçbir şey söylemez: hepsi ölüyse kapı girdiden bağımsızdır.
    """
    opened: dict[str, Tensor] = {}

    def keep(name: str):
        def look(_module: nn.Module, _given: object, out: Tensor) -> None:
            alive = (out > 0).flatten(2).any(dim=2).any(dim=0)
            opened[name] = opened.get(name, torch.zeros_like(alive)) | alive

        return look

    with ExitStack() as afterwards:
        afterwards.callback(network.train, network.training)
        network.eval()
        for name, part in attention_parts(network).items():
            if isinstance(getattr(part, "act", None), nn.ReLU):
                afterwards.enter_context(part.act.register_forward_hook(keep(name)))
        network(x)
    return {name: 1 - float(alive.float().mean()) for name, alive in opened.items()}


def spatial(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """Maskenin konumlara dağılımı, girdinin boyunda: (B, C ya da 1, h, w) -> (B, H, W)."""
    one = mask.float().mean(dim=1, keepdim=True)
    return F.interpolate(one, size=size, mode="bilinear", align_corners=False)[:, 0]


def inside(boxes: Tensor, size: Sequence[int]) -> Tensor:
    """Kutunun içi 1, dışı 0: (B, 4) -> (B, H, W)."""
    x0, y0, x1, y1 = (side[:, None, None] for side in boxes.unbind(dim=1))
    rows, columns = (torch.arange(side, device=boxes.device) for side in size)
    rows = rows[:, None]
    return ((columns >= x0) & (columns < x1) & (rows >= y0) & (rows < y1)).float()


def pointing_game(mask: Tensor, boxes: Tensor) -> Tensor:
    """Maskenin tepesi kutunun içinde mi: (B, H, W), (B, 4) -> (B,), 0 ya da 1.

    Eşit tepelerde içeride kalanların payı.

    Kaynak: Zhang vd. 2016, "Top-down neural attention by excitation backprop" (arXiv 1608.00507).
    """
    top = (mask == mask.amax(dim=(1, 2), keepdim=True)).float()
    return share_inside(top, boxes)


def share_inside(mask: Tensor, boxes: Tensor) -> Tensor:
    """Maskenin toplam ağırlığından kutuya düşen pay: (B, H, W), (B, 4) -> (B,), 0..1."""
    return (mask * inside(boxes, mask.shape[1:])).sum(dim=(1, 2)) / mask.sum(dim=(1, 2))


def centre_prior(count: int, size: tuple[int, int]) -> Tensor:
    """Görüntüye hiç bakmayan maske: ortada tepe yapan Gauss, (count, H, W)."""
    rows, columns = (torch.linspace(-1, 1, n) for n in size)
    return torch.exp(-2 * (rows[:, None] ** 2 + columns**2)).expand(count, *size)


def random_mask(count: int, size: tuple[int, int]) -> Tensor:
    """Düzgün dağılan rastgele maske, hep aynı: (count, H, W)."""
    return torch.rand(count, *size, generator=torch.Generator().manual_seed(0))
