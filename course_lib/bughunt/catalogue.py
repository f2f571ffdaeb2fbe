"""Hata kataloğu: belgelenmiş her hata tek bir yerde, veri olarak. Alıştırmalar, yoklama testleri,
ders tabloları ve ipuçları buradan okur. Bölümlerin girdileri kendi dosyalarındadır.
"""

from types import MappingProxyType

from course_lib.bughunt.bug import Bug
from course_lib.bughunt.bugs_cbam import CBAM_BUGS
from course_lib.bughunt.bugs_channel import CHANNEL_BUGS, FIELD_BUGS
from course_lib.bughunt.bugs_classic import CLASSIC_BUGS
from course_lib.bughunt.bugs_fusion import FUSION_BUGS
from course_lib.bughunt.bugs_spatial import SPATIAL_BUGS

EVERY_BUG = (*CHANNEL_BUGS, *FIELD_BUGS, *SPATIAL_BUGS, *CBAM_BUGS, *CLASSIC_BUGS, *FUSION_BUGS)
CATALOGUE = MappingProxyType({bug.id: bug for bug in EVERY_BUG})


def bugs_of(block: str) -> dict[str, Bug]:
    """Bir blokta adı konabilen hatalar: kimlik -> girdi."""
    return {bug_id: bug for bug_id, bug in CATALOGUE.items() if bug.named_in(block)}
