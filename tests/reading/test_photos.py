"""Fotoğraflar ve süzgeçler: aynı tohumla aynı parçalar, adlı süzgeçler."""

import pytest
import torch

from course_lib.reading.photos import PHOTOS, crops, filter_bank, photo


def test_photos_are_deterministic_and_named():
    assert torch.equal(crops(4, seed=1), crops(4, seed=1))
    assert not torch.equal(crops(4, seed=1), crops(4, seed=2))
    names, maps = filter_bank(crops(3, size=32))
    assert maps.shape == (3, len(names), 32, 32)
    assert (maps >= 0).all()
    with pytest.raises(ValueError, match=r"çin, çiçek.*verilen: 'kedi'"):
        photo("kedi")


def test_photos_are_scikit_learns_own():
    from sklearn.datasets import load_sample_image

    for name, file in PHOTOS.items():
        image = photo(name, width=640)
        assert image.shape == (3, 427, 640)
        assert torch.equal(
            (image * 255).round().byte(), torch.tensor(load_sample_image(file)).permute(2, 0, 1)
        )
