"""Erişim düğmesi: çekirdek, genişletme ve çizgi aralığı döner; dalın baktığı noktalar ve yanıtı."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from course_lib.palette import PINK
from course_lib.reading.figures import footprints
from course_lib.reading.sliders.slider import Knob, Row, Slider, mask_colors, ticks

KERNELS, DILATIONS, PERIODS = (3, 5, 7, 9), (1, 2, 3), (2, 4, 6, 8, 12)
SIZE = 31  # piksel; en uzun erişim (9, 3) 25'tir
DIMMED = 0.25  # bakılmayan noktaların kontrastı


def stripes(columns: Tensor, period: int) -> Tensor:
    """Dikey çizgiler: `period` pikselde bir açık, bir koyu; 0 ya da 1."""
    return torch.div(2 * columns, period, rounding_mode="floor").remainder(2).double()


def at_kernel(size: int, kernel: int, dilation: int, period: int) -> dict[str, Tensor]:
    """Sayfadaki formülün torch'taki karşılığı: bütün ağırlıkları eşit bir dal çizgilere bakıyor."""
    reach = dilation * (kernel - 1) + 1
    half = size // 2
    wide = stripes(torch.arange(-reach, size + reach), period)[None, None]
    weight = torch.full((1, 1, kernel), 1 / kernel, dtype=torch.float64)
    seen = F.conv1d(wide, weight, dilation=dilation)[0, 0]
    response = seen[reach - dilation * (kernel - 1) // 2 :][:size]
    away = (torch.arange(size) - half).abs()
    tap = (away <= reach // 2) & (away % dilation == 0)
    looked = tap[:, None] & tap[None]
    line = stripes(torch.arange(size), period).expand(size, size)
    image = torch.where(looked, line, 0.5 + DIMMED * (line - 0.5))
    return {
        "seen": image.flatten(),
        "response": response,
        "reach": torch.tensor(float(reach)),
        "points": torch.tensor(float(kernel**2)),
        "low": response.min(),
        "high": response.max(),
    }


def reach_slider(*, title: str, caption: str, alt: str) -> Slider:
    """Üç düğme: çekirdek k, genişletme d, çizgilerin aralığı; iki görünüm: bakılan noktalar ve
    yanıt."""
    names = [
        Knob("k", "çekirdek k", KERNELS, [str(k) for k in KERNELS], KERNELS.index(7)),
        Knob("d", "genişletme d", DILATIONS, [str(d) for d in DILATIONS], 0),
        Knob("p", "çizgi aralığı (piksel)", PERIODS, [str(p) for p in PERIODS], 0),
    ]
    views = [
        {
            "kind": "image", "of": "seen", "shape": (SIZE, SIZE), "low": 0, "high": 1,
            "colors": mask_colors(), "size": 260, "crisp": True,
            "title": "ortadaki pikselin baktığı noktalar",
        },
        {
            "kind": "plot", "size": 330, "title": "dalın yanıtı, sütun sütun",
            "x": list(range(SIZE)), "xlim": (0, SIZE - 1), "ylim": (0, 1),
            "xticks": ticks((0, SIZE // 2, SIZE - 1)), "yticks": ticks((0, 0.5, 1)),
            "xlabel": "sütun", "lines": [{"of": "response", "color": PINK}],
        },
    ]  # fmt: skip
    return Slider(
        title=title,
        formula="reach",
        knobs=names,
        views=views,
        data={"size": SIZE, "dimmed": DIMMED},
        say="k = {k}, d = {d}: {reach:0} piksele uzanır, {points:0} noktaya bakar; aralığı {p} "
        "piksel olan çizgilere yanıtı {low:2} ile {high:2} arası.",
        table=[
            Row("erişim (piksel)", "reach", digits=0),
            Row("bakılan nokta", "points", digits=0),
            Row("en küçük yanıt", "low"),
            Row("en büyük yanıt", "high"),
        ],
        still=footprints(((3, 1), (7, 1), (7, 2)), title=title, caption=caption, alt=alt),
    )
