"""Yayımla düğmeleri: hangi tohumların sonucu yazılırsa hangi çeşit birinci çıkar?"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from course_lib.reading.figures.style import BASELINE_FIRST, Picture
from course_lib.reading.sliders.slider import Knob, Row, Slider
from course_lib.turkish import tr

HALF = 0.35  # bir çeşidin çizgisinin yarı boyu
SIZE = 360


def published(runs: Tensor, ticks: Tensor) -> dict[str, Tensor]:
    """Sayfadaki formülün torch'taki karşılığı: runs (çeşit, tohum), ticks (tohum,) 0 ya da 1."""
    return {"means": runs @ ticks / ticks.sum().clamp(min=1), "kept": ticks.sum()}


def publish_slider(
    names: Sequence[str], seeds: Sequence[int], runs: Tensor, still: Picture, *, title: str
) -> Slider:
    """Tohum başına bir düğme; bir görünüm: her çeşidin yayımlanan tohumlardaki ortalaması.

    Args:
        names: çeşitler; runs: (çeşit, tohum), test doğruluğu, yüzde; still: betiksiz resim.
    """
    low, high = float(runs.min()) - 0.5, float(runs.max()) + 0.5
    ticks = torch.linspace(low, high, 5).tolist()
    view = {
        "kind": "plot", "x": [], "xlim": (-0.6, len(names) - 0.4), "ylim": (low, high),
        "lines": [
            {"of": f"m{i}", "x": [i - HALF, i + HALF], "color": color}
            for i, color in zip(range(len(names)), BASELINE_FIRST, strict=False)
        ],
        "xticks": list(enumerate(names)), "yticks": [(v, tr(v, 1)) for v in ticks],
        "xlabel": "", "title": "yayımlanan tohumların ortalaması, %", "size": SIZE,
    }  # fmt: skip
    return Slider(
        title=title,
        formula="published",
        knobs=[
            Knob(f"t{seed}", f"tohum {seed}", [0, 1], ["gizle", "yayımla"], 1) for seed in seeds
        ],
        views=[view],
        data={"runs": runs, "names": names},
        say="{kept:0} tohum yayımlandı; birinci: {best}.",
        table=[Row(name, "means", i, digits=1) for i, name in enumerate(names)],
        still=still,
    )
