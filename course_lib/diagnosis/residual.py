"""Artık blokların sözleri: çıktı, söylenen kalıbın ve yanlışlarının formülleriyle karşılaştırılır.

Kaynak: not 5 §3, §6, §9 ve §12.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.attention.classic import CoordinateAttention, ECABlock, SEBlock
from course_lib.diagnosis import probes
from course_lib.diagnosis.common import RUNS_WITHOUT_ERROR
from course_lib.diagnosis.kind import (
    INAPPLICABLE,
    Kind,
    Parts,
    Promise,
    Reading,
    Recognise,
    has_modules,
)
from course_lib.diagnosis.probes import biggest
from course_lib.diagnosis.published import NotComparable, with_forward
from course_lib.diagnosis.twin import SAMPLES, NotMeasurable, Twin
from course_lib.residual.branches import BottleneckBranch, PreActBranch, WideBranch
from course_lib.residual.fusion import (
    ResidualAttn,
    ResidualAttn_P1,
    ResidualAttn_P2,
    ResidualAttn_P3,
    ResidualAttn_P4,
)

ATTENTION_SLOTS = ("attn", "attn_skip", "attn_res")
PATTERNS = ("P1", "P2", "P3", "P4")
ALPHA = 0.6
SIDES = (6, 7)
SAME = 1e-9
OPEN = 0.05  # kısayol kapısının yoklandığı başlangıç karışımı
RIGHT, DROPPED, ADDED = "kalıp", "kısayolsuz", "eklenmiş"
DROPPED_AND_ADDED = "kısayolsuz ve eklenmiş"
ATTENDED = "kısayolu da dikkatten geçmiş"
UNEXPLAINED = (
    "Çıktıyı ne söylenen formül ne de bilinen yanlışları açıklıyor; kalıp yoklamasına bak."
)


def attended(attn: nn.Module, x: Tensor) -> Tensor:
    """Dikkatin çıktısı; demet döndürüyorsa ilki."""
    out = attn(x)
    return out[0] if isinstance(out, (tuple, list)) else out


def inner_attention(module: object) -> tuple[str, object]:
    """Birime yaklaştıran sarmalayıcının içindeki dikkat; (ek ad, modül)."""
    inner = getattr(module, "attn", None)
    wrapped = isinstance(inner, nn.Module) and hasattr(module, "alpha")
    return (".attn", inner) if wrapped else ("", module)


class WholeTwin(Twin):
    """Toplamı olan yapının ikizi: karışımları da ölçmeye elverişli duruma getirilir."""

    def redraw(self) -> None:
        super().redraw()
        self.set_alpha(ALPHA)

    def images(self, samples: int = SAMPLES) -> Tensor:
        grain = self.normal((samples, self.channels, *SIDES))
        return grain + self.normal((samples, self.channels, 1, 1))

    def output(self, x: Tensor) -> Tensor:
        out = self.call(x)[0]
        if not isinstance(out, Tensor):
            raise NotMeasurable(f"forward bir tensör vermeli; gelen {type(out).__name__}.")
        return out

    def look(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return self.output(x).flatten(1)


class ResidualTwin(WholeTwin):
    """ResidualAttn_P1 … P4 gibi davranması beklenen bloğun ikizi."""

    def __init__(self, block: Any, seed: int):
        if not isinstance(getattr(block, "ch", None), int):
            raise NotMeasurable(
                "Giren kanal sayısı anlaşılamadı. Çıkış yolu: self.ch = giren kanal sayısı."
            )
        self.channels = block.ch
        super().__init__(block, seed)

    def missing(self) -> list[str]:
        found = [f"{n} modülü" for n in ("f", "shortcut") if not has_modules(self.block, n)]
        design = getattr(self.block, "design", None)
        told = all(hasattr(design, f) for f in ("pattern", "activation", "projection"))
        return found if told else [*found, "söylenen tasarım (design)"]

    def attentions(self) -> dict[str, nn.Module]:
        """Yuva adı -> dikkat modülü."""
        return {n: getattr(self.block, n) for n in ATTENTION_SLOTS if has_modules(self.block, n)}

    def paths(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(S(x), F'nin girdiye uygulanmışı): P3'te F, dikkatten geçmiş girdiye uygulanır."""
        given = attended(self.block.attn, x) if self.block.design.pattern == "P3" else x
        try:
            return self.block.shortcut(x), self.block.f(given)
        except Exception as error:  # öğrencinin parçaları her şeyi fırlatabilir
            raise NotMeasurable(
                f"Kısayol ya da F çalışırken hata verdi: {type(error).__name__}: {error}"
            ) from error


