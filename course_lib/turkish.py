"""Türkçe yazım: ondalık virgül, küçük harf, klavyeden gelen harflerin birleşik biçimi."""

import unicodedata


def tr(value: float, form: int | str = 2) -> str:
    """Ondalık virgüllü sayı; `form` basamak sayısı ya da biçim ("g", "+.1f"): tr(0.5, 1) ->
    "0,5"."""
    spec = f".{form}f" if isinstance(form, int) else form
    return f"{float(value):{spec}}".replace(".", ",")


def counted(value: float) -> str:
    """Okunacağı gibi bir sayı: tam sayının binlikleri ayrık (12 480), ötekinin virgüllü ilk dört
    anlamlı basamağı."""
    if float(value).is_integer():
        return f"{int(value):,}".replace(",", " ")
    return tr(value, ".4g")


def lowered(text: str) -> str:
    """Türkçe küçük harf: I -> ı, İ -> i."""
    return text.replace("I", "ı").replace("İ", "i").lower()


def composed(text: str) -> str:
    """Aynı görünen iki yazımı birleştirir: macOS'tan "i" + nokta diye gelen harf tek harf olur."""
    return unicodedata.normalize("NFC", text)


def typed(text: str) -> str:
    """Kullanıcının yazdığı kısa ad, aranacağı biçimde: kenarsız, birleşik, küçük harfli."""
    return lowered(composed(text).strip())


RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power(exponent: int) -> str:
    """10'un kuvveti, üslü yazılışıyla: 10⁻⁴; 0 ise 1."""
    return "10" + str(exponent).translate(RAISED) if exponent else "1"
