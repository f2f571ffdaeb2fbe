"""Teşhis: bir bloğu sözleşmesine tutar, bozulan sözlerden hatanın adını çıkarır."""

from __future__ import annotations

import html
import inspect
import math
from dataclasses import dataclass, field, replace

import torch
from torch import nn

from course_lib.bughunt.catalogue import CATALOGUE
from course_lib.bughunt.contract import bare, part_promise
from course_lib.bughunt.kinds import Kind, kind_of_class, kind_of_instance
from course_lib.bughunt.probes import NOT_APPLICABLE, Reading
from course_lib.bughunt.twin import NotMeasurable, measuring, ready

SEEDS = 3
EXTRA_SEEDS = 12
NAMING_SEEDS = 6  # söz bozuk, ama iz henüz görülmedi: adını koymak için birkaç tohum daha
FORM = ("maske-uygulanır", "maske-aralığı")  # bunlar bozuksa maske çıktıdan okunamaz; gerisi ölçülemez
RUNS = "çalışır"
SCOPE = (
    "Bu teşhis kursun bloklarının (dikkatler, ResidualAttn_P1 … P4, SmallResNet) sözleşmesine bakar; "
    "başka blokları yargılamaz."
)
STATUS_WORDS = {"healthy": "sağlam", "buggy": "hatalı", "inconclusive": "karar verilemedi"}


@dataclass(frozen=True)
class Finding:
    """Bir söz için varılan sonuç: `holds` True, False ya da None (ölçülemedi, uygulanmaz)."""

    name: str
    holds: bool | None
    sentence: str
    evidence: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Diagnosis:
    """`diagnose`'un yanıtı.

    status: "healthy", "buggy" ya da "inconclusive"; bug_ids: imzası tanınan hatalar;
    findings: sözler ve kanıtları; symptoms: hata sayılmayan durum belirtileri (ölü ReLU, doymuş
    kapı, çok küçük T); reason: karar verilemediyse nedeni.
    """

    status: str
    bug_ids: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    symptoms: tuple[str, ...] = ()
    reason: str = ""

    @property
    def word(self) -> str:
        """Durumun Türkçesi: sağlam, hatalı ya da karar verilemedi."""
        return STATUS_WORDS[self.status]

    @property
    def broken(self) -> tuple[Finding, ...]:
        """Bozulan sözler."""
        return tuple(f for f in self.findings if f.holds is False)

    def __str__(self) -> str:
        lines = [f"Teşhis: {self.word}"]
        if self.reason:
            lines.append(f"  {'ölçülemeyen' if self.status == 'buggy' else 'neden'}: {self.reason}")
        lines += [f"  {bug_id}: {CATALOGUE[bug_id].title}" for bug_id in self.bug_ids]
        lines += [f"  bozulan söz · {f.name}: {f.sentence}" for f in self.broken]
        if self.status == "healthy":
            kept = sum(f.holds is True for f in self.findings)
            lines.append(f"  ölçülen {kept} sözün hepsi tutuluyor")
        lines += [f"  belirti (hata değil): {s}" for s in self.symptoms]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


def number(value: float) -> str:
    """Kanıt sayısı, ondalık virgülle; iki anlamlı basamak. Yuvarlama gürültüsü 0 yazılır."""
    if math.isnan(value):
        return "NaN"
    if abs(value) < 1e-7:
        return "0"
    return f"{value:.2g}".replace(".", ",")


def sentence_of(kind: Kind, name: str, reading: Reading) -> str:
    proof = "; ".join(f"{what} {number(value)}" for what, value in reading.evidence.items())
    return " ".join(part for part in (kind.contract[name], reading.note, f"[{proof}]" if proof else "") if part)


def read(kind: Kind, block: nn.Module, name: str, seed: int) -> Reading:
    """Bir yoklamayı taze bir ikiz üzerinde yapar; ölçülemezse nedenini taşıyan boş okuma verir."""
    try:
        return kind.probes[name](kind.twin(block, seed))
    except NotMeasurable as problem:
        return Reading(None, note=str(problem))
    except RuntimeError as problem:  # bloğun parçaları, yoklamanın verdiği girdide ya da geri geçişte çöktü
        return Reading(None, note=f"'{name}' sözü yoklanırken blok hata verdi: {problem}")


def decided(readings: list[Reading]) -> bool | None:
    """Okumaların ortak kararı: sağlam bir hayır bozar; yoksa tek bir evet yeter; yoksa None."""
    if any(r.holds is False and not r.weak for r in readings):
        return False
    return True if any(r.holds for r in readings) else None


