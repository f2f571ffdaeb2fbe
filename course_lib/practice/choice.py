"""Yazılan tahmin hangi seçenektir, hangi sayıdır? Numarası, başı, şapkasız yazılışı da olur."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection

from course_lib.turkish import typed


def folded(text: str) -> str:
    """Harf ve rakamlarından başkası atılmış, küçük harfli, noktasız ve çengelsiz yazılış."""
    plain = unicodedata.normalize("NFKD", typed(text).replace("ı", "i"))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", kept))


def chosen(guess: object, choices: Collection[str]) -> str | None:
    """Tahminin söylediği seçenek; hiçbirini ya da birden çoğunu söylüyorsa None.

    Args:
        guess: seçeneğin kendisi, ayırt eden başı ya da 1'den başlayan sırası.
        choices: seçenekler; biri sayıysa sıra kabul edilmez, sayı kendisi sanılır.
    """
    if isinstance(guess, bool) or not isinstance(guess, str | int):
        return None
    text = folded(str(guess))
    known = {folded(choice): choice for choice in choices}
    if text in known:
        return known[text]
    if text.isdecimal() and str(guess).strip().startswith(("-", "−")):
        return None
    if text.isdecimal() and not any(name.isdecimal() for name in known):
        number = int(text)
        return list(choices)[number - 1] if 1 <= number <= len(choices) else None
    found = [choice for name, choice in known.items() if text and name.startswith(text)]
    return found[0] if len(found) == 1 else None


def number(guess: object) -> float | None:
    """Sayı sorusunun tahmini: 0.5, "0,5", "1 200", "1.200", "%30"; sonlu sayı değilse None."""
    if isinstance(guess, bool) or not isinstance(guess, str | int | float):
        return None
    text = re.sub(r"[\s%]", "", str(guess))
    if isinstance(guess, str) and re.fullmatch(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d*)?", text):
        text = text.replace(".", "")  # Türkçe yazılışta nokta binlikleri ayırır
    text = text.replace(",", ".")
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None
