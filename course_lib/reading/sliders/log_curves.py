"""Eğri düğmeleri: düğmeler bir düzeni seçer, log eksende birkaç eğri onu izler."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from course_lib.errors import BadInput
from course_lib.palette import BLUE, GRAPHITE, ORANGE
from course_lib.reading.figures.style import Picture
from course_lib.reading.sliders.slider import Knob, Row, Slider
from course_lib.turkish import power

SIZE = 420
COLORS = {"gri": GRAPHITE, "mavi": BLUE, "turuncu": ORANGE}


def curve_slider(
    knobs: Sequence[Knob],
    curves: Mapping[str, Sequence[Sequence[float]]],
    still: Picture,
    *,
    what: str,
    xlabel: str,
    told: int = -1,
    floor: float = -math.inf,
    title: str,
) -> Slider:
    """Düğmelerin her yerinde, eğri başına bir dizi artı sayı; dikey eksen log10.

    Args:
        curves: eğrinin adı -> düğmelerin yerleri sırasınca diziler; boyları değişebilir.
        still: betik çalışmayan yerde duran resim.
        what: dikey eksende ne olduğu; told: cümlenin söylediği noktanın sırası; floor: eksenin
            dibi, log10; daha küçüğü dipte çizilir, cümlede olduğu gibi söylenir.

    Raises:
        BadInput: düğmelerin her yeri için bir dizi yoksa ya da bir değer artı değilse.
    """
    places = math.prod(len(knob.values) for knob in knobs)
    for name, all_of in curves.items():
        if len(all_of) != places or any(v <= 0 for one in all_of for v in one):
            raise BadInput(
                f"curves düğmelerin {places} yeri için artı sayılar taşımalı; verilen: {name}, "
                f"{len(all_of)} dizi."
            )
    logs = {
        name: [[math.log10(v) for v in one] for one in all_of] for name, all_of in curves.items()
    }
    drawn = {
        name: [[max(v, floor) for v in one] for one in all_of] for name, all_of in logs.items()
    }
    values = [v for all_of in drawn.values() for one in all_of for v in one]
    low, high = math.floor(min(values)), math.ceil(max(values))
    step = max(1, round((high - low) / 5))
    longest = max(len(one) for all_of in logs.values() for one in all_of) - 1
    ids = {f"c{i}": name for i, name in enumerate(curves)}
    colors = dict(zip(ids, COLORS.items(), strict=False))
    view = {
        "kind": "plot", "size": SIZE,
        "title": f"{what}: " + ", ".join(f"{colors[i][0]} {name}" for i, name in ids.items()),
        "x": list(range(longest + 1)), "xlim": (0, longest), "ylim": (low, high),
        "xticks": [(v, str(v)) for v in (0, longest // 2, longest)],
        "yticks": [(v, power(v)) for v in range(low, high + 1) if v % step == 0],
        "xlabel": xlabel, "lines": [{"of": i, "color": colors[i][1]} for i in ids],
    }  # fmt: skip
    ends = {f"{i}_son": [one[told] for one in logs[name]] for i, name in ids.items()}
    chosen = ", ".join(f"{knob.label} {{{knob.name}}}" for knob in knobs)
    return Slider(
        title=title,
        formula="frames",
        knobs=knobs,
        views=[view],
        data={
            "frames": {**{i: drawn[name] for i, name in ids.items()}, **ends},
            "sizes": [len(knob.values) for knob in knobs],
        },
        say=f"{chosen}; 10 tabanında logaritması: "
        + ", ".join(f"{name} {{{i}_son:1}}" for i, name in ids.items())
        + ".",
        table=[Row(f"{name}, log10", f"{i}_son", digits=1) for i, name in ids.items()],
        still=still,
    )