def received_channels(twin: ResidualTwin, x: Tensor) -> dict[str, tuple[int, int]]:
    """Yuva -> (dikkatin kurulduğu kanal sayısı, ona gelen); kurulduğu bilinmiyorsa yer almaz."""
    found: dict[str, tuple[int, int]] = {}

    def note(name: str, told: int) -> Callable:
        def hook(_module, given) -> None:
            found[name] = (told, given[0].shape[1])

        return hook

    with ExitStack() as hooks:
        for name, module in twin.attentions().items():
            inner = inner_attention(module)[1]
            told = getattr(inner, "channels", getattr(getattr(inner, "ca", None), "channels", None))
            if isinstance(told, int):
                hooks.enter_context(module.register_forward_pre_hook(note(name, told)))
        with suppress(NotMeasurable):  # çökse bile dikkate gelen kanal sayısı okunmuştur
            twin.output(x)
    return found


def mark_of_crash(twin: ResidualTwin) -> str | None:
    """Kısayol başka şekilde mi, dikkat başka genişlikte mi? Şekil genişliği de bozabilir: önce
    o."""
    x = twin.images()
    skip, learned = twin.paths(x)
    if skip.shape != learned.shape:
        return "no-projection"
    misfit = any(told != came for told, came in received_channels(twin, x).values())
    return "attention-width" if misfit else None


def shortcut_has_the_right_shape(twin: ResidualTwin) -> Reading:
    x = twin.images()
    skip, learned = twin.paths(x)
    evidence = {
        "kısayolun kanal sayısı": float(skip.shape[1]),
        "F'nin kanal sayısı": float(learned.shape[1]),
    }
    if skip.shape != learned.shape:
        return Reading(False, evidence, "no-projection")
    if twin.block.design.projection:
        return Reading(True, evidence)
    same = torch.equal(skip, x)
    return Reading(same, evidence, note="" if same else "İzdüşüm söylenmemiş, ama S(x), x değil.")


def attention_has_the_right_width(twin: ResidualTwin) -> Reading:
    found = received_channels(twin, twin.images())
    if not found:
        return INAPPLICABLE
    evidence = {}
    for name, (told, came) in found.items():
        evidence |= {f"{name} kurulurken": float(told), f"{name}'e gelen": float(came)}
    fits = all(told == came for told, came in found.values())
    return Reading(fits, evidence, "attention-width")


def addable(a: Tensor, b: Tensor) -> bool:
    """İki tensör toplanabilir mi; şekilleri farklı olsa da yayma ile."""
    return all(1 in pair or pair[0] == pair[1] for pair in zip(a.shape, b.shape, strict=True))


def formulas(twin: ResidualTwin, x: Tensor) -> dict[str, Tensor]:
    """Ad -> etkinleştirmeden önceki toplam: söylenen kalıbınki ve gerçekten yapılmış yanlışları."""
    block, pattern = twin.block, twin.block.design.pattern
    skip, f = twin.paths(x)
    together = addable(skip, f)  # izdüşüm yoksa kısayollu toplamlar hiç kurulamaz
    if pattern == "P2":
        found = {DROPPED: attended(block.attn, f)}
        if together:
            found[RIGHT] = attended(block.attn, skip + f)
            found[ADDED] = skip + f + attended(block.attn, f)
        return found
    if pattern == "P4":
        skip = attended(block.attn_skip, skip)
    if pattern == "P3":
        found = {DROPPED: f}
        if together:
            found |= {RIGHT: skip + f, ATTENDED: block.shortcut(attended(block.attn, x)) + f}
        return found
    gated = attended(block.attn_res if pattern == "P4" else block.attn, f)
    found = {DROPPED: gated, DROPPED_AND_ADDED: f + gated}
    return found | ({RIGHT: skip + gated, ADDED: skip + f + gated} if together else {})


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"post": torch.relu, "pre": lambda t: t}


