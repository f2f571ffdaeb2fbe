"""Evre düğmesi: harita küçülür, kanal çoğalır; modüllerin parametresi ve taşıdığı bellek."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from course_lib.palette import BLUE, GRAY_FILL, ORANGE
from course_lib.reading.figures import curves
from course_lib.reading.sliders.slider import Knob, Row, Slider


def stage_slider(
    channels: Sequence[int],
    sides: Sequence[int],
    modules: Sequence[str],
    parameters: Tensor,
    moved: Tensor,
    *,
    title: str,
    caption: str,
    alt: str,
) -> Slider:
    """Bir düğme, ağın evresi; iki görünüm: modüllerin parametresi ve taşıdığı bellek.

    Args:
        channels, sides: N evrenin kanal sayısı ve kenarı, piksel; modules: K modülün adı.
        parameters: (N, K), bin; moved: (N, K), x'in boyunun kaç katı.
    """
    look = {"kind": "bars", "names": modules, "empty": GRAY_FILL}
    views = [
        {**look, "of": "parameters", "color": BLUE, "high": float(parameters.max()),
         "title": "parametre (bin)"},
        {**look, "of": "moved", "color": ORANGE, "high": float(moved.max()),
         "title": "taşınan bellek (x'in katı)"},
    ]  # fmt: skip
    return Slider(
        title=title,
        formula="frames",
        knobs=[Knob("harita", "harita", sides, [f"{side}×{side}" for side in sides], 0)],
        views=views,
        data={
            "frames": {"parameters": parameters, "moved": moved, "channels": channels},
            "sizes": [len(sides)],
        },
        say="{channels:0} kanal, {harita} harita.",
        table=[
            *(Row(f"{name}: parametre (bin)", "parameters", i) for i, name in enumerate(modules)),
            *(Row(f"{name}: taşınan (x'in katı)", "moved", i) for i, name in enumerate(modules)),
        ],
        still=curves(
            channels,
            {name: moved[:, i].tolist() for i, name in enumerate(modules)},
            xlabel="evrenin kanal sayısı (harita küçüldükçe artar)",
            ylabel="taşınan bellek (x'in katı)",
            title=title,
            caption=caption,
            alt=alt,
        ),
    )  # fmt: skip
