"""Uzamsal dikkatin kendi sözleri için yoklamalar: haritalar, koordinatlar, dallar."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from course_lib.bughunt.probes import (
    EFFECT,
    INAPPLICABLE,
    Probes,
    Reading,
    biggest,
    changed_by,
    influence,
    pool_is_heard,
    probe,
)
from course_lib.bughunt.twin import HEIGHT, SAMPLES, NotMeasurable
from course_lib.bughunt.twin_spatial import SpatialTwin, branch_weights

SPATIAL_PROBES: Probes = {}


@probe("tepe-duyulur", SPATIAL_PROBES)
def peak_is_heard(twin: SpatialTwin) -> Reading:
    reading = pool_is_heard(twin, twin.raise_the_peak)
    if reading.holds:
        return reading
    x = twin.images()
    seen = twin.descriptor(x, 1)
    mean = x.mean(1).flatten(1)
    scale = (seen * mean).sum(1, keepdim=True) / mean.square().sum(1, keepdim=True)
    return replace(reading, mark="peak-is-mean" if biggest(seen - scale * mean) < 1e-4 * biggest(seen) else None)


@probe("dallar-duyulur", SPATIAL_PROBES)
def branches_are_heard(twin: SpatialTwin) -> Reading:
    effect = influence(twin, twin.unsaturated(twin.images()), "dallar")
    return Reading(effect > EFFECT, {"maskenin değişimi": effect}, weak=True)


@probe("parçalar-kayıtlı", SPATIAL_PROBES)
def parts_are_registered(twin: SpatialTwin) -> Reading:
    hidden = twin.unregistered()
    x = twin.unsaturated(twin.images())

    def stir() -> None:
        for p in hidden.values():
            twin.draw(p)

    effect = changed_by(twin, x, stir) if hidden else 0.0
    evidence = {"kayıtsız parametre": float(len(hidden)), "etkileri": effect}
    return Reading(effect <= EFFECT, evidence, "unregistered")


@probe("koordinat-ölçeği", SPATIAL_PROBES)
def coordinates_span_the_same_range(twin: SpatialTwin) -> Reading:
    x = twin.images()
    height, width = x.shape[2:]
    spans = []
    for channel in (2, 3):
        place = twin.descriptor(x, channel)[0].view(height, width)
        across, down = (float((place[a] - place[b]).abs().max()) for a, b in (((0, -1), (0, 0)), ((-1, 0), (0, 0))))
        steps = place[0].diff() if across > down else place[:, 0].diff()
        other = down if across > down else across
        even = biggest(steps - steps.mean()) < 1e-4 * biggest(steps)
        spans.append((max(across, down), even and other < 1e-4 * max(across, down)))
    ratio = spans[0][0] / spans[1][0] if spans[1][0] else math.inf
    swapped = ((width - 1) / (height - 1)) ** 2
    holds = all(straight for _, straight in spans) and abs(ratio - 1) < 1e-4
    mark = "swapped-lengths" if abs(ratio / swapped - 1) < 1e-3 else None
    return Reading(holds, {"x aralığının y aralığına oranı": ratio}, mark)


LOUD = 1e9


@probe("önce-karışım", SPATIAL_PROBES)
def branches_mix_before_the_gate(twin: SpatialTwin) -> Reading:
    if len(twin.branches) < 2:
        return INAPPLICABLE
    twin.freeze_router()
    x = twin.images() * LOUD
    mask = twin.mask(x)
    between = float(((mask > 1e-4) & (mask < 1 - 1e-4)).double().mean())
    weights = twin.run(x)[2]
    mark = None
    if between and weights is not None:
        choices = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * weights.shape[1])
        sums = choices @ weights[0]  # ağırlıkların alt küme toplamları
        near = (mask.flatten()[:, None] - sums).abs().amin(1)
        mark = "gate-first" if biggest(near) < 1e-6 else None
    return Reading(between < 0.02, {"0 ile 1 arasında kalan pay": between}, mark)


def reaches(twin: SpatialTwin) -> list[int]:
    """Her dalın tek bir noktayı kaç piksellik bir karede gördüğü."""
    twin.freeze_router()
    size = 2 * max(d * (k - 1) + 1 for k, d in claimed_kernels(twin)) + 1
    dark = torch.ones(1, twin.channels, size, size, dtype=torch.float64)
    lit = dark.clone()
    lit[..., size // 2, size // 2] += 1.0
    found = []
    for kept in range(len(twin.branches)):
        with torch.no_grad():
            for index, branch in enumerate(twin.branches):
                wide, narrow = branch_weights(branch)
                wide.fill_(1.0)
                narrow.fill_(1e-4 if index == kept else 0.0)
        moved = (twin.mask(lit) - twin.mask(dark)).abs().view(size, size) > 1e-9
        rows = moved.any(1).nonzero().flatten()
        found.append(int(rows[-1] - rows[0]) + 1 if len(rows) else 0)
    return found


def claimed_kernels(twin: SpatialTwin) -> list[tuple[int, int]]:
    """Bloğun söylediği (çekirdek, genişletme) çiftleri; söylemiyorsa evrişimlerin kendilerinden."""
    said = getattr(twin.block, "kernels", None)
    if isinstance(said, (list, tuple)) and all(isinstance(k, (list, tuple)) and len(k) == 2 for k in said):
        return [tuple(k) for k in said]
    return [(branch_weights(b)[0].shape[-1], b.dw.dilation[0]) for b in twin.branches]


@probe("erişim", SPATIAL_PROBES)
def branches_reach_as_far_as_claimed(twin: SpatialTwin) -> Reading:
    wanted = [d * (k - 1) + 1 for k, d in claimed_kernels(twin)]
    found = reaches(twin)
    evidence = {f"{i + 1}. dalın erişimi (piksel)": float(r) for i, r in enumerate(found)}
    return Reading(found == wanted, evidence)


class LastShape(TorchFunctionMode):
    """Hata gelmeden önceki son tensörün şekli."""

    shape: tuple[int, ...] = ()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        if isinstance(out, Tensor):
            self.shape = tuple(out.shape)
        return out


def mark_of_spatial_crash(twin: SpatialTwin) -> str | None:
    """Dalların girdisine ve çıktısına, bir de çökmeden önceki son tensöre bakar."""
    shrunk: list[bool] = []
    hooks = [
        b.register_forward_hook(lambda _m, given, out: shrunk.append(given[0].shape[-2:] != out.shape[-2:]))
        for b in twin.branches
    ]
    side = max(d * (k - 1) for k, d in claimed_kernels(twin)) + HEIGHT  # dolgusu eksik dal da bir harita verebilsin
    last = LastShape()
    try:
        with last:
            twin.call(twin.normal((SAMPLES, twin.channels, side, side + 1)))
    except NotMeasurable:
        if any(shrunk):
            return "branch-shrinks"
        if len(last.shape) == 5 and last.shape[:2] == (SAMPLES, 4):
            return "five-dimensions"
    finally:
        for hook in hooks:
            hook.remove()
    return None
