"""Teşhis: bir bloğu sözleşmesine tutar, bozulan sözlerden hatanın adını çıkarır."""

from __future__ import annotations

import html
import inspect
import math
from dataclasses import dataclass, field

import torch
from torch import nn

from course_lib.bughunt.catalogue import CATALOGUE
from course_lib.bughunt.contract import CHANNEL_CONTRACT
from course_lib.bughunt.probes import PROBES, Reading
from course_lib.bughunt.twin import HEIGHT, WIDTH, NotMeasurable, Twin, measuring, private_copy

SEEDS = 3
EXTRA_SEEDS = 12
FORM = "maske-uygulanır"
# Bir sınıf iki ayrı kuruluşuyla ölçülür; böylece iki füzyon kolu da, iki sıcaklık türü de görülür.
CLASS_SETTINGS = (
    {"learnable_temperature": True, "fusion": "softmax", "gate": "sigmoid", "act": "relu"},
    {"learnable_temperature": False, "fusion": "sum", "gate": "hardsigmoid", "act": "silu"},
)
CLASS_CHANNELS = 16
SCOPE = "Bu teşhis ChannelAttentionFusionT'nin sözleşmesine bakar; SE, CBAM gibi başka blokları yargılamaz."
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
            lines.append(f"  neden: {self.reason}")
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


def sentence_of(name: str, reading: Reading) -> str:
    proof = "; ".join(f"{what} {number(value)}" for what, value in reading.evidence.items())
    return " ".join(part for part in (CHANNEL_CONTRACT[name], reading.note, f"[{proof}]" if proof else "") if part)


def read(block: nn.Module, name: str, seed: int) -> Reading:
    """Bir yoklamayı taze bir ikiz üzerinde yapar; ölçülemezse nedenini taşıyan boş okuma verir."""
    twin = Twin(block, seed)
    try:
        return PROBES[name](twin)
    except NotMeasurable as problem:
        return Reading(None, note=str(problem))


def decided(readings: list[Reading]) -> bool | None:
    """Okumaların ortak kararı: sağlam bir hayır bozar; yoksa tek bir evet yeter; yoksa None."""
    if any(r.holds is False and not r.weak for r in readings):
        return False
    return True if any(r.holds for r in readings) else None


def measure(block: nn.Module, name: str, seed: int) -> Reading:
    """Bir sözü birkaç tohumla ölçer; karar çıkmazsa (hep zayıf hayır ya da ölçülemez) tohum ekler."""
    readings = [read(block, name, seed + i) for i in range(SEEDS)]
    for i in range(SEEDS, SEEDS + EXTRA_SEEDS):
        if decided(readings) is not None or all(r.note == "uygulanmaz" for r in readings):
            break
        readings.append(read(block, name, seed + i))
    holds = decided(readings)
    if holds is None and any(r.holds is False for r in readings):
        holds = False  # zayıf hayır, her tohumda
    chosen = [r for r in readings if r.holds is holds]
    marks = {r.mark for r in chosen if holds is False} - {None}
    return Reading(holds, chosen[0].evidence, marks.pop() if len(marks) == 1 else None, chosen[0].note)


def dead_or_saturated(block: nn.Module, seed: int) -> tuple[str, ...]:
    """Bloğun *şu anki* ağırlıklarıyla gösterdiği durum belirtileri."""
    twin = Twin(block, seed)
    twin.block = private_copy(block).to("cpu").double().eval()
    seen = []
    hook = None
    act = getattr(twin.block, "act", None)
    if isinstance(act, nn.ReLU):
        hook = act.register_forward_hook(lambda _m, _i, out: seen.append(out.detach().clone()))
    try:
        mask = twin.mask(twin.normal((16, twin.channels, HEIGHT, WIDTH)))
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


def missing_parts(twin: Twin) -> list[str]:
    """Sözleşmenin dayandığı, ama blokta bulunmayan parçalar."""
    found = []
    if twin.temperature() is None:
        found.append("sıcaklık (t_raw ya da T)")
    if twin.has_router and not twin.group("router"):
        found.append('yönlendirici (fusion_router; yoksa fusion = "sum" olmalı)')
    if not twin.group("mlp"):
        found.append("MLP (fc1, fc2)")
    return found