def measure(kind: Kind, block: nn.Module, name: str, seed: int) -> Reading:
    """Bir sözü birkaç tohumla ölçer; karar çıkmazsa (hep zayıf hayır ya da ölçülemez) tohum ekler."""
    readings = [read(kind, block, name, seed + i) for i in range(SEEDS)]
    for i in range(SEEDS, SEEDS + EXTRA_SEEDS):
        verdict_so_far = decided(readings)
        nameless = verdict_so_far is False and not any(r.mark for r in readings)
        enough = verdict_so_far is not None and not (nameless and i < SEEDS + NAMING_SEEDS)
        if enough or all(r.note == NOT_APPLICABLE for r in readings):
            break
        readings.append(read(kind, block, name, seed + i))
    holds = decided(readings)
    if holds is None and any(r.holds is False for r in readings):
        holds = False  # zayıf hayır, her tohumda
    chosen = [r for r in readings if r.holds is holds]
    marks = {r.mark for r in chosen} if holds is False else set()
    if not all(r.weak for r in chosen):
        marks -= {None}  # güçlü bir iz tek tohumda da yeter; zayıfı her tohumda aynı olmalı
    return Reading(holds, chosen[0].evidence, marks.pop() if len(marks) == 1 else None, chosen[0].note)


def dead_or_saturated(kind: Kind, block: nn.Module, seed: int) -> tuple[str, ...]:
    """Bloğun *şu anki* ağırlıklarıyla gösterdiği durum belirtileri."""
    twin = kind.twin(block, seed)
    twin.block = ready(block)
    seen = []
    hook = None
    act = getattr(twin.block, "act", None)
    if isinstance(act, nn.ReLU):
        hook = act.register_forward_hook(lambda _m, _i, out: seen.append(out.detach().clone()))
    try:
        mask = twin.mask(twin.images(16) / 3)
    except NotMeasurable as problem:
        return (f"şu anki ağırlıklarla ölçülemedi: {problem}",)
    finally:
        if hook is not None:
            hook.remove()
    found = []
    saturated = float(((mask < 0.01) | (mask > 0.99)).double().mean())
    if saturated > 0.5:
        found.append(f"doymuş kapı: maskede 0,01'in altında ya da 0,99'un üstünde kalan pay %{100 * saturated:.0f}")
    if seen:
        dead = float((torch.cat(seen).flatten(1).amax(0) <= 0).double().mean())
        if dead >= 0.5:
            found.append(f"ölü ReLU: hiçbir örnekte yanmayan gizli birimlerin payı %{100 * dead:.0f}")
    if callable(getattr(twin.block, "get_T", None)):
        T = torch.as_tensor(twin.block.get_T()).detach()
        if bool((T < 1e-4).any()):
            found.append(f"T kırmızı bölgede: {number(float(T.min()))} < 0,0001")
    return tuple(found)


def named(kind: Kind, marks: set[str]) -> tuple[str, ...]:
    return tuple(b for b, bug in CATALOGUE.items() if bug.mark in marks and bug.named_in(kind.block))


def verdict(kind: Kind, readings: dict[str, Reading], symptoms: tuple[str, ...] = ()) -> Diagnosis:
    """Okumalardan karar."""
    findings = tuple(
        Finding(n, readings[n].holds, sentence_of(kind, n, readings[n]), readings[n].evidence)
        for n in kind.contract
        if n in readings
    )
    ids = named(kind, {r.mark for r in readings.values() if r.holds is False and r.mark})
    if any(f.holds is False for f in findings):
        return Diagnosis("buggy", ids, findings, symptoms)
    open_ones = [n for n, r in readings.items() if r.holds is None and r.note != NOT_APPLICABLE]
    if open_ones:
        return Diagnosis("inconclusive", (), findings, symptoms, readings[open_ones[0]].note)
    return Diagnosis("healthy", (), findings, symptoms)


def diagnose_part(kind: Kind, block: nn.Module, seed: int) -> Diagnosis:
    """Tek bir bloğu kendi sözleşmesine tutar; parçalarına bakmaz."""
    try:
        twin = kind.twin(block, seed)
        missing = twin.missing()
        if missing:
            return Diagnosis("inconclusive", reason=f"{SCOPE} Bu blokta bulunamayan: {', '.join(missing)}.")
        twin.run(twin.images())
    except NotMeasurable as problem:
        mark = kind.explain_crash(block, seed)
        if mark is None:
            return Diagnosis("inconclusive", reason=str(problem))
        crashed = Reading(False, mark=mark, note=str(problem))
        return verdict(kind, {RUNS: crashed} | {CATALOGUE[b].property: crashed for b in named(kind, {mark})})
    except (RuntimeError, TypeError) as problem:
        return Diagnosis("inconclusive", reason=f"Bloğun kopyası çıkarılamadı: {problem}")
    readings = {RUNS: Reading(True)} if RUNS in kind.contract else {}
    for name in sorted(kind.probes, key=lambda n: n not in FORM):
        if name in FORM or all(readings[n].holds for n in FORM if n in readings):
            readings[name] = measure(kind, block, name, seed)
    symptoms = dead_or_saturated(kind, block, seed) if kind.symptoms else ()
    return verdict(kind, readings, symptoms)


