"""Teşhis: bloğun sözlerini tutup tutmadığını ölçer, bozulanlardan hatanın adını çıkarır."""

from __future__ import annotations

import inspect
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import torch
from torch import nn

from course_lib.bugs.catalogue import CATALOGUE
from course_lib.diagnosis.kind import NOT_APPLICABLE, Kind, Promise, Reading
from course_lib.diagnosis.kinds import kind_of_class, kind_of_instance, recognised
from course_lib.diagnosis.probes import RUNS
from course_lib.diagnosis.report import Diagnosis, Finding, number, sentence_of, worst
from course_lib.diagnosis.twin import MaskTwin, NotMeasurable, measuring, ready

SEEDS = 3
EXTRA_SEEDS = 12
NAMING_SEEDS = 6  # söz bozuk, ama iz henüz görülmedi: adını koymak için birkaç tohum daha
FORM = ("maske-uygulanır", "maske-aralığı")  # bozuksa maske okunamaz; gerisi ölçülemez
SCOPE = (
    "Bu teşhis kursun bloklarının (dikkatler, ResidualAttn_P1 … P4, SmallResNet) sözleşmesine "
    "bakar; başka blokları yargılamaz."
)


def read(kind: Kind, block: nn.Module, promise: Promise, seed: int) -> Reading:
    """Bir sözü taze bir ikizde ölçer; ölçülemezse nedenini taşıyan boş okuma verir."""
    assert promise.measure is not None
    try:
        return promise.measure(kind.twin(block, seed))
    except NotMeasurable as problem:
        return Reading(None, note=str(problem))
    except RuntimeError as problem:  # bloğun parçaları, verilen girdide ya da geri geçişte çöktü
        return Reading(None, note=f"'{promise.name}' sözü yoklanırken blok hata verdi: {problem}")


@dataclass
class Tally:
    """Bir sözün tohum tohum okumaları ve onlardan çıkan ortak karar."""

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
        if tried < SEEDS:
            return True
        if tried >= SEEDS + EXTRA_SEEDS or all(r.note == NOT_APPLICABLE for r in self.readings):
            return False
        nameless = self.decided is False and not any(r.mark for r in self.readings)
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


def measure(kind: Kind, block: nn.Module, promise: Promise, seed: int) -> Reading:
    """Bir sözü birkaç tohumla ölçer; karar çıkmazsa (hep zayıf hayır ya da boş) tohum ekler."""
    tally = Tally()
    while tally.wants_more:
        tally.readings.append(read(kind, block, promise, seed + len(tally.readings)))
    return tally.verdict()


def dead_or_saturated(kind: Kind, block: nn.Module, seed: int) -> tuple[str, ...]:
    """Maske veren bloğun *şu anki* ağırlıklarıyla gösterdiği durum belirtileri."""
    twin = kind.twin(block, seed)
    if not isinstance(twin, MaskTwin):
        return ()
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
        except NotMeasurable as problem:
            return (f"şu anki ağırlıklarla ölçülemedi: {problem}",)
    found = []
    saturated = float(((mask < 0.01) | (mask > 0.99)).double().mean())
    if saturated > 0.5:
        found.append(
            "doymuş kapı: maskede 0,01'in altında ya da 0,99'un üstünde kalan pay "
            f"%{100 * saturated:.0f}"
        )
    if seen:
        dead = float((torch.cat(seen).flatten(1).amax(0) <= 0).double().mean())
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


def verdict(kind: Kind, readings: dict[str, Reading], symptoms: tuple[str, ...] = ()) -> Diagnosis:
    """Okumalardan karar."""
    findings = tuple(
        Finding(p.name, r.holds, sentence_of(kind, p.name, r), r.evidence)
        for p in kind.promises
        if (r := readings.get(p.name)) is not None
    )
    if any(f.holds is False for f in findings):
        marks = {r.mark for r in readings.values() if r.holds is False and r.mark}
        return Diagnosis("buggy", named(kind, marks), findings, symptoms)
    notes = [r.note for r in readings.values() if r.holds is None and r.note != NOT_APPLICABLE]
    if notes:
        return Diagnosis("inconclusive", (), findings, symptoms, notes[0])
    return Diagnosis("healthy", (), findings, symptoms)


def crash(kind: Kind, block: nn.Module, seed: int, problem: NotMeasurable) -> Diagnosis:
    """Çalışmayan bloğun teşhisi: bıraktığı iz tanınıyorsa hatanın adı, yoksa yalnız nedeni."""
    mark = kind.explain_crash(block, seed)
    if mark is None:
        return Diagnosis("inconclusive", reason=str(problem))
    crashed = Reading(False, mark=mark, note=str(problem))
    broken = [RUNS, *(CATALOGUE[b].promise for b in named(kind, {mark}))]
    return verdict(kind, dict.fromkeys(broken, crashed))


