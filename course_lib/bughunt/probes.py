"""Yoklamalar: kanal ve uzamsal dikkatin sözleri için birer ölçüm. Ham eşik yerine karşılaştırma kullanırlar.

Her yoklama bir `Reading` döndürür: söz tutuluyor mu (True, False, ölçülemedi ise None), kanıt
sayıları ve bilinen bir hatanın izi (`mark`). Kaynak: FACTS 5'teki yöntem ve seed 000'in kontrolleri.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from course_lib.bughunt.twin import T_RAW_AT_ONE, NotMeasurable, Twin

EFFECT = 1e-6  # bundan küçük değişim "etkisiz": gerçek etkiler 1e-3 ve üstündedir
LINEAR = 1e-4  # ikinci farkın birinci farka oranı bundan küçükse eğrilik yoktur
NEUTRAL_DRAWS = 5
RAW_SHRUNK = -1e4  # softplus'ın float64'te bile sıfıra indiği t_raw
RAISED = (T_RAW_AT_ONE + 1.0, 1.7)


@dataclass(frozen=True)
class Reading:
    """Bir yoklamanın sonucu. `mark`: katalogdaki bir hatanın imzası olan iz ya da None.

    `weak`: bu hayır tek başına kanıt değildir, ölü bir ReLU da verebilir; her tohumda yinelenmelidir.
    """

    holds: bool | None
    evidence: dict[str, float] = field(default_factory=dict)
    mark: str | None = None
    note: str = ""
    weak: bool = False


NOT_APPLICABLE = "uygulanmaz"
INAPPLICABLE = Reading(None, note=NOT_APPLICABLE)
Probes = dict[str, Callable[[Twin], Reading]]
SHARED_PROBES: Probes = {}


def probe(name: str, registry: Probes = SHARED_PROBES):
    """Yoklamayı, yokladığı sözün adıyla bir deftere yazar."""

    def register(function):
        registry[name] = function
        return function

    return register


def biggest(t: Tensor) -> float:
    return float(t.detach().abs().max()) if t.numel() else 0.0


def changed_by(twin: Twin, x: Tensor, act: Callable[[], None]) -> float:
    """`act` yapılınca maskenin en büyük değişimi; ağırlıklar geri konur."""
    before = twin.mask(x)
    state = twin.snapshot()
    act()
    after = twin.mask(x)
    twin.restore(state)
    return biggest(after - before)


def influence(twin: Twin, x: Tensor, group: str) -> float:
    return changed_by(twin, x, lambda: twin.redraw_group(group))


def logits(mask: Tensor) -> tuple[Tensor, Tensor]:
    """Maskenin iki olası ters kapısı: sigmoid'inki ve hardsigmoid'inki (bu, doymayan bölgede doğrusal)."""
    return torch.logit(mask), 6 * mask - 3


# --- biçim: maske gerçekten bir çarpan mı? ---------------------------------------------------
@probe("maske-uygulanır")
def mask_is_applied(twin: Twin) -> Reading:
    x = twin.images()
    y, mask, _ = twin.run(x)
    if not torch.isfinite(y).all():
        return Reading(False, note="Sonlu bir girdide çıktı NaN ya da sonsuz.")
    error = biggest(y - x * twin.spread(twin.mask(x), x)) / biggest(x)
    said = 0.0 if mask is None else biggest(y - x * twin.spread(mask.double(), x)) / biggest(x)
    return Reading(error < 1e-5 and said < 1e-5, {"y ile x·maske farkı": error, "y ile x·(dönen maske) farkı": said})


@probe("maske-aralığı")
def mask_is_in_range(twin: Twin) -> Reading:
    masks = torch.cat([twin.mask(twin.images() * scale) for scale in (1.0, 1e3)])
    low, high = float(masks.min()), float(masks.max())
    unbounded = max(-low, high) > 10
    return Reading(
        low >= -1e-6 and high <= 1 + 1e-6, {"en küçük": low, "en büyük": high}, "unbounded" if unbounded else None
    )


# --- söz hakkı --------------------------------------------------------------------------------
def pool_is_heard(twin: Twin, moved: Callable[[Tensor], Tensor]) -> Reading:
    x = twin.unsaturated(twin.images())
    after = moved(x)
    evidence = {"maskenin değişimi": biggest(twin.mask(after) - twin.mask(x))}
    heard = evidence["maskenin değişimi"] > EFFECT
    before_w, after_w = twin.run(x)[2], twin.run(after)[2]
    if twin.has_router and before_w is not None and after_w is not None:
        evidence["ağırlıkların değişimi"] = biggest(after_w - before_w)
        # Yönlendirici bütünüyle suskunsa ya da girdiye hiç bakmıyorsa bunu kendi yoklaması söyler.
        looks = biggest(twin.run(twin.others(x))[2] - before_w) > EFFECT
        if looks and influence(twin, x, "router") > EFFECT:
            heard = heard and evidence["ağırlıkların değişimi"] > EFFECT
    return Reading(heard, evidence, weak=True)


@probe("ortalama-duyulur")
def average_is_heard(twin: Twin) -> Reading:
    return pool_is_heard(twin, twin.lower_the_lowest)


@probe("tepe-duyulur")
def peak_is_heard(twin: Twin) -> Reading:
    return pool_is_heard(twin, twin.raise_the_peak)


@probe("yönlendirici-duyulur")
def router_is_heard(twin: Twin) -> Reading:
    if not twin.has_router:
        return INAPPLICABLE
    effect = influence(twin, twin.unsaturated(twin.images()), "router")
    return Reading(effect > EFFECT, {"maskenin değişimi": effect}, weak=True)


@probe("yönlendirici-seçer")
def router_looks_at_the_sample(twin: Twin) -> Reading:
    x = twin.images()
    weights = twin.run(x)[2] if twin.has_router else None
    if weights is None:
        return INAPPLICABLE
    spread = biggest(weights - weights[:1])
    elsewhere = biggest(twin.run(twin.images())[2] - weights)
    evidence = {"örnekler arasında ağırlık farkı": spread, "başka batch'te ağırlık farkı": elsewhere}
    mark = None
    if max(spread, elsewhere) <= EFFECT and influence(twin, twin.unsaturated(x), "router") > EFFECT:
        mark = "one-pair"  # girdiye bakmıyor, ama öğrenilen bir ağırlığı var
    return Reading(spread > EFFECT, evidence, mark, weak=True)


# --- örnekler ve ağırlıklar -------------------------------------------------------------------
def leak_of(look: Callable[[Tensor], Tensor], x: Tensor, others: Tensor) -> float:
    """Bir örnek dururken ötekiler değişince onun sonucu ne kadar kıpırdar? İlk ve son örnek için."""
    moved = []
    for kept in (0, -1):
        swapped = others.clone()
        swapped[kept] = x[kept]
        moved.append(biggest(look(swapped)[kept] - look(x)[kept]))
    return max(moved)


def leak(twin: Twin, x: Tensor, others: Tensor) -> float:
    return leak_of(twin.mask, x, others)


def counting_neighbours(twin: Twin, x: Tensor, others: Tensor) -> int:
    """Tek başına değişince bir başkasının maskesini kıpırdatan örneklerin sayısı."""
    before = twin.mask(x)
    count = 0
    for changed in range(len(x)):
        swapped = x.clone()
        swapped[changed] = others[changed]
        kept = (changed + 1) % len(x)
        count += biggest(twin.mask(swapped)[kept] - before[kept]) > EFFECT * EFFECT
    return count


@probe("örnek-bağımsızlığı")
def samples_are_independent(twin: Twin) -> Reading:
    x = twin.unsaturated(twin.images())
    others = twin.others(x)
    own = biggest(twin.mask(others)[0] - twin.mask(x)[0])
    if own <= EFFECT:
        raise NotMeasurable("Örneğin kendi girdisi bile sonucunu değiştirmiyor; komşu etkisi ölçülemez.")
    on_images = leak(twin, x, others)
    evidence = {"kendi girdisinin etkisi": own, "komşuların etkisi": on_images}
    if on_images <= EFFECT:
        return Reading(True, evidence)
    weights = twin.run(x)[2]
    same_rows = weights is None or biggest(weights - weights[:1]) < 1e-6
    columns = None if weights is None else weights.sum(0)
    several = counting_neighbours(twin, x, others) > 1
    on_neutral, router_on_neutral = 0.0, 0.0
    for _ in range(NEUTRAL_DRAWS):  # tek çekimde MLP'nin ya da yönlendiricinin tek birimi ölü olabilir
        neutral, elsewhere = twin.neutral(x)
        on_neutral = max(on_neutral, leak(twin, neutral, elsewhere))
        router_on_neutral = max(router_on_neutral, influence(twin, neutral, "router") if twin.has_router else 0.0)
    evidence["yönlendirici etkisizken komşuların etkisi"] = on_neutral
    persists = on_neutral > 1e-3 * on_images
    mark = None
    if persists and (router_on_neutral > EFFECT or not twin.has_router) and (columns is None or biggest(columns - 1) < 1e-4):
        mark = "leak-persists"
    if not persists and same_rows and several:
        mark = "leak-vanishes"
    return Reading(False, evidence, mark)


@probe("ağırlık-toplamı")
def weights_sum_to_one(twin: Twin) -> Reading:
    if not twin.has_router:
        return INAPPLICABLE
    x = twin.unsaturated(twin.images())
    weights = twin.run(x)[2]
    evidence = {}
    said = True
    if weights is not None:
        evidence["satır toplamının 1'den sapması"] = biggest(weights.sum(1) - 1)
        said = evidence["satır toplamının 1'den sapması"] < 1e-4
    # Karışanlar eşitse, toplamı 1 olan ağırlıklar ne olursa olsun karışım aynıdır.
    effect = influence(twin, twin.neutral(x)[0], "router")
    evidence["karışanlar eşitken yönlendiricinin etkisi"] = effect
    return Reading(said and effect < 1e-5, evidence)


# --- sıcaklık ---------------------------------------------------------------------------------
def masks_while_warming(twin: Twin) -> tuple[Tensor, Tensor]:
    """Maske, T = 1 iken ve T artırılınca; yalnız 0,5'ten ayrılmış kanallar."""
    x = twin.quieten(twin.unsaturated(twin.images()))  # T çarpan bile olsa artınca doymasın
    before = twin.mask(x)
    twin.set_temperature(*RAISED)
    after = twin.mask(x)
    twin.set_temperature(T_RAW_AT_ONE, 1.0)
    alive = (before - 0.5).abs() > 1e-3
    if not alive.any():
        raise NotMeasurable("Maske her yerde tam 0,5; sıcaklığın etkisi ölçülemez.")
    return before[alive], after[alive]


