"""Küçük ResNet'in sözleri: dikkat, planın dediği evrelerde mi? Kaynak: not 5 §12.4."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.diagnosis import probes
from course_lib.diagnosis.common import RUNS_WITHOUT_ERROR
from course_lib.diagnosis.kind import (
    INAPPLICABLE,
    REFERENCE_CHANNELS,
    Kind,
    Parts,
    Promise,
    Reading,
    Recognise,
    has_modules,
)
from course_lib.diagnosis.probes import EFFECT, biggest
from course_lib.diagnosis.published import NotComparable, with_forward
from course_lib.diagnosis.residual import ATTENTION_SLOTS, WholeTwin
from course_lib.diagnosis.twin import NotMeasurable
from course_lib.residual.resnet import SmallResNet


class NetworkTwin(WholeTwin):
    """SmallResNet gibi davranması beklenen ağın ikizi."""

    def __init__(self, block: Any, seed: int):
        if not isinstance(getattr(block, "in_channels", None), int):
            raise NotMeasurable(
                "Girdinin kanal sayısı anlaşılamadı. Çıkış yolu: self.in_channels = kanal sayısı."
            )
        self.channels = block.in_channels
        super().__init__(block, seed)

    def missing(self) -> list[str]:
        plan = getattr(self.block, "plan", None)
        return [] if isinstance(plan, (tuple, list)) else ["dikkatin planı (plan)"]


def residual_blocks(network: nn.Module) -> dict[str, nn.Module]:
    """Ad -> artık blok: ağın içinde F'si ve kısayolu olan her modül."""
    return {
        name: module
        for name, module in network.named_modules()
        if has_modules(module, "f", "shortcut")
    }


def attention_is_heard(block: nn.Module, x: Tensor) -> bool:
    """Bloğun dikkatleri birim eşlemeyle değiştirilince çıktısı değişiyor mu?"""
    kept = {name: getattr(block, name) for name in ATTENTION_SLOTS if has_modules(block, name)}
    with torch.no_grad():
        before = block(x)
        for name in kept:
            setattr(block, name, nn.Identity())
        after = block(x)
        for name, module in kept.items():
            setattr(block, name, module)
    return biggest(after - before) > EFFECT


def attention_is_where_planned(twin: NetworkTwin) -> Reading:
    plan = twin.block.plan
    stages = list(getattr(twin.block, "stages", []))
    if len(stages) != len(plan):
        raise NotMeasurable(f"Planda {len(plan)} evre var, ağda {len(stages)}.")
    wanted = {i for i, attention in enumerate(plan, 1) if attention}
    found = set()
    for i, stage in enumerate(stages, 1):
        for block in residual_blocks(stage).values():
            if attention_is_heard(block, twin.normal((2, block.ch, 6, 7))):
                found.add(i)
    said, seen = (", ".join(map(str, sorted(numbers))) or "yok" for numbers in (wanted, found))
    note = f"Planda dikkatli evreler: {said}; ölçülen: {seen}."
    return Reading(found == wanted, {}, "attention-everywhere" if found > wanted else None, note)


def classifier_sees_the_mean(twin: NetworkTwin) -> Reading:
    """Sınıflandırıcıya geleni, son parçanın verdiği haritanın ortalamasıyla karşılaştırır."""
    network = twin.block
    if not has_modules(network, "last", "head"):
        return INAPPLICABLE
    seen: dict[str, Tensor] = {}
    with ExitStack() as hooks:
        hooks.enter_context(
            network.last.register_forward_hook(lambda _m, _i, out: seen.update(map=out))
        )
        hooks.enter_context(
            network.head.register_forward_pre_hook(lambda _m, given: seen.update(vector=given[0]))
        )
        twin.look(twin.images())
    if len(seen) < 2 or seen["map"].dim() != 4:
        return INAPPLICABLE
    mean = seen["map"].mean((2, 3))
    if seen["vector"].numel() != mean.numel():
        return Reading(False, {}, note="Sınıflandırıcıya gelen, kanal başına bir sayı değil.")
    apart = biggest(seen["vector"].reshape(mean.shape) - mean) / biggest(mean)
    return Reading(apart < 1e-6, {"havuzun ortalamadan farkı": apart})


def blocks_of(network: nn.Module, recognise: Recognise) -> Parts:
    """Ağın artık blokları, ağ içindeki adlarıyla."""
    found = {name: (recognise(block), block) for name, block in residual_blocks(network).items()}
    return {name: (kind, block) for name, (kind, block) in found.items() if kind is not None}


def chained(network: Any, x: Tensor) -> Tensor:
    """Kök, evreler, son, ortalama, sınıflandırıcı: ağın kendi parçalarıyla."""
    return network.head(network.last(network.stages(network.stem(x))).mean((2, 3)))


def published(network: Any) -> tuple[nn.Module, ...]:
    if not has_modules(network, "stem", "stages", "last", "head"):
        raise NotComparable
    return (with_forward(network, chained),)


INPUT = {"in_channels": REFERENCE_CHANNELS}
KIND = Kind(
    block=SmallResNet,
    twin=NetworkTwin,
    promises=(
        RUNS_WITHOUT_ERROR,
        Promise(
            "dikkat-planı",
            "Dikkat, plandaki evrelerdedir; başka yerde değil.",
            attention_is_where_planned,
        ),
        Promise(
            "ortalama-havuz",
            "Sınıflandırıcı, son haritanın her kanalının uzamsal ortalamasını görür.",
            classifier_sees_the_mean,
        ),
        probes.INDEPENDENCE,
    ),
    outputs=("logits",),
    fits=lambda block: has_modules(block, "stages", "head"),
    fits_class=lambda _cls, known: "attention_stages" in known,
    arguments=(10,),
    settings=(
        {
            "widths": (8, 12, 16), "attention": "channel_fusion", "attention_stages": (2,),
            "pattern": "P4", "skip_alpha": 0.05,
        },
        {"widths": (8, 128), "block": "preact", "attention": "eca", "attention_stages": (2,)},
        {
            "widths": (8, 16), "block": "bottleneck", "attention": "coordinate", "pattern": "P2",
            "depth": 2,
        },
    ),
    reference=(
        {
            **INPUT, "widths": (8, 12, 16), "attention": "channel_fusion",
            "attention_stages": (2,), "pattern": "P4", "skip_alpha": 0.05,
        },
        {
            **INPUT, "widths": (8, 12), "block": "preact", "attention": "eca",
            "attention_stages": (1,), "depth": 2,
        },
        {
            **INPUT, "widths": (8, 16), "block": "bottleneck", "attention": "coordinate",
            "pattern": "P2",
        },
        {**INPUT, "widths": (8,), "block": "se", "pattern": "P3"},
    ),
    published=published,
    parts=blocks_of,
)  # fmt: skip
