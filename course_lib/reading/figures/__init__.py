"""Kursun şekilleri, biçimlerine göre: her işlev tek bir soruyu yanıtlar, `Picture` döndürür.

Hepsi üç metni adıyla ister: `title` (yanıtı söyleyen başlık), `caption` (altına, ne görüleceği) ve
`alt` (resmi görmeyene anlatımı).
"""

from course_lib.reading.figures.bars import channel_bars, mask_histograms, shares, weight_bars
from course_lib.reading.figures.decisions import decision
from course_lib.reading.figures.diagrams import branch_chains, fusion_patterns
from course_lib.reading.figures.faults import fault
from course_lib.reading.figures.lines import (
    bands,
    curves,
    relative_errors,
)
from course_lib.reading.figures.maps import (
    heatmaps,
    masks_on_digits,
    patches_with_maps,
    photo_with_maps,
    ranked,
    responses,
    samples,
    side_by_side,
)
from course_lib.reading.figures.points import (
    bug_matrix,
    footprints,
    intervals,
    learned_and_tested,
    side_dots,
)
from course_lib.reading.figures.schematics import schematic

__all__ = [
    "bands",
    "branch_chains",
    "bug_matrix",
    "channel_bars",
    "curves",
    "decision",
    "fault",
    "footprints",
    "fusion_patterns",
    "heatmaps",
    "intervals",
    "learned_and_tested",
    "mask_histograms",
    "masks_on_digits",
    "patches_with_maps",
    "photo_with_maps",
    "ranked",
    "relative_errors",
    "responses",
    "samples",
    "schematic",
    "shares",
    "side_by_side",
    "side_dots",
    "weight_bars",
]
