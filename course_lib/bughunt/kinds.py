"""Blok türleri: hangi blok hangi sözleşmeye, hangi ikizle ve hangi yoklamalarla tutulur."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from course_lib.bughunt.bug import CBAM, CHANNEL, SPATIAL
from course_lib.bughunt.contract import CBAM_CONTRACT, CHANNEL_CONTRACT, SPATIAL_CONTRACT
from course_lib.bughunt.probes import SHARED_PROBES
from course_lib.bughunt.probes_cbam import CBAM_PROBES
from course_lib.bughunt.probes_channel import CHANNEL_PROBES
from course_lib.bughunt.probes_spatial import SPATIAL_PROBES, claimed_kernels
from course_lib.bughunt.twin import HEIGHT, SAMPLES, NotMeasurable, Twin
from course_lib.bughunt.twin_cbam import CbamTwin
from course_lib.bughunt.twin_channel import ChannelTwin
from course_lib.bughunt.twin_spatial import SpatialTwin


@dataclass(frozen=True)
class Kind:
    """Bir blok türü.

    block: kurstaki sınıfın tam adı; outputs: forward'ın döndürdüklerinin adları; arguments: sınıfı kurarken
    verilen ilk argümanlar; class_settings: bir sınıfın ölçüldüğü kuruluşlar (iki kapı, iki füzyon, iki
    sıcaklık türü görülsün diye birkaç tane); mark_of_crash: çöken bloktan hatanın izini çıkaran ölçüm;
    parts: kendi sözleşmesi olan iç bloklar.
    """

    block: str
    twin: type[Twin]
    contract: Mapping[str, str]
    probes: Mapping[str, Callable]
    outputs: tuple[str, ...]
    arguments: tuple
    class_settings: tuple[dict, ...]
    mark_of_crash: Callable[[Twin], str | None] = lambda _twin: None
    parts: Mapping[str, Kind] = field(default_factory=dict)

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


class LastShape(TorchFunctionMode):
    """Hata gelmeden önceki son tensörün şekli."""

    shape: tuple[int, ...] = ()

    def __torch_function__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        if isinstance(out, Tensor):
            self.shape = tuple(out.shape)
        return out


def mark_of_spatial_crash(twin: SpatialTwin) -> str | None:
    """Dalların girdisine ve çıktısına, bir de çökmeden önceki son tensöre bakar."""
    shrunk: list[bool] = []
    hooks = [
        b.register_forward_hook(lambda _m, given, out: shrunk.append(given[0].shape[-2:] != out.shape[-2:]))
        for b in twin.branches
    ]
    side = max(d * (k - 1) for k, d in claimed_kernels(twin)) + HEIGHT  # dolgusu eksik dal da bir harita verebilsin
    last = LastShape()
    try:
        with last:
            twin.call(twin.normal((SAMPLES, twin.channels, side, side + 1)))
    except NotMeasurable:
        if any(shrunk):
            return "branch-shrinks"
        if len(last.shape) == 5 and last.shape[:2] == (SAMPLES, 4):
            return "five-dimensions"
    finally:
        for hook in hooks:
            hook.remove()
    return None


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
    parts={"ca": CHANNEL_KIND, "sa": SPATIAL_KIND},
)  # fmt: skip
KINDS = {kind.block: kind for kind in (CHANNEL_KIND, SPATIAL_KIND, CBAM_KIND)}


def kind_of_instance(block: nn.Module) -> Kind:
    """Bloğun türü, taşıdığı parçalardan; ötekilere benzemeyen kanal dikkati gibi ele alınır."""
    if all(isinstance(getattr(block, name, None), nn.Module) for name in CBAM_KIND.parts):
        return CBAM_KIND
    return SPATIAL_KIND if hasattr(block, "branches") and hasattr(block, "router") else CHANNEL_KIND


def kind_of_class(cls: type[nn.Module]) -> Kind:
    """Sınıfın türü, kurucusunun argümanlarından."""
    known, _ = parameters_of(cls)
    if any(name.startswith("sa_") for name in known):
        return CBAM_KIND
    return SPATIAL_KIND if "kernels" in known else CHANNEL_KIND
