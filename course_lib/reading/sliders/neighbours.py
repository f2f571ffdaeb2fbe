"""Komşu düğmesi: aynı resim, yanında başka biri; softmax'ın ekseni dim=1 ya da dim=0."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from course_lib.palette import GRAY_FILL, GREEN, ORANGE
from course_lib.reading.figures import channel_bars
from course_lib.reading.sliders.slider import Knob, Row, Slider

AXES = ("dim=1", "dim=0")


def neighbour_slider(
    companions: Sequence[str],
    channels: Sequence[str],
    masks: Tensor,
    weights: Tensor,
    *,
    title: str,
    caption: str,
    alt: str,
) -> Slider:
    """İki düğme: yanındaki resim ve softmax'ın ekseni; iki görünüm: ağırlıklar ve maske.

    Args:
        companions: N komşunun adı; channels: C kanalın adı.
        masks: (N, 2, C), her komşuda ve eksende aynı örneğin maskesi; weights: (N, 2, 2), onun
            ağırlıkları. Eksen sırası: dim=1, dim=0.
    """
    views = [
        {
            "kind": "bars", "of": "weights", "names": ["ortalama", "tepe"], "high": 1,
            "color": ORANGE, "empty": GRAY_FILL, "title": "ağırlıkları",
        },
        {
            "kind": "bars", "of": "mask", "names": channels, "high": 1, "color": GREEN,
            "empty": GRAY_FILL, "title": "maskesi",
        },
    ]  # fmt: skip
    pairs = weights.flatten(0, 1)
    frames = {"mask": masks.flatten(0, 1), "weights": pairs, "sum": pairs.sum(1)}
    return Slider(
        title=title,
        formula="frames",
        knobs=[
            Knob("komsu", "komşusu", range(len(companions)), companions, 0),
            Knob("eksen", "softmax'ın ekseni", range(len(AXES)), AXES, 0),
        ],
        views=views,
        data={"frames": frames, "sizes": [len(companions), len(AXES)]},
        say="Komşusu {komsu}, {eksen}: iki ağırlığının toplamı {sum:2}.",
        table=[
            Row("ortalamanın ağırlığı", "weights", 0),
            Row("tepenin ağırlığı", "weights", 1),
            *(Row(f"maske: {name}", "mask", i) for i, name in enumerate(channels)),
        ],
        still=channel_bars(
            channels,
            {"ca": masks[0, 1], "x": masks[1, 1]},
            axis="maske",
            labels={"ca": f"yanında {companions[0]}", "x": f"yanında {companions[1]}"},
            title=title,
            caption=caption,
            alt=alt,
        ),
    )
