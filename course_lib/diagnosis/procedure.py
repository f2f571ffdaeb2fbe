"""Teşhis: bloğun sözlerini tutup tutmadığını ölçer, bozulanlardan hatanın adını çıkarır."""

from __future__ import annotations

import inspect
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn

from course_lib.bugs.catalogue import CATALOGUE
from course_lib.diagnosis.common import COMMON, STEADY
from course_lib.diagnosis.formula import FORMULA, formula_promise
from course_lib.diagnosis.kind import BESIDE_THE_POINT, Kind, Promise, Reading, Settings, in_words
from course_lib.diagnosis.kinds import kind_of_class, recognised
from course_lib.diagnosis.report import Diagnosis, Finding, number, sentence_of, worst
from course_lib.diagnosis.rewind import Twins
from course_lib.diagnosis.setup import SETUP, setup_promise
from course_lib.diagnosis.spatial_maps import ROUTER_POOL
from course_lib.diagnosis.twin import (
    RUNS,
    MaskTwin,
    NotMeasurable,
    PromiseBroken,
    measuring,
    ready,
    unwrapped,
)
from course_lib.residual.fusion import Design

PLAIN = (str, int, float, bool, tuple, Design)  # öğrencinin bloğunda eksik olabilecek alanlar
# Yalnız bunlar tutmuyorsa blok hatalı değil, kurstakinden ayrıdır.
NET = {SETUP, FORMULA, ROUTER_POOL}
SEEDS = 3
EXTRA_SEEDS = 12
NAMING_SEEDS = 6  # söz bozuk, ama iz henüz görülmedi: adını koymak için birkaç tohum daha
FORM = ("maske-uygulanır", "maske-aralığı")  # bozuksa maske okunamaz; gerisi ölçülemez
FIRST = (STEADY, *FORM)  # aynı girdi başka sonuç veriyorsa hiçbir karşılaştırma anlamlı değildir
CHECKED_BEFORE = {STEADY: (), **dict.fromkeys(FORM, (STEADY,))}  # ötekilerden önce: FIRST
FOREIGN = (
    "Kursun bloklarından hiçbirinin parçalarını taşımıyor; bu teşhis yalnız onları yargılar. "
    "Herhangi bir dikkati ölçen: examine(blok)."
)
SCOPE = (
    "Bu teşhis kursun bloklarının (dikkatler, ResidualAttn_P1 … P4, SmallResNet) sözleşmesine "
    "bakar; başka blokları yargılamaz."
)


def read(twins: Twins, promise: Promise, seed: int) -> Reading:
    """Bir sözü o tohumun ikizinde ölçer; ölçülemezse nedenini taşıyan boş okuma verir."""
    try:
        reading = promise.measure(twins.at(seed))
    except NotMeasurable as problem:
        return Reading(None, note=str(problem))
    except Exception as problem:  # bloğun parçaları her şeyi fırlatabilir: nedeni gösterilir
        return Reading(None, note=f"'{promise.name}' sözü yoklanırken blok hata verdi: {problem}")
    if promise.name == RUNS and reading.holds is False:
        return replace(reading, mark=twins.kind.explain_crash(twins.block, seed))
    return reading


@dataclass
class Tally:
    """Bir sözün tohum tohum okumaları ve onlardan çıkan ortak karar."""

    promise: Promise
    readings: list[Reading] = field(default_factory=list)

    @property
    def decided(self) -> bool | None:
        """Sağlam bir hayır bozar; yoksa tek bir evet yeter; yoksa None."""
        if any(r.holds is False and not r.weak for r in self.readings):
            return False
        return True if any(r.holds for r in self.readings) else None

    @property
    def wants_more(self) -> bool:
        """Bir tohum daha denenmeli mi?"""
        tried = len(self.readings)
        if tried < (1 if self.promise.once else SEEDS):
            return True
        if tried >= SEEDS + EXTRA_SEEDS or all(r.note in BESIDE_THE_POINT for r in self.readings):
            return False
        nameless = (
            not self.promise.once
            and self.decided is False
            and not any(r.mark for r in self.readings)
        )
        return self.decided is None or (nameless and tried < SEEDS + NAMING_SEEDS)

    def verdict(self) -> Reading:
        holds = self.decided
        if holds is None and any(r.holds is False for r in self.readings):
            holds = False  # zayıf hayır, her tohumda
        chosen = [r for r in self.readings if r.holds is holds]
        mark = common_mark(chosen) if holds is False else None
        return Reading(holds, chosen[0].evidence, mark, chosen[0].note)


