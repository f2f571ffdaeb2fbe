"""Sıcaklığın başlangıcı: softplus'ın tersi (seed 001 §4, 002 A2)."""

import math


def softplus_inverse(y: float) -> float:
    """softplus(t) = log(1 + exp(t)) eşitliğini t için çözer: t = y + log(1 - exp(-y)).

    `log(exp(y) - 1)` ile aynı sayıdır, ama büyük y'de taşmaz, küçük y'de basamak yitirmez.

    Args:
        y: sıfırdan büyük hedef değer (birimsiz).
    """
    return y + math.log(-math.expm1(-y))
