"""Ortak yoklamalar: birden çok türün verdiği sözlerin ölçümleri. Ham eşik değil, karşılaştırma.

Yöntem: kod okunmaz, davranış yoklanır; bir girdi ya da ağırlık değiştirilir ve sonucun kıpırdayıp
kıpırdamadığına bakılır. Kaynak: not 1'in kontrolleri.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from course_lib.diagnosis.kind import INAPPLICABLE, Promise, Reading
from course_lib.diagnosis.twin import (
    T_RAW_AT_ONE,
    MaskTwin,
    NotMeasurable,
    RoutedTwin,
    Twin,
    private_copy,
)
from course_lib.turkish import tr

EFFECT = 1e-6  # bundan küçük değişim "etkisiz": gerçek etkiler 1e-3 ve üstündedir
LINEAR = 1e-4  # ikinci farkın birinci farka oranı bundan küçükse eğrilik yoktur
NEUTRAL_DRAWS = 5
NUDGE = 1e-3
ROUTER_DRAWS = 8  # seçimi girdiyle değişmeyen yönlendiricinin yeniden çekildiği kez
RAW_SHRUNK = -1e4  # softplus'ın float64'te bile sıfıra indiği t_raw
RAISED = (T_RAW_AT_ONE + 1.0, 1.7)
STARTS = (0.3, 1.0, 2.5)


def biggest(t: Tensor) -> float:
    return float(t.detach().abs().max()) if t.numel() else 0.0


def changed_by(twin: Twin, x: Tensor, act: Callable[[], object]) -> float:
    """`act` yapılınca sonucun en büyük değişimi; ağırlıklar geri konur."""
    before = twin.look(x)
    state = twin.snapshot()
    act()
    after = twin.look(x)
    twin.restore(state)
    return biggest(after - before)


def influence(twin: Twin, x: Tensor, group: str) -> float:
    return changed_by(twin, x, lambda: twin.redraw_group(group))


def logits(mask: Tensor) -> tuple[Tensor, Tensor]:
    """Maskenin iki olası ters kapısı: sigmoid'in ve (doymayan bölgede) hardsigmoid'in tersi."""
    return torch.logit(mask), 6 * mask - 3


def curvature(masks: dict[int, Tensor]) -> float:
    """Ham skorun eğriliği, ilk farka oranla. masks: k -> k·v düz girdisinin maskesi, k = -1 … 2.

    f(v) + f(-v) - 2f(0) ve f(2v) - 2f(v) + f(0): doğrusal bir f'de ikisi de sıfırdır.
    """
    curves = []
    for index in (0, 1):  # hangi ters kapı olduğu bilinmez: az eğri olanı
        f = {k: logits(m)[index] for k, m in masks.items()}
        first = (f[1] - f[0]).abs().maximum((f[-1] - f[0]).abs())
        moved = first > EFFECT
        if not moved.any():
            raise NotMeasurable("Düz girdide ham skorlar kıpırdamıyor; doğrusallık ölçülemez.")
        even = (f[1] + f[-1] - 2 * f[0]).abs()
        bend = (f[2] - 2 * f[1] + f[0]).abs()
        curves.append(biggest(even.maximum(bend)[moved] / first[moved]))
    return min(curves)


# --- biçim: maske gerçekten bir çarpan mı? ---------------------------------------------------
def mask_is_applied(twin: MaskTwin) -> Reading:
    x = twin.images()
    y, mask, _ = twin.run(x)
    if not torch.isfinite(y).all():
        return Reading(False, note="Sonlu bir girdide çıktı NaN ya da sonsuz.")
    error = biggest(y - x * twin.spread(twin.mask(x), x)) / biggest(x)
    said = 0.0
    if mask is not None:
        said = biggest(y - x * twin.spread(mask.double(), x)) / biggest(x)
    evidence = {"y ile x·maske farkı": error, "y ile x·(dönen maske) farkı": said}
    mark = None if mask is None else how_it_is_used(x, y, twin.spread(mask.double(), x))
    return Reading(error < 1e-5 and said < 1e-5, evidence, mark)


def how_it_is_used(x: Tensor, y: Tensor, mask: Tensor) -> str | None:
    """Çarpılmayan maskenin izi: hiç mi kullanılmamış, tersi mi kullanılmış?"""
    size = biggest(x)
    if biggest(y - x) < 1e-12 * size:
        return "mask-unused"
    return "mask-inverted" if biggest(y - x * (1 - mask)) < 1e-9 * size else None


def mask_is_in_range(twin: MaskTwin) -> Reading:
    masks = torch.cat([twin.mask(twin.images() * scale) for scale in (1.0, 1e3)])
    low, high = float(masks.min()), float(masks.max())
    holds = low >= -1e-6 and high <= 1 + 1e-6
    mark = "unbounded" if max(-low, high) > 10 else None
    return Reading(holds, {"en küçük": low, "en büyük": high}, mark)


# --- kim duyulur --------------------------------------------------------------------------------
def pool_is_heard(twin: RoutedTwin, moved: Callable[[Tensor], Tensor]) -> Reading:
    x = twin.clear_images()
    after = moved(x)
    evidence = {"maskenin değişimi": biggest(twin.mask(after) - twin.mask(x))}
    heard = evidence["maskenin değişimi"] > EFFECT
    before_w, after_w = twin.run(x)[2], twin.run(after)[2]
    if twin.has_router and before_w is not None and after_w is not None:
        evidence["ağırlıkların değişimi"] = biggest(after_w - before_w)
        # Yönlendirici bütünüyle suskunsa ya da girdiye bakmıyorsa bunu kendi yoklaması söyler.
        elsewhere = twin.run(twin.others(x))[2]
        looks = elsewhere is not None and biggest(elsewhere - before_w) > EFFECT
        if looks and influence(twin, x, "router") > EFFECT:
            heard = heard and evidence["ağırlıkların değişimi"] > EFFECT
    return Reading(heard, evidence, weak=True)


def average_is_heard(twin: RoutedTwin) -> Reading:
    return pool_is_heard(twin, twin.lower_the_lowest)


def peak_is_heard(twin: RoutedTwin) -> Reading:
    return pool_is_heard(twin, twin.raise_the_peak)


def router_is_heard(twin: RoutedTwin) -> Reading:
    if not twin.has_router:
        return INAPPLICABLE
    effect = influence(twin, twin.clear_images(), "router")
    return Reading(effect > EFFECT, {"maskenin değişimi": effect}, weak=True)


def router_looks_at_the_sample(twin: RoutedTwin) -> Reading:
    x = twin.images()
    weights = twin.run(x)[2] if twin.has_router else None
    if weights is None:
        return INAPPLICABLE
    spread = biggest(weights - weights[:1])
    again = twin.run(twin.images())[2]
    elsewhere = math.inf if again is None else biggest(again - weights)
    evidence = {
        "örnekler arasında ağırlık farkı": spread,
        "başka batch'te ağırlık farkı": elsewhere,
    }
    mark = None
    if max(spread, elsewhere) <= EFFECT and influence(twin, twin.unsaturated(x), "router") > EFFECT:
        mark = "one-pair"  # girdiye bakmıyor, ama öğrenilen bir ağırlığı var
    return Reading(spread > EFFECT, evidence, mark, weak=True)


def always_chooses_one(twin: RoutedTwin, x: Tensor) -> bool:
    """Yönlendirici her çekimde tek bir dalı seçiyor, çekimden çekime başkasını mı?

    Tek gizli birimli yönlendiricinin seçimi girdiyle değişmeyebilir.
    """
    state, seen = twin.snapshot(), []
    for _ in range(ROUTER_DRAWS):
        twin.redraw_group("router")
        seen.append(twin.run(x)[2])
    twin.restore(state)
    first, *others = seen
    one = all(w is not None and bool(((w == 0) | (w == 1)).all()) for w in seen)
    return one and any(biggest(w - first) > EFFECT for w in others)


def router_chooses_softly(twin: RoutedTwin) -> Reading:
    """Girdi azıcık değişince ağırlıklar da azıcık değişmeli: kesin seçimin türevi sıfırdır."""
    x = twin.images()
    weights = twin.run(x)[2] if twin.has_router else None
    near, other = (twin.run(t)[2] for t in (x * (1 + NUDGE), twin.images()))
    if weights is None or near is None or other is None:
        return INAPPLICABLE
    moved = biggest(near - weights)
    hard = bool(((weights == 0) | (weights == 1)).all())
    if biggest(other - weights) <= EFFECT and not (hard and always_chooses_one(twin, x)):
        return INAPPLICABLE
    evidence = {"girdi binde bir büyüyünce ağırlıkların değişimi": moved}
    return Reading(not hard, evidence, "hard-choice" if moved == 0 else None)


# --- örnekler ve ağırlıklar -------------------------------------------------------------------
def leak_of(look: Callable[[Tensor], Tensor], x: Tensor, others: Tensor) -> float:
    """Bir örnek dururken ötekiler değişince sonucu ne kadar kıpırdar? İlk ve son örnek için."""
    moved = []
    for kept in (0, -1):
        swapped = others.clone()
        swapped[kept] = x[kept]
        moved.append(biggest(look(swapped)[kept] - look(x)[kept]))
    return max(moved)


def samples_are_independent(twin: Twin) -> Reading:
    x = twin.images()
    found = leak_of(twin.look, x, twin.others(x))
    pooled = found > EFFECT and leak_at_equal_mean(twin, x) < EFFECT * EFFECT
    mark = "pooled-over-batch" if pooled else None
    return Reading(found <= EFFECT, {"komşuların etkisi": found}, mark)


def leak_at_equal_mean(twin: Twin, x: Tensor) -> float:
    """Komşular, batch ortalaması aynı kalacak biçimde değişince ilk örneğin kıpırtısı."""
    way = twin.normal(x[0].shape)
    moved = x.clone()
    moved[1] += way
    moved[2] -= way
    return biggest(twin.look(moved)[0] - twin.look(x)[0])


def counting_neighbours(twin: RoutedTwin, x: Tensor, others: Tensor) -> int:
    """Tek başına değişince bir başkasının maskesini kıpırdatan örneklerin sayısı."""
    before = twin.mask(x)
    count = 0
    for changed in range(len(x)):
        swapped = x.clone()
        swapped[changed] = others[changed]
        kept = (changed + 1) % len(x)
        count += biggest(twin.mask(swapped)[kept] - before[kept]) > EFFECT * EFFECT
    return count


def routed_samples_are_independent(twin: RoutedTwin) -> Reading:
    x = twin.clear_images()
    others = twin.others(x)
    own = biggest(twin.mask(others)[0] - twin.mask(x)[0])
    if own <= EFFECT:
        raise NotMeasurable(
            "Örneğin kendi girdisi bile sonucunu değiştirmiyor; komşu etkisi ölçülemez."
        )
    on_images = leak_of(twin.look, x, others)
    evidence = {"kendi girdisinin etkisi": own, "komşuların etkisi": on_images}
    if on_images <= EFFECT:
        return Reading(True, evidence)
    weights = twin.run(x)[2]
    several = counting_neighbours(twin, x, others) > 1
    on_neutral, router_on_neutral = without_the_router(twin, x)
    evidence["yönlendirici etkisizken komşuların etkisi"] = on_neutral
    if on_neutral > 1e-3 * on_images:  # yönlendirici etkisizken de sızıyor
        speaks = router_on_neutral > EFFECT or not twin.has_router
        columns = weights is None or biggest(weights.sum(0) - 1) < 1e-4
        return Reading(False, evidence, "leak-persists" if speaks and columns else None)
    same_rows = weights is None or biggest(weights - weights[:1]) < 1e-6
    return Reading(False, evidence, "leak-vanishes" if same_rows and several else None)


def without_the_router(twin: RoutedTwin, x: Tensor) -> tuple[float, float]:
    """Yönlendiricinin etkisiz kalması gereken girdide: (komşuların, yönlendiricinin etkisi)."""
    on_neutral = router_on_neutral = 0.0
    for _ in range(
        NEUTRAL_DRAWS
    ):  # tek çekimde MLP'nin ya da yönlendiricinin tek birimi ölü olabilir
        neutral, elsewhere = twin.neutral(x)
        on_neutral = max(on_neutral, leak_of(twin.look, neutral, elsewhere))
        if twin.has_router:
            router_on_neutral = max(router_on_neutral, influence(twin, neutral, "router"))
    return on_neutral, router_on_neutral


def weights_sum_to_one(twin: RoutedTwin) -> Reading:
    if not twin.has_router:
        return INAPPLICABLE
    x = twin.clear_images()
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
def masks_while_warming(twin: RoutedTwin) -> tuple[Tensor, Tensor]:
    """Maske, T = 1 iken ve T artırılınca; yalnız 0,5'ten ayrılmış kanallar."""
    x = twin.quieten(twin.clear_images())  # T çarpan bile olsa artınca doymasın
    before = twin.mask(x)
    twin.set_temperature(*RAISED)
    after = twin.mask(x)
    twin.set_temperature(T_RAW_AT_ONE, 1.0)
    alive = (before - 0.5).abs() > 1e-3
    if not alive.any():
        raise NotMeasurable("Maske her yerde tam 0,5; sıcaklığın etkisi ölçülemez.")
    return before[alive], after[alive]


