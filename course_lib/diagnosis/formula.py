"""Son ağ: blok, kendi parametreleriyle, yayımlanan blokla aynı hesabı mı yapıyor?

Çıktılar, girdiye ve parametrelere giden gradyan, biriken durum karşılaştırılır.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from course_lib.diagnosis.common import first_of, gap
from course_lib.diagnosis.kind import (
    FLAGS,
    NOT_COMPARABLE,
    Kind,
    Promise,
    Reading,
    Settings,
)
from course_lib.diagnosis.published import NotComparable, with_weights_of
from course_lib.diagnosis.twin import T_NAMES, NotMeasurable, Twin, set_field

FORMULA = "formül"
SENTENCE = "Kendi parametreleriyle, yayımlanan blokla aynı sonucu ve aynı gradyanı verir."
CLOSE = 2e-5  # eps'in toplanarak ya da alttan keserek eklenmesi bundan az fark eder
LOW_PRECISION = 0.05
# (B, H, W, ölçek, T): kare olmayan, tek pikselli, yüksek sesli; T küçük ve büyük.
SETTINGS = (
    (3, 4, 5, 1.0, 1.0), (2, 5, 1, 1.0, 1.0), (2, 1, 4, 1.0, 1.0), (1, 3, 4, 1.0, 1.0),
    (2, 6, 5, 30.0, 0.3), (3, 4, 5, 1.0, 8.0),
)  # fmt: skip
RELABELLED = "Yalnız ağırlıkların yeri değişmiş ({where}); baştan eğitilirse aynı iş çıkar."


def outcome(
    block: nn.Module, x: Tensor, temperature: float, *, training: bool
) -> tuple[tuple, dict[str, Tensor | None], dict[str, Tensor]]:
    """(döndürdükleri, gradyanlar, biriken durum); adlar parametrelerinki ve "x"."""
    block = copy.deepcopy(block).train(training)
    for holder in block.modules():
        for name in T_NAMES:
            set_field(holder, name, temperature)
    x = x.clone().requires_grad_()
    parts = block(x)
    parts = tuple(parts) if isinstance(parts, (tuple, list)) else (parts,)
    named = {"x": x, **dict(block.named_parameters())}
    y = parts[0]
    target = torch.randn(
        y.shape, generator=torch.Generator().manual_seed(len(x)), dtype=torch.float64
    )
    grads: Iterable[Tensor | None] = [None] * len(named)
    if y.requires_grad:
        grads = torch.autograd.grad((y * target).sum(), list(named.values()), allow_unused=True)
    return parts, dict(zip(named, grads, strict=True)), dict(block.named_buffers())


def flat_gap(mine: object, theirs: object) -> float:
    """Vermediği ya da bilinmeyen (...) karşılaştırılmaz; biçimi başka, içeriği aynı olan
    ((B, C) ile (B, C, 1, 1) gibi) sonuçlar aynı sayılır."""
    if mine is None or theirs is ...:
        return 0.0
    if not isinstance(mine, Tensor) or not isinstance(theirs, Tensor):
        return float("inf")
    if mine.numel() != theirs.numel():
        return float("inf")
    return gap(theirs.flatten().double(), mine.flatten().double())


def gradient_gap(mine: dict, theirs: dict) -> float:
    """Hiç gradyan almayan ile sıfır gradyan alan aynıdır."""
    sizes = [float(g.abs().max()) for g in theirs.values() if g is not None and g.numel()]
    size = max([*sizes, 1e-12])
    worst = 0.0
    for key, want in theirs.items():
        got = mine.get(key)
        one, two = (torch.zeros(1) if g is None else g.flatten() for g in (want, got))
        if one.numel() != two.numel() and one.numel() > 1 and two.numel() > 1:
            return float("inf")
        apart = torch.nan_to_num((one - two).abs(), nan=torch.inf)
        worst = max(worst, float(apart.max()) / size if apart.numel() else 0.0)
    return worst


def apart(block: nn.Module, published: nn.Module, inputs: list) -> tuple[str, float]:
    """(ilk ayrıldıkları yer, fark); ayrılmıyorlarsa ("", 0)."""
    for x, temperature in inputs:
        for training in (False, True):
            try:
                theirs = outcome(published, x, temperature, training=training)
            except Exception:  # yayımlanan blok da bu girdide çalışmıyor (BN, tek sayı): sorulmaz
                continue
            mine = outcome(block, x, temperature, training=training)
            gaps = {
                "çıktı": max(map(flat_gap, mine[0], theirs[0])),
                "gradyan": gradient_gap(mine[1], theirs[1]),
                "biriken durum": max(
                    [flat_gap(mine[2][k], v) for k, v in theirs[2].items() if k in mine[2]],
                    default=0.0,
                ),
            }
            for what, found in gaps.items():
                if found > CLOSE * max(1.0, 1 / temperature):  # eps, küçük T'de daha çok duyulur
                    mode = "eğitim" if training else "ölçüm"
                    return f"{what} ({tuple(x.shape)}, T = {temperature:g}, {mode} kipi)", found
    return low_precision_apart(block, published, inputs[0][0])


def low_precision_apart(block: nn.Module, published: nn.Module, x: Tensor) -> tuple[str, float]:
    """bfloat16 girdi, float32 ve bfloat16 ağırlıklar; yayımlanan blok kabul etmiyorsa sorulmaz."""
    low = x.to(torch.bfloat16)
    for weights in (torch.float32, torch.bfloat16):
        with torch.no_grad():
            try:
                want = first_of(copy.deepcopy(published).to(weights)(low))
            except RuntimeError:
                continue
            try:
                got = first_of(copy.deepcopy(block).to(weights)(low))
            except RuntimeError:  # düşük duyarlığı kabul etmemek bir tasarımdır
                continue
        place = f"ağırlık {str(weights).removeprefix('torch.')}, girdi bfloat16"
        if got.dtype != want.dtype:
            return f"türü ({place}): {str(got.dtype).removeprefix('torch.')}", float("inf")
        found = gap(want, got)
        if found > LOW_PRECISION:
            return f"çıktı ({place})", found
    return "", 0.0


def inputs_of(twin: Twin) -> list[tuple[Tensor, float]]:
    return [(scale * twin.sized(b, h, w), T) for b, h, w, scale, T in SETTINGS]


def formula_promise(kind: Kind, asked: Settings | None) -> Promise:
    """Türün formül sözü. asked: sınıf kurulurken istenen ayarlar; bilinmiyorsa None."""

    def measure(twin: Twin) -> Reading:
        inputs = inputs_of(twin)
        found: list[tuple[str, float]] = []
        for published in candidates(kind, twin.block, asked):
            found.append(apart(twin.block, published, inputs))
            if not found[-1][0]:
                return Reading(True, {"yayımlanan bloktan fark": 0.0})
            where = relabelled(kind, twin.block, published, inputs)
            if where:
                return Reading(False, note=RELABELLED.format(where=where))
        if not found:
            raise NotComparable
        what, size = min(found, key=lambda f: f[1])
        return Reading(False, {f"ilk ayrıldığı yer: {what}; fark": size})

    return Promise(FORMULA, SENTENCE, guarded(measure), once=True)


def candidates(kind: Kind, block: nn.Module, asked: Settings | None) -> Iterable[nn.Module]:
    """Yayımlanan blok: istenen ayarlar biliniyorsa onlarla kurulmuş, yoksa bloktan okunmuş."""
    if asked is None:
        return kind.published(block)
    try:
        made = with_weights_of(block, kind.block(*kind.arguments, **asked))
    except NotComparable:  # parametrelerinin adları başka: kendi parçalarıyla kurulan hesap kalır
        return kind.published(block)
    for flag in FLAGS:
        if hasattr(made, flag):
            setattr(made, flag, True)
    return (made,)


def guarded(measure):
    def read(twin: Twin) -> Reading:
        try:
            with torch.random.fork_rng(devices=[]):
                return measure(twin)
        except NotComparable:
            return Reading(None, note=NOT_COMPARABLE)
        except NotMeasurable:
            raise
        except Exception as problem:  # öğrencinin kodu her şeyi fırlatabilir: nedeni gösterilir
            raise NotMeasurable(
                f"Formül karşılaştırılırken blok hata verdi: {problem}"
            ) from problem

    return read


def relabelled(kind: Kind, block: nn.Module, published: nn.Module, inputs: list) -> str:
    """Yayımlanan blok hangi ağırlıkları yer değiştirince aynı hesabı yapıyor? Hiçbiri: ""."""
    for where, change in kind.relabellings.items():
        other = copy.deepcopy(published)
        state = change({k: v.clone() for k, v in other.state_dict().items()})
        if not state:
            continue
        other.load_state_dict(state)
        if not outputs_apart(block, other, inputs):
            return where
    return ""


def outputs_apart(block: nn.Module, published: nn.Module, inputs: list) -> bool:
    with torch.no_grad():
        for x, temperature in inputs:
            mine, theirs = (
                outcome(b, x, temperature, training=False)[0][0] for b in (block, published)
            )
            if flat_gap(mine, theirs) > CLOSE:
                return True
    return False