@probe("sıcaklık-duyulur")
def temperature_is_heard(twin: Twin) -> Reading:
    if twin.temperature() is None:
        return Reading(False, note="Blokta t_raw ya da T yok.")
    before, after = masks_while_warming(twin)
    effect = biggest(after - before)
    return Reading(effect > EFFECT, {"maskenin değişimi": effect}, weak=True)


@probe("sıcaklık-yumuşatır")
def temperature_softens(twin: Twin) -> Reading:
    if twin.temperature() is None:
        return INAPPLICABLE
    before, after = masks_while_warming(twin)
    if biggest(after - before) <= EFFECT:
        return Reading(None, note="Sıcaklığın hiç etkisi yok.")
    softer = float(((after - 0.5).abs() < (before - 0.5).abs()).double().mean())
    evidence = {"T büyüyünce yumuşayan kanal oranı": softer}
    # İmza: ham skorların hepsi aynı oranda büyüdü, öyleyse T çarpıyor.
    scaled = False
    for old, new in zip(logits(before), logits(after), strict=True):
        ratio = new / old
        scaled = scaled or bool((ratio > 1 + LINEAR).all() and ratio.max() - ratio.min() < 1e-3)
    return Reading(softer == 1.0, evidence, "hardens" if softer == 0.0 and scaled else None)


