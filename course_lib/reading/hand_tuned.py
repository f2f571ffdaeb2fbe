"""Elle ayarlanmış dikkatler: eğitilmemiş, ama ne yaptığı bilinen bloklar."""

from __future__ import annotations

from typing import Any

import torch

from course_lib.attention import ChannelAttentionFusionT, DynamicSpatialAttention

CHANNELS = 8  # filter_bank'in süzgeçleri
CONTRAST = 30.0  # uzamsal bloğun keskinliği
LOUD, SHARP, MIDDLE = 4.0, 6.0, 0.3  # düğmelerin ve yönlendiricinin keskinliği, kararın dönüm yeri


def handmade(**options: Any) -> ChannelAttentionFusionT:
    """filter_bank'in sekiz kanalı için blok: ortalamadan sesli kanalın düğmesini açar, tepesi
    ortalamasından çok yüksek olan resimde tepeye güvenir.

    Args:
        options: ChannelAttentionFusionT'nin öbür ayarları (sıcaklık, kapı, dönüş biçimi).
    """
    block = ChannelAttentionFusionT(
        CHANNELS, reduction=1, bias=False, fusion_router_hidden=1, **options
    )
    contrast = torch.cat([-torch.ones(CHANNELS), torch.ones(CHANNELS)]) / CHANNELS
    with torch.no_grad():
        block.fc1.weight.copy_(torch.eye(CHANNELS)[:, :, None, None])
        block.fc2.weight.copy_(LOUD * (torch.eye(CHANNELS) - 1 / CHANNELS)[:, :, None, None])
        hidden, _, choice = block.fusion_router
        hidden.weight.copy_(contrast.view(1, -1, 1, 1))
        hidden.bias.zero_()
        choice.weight.copy_(torch.tensor([-SHARP, SHARP]).view(2, 1, 1, 1))
        choice.bias.copy_(torch.tensor([SHARP, -SHARP]) * MIDDLE)
    return block


def center_surround(kernel: int) -> DynamicSpatialAttention:
    """Tek dallı uzamsal dikkat: tepe haritasında, `kernel` piksellik çevresinden parlak pikselleri
    arar.

    Args:
        kernel: pencerenin kenarı, piksel; tek sayı.
    """
    block = DynamicSpatialAttention(kernels=(kernel,), use_dilated=False)
    with torch.no_grad():
        branch = block.branches[0]
        branch.dw.weight.zero_()
        branch.dw.weight[1] = -1.0 / kernel**2
        branch.dw.weight[1, 0, kernel // 2, kernel // 2] += 1.0
        branch.pw.weight.fill_(CONTRAST)
    return block