def explained(twin: ResidualTwin) -> tuple[set[tuple[str, str]], dict[str, float]]:
    """Çıktıyı birebir açıklayan (toplam, etkinleştirme) çiftleri ve kanıt sayıları."""
    x = twin.images()
    with torch.no_grad():
        y = twin.output(x)
        sums = formulas(twin, x)
    fits, errors = set(), {}
    for name, total in sums.items():
        for act, function in ACTIVATIONS.items():
            if total.shape == y.shape:
                error = biggest(function(total) - y) / (biggest(y) + 1e-12)
                errors[name, act] = error
                if error < SAME:
                    fits.add((name, act))
    declared = errors.get((RIGHT, twin.block.design.activation), float("nan"))
    return fits, {"çıktının söylenen formülden farkı": declared}


def by_formula(twin: ResidualTwin, wrong: tuple[str, ...], mark: str) -> Reading:
    """Çıktıyı yalnız `wrong` açıklıyorsa söz bozuktur; hiçbir formül açıklamıyorsa ölçülemez."""
    fits, evidence = explained(twin)
    if not fits:
        return Reading(None, note=UNEXPLAINED)
    return Reading(any(name not in wrong for name, _ in fits), evidence, mark)


def shortcut_carries_the_input(twin: ResidualTwin) -> Reading:
    return by_formula(twin, (DROPPED, DROPPED_AND_ADDED), "skip-dropped")


def attention_replaces_the_branch(twin: ResidualTwin) -> Reading:
    return by_formula(twin, (ADDED, DROPPED_AND_ADDED), "attention-added")


def activation_is_where_it_was_said(twin: ResidualTwin) -> Reading:
    fits, evidence = explained(twin)
    declared = twin.block.design.activation
    if not fits:
        return Reading(None, note=UNEXPLAINED)
    evidence["çıktının en küçüğü"] = float(twin.output(twin.images()).detach().min())
    mark = "relu-after-add" if declared == "pre" else None
    return Reading(any(act == declared for _, act in fits), evidence, mark)


def output_is_the_declared_formula(twin: ResidualTwin) -> Reading:
    fits, evidence = explained(twin)
    act = twin.block.design.activation
    mark = "skip-attended" if (ATTENDED, act) in fits else None
    return Reading((RIGHT, act) in fits, evidence, mark)


def shortcut_passes_the_gradient(twin: ResidualTwin) -> Reading:
    """F susunca çıktı yalnız kısayoldan gelir: girdi onu kıpırdatıyorsa türevi de ulaşmalı."""
    # Toplamdan önceki F: hangi yoldan gelirse gelsin sıfır.
    with twin.block.f.register_forward_hook(lambda _module, _given, out: torch.zeros_like(out)):
        x = twin.images().requires_grad_()
        y = twin.output(x)
        moved = biggest(twin.output(twin.images()) - y)
        grads: tuple[Tensor | None, ...] = (None,)
        if y.requires_grad:
            target = (y * twin.normal(y.shape)).sum()
            grads = torch.autograd.grad(target, [x], allow_unused=True)
    if moved <= probes.EFFECT:
        return INAPPLICABLE  # kısayol zaten açık değil: onu kendi sözü söyler
    slope = 0.0 if grads[0] is None else biggest(grads[0])
    evidence = {"kısayoldan gelen çıktının değişimi": moved, "girdiye ulaşan türev": slope}
    return Reading(slope > 0, evidence, "skip-detached")