def temperature_is_heard(twin: RoutedTwin) -> Reading:
    if twin.temperature() is None:
        return Reading(False, note="Blokta t_raw ya da T yok.")
    before, after = masks_while_warming(twin)
    effect = biggest(after - before)
    mark = "temperature-unused" if effect == 0 else None
    return Reading(effect > EFFECT, {"maskenin değişimi": effect}, mark, weak=True)


def temperature_softens(twin: RoutedTwin) -> Reading:
    if twin.temperature() is None:
        return INAPPLICABLE
    before, after = masks_while_warming(twin)
    if biggest(after - before) <= EFFECT:
        return Reading(None, note="Sıcaklığın hiç etkisi yok.")
    softer = float(((after - 0.5).abs() < (before - 0.5).abs()).double().mean())
    evidence = {"T büyüyünce maskenin yumuşayan payı": softer}
    # İmza: ham skorların hepsi aynı oranda büyüdü, öyleyse T çarpıyor.
    scaled = False
    for old, new in zip(logits(before), logits(after), strict=True):
        growth = new / old
        grew = (growth > 1 + LINEAR).all() and growth.max() - growth.min() < 1e-3
        scaled = scaled or bool(grew)
    mark = "hardens" if softer == 0.0 and scaled else None
    shrunk = after / before  # kapıdan sonra bölünmüşse her yerde aynı
    if biggest(shrunk - shrunk[0]) < 1e-9 and float(shrunk[0]) < 1 - LINEAR:
        mark = "after-gate"
    return Reading(softer == 1.0, evidence, mark)


