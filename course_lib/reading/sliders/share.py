"""Pay düğmesi: iki görüşü okur kendisi karıştırır; maske, payla birlikte değişir."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.palette import GRAY_FILL, GREEN
from course_lib.reading.figures import channel_bars
from course_lib.reading.sliders.slider import Knob, Preset, Row, Slider
from course_lib.turkish import tr

STEPS = 50


def mixed_masks(a: Tensor, m: Tensor) -> Tensor:
    """Tepenin payı 0'dan 1'e çıkarken maske; a, m: (N, C). Sonuç (N, STEPS + 1, C)."""
    shares = torch.linspace(0, 1, STEPS + 1, dtype=a.dtype)[:, None]
    return torch.sigmoid((1 - shares) * a[:, None] + shares * m[:, None])


def share_slider(
    pictures: Sequence[str],
    channels: Sequence[str],
    views: tuple[Tensor, Tensor],
    chosen: Sequence[float],
    *,
    title: str,
    caption: str,
    alt: str,
) -> Slider:
    """İki düğme: hangi resim ve tepenin payı; bir görünüm: maske. Her resmin tuşu, yönlendiricinin
    seçtiği paya getirir.

    Args:
        pictures: N resmin adı; channels: C kanalın adı.
        views: (a, m), her resimdeki iki görüş, (N, C).
        chosen: yönlendiricinin her resimde tepeye verdiği pay, [0, 1].
    """
    masks = mixed_masks(*views)
    levels = [k / STEPS for k in range(STEPS + 1)]
    flat = masks.flatten(0, 1)
    return Slider(
        title=title,
        formula="frames",
        knobs=[
            Knob("resim", "resim", range(len(pictures)), pictures, 0),
            Knob("pay", "tepenin payı", levels, [tr(v) for v in levels], STEPS // 2),
        ],
        views=[
            {
                "kind": "bars", "of": "mask", "names": channels, "high": 1, "color": GREEN,
                "empty": GRAY_FILL, "title": "maske",
            }
        ],
        data={
            "frames": {"mask": flat, "open": (flat > 0.5).sum(1)},
            "sizes": [len(pictures), len(levels)],
        },
        say="{resim}, tepenin payı {pay}: maskesi 0,5'i aşan kanal sayısı {open:0}.",
        table=[Row(name, "mask", i) for i, name in enumerate(channels)],
        still=channel_bars(
            channels, {"avg": masks[0, 0], "max": masks[0, -1]}, axis="maske",
            title=title, caption=caption, alt=alt,
        ),
        presets=[
            Preset(f"Yönlendirici: {name}", [i, round(STEPS * share)])
            for i, (name, share) in enumerate(zip(pictures, chosen, strict=True))
        ],
    )  # fmt: skip
