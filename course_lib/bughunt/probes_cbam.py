"""CBAM'in kendi sözleri için yoklamalar: parçaların değil, birleşimin ölçümü. Kaynak: seed 003."""

from __future__ import annotations

import torch
from torch import Tensor

from course_lib.bughunt.probes import EFFECT, INAPPLICABLE, SHARED_PROBES, Probes, Reading, biggest, leak_of, probe
from course_lib.bughunt.probes_spatial import claimed_kernels, reaches
from course_lib.bughunt.twin import NotMeasurable, private_copy
from course_lib.bughunt.twin_cbam import CbamTwin
from course_lib.bughunt.twin_spatial import SpatialTwin

CBAM_PROBES: Probes = {}


@probe("alpha-karıştırır", CBAM_PROBES)
def alpha_mixes(twin: CbamTwin) -> Reading:
    if not twin.mixes:
        return INAPPLICABLE
    x = twin.images()
    out = {}
    for alpha in (0.0, 0.5, 1.0):
        twin.set_alpha(alpha)
        out[alpha], ca, sa = twin.maps(x)
    size = biggest(x)
    at_zero = biggest(out[0.0] - x) / size
    halfway = biggest(out[0.5] - (out[0.0] + out[1.0]) / 2) / size
    ratio = (out[1.0] / x).detach().flatten(2)
    mask = ca * sa if ca is not None else None
    at_one = biggest(ratio - mask) if mask is not None else max(float(ratio.max()) - 1, -float(ratio.min()), 0.0)
    evidence = {
        "alpha = 0: out ile x farkı": at_zero,
        "alpha = 0,5: ortadan sapma": halfway,
        "alpha = 1: çarpanın maskeden sapması": at_one,
    }
    adds = at_zero < 1e-9 and (biggest(ratio - 1 - mask) < 1e-6 if mask is not None else float(ratio.min()) >= 1)
    return Reading(max(at_zero, halfway, at_one) < 1e-6, evidence, "alpha-adds" if adds else None)


@probe("alpha-saklanır", CBAM_PROBES)
def alpha_is_saved(twin: CbamTwin) -> Reading:
    if not twin.mixes:
        return INAPPLICABLE
    other = private_copy(twin.block)
    x = twin.images()
    twin.set_alpha(0.3)
    wanted = twin.maps(x)[0]
    state = {k: v.clone() for k, v in twin.block.state_dict().items()}
    twin.block = other  # alpha'sı farklı bir kopya; saklanan durum ona yüklenir
    twin.set_alpha(0.9)
    twin.block.load_state_dict(state, strict=False)
    error = biggest(twin.maps(x)[0] - wanted)
    return Reading(error < EFFECT, {"yüklendikten sonra çıktı farkı": error}, "alpha-lost")


@probe("haritalar-uygulanır", CBAM_PROBES)
def maps_are_applied(twin: CbamTwin) -> Reading:
    x = twin.images()
    product = twin.product(x)
    _, ca, sa = twin.maps(x)
    # Çarpan, bir kanal maskesi ile bir uzamsal maskenin çarpımıdır: 2×2'lik her küçük determinant sıfır.
    rank = biggest(product * product[:, :1, :1] - product[:, :, :1] * product[:, :1])
    said = 0.0 if ca is None else biggest(product - ca * sa)
    evidence = {"toplam çarpanın ca·sa'dan farkı": said, "kanal ve yer ayrışmıyor": rank}
    size = max(1.0, biggest(product)) ** 2
    return Reading(rank < 1e-6 * size and said < 1e-6 * size, evidence)


def profiles(twin: CbamTwin, x: Tensor) -> tuple[Tensor, Tensor]:
    """(kanal profili (B, C), uzamsal profil (B, H·W)): her biri, ötekinin maskesinden bağımsız."""
    product = twin.product(x)
    by_place = (product / product[..., :1]).nanmedian(dim=1).values
    ca = twin.maps(x)[1]
    by_channel = (product / product[:, :1]).nanmedian(dim=2).values if ca is None else ca.flatten(1)
    if not (torch.isfinite(by_channel).all() and torch.isfinite(by_place).all()):
        raise NotMeasurable("Toplam çarpan bu tohumda sıfır; maskelerin profili okunamıyor.")
    return by_channel, by_place


@probe("sa-ca'yı-görür", CBAM_PROBES)
def spatial_sees_the_channel_output(twin: CbamTwin) -> Reading:
    x = twin.images()
    before, channels_before = twin.product(x), profiles(twin, x)
    state = twin.snapshot()
    twin.redraw_group("ca")
    effect = biggest(profiles(twin, x)[1] - channels_before[1])
    moved = biggest(twin.product(x) - before)
    twin.restore(state)
    if moved <= EFFECT:
        return Reading(None, note="Kanal dikkatinin ağırlıkları bu tohumda hiçbir şeyi değiştirmedi; sıra ölçülemez.")
    twin.redraw_group("sa")
    backwards = biggest(profiles(twin, x)[0] - channels_before[0])
    evidence = {"CA değişince uzamsal maskenin değişimi": effect, "SA değişince kanal maskesinin değişimi": backwards}
    mark = "sa-blind" if effect <= EFFECT and backwards <= EFFECT else None
    return Reading(effect > EFFECT, evidence, mark, weak=True)


@probe("genişletme-ulaşır", CBAM_PROBES)
def dilation_arrives(twin: CbamTwin) -> Reading:
    asked = getattr(twin.block, "sa_dilation", None)
    spatial = SpatialTwin(twin.block.sa, 0)
    if asked is None or not spatial.branches:
        return INAPPLICABLE
    kernel = claimed_kernels(spatial)[-1][0]
    if kernel == 1:
        return INAPPLICABLE
    found = (reaches(spatial)[-1] - 1) / (kernel - 1)
    evidence = {"istenen genişletme": float(asked), "ölçülen": found}
    return Reading(found == asked, evidence, "not-dilated" if found == 1 else None)


@probe("örnek-bağımsızlığı", CBAM_PROBES)
def samples_are_independent(twin: CbamTwin) -> Reading:
    x, others = twin.images(), twin.images()

    def look(batch: Tensor) -> Tensor:
        return twin.product(batch).flatten(1)

    found = leak_of(look, x, others)
    return Reading(found <= EFFECT, {"komşuların etkisi": found})


@probe("gradyan-ulaşır", CBAM_PROBES)
def gradients_arrive(twin: CbamTwin) -> Reading:
    reading = SHARED_PROBES["gradyan-ulaşır"](twin)
    if reading.holds is not False:
        return reading
    x = twin.images()
    out = twin.maps(x)[0]
    silent = {}
    for part in ("ca", "sa"):
        group = twin.group(part)
        grads = torch.autograd.grad(out.sum(), group, allow_unused=True, retain_graph=True) if out.requires_grad else [None]
        silent[part] = all(g is None for g in grads)
    return Reading(False, reading.evidence, "maps-detached" if all(silent.values()) else None, weak=reading.weak)


def mark_of_cbam_crash(twin: CbamTwin) -> str | None:
    """Kanal dikkati, toplama kipinde eksik değer mi döndürüyor?"""
    given: list[int] = []
    hook = twin.block.ca.register_forward_hook(
        lambda _m, _i, out: given.append(1 if isinstance(out, Tensor) else len(out))
    )
    try:
        twin.call(twin.images())
    except NotMeasurable:
        return "two-values" if given == [2] and getattr(twin.block.ca, "fusion", None) == "sum" else None
    finally:
        hook.remove()
    return None