def diagnose_instance(block: nn.Module, seed: int) -> Diagnosis:
    with measuring():
        try:
            twin = Twin(block, seed)
            missing = missing_parts(twin)
            if missing:
                return Diagnosis("inconclusive", reason=f"{SCOPE} Bu blokta bulunamayan: {', '.join(missing)}.")
            twin.run(twin.images())
        except NotMeasurable as problem:
            return Diagnosis("inconclusive", reason=str(problem))
        except (RuntimeError, TypeError) as problem:
            return Diagnosis("inconclusive", reason=f"Bloğun kopyası çıkarılamadı: {problem}")
        readings = {FORM: measure(block, FORM, seed)}
        if readings[FORM].holds:  # maske bir çarpan değilse çıktıdan okunamaz; gerisi ölçülemez
            rest = [n for n in CHANNEL_CONTRACT if n != FORM]
            readings |= {n: measure(block, n, seed) for n in rest}
        symptoms = dead_or_saturated(block, seed)
    findings = tuple(
        Finding(n, readings[n].holds, sentence_of(n, readings[n]), readings[n].evidence)
        for n in CHANNEL_CONTRACT
        if n in readings
    )
    marks = {r.mark for r in readings.values() if r.holds is False and r.mark}
    named = tuple(bug_id for bug_id, bug in CATALOGUE.items() if bug.mark in marks)
    if any(f.holds is False for f in findings):
        return Diagnosis("buggy", named, findings, symptoms)
    open_ones = [n for n, r in readings.items() if r.holds is None and r.note != "uygulanmaz"]
    if open_ones:
        return Diagnosis("inconclusive", (), findings, symptoms, readings[open_ones[0]].note)
    return Diagnosis("healthy", (), findings, symptoms)


def join(parts: list[Diagnosis]) -> Diagnosis:
    """Bir sınıfın kuruluşlarının teşhislerini birleştirir: en kötüsü geçerlidir."""
    worst = next((p for s in ("buggy", "inconclusive") for p in parts if p.status == s), parts[0])
    # Bir hata ancak bozduğu sözün bozulduğu her kuruluşta tanınıyorsa adıyla söylenir.
    ids = tuple(
        b
        for b, bug in CATALOGUE.items()
        if any(b in p.bug_ids for p in parts)
        and all(b in p.bug_ids for p in parts if bug.property in {f.name for f in p.broken})
    )
    findings = {}
    for part in parts:
        for f in part.findings:
            old = findings.get(f.name)
            if old is None or old.holds is None or (f.holds is False and old.holds):
                findings[f.name] = f
    ordered = tuple(findings[n] for n in CHANNEL_CONTRACT if n in findings)
    return Diagnosis(worst.status, ids, ordered, worst.symptoms, worst.reason)


def diagnose(block: nn.Module | type[nn.Module], *, seed: int = 0) -> Diagnosis:
    """Bir kanal dikkati bloğunu (örneğini ya da sınıfını) sözleşmesine tutar.

    Args:
        block: `ChannelAttentionFusionT` gibi davranması beklenen nn.Module ya da sınıf. Değiştirilmez.
        seed: ölçümlerin tohumu.

    Returns:
        Diagnosis. Blok hata verirse, şekli yanlışsa ya da bir yoklama etkisiz kalırsa
        "inconclusive" ve nedeni döner.

    Raises:
        TypeError: `block` bir nn.Module ya da nn.Module sınıfı değilse.
    """
    if isinstance(block, nn.Module):
        return diagnose_instance(block, seed)
    if not (inspect.isclass(block) and issubclass(block, nn.Module)):
        raise TypeError(f"block bir nn.Module ya da nn.Module sınıfı olmalı; verilen: {type(block).__name__}.")
    parts = []
    for settings in CLASS_SETTINGS:
        try:
            with torch.random.fork_rng(devices=[]):
                instance = block(CLASS_CHANNELS, return_fusion_weights=True, **settings)
        except Exception as error:  # öğrencinin sınıfı kurulamıyorsa nedeni olduğu gibi söylenir
            return Diagnosis("inconclusive", reason=f"Sınıf kurulamadı: {type(error).__name__}: {error}")
        parts.append(diagnose_instance(instance, seed))
    return join(parts)
