"""Uzamsal dikkatin sözleri: dalları elle ayarlayıp bloğun ne gördüğünü dışarıdan okur.

Kaynak: not 3 B1-B5.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from course_lib.attention.coordinates import COORD_NORMS
from course_lib.attention.gates import GATES
from course_lib.attention.spatial import DESCRIPTORS, DynamicSpatialAttention
from course_lib.diagnosis import probes, spatial_maps, summaries
from course_lib.diagnosis.common import RUNS_WITHOUT_ERROR, parts_are_registered
from course_lib.diagnosis.crashes import remembers_the_first_size
from course_lib.diagnosis.kind import INAPPLICABLE, Kind, Promise, Reading
from course_lib.diagnosis.probes import EFFECT, biggest, influence, pool_is_heard
from course_lib.diagnosis.published import (
    NotComparable,
    reordered,
    same_function,
    swapped,
    with_weights_of,
)
from course_lib.diagnosis.start import START
from course_lib.diagnosis.summaries import GateView
from course_lib.diagnosis.twin import (
    HEIGHT,
    SAMPLES,
    WIDTH,
    NotMeasurable,
    RoutedTwin,
    lowered,
    raised,
)

SPATIAL_CHANNELS = 6
LOUD = 1e9


class SpatialTwin(RoutedTwin):
    """DynamicSpatialAttention gibi davranması beklenen bloğun ikizi."""

    own, own_words, router = "dallar", "dallar (branches)", "router"
    returns = "return_router_weights"

    def __init__(self, block: nn.Module, seed: int):
        told = getattr(block, "channels", None)
        self.channels = told if isinstance(told, int) else SPATIAL_CHANNELS
        self.any_width = not isinstance(told, int)
        super().__init__(block, seed)

    def views(self) -> tuple[GateView, ...]:
        return (GateView(self.mask, "kanallar", grows=self.any_width),)

    @property
    def branches(self) -> list:
        return list(getattr(self.block, "branches", []))

    @property
    def has_router(self) -> bool:
        return len(self.branches) > 1

    def images(self, samples: int = SAMPLES) -> Tensor:
        shape = (samples, self.channels, HEIGHT, WIDTH)
        places = self.normal((samples, 1, HEIGHT, WIDTH))
        return self.normal(shape) + 2 * places + 3 * self.normal((samples, 1, 1, 1))

    def others(self, x: Tensor) -> Tensor:
        return self.images(len(x))

    def neutral(self, x: Tensor) -> tuple[Tensor, Tensor]:
        # Bütün dallar aynı tek noktalı çekirdek olur: ağırlıklar 1'e toplanıyorsa karışım da odur.
        taps = self.normal((2,)).tolist()
        self.one_tap([[taps[0], taps[1], 0.3, 0.2]] * len(self.branches))
        return self.unsaturated(x), self.others(x)

    def one_tap(self, rows: list[list[float]]) -> None:
        """k. dal, yalnız bulunduğu pikselin dört sayısını `rows[k]` ile tartar."""
        with torch.no_grad():
            for branch, row in zip(self.branches, rows, strict=True):
                wide, narrow = branch_weights(branch)
                wide.zero_()
                wide[..., wide.shape[-2] // 2, wide.shape[-1] // 2] = 1.0
                narrow.copy_(torch.tensor(row, dtype=torch.float64).view_as(narrow))

    def freeze_router(self) -> None:
        """Yönlendiricinin kararını girdiden bağımsız yapar: matrisleri sıfır."""
        with torch.no_grad():
            for p in self.group("router"):
                p.zero_()

    def descriptor(self, x: Tensor, channel: int) -> Tensor:
        """Dalların `channel`. sırada gördüğü harita, bir çarpan farkıyla: (B, H·W)."""
        seen = []
        for small in (1e-5, 2e-5):  # kapı 0'ın bu kadar yakınında doğrusaldır
            row = [0.0] * 4
            self.one_tap([row] * len(self.branches))
            silent = self.mask(x)
            row[channel] = small
            self.one_tap([row] * len(self.branches))
            seen.append((self.mask(x) - silent) / small)
        if biggest(seen[0] - seen[1]) > 1e-3 * biggest(seen[0]):
            raise NotMeasurable("Kapı 0'ın yakınında doğrusal değil; dalların gördüğü okunamıyor.")
        return seen[0]

    def mask_size(self, x: Tensor) -> int:
        return x.shape[2] * x.shape[3]

    def read_mask(self, gain: Tensor) -> Tensor:
        return gain.nanmedian(dim=1).values.flatten(1)

    def spread(self, mask: Tensor, x: Tensor) -> Tensor:
        return mask.view(len(x), 1, *x.shape[2:])

    def quieten(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            for branch in self.branches:
                branch_weights(branch)[1].div_(2)
        return x

    def lower_the_lowest(self, x: Tensor) -> Tensor:
        return lowered(x, 1)

    def raise_the_peak(self, x: Tensor) -> Tensor:
        return raised(x, 1)


def branch_weights(branch: nn.Module) -> tuple[Tensor, Tensor]:
    """Dalın k×k ve 1×1 ağırlıkları; `dw` ve `pw` adlarıyla."""
    weights = [getattr(getattr(branch, name, None), "weight", None) for name in ("dw", "pw")]
    wide, narrow = weights
    if not (isinstance(wide, Tensor) and isinstance(narrow, Tensor)):
        raise NotMeasurable("Dallarda `dw` (k×k) ve `pw` (1×1) evrişimleri bulunamadı.")
    return wide, narrow


def peak_map_is_heard(twin: SpatialTwin) -> Reading:
    reading = pool_is_heard(twin, twin.raise_the_peak)
    if reading.holds:
        return reading
    x = twin.images()
    seen = twin.descriptor(x, 1)
    mean = x.mean(1).flatten(1)
    scale = (seen * mean).sum(1, keepdim=True) / mean.square().sum(1, keepdim=True)
    is_mean = biggest(seen - scale * mean) < 1e-4 * biggest(seen)
    return replace(reading, mark="peak-is-mean" if is_mean else None)


def branches_are_heard(twin: SpatialTwin) -> Reading:
    effect = influence(twin, twin.clear_images(), "dallar")
    return Reading(effect > EFFECT, {"maskenin değişimi": effect}, weak=True)


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
        ends = [torch.tensor([0.0, 1.0], dtype=torch.float64)] * weights.shape[1]
        sums = torch.cartesian_prod(*ends) @ weights[0]  # ağırlıkların alt küme toplamları
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
        with torch.no_grad():  # ortak bir 1×1 olabilir: ötekileri k×k'leri susturur, kalan sonda
            for branch in twin.branches:
                branch_weights(branch)[0].zero_()
            wide, narrow = branch_weights(twin.branches[kept])
            wide.fill_(1.0)
            narrow.fill_(1e-4)
        moved = (twin.mask(lit) - twin.mask(dark)).abs().view(size, size) > 1e-9
        rows = moved.any(1).nonzero().flatten()
        found.append(int(rows[-1] - rows[0]) + 1 if len(rows) else 0)
    return found


def claimed_kernels(twin: SpatialTwin) -> list[tuple[int, int]]:
    """Bloğun söylediği (çekirdek, genişletme) çiftleri; söylemiyorsa evrişimlerin kendilerinden."""
    said = getattr(twin.block, "kernels", None)
    told = said if isinstance(said, (list, tuple)) else ()
    pairs = [(p[0], p[1]) for p in told if isinstance(p, (list, tuple)) and len(p) == 2]
    if isinstance(said, (list, tuple)) and len(pairs) == len(told):
        return pairs
    return [(branch_weights(b)[0].shape[-1], b.dw.dilation[0]) for b in twin.branches]


def branches_reach_as_far_as_claimed(twin: SpatialTwin) -> Reading:
    wanted = [d * (k - 1) + 1 for k, d in claimed_kernels(twin)]
    found = reaches(twin)
    evidence = {f"{i + 1}. dalın erişimi (piksel)": float(r) for i, r in enumerate(found)}
    return Reading(found == wanted, evidence, "tied-branches" if tied(twin) else None)


def tied(twin: SpatialTwin) -> bool:
    """Bütün dallar aynı evrişim mi?"""
    first, *others = (branch_weights(branch)[0] for branch in twin.branches)
    return bool(others) and all(other is first for other in others)


class LastShape(TorchFunctionMode):
    """Hata gelmeden önceki son tensörün şekli."""

    shape: tuple[int, ...] = ()

    def __torch_function__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        if isinstance(out, Tensor):
            self.shape = tuple(out.shape)
        return out


def mark_of_crash(twin: SpatialTwin) -> str | None:
    """Dalların girdisine ve çıktısına, bir de çökmeden önceki son tensöre bakar."""
    if remembers_the_first_size(twin):
        return "first-size"
    shrunk: list[bool] = []

    def compare(_module, given, out) -> None:
        shrunk.append(given[0].shape[-2:] != out.shape[-2:])

    # Dolgusu eksik dal da bir harita verebilsin.
    side = max(d * (k - 1) for k, d in claimed_kernels(twin)) + HEIGHT
    last = LastShape()
    with ExitStack() as hooks:
        for branch in twin.branches:
            hooks.enter_context(branch.register_forward_hook(compare))
        try:
            with last:
                twin.call(twin.normal((SAMPLES, twin.channels, side, side + 1)))
        except NotMeasurable:
            if any(shrunk):
                return "branch-shrinks"
            if len(last.shape) == 5 and last.shape[:2] == (SAMPLES, 4):
                return "five-dimensions"
    return None


PROMISES = (
    RUNS_WITHOUT_ERROR,
    Promise(
        "parçalar-kayıtlı",
        "Çıktıyı etkileyen her parça kayıtlıdır: eğitilir, taşınır, saklanır.",
        parts_are_registered,
    ),
    probes.MASK_RANGE,
    Promise(
        "maske-uygulanır",
        "Çıktı, girdinin maskeyle çarpımıdır: y = x · sa.",
        probes.mask_is_applied,
    ),
    probes.ROUTED_INDEPENDENCE,
    Promise(
        "ağırlık-toplamı",
        "Bir örneğin dal ağırlıklarının toplamı 1'dir: dallar aynıysa karışım da odur.",
        probes.weights_sum_to_one,
    ),
    Promise("ortalama-duyulur", "Ortalama haritası maskeyi değiştirir.", probes.average_is_heard),
    Promise("tepe-duyulur", "Tepe (max) haritası maskeyi değiştirir.", peak_map_is_heard),
    Promise(
        "koordinat-ölçeği",
        "x ve y koordinatları, kenar kaç piksel olursa olsun aynı aralığı tarar.",
        spatial_maps.coordinates_span_the_same_range,
    ),
    Promise(
        "koordinat-yeri",
        "x soldan sağa, y yukarıdan aşağıya artar; aralıkları -1'den 1'e ya da 0'dan 1'edir, tek "
        "pikselli kenar ortadadır.",
        spatial_maps.coordinates_are_where_they_say,
        unless=("koordinat-ölçeği", "ortalama-duyulur", "her-sayı-duyulur", "özet-doğru"),
    ),
    Promise("dallar-duyulur", "Dallar maskeyi değiştirir.", branches_are_heard),
    probes.ROUTER_HEARD,
    probes.ROUTER_CHOOSES,
    Promise(
        "önce-karışım",
        "Dallar önce karışır, kapı sonra gelir: ham skor büyüyünce maske 0'a ya da 1'e varır.",
        branches_mix_before_the_gate,
    ),
    Promise(
        "erişim",
        "Her dal, söylenen çekirdek ve genişletme kadar uzağa bakar.",
        branches_reach_as_far_as_claimed,
    ),
    *probes.TEMPERATURE,
    probes.GRADIENTS,
)


def published(block: Any) -> Iterator[nn.Module]:
    """Aynı parametrelerle kurstaki blok; kapı, koordinat ölçeği denenerek bulunur."""
    layers = [p for p in block.router.parameters() if p.dim() >= 2]
    if len(layers) != 2:
        raise NotComparable
    sizes = [(branch_weights(b)[0].shape[-1], b.dw.dilation[0]) for b in block.branches]
    dilated = sizes[-1][1] > 1
    options = {
        "kernels": [k for k, _ in (sizes[:-1] if dilated else sizes)],
        "use_dilated": dilated,
        "learnable_temperature": hasattr(block, "t_raw"),
        "router_hidden": len(layers[0]),
        "router_pool": "mean" if layers[0].shape[1] == DESCRIPTORS else "moments",
        "bias": any(p.dim() == 1 for p in block.router.parameters()),
        "eps": getattr(block, "eps", 1e-6),
        "return_router_weights": True,
    }
    if dilated:
        options |= dict(zip(("dilated_kernel", "dilated_d"), sizes[-1], strict=True))
    norm = getattr(block, "coord_norm", None)
    for gate in same_function(getattr(block, "gate_fn", None), GATES):
        for coord_norm in (norm,) if norm in COORD_NORMS else COORD_NORMS:
            made = DynamicSpatialAttention(gate=gate, coord_norm=coord_norm, **options)
            yield with_weights_of(block, made)


def both(one: Any, two: Any) -> Any:
    """İki yer değiştirme birden: dalların ve yönlendiricinin gördüğü haritalar."""
    return lambda state: two(one(state)) if one(dict(state)) else {}


def maps_in_order(order: tuple[int, ...]) -> Any:
    branches = both(reordered("dw", 0, order), reordered("pw", 1, order))
    return both(branches, reordered("1", 1, order))


RELABELLINGS = {
    "iki özet haritası": maps_in_order((1, 0, 2, 3)),
    "iki koordinat": maps_in_order((0, 1, 3, 2)),
    "dalların ağırlıkları": swapped("router.3", 0),
}
KIND = Kind(
    block=DynamicSpatialAttention,
    twin=SpatialTwin,
    promises=PROMISES,
    further=(*summaries.SUMMARIES, probes.ROUTER_SOFT, START, spatial_maps.ROUTER_SUMMARY),
    outputs=("y", "sa", "router_w"),
    fits=lambda block: hasattr(block, "branches") and hasattr(block, "router"),
    fits_class=lambda _cls, known: "kernels" in known,
    settings=(
        {"learnable_temperature": True, "gate": "sigmoid", "return_router_weights": True},
        {
            "learnable_temperature": False, "gate": "hardsigmoid", "kernels": (5, 3),
            "dilated_kernel": 3, "dilated_d": 3, "router_pool": "moments", "coord_norm": "0to1",
            "bias": False, "return_router_weights": True,
        },
    ),
    reference=(
        {"learnable_temperature": True, "temperature": 1.7, "return_router_weights": True},
        {
            "gate": "hardsigmoid", "temperature": 2.5, "kernels": (2, 5), "dilated_kernel": 3,
            "dilated_d": 3, "bias": False, "return_router_weights": True,
        },
        {
            "use_dilated": False, "router_pool": "moments", "coord_norm": "0to1",
            "router_hidden": 3, "return_router_weights": True,
        },
    ),
    loud=False,
    published=published,
    relabellings=RELABELLINGS,
    mark_of_crash=mark_of_crash,
)  # fmt: skip