def temperature_has_a_floor(twin: RoutedTwin) -> Reading:
    if not isinstance(getattr(twin.block, "t_raw", None), Tensor):
        return INAPPLICABLE
    with torch.no_grad():
        for p in twin.parameters().values():
            p.zero_()
    x = torch.zeros_like(twin.images())
    twin.set_temperature(T_RAW_AT_ONE, 1.0)
    if not torch.isfinite(twin.output(x)).all():
        raise NotMeasurable("Blok sıfır girdide T = 1 iken de sonlu değil; taban ölçülemez.")
    twin.set_temperature(RAW_SHRUNK, 1.0)
    bad = float((~torch.isfinite(twin.output(x))).double().mean())
    evidence = {"t_raw = -10.000 iken sonlu olmayan çıktı oranı": bad}
    holds = bad == 0.0
    if callable(getattr(twin.block, "get_T", None)):
        lowest = float(torch.as_tensor(twin.block.get_T()).detach().min())
        evidence["t_raw = -10.000 iken T"] = lowest
        holds = holds and lowest > 0
        if holds:  # float64'te taban var; girdinin asıl türünde de var mı?
            evidence["t_raw = -10.000 iken T, float32'de"] = lowest = lowest_in_float32(twin)
            if lowest == 0:
                return Reading(False, evidence, "floor-underflows")
    return Reading(holds, evidence, None if holds else "no-floor")


