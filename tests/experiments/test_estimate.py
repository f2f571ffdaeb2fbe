"""Kestirim: işle büyür, işçiyle küçülür; işçi sayısı denetlenir."""

from dataclasses import replace

import pytest
from support.ablations import TINY

from course_lib.experiments.estimate import Estimate, estimate, worker_count
from course_lib.experiments.run import Run


def test_the_estimate_grows_with_the_work_and_shrinks_with_the_workers():
    run = Run("a", **TINY)
    many = [replace(run, seed=s) for s in range(4)]
    one, four = estimate([run], 1), estimate(many, 1)
    assert four.seconds > 1.5 * one.seconds > 0
    assert estimate([replace(r, epochs=100) for r in many], 4).seconds > four.seconds
    assert one.memory > 1e8
    assert "4 koşu, 1 işçi: yaklaşık" in str(four)


@pytest.mark.parametrize(
    ("seconds", "told"), [(7200, "yaklaşık 120 dakika"), (89, "yaklaşık 89 saniye")]
)
def test_the_estimate_is_written_in_turkish(seconds, told):
    assert str(Estimate(3, 2, seconds, 1_540_000_000)) == (
        f"3 koşu, 2 işçi: {told}, işçi başına 1,5 GB"
    )


def test_no_workers_is_not_taken_for_all_of_them():
    assert worker_count(3, None) == 3
    assert worker_count(None, None) >= 1
    with pytest.raises(ValueError, match=r"^workers 1 ya da daha büyük.*verilen: 0"):
        worker_count(0, None)
