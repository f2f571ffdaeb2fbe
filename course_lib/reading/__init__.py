"""Okuma odası: kaynaktan alıntı, adım adım tablo, şekiller, fotoğraflar, iddialar defteri."""

from course_lib.reading import figures
from course_lib.reading.claims import VERDICTS, claims_table, read_claims
from course_lib.reading.excerpt import listing
from course_lib.reading.figures.decisions import advice
from course_lib.reading.hand_tuned import center_surround, handmade
from course_lib.reading.photos import album, crops, filter_bank, photo
from course_lib.reading.trace import walk
from course_lib.turkish import tr

__all__ = [
    "VERDICTS",
    "advice",
    "album",
    "center_surround",
    "claims_table",
    "crops",
    "figures",
    "filter_bank",
    "handmade",
    "listing",
    "photo",
    "read_claims",
    "tr",
    "walk",
]