def diagnose_part(kind: Kind, block: nn.Module, seed: int) -> Diagnosis:
    """Tek bir bloğun kendi sözlerini ölçer; parçalarına bakmaz."""
    try:
        twin = kind.twin(block, seed)
        missing = twin.missing()
        if missing:
            lacking = ", ".join(missing)
            return Diagnosis("inconclusive", reason=f"{SCOPE} Bu blokta bulunamayan: {lacking}.")
        twin.output(twin.images())
    except NotMeasurable as problem:
        return crash(kind, block, seed, problem)
    except (RuntimeError, TypeError) as problem:
        return Diagnosis("inconclusive", reason=f"Bloğun kopyası çıkarılamadı: {problem}")
    readings = {p.name: Reading(True) for p in kind.promises if p.measure is None}
    measured = [p for p in kind.promises if p.measure is not None]
    for promise in sorted(measured, key=lambda p: p.name not in FORM):
        form_holds = all(readings[name].holds for name in FORM if name in readings)
        if promise.name in FORM or form_holds:
            readings[promise.name] = measure(kind, block, promise, seed)
    return verdict(kind, readings, dead_or_saturated(kind, block, seed))


def whole(parts: dict[str, Diagnosis], own: Diagnosis) -> Diagnosis:
    """Bir birleşimin (CBAM, artık blok, ağ) teşhisi: kendisininki ve parçalarınınki."""
    broken = {f.promise for d in parts.values() for f in d.broken}
    explained = {CATALOGUE[i].promise for i in own.bug_ids}
    # Birleşimde görünen bir bozukluğun nedeni parçadaysa, birleşim suçlanmaz.
    blameless = broken - explained
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


def diagnose_whole(kind: Kind, block: nn.Module, seed: int) -> Diagnosis:
    """Bloğu ve, içten dışa, kendi sözleri olan parçalarını teşhis eder."""
    parts = {
        name: diagnose_whole(part, module, seed)
        for name, (part, module) in kind.parts(block, recognised).items()
    }
    # Parçası çöken bir birleşim ölçülemez; nedenini parçanın teşhisi söyler.
    crashed = any(d.breaks(RUNS) for d in parts.values())
    own = Diagnosis("healthy") if crashed else diagnose_part(kind, block, seed)
    return whole(parts, own) if parts else own


def diagnose_instance(block: nn.Module, seed: int, kind: Kind | None = None) -> Diagnosis:
    with measuring():
        return diagnose_whole(kind or kind_of_instance(block), block, seed)


def join(parts: list[Diagnosis]) -> Diagnosis:
    """Bir sınıfın kuruluşlarının teşhislerini birleştirir: en kötüsü geçerlidir."""
    status = worst(p.status for p in parts)
    worst_part = next(p for p in parts if p.status == status)
    # Bir hata ancak bozduğu sözün bozulduğu her kuruluşta tanınıyorsa adıyla söylenir.
    ids = tuple(
        b
        for b, bug in CATALOGUE.items()
        if any(b in p.bug_ids for p in parts)
        and all(b in p.bug_ids for p in parts if p.breaks(bug.promise))
    )
    findings: dict[str, Finding] = {}
    for f in (f for part in parts for f in part.findings):
        old = findings.get(f.name)
        if old is None or old.holds is None or (f.holds is False and old.holds):
            findings[f.name] = f
    return replace(worst_part, bug_ids=ids, findings=tuple(findings.values()))


def diagnose(block: nn.Module | type[nn.Module], *, seed: int = 0) -> Diagnosis:
    """Kursun bir bloğunun (örneğinin ya da sınıfının) sözlerini tutup tutmadığını ölçer.

    Args:
        block: kursun bir dikkati, artık bloğu ya da SmallResNet'i gibi davranması beklenen
            nn.Module ya da sınıf. Değiştirilmez. Artık blok ve ağ, söyledikleri tasarımla
            (design, plan) karşılaştırılır; içlerindekiler de ölçülür.
        seed: ölçümlerin tohumu.

    Returns:
        Diagnosis. Blok nedeni bilinmeyen bir hata verirse, şekli yanlışsa ya da bir yoklama
        etkisiz kalırsa "inconclusive" ve nedeni döner.

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
            with torch.random.fork_rng(devices=[]):
                instance = block(*kind.arguments, **kind.accepted(block, settings))
        except Exception as error:  # öğrencinin sınıfı kurulamıyorsa nedeni olduğu gibi söylenir
            return Diagnosis(
                "inconclusive", reason=f"Sınıf kurulamadı: {type(error).__name__}: {error}"
            )
        parts.append(diagnose_instance(instance, seed, kind))
    return join(parts)