def common_mark(readings: list[Reading]) -> str | None:
    """Okumaların tek izi: güçlüsü tek tohumda da yeter, zayıfı her tohumda aynı olmalıdır."""
    marks = {r.mark for r in readings}
    if not all(r.weak for r in readings):
        marks.discard(None)
    return next(iter(marks)) if len(marks) == 1 else None


def measure(twins: Twins, promise: Promise, seed: int) -> Reading:
    """Bir sözü birkaç tohumla ölçer; karar çıkmazsa (hep zayıf hayır ya da boş) tohum ekler."""
    tally = Tally(promise)
    while tally.wants_more:
        tally.readings.append(read(twins, promise, seed + len(tally.readings)))
    return tally.verdict()


def dead_units(seen: list[Tensor]) -> Tensor:
    """Aynı genişlikteki çıktılarda hiç yanmayan birimler; modül birkaç kez çağrılmış olabilir."""
    return torch.cat(seen).flatten(1).amax(0) <= 0


def dead_or_saturated(kind: Kind, block: nn.Module, seed: int) -> tuple[str, ...]:
    """Maske veren bloğun *şu anki* ağırlıklarıyla gösterdiği durum belirtileri."""
    twin = kind.twin(block, seed)
    if not isinstance(twin, MaskTwin):
        return kind.signs(twin)
    twin.block = ready(block)
    seen = []
    act = getattr(twin.block, "act", None)
    with ExitStack() as hooks:
        if isinstance(act, nn.ReLU):
            hooks.enter_context(
                act.register_forward_hook(lambda _m, _i, out: seen.append(out.detach().clone()))
            )
        try:
            mask = twin.mask(twin.images(16) / 3)
        except Exception as problem:  # blok her şeyi fırlatabilir: nedeni gösterilir
            return (f"şu anki ağırlıklarla ölçülemedi: {problem}",)
    found = []
    saturated = float(((mask < 0.01) | (mask > 0.99)).double().mean())
    if saturated > 0.5:
        found.append(
            "doymuş kapı: maskede 0,01'in altında ya da 0,99'un üstünde kalan pay "
            f"%{100 * saturated:.0f}"
        )
    if seen:
        silent = [
            dead_units([t for t in seen if t.shape[1:] == s]) for s in {t.shape[1:] for t in seen}
        ]
        dead = float(torch.cat(silent).double().mean())
        if dead >= 0.5:
            found.append(
                f"ölü ReLU: hiçbir örnekte yanmayan gizli birimlerin payı %{100 * dead:.0f}"
            )
    if callable(getattr(twin.block, "get_T", None)):
        T = torch.as_tensor(twin.block.get_T()).detach()
        if bool((T < 1e-4).any()):
            found.append(f"T kırmızı bölgede: {number(float(T.min()))} < 0,0001")
    return tuple(found)


def named(kind: Kind, marks: set[str]) -> tuple[str, ...]:
    """Bu türde, bu izleri bırakan hatalar."""
    return tuple(b for b, bug in CATALOGUE.items() if bug.mark in marks and kind.name in bug.blocks)


def every_promise(kind: Kind, asked: Settings | None = None) -> tuple[Promise, ...]:
    """Türün kendi sözleri, ortak sözler, en sonda yayımlananla karşılaştırma."""
    own = (*kind.promises, *kind.further)
    names = {p.name for p in own}
    common = (p for p in COMMON if p.name not in names)
    setup = () if asked is None else (setup_promise(kind, asked),)
    return (*own, *common, *setup, formula_promise(kind, asked))


