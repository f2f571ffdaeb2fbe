"""İkiz düğmesi: T döner, sağlam ve hatalı bloğun katsayıları yan yana dağılır."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.palette import CRIMSON, GRAPHITE
from course_lib.reading.figures import mask_histograms
from course_lib.reading.sliders.slider import Knob, Row, Slider, ticks
from course_lib.reading.sliders.temperature import BINS, CLOSED, OPEN
from course_lib.turkish import tr

SIZE = 330


def counts_of(masks: Tensor) -> Tensor:
    """Her satırın katsayıları BINS kutuya: (T, N) -> (T, BINS)."""
    places = (masks * BINS).floor().clamp(max=BINS - 1).long()
    return torch.stack([torch.bincount(row, minlength=BINS) for row in places])


def twin_slider(
    temperatures: Sequence[float],
    healthy: Tensor,
    buggy: Tensor,
    *,
    title: str,
    caption: str,
    alt: str,
) -> Slider:
    """Bir düğme, T; iki görünüm: sağlam ve hatalı bloğun katsayılarının dağılımı.

    Args:
        temperatures: K sıcaklık, biri 1.
        healthy, buggy: (K, N) katsayı, her sıcaklıkta.
    """
    both = {"healthy": healthy, "buggy": buggy}
    frames = {name: counts_of(masks) for name, masks in both.items()}
    stuck = {
        f"stuck_{name}": 100 * ((m < CLOSED) | (m > OPEN)).double().mean(1)
        for name, m in both.items()
    }
    size = healthy.shape[1]
    looks = {
        "healthy": ("sağlam blok", GRAPHITE),
        "buggy": ("hatalı blok", CRIMSON),
    }
    views = [
        {
            "kind": "plot", "size": SIZE, "title": name, "xlim": (0, 1), "ylim": (0, size),
            "xticks": ticks((0, 0.5, 1)), "yticks": ticks((0, size)), "xlabel": "katsayı",
            "columns": {
                "of": of, "color": color, "width": 1 / BINS, "at": [i / BINS for i in range(BINS)]
            },
        }
        for of, (name, color) in looks.items()
    ]  # fmt: skip
    return Slider(
        title=title,
        formula="frames",
        knobs=[
            Knob(
                "T", "sıcaklık T", temperatures, [tr(t, "g") for t in temperatures],
                list(temperatures).index(1.0),
            )
        ],
        views=views,
        data={"frames": frames | stuck, "sizes": [len(temperatures)]},
        say="T = {T}: doymuş katsayı sağlamda %{stuck_healthy:0}, hatalıda %{stuck_buggy:0}.",
        table=[
            Row("sağlamda doymuş (%)", "stuck_healthy", digits=0),
            Row("hatalıda doymuş (%)", "stuck_buggy", digits=0),
        ],
        still=mask_histograms(
            {"sağlam, en büyük T": healthy[-1], "hatalı, en büyük T": buggy[-1]},
            title=title, caption=caption, alt=alt,
        ),
    )  # fmt: skip
