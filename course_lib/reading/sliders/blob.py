"""Leke düğmesi: aynı leke resimde gezer; maske ve dalların ağırlıkları onu izliyor mu?"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.palette import GRAY_FILL, ORANGE
from course_lib.reading.figures import heatmaps, weight_bars
from course_lib.reading.sliders.slider import Knob, Row, Slider, mask_colors


def place_knob(columns: Sequence[int]) -> Knob:
    return Knob("yer", "lekenin sütunu", columns, [str(c) for c in columns], 0)


def blob_slider(
    columns: Sequence[int],
    switch: str,
    options: Sequence[str],
    masks: Tensor,
    *,
    title: str,
    caption: str,
    alt: str,
) -> Slider:
    """İki düğme: lekenin sütunu ve `switch`; bir görünüm, maske.

    Args:
        columns: lekenin durduğu P sütun; options: `switch`in N konumu.
        masks: (P, N, H, W); leke orta satırdadır.
    """
    height, width = masks.shape[-2:]
    flat = masks.flatten(0, 1)
    place = [c for c in columns for _ in options]
    at_blob = [float(m[height // 2, c]) for m, c in zip(flat, place, strict=True)]
    view = {
        "kind": "image", "of": "mask", "shape": (height, width), "low": float(masks.min()),
        "high": float(masks.max()), "colors": mask_colors(), "size": 260, "crisp": True,
        "title": "maske",
    }  # fmt: skip
    return Slider(
        title=title,
        formula="frames",
        knobs=[place_knob(columns), Knob("xy", switch, range(len(options)), options, 0)],
        views=[view],
        data={
            "frames": {"mask": flat.flatten(1), "at": at_blob},
            "sizes": [len(columns), len(options)],
        },
        say=f"Leke {{yer}}. sütunda, {switch} {{xy}}: lekenin ortasında maske {{at:2}}.",
        table=[Row("lekenin ortasında maske", "at")],
        still=heatmaps(
            masks[[0, -1], 0], [f"leke {columns[k]}. sütunda" for k in (0, -1)],
            title=title, caption=caption, alt=alt,
        ),
    )  # fmt: skip


def weight_slider(
    columns: Sequence[int],
    summaries: Sequence[str],
    branches: Sequence[str],
    weights: Tensor,
    *,
    title: str,
    caption: str,
    alt: str,
) -> Slider:
    """İki düğme: lekenin sütunu ve yönlendiricinin özeti; bir görünüm, dalların ağırlıkları.

    Args:
        columns: P sütun; summaries: N özetin adı; branches: K dalın adı; weights: (P, N, K).
    """
    view = {
        "kind": "bars", "of": "weights", "names": branches, "high": 1, "color": ORANGE,
        "empty": GRAY_FILL, "title": "dalların ağırlıkları",
    }  # fmt: skip
    ends = torch.stack([weights[k, n] for n in range(len(summaries)) for k in (0, -1)])
    rows = [f"{name}, {columns[k]}. sütun" for name in summaries for k in (0, -1)]
    return Slider(
        title=title,
        formula="frames",
        knobs=[
            place_knob(columns),
            Knob("ozet", "yönlendiricinin özeti", range(len(summaries)), summaries, 0),
        ],
        views=[view],
        data={
            "frames": {"weights": weights.flatten(0, 1)}, "sizes": [len(columns), len(summaries)],
        },
        say="Leke {yer}. sütunda, özet {ozet}.",
        table=[Row(name, "weights", i) for i, name in enumerate(branches)],
        still=weight_bars(ends, rows, branches, title=title, caption=caption, alt=alt),
    )  # fmt: skip