def verdict(
    kind: Kind,
    promises: tuple[Promise, ...],
    readings: dict[str, Reading],
    symptoms: tuple[str, ...] = (),
) -> Diagnosis:
    """Okumalardan karar."""
    findings = tuple(
        Finding(p.name, r.holds, sentence_of(p, r), r.evidence)
        for p in promises
        if (r := readings.get(p.name)) is not None
    )
    broken = {f.promise for f in findings if f.holds is False}
    if broken - NET:
        marks = {r.mark for r in readings.values() if r.holds is False and r.mark}
        return Diagnosis("buggy", named(kind, marks), findings, symptoms)
    notes = [
        r.note for r in readings.values() if r.holds is None and r.note not in BESIDE_THE_POINT
    ]
    reason = next(iter(notes), "")
    if broken:  # bir söz ölçülemese de: başka bir şey hesapladığı görüldü
        return Diagnosis("departs", (), findings, symptoms, reason)
    return Diagnosis("inconclusive" if notes else "healthy", (), findings, symptoms, reason)


def unmeasurable(kind: Kind, block: nn.Module, seed: int, problem: NotMeasurable) -> Diagnosis:
    """Ölçülemeyen bloğun teşhisi: en temel sözünü bozduysa hatalıdır; izi tanınıyorsa adıyla."""
    promises = every_promise(kind)
    mark = getattr(problem, "mark", None) or kind.explain_crash(block, seed)
    if mark is None and not isinstance(problem, PromiseBroken):
        return Diagnosis("inconclusive", reason=str(problem))
    broken = problem.promise if isinstance(problem, PromiseBroken) else RUNS
    crashed = Reading(False, mark=mark, note=str(problem))
    names = [broken, *(CATALOGUE[b].promise for b in named(kind, {mark} if mark else set()))]
    return verdict(kind, promises, dict.fromkeys(names, crashed))


def diagnose_part(
    kind: Kind, block: nn.Module, seed: int, asked: Settings | None = None
) -> Diagnosis:
    """Tek bir bloğun kendi sözlerini ölçer; parçalarına bakmaz."""
    try:
        twin = kind.twin(block, seed)
        missing = twin.missing()
        if missing:
            lacking = ", ".join(missing)
            return Diagnosis("inconclusive", reason=f"{SCOPE} Bu blokta bulunamayan: {lacking}.")
        twin.output(twin.images())
    except NotMeasurable as problem:
        return unmeasurable(kind, block, seed, problem)
    except Exception as problem:  # öğrencinin sınıfı her şeyi fırlatabilir: nedeni gösterilir
        return Diagnosis("inconclusive", reason=f"Bloğun kopyası çıkarılamadı: {problem}")
    promises = every_promise(kind, asked)
    readings: dict[str, Reading] = {}
    twins = Twins(kind, block)
    for promise in in_measuring_order(promises):
        broken = {name for name, r in readings.items() if r.holds is False}
        if promise.name in NET and broken:
            continue
        if not (broken & {*CHECKED_BEFORE.get(promise.name, FIRST), *promise.unless}):
            found = readings[promise.name] = measure(twins, promise, seed)
            if promise.name == STEADY:
                twins.steady = found.holds is True
    return verdict(kind, promises, readings, dead_or_saturated(kind, block, seed))


def in_measuring_order(promises: tuple[Promise, ...]) -> list[Promise]:
    """Önce her ölçümün dayandıkları; başka sözler bozukken anlamsız kalanlar sonra; en sonda
    formül."""
    order = {name: place for place, name in enumerate(FIRST)}
    return sorted(
        promises, key=lambda p: (p.name in NET, bool(p.unless), order.get(p.name, len(order)))
    )


