"""Yer düğmesi: harita çevrilir, döndürülür, karıştırılır; dört modülün maskesi ne yapıyor?"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from course_lib.palette import GRAY_FILL, ORANGE
from course_lib.reading.figures import heatmaps
from course_lib.reading.sliders.slider import Knob, Row, Slider, mask_colors

SEED = 0


def shuffled(maps: Tensor, *, back: bool = False) -> Tensor:
    """Pikseller tohumlu bir sırayla karışmış ya da o karışımdan geri dizilmiş; kare haritalar."""
    places = maps.shape[-1] * maps.shape[-2]
    order = torch.randperm(places, generator=torch.Generator().manual_seed(SEED)).to(maps.device)
    return maps.flatten(-2)[..., order.argsort() if back else order].view_as(maps)


# ad -> (haritayı götüren, geri getiren); ters: baş aşağı, çeyrek: 90 derece. Haritalar karedir.
MOVES: dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Tensor], Tensor]]] = {
    "aslı": (lambda m: m, lambda m: m),
    "ters": (lambda m: m.flip(-2), lambda m: m.flip(-2)),
    "çeyrek": (lambda m: m.rot90(1, (-2, -1)), lambda m: m.rot90(-1, (-2, -1))),
    "karışık": (shuffled, lambda m: shuffled(m, back=True)),
}


def after_moves(
    mask_of: Callable[[Tensor], Tensor], maps: Tensor
) -> dict[str, tuple[Tensor, float, float]]:
    """Her harekette: (maske, yerinde ne kadar değişti, hareket geri alınınca ne kadar ayrı).

    Args:
        mask_of: (B, C, S, S) -> aynı şekle yayılan maske; maps: (B, C, S, S).
    """
    still = mask_of(maps).expand_as(maps)
    found = {}
    for name, (go, back) in MOVES.items():
        mask = mask_of(go(maps)).expand_as(maps)
        stayed, followed = (float((m - still).abs().max()) for m in (mask, back(mask)))
        found[name] = (mask, stayed, followed)
    return found


def moves_slider(
    maps: Tensor,
    masks_of: dict[str, Callable[[Tensor], Tensor]],
    *,
    title: str,
    caption: str,
    alt: str,
) -> Slider:
    """İki düğme: modül ve hareket; iki görünüm: kanalların toplamı ve ortalama maske.

    Args:
        maps: (1, C, S, S), kare; masks_of: modülün adı -> maskesini hesaplayan.
    """
    with torch.no_grad():
        found = [after_moves(mask_of, maps) for mask_of in masks_of.values()]
    inputs = torch.stack([go(maps)[0].sum(0) for go, _ in MOVES.values()]).cpu()
    masks = torch.stack([m[0].mean(0) for one in found for m, _, _ in one.values()]).cpu()
    changes = torch.tensor([[s, f] for one in found for _, s, f in one.values()])
    side = maps.shape[-1]
    look = {"kind": "image", "shape": (side, side), "colors": mask_colors(), "crisp": True}
    views = [
        {**look, "of": "input", "size": 200, "low": 0, "high": float(inputs.max()),
         "title": "girdi"},
        {**look, "of": "mask", "size": 200, "low": float(masks.min()), "high": float(masks.max()),
         "title": "maskesi"},
        {"kind": "bars", "of": "changes", "names": ["yerinde", "geri alınca"], "high": 1,
         "color": ORANGE, "empty": GRAY_FILL, "title": "maskenin en büyük değişimi"},
    ]  # fmt: skip
    names = list(masks_of)
    return Slider(
        title=title,
        formula="frames",
        knobs=[
            Knob("modul", "modül", range(len(names)), names, 0),
            Knob("hareket", "haritalar", range(len(MOVES)), list(MOVES), 0),
        ],
        views=views,
        data={
            "frames": {
                "input": inputs.flatten(1).repeat(len(names), 1), "mask": masks.flatten(1),
                "changes": changes, "stayed": changes[:, 0], "followed": changes[:, 1],
            },
            "sizes": [len(names), len(MOVES)],
        },
        say="{modul}, haritalar {hareket}: maske yerinde en çok {stayed:2} değişti; hareketi geri "
        "alınca kalan fark {followed:2}.",
        table=[
            Row("yerinde değişen", "stayed"),
            Row("geri alınca kalan", "followed"),
        ],
        still=heatmaps(
            masks.view(len(names), len(MOVES), side, side)[:, 1], names,
            title=title, caption=caption, alt=alt,
        ),
    )  # fmt: skip
