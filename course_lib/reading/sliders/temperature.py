"""Sıcaklık düğmesi: T büyüyüp küçülürken kapının eğrisi, eğimi ve gerçek resimlerin katsayıları."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lib.palette import GRAPHITE, GREEN
from course_lib.reading.figures import mask_histograms
from course_lib.reading.sliders.slider import Knob, Row, Slider, ticks
from course_lib.turkish import tr

GATES = {"sigmoid": torch.sigmoid, "hardsigmoid": torch.nn.functional.hardsigmoid}
TEMPERATURES = (
    0.2, 0.3, 0.4, 0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0,
    20.0,
)  # fmt: skip
BINS = 10
SIZE = 224  # piksel; üç görünüm bir satıra sığar
REACH = 6.0  # eğrinin çizildiği |z|
CLOSED, OPEN = 0.05, 0.95  # bunun altı kapalı, üstü açık: ikisi de doymuş


def gate_slopes(z: Tensor, temperature: float, gate: str) -> tuple[Tensor, Tensor]:
    """Kapının değeri ve z'ye göre eğimi."""
    z = z.double().requires_grad_()
    mask = GATES[gate](z / temperature)
    (slope,) = torch.autograd.grad(mask.sum(), z)
    return mask.detach(), slope


def at_temperature(scores: Tensor, grid: Tensor, temperature: float, gate: str) -> dict:
    """Sayfadaki formülün torch'taki karşılığı."""
    curve, slope = gate_slopes(grid, temperature, gate)
    masks, slopes = gate_slopes(scores, temperature, gate)
    places = (masks * BINS).floor().clamp(max=BINS - 1).long()
    stuck = ((masks < CLOSED) | (masks > OPEN)).double().mean()
    return {
        "curve": curve,
        "slope": slope,
        "counts": torch.bincount(places, minlength=BINS),
        "stuck": 100 * stuck,
        "steep": slopes.mean(),
    }


def temperature_slider(scores: Tensor, *, title: str, caption: str, alt: str) -> Slider:
    """İki düğme, T ve kapı; üç görünüm: eğri, eğim, skorların katsayıları.

    Args:
        scores: (N,) kapıdan önceki ham skorlar z.
    """
    grid = torch.linspace(-REACH, REACH, 97)
    start = TEMPERATURES.index(1.0)
    axis = {"xlim": (-REACH, REACH), "xticks": ticks((-6, -3, 0, 3, 6)), "xlabel": "ham skor z"}
    views = [
        {
            "kind": "plot", "size": SIZE, "title": "maske", "x": grid, **axis, "ylim": (0, 1),
            "yticks": ticks((0, 0.5, 1)), "lines": [{"of": "curve", "color": GREEN}],
        },
        {
            "kind": "plot", "size": SIZE, "title": "eğim: skora giden gradyan", "x": grid, **axis,
            "ylim": (0, 1.25), "yticks": ticks((0, 0.25, 0.5, 1, 1.25)),
            "lines": [{"of": "slope", "color": GRAPHITE}],
        },
        {
            "kind": "plot", "size": SIZE, "title": "katsayıların dağılımı",
            "xlim": (0, 1), "ylim": (0, len(scores)),
            "xticks": ticks((0, 0.5, 1)), "yticks": ticks((0, len(scores))), "xlabel": "katsayı",
            "columns": {
                "of": "counts", "color": GREEN, "width": 1 / BINS,
                "at": [i / BINS for i in range(BINS)],
            },
        },
    ]  # fmt: skip
    return Slider(
        title=title,
        formula="gate",
        knobs=[
            Knob("T", "sıcaklık T", TEMPERATURES, [tr(t, "g") for t in TEMPERATURES], start),
            Knob("gate", "kapı", [0, 1], list(GATES), 0),
        ],
        views=views,
        data={"gates": list(GATES), "grid": grid, "scores": scores, "bins": BINS},
        say="T = {T}, {gate}: doymuş katsayı %{stuck:0}, skorlara giden ortalama eğim {steep:3}.",
        table=[
            Row("doymuş katsayılar (%)", "stuck", digits=0),
            Row("ortalama eğim", "steep", digits=3),
            *(Row(f"z = {z}: maske", "curve", 48 + 8 * z) for z in (-3, 0, 3)),
            *(Row(f"z = {z}: eğim", "slope", 48 + 8 * z, 3) for z in (-3, 0, 3)),
        ],
        still=mask_histograms(
            {f"T = {tr(t, 'g')}": torch.sigmoid(scores / t) for t in (0.2, 1.0, 8.0)},
            title=title, caption=caption, alt=alt,
        ),
    )  # fmt: skip
