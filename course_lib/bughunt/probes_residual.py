"""Artık blokların ve ağın sözleri için yoklamalar: çıktı, söylenen kalıbın formülüyle ve yanlış formüllerle karşılaştırılır.

Kaynak: seed 004 §3, §6, §9 ve §12.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_lib.attention.classic import SEBlock
from course_lib.bughunt.probes import EFFECT, INAPPLICABLE, SHARED_PROBES, Probes, Reading, biggest, leak, probe
from course_lib.bughunt.twin import NotMeasurable
from course_lib.bughunt.twin_residual import (
    ATTENTION_SLOTS,
    NetworkTwin,
    ResidualTwin,
    WholeTwin,
    attended,
    inner_attention,
    residual_blocks,
)

RESIDUAL_PROBES: Probes = {}
NETWORK_PROBES: Probes = {}
SAME = 1e-9
OPEN = 0.05  # kısayol kapısının yoklandığı başlangıç karışımı

RIGHT, DROPPED, ADDED, DROPPED_AND_ADDED = "kalıp", "kısayolsuz", "eklenmiş", "kısayolsuz ve eklenmiş"


def received_channels(twin: ResidualTwin, x: Tensor) -> dict[str, tuple[int, int]]:
    """Yuva -> (dikkatin kurulduğu kanal sayısı, forward'da ona gelen). Kurulduğu sayı bilinmiyorsa yer almaz."""
    found: dict[str, tuple[int, int]] = {}
    hooks = []
    for name, module in twin.attentions().items():
        inner = inner_attention(module)[1]
        told = getattr(inner, "channels", getattr(getattr(inner, "ca", None), "channels", None))
        if isinstance(told, int):
            hooks.append(
                module.register_forward_pre_hook(
                    lambda _m, given, name=name, told=told: found.update({name: (told, given[0].shape[1])})
                )
            )
    try:
        twin.output(x)
    except NotMeasurable:
        pass  # çökse bile dikkate gelen kanal sayısı okunmuştur
    finally:
        for hook in hooks:
            hook.remove()
    return found


def mark_of_residual_crash(twin: ResidualTwin) -> str | None:
    """Çöken blokta iz: kısayol başka şekilde mi, dikkat başka genişlikte mi? Şekil, genişliği de bozabilir: önce o."""
    x = twin.images()
    skip, learned = twin.paths(x)
    if skip.shape != learned.shape:
        return "no-projection"
    return "attention-width" if any(told != came for told, came in received_channels(twin, x).values()) else None


@probe("kısayol-şekli", RESIDUAL_PROBES)
def shortcut_has_the_right_shape(twin: ResidualTwin) -> Reading:
    x = twin.images()
    skip, learned = twin.paths(x)
    evidence = {"kısayolun kanal sayısı": float(skip.shape[1]), "F'nin kanal sayısı": float(learned.shape[1])}
    if skip.shape != learned.shape:
        return Reading(False, evidence, "no-projection")
    if twin.block.design.projection:
        return Reading(True, evidence)
    same = torch.equal(skip, x)
    return Reading(same, evidence, note="" if same else "İzdüşüm söylenmemiş, ama S(x), x değil.")


@probe("dikkat-genişliği", RESIDUAL_PROBES)
def attention_has_the_right_width(twin: ResidualTwin) -> Reading:
    found = received_channels(twin, twin.images())
    if not found:
        return INAPPLICABLE
    evidence = {}
    for name, (told, came) in found.items():
        evidence |= {f"{name} kurulurken": float(told), f"{name}'e gelen": float(came)}
    return Reading(all(told == came for told, came in found.values()), evidence, "attention-width")


def addable(a: Tensor, b: Tensor) -> bool:
    """İki tensör toplanabilir mi; şekilleri farklı olsa da yayma ile."""
    return all(1 in pair or pair[0] == pair[1] for pair in zip(a.shape, b.shape, strict=True))


def formulas(twin: ResidualTwin, x: Tensor) -> dict[str, Tensor]:
    """Ad -> etkinleştirmeden önceki toplam: söylenen kalıbınki ve gerçekten yapılmış yanlışlarınki."""
    block, pattern = twin.block, twin.block.design.pattern
    skip, f = twin.paths(x)
    together = addable(skip, f)  # izdüşüm yoksa kısayollu toplamlar hiç kurulamaz
    if pattern == "P2":
        found = {DROPPED: attended(block.attn, f)}
        return found | ({RIGHT: attended(block.attn, skip + f), ADDED: skip + f + attended(block.attn, f)} if together else {})
    if pattern == "P4":
        skip = attended(block.attn_skip, skip)
    gated = f if pattern == "P3" else attended(block.attn_res if pattern == "P4" else block.attn, f)
    found = {DROPPED: gated} | ({} if pattern == "P3" else {DROPPED_AND_ADDED: f + gated})
    if together:
        found |= {RIGHT: skip + gated} | ({} if pattern == "P3" else {ADDED: skip + f + gated})
    return found


def explained(twin: ResidualTwin) -> tuple[set[tuple[str, str]], dict[str, float]]:
    """Çıktıyı birebir açıklayan (toplam, etkinleştirme) çiftleri ve kanıt sayıları."""
    x = twin.images()
    with torch.no_grad():
        y = twin.output(x)
        sums = formulas(twin, x)
    acts = {"post": torch.relu, "pre": lambda t: t}
    fits, errors = set(), {}
    for name, total in sums.items():
        for act, function in acts.items():
            if total.shape == y.shape:
                error = biggest(function(total) - y) / (biggest(y) + 1e-12)
                errors[name, act] = error
                if error < SAME:
                    fits.add((name, act))
    declared = errors.get((RIGHT, twin.block.design.activation), float("nan"))
    return fits, {"çıktının söylenen formülden farkı": declared}


def by_formula(twin: ResidualTwin, wrong: tuple[str, ...], mark: str) -> Reading:
    """Çıktıyı yalnız `wrong` toplamları açıklıyorsa söz bozuktur; hiçbiri açıklamıyorsa ölçülemez."""
    fits, evidence = explained(twin)
    if not fits:
        return Reading(None, note="Çıktıyı ne söylenen formül ne de bilinen yanlışları açıklıyor; kalıp yoklamasına bak.")
    return Reading(any(name not in wrong for name, _ in fits), evidence, mark)


@probe("kısayol-açık", RESIDUAL_PROBES)
def shortcut_carries_the_input(twin: ResidualTwin) -> Reading:
    return by_formula(twin, (DROPPED, DROPPED_AND_ADDED), "skip-dropped")


@probe("dikkat-çarpar", RESIDUAL_PROBES)
def attention_replaces_the_branch(twin: ResidualTwin) -> Reading:
    return by_formula(twin, (ADDED, DROPPED_AND_ADDED), "attention-added")


@probe("etkinleştirme-yeri", RESIDUAL_PROBES)
def activation_is_where_it_was_said(twin: ResidualTwin) -> Reading:
    fits, evidence = explained(twin)
    declared = twin.block.design.activation
    if not fits:
        return Reading(None, note="Çıktıyı ne söylenen formül ne de bilinen yanlışları açıklıyor; kalıp yoklamasına bak.")
    evidence["çıktının en küçüğü"] = float(twin.output(twin.images()).detach().min())
    return Reading(any(act == declared for _, act in fits), evidence, "relu-after-add" if declared == "pre" else None)


@probe("kalıp", RESIDUAL_PROBES)
def output_is_the_declared_formula(twin: ResidualTwin) -> Reading:
    fits, evidence = explained(twin)
    return Reading((RIGHT, twin.block.design.activation) in fits, evidence)


@probe("kısayol-başlangıcı", RESIDUAL_PROBES)
def skip_gate_starts_open(twin: ResidualTwin) -> Reading:
    if twin.block.design.pattern != "P4":
        return INAPPLICABLE
    try:
        with torch.random.fork_rng(devices=[]):
            fresh = type(twin.block)(twin.channels, attn_skip=SEBlock, skip_alpha=OPEN).double().eval()
    except Exception:  # sınıf bu adlarla kurulamıyor: söz ona ait değil
        return INAPPLICABLE
    fresh.f.register_forward_hook(lambda _m, _i, out: torch.zeros_like(out))  # yalnız kısayol konuşsun
    x = twin.images().abs() + 0.1
    with torch.no_grad():
        gain = fresh(x) / x
    low, high = float(gain.min()), float(gain.max())
    evidence = {"istenen en küçük geçirgenlik": 1 - OPEN, "ölçülen en küçük": low, "ölçülen en büyük": high}
    return Reading(low >= 1 - OPEN - 1e-9 and high <= 1 + 1e-9, evidence, "cold-skip" if low < 0.9 else None)


@probe("örnek-bağımsızlığı", RESIDUAL_PROBES)
@probe("örnek-bağımsızlığı", NETWORK_PROBES)
def samples_are_independent(twin: WholeTwin) -> Reading:
    x = twin.images()
    found = leak(twin, x, twin.others(x))
    return Reading(found <= EFFECT, {"komşuların etkisi": found})


RESIDUAL_PROBES["gradyan-ulaşır"] = SHARED_PROBES["gradyan-ulaşır"]


def attention_is_heard(block: nn.Module, x: Tensor) -> bool:
    """Bloğun dikkatleri birim eşlemeyle değiştirilince çıktısı değişiyor mu?"""
    kept = {name: getattr(block, name) for name in ATTENTION_SLOTS if isinstance(getattr(block, name, None), nn.Module)}
    with torch.no_grad():
        before = block(x)
        for name in kept:
            setattr(block, name, nn.Identity())
        after = block(x)
        for name, module in kept.items():
            setattr(block, name, module)
    return biggest(after - before) > EFFECT


@probe("dikkat-planı", NETWORK_PROBES)
def attention_is_where_planned(twin: NetworkTwin) -> Reading:
    plan = twin.block.plan
    stages = list(getattr(twin.block, "stages", []))
    if len(stages) != len(plan):
        raise NotMeasurable(f"Planda {len(plan)} evre var, ağda {len(stages)}.")
    wanted = {i for i, attention in enumerate(plan, 1) if attention}
    found = set()
    for i, stage in enumerate(stages, 1):
        for block in residual_blocks(stage).values():
            x = twin.normal((2, block.ch, 6, 7))
            if attention_is_heard(block, x):
                found.add(i)
    said, seen = (", ".join(map(str, sorted(stages))) or "yok" for stages in (wanted, found))
    note = f"Planda dikkatli evreler: {said}; ölçülen: {seen}."
    return Reading(found == wanted, {}, "attention-everywhere" if found > wanted else None, note)