def whole(parts: dict[str, Diagnosis], own: Diagnosis) -> Diagnosis:
    """Bir birleşimin (CBAM, artık blok, ağ) teşhisi: kendisininki ve parçalarınınki, tek sonuçta."""
    broken = {bare(f.name) for d in parts.values() for f in d.broken}
    explained = {CATALOGUE[i].property for i in own.bug_ids}
    # Birleşimde görünen bir bozukluğun nedeni parçadaysa, birleşim suçlanmaz.
    findings = [replace(f, holds=None) if f.name in broken - explained else f for f in own.findings]
    symptoms = list(own.symptoms)
    for part, found in parts.items():
        findings += [Finding(part_promise(part, f.name), f.holds, f.sentence, f.evidence) for f in found.findings]
        symptoms += [f"{part}: {s}" for s in found.symptoms]
    every = {"": own, **parts}
    status = next((s for s in ("buggy", "inconclusive") if any(d.status == s for d in every.values())), "healthy")
    reasons = [f"{part}: {d.reason}" if part else d.reason for part, d in every.items() if d.reason]
    ids = {i for d in every.values() for i in d.bug_ids}
    ordered = tuple(b for b in CATALOGUE if b in ids)
    return Diagnosis(status, ordered, tuple(findings), tuple(symptoms), next(iter(reasons), ""))


def diagnose_whole(kind: Kind, block: nn.Module, seed: int) -> Diagnosis:
    """Bloğu ve, içten dışa, kendi sözleşmesi olan parçalarını teşhis eder."""
    parts = {name: diagnose_whole(part, module, seed) for name, (part, module) in kind.parts(block).items()}
    crashed = any(bare(f.name) == RUNS and f.holds is False for d in parts.values() for f in d.findings)
    # Parçası çöken bir birleşim ölçülemez; nedenini parçanın teşhisi söyler.
    own = Diagnosis("healthy") if crashed else diagnose_part(kind, block, seed)
    return whole(parts, own) if parts else own


def diagnose_instance(block: nn.Module, seed: int, kind: Kind | None = None) -> Diagnosis:
    with measuring():
        return diagnose_whole(kind or kind_of_instance(block), block, seed)


def breaks(found: Diagnosis, promise: str) -> bool:
    """Bu söz bozuk mu; bir parçanın sözü olarak da."""
    return any(bare(f.name) == promise for f in found.broken)


def join(parts: list[Diagnosis]) -> Diagnosis:
    """Bir sınıfın kuruluşlarının teşhislerini birleştirir: en kötüsü geçerlidir."""
    worst = next((p for s in ("buggy", "inconclusive") for p in parts if p.status == s), parts[0])
    # Bir hata ancak bozduğu sözün bozulduğu her kuruluşta tanınıyorsa adıyla söylenir.
    ids = tuple(
        b
        for b, bug in CATALOGUE.items()
        if any(b in p.bug_ids for p in parts)
        and all(b in p.bug_ids for p in parts if breaks(p, bug.property))
    )
    findings = {}
    for part in parts:
        for f in part.findings:
            old = findings.get(f.name)
            if old is None or old.holds is None or (f.holds is False and old.holds):
                findings[f.name] = f
    return Diagnosis(worst.status, ids, tuple(findings.values()), worst.symptoms, worst.reason)


def diagnose(block: nn.Module | type[nn.Module], *, seed: int = 0) -> Diagnosis:
    """Kursun bir bloğunu (örneğini ya da sınıfını) sözleşmesine tutar.

    Args:
        block: kursun bir dikkati, artık bloğu ya da SmallResNet'i gibi davranması beklenen nn.Module ya da sınıf.
            Değiştirilmez. Artık blok ve ağ, söyledikleri tasarımla (design, plan) karşılaştırılır; içlerindekiler de ölçülür.
        seed: ölçümlerin tohumu.

    Returns:
        Diagnosis. Blok nedeni bilinmeyen bir hata verirse, şekli yanlışsa ya da bir yoklama etkisiz kalırsa
        "inconclusive" ve nedeni döner.

    Raises:
        TypeError: `block` bir nn.Module ya da nn.Module sınıfı değilse.
    """
    if isinstance(block, nn.Module):
        return diagnose_instance(block, seed)
    if not (inspect.isclass(block) and issubclass(block, nn.Module)):
        raise TypeError(f"block bir nn.Module ya da nn.Module sınıfı olmalı; verilen: {type(block).__name__}.")
    kind = kind_of_class(block)
    parts = []
    for settings in kind.class_settings:
        try:
            with torch.random.fork_rng(devices=[]):
                instance = block(*kind.arguments, **kind.accepted(block, settings))
        except Exception as error:  # öğrencinin sınıfı kurulamıyorsa nedeni olduğu gibi söylenir
            return Diagnosis("inconclusive", reason=f"Sınıf kurulamadı: {type(error).__name__}: {error}")
        parts.append(diagnose_instance(instance, seed, kind))
    return join(parts)