def lowest_in_float32(twin: RoutedTwin) -> float:
    low: Any = private_copy(twin.block).float()
    return float(torch.as_tensor(low.get_T()).detach().min())


def temperature_starts_where_asked(twin: RoutedTwin) -> Reading:
    evidence, held, shifted = {}, [], []
    for learned in (True, False):
        starts, problem = fresh_starts(twin, learned)
        if problem and starts:
            return Reading(False, evidence, note=problem)
        word = "öğrenilen" if learned else "sabit"
        evidence |= {f"{word} T = {tr(asked, 'g')} istendi, başlayan": T for asked, T in starts}
        held += [abs(got / asked - 1) < 1e-3 for asked, got in starts]
        if learned:  # imza: log(exp(t - 1)) ile başlatılmış T
            shifted = [abs(got - math.log1p(math.exp(asked - 1))) < 1e-3 for asked, got in starts]
    if not held:
        return INAPPLICABLE
    return Reading(all(held), evidence, "shifted-start" if shifted and all(shifted) else None)


def fresh_starts(twin: RoutedTwin, learned: bool) -> tuple[list[tuple[float, float]], str]:
    """((istenen, başlayan) çiftleri, kurulamayan başlangıcın nedeni): hiçbiri kurulamıyorsa sınıf
    bu adları tanımıyordur."""
    cls, starts, problem = type(twin.block), [], ""
    for asked in STARTS:
        try:
            with torch.random.fork_rng(devices=[]):
                fresh = cls(*twin.arguments, temperature=asked, learnable_temperature=learned)
            starts.append((asked, float(torch.as_tensor(fresh.get_T()).detach())))
        except Exception as error:  # öğrencinin kurucusu her şeyi fırlatabilir
            problem = f"temperature={tr(asked, 'g')} ile kurulamadı: {error}"
    return starts, problem


