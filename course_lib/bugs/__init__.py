"""Hata kataloğu: belgelenmiş hatalar, canlı kaynağa ekilişleri ve neyi değiştirdikleri."""

from course_lib.bugs.bug import Bug, Edit, Fix, Slip
from course_lib.bugs.catalogue import CATALOGUE, SLIPS, bugs_of
from course_lib.bugs.changes import Change, change, fix_change
from course_lib.bugs.planting import (
    PlantingError,
    class_from_sources,
    edited_sources,
    fixed_class,
    plant,
    planted_sources,
)

__all__ = [
    "CATALOGUE",
    "SLIPS",
    "Bug",
    "Change",
    "Edit",
    "Fix",
    "PlantingError",
    "Slip",
    "bugs_of",
    "change",
    "class_from_sources",
    "edited_sources",
    "fix_change",
    "fixed_class",
    "plant",
    "planted_sources",
]
