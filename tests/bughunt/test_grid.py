"""İki yönlü kanıt: hiçbir sağlam blok suçlanmaz, her hata kendi adıyla ve yalnız o adla bulunur.

`make test` tohumlu bir örneği, `make grid` tamamını koşar (2.400 sağlam, hata başına 320).
"""

import itertools
from collections import Counter

import pytest
from grid import settings

from course_lib.bughunt.catalogue import CATALOGUE
from course_lib.bughunt.diagnosis import diagnose

NEEDS = {
    "ca-softmax-dim": {"fusion": "softmax"},
    "ca-batch-mean-router": {"fusion": "softmax"},
    "ca-raw-squeeze": {"fusion": "softmax"},
    "ca-no-eps": {"learnable_temperature": True},
}


def size(full_grid, sample, full):
    return full if full_grid else sample


def test_no_healthy_block_is_ever_accused(full_grid):
    verdicts = Counter()
    for setting in settings(size(full_grid, 120, 2400), seed=1):
        found = diagnose(setting.build())
        verdicts[found.status] += 1
        assert found.status == "healthy", f"{setting}\n{found}"
    print(f"sağlam ızgara: {dict(verdicts)}")


@pytest.mark.parametrize("bug_id", CATALOGUE)
def test_each_bug_is_named_and_no_other(full_grid, bug_id):
    count = size(full_grid, 12, 320)
    for setting in settings(count, seed=2, bugs=(bug_id,), **NEEDS.get(bug_id, {})):
        found = diagnose(setting.build())
        assert found.status == "buggy", f"{setting}\n{found}"
        assert found.bug_ids == (bug_id,), f"{setting}\n{found}"
    print(f"{bug_id}: {count} ayarda adıyla bulundu")


@pytest.mark.parametrize("pair", list(itertools.combinations(CATALOGUE, 2)), ids="+".join)
def test_no_pair_of_bugs_passes_as_healthy(full_grid, pair):
    for setting in settings(size(full_grid, 2, 30), seed=3, bugs=pair, fusion="softmax", learnable_temperature=True):
        found = diagnose(setting.build())
        assert found.status == "buggy", f"{setting}\n{found}"
        assert set(found.bug_ids) <= set(pair), f"{setting}\n{found}"
