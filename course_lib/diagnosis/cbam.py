"""CBAM'in sözleri: parçaların değil, birleşimin ölçümü. Kaynak: not 4."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from course_lib.attention.cbam import CBAMResidualDynamicSA
from course_lib.diagnosis import channel, probes, spatial
from course_lib.diagnosis.common import RUNS_WITHOUT_ERROR, gap
from course_lib.diagnosis.kind import INAPPLICABLE, Kind, Parts, Promise, Reading, has_modules
from course_lib.diagnosis.probes import EFFECT, biggest, leak_of
from course_lib.diagnosis.published import with_forward
from course_lib.diagnosis.spatial import (
    SpatialTwin,
    branch_weights,
    claimed_kernels,
    reaches,
    tied,
)
from course_lib.diagnosis.twin import (
    FORM_KEPT,
    HEIGHT,
    SAMPLES,
    WIDTH,
    NotMeasurable,
    PromiseBroken,
    Twin,
    channel_count,
    described,
    private_copy,
    ratio,
)

ALPHA = 0.6


class CbamTwin(Twin):
    """CBAMResidualDynamicSA gibi davranması beklenen bloğun ikizi: parçaların birleşimine bakar."""

    keeps_shape = True

    def __init__(self, block: Any, seed: int):
        self.channels = channel_count(block.ca)
        super().__init__(block, seed)
        if hasattr(self.block, "return_maps"):
            self.block.return_maps = True

    def redraw_again(self) -> None:
        super().redraw_again()
        with torch.no_grad():
            for branch in getattr(self.block.sa, "branches", []):
                branch_weights(branch)[1].mul_(0.3)
        self.set_alpha(ALPHA)

    @property
    def mixes(self) -> bool:
        """Girdiyle karışım var mı?"""
        return bool(getattr(self.block, "residual", True))

    def missing(self) -> list[str]:
        alone = self.mixes and not hasattr(self.block, "alpha")
        return ["alpha (girdiyle karışım yoksa residual = False)"] if alone else []

    def expected_to_speak(self) -> list[nn.Parameter]:
        silent: set[int] = set()
        if getattr(self.block.ca, "fusion", "softmax") == "sum":
            router = getattr(self.block.ca, "fusion_router", None)
            silent |= {id(p) for p in router.parameters()} if router is not None else set()
        if len(getattr(self.block.sa, "branches", [])) == 1:
            silent |= {id(p) for p in self.block.sa.router.parameters()}
        return [p for p in self.parameters().values() if id(p) not in silent]

    def groups(self) -> dict[str, list[nn.Parameter]]:
        found: dict[str, list[nn.Parameter]] = {"ca": [], "sa": [], "alpha": []}
        for key, p in self.parameters().items():
            found.setdefault(key.split(".")[0], []).append(p)
        return found

    def images(self, samples: int = SAMPLES) -> Tensor:
        grain = self.normal((samples, self.channels, HEIGHT, WIDTH))
        return 0.15 * (grain + 3 * self.normal((samples, self.channels, 1, 1)))

    def others(self, x: Tensor) -> Tensor:
        return self.images(len(x)) * (x.abs().max() / 2)

    def maps(self, x: Tensor) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """(out, ca (B, C, 1), sa (B, 1, H·W)); haritalar dönmüyorsa None."""
        parts = self.call(x)
        out = parts[0]
        if not isinstance(out, Tensor) or out.shape != x.shape:
            raise PromiseBroken(
                FORM_KEPT,
                "Blok girdiyle aynı şekilde bir çıktı vermeli: "
                f"beklenen {tuple(x.shape)}, gelen {described(out)}.",
            )
        if len(parts) == 1:
            return out, None, None
        if len(parts) != 5:
            raise PromiseBroken(
                FORM_KEPT,
                "return_maps açıkken beş değer beklenir: out, ca, sa, fusion_w, router_w; "
                f"gelen {len(parts)}.",
            )
        for name, given, size in zip(("ca", "sa"), parts[1:3], self.map_sizes(x), strict=True):
            if not isinstance(given, Tensor) or given.numel() != len(x) * size:
                raise PromiseBroken(
                    FORM_KEPT,
                    f"{name} örnek başına {size} sayı taşımalı; gelen {described(given)}.",
                )
        for name, given in zip(("fusion_w", "router_w"), parts[3:], strict=True):
            told = isinstance(given, Tensor) and given.dim() == 2 and len(given) == len(x)
            if given is not None and not told:
                raise PromiseBroken(
                    FORM_KEPT, f"{name} ({len(x)}, K) olmalı; gelen {described(given)}."
                )
        ca, sa = (t.detach() for t in parts[1:3])
        return out, ca.reshape(len(x), -1, 1), sa.reshape(len(x), 1, -1)

    def form_problem(self) -> str:
        if not hasattr(self.block, "return_maps"):
            return ""
        x = self.images()
        want = self.output(x)
        self.block.return_maps = False
        alone = self.call(x)
        if len(alone) != 1 or not isinstance(alone[0], Tensor) or gap(want, alone[0]) > EFFECT:
            given = ", ".join(map(described, alone))
            return f"return_maps kapalıyken yalnız out beklenir; gelen {given}."
        if alone[0].requires_grad != want.requires_grad:
            return "return_maps çıktıyı değiştirmemeli; iki durumdan birinde gradyan kopuk."
        return ""

    def map_sizes(self, x: Tensor) -> tuple[int, int]:
        """Kanal maskesinin ve uzamsal maskenin örnek başına sayısı."""
        return x.shape[1], x.shape[2] * x.shape[3]

    def output(self, x: Tensor) -> Tensor:
        return self.maps(x)[0]

    def look(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return (self.output(x) / x).flatten(1)

    def product(self, x: Tensor) -> Tensor:
        """Girdiye uygulanan toplam çarpan, (B, C, H·W): karışım tam dikkatteyken y / x."""
        with torch.no_grad():
            self.set_alpha(1.0)
            full = self.output(x)
            self.set_alpha(0.0)
            none = self.output(x)
            self.set_alpha(ALPHA)
            gain = ratio(full, x).flatten(2)
            added = self.mixes and bool((gain.nan_to_num(1.0) > 1 - 1e-9).all())
            return ratio(full - none, x).flatten(2) if added else gain


def alpha_mixes(twin: CbamTwin) -> Reading:
    if not twin.mixes:
        return INAPPLICABLE
    x = twin.images()
    out = {}
    ca = sa = None
    for alpha in (0.0, 0.5, 1.0):
        twin.set_alpha(alpha)
        out[alpha], ca, sa = twin.maps(x)
    size = biggest(x)
    at_zero = biggest(out[0.0] - x) / size
    halfway = biggest(out[0.5] - (out[0.0] + out[1.0]) / 2) / size
    gain = (out[1.0] / x).detach().flatten(2)
    if ca is None or sa is None:
        at_one = max(float(gain.max()) - 1, -float(gain.min()), 0.0)
        above_one = float(gain.min()) >= 1
    else:
        at_one = biggest(gain - ca * sa)
        above_one = biggest(gain - 1 - ca * sa) < 1e-6
    evidence = {
        "alpha = 0: out ile x farkı": at_zero,
        "alpha = 0,5: ortadan sapma": halfway,
        "alpha = 1: çarpanın maskeden sapması": at_one,
    }
    mark = "alpha-adds" if at_zero < 1e-9 and above_one else None
    return Reading(max(at_zero, halfway, at_one) < 1e-6, evidence, mark)


def alpha_is_saved(twin: CbamTwin) -> Reading:
    if not twin.mixes:
        return INAPPLICABLE
    other = private_copy(twin.block)
    x = twin.images()
    twin.set_alpha(0.3)
    wanted = twin.output(x)
    state = {k: v.clone() for k, v in twin.block.state_dict().items()}
    twin.block = other  # alpha'sı farklı bir kopya; saklanan durum ona yüklenir
    twin.set_alpha(0.9)
    twin.block.load_state_dict(state, strict=False)
    error = biggest(twin.output(x) - wanted)
    return Reading(error < EFFECT, {"yüklendikten sonra çıktı farkı": error}, "alpha-lost")


def maps_are_applied(twin: CbamTwin) -> Reading:
    x = twin.images()
    product = twin.product(x)
    _, ca, sa = twin.maps(x)
    # Çarpan bir kanal maskesiyle bir uzamsal maskenin çarpımıdır: 2×2'lik her determinant sıfır.
    rank = biggest(product * product[:, :1, :1] - product[:, :, :1] * product[:, :1])
    said = 0.0 if ca is None or sa is None else biggest(product - ca * sa)
    evidence = {"toplam çarpanın ca·sa'dan farkı": said, "kanal ve yer ayrışmıyor": rank}
    size = max(1.0, biggest(product)) ** 2
    twice = ca is not None and sa is not None and biggest(product - ca * sa * sa) < 1e-6 * size
    mark = "spatial-twice" if twice else None
    return Reading(rank < 1e-6 * size and said < 1e-6 * size, evidence, mark)


def profiles(twin: CbamTwin, x: Tensor) -> tuple[Tensor, Tensor]:
    """(kanal profili (B, C), uzamsal profil (B, H·W)): her biri ötekinin maskesinden bağımsız."""
    product = twin.product(x)
    by_place = (product / product[..., :1]).nanmedian(dim=1).values
    ca = twin.maps(x)[1]
    read = (product / product[:, :1]).nanmedian(dim=2).values
    by_channel = read if ca is None else ca.flatten(1)
    if not (torch.isfinite(by_channel).all() and torch.isfinite(by_place).all()):
        raise NotMeasurable("Toplam çarpan bu tohumda sıfır; maskelerin profili okunamıyor.")
    return by_channel, by_place


def spatial_sees_the_channel_output(twin: CbamTwin) -> Reading:
    x = twin.images()
    before, (channels_before, places_before) = twin.product(x), profiles(twin, x)
    state = twin.snapshot()
    twin.redraw_group("ca")
    effect = biggest(profiles(twin, x)[1] - places_before)
    moved = biggest(twin.product(x) - before)
    twin.restore(state)
    if moved <= EFFECT:
        return Reading(
            None,
            note="Kanal dikkatinin ağırlıkları bu tohumda hiçbir şeyi değiştirmedi; "
            "sıra ölçülemez.",
        )
    twin.redraw_group("sa")
    backwards = biggest(profiles(twin, x)[0] - channels_before)
    evidence = {
        "CA değişince uzamsal maskenin değişimi": effect,
        "SA değişince kanal maskesinin değişimi": backwards,
    }
    mark = "sa-blind" if effect <= EFFECT and backwards <= EFFECT else None
    return Reading(effect > EFFECT, evidence, mark, weak=True)


def dilation_arrives(twin: CbamTwin) -> Reading:
    asked = getattr(twin.block, "sa_dilation", None)
    part = SpatialTwin(twin.block.sa, 0)
    if asked is None or not part.branches:
        return INAPPLICABLE
    kernel = claimed_kernels(part)[-1][0]
    if kernel == 1:
        return INAPPLICABLE
    reach = reaches(part)[-1]
    if reach == 0:
        return Reading(None, note="Son dal maskede hiç duyulmuyor; genişletmesi ölçülemez.")
    found = (reach - 1) / (kernel - 1)
    evidence = {"istenen genişletme": float(asked), "ölçülen": found}
    # Dallar tek bir evrişimse son dalın erişimi kendisinin değildir: hatayı uzamsal dikkat söyler.
    mark = "not-dilated" if found == 1 and not tied(part) else None
    return Reading(found == asked, evidence, mark)


def samples_are_independent(twin: CbamTwin) -> Reading:
    x, others = twin.images(), twin.images()
    found = leak_of(lambda batch: twin.product(batch).flatten(1), x, others)
    return Reading(found <= EFFECT, {"komşuların etkisi": found})


def gradients_arrive(twin: CbamTwin) -> Reading:
    reading = probes.gradients_arrive(twin)
    if reading.holds is not False:
        return reading
    out = twin.output(twin.images())
    silent = []
    for part in ("ca", "sa"):
        grads: tuple[Tensor | None, ...] = (None,)
        if out.requires_grad:
            grads = torch.autograd.grad(
                out.sum(), twin.group(part), allow_unused=True, retain_graph=True
            )
        silent.append(all(g is None for g in grads))
    mark = "maps-detached" if all(silent) else None
    return Reading(False, reading.evidence, mark, weak=reading.weak)


def mark_of_crash(twin: CbamTwin) -> str | None:
    """Kanal dikkati, toplama kipinde eksik değer mi döndürüyor?"""
    given: list[int] = []

    def count(_module, _given, out) -> None:
        given.append(1 if isinstance(out, Tensor) else len(out))

    with twin.block.ca.register_forward_hook(count):
        try:
            twin.call(twin.images())
        except NotMeasurable:
            summed = getattr(twin.block.ca, "fusion", None) == "sum"
            return "two-values" if given == [2] and summed else None
    return None


def parts_of(block: Any) -> Parts:
    """İki dikkat, kendi sözleriyle."""
    return {"ca": (channel.KIND, block.ca), "sa": (spatial.KIND, block.sa)}


PROMISES = (
    RUNS_WITHOUT_ERROR,
    Promise(
        "alpha-karıştırır",
        "alpha = 0 iken out = x, alpha = 1 iken out = SA(CA(x)); arası doğrusaldır.",
        alpha_mixes,
    ),
    Promise("alpha-saklanır", "alpha modülle saklanır ve geri yüklenir.", alpha_is_saved),
    Promise(
        "haritalar-uygulanır",
        "SA(CA(x)), girdinin iki maskeyle çarpımıdır: x · ca · sa.",
        maps_are_applied,
    ),
    Promise(
        "sa-ca'yı-görür",
        "Uzamsal maske, kanal dikkatinin çıktısından çıkar.",
        spatial_sees_the_channel_output,
    ),
    Promise("genişletme-ulaşır", "İstenen genişletme uzamsal dikkate ulaşır.", dilation_arrives),
    Promise("örnek-bağımsızlığı", probes.INDEPENDENCE_SENTENCE, samples_are_independent),
    Promise(
        "gradyan-ulaşır",
        "Gradyan iki dikkat bloğuna ve öğrenilen alpha'ya ulaşır.",
        gradients_arrive,
    ),
)
UNKNOWN = ...  # parçanın vermediği, öyleyse karşılaştırılmayan değer


def composed(block: Any, x: Tensor) -> tuple:
    """(out, ca, sa, fusion_w, router_w): bloğun kendi parçalarıyla, notlardaki birleşim."""
    y, *channel = returned(block.ca, x)
    z, *place = returned(block.sa, y)
    ca, fusion_w = (*channel, UNKNOWN, UNKNOWN)[:2]
    sa, router_w = (*place, UNKNOWN, UNKNOWN)[:2]
    mixes = bool(getattr(block, "residual", True))
    out = (1 - block.alpha) * x + block.alpha * z if mixes else z
    return out, ca, sa, fusion_w, router_w


def returned(attention: nn.Module, x: Tensor) -> tuple:
    """Dikkatin döndürdükleri, ağırlıkları da istenerek."""
    for name in ("return_fusion_weights", "return_router_weights"):
        if hasattr(attention, name):
            setattr(attention, name, True)
    out = attention(x)
    return tuple(out) if isinstance(out, (tuple, list)) else (out,)


KIND = Kind(
    block=CBAMResidualDynamicSA,
    twin=CbamTwin,
    promises=PROMISES,
    outputs=("out", "ca", "sa", "fusion_w", "router_w"),
    fits=lambda block: has_modules(block, "ca", "sa"),
    fits_class=lambda _cls, known: any(name.startswith("sa_") for name in known),
    arguments=(16,),
    settings=(
        {
            "learnable_temperature": True, "alpha_init": 0.6, "learnable_alpha": True,
            "sa_dilated_d": 3,
        },
        {
            "learnable_temperature": False, "ca_fusion": "sum", "ca_gate": "hardsigmoid",
            "ca_act": "silu", "sa_gate": "hardsigmoid", "sa_router_pool": "moments",
            "sa_kernels": (5, 3), "sa_dilated_kernel": 3,
        },
        {"residual": False, "sa_kernels": (3,)},
    ),
    reference=(
        {
            "learnable_temperature": True, "alpha_init": 0.7, "learnable_alpha": True,
            "sa_dilated_d": 3, "return_maps": True,
        },
        {
            "ca_fusion": "sum", "ca_gate": "hardsigmoid", "sa_gate": "hardsigmoid",
            "alpha_init": 0.4, "sa_dilated_kernel": 3, "return_maps": True,
        },
        {
            "residual": False, "sa_router_pool": "moments", "sa_kernels": (3,), "ca_act": "silu",
            "return_maps": True,
        },
    ),
    loud=False,
    published=lambda block: (with_forward(block, composed),),
    mark_of_crash=mark_of_crash,
    parts=lambda block, _recognise: parts_of(block),
)  # fmt: skip