# --- gradyan ---------------------------------------------------------------------------
def gradients_arrive(twin: Twin) -> Reading:
    x = twin.clear_images()
    y = twin.output(x)
    named = twin.expected_to_speak()
    if not named:
        return Reading(None, note="Blokta öğrenilebilir parametre yok.")
    grads: tuple[Tensor | None, ...] = (None,) * len(named)
    if y.requires_grad:
        target = (y * twin.normal(y.shape)).sum()
        grads = torch.autograd.grad(target, named, allow_unused=True)
    heard = silent = 0
    for p, grad in zip(named, grads, strict=True):

        def nudge(p=p):
            with torch.no_grad():
                p.add_(0.5 * twin.normal(p.shape))

        speaks = grad is not None and bool((grad != 0).any())  # gradyanı varsa itmeye gerek yok
        if speaks or changed_by(twin, x, nudge) > EFFECT:
            heard += 1
            silent += grad is None
    if not heard:
        return Reading(None, note="Hiçbir parametre çıktıyı değiştirmiyor.")
    evidence = {"çıktıyı etkileyen parametre": float(heard), "gradyansız kalan": float(silent)}
    frozen = all(grad is None or not grad.any() for grad in grads)  # grafta, ama türevi hep sıfır
    if frozen and silent < heard:
        evidence["türevi sıfır kalan"] = float(len(grads))
    mark = "no-gradient" if silent == heard else None
    return Reading(silent == 0 and not frozen, evidence, mark, weak=silent == 0)


# --- birden çok türün verdiği sözler ---------------------------------------------------------
MASK_RANGE = Promise("maske-aralığı", "Maske [0, 1] aralığındadır.", mask_is_in_range)
INDEPENDENCE_SENTENCE = "Her örneğin sonucu yalnız kendisine bağlıdır."
INDEPENDENCE = Promise("örnek-bağımsızlığı", INDEPENDENCE_SENTENCE, samples_are_independent)
ROUTED_INDEPENDENCE = Promise(
    "örnek-bağımsızlığı", INDEPENDENCE_SENTENCE, routed_samples_are_independent
)
ROUTER_HEARD = Promise("yönlendirici-duyulur", "Yönlendirici maskeyi değiştirir.", router_is_heard)
ROUTER_CHOOSES = Promise(
    "yönlendirici-seçer",
    "Yönlendirici kararını örneğe bakarak verir.",
    router_looks_at_the_sample,
)
ROUTER_SOFT = Promise(
    "yönlendirici-yumuşak",
    "Yönlendirici yumuşak seçer: ağırlıkları 0 ya da 1'e yapışmaz, gradyan ona ulaşır.",
    router_chooses_softly,
)
TEMPERATURE = (
    Promise("sıcaklık-duyulur", "Sıcaklık maskeyi değiştirir.", temperature_is_heard),
    Promise(
        "sıcaklık-yumuşatır", "T büyüyünce maske yumuşar: 0,5'e yaklaşır.", temperature_softens
    ),
    Promise("sıcaklık-tabanı", "T sıfıra inemez; bir alt sınırı vardır.", temperature_has_a_floor),
    Promise(
        "sıcaklık-başlangıcı",
        "T, istenen değerden başlar.",
        temperature_starts_where_asked,
    ),
)
GRADIENTS = Promise(
    "gradyan-ulaşır", "Çıktıyı etkileyen her parametreye gradyan ulaşır.", gradients_arrive
)
