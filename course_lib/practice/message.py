"""Öğrenciye dönen metin: terminalde düz, defterde kutu."""

from __future__ import annotations

from course_lib.card import card, paragraphs, warnings


class Message(str):
    """Tırnaksız görünen metin. face: defterdeki yüzü (HTML); verilmezse metnin kendisi, kutuda."""

    face: str

    def __new__(cls, text: str, face: str = "") -> Message:
        made = super().__new__(cls, text)
        made.face = face or card("", paragraphs(text.split("\n")))
        return made

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return self.face


def with_warnings(text: str, *told: str, face: str = "") -> Message:
    """Metin ve altında, varsa, uyarılar."""
    shown = [warning for warning in told if warning]
    face = face or card("", paragraphs(text.split("\n")))
    return Message("\n".join([text, *(f"! {w}" for w in shown)]), face + warnings(shown))
