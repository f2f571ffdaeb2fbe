"""Girdi denetimi: her ileti argümanı, verilen değeri ve kabul edileni söyler."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from numbers import Integral, Real

import torch
from torch import Tensor


def positive_int(name: str, value: object) -> int:
    """`value` 1 ya da daha büyük bir tam sayıysa onu döndürür; değilse ValueError."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} 1 ya da daha büyük bir tam sayı olmalı; verilen: {value!r}.")
    return int(value)


def nonnegative_int(name: str, value: object) -> int:
    """`value` 0 ya da daha büyük bir tam sayıysa onu döndürür; değilse ValueError."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 0:
        raise ValueError(f"{name} 0 ya da daha büyük bir tam sayı olmalı; verilen: {value!r}.")
    return int(value)


def odd_int(name: str, value: object) -> int:
    """`value` pozitif bir tek sayıysa onu döndürür; değilse ValueError."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1 or value % 2 == 0:
        raise ValueError(f"{name} pozitif bir tek sayı olmalı; verilen: {value!r}.")
    return int(value)


def positive_float(name: str, value: object) -> float:
    """`value` sıfırdan büyük, sonlu bir sayıysa float olarak döndürür; değilse ValueError."""
    if (
        isinstance(value, bool)
        or not isinstance(value, Real)
        or not math.isfinite(value)
        or value <= 0
    ):
        raise ValueError(f"{name} sıfırdan büyük, sonlu bir sayı olmalı; verilen: {value!r}.")
    return float(value)


def finite_float(name: str, value: object) -> float:
    """`value` sonlu bir sayıysa float olarak döndürür; değilse ValueError."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        raise ValueError(f"{name} sonlu bir sayı olmalı; verilen: {value!r}.")
    return float(value)


def fraction(name: str, value: object) -> float:
    """`value` [0, 1] aralığında bir sayıysa float olarak döndürür; değilse ValueError."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) <= 1:
        raise ValueError(f"{name} 0 ile 1 arasında bir sayı olmalı; verilen: {value!r}.")
    return float(value)


def boolean(name: str, value: object) -> bool:
    """`value` True ya da False ise onu döndürür; değilse ValueError."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} True ya da False olmalı; verilen: {value!r}.")
    return value


def one_of(name: str, value: object, accepted: Collection[str]) -> str:
    """`value` kabul edilen adlardan biriyse onu döndürür; değilse ValueError."""
    if not isinstance(value, str) or value not in accepted:
        names = ", ".join(repr(item) for item in accepted)
        raise ValueError(f"{name} şunlardan biri olmalı: {names}; verilen: {value!r}.")
    return value


def positive_ints(name: str, value: object) -> tuple[int, ...]:
    """`value` en az bir pozitif tam sayının dizisiyse demet olarak döndürür; değilse ValueError."""
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        raise ValueError(
            f"{name} en az bir pozitif tam sayının dizisi olmalı, örneğin (3, 7); "
            f"verilen: {value!r}."
        )
    return tuple(positive_int(f"{name}[{i}]", item) for i, item in enumerate(value))


@contextmanager
def argument_prefix(prefix: str) -> Iterator[None]:
    """İç bloğun hatasında argüman adının başına `prefix` koyar: kullanıcı kendi yazdığı adı
    görsün."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{prefix}{error}") from None


def feature_map(x: object, channels: int | None = None) -> None:
    """`x` (B, C, H, W) biçiminde kayan noktalı bir öznitelik haritası değilse hata verir.

    Args:
        channels: beklenen C; None ise en az 1 olan her C kabul edilir.

    Raises:
        TypeError: tensör değilse ya da sayıları kayan noktalı değilse.
        ValueError: boyut sayısı, kanal sayısı ya da uzamsal boyut uymuyorsa.
    """
    if not isinstance(x, Tensor):
        raise TypeError(f"x bir tensör olmalı; verilen: {type(x).__name__}.")
    if x.dim() != 4:
        raise ValueError(
            f"x (B, C, H, W) biçiminde 4 boyutlu olmalı; verilen şekil: {tuple(x.shape)}."
        )
    if channels is not None and x.shape[1] != channels:
        raise ValueError(
            f"x'in kanal sayısı {channels} olmalı; verilen: {x.shape[1]} (şekil {tuple(x.shape)})."
        )
    if x.shape[1] == 0 or x.shape[2] == 0 or x.shape[3] == 0:
        raise ValueError(
            f"x'in C, H ve W boyutları en az 1 olmalı; verilen şekil: {tuple(x.shape)}."
        )
    if not torch.is_floating_point(x):
        raise TypeError(f"x kayan noktalı (float32 gibi) olmalı; verilen: {x.dtype}.")
