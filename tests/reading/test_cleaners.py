"""Saklanan ağırlıklar yeniden eğitimin bulduğudur; gören siler, görmeyen silemez."""

import pytest
import torch

from course_lib.reading.cleaners import MODULES, cleaner, fresh
from course_lib.reading.dirty import KINDS, error_left, taught

CLOSE = 0.03  # yeniden eğitimin hatası bundan çok ayrılmaz


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", MODULES)
def test_training_again_finds_as_good_a_cleaner(name, kind):
    again = error_left(taught(fresh(name), kind), kind)
    assert again == pytest.approx(error_left(cleaner(name, kind), kind), abs=CLOSE)


def test_what_the_squeeze_keeps_is_what_the_mask_can_close():
    left = {
        (name, kind): error_left(cleaner(name, kind), kind) for name in MODULES for kind in KINDS
    }
    assert left["koordinat", "şerit"] < left["CBAM", "şerit"] < 0.05
    assert left["CBAM", "kare"] < 0.1 < 0.25 < left["koordinat", "kare"] < left["SE", "kare"]
    assert left["SE", "kanal"] < 0.25 < left["CBAM", "kanal"]
    for name in ("SE", "ECA"):  # kanal başına tek katsayı, yeri seçemez
        assert left[name, "şerit"] > 0.2
        assert left[name, "kare"] > 0.4


def test_a_cleaner_is_the_same_each_time_and_leaves_the_seed_alone():
    before = torch.random.get_rng_state()
    one, other = cleaner("CBAM", "kare"), cleaner("CBAM", "kare")
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    assert not one.training


def test_a_wrong_name_is_told():
    with pytest.raises(ValueError, match="name"):
        cleaner("SENet", "kare")
    with pytest.raises(ValueError, match="kind"):
        cleaner("SE", "toz")
