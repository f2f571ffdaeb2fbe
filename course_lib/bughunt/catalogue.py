"""Hata kataloğu: belgelenmiş her hata tek bir yerde, veri olarak. Alıştırmalar, yoklama testleri,
ders tabloları ve ipuçları buradan okur. Bölümlerin girdileri kendi dosyalarındadır.
"""

from types import MappingProxyType

from course_lib.bughunt.bugs_channel import CHANNEL_BUGS

CATALOGUE = MappingProxyType({bug.id: bug for bug in CHANNEL_BUGS})
