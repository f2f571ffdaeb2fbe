"""Kursun kullanıcıya söylediği hataların ortak tabanı."""


class CourseError(Exception):
    """İletisi kullanıcıya olduğu gibi gösterilen, çıkış yolunu da söyleyen hata.

    Komutlar yalnız bunu yakalar: kursun kendi kusuru (düz bir ValueError) kullanıcının yanlışı
    gibi okunmaz, olduğu gibi yükselir.
    """


class BadInput(CourseError, ValueError):
    """Kullanıcının verdiği değer kabul edilmiyor: argümanı, değeri ve kabul edileni söyler."""
