"""Karışım düğmesi: alpha girdiden dikkate döner; karışan harita ve ondan kalan."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.reading.figures import photo_with_maps
from course_lib.reading.sliders.slider import Knob, Row, Slider, mask_colors, packed, unpacked
from course_lib.turkish import tr

HEIGHT = 80  # piksel; sayfaya giden haritaların yüksekliği
STEPS = 20


def blended(before: Tensor, after: Tensor, alpha: float) -> dict[str, Tensor]:
    """Sayfadaki formülün torch'taki karşılığı; haritalar düz, (P,)."""
    mix = (1 - alpha) * before + alpha * after
    return {"mix": mix, "left": 100 * mix.mean() / before.mean()}


def blend_slider(
    photo: Tensor, before: Tensor, after: Tensor, *, title: str, caption: str, alt: str
) -> Slider:
    """Bir düğme, alpha; bir görünüm, karışan harita.

    Args:
        photo: (3, H, W); before, after: (H, W), >= 0; girdi ve dikkatten geçmişi.
    """
    width = round(HEIGHT * before.shape[1] / before.shape[0])
    small = F.interpolate(torch.stack([before, after])[None], (HEIGHT, width), mode="area")[0]
    high = float(small.max())
    sent = [packed(m, 0.0, high) for m in small]
    levels = [k / STEPS for k in range(STEPS + 1)]
    return Slider(
        title=title,
        formula="blend",
        knobs=[Knob("alpha", "alpha", levels, [tr(v) for v in levels], STEPS)],
        views=[
            {
                "kind": "image", "of": "mix", "shape": (HEIGHT, width), "low": 0.0,
                "high": max(float(unpacked(m).max()) for m in sent), "colors": mask_colors(),
                "size": 480, "title": "(1 - alpha) · girdi + alpha · dikkat",
            }
        ],
        data={"maps": sent},
        say="alpha = {alpha}: girdinin ortalama büyüklüğünden kalan %{left:0}.",
        table=[Row("girdiden kalan (%)", "left", digits=0)],
        still=photo_with_maps(
            photo, torch.stack([before, after]), ["alpha = 0", "alpha = 1"],
            title=title, caption=caption, alt=alt,
        ),
    )  # fmt: skip
