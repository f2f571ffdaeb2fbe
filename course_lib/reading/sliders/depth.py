"""Derinlik düğmesi: alpha döner; art arda dizilen bloklardan sonra girdinin büyüklüğünden kalan."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.palette import CRIMSON, GRAPHITE
from course_lib.reading.figures import curves
from course_lib.reading.sliders.slider import Knob, Row, Slider
from course_lib.turkish import power, tr

SIZE = 420


def depth_slider(
    alphas: Sequence[float],
    mixed: Tensor,
    added: Tensor,
    *,
    title: str,
    caption: str,
    alt: str,
) -> Slider:
    """Bir düğme, alpha; bir görünüm: blok sayısına karşı büyüklük (log), karıştıran ve ekleyen.

    Args:
        alphas: N değer.
        mixed, added: (N, D + 1); 0, 1, … D bloktan sonraki büyüklük, girdininki 1.
    """
    depth = mixed.shape[1] - 1
    both = torch.cat([mixed, added]).log10()
    low, high = float(both.min().floor()), float(both.max().ceil())
    marks = [v for v in range(int(low), int(high) + 1) if v % 4 == 0]
    view = {
        "kind": "plot", "size": SIZE,
        "title": "büyüklük (girdi = 1): gri karıştıran, kırmızı ekleyen",
        "x": list(range(depth + 1)), "xlim": (0, depth), "ylim": (low, high),
        "xticks": [(v, str(v)) for v in (0, depth // 2, depth)],
        "yticks": [(v, power(v)) for v in marks], "xlabel": "blok sayısı",
        "lines": [{"of": "mixed", "color": GRAPHITE}, {"of": "added", "color": CRIMSON}],
    }  # fmt: skip
    frames = {
        "mixed": mixed.log10(), "added": added.log10(),
        "left": mixed[:, -1].log10(), "grown": added[:, -1].log10(),
    }  # fmt: skip
    ends = (len(alphas) // 2, len(alphas) - 1)
    return Slider(
        title=title,
        formula="frames",
        knobs=[
            Knob("alpha", "alpha", alphas, [tr(a) for a in alphas], len(alphas) - 1),
        ],
        views=[view],
        data={"frames": frames, "sizes": [len(alphas)]},
        say=f"alpha = {{alpha}}, {depth} bloktan sonra büyüklüğün 10 tabanında logaritması: "
        "karıştıranda {left:1}, ekleyende {grown:1}.",
        table=[
            Row("karıştıran, log10", "left", digits=1),
            Row("ekleyen, log10", "grown", digits=1),
        ],
        still=curves(
            range(depth + 1),
            {
                f"{name}, alpha = {tr(alphas[k])}": sizes[k].tolist()
                for name, sizes in (("karıştıran", mixed), ("ekleyen", added))
                for k in ends
            },
            xlabel="blok sayısı", ylabel="büyüklük (log ölçek)", log=True,
            title=title, caption=caption, alt=alt,
        ),
    )  # fmt: skip
