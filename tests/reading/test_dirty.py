"""Kirli haritalar: kir yalnız kirli yerde, maskesi kusursuz; öğrenen blok, görmediğini silemez."""

import pytest
import torch
from torch import nn

from course_lib.reading.dirty import (
    BAND,
    HIGH,
    KINDS,
    LOW,
    SPOT,
    clean_maps,
    error_left,
    soiled,
    taught,
)


@pytest.mark.parametrize("kind", KINDS)
def test_dirt_lies_only_where_the_perfect_mask_is_zero(kind):
    clean = clean_maps(False)[:6]
    x, keep = soiled(clean, kind, seed=3)
    assert torch.equal(x[keep == 1], clean[keep == 1])
    dirt = x[keep == 0]
    assert float(dirt.min()) >= LOW
    assert float(dirt.max()) <= HIGH
    area = {"kanal": clean[0, 0].numel(), "şerit": 8 * BAND * 24, "kare": 8 * SPOT**2}[kind]
    assert (keep == 0).sum((1, 2, 3)).tolist() == [area] * 6


def test_the_place_depends_on_the_seed_only():
    clean = clean_maps(False)[:4]
    assert torch.equal(soiled(clean, "kare", 5)[0], soiled(clean, "kare", 5)[0])
    assert not torch.equal(soiled(clean, "kare", 5)[1], soiled(clean, "kare", 6)[1])


def test_train_and_test_patches_differ_and_are_scaled():
    train, test = clean_maps(True), clean_maps(False)
    assert train.square().mean((0, 2, 3)).allclose(torch.ones(8), atol=1e-4)
    assert not any(torch.equal(patch, other) for patch in test[:8] for other in train)


def test_doing_nothing_leaves_all_and_a_wrong_name_is_refused():
    assert error_left(nn.Identity(), "kare") == pytest.approx(1)
    with pytest.raises(ValueError, match="kind"):
        soiled(clean_maps(False), "toz", 0)
    with pytest.raises(ValueError, match="kind"):
        taught(nn.Identity(), "toz")