def whole(parts: dict[str, Diagnosis], own: Diagnosis) -> Diagnosis:
    """Bir birleşimin (CBAM, artık blok, ağ) teşhisi: kendisininki ve parçalarınınki."""
    broken = {f.promise for d in parts.values() for f in d.broken}
    explained = {CATALOGUE[i].promise for i in own.bug_ids}
    # Birleşimde görünen bir bozukluğun nedeni parçadaysa, birleşim suçlanmaz.
    blameless = broken - explained
    if broken - NET:  # yalnız ayrılan parça, bütünün bozuk sözünü açıklamaz
        blameless |= {p.name for p in COMMON} - explained
    findings = [replace(f, holds=None) if f.promise in blameless else f for f in own.findings]
    symptoms = list(own.symptoms)
    for part, found in parts.items():
        findings += [replace(f, path=(part, *f.path)) for f in found.findings]
        symptoms += [f"{part}: {s}" for s in found.symptoms]
    every = {"": own, **parts}
    reasons = [f"{part}: {d.reason}" if part else d.reason for part, d in every.items() if d.reason]
    ids = {i for d in every.values() for i in d.bug_ids}
    ordered = tuple(b for b in CATALOGUE if b in ids)
    status = worst(d.status for d in every.values())
    return Diagnosis(status, ordered, tuple(findings), tuple(symptoms), next(iter(reasons), ""))


def diagnose_whole(
    kind: Kind, block: nn.Module, seed: int, asked: Settings | None = None
) -> Diagnosis:
    """Bloğu ve, içten dışa, kendi sözleri olan parçalarını teşhis eder."""
    parts = {
        name: diagnose_whole(part, module, seed)
        for name, (part, module) in kind.parts(block, recognised).items()
    }
    # Parçası çöken bir birleşim ölçülemez; nedenini parçanın teşhisi söyler.
    crashed = any(d.breaks(RUNS) for d in parts.values())
    own = Diagnosis("healthy") if crashed else diagnose_part(kind, block, seed, asked)
    return whole(parts, own) if parts else own


def diagnose_instance(
    block: nn.Module, seed: int, kind: Kind | None = None, asked: Settings | None = None
) -> Diagnosis:
    block = unwrapped(block)
    kind = kind or recognised(block)
    if kind is None:
        return Diagnosis("inconclusive", reason=FOREIGN)
    with measuring():
        return diagnose_whole(kind, block, seed, asked)


def join(parts: list[Diagnosis], settings: list[str]) -> Diagnosis:
    """Bir sınıfın kuruluşlarının teşhislerini birleştirir: en kötüsü geçerlidir.

    Söz bir kuruluşta bozuk, birinde tutuluyorsa cümlesine bozulduğu kuruluş eklenir.
    """
    status = worst(p.status for p in parts)
    worst_part = next(p for p in parts if p.status == status)
    # Bir hata ancak bozduğu sözün bozulduğu her kuruluşta tanınıyorsa adıyla söylenir.
    ids = tuple(
        b
        for b, bug in CATALOGUE.items()
        if any(b in p.bug_ids for p in parts)
        and all(b in p.bug_ids for p in parts if p.breaks(bug.promise))
    )
    seen: dict[str, list[tuple[Finding, str]]] = {}
    for part, setting in zip(parts, settings, strict=True):
        for f in part.findings:
            seen.setdefault(f.name, []).append((f, setting))
    findings = tuple(one_of_settings(found) for found in seen.values())
    return replace(worst_part, bug_ids=ids, findings=findings)


def one_of_settings(found: list[tuple[Finding, str]]) -> Finding:
    """Aynı sözün kuruluş kuruluş bulgularından biri: bozuk, yoksa karşılaştırılamayan, yoksa
    tutulan, yoksa ilki."""

    def rank(finding: Finding) -> int:
        return 1 if finding.not_comparable else (False, ..., True, None).index(finding.holds)

    chosen, setting = min(found, key=lambda pair: rank(pair[0]))
    depends = chosen.holds is False and any(f.holds for f, _ in found)
    said = f"{chosen.sentence} (kuruluş: {setting})" if depends and setting else chosen.sentence
    return replace(chosen, sentence=said)


