"""Blok türleri: hangi blok hangi sözleşmeye, hangi ikizle ve hangi yoklamalarla tutulur."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import nn

from course_lib.attention.classic import CoordinateAttention, ECABlock, SEBlock
from course_lib.bughunt.bug import CBAM, CHANNEL, COORDINATE, ECA, PAPER_CBAM, PATTERNS, RESNET, SE, SPATIAL
from course_lib.bughunt.contract import (
    CBAM_CONTRACT,
    CHANNEL_CONTRACT,
    COORDINATE_CONTRACT,
    ECA_CONTRACT,
    GATE,
    RESIDUAL_CONTRACT,
    RESNET_CONTRACT,
    SPATIAL_CONTRACT,
)
from course_lib.bughunt.probes import SHARED_PROBES
from course_lib.bughunt.probes_cbam import CBAM_PROBES, mark_of_cbam_crash
from course_lib.bughunt.probes_channel import CHANNEL_PROBES
from course_lib.bughunt.probes_classic import GATE_PROBES
from course_lib.bughunt.probes_residual import NETWORK_PROBES, RESIDUAL_PROBES, mark_of_residual_crash
from course_lib.bughunt.probes_spatial import SPATIAL_PROBES, mark_of_spatial_crash
from course_lib.bughunt.twin import T_NAMES, NotMeasurable, Twin
from course_lib.bughunt.twin_cbam import CbamTwin
from course_lib.bughunt.twin_channel import ChannelTwin
from course_lib.bughunt.twin_classic import ClassicTwin
from course_lib.bughunt.twin_residual import ATTENTION_SLOTS, NetworkTwin, ResidualTwin, inner_attention, residual_blocks
from course_lib.bughunt.twin_spatial import SpatialTwin
from course_lib.residual.branches import BottleneckBranch, PreActBranch

Parts = dict[str, tuple["Kind", nn.Module]]


@dataclass(frozen=True)
class Kind:
    """Bir blok türü.

    block: kurstaki sınıfın tam adı; outputs: forward'ın döndürdüklerinin adları; arguments: sınıfı kurarken
    verilen ilk argümanlar; class_settings: bir sınıfın ölçüldüğü kuruluşlar (iki kapı, iki füzyon, iki
    sıcaklık türü görülsün diye birkaç tane); mark_of_crash: çöken bloktan hatanın izini çıkaran ölçüm;
    parts: bloğun kendi sözleşmesi olan iç blokları, adlarıyla; symptoms: durum belirtilerine bakılsın mı;
    methods: forward dışında, sonucu kurstaki bloğunkiyle aynı olması gereken yöntemler.
    """

    block: str
    twin: type[Twin]
    contract: Mapping[str, str]
    probes: Mapping[str, Callable]
    outputs: tuple[str, ...]
    arguments: tuple
    class_settings: tuple[dict, ...]
    mark_of_crash: Callable[[Twin], str | None] = lambda _twin: None
    parts: Callable[[nn.Module], Parts] = lambda _block: {}
    symptoms: bool = True
    methods: tuple[str, ...] = ()

    def explain_crash(self, block: nn.Module, seed: int) -> str | None:
        """Çöken bloğun bıraktığı iz; tanınmıyorsa None."""
        try:
            return self.mark_of_crash(self.twin(block, seed))
        except (NotMeasurable, RuntimeError, TypeError):
            return None

    def accepted(self, cls: type[nn.Module], settings: Mapping[str, object]) -> dict[str, object]:
        """Ayarlardan, sınıfın tanıdıkları: notlardaki bir sınıf sonradan eklediklerimizi bilmeyebilir."""
        known, open_ended = parameters_of(cls)
        return {k: v for k, v in settings.items() if open_ended or k in known}


def parameters_of(cls: type[nn.Module]) -> tuple[set[str], bool]:
    """Kurucunun argüman adları; **ayar alıyorsa üst sınıfınkiler de. İkincisi: sonu açık mı?"""
    known: set[str] = set()
    for base in cls.__mro__:
        if "__init__" not in vars(base) or base in (nn.Module, object):
            continue
        given = inspect.signature(base.__init__).parameters.values()
        known |= {p.name for p in given}
        if not any(p.kind is p.VAR_KEYWORD for p in given):
            return known, False
    return known, True


def probes_of(contract: Mapping[str, str], probes: Mapping[str, Callable]) -> dict[str, Callable]:
    return {name: probes[name] for name in contract if name in probes}


CHANNEL_KIND = Kind(
    block=CHANNEL,
    twin=ChannelTwin,
    contract=CHANNEL_CONTRACT,
    probes=probes_of(CHANNEL_CONTRACT, SHARED_PROBES | CHANNEL_PROBES),
    outputs=("y", "ca", "fusion_w"),
    arguments=(16,),
    class_settings=(
        {"learnable_temperature": True, "fusion": "softmax", "gate": "sigmoid", "act": "relu", "return_fusion_weights": True},
        {"learnable_temperature": False, "fusion": "sum", "gate": "hardsigmoid", "act": "silu", "return_fusion_weights": True},
    ),
)
SPATIAL_KIND = Kind(
    block=SPATIAL,
    twin=SpatialTwin,
    contract=SPATIAL_CONTRACT,
    probes=probes_of(SPATIAL_CONTRACT, SHARED_PROBES | SPATIAL_PROBES),
    outputs=("y", "sa", "router_w"),
    arguments=(),
    class_settings=(
        {"learnable_temperature": True, "gate": "sigmoid", "return_router_weights": True},
        {
            "learnable_temperature": False, "gate": "hardsigmoid", "kernels": (5, 3), "dilated_kernel": 3, "dilated_d": 3,
            "router_pool": "moments", "coord_norm": "0to1", "bias": False, "return_router_weights": True,
        },
    ),
    mark_of_crash=mark_of_spatial_crash,
)  # fmt: skip
CBAM_KIND = Kind(
    block=CBAM,
    twin=CbamTwin,
    contract=CBAM_CONTRACT,
    probes=probes_of(CBAM_CONTRACT, CBAM_PROBES),
    outputs=("out", "ca", "sa", "fusion_w", "router_w"),
    arguments=(16,),
    class_settings=(
        {"learnable_temperature": True, "alpha_init": 0.6, "learnable_alpha": True, "sa_dilated_d": 3},
        {
            "learnable_temperature": False, "ca_fusion": "sum", "ca_gate": "hardsigmoid", "ca_act": "silu",
            "sa_gate": "hardsigmoid", "sa_router_pool": "moments", "sa_kernels": (5, 3), "sa_dilated_kernel": 3,
        },
        {"residual": False, "sa_kernels": (3,)},
    ),
    mark_of_crash=mark_of_cbam_crash,
    parts=lambda block: {"ca": (CHANNEL_KIND, block.ca), "sa": (SPATIAL_KIND, block.sa)},
    symptoms=False,
)  # fmt: skip


def classic_kind(block: str, contract: Mapping[str, str], channels: int, *settings: dict, methods: tuple = ()) -> Kind:
    return Kind(
        block=block,
        twin=ClassicTwin,
        contract=contract,
        probes=probes_of(contract, SHARED_PROBES | GATE_PROBES),
        outputs=("y",),
        arguments=(channels,),
        class_settings=settings,
        methods=("attention_map", *methods),
    )


SE_KIND = classic_kind(SE, GATE, 16, {}, {"hidden": 4})
ECA_KIND = classic_kind(ECA, ECA_CONTRACT, 128, {}, {"kernel": 3})
PAPER_CBAM_KIND = classic_kind(PAPER_CBAM, GATE, 16, {}, {"hidden": 4}, methods=("channel_map", "spatial_map"))
COORDINATE_KIND = classic_kind(COORDINATE, COORDINATE_CONTRACT, 16, {}, {"hidden": 3}, methods=("gates",))


def attentions_of(block: nn.Module) -> Parts:
    """Artık bloğun dikkat yuvalarındaki, sözleşmesi bilinen modüller."""
    found = {}
    for name in ATTENTION_SLOTS:
        suffix, module = inner_attention(getattr(block, name, None))
        kind = recognised(module)
        if kind is not None:
            found[name + suffix] = (kind, module)
    return found


def blocks_of(network: nn.Module) -> Parts:
    """Ağın artık blokları, ağ içindeki adlarıyla."""
    return {name: (kind_of_instance(block), block) for name, block in residual_blocks(network).items()}


def residual_kind(block: str, *settings: dict) -> Kind:
    return Kind(
        block=block,
        twin=ResidualTwin,
        contract=RESIDUAL_CONTRACT,
        probes=probes_of(RESIDUAL_CONTRACT, RESIDUAL_PROBES),
        outputs=("y",),
        arguments=(8,),
        class_settings=settings,
        mark_of_crash=mark_of_residual_crash,
        parts=attentions_of,
        symptoms=False,
    )


def one_slot(pattern: str) -> Kind:
    """Tek dikkat yuvalı kalıp: genişleyip küçülen, ön-etkinleştirmeli ve boyu değişmeyen üç kuruluş."""
    return residual_kind(
        pattern,
        {"attn": SEBlock, "out": 12, "stride": 2},
        {"attn": CoordinateAttention, "f": PreActBranch, "out": 12},
        {"attn": ECABlock, "f": BottleneckBranch},
    )


RESIDUAL_KINDS = (
    *map(one_slot, PATTERNS[:3]),
    residual_kind(
        PATTERNS[3],
        {"attn_skip": SEBlock, "attn_res": ECABlock, "out": 12, "stride": 2, "skip_alpha": 0.3},
        {"attn_res": CoordinateAttention, "f": PreActBranch, "out": 12},
        {"attn_skip": SEBlock, "f": BottleneckBranch},
    ),
)
PATTERN_KINDS = {kind.block[-2:]: kind for kind in RESIDUAL_KINDS}
RESNET_KIND = Kind(
    block=RESNET,
    twin=NetworkTwin,
    contract=RESNET_CONTRACT,
    probes=probes_of(RESNET_CONTRACT, NETWORK_PROBES),
    outputs=("logits",),
    arguments=(10,),
    class_settings=(
        {"widths": (8, 12, 16), "attention": "channel_fusion", "attention_stages": (2,), "pattern": "P4", "skip_alpha": 0.05},
        {"widths": (8, 128), "block": "preact", "attention": "eca", "attention_stages": (2,)},
        {"widths": (8, 16), "block": "bottleneck", "attention": "coordinate", "pattern": "P2"},
    ),
    parts=blocks_of,
    symptoms=False,
)
KINDS = {
    kind.block: kind
    for kind in (
        CHANNEL_KIND, SPATIAL_KIND, CBAM_KIND, SE_KIND, ECA_KIND, PAPER_CBAM_KIND, COORDINATE_KIND,
        *RESIDUAL_KINDS, RESNET_KIND,
    )
}  # fmt: skip


def has_modules(block: object, *names: str) -> bool:
    return all(isinstance(getattr(block, name, None), nn.Module) for name in names)


def recognised(block: object) -> Kind | None:
    """Bloğun türü, taşıdığı parçalardan; tanınmıyorsa None."""
    if has_modules(block, "ca", "sa"):
        return CBAM_KIND
    if has_modules(block, "stages", "head"):
        return RESNET_KIND
    if has_modules(block, "f", "shortcut"):
        return PATTERN_KINDS.get(getattr(getattr(block, "design", None), "pattern", None), PATTERN_KINDS["P1"])
    if hasattr(block, "branches") and hasattr(block, "router"):
        return SPATIAL_KIND
    if has_modules(block, "fc1", "fc2") and any(hasattr(block, name) for name in ("fusion_router", *T_NAMES)):
        return CHANNEL_KIND
    # fc1, act, fc2 bir MLP'de, conv_h ile conv_w bir evrişim çiftinde de olur: klasik dikkat, haritasını verebilendir.
    return recognised_classic(block) if callable(getattr(block, "attention_map", None)) else None


def recognised_classic(block: object) -> Kind | None:
    """Haritasını verebilen bloğun klasik türü; tanınmıyorsa None."""
    if has_modules(block, "conv_h", "conv_w"):
        return COORDINATE_KIND
    if isinstance(getattr(block, "conv", None), nn.Conv1d):
        return ECA_KIND
    if has_modules(block, "fc1", "fc2", "conv", "bn"):
        return PAPER_CBAM_KIND
    return SE_KIND if has_modules(block, "fc1", "fc2", "act") else None


def kind_of_instance(block: nn.Module) -> Kind:
    """Bloğun türü; tanınmayan, kanal dikkati gibi ele alınır ve eksik parçaları söylenir."""
    return recognised(block) or CHANNEL_KIND


def kind_of_class(cls: type[nn.Module]) -> Kind:
    """Sınıfın türü: kurstakinin ya da bir alt sınıfının adıyla; adı değişmişse argümanlarından ve yöntemlerinden."""
    names = [base.__name__ for base in cls.__mro__]
    for block, kind in KINDS.items():
        if block.split(":")[1] in names:
            return kind
    known, _ = parameters_of(cls)
    if any(name.startswith("sa_") for name in known):
        return CBAM_KIND
    if "kernels" in known:
        return SPATIAL_KIND
    if "attention_stages" in known:
        return RESNET_KIND
    if getattr(cls, "pattern", "") in PATTERN_KINDS:
        return PATTERN_KINDS[cls.pattern]
    if "kernel" in known:
        return ECA_KIND
    if callable(getattr(cls, "gates", None)):
        return COORDINATE_KIND
    if callable(getattr(cls, "spatial_map", None)):
        return PAPER_CBAM_KIND
    return SE_KIND if "hidden" in known else CHANNEL_KIND
