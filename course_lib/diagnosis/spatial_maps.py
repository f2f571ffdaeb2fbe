"""Uzamsal dikkatin haritaları: koordinatlar nerede, yönlendirici haritaların neyini duyuyor?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from course_lib.attention.coordinates import COORD_NORMS
from course_lib.attention.spatial import MomentsPool
from course_lib.diagnosis.kind import INAPPLICABLE, Promise, Reading
from course_lib.diagnosis.probes import EFFECT, biggest
from course_lib.diagnosis.twin import HEIGHT, WIDTH

if TYPE_CHECKING:
    from course_lib.diagnosis.spatial import SpatialTwin

ROUTER_POOL = "yönlendirici-özeti"


def coordinates_span_the_same_range(twin: SpatialTwin) -> Reading:
    x = twin.images()
    height, width = x.shape[2:]
    spans = []
    for channel in (2, 3):
        place = twin.descriptor(x, channel)[0].view(height, width)
        across = float((place[0, -1] - place[0, 0]).abs())
        down = float((place[-1, 0] - place[0, 0]).abs())
        steps = place[0].diff() if across > down else place[:, 0].diff()
        other = down if across > down else across
        even = biggest(steps - steps.mean()) < 1e-4 * biggest(steps)
        spans.append((max(across, down), even and other < 1e-4 * max(across, down)))
    if not any(span for span, _ in spans):
        return Reading(False, {"x aralığı": 0.0, "y aralığı": 0.0}, "no-coordinates")
    ratio = spans[0][0] / spans[1][0] if spans[1][0] else math.inf
    known = {
        "swapped-lengths": ((width - 1) / (height - 1)) ** 2,
        "off-by-one": (width - 1) / width / ((height - 1) / height),
    }
    holds = all(straight for _, straight in spans) and abs(ratio - 1) < 1e-4
    marks = [mark for mark, wrong in known.items() if abs(ratio / wrong - 1) < 1e-3]
    return Reading(holds, {"x aralığının y aralığına oranı": ratio}, next(iter(marks), None))


def edges(norm: str, size: int) -> Tensor:
    """`size` piksellik kenarın koordinatları; tek piksel ortadadır."""
    low = 0.0 if norm == "0to1" else -1.0
    middle = torch.full((1,), (low + 1.0) / 2, dtype=torch.float64)
    return torch.linspace(low, 1.0, size, dtype=torch.float64) if size > 1 else middle


def coordinates_are_where_they_say(twin: SpatialTwin) -> Reading:
    """İki koordinatı, değeri bilinen ortalama haritasına oranlayarak okur."""
    said = getattr(twin.block, "coord_norm", None)
    worst = dict.fromkeys((said,) if said in COORD_NORMS else COORD_NORMS, 0.0)
    for height, width in ((HEIGHT, WIDTH), (1, WIDTH), (HEIGHT, 1)):
        x = twin.sized(2, height, width) + 3.0
        mean = x.mean(1).flatten(1)
        gain = (twin.descriptor(x, 0) * mean).sum(1) / mean.square().sum(1)
        first, second = (
            (twin.descriptor(x, c) / gain[:, None]).view(2, height, width) for c in (2, 3)
        )
        for norm in worst:
            xs = edges(norm, width).expand(height, width)
            ys = edges(norm, height)[:, None].expand(height, width)
            orders = ((first, second), (second, first))  # sıraları değişmiş de olabilir
            apart = min(biggest(torch.stack([a - xs, b - ys]).nan_to_num(1.0)) for a, b in orders)
            worst[norm] = max(worst[norm], apart)
    apart = min(worst.values())
    return Reading(apart < 1e-3, {"koordinatların olması gerekenden farkı": apart})


def out_of_the_plane(twin: SpatialTwin, x: Tensor) -> Tensor:
    """Kanalların hepsine eklenince dört haritanın ne ortalamasını ne de yerini değiştiren desen."""
    height, width = x.shape[2:]
    ys, xs = torch.meshgrid(
        edges(COORD_NORMS[0], height), edges(COORD_NORMS[0], width), indexing="ij"
    )
    plane = torch.stack([torch.ones_like(xs), xs, ys]).flatten(1)
    plane = torch.linalg.qr(plane.T).Q  # (H·W, 3)
    noise = twin.normal((len(x), height * width))
    return (noise - noise @ plane @ plane.T).view(len(x), 1, height, width)


def router_hears_the_means(twin: SpatialTwin) -> Reading:
    if not twin.has_router or twin.run(twin.images())[2] is None:
        return INAPPLICABLE

    def weights(x: Tensor) -> Tensor:
        found = twin.run(x)[2]
        assert found is not None  # yukarıda soruldu
        return found

    offsets = twin.normal((2, twin.channels, 1, 1))
    flat = offsets.expand(-1, -1, HEIGHT, WIDTH).contiguous()
    before = weights(flat)
    same_means = biggest(weights(flat + out_of_the_plane(twin, flat)) - before)
    larger = biggest(weights(offsets.expand(-1, -1, 2 * HEIGHT, WIDTH + 1).contiguous()) - before)
    evidence = {
        "ortalamalar aynıyken ağırlıkların değişimi": same_means,
        "boy değişince değişimi": larger,
    }
    if max(same_means, larger) > 1e-7:
        return Reading(False, evidence)
    layers = [p for p in twin.group("router") if p.dim() >= 2]
    if layers[0].shape[1] == MomentsPool.width:
        slope = edges(COORD_NORMS[0], WIDTH).expand(HEIGHT, WIDTH)
        evidence["içerik kenara kayınca değişimi"] = biggest(weights(flat + slope) - before)
        return Reading(evidence["içerik kenara kayınca değişimi"] > EFFECT, evidence, weak=True)
    return Reading(True, evidence)


ROUTER_SUMMARY = Promise(
    ROUTER_POOL,
    "Yönlendirici haritaların ortalamasını, router_pool moments ise içeriğin yerini de duyar.",
    router_hears_the_means,
)