def diagnose(block: nn.Module | type[nn.Module], *, seed: int = 0) -> Diagnosis:
    """Kursun bir bloğunun (örneğinin ya da sınıfının) sözlerini tutup tutmadığını ölçer.

    Args:
        block: kursun bir dikkati, artık bloğu ya da SmallResNet'i gibi davranması beklenen
            nn.Module ya da sınıf. Değiştirilmez. Artık blok ve ağ, söyledikleri tasarımla
            (design, plan) karşılaştırılır; içlerindekiler de ölçülür.
        seed: ölçümlerin tohumu.

    Returns:
        Diagnosis. Geçerli bir girdide çöken ya da biçimi yanlış blok "buggy"dir; bütün sözlerini
        tutup yayımlanandan başka bir şey hesaplayan "departs"; kursun bloklarından değilse ya da
        bir yoklama etkisiz kalırsa "inconclusive" ve nedeni döner.

    Raises:
        TypeError: `block` bir nn.Module ya da nn.Module sınıfı değilse.
    """
    if isinstance(block, nn.Module):
        return diagnose_instance(block, seed)
    if not (inspect.isclass(block) and issubclass(block, nn.Module)):
        raise TypeError(
            f"block bir nn.Module ya da nn.Module sınıfı olmalı; verilen: {type(block).__name__}."
        )
    kind = kind_of_class(block)
    parts = []
    for settings in kind.settings:
        try:
            asked = kind.accepted(block, settings)
            with torch.random.fork_rng(devices=[]):
                instance = block(*kind.arguments, **asked)
        except Exception as error:  # öğrencinin sınıfı kurulamıyorsa nedeni olduğu gibi söylenir
            return Diagnosis(
                "inconclusive", reason=f"Sınıf kurulamadı: {type(error).__name__}: {error}"
            )
        fill_plain_fields(kind, instance, asked)
        found = diagnose_instance(instance, seed, kind, asked)
        if found.status == "inconclusive":
            found = crash_where_ours_runs(kind, instance, asked) or found
        parts.append(found)
    return join(parts, [in_words(kind.accepted(block, s)) for s in kind.settings])


def fill_plain_fields(kind: Kind, block: nn.Module, asked: Settings) -> None:
    """Kurulduğu ayar biliniyorken bloğun saklamadığı düz alanlar (fusion, residual, ch, design …)
    aynı ayarla kurulan kurstaki bloktan gelir: ölçüm onları okur, öğrencinin yazması gerekmez."""
    with torch.random.fork_rng(devices=[]):
        ours = kind.block(*kind.arguments, **asked)
    for (_, mine), (_, theirs) in zip(*paired_parts(ours, block), strict=True):
        for name, value in vars(mine).items():
            if isinstance(value, PLAIN) and name != "training" and not hasattr(theirs, name):
                setattr(theirs, name, value)


def paired_parts(ours: nn.Module, theirs: nn.Module) -> tuple[list, list]:
    """Bloğun kendisi ve aynı adlı iç blokları, (ad, modül) olarak."""
    known = dict(theirs.named_modules())
    both = [(n, m) for n, m in ours.named_modules() if n in known]
    return both, [(n, known[n]) for n, _ in both]


def crash_where_ours_runs(
    kind: Kind, block: nn.Module, asked: Settings, seed: int = 0
) -> Diagnosis | None:
    """Ölçülemeyen blok, aynı ayarlarla kurulan kurstaki bloğun çalıştığı girdide çöküyor mu?"""
    with measuring(), torch.random.fork_rng(devices=[]):
        ours = kind.block(*kind.arguments, **asked)
        x = kind.twin(ours, seed).images().float()
        try:
            block(x)
        except Exception as problem:  # öğrencinin kodu her şeyi fırlatabilir: nedeni gösterilir
            note = f"Blok {tuple(x.shape)} girdide hata verdi: {type(problem).__name__}: {problem}"
            return verdict(kind, every_promise(kind), {RUNS: Reading(False, note=note)})
    return None
