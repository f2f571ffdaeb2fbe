"""Dört füzyon kalıbı: dikkat, artık bloğun neresine konur (not 5 §3 ve §7).

S kısayol (birim eşleme ya da izdüşüm), F öğrenen yol, A dikkat. Adlar ve argümanlar notlarınkidir;
notlarda genişlik ve adım hiç değişmez, burada değişebilir.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.residual.branches import BasicBranch
from course_lib.validation import feature_map, fraction, positive_int

Attention = nn.Module | Callable[[int], nn.Module] | None
Branch = nn.Module | Callable[..., nn.Module]


@dataclass(frozen=True)
class Design:
    """Bloğun *söylediği* tasarım; teşhis, ölçtüğünü bununla karşılaştırır."""

    pattern: str
    activation: str
    projection: bool


class IdentityAttn(nn.Module):
    """Dikkat yok: A(x) = x."""

    def forward(self, x: Tensor) -> Tensor:
        return x


class NearIdentity(nn.Module):
    """Birim eşlemeye yakın başlayan dikkat: (1 - alpha) · x + alpha · A(x).

    alpha öğrenilir, `alpha_init`ten başlar.
    """

    def __init__(self, attn: nn.Module, alpha_init: float):
        super().__init__()
        self.attn = attn
        self.alpha = nn.Parameter(torch.tensor(fraction("alpha_init", alpha_init)))

    def forward(self, x: Tensor) -> Tensor:
        return torch.lerp(x, attend(self.attn, x), self.alpha.to(x.dtype))


def attend(attn: nn.Module, x: Tensor) -> Tensor:
    """A(x): dikkat (y, maske, …) demeti döndürüyorsa y'yi alır."""
    out = attn(x)
    return out[0] if isinstance(out, tuple) else out


def fitted(attn: Attention, channels: int) -> nn.Module:
    """Dikkat modülü: hazır modül olduğu gibi, sınıf ya da işlev `channels` kanalla kurularak; None
    birim eşlemedir.

    Raises:
        ValueError: hazır modül başka bir kanal sayısı için kurulmuşsa.
    """
    if attn is None:
        return IdentityAttn()
    if not isinstance(attn, nn.Module):
        return attn(channels)
    told = getattr(attn, "channels", channels)
    if told != channels:
        raise ValueError(
            f"attn burada {channels} kanal için kurulmuş olmalı; "
            f"verilen: {told} kanallı {type(attn).__name__}."
        )
    return attn


def shortcut_path(ch: int, out: int, stride: int) -> nn.Module:
    """Kısayol S: şekil aynıysa birim eşleme, değilse 1×1 evrişim ve BN ile izdüşüm."""
    if ch == out and stride == 1:
        return nn.Identity()
    return nn.Sequential(
        nn.Conv2d(ch, out, kernel_size=1, stride=stride, bias=False), nn.BatchNorm2d(out)
    )


class ResidualAttn(nn.Module):
    """Dört kalıbın ortak kuruluşu: F, S, sondaki etkinleştirme ve söylenen tasarım. forward
    kalıbındır.

    Args:
        ch: giren kanal sayısı; out: çıkan, verilmezse ch; stride: adım, piksel.
        f: öğrenen yol, hazır modül ya da dalın sınıfı (f=PreActBranch); verilmezse BasicBranch.
            Etkinleştirmenin yerini (`activation`, "post" ya da "pre") o söyler.

    Shape:
        x: (B, ch, H, W) -> (B, out, H / stride, W / stride), yukarı yuvarlanarak.

    Raises:
        ValueError, TypeError: argüman ya da girdi yukarıdakilere uymuyorsa.
    """

    pattern = ""

    def __init__(
        self, ch: int, *, out: int | None = None, stride: int = 1, f: Branch = BasicBranch
    ):
        super().__init__()
        self.ch = positive_int("ch", ch)
        self.out = positive_int("out", ch if out is None else out)
        self.stride = positive_int("stride", stride)
        self.f = f if isinstance(f, nn.Module) else f(ch, self.out, stride=stride)
        self.shortcut = shortcut_path(ch, self.out, stride)
        activation = getattr(self.f, "activation", "post")
        self.act = nn.ReLU() if activation == "post" else nn.Identity()
        self.design = Design(
            self.pattern, activation, projection=self.ch != self.out or self.stride != 1
        )


class ResidualAttn_P1(ResidualAttn):
    """Kalıp 1, dikkat öğrenen yolun içinde: y = S(x) + A(F(x)).

    Args:
        attn: `out` kanallı dikkat; sınıfı da verilebilir (attn=SEBlock). Ötekiler: ResidualAttn.
    """

    pattern = "P1"

    def __init__(self, ch: int, *, attn: Attention = None, **options: Any):
        super().__init__(ch, **options)
        self.attn = fitted(attn, self.out)

    def forward(self, x: Tensor) -> Tensor:
        feature_map(x, self.ch)
        return self.act(self.shortcut(x) + attend(self.attn, self.f(x)))


class ResidualAttn_P2(ResidualAttn):
    """Kalıp 2, dikkat toplamdan sonra: y = A(S(x) + F(x)).

    Args:
        attn: `out` kanallı dikkat; sınıfı da verilebilir. Ötekiler: ResidualAttn.
    """

    pattern = "P2"

    def __init__(self, ch: int, *, attn: Attention = None, **options: Any):
        super().__init__(ch, **options)
        self.attn = fitted(attn, self.out)

    def forward(self, x: Tensor) -> Tensor:
        feature_map(x, self.ch)
        return self.act(attend(self.attn, self.shortcut(x) + self.f(x)))


class ResidualAttn_P3(ResidualAttn):
    """Kalıp 3, dikkat öğrenen yolun girişinde: y = S(x) + F(A(x)).

    Args:
        attn: `ch` kanallı dikkat (girişte durur); sınıfı da verilebilir. Ötekiler: ResidualAttn.
    """

    pattern = "P3"

    def __init__(self, ch: int, *, attn: Attention = None, **options: Any):
        super().__init__(ch, **options)
        self.attn = fitted(attn, self.ch)

    def forward(self, x: Tensor) -> Tensor:
        feature_map(x, self.ch)
        return self.act(self.shortcut(x) + self.f(attend(self.attn, x)))


class ResidualAttn_P4(ResidualAttn):
    """Kalıp 4, iki yol da kapılı: y = A_s(S(x)) + A_r(F(x)).

    Args:
        attn_skip, attn_res: `out` kanallı iki dikkat; sınıfları da verilebilir.
        skip_alpha: verilirse A_s birim eşlemeye yakın başlar, (1 - alpha) · S + alpha · A_s(S); [0,
            1] aralığında.
        Ötekiler: ResidualAttn.
    """

    pattern = "P4"

    def __init__(
        self,
        ch: int,
        *,
        attn_skip: Attention = None,
        attn_res: Attention = None,
        skip_alpha: float | None = None,
        **options: Any,
    ):
        super().__init__(ch, **options)
        self.attn_skip = fitted(attn_skip, self.out)
        if skip_alpha is not None and attn_skip is not None:
            self.attn_skip = NearIdentity(self.attn_skip, skip_alpha)
        self.attn_res = fitted(attn_res, self.out)

    def forward(self, x: Tensor) -> Tensor:
        feature_map(x, self.ch)
        return self.act(attend(self.attn_skip, self.shortcut(x)) + attend(self.attn_res, self.f(x)))