def norms_use_their_own_statistics(twin: ResidualTwin) -> Reading:
    """BN'ler gördükleri batch'in istatistiğini bütünüyle saklasın: o batch'te ölçüm kipi eğitim
    kipiyle aynı sonucu vermeli."""
    block, x = twin.block, twin.images()
    paths = [*block.f.modules(), *block.shortcut.modules()]
    norms = [m for m in paths if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    if not norms or any(isinstance(m, nn.modules.dropout._DropoutNd) for m in block.modules()):
        return INAPPLICABLE
    if any(not isinstance(m.running_var, Tensor) for m in norms):
        return INAPPLICABLE
    sizes: dict[nn.Module, int] = {}

    def note(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        sizes[module] = given[0].numel() // given[0].shape[1]

    with ExitStack() as hooks, torch.no_grad():
        for norm in norms:
            norm.momentum = 1.0
            hooks.enter_context(norm.register_forward_pre_hook(note))
        block.train()
        for attention in twin.attentions().values():  # yalnız iki yolun BN'leri yoklanır
            attention.eval()
        learned = twin.output(x)
        for norm, n in sizes.items():  # biriken varyans n - 1'e, kullanılan n'ye bölünür
            if n > 1 and isinstance(norm.running_var, Tensor):
                norm.running_var.mul_((n - 1) / n)
        block.eval()
        apart = biggest(twin.output(x) - learned) / biggest(learned)
    evidence = {"aynı batch'te eğitim ve ölçüm kipinin farkı": apart}
    return Reading(apart < 1e-6, evidence, "shared-norm")


def skip_gate_starts_open(twin: ResidualTwin) -> Reading:
    if twin.block.design.pattern != "P4":
        return INAPPLICABLE
    cls = type(twin.block)
    try:
        with torch.random.fork_rng(devices=[]):
            fresh = cls(twin.channels, attn_skip=SEBlock, skip_alpha=OPEN).double().eval()
    except Exception:  # sınıf bu adlarla kurulamıyor: söz ona ait değil
        return INAPPLICABLE
    # Yalnız kısayol konuşsun.
    fresh.f.register_forward_hook(lambda _module, _given, out: torch.zeros_like(out))
    x = twin.images().abs() + 0.1
    with torch.no_grad():
        gain = fresh(x) / x
    low, high = float(gain.min()), float(gain.max())
    evidence = {
        "istenen en küçük geçirgenlik": 1 - OPEN, "ölçülen en küçük": low, "ölçülen en büyük": high,
    }  # fmt: skip
    holds = low >= 1 - OPEN - 1e-9 and high <= 1 + 1e-9
    return Reading(holds, evidence, "cold-skip" if low < 0.9 else None)


PROMISES = (
    RUNS_WITHOUT_ERROR,
    Promise(
        "kısayol-şekli",
        "Kısayol söylendiği gibidir: ya birim eşleme ya da F'nin şekline izdüşüm.",
        shortcut_has_the_right_shape,
    ),
    Promise(
        "dikkat-genişliği",
        "Dikkat, bulunduğu yerden geçen kanal sayısı için kurulmuştur.",
        attention_has_the_right_width,
    ),
    Promise("kısayol-açık", "F sussa bile girdi kısayoldan geçer.", shortcut_carries_the_input),
    Promise(
        "dikkat-çarpar",
        "Dikkatin çıktısı, kapıdan geçirdiği tensörün yerine geçer; ona eklenmez.",
        attention_replaces_the_branch,
    ),
    Promise(
        "etkinleştirme-yeri",
        "Toplamdan sonra, tasarım ne diyorsa o vardır: ReLU ya da hiçbir şey.",
        activation_is_where_it_was_said,
    ),
    Promise("kalıp", "Çıktı, söylenen kalıbın formülüdür.", output_is_the_declared_formula),
    Promise(
        "kısayol-başlangıcı",
        "Birim eşlemeye yakın istenen kısayol kapısı, gerçekten öyle başlar.",
        skip_gate_starts_open,
    ),
    probes.INDEPENDENCE,
    probes.GRADIENTS,
)
FURTHER = (
    Promise(
        "kısayol-türevi",
        "Kısayoldan gradyan geçer: F sussa bile türev girdiye ulaşır.",
        shortcut_passes_the_gradient,
        unless=("kısayol-şekli",),
    ),
    Promise(
        "bn-kendi-istatistiği",
        "Her BN, ölçüm kipinde kendi gördüğü verinin istatistiğini kullanır.",
        norms_use_their_own_statistics,
        once=True,
        unless=("örnek-bağımsızlığı",),
    ),
)


def attentions_of(block: nn.Module, recognise: Recognise) -> Parts:
    """Artık bloğun dikkat yuvalarındaki, sözleri bilinen modüller."""
    found = {}
    for name in ATTENTION_SLOTS:
        suffix, module = inner_attention(getattr(block, name, None))
        kind = recognise(module)
        if kind is not None:
            found[name + suffix] = (kind, module)
    return found | inside(getattr(block, "f", None), recognise)


def inside(branch: object, recognise: Recognise) -> Parts:
    """Öğrenen yolun içindeki dikkatler, en dıştakiler."""
    found: Parts = {}
    if isinstance(branch, nn.Module):
        for name, module in branch.named_modules(prefix="f"):
            nested = any(name.startswith(f"{outer}.") for outer in found)
            kind = None if nested or module is branch else recognise(module)
            if kind is not None:
                found[name] = (kind, module)
    return found


def branch_ends_in_relu(twin: ResidualTwin) -> tuple[str, ...]:
    """F hiç eksi vermiyorsa: kısayola yalnız ekleyebilir (not 5 §9)."""
    if twin.block.design.activation != "post":
        return ()
    with torch.no_grad():
        low = float(twin.paths(twin.images())[1].min())
    return () if low < 0 else ("F'nin sonunda ReLU var: F kısayola yalnız ekler, hiç çıkaramaz",)


def declared_pattern(block: object) -> str:
    """Bloğun söylediği kalıp; söylemiyorsa ya da tanınmıyorsa P1 gibi okunur."""
    pattern = getattr(getattr(block, "design", None), "pattern", None)
    return pattern if pattern in PATTERNS else "P1"


def plain_branch(ch: int, out: int, *, stride: int = 1) -> nn.Module:
    """Etkinleştirmesinin yerini söylemeyen dal: toplamdan sonra ReLU beklenir."""
    return nn.Sequential(nn.Conv2d(ch, out, 3, stride=stride, padding=1))


def declared(block: Any, x: Tensor) -> Tensor:
    """Söylenen kalıp, bloğun kendi parçalarıyla."""
    pattern, f, skip = block.design.pattern, block.f, block.shortcut
    if pattern == "P1":
        total = skip(x) + attended(block.attn, f(x))
    elif pattern == "P2":
        total = attended(block.attn, skip(x) + f(x))
    elif pattern == "P3":
        total = skip(x) + f(attended(block.attn, x))
    else:
        total = attended(block.attn_skip, skip(x)) + attended(block.attn_res, f(x))
    return ACTIVATIONS[block.design.activation](total)


def published(block: Any) -> tuple[nn.Module, ...]:
    if block.design.pattern not in PATTERNS or block.design.activation not in ACTIVATIONS:
        raise NotComparable
    return (with_forward(block, declared),)


def residual_kind(
    block: type[ResidualAttn], settings: tuple[dict, ...], reference: tuple[dict, ...]
) -> Kind:
    pattern = block.pattern

    def fits(candidate: object) -> bool:
        return has_modules(candidate, "f", "shortcut") and declared_pattern(candidate) == pattern

    return Kind(
        block=block,
        twin=ResidualTwin,
        promises=PROMISES,
        further=FURTHER,
        outputs=("y",),
        fits=fits,
        fits_class=lambda cls, _known: getattr(cls, "pattern", "") == pattern,
        settings=settings,
        reference=reference,
        arguments=(8,),
        published=published,
        mark_of_crash=mark_of_crash,
        signs=branch_ends_in_relu,
        parts=attentions_of,
    )


# Genişleyip küçülen, ön-etkinleştirmeli ve boyu değişmeyen kuruluşlar.
ONE_SLOT_SETTINGS = (
    {"attn": SEBlock, "out": 12, "stride": 2},
    {"attn": CoordinateAttention, "f": PreActBranch, "out": 12},
    {"attn": ECABlock, "f": BottleneckBranch},
)
ONE_SLOT_REFERENCE = (
    {"attn": SEBlock, "out": 12, "stride": 2},
    {"attn": CoordinateAttention, "out": 6, "f": PreActBranch},
    {"attn": ECABlock, "out": 12, "f": BottleneckBranch},
    {"attn": SEBlock, "stride": 2},
    {"f": WideBranch},
    {"f": plain_branch},
    {},
)
ONE_SLOT = (ResidualAttn_P1, ResidualAttn_P2, ResidualAttn_P3)
KINDS = (
    *(residual_kind(block, ONE_SLOT_SETTINGS, ONE_SLOT_REFERENCE) for block in ONE_SLOT),
    residual_kind(
        ResidualAttn_P4,
        settings=(
            {
                "attn_skip": SEBlock, "attn_res": ECABlock, "out": 12, "stride": 2,
                "skip_alpha": 0.3,
            },
            {"attn_res": CoordinateAttention, "f": PreActBranch, "out": 12},
            {"attn_skip": SEBlock, "f": BottleneckBranch},
        ),
        reference=(
            {
                "attn_skip": SEBlock, "attn_res": ECABlock, "out": 12, "stride": 2,
                "skip_alpha": 0.3,
            },
            {"attn_res": CoordinateAttention, "out": 6, "f": PreActBranch},
            {"attn_skip": SEBlock, "stride": 2},
            {},
        ),
    ),
)  # fmt: skip
