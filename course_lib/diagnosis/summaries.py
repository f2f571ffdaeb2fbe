"""Özetin sözleri: kapı neyi, nasıl özetliyor? Parça adına değil, kapının kıpırtısına bakılır.

Kanal kapısında satır bir kanal, üyeleri o kanalın pikselleridir; uzamsal kapıda satır bir piksel,
üyeleri kanallardır. Aynı ölçüm ikisine de uygulanır.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor

from course_lib.diagnosis.common import DRAWS
from course_lib.diagnosis.kind import INAPPLICABLE, Promise, Reading
from course_lib.diagnosis.probes import EFFECT, LINEAR, biggest, curvature, logits
from course_lib.diagnosis.twin import NotMeasurable

LOUD = 1e4
NEAR_ENDS = 0.05
GATED_ONE = (1 / (1 + math.exp(-1)), 4 / 6)  # sigmoid(1) ve hardsigmoid(1)
QUIET = 0.1


@dataclass(frozen=True)
class GateView:
    """Bir kapıya bakış. gate: girdi -> (B, N) kapı; members: özetlenenler; peak: tepeyi de duyar
    mı; grows: üyeleri çoğaltılmış girdiyi kabul eder mi."""

    gate: Callable[[Tensor], Tensor]
    members: Literal["pikseller", "kanallar"]
    peak: bool = True
    grows: bool = True

    def rows(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, satır, üye)."""
        flat = x.flatten(2)
        return flat if self.members == "pikseller" else flat.transpose(1, 2)

    def image(self, rows: Tensor, x: Tensor) -> Tensor:
        """(B, satır, üye) -> x'in şekli; üyeler çoğaldıysa genişlik ya da kanal da çoğalır."""
        if self.members == "pikseller":
            return rows.reshape(*rows.shape[:2], x.shape[2], -1)
        return rows.transpose(1, 2).reshape(len(rows), -1, *x.shape[2:])


def over_views(
    measure: Callable[[Any, GateView], Reading],
    members: tuple[str, ...] = ("pikseller", "kanallar"),
) -> Callable[[Any], Reading]:
    """Ölçümü ikizin o üyeleri özetleyen her kapısında yapar; biri bozuksa odur, yoksa ilk tutan."""

    def read(twin: Any) -> Reading:
        readings = [measure(twin, view) for view in twin.views() if view.members in members]
        bad = [r for r in readings if r.holds is False]
        good = [r for r in readings if r.holds]
        return (bad or good or [INAPPLICABLE])[0]

    return read


def moved_rows(values: Tensor) -> Tensor:
    """Satırın ortalaması ve tepesi aynı kalır, gerisi değişir. (B, satır, üye)."""
    top = values.argmax(2, keepdim=True)
    rest = torch.ones_like(values, dtype=torch.bool).scatter_(2, top, False)
    middle = torch.where(rest, values, 0.0).sum(2, keepdim=True) / (values.shape[2] - 1)
    room = (values.amax(2, keepdim=True) - middle) / (middle - values.amin(2, keepdim=True))
    turned = middle - (0.9 * room).clamp(max=0.5) * (values - middle)
    return torch.where(rest, turned, values)


def members_are_equal(twin: Any, view: GateView) -> Reading:
    x = twin.clear_images()
    rows = view.rows(x)
    order = torch.randperm(rows.shape[2], generator=twin.generator)
    shuffled = biggest(view.gate(view.image(rows[:, :, order], x)) - view.gate(x))
    one = rows[:1].repeat(rows.shape[2] + 1, 1, 1)
    for member in range(rows.shape[2]):
        one[member + 1, :, member] -= 1.0
    gates = view.gate(view.image(one, x))
    moved = (gates[1:] - gates[:1]).abs().amax(1)
    heard = float((moved > EFFECT).double().mean())
    evidence = {
        f"{view.members} karılınca kapının değişimi": shuffled,
        f"{view.members} arasında duyulanların payı": heard,
    }
    bad = shuffled > 1e-7
    return Reading(not bad and heard == 1.0, evidence, weak=not bad)


def summary_is_what_it_says(twin: Any, view: GateView) -> Reading:
    x = twin.clear_images()
    rows = view.rows(x)
    if rows.shape[2] < 3:
        return INAPPLICABLE
    # Ortalaması da tepesi de aynı başka girdi; tepeyi duymayan kapıda tepe de kayabilir.
    other = moved_rows(rows) if view.peak else 2 * rows.mean(2, keepdim=True) - rows
    apart = biggest(view.gate(view.image(other, x)) - view.gate(x))
    return Reading(apart < 1e-7, {"özetler aynıyken kapının değişimi": apart})


def size_does_not_matter(twin: Any, view: GateView) -> Reading:
    if not view.grows:
        return INAPPLICABLE
    x = twin.clear_images()
    rows = view.rows(x)
    apart = biggest(view.gate(view.image(torch.cat([rows, rows], 2), x)) - view.gate(x))
    return Reading(apart < 1e-7, {f"{view.members} ikiye katlanınca kapının değişimi": apart})


