"""Leke düğmesi: aynı leke resimde gezer; maske ve dalların ağırlıkları onu izliyor mu?"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from course_lib.palette import GRAY_FILL, ORANGE
from course_lib.reading.figures import heatmaps
from course_lib.reading.sliders.slider import Knob, Row, Slider, mask_colors

SUMMARIES = ("mean", "moments")
COORDINATES = ("var", "yok")


def blob_slider(
    columns: Sequence[int],
    branches: Sequence[str],
    masks: Tensor,
    weights: Tensor,
    *,
    title: str,
    caption: str,
    alt: str,
) -> Slider:
    """Üç düğme: lekenin sütunu, koordinatlar, yönlendiricinin özeti; iki görünüm: maske ve
    ağırlıklar.

    Args:
        columns: lekenin durduğu P sütun; branches: K dalın adı.
        masks: (P, 2, 2, H, W); weights: (P, 2, 2, K). Eksenler: sütun, koordinat (var, yok), özet
            (mean, moments). Leke orta satırdadır.
    """
    height, width = masks.shape[-2:]
    flat, share = masks.flatten(0, 2), weights.flatten(0, 2)
    place = [c for c in columns for _ in range(len(COORDINATES) * len(SUMMARIES))]
    at_blob = [float(m[height // 2, c]) for m, c in zip(flat, place, strict=True)]
    views = [
        {
            "kind": "image", "of": "mask", "shape": (height, width), "low": float(masks.min()),
            "high": float(masks.max()), "colors": mask_colors(), "size": 260, "crisp": True,
            "title": "maske",
        },
        {
            "kind": "bars", "of": "weights", "names": branches, "high": 1, "color": ORANGE,
            "empty": GRAY_FILL, "title": "dalların ağırlıkları",
        },
    ]  # fmt: skip
    return Slider(
        title=title,
        formula="frames",
        knobs=[
            Knob("yer", "lekenin sütunu", columns, [str(c) for c in columns], 0),
            Knob("xy", "koordinatlar", range(2), COORDINATES, 0),
            Knob("ozet", "yönlendiricinin özeti", range(2), SUMMARIES, 0),
        ],
        views=views,
        data={
            "frames": {"mask": flat.flatten(1), "weights": share, "at": at_blob},
            "sizes": [len(columns), len(COORDINATES), len(SUMMARIES)],
        },
        say="Leke {yer}. sütunda, koordinatlar {xy}, özet {ozet}: lekenin ortasında maske {at:2}.",
        table=[
            Row("lekenin ortasında maske", "at"),
            *(Row(f"{name}: ağırlığı", "weights", i) for i, name in enumerate(branches)),
        ],
        still=heatmaps(
            masks[[0, -1], 0, 0], [f"leke {columns[k]}. sütunda" for k in (0, -1)],
            title=title, caption=caption, alt=alt,
        ),
    )  # fmt: skip
