"""Bilinen türler ve tanıma: yeni bir tür kendi dosyasında kurulur, buraya bir satırla girer."""

from __future__ import annotations

from types import MappingProxyType

from torch import nn

from course_lib.diagnosis import cbam, channel, classic, network, residual, spatial
from course_lib.diagnosis.kind import Kind, parameters_of
from course_lib.errors import BadInput

# Tanıma sırasıyla: başka bir türün parçalarını da taşıyan tür, ondan önce.
KINDS = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            cbam.KIND, network.KIND, *residual.KINDS, spatial.KIND, channel.KIND, *classic.KINDS,
        )
    }
)  # fmt: skip


def recognised(block: object) -> Kind | None:
    """Bloğun türü, taşıdığı parçalardan; tanınmıyorsa None."""
    return next((kind for kind in KINDS.values() if kind.fits(block)), None)


def kind_of_class(cls: type[nn.Module]) -> Kind:
    """Sınıfın türü: kendisinin ya da bir üst sınıfının adından; yoksa argümanlarından."""
    for base in cls.__mro__:
        if base.__name__ in KINDS:
            return KINDS[base.__name__]
    known, _ = parameters_of(cls)
    fitting = (kind for kind in KINDS.values() if kind.fits_class(cls, known))
    return next(fitting, channel.KIND)


def kind_of(block: type | str) -> Kind:
    """Kurstaki bir bloğun (sınıf ya da adı) türü.

    Raises:
        BadInput: blok kursun sözleri bilinen bloklarından değilse.
    """
    name = block if isinstance(block, str) else block.__name__
    if name not in KINDS:
        raise BadInput(f"block şunlardan biri olmalı: {', '.join(KINDS)}; verilen: {name!r}.")
    return KINDS[name]


def contract(block: type | str) -> dict[str, str]:
    """Kurstaki bir bloğun (sınıf ya da adı) sözleri: ad -> cümle."""
    return kind_of(block).contract
