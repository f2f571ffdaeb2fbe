"""Başka bir şey hesaplayan hiçbir mutant sağlam sayılmaz; hiçbiri teşhisi düşürmez.

`make test` her bloktan tohumlu bir örnek alır, `make grid` hepsini dener.
"""

import random
from collections import Counter

import pytest
import torch

from course_lib.diagnosis import Diagnosis, diagnose
from course_lib.diagnosis.formula import FORMULA
from course_lib.diagnosis.kinds import KINDS
from mutants.edits import class_of, mutants_of
from mutants.sameness import CRASHES, DIFFERENT, NOT_BUILT, OTHER_PARTS, SAME, judged

SAMPLE = {"CBAMResidualDynamicSA": 3, "SmallResNet": 3}
SAMPLE_OF_OTHERS = 8
SPECIFIC = 0.8  # bu kadarı "formül"den daha belirli bir sözle anlatılmalı


def fits(truth: str, found: Diagnosis) -> bool:
    """Teşhisin kararı hakemin bulduğuna uyuyor mu?"""
    if truth in (DIFFERENT, CRASHES):
        return found.status in ("buggy", "departs")
    if truth == OTHER_PARTS and found.status == "healthy":
        return any(f.not_comparable for f in found.findings)
    return truth != SAME or found.status != "buggy"


@pytest.mark.parametrize("block", KINDS)
def test_no_mutant_passes_as_healthy_and_none_breaks_the_diagnosis(full_grid, counted, block):
    kind = KINDS[block]
    every = mutants_of(block)
    random.Random(7).shuffle(every)
    counts: Counter[str] = Counter()
    wrong = []
    for mutant in every if full_grid else every[: SAMPLE.get(block, SAMPLE_OF_OTHERS)]:
        cls = class_of(block, mutant)
        truth = judged(kind, cls)
        found = diagnose(cls)
        counts[truth] += 1
        if not fits(truth, found):
            wrong.append(f"{truth} · {mutant}\n{found}")
        if truth == SAME:
            counts["aynı, ama ayrılıyor denen"] += found.status == "departs"
        if truth == DIFFERENT:
            counts["belirli sözle"] += any(f.promise != FORMULA for f in found.broken)
    assert not wrong, "\n\n".join(wrong)
    assert counts[NOT_BUILT] < sum(counts.values())
    share = counts["belirli sözle"] / max(counts[DIFFERENT], 1)
    counted(f"mutantlar, {block}: {dict(counts)}; belirli sözle anlatılan %{100 * share:.0f}")
    if full_grid:  # küçük örnekte oran oynar
        assert share >= SPECIFIC


def test_the_referee_calls_every_block_the_same_as_itself():
    torch.manual_seed(0)
    for kind in KINDS.values():
        assert judged(kind, kind.block) == SAME
