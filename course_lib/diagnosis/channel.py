"""Kanal dikkatinin sözleri: ikizi, yoklamaları, türü. Kaynak: not 1 ve not 2, §21-22."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from torch import Tensor, nn

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.gates import ACTS, GATES
from course_lib.diagnosis import probes, summaries
from course_lib.diagnosis.kind import Kind, Promise, Reading, has_modules
from course_lib.diagnosis.probes import EFFECT, LINEAR, biggest, curvature, influence, logits
from course_lib.diagnosis.published import same_function, swapped, with_weights_of
from course_lib.diagnosis.start import START
from course_lib.diagnosis.summaries import GateView
from course_lib.diagnosis.twin import (
    HEIGHT,
    SAMPLES,
    T_NAMES,
    WIDTH,
    RoutedTwin,
    channel_count,
    lowered,
    raised,
)


class ChannelTwin(RoutedTwin):
    """ChannelAttentionFusionT gibi davranması beklenen bloğun ikizi."""

    own, own_words, router = "mlp", "MLP (fc1, fc2)", "fusion_router"
    returns = "return_fusion_weights"

    def __init__(self, block: nn.Module, seed: int):
        self.channels = channel_count(block)
        self.arguments = (self.channels,)
        super().__init__(block, seed)

    @property
    def has_router(self) -> bool:
        return getattr(self.block, "fusion", "softmax") != "sum"

    def images(self, samples: int = SAMPLES) -> Tensor:
        grain = self.normal((samples, self.channels, HEIGHT, WIDTH))
        return grain + 3 * self.normal((samples, self.channels, 1, 1))

    def planes(self, samples: int = SAMPLES) -> Tensor:
        """Düz girdi: her kanal tek bir sayı, öyleyse ortalama = tepe. Şekil (B, C, 1, 1)."""
        return self.normal((samples, self.channels, 1, 1))

    def flat(self, v: Tensor) -> Tensor:
        return v.expand(-1, -1, HEIGHT, WIDTH).contiguous()

    def neutral(self, x: Tensor) -> tuple[Tensor, Tensor]:
        scale = x.abs().max() / 2
        return self.unsaturated(self.flat(self.planes() * scale)), self.flat(self.planes() * scale)

    def views(self) -> tuple[GateView, ...]:
        return (GateView(self.mask, "pikseller"),)

    def mask_size(self, x: Tensor) -> int:
        return x.shape[1]

    def read_mask(self, gain: Tensor) -> Tensor:
        return gain.flatten(2).nanmedian(dim=2).values

    def spread(self, mask: Tensor, x: Tensor) -> Tensor:
        return mask[:, :, None, None]

    def quieten(self, x: Tensor) -> Tensor:
        return x / 2

    def lower_the_lowest(self, x: Tensor) -> Tensor:
        return lowered(x.flatten(2), 2).view_as(x)

    def raise_the_peak(self, x: Tensor) -> Tensor:
        return raised(x.flatten(2), 2).view_as(x)


def mlp_is_heard(twin: ChannelTwin) -> Reading:
    effect = influence(twin, twin.clear_images(), "mlp")
    evidence = {"maskenin değişimi": effect}
    if effect > EFFECT:
        return Reading(True, evidence)
    v = twin.planes()
    mask = twin.mask(twin.unsaturated(twin.flat(v)))
    raw = False
    for logit in logits(mask):
        gain = logit / v.flatten(1)
        raw = raw or biggest(gain - gain.mean(1, keepdim=True)) < LINEAR * biggest(gain)
    return Reading(False, evidence, "raw-statistics" if raw else None, weak=True)


def mlp_is_not_linear(twin: ChannelTwin) -> Reading:
    v = twin.unsaturated(twin.flat(twin.planes()))
    if influence(twin, v, "mlp") <= EFFECT:
        return Reading(None, note="MLP maskeyi değiştirmiyor; doğrusallığı ölçülemez.")
    v = v / 2  # 2v de doymasın
    bent = curvature({k: twin.mask(v * (k or 1e-9)) for k in (-1, 0, 1, 2)})  # 0/0 olmasın
    mark = "linear" if bent <= LINEAR else None
    return Reading(bent > LINEAR, {"eğrilik / eğim": bent}, mark, weak=True)


PROMISES = (
    probes.MASK_RANGE,
    Promise(
        "maske-uygulanır",
        "Çıktı, girdinin maskeyle çarpımıdır: y = x · ca.",
        probes.mask_is_applied,
    ),
    probes.ROUTED_INDEPENDENCE,
    Promise(
        "ağırlık-toplamı",
        "Bir örneğin iki ağırlığının toplamı 1'dir: iki görüş aynıysa karışım da odur.",
        probes.weights_sum_to_one,
    ),
    Promise("ortalama-duyulur", "Ortalama maskeyi değiştirir.", probes.average_is_heard),
    Promise("tepe-duyulur", "Tepe (max) maskeyi değiştirir.", probes.peak_is_heard),
    Promise("mlp-duyulur", "MLP maskeyi değiştirir.", mlp_is_heard),
    probes.ROUTER_HEARD,
    probes.ROUTER_CHOOSES,
    *probes.TEMPERATURE,
    Promise("mlp-doğrusal-değil", "MLP doğrusal değildir.", mlp_is_not_linear),
    probes.GRADIENTS,
)


def published(block: Any) -> Iterator[nn.Module]:
    """Aynı parametrelerle kurstaki blok; hangi kapı ve etkinleştirme olduğu denenerek bulunur."""
    summed = getattr(block, "fusion_router", None) is None
    hidden, channels = block.fc1.weight.shape[:2]
    options = {
        "reduction": channels,
        "min_hidden": hidden,
        "bias": getattr(block.fc1, "bias", None) is not None,
        "fusion": "sum" if summed else "softmax",
        "learnable_temperature": hasattr(block, "t_raw"),
        "eps": getattr(block, "eps", 1e-6),
        "return_fusion_weights": True,
    }
    if not summed:
        router = [p for p in block.fusion_router.parameters() if p.dim() >= 2]
        options["fusion_router_hidden"] = len(router[0])
    gates = same_function(getattr(block, "gate_fn", None), GATES)
    acts = same_function(getattr(block, "act", None), {k: v() for k, v in ACTS.items()})
    for gate in gates:
        for act in acts:
            made = ChannelAttentionFusionT(channels, gate=gate, act=act, **options)
            yield with_weights_of(block, made)


RELABELLINGS = {
    "yönlendiricinin iki çıkışı": swapped("fusion_router.2", 0),
    "yönlendiricinin iki özeti": swapped("fusion_router.0", 1),
}
KIND = Kind(
    block=ChannelAttentionFusionT,
    twin=ChannelTwin,
    promises=PROMISES,
    further=(*summaries.SUMMARIES, summaries.ONE_MLP, probes.ROUTER_SOFT, START),
    outputs=("y", "ca", "fusion_w"),
    fits=lambda block: has_modules(block, "fc1", "fc2")
    and any(hasattr(block, name) for name in ("fusion_router", *T_NAMES)),
    fits_class=lambda _cls, known: "fusion_router_hidden" in known,
    arguments=(16,),
    settings=(
        {
            "learnable_temperature": True, "fusion": "softmax", "gate": "sigmoid", "act": "relu",
            "return_fusion_weights": True,
        },
        {
            "learnable_temperature": False, "fusion": "sum", "gate": "hardsigmoid", "act": "silu",
            "bias": False, "return_fusion_weights": True,
        },
    ),
    reference=(
        {"learnable_temperature": True, "temperature": 1.7, "return_fusion_weights": True},
        {"act": "silu", "bias": False, "temperature": 2.5, "return_fusion_weights": True},
        {
            "fusion": "sum", "gate": "hardsigmoid", "act": "silu", "learnable_temperature": True,
            "temperature": 0.6, "return_fusion_weights": True,
        },
    ),
    loud=False,
    published=published,
    relabellings=RELABELLINGS,
)  # fmt: skip