@probe("sıcaklık-tabanı")
def temperature_has_a_floor(twin: Twin) -> Reading:
    if not isinstance(getattr(twin.block, "t_raw", None), Tensor):
        return INAPPLICABLE
    with torch.no_grad():
        for p in twin.parameters().values():
            p.zero_()
    x = torch.zeros_like(twin.images())
    twin.set_temperature(T_RAW_AT_ONE, 1.0)
    if not torch.isfinite(twin.run(x)[0]).all():
        raise NotMeasurable("Blok sıfır girdide T = 1 iken de sonlu değil; taban ölçülemez.")
    twin.set_temperature(RAW_SHRUNK, 1.0)
    bad = float((~torch.isfinite(twin.run(x)[0])).double().mean())
    evidence = {"t_raw = -10.000 iken sonlu olmayan çıktı oranı": bad}
    holds = bad == 0.0
    if callable(getattr(twin.block, "get_T", None)):
        lowest = float(torch.as_tensor(twin.block.get_T()).detach().min())
        evidence["t_raw = -10.000 iken T"] = lowest
        holds = holds and lowest > 0
    return Reading(holds, evidence, None if holds else "no-floor")


STARTS = (0.3, 1.0, 2.5)


@probe("sıcaklık-başlangıcı")
def temperature_starts_where_asked(twin: Twin) -> Reading:
    cls = type(twin.block)
    found = []
    for asked in STARTS:
        try:
            with torch.random.fork_rng(devices=[]):
                fresh = cls(*twin.arguments, temperature=asked, learnable_temperature=True)
            found.append(float(torch.as_tensor(fresh.get_T()).detach()))
        except Exception:  # sınıf bu adlarla kurulamıyor: söz ona ait değil
            return INAPPLICABLE
    error = max(abs(got / asked - 1) for got, asked in zip(found, STARTS, strict=True))
    # İmza: log(exp(t - 1)) ile başlatılmış T.
    shifted = all(abs(got - math.log1p(math.exp(asked - 1))) < 1e-3 for got, asked in zip(found, STARTS, strict=True))
    evidence = {f"T = {asked:g} istendi, başlayan": got for got, asked in zip(found, STARTS, strict=True)}
    return Reading(error < 1e-3, evidence, "shifted-start" if shifted else None)


