"""Sıcaklık: ham skoru bölen T, bütün bloklarda tek yerden (not 2 §4, not 3, A2)."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.attention.precision import at_least_float32
from course_lib.validation import boolean, positive_float


def softplus_inverse(y: float) -> float:
    """softplus(t) = log(1 + exp(t)) eşitliğini t için çözer: t = y + log(1 - exp(-y)).

    `log(exp(y) - 1)` ile aynı sayıdır, ama büyük y'de taşmaz, küçük y'de basamak yitirmez.

    Args:
        y: sıfırdan büyük hedef değer (birimsiz).
    """
    return y + math.log(-math.expm1(-y))


class Tempered(nn.Module):
    """Sıcaklığı olan blok: T öğreniliyorsa parametre `t_raw`, sabitse buffer `T`."""

    T: Tensor

    def start_temperature(self, temperature: float, learnable: bool, eps: float) -> None:
        """T'yi `temperature`'dan (birimsiz, eps'ten büyük) başlatır; uymazsa ValueError."""
        self.eps = positive_float("eps", eps)
        self.learnable_temperature = boolean("learnable_temperature", learnable)
        temperature = positive_float("temperature", temperature)
        if temperature <= self.eps:
            raise ValueError(
                f"temperature eps'ten ({self.eps:g}) büyük olmalı; verilen: {temperature!r}."
            )
        if self.learnable_temperature:
            self.t_raw = nn.Parameter(torch.tensor(softplus_inverse(temperature - self.eps)))
        else:
            self.register_buffer("T", torch.tensor(temperature))

    def get_T(self) -> Tensor:
        """Kullanılan sıcaklık, () şeklinde ve en az float32; öğreniliyorsa en az eps."""
        if self.learnable_temperature:
            t_raw = at_least_float32(self.t_raw)
            return F.softplus(t_raw) + self.eps
        return at_least_float32(self.T)
