"""Yoklama yazdıran hücrelerin blokları."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
from torch import nn

from course_lib.attention import CBAMResidualDynamicSA, SEBlock
from course_lib.bugs import plant
from course_lib.residual import (
    BasicBranch,
    IdentityAttn,
    PreActBranch,
    ResidualAttn_P1,
    ResidualAttn_P4,
    SmallResNet,
    zero_last,
)


def sharp(
    cls: type[nn.Module],
    seed: int = 2,
    *,
    loud: float = 1.0,
    bias: float = 0.0,
    **options: Any,
) -> Any:
    """Sekiz kanallı, ağırlıkları da döndüren blok; yönlendiricisinin kararları eğitilmişinki gibi
    keskindir (yeni kurulmuş bir yönlendiricininki siliktir).

    Args:
        loud: ham skorların kaç katına çıkacağı; bias: sonra hepsine eklenen sayı.
        options: sınıfın öbür ayarları.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        block = cls(8, return_fusion_weights=True, **options)
    with torch.no_grad():
        for name, p in block.named_parameters():
            if name.startswith("fusion_router") and name.endswith("weight"):
                p.mul_(5)
            if name.startswith("fc2"):
                p.mul_(loud)
            if name == "fc2.bias":
                p.add_(bias)
    return block


def cold(cls: type[nn.Module], t_raw: float = -200.0, **options: Any) -> Any:
    """Sıcaklığı öğrenilen ve t_raw'ı dibe inmiş blok."""
    block = sharp(cls, learnable_temperature=True, **options)
    with torch.no_grad():
        block.t_raw.fill_(t_raw)
    return block


def resting(cls: type[nn.Module], lean: float = 0.0) -> Any:
    """Yönlendiricisinin son katmanı sıfırla başlatılmış, sağlam blok: herkese aynı iki ağırlık.

    Args:
        lean: ortalamaya ne kadar yaslandığı; 0 ise 0,5 ile 0,5.
    """
    block = sharp(cls)
    with torch.no_grad():
        for p in block.fusion_router[-1].parameters():
            p.zero_()
        block.fusion_router[-1].bias[0] = lean
    return block


def only_layers(block: nn.Module) -> SimpleNamespace:
    """Bloğun katmanları, yöntemleri olmadan: maskeyi hesaplamak yazana kalır."""
    return SimpleNamespace(**dict(block.named_children()))


def residual_trio() -> tuple[nn.Module, nn.Module, nn.Module]:
    """Sağlam, kısayolu toplanmayan ve SE'li sağlam artık blok, 4 kanallı."""
    dropped = seeded_block("fusion-skip-dropped", out=5)
    return seeded_block(), dropped, seeded_block(attn=SEBlock)


def gated_pair() -> tuple[nn.Module, nn.Module]:
    """Dikkati çarpan ve dikkati eklenen Kalıp 1, 4 kanallı."""
    return seeded_block(attn=SEBlock), seeded_block("fusion-attention-added", attn=SEBlock)


def looking_pair() -> tuple[nn.Module, nn.Module]:
    """Uzamsal maskesi elenmiş girdiye bakan sağlam blok ve girdinin kendisine bakan; 6 kanallı."""
    return (
        seeded(CBAMResidualDynamicSA, 6, return_maps=True),
        seeded(plant("cbam-sa-on-input"), 6, return_maps=True),
    )


def silent_three() -> tuple[nn.Module, nn.Module, nn.Module]:
    """F'si sıfırla başlatılmış bloklar: sağlam, kısayolunun gradyanı kesik, izdüşümlü sağlam."""
    blocks = (seeded_block(), seeded_block("fusion-skip-detached"), seeded_block(out=6, stride=2))
    for block in blocks:
        zero_last(block.f)  # pyright: ignore[reportArgumentType]
    return blocks


def repair_three() -> tuple[nn.Module, nn.Module, nn.Module]:
    """SE'li, sağlam Kalıp 1: ön-etkinleştirmeli, izdüşümlü ve son-etkinleştirmeli."""
    return (
        seeded_block(attn=SEBlock),
        seeded_block(attn=SEBlock, out=6, stride=2),
        seeded_block(attn=SEBlock, f=BasicBranch),
    )


def channel_gates() -> tuple[nn.Module, nn.Module]:
    """Sağlam SE ve kapısı tek katsayılı SE, 6 kanallı."""
    return seeded(SEBlock, 6, hidden=4), seeded(plant("fusion-broadcast-gate"), 6, hidden=4)


def shape_four() -> tuple[nn.Module, nn.Module, nn.Module, nn.Module]:
    """İzdüşümlü sağlam blok; izdüşümü unutulmuş üç blok: küçülen, genişleyen, tek kanaldan
    genişleyen."""
    forgotten = "fusion-missing-projection"
    return (
        seeded_block(out=6, stride=2),
        seeded_block(forgotten, stride=2),
        seeded_block(forgotten, out=6),
        seeded_block(forgotten, ch=1, out=6),
    )


def mixed_pair() -> tuple[nn.Module, nn.Module]:
    """skip_alpha'sı 0,05 olan, F'si susturulmuş Kalıp 4: sağlam ve uçları yer değiştirmiş."""
    found = []
    for cls in (ResidualAttn_P4, plant("fusion-p4-cold-skip")):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(7)
            options: dict[str, Any] = {"f": PreActBranch, "attn_skip": SEBlock, "skip_alpha": 0.05}
            block: Any = cls(4, **options).eval()
        zero_last(block.f)
        found.append(block)
    return found[0], found[1]


def planned_three() -> tuple[nn.Module, nn.Module, nn.Module]:
    """Planı üçüncü evre olan sağlam ağ (dikkati yalnız ikinci blokta), plana uymayan ağ ve
    dikkatsiz ağ; üçü de evre başına iki bloklu."""
    sizes: dict[str, Any] = {"widths": (4, 4, 8), "depth": 2}
    third = SmallResNet(3, attention="se", attention_stages=(3,), **sizes)
    third.stages[2][0].attn = IdentityAttn()
    planted: Any = plant("fusion-attention-everywhere")
    return (
        third,
        planted(3, attention="se", attention_stages=(3,), **sizes),
        SmallResNet(3, **sizes),
    )


def seeded_block(bug_id: str | None = None, ch: int = 4, **options: Any) -> nn.Module:
    """Tohumlu, eval kipinde, ön-etkinleştirmeli Kalıp 1; istenirse hatalı."""
    cls: Any = ResidualAttn_P1 if bug_id is None else plant(bug_id, block=ResidualAttn_P1)
    return seeded(cls, ch, **{"f": PreActBranch, **options})


def seeded(cls: Any, ch: int, **options: Any) -> Any:
    """Tohumlu, eval kipinde blok; sürecin tohumuna dokunmaz."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        return cls(ch, **options).eval()


def classifier(seed: int) -> tuple[nn.Module, torch.Tensor, torch.Tensor, torch.optim.Optimizer]:
    """Eğitimin ortasında bir sınıflandırıcı: önceki adımın gradyanı hâlâ üstünde.

    Returns:
        model (5, D=4 -> K=3), x (5, 4), label (5,), optimizer.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model, x, label = nn.Linear(4, 3), torch.randn(5, 4), torch.tensor([0, 1, 2, 1, 0])
        model(torch.randn(5, 4)).pow(2).sum().backward()
    return model, x, label, torch.optim.SGD(model.parameters(), lr=0.5)
