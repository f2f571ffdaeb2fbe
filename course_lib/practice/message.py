"""Öğrenciye dönen metin."""

from __future__ import annotations


class Message(str):
    """Defterde tırnaksız görünen metin."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def with_warnings(text: str, *warnings: str) -> Message:
    """Metin ve altında, varsa, uyarılar."""
    return Message("\n".join([text, *(f"! {warning}" for warning in warnings if warning)]))