# --- gradyan ---------------------------------------------------------------------------
@probe("gradyan-ulaşır")
def gradients_arrive(twin: Twin) -> Reading:
    x = twin.unsaturated(twin.images())
    y = twin.run(x)[0]
    named = [
        (group, p)
        for group, parameters in twin.groups().items()
        if group != "router" or twin.has_router
        for p in parameters
    ]
    if not named:
        return Reading(None, note="Blokta öğrenilebilir parametre yok.")
    grads = [None] * len(named)
    if y.requires_grad:
        target = (y * twin.normal(y.shape)).sum()
        grads = torch.autograd.grad(target, [p for _, p in named], allow_unused=True)
    heard = silent = 0
    for (_, p), grad in zip(named, grads, strict=True):
        def nudge(p=p):
            with torch.no_grad():
                p.add_(0.5 * twin.normal(p.shape))

        if changed_by(twin, x, nudge) > EFFECT:
            heard += 1
            silent += grad is None
    if not heard:
        return Reading(None, note="Hiçbir parametrenin söz hakkı yok.")
    evidence = {"söz hakkı olan parametre": float(heard), "gradyansız kalan": float(silent)}
    frozen = all(grad is None or not grad.any() for grad in grads)  # grafta, ama türevi hep sıfır
    return Reading(silent == 0 and not frozen, evidence, "no-gradient" if silent == heard else None, weak=silent == 0)