def gate_reaches_both_ends(twin: Any) -> Reading:
    low, high = 1.0, 0.0
    for _ in range(DRAWS):  # tek kanallı bir MLP, bir çekimde yalnız bir uca varabilir
        mask = twin.mask(LOUD * twin.images())
        low, high = min(low, float(mask.min())), max(high, float(mask.max()))
        if low < NEAR_ENDS and high > 1 - NEAR_ENDS:
            return Reading(True, {"en küçük": low, "en büyük": high})
        twin.redraw_again()
    twice = abs(low - 0.5) < 1e-3 and any(abs(high - top) < 1e-3 for top in GATED_ONE)
    mark = "double-gate" if twice else None
    return Reading(False, {"ham skor büyükken en küçük": low, "en büyük": high}, mark)


def two_views_share_one_mlp(twin: Any, view: GateView) -> Reading:
    """Ortalama u, tepe v iken ham skor, düz u ile düz v'ninkilerin arasındadır: hep aynı payla."""
    x = QUIET * twin.clear_images()
    rows = view.rows(x)
    flat = [
        view.image(s.expand_as(rows).contiguous(), x)
        for s in (rows.mean(2, keepdim=True), rows.amax(2, keepdim=True))
    ]
    masks = [view.gate(t) for t in (x, *flat)]
    if any(bool(((m < 0.02) | (m > 0.98)).any()) for m in masks):
        raise NotMeasurable("Kapı doygun; iki görüşün payı okunamıyor.")
    said = twin.peak_share(x)
    evidence = share_errors(said, twin.has_router, masks)
    holds = max(evidence.values()) < 1e-5
    swapped = not holds and said is not None and exchanged(said, masks)
    return Reading(holds, evidence, "weights-swapped" if swapped else None)


def share_errors(said: Tensor | None, routed: bool, masks: list[Tensor]) -> dict[str, float]:
    """İki ters kapıdan uyanının verdiği farklar."""
    errors = [errors_of_share(said, routed, *z) for z in zip(*map(logits, masks), strict=True)]
    return min(errors, key=lambda e: max(e.values()))


def exchanged(said: Tensor, masks: list[Tensor]) -> bool:
    """Söylenen iki pay yer değiştirince her şey uyuyor mu?"""
    return max(share_errors(1 - said, True, masks).values()) < 1e-5


def errors_of_share(
    said: Tensor | None, routed: bool, z: Tensor, low: Tensor, high: Tensor
) -> dict[str, float]:
    """Tepenin ham skordaki payı: kanaldan kanala farkı ve olması gerekenden farkı.

    Pay söylenmiyorsa 0 ile 1 arasında, yönlendirici yoksa bir de her örnekte aynı olmalıdır.
    """
    span = high - low
    clear = span.abs() > 1e-4
    alike = ~clear.any(1)
    unexplained = biggest((z - low)[alike])  # iki görüş aynı, karışımları başka
    if alike.all() and unexplained < 1e-3:
        raise NotMeasurable("İki görüş bu tohumda ayrışmıyor; payları okunamıyor.")
    share = torch.where(clear, (z - low) / torch.where(clear, span, 1.0), torch.nan)
    middle = share.nanmedian(1).values
    seen = middle[~alike]
    wanted = (seen if routed else seen.mean()).clamp(0, 1) if said is None else said[~alike]
    return {
        "iki görüş aynıyken karışımın farkı": unexplained if unexplained > 1e-3 else 0.0,
        "kanaldan kanala payın farkı": biggest((share - middle[:, None]).nan_to_num(0.0)),
        "tepenin payının olması gerekenden farkı": biggest(seen - wanted),
    }


def mlp_bends(twin: Any, view: GateView) -> Reading:
    """Düz girdide ham skor: f(v) + f(-v) - 2f(0) ve f(2v) - 2f(v) + f(0), f(v) - f(0)'a oranla."""
    v = twin.images()
    v = QUIET * v.mean((2, 3), keepdim=True).expand_as(v).contiguous()
    masks = {k: view.gate(v * (k or 1e-9)) for k in (-1, 0, 1, 2)}  # 0/0 olmasın
    bent = curvature(masks)
    return Reading(bent > LINEAR, {"eğrilik / eğim": bent}, weak=True)


MEMBERS = Promise(
    "her-sayı-duyulur",
    "Özet, özetlediği her sayıyı duyar ve hepsine eşit davranır: yerleri değişince kapı değişmez.",
    over_views(members_are_equal),
)
SUMMARY = Promise(
    "özet-doğru",
    "Ortalama ortalamadır, tepe tepedir: onlar aynı kaldıkça kapı da aynıdır.",
    over_views(summary_is_what_it_says),
)
SIZE = Promise(
    "boydan-bağımsız",
    "Aynı içerik yinelenip büyüyünce özet, öyleyse kapı da, değişmez.",
    over_views(size_does_not_matter),
)
BOTH_ENDS = Promise(
    "kapı-uçlara-varır",
    "Ham skor büyüyünce kapı 0'a da 1'e de varır.",
    gate_reaches_both_ends,
    once=True,
)
ONE_MLP = Promise(
    "tek-MLP",
    "İki özet aynı MLP'den geçer; ham skor, iki görüşün söylenen paylarla karışımıdır.",
    over_views(two_views_share_one_mlp, ("pikseller",)),
)
BENDS = Promise(
    "mlp-doğrusal-değil", "MLP doğrusal değildir.", over_views(mlp_bends, ("pikseller",))
)
SUMMARIES = (MEMBERS, SUMMARY, SIZE, BOTH_ENDS)
