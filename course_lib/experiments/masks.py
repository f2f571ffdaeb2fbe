"""Ağın içindeki maskeler: dışarı alma, özet sayılar ve rakamın kutusuyla karşılaştırma."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SATURATED = 0.01  # maskenin 0'a ya da 1'e bu kadar yaklaşması doygunluk sayılır


def attention_parts(network: nn.Module) -> dict[str, nn.Module]:
    """Ağ içindeki adı -> haritasını verebilen (`attention_map`) dikkat."""
    return {name: m for name, m in network.named_modules() if callable(getattr(m, "attention_map", None))}


@torch.no_grad()
def attention_maps(network: nn.Module, x: Tensor) -> dict[str, Tensor]:
    """Ağın x üzerindeki maskeleri, bağlı oldukları dikkatin adıyla; ağ eval kipinde çalışır, eski kipine döner.

    Shape:
        kanal maskesi (B, C, 1, 1), uzamsal maske (B, 1, H, W), ikisi birden (B, C, H, W).
    """
    inputs: dict[str, Tensor] = {}
    parts = attention_parts(network)

    def keep(name):
        return lambda _module, given: inputs.update({name: given[0]})

    hooks = [part.register_forward_pre_hook(keep(name)) for name, part in parts.items()]
    was_training = network.training
    try:
        network.eval()
        network(x)
        # CBAMResidualDynamicSA, uzamsal dikkatini forward'dan geçirmeden çağırır: girdisi kanal dikkatinin çıktısıdır
        for name in parts:
            if name.endswith(".sa") and name not in inputs and name[:-2] + "ca" in inputs:
                inputs[name] = parts[name[:-2] + "ca"](inputs[name[:-2] + "ca"])[0]
        maps = {name: parts[name].attention_map(given) for name, given in inputs.items()}
        return {name: m[0] if isinstance(m, tuple) else m for name, m in maps.items()}
    finally:
        for hook in hooks:
            hook.remove()
        network.train(was_training)


def mask_statistics(network: nn.Module, x: Tensor) -> dict[str, float]:
    """Bütün maskelerin ortalaması, yayılımı, doymuş payı; varsa T ve alpha'nın ortalaması. Dikkat yoksa boş."""
    maps = attention_maps(network, x)
    if not maps:
        return {}
    values = torch.cat([m.float().flatten() for m in maps.values()])
    found = {
        "mask_mean": float(values.mean()),
        "mask_std": float(values.std()),
        "mask_saturated": float(((values < SATURATED) | (values > 1 - SATURATED)).float().mean()),
    }
    knobs = {
        "T": [m.get_T().item() for m in network.modules() if hasattr(m, "get_T")],
        "alpha": [m.alpha.item() for m in network.modules() if hasattr(m, "alpha")],
    }
    return found | {name: sum(values) / len(values) for name, values in knobs.items() if values}


def spatial(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """Maskenin konumlara dağılımı, girdinin boyunda: (B, C ya da 1, h, w) -> (B, H, W)."""
    return F.interpolate(mask.float().mean(dim=1, keepdim=True), size=size, mode="bilinear", align_corners=False)[:, 0]


def inside(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Kutunun içi 1, dışı 0: (B, 4) -> (B, H, W)."""
    x0, y0, x1, y1 = (side[:, None, None] for side in boxes.unbind(dim=1))
    rows, columns = torch.arange(size[0], device=boxes.device)[:, None], torch.arange(size[1], device=boxes.device)
    return ((columns >= x0) & (columns < x1) & (rows >= y0) & (rows < y1)).float()


def pointing_game(mask: Tensor, boxes: Tensor) -> Tensor:
    """Maskenin tepesi kutunun içinde mi: (B, H, W), (B, 4) -> (B,), 0 ya da 1; eşit tepelerde payları.

    Kaynak: Zhang vd. 2016, "Top-down neural attention by excitation backprop" (arXiv 1608.00507).
    """
    top = (mask == mask.amax(dim=(1, 2), keepdim=True)).float()
    return (top * inside(boxes, mask.shape[1:])).sum(dim=(1, 2)) / top.sum(dim=(1, 2))


def share_inside(mask: Tensor, boxes: Tensor) -> Tensor:
    """Maskenin toplam ağırlığından kutuya düşen pay: (B, H, W), (B, 4) -> (B,), 0..1."""
    return (mask * inside(boxes, mask.shape[1:])).sum(dim=(1, 2)) / mask.sum(dim=(1, 2))


def centre_prior(count: int, size: tuple[int, int]) -> Tensor:
    """Görüntüye hiç bakmayan maske: ortada tepe yapan Gauss, (count, H, W)."""
    rows, columns = (torch.linspace(-1, 1, n) for n in size)
    return torch.exp(-2 * (rows[:, None] ** 2 + columns**2)).expand(count, *size)


def random_mask(count: int, size: tuple[int, int], seed: int = 0) -> Tensor:
    """Düzgün dağılan rastgele maske, (count, H, W)."""
    return torch.rand(count, *size, generator=torch.Generator().manual_seed(seed))
