"""Miksaj masası: sekiz kanalın sekiz düğmesi ve düğmelerden sonra kalan resim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.reading.figures.maps import photo_with_maps
from course_lib.reading.sliders.slider import (
    Knob,
    Preset,
    Row,
    Slider,
    mask_colors,
    packed,
    unpacked,
)
from course_lib.turkish import tr

HEIGHT = 60  # piksel; sayfaya giden haritaların yüksekliği
STEPS = 20


def desk(maps: Tensor, gains: Tensor, region: Tensor) -> dict[str, Tensor]:
    """Her harita kendi katsayısıyla çarpılır, sonra toplanır: maps (C, P), gains (C,) -> mix (P,).

    ratio: `region` (P,) içinin ortalaması, dışınınkinin kaç katı; ikisi de 0 ise 0.
    """
    mix = (maps * gains[:, None]).sum(0)
    inside, outside = mix[region].mean(), mix[~region].mean()
    return {"mix": mix, "ratio": torch.where(outside > 0, inside / outside, torch.zeros(()))}


def mixing_desk(
    photo: Tensor,
    names: Sequence[str],
    maps: Tensor,
    region: Tensor,
    decisions: Mapping[str, Sequence[float]],
    *,
    start: Sequence[float] | None = None,
    title: str,
    caption: str,
    alt: str,
) -> Slider:
    """Kanal başına bir düğme; sağda düğmelerden geçen kanalların toplamı.

    Args:
        photo: (3, H, W); names: C kanal adı; maps: (C, H, W), >= 0.
        region: (H, W), bool; öne çıkarılmak istenen yer.
        decisions: tuşun adı -> C katsayı, [0, 1]; start: baştaki katsayılar, verilmezse hepsi 1.
    """
    width = round(HEIGHT * maps.shape[2] / maps.shape[1])
    small = F.interpolate(maps[None], (HEIGHT, width), mode="area")[0]
    wanted = F.interpolate(region[None, None].float(), (HEIGHT, width), mode="area")[0, 0] > 0.5
    sent = [packed(m, 0.0, float(m.max())) for m in small]
    levels = [k / STEPS for k in range(STEPS + 1)]
    texts = [tr(v) for v in levels]
    gains = torch.ones(len(names)) if start is None else torch.tensor(start)
    at = (STEPS * gains).round().int().tolist()
    knobs = [Knob(f"d{i}", name, levels, texts, at[i]) for i, name in enumerate(names)]
    view = {
        "kind": "image", "of": "mix", "shape": (HEIGHT, width), "low": 0.0,
        "high": float(np.sum([unpacked(m) for m in sent], axis=0).max()),
        "colors": mask_colors(), "size": 320,
        "title": "düğmelerden sonra kanalların toplamı",
    }  # fmt: skip
    return Slider(
        title=title,
        formula="desk",
        knobs=knobs,
        views=[view],
        data={"maps": sent, "region": wanted.flatten().int()},
        say="Dairenin içindeki ortalama, dışındakinin {ratio:1} katı.",
        table=[Row("dairenin içi / dışı", "ratio", digits=1)],
        still=photo_with_maps(
            photo, (gains[:, None, None] * maps).sum(0, keepdim=True), ["sekiz kanalın toplamı"],
            title=title, caption=caption, alt=alt,
        ),
        presets=[
            Preset(label, [round(STEPS * float(gain)) for gain in gains])
            for label, gains in decisions.items()
        ],
    )  # fmt: skip
