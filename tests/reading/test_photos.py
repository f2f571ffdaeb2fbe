"""Fotoğraflar ve süzgeçler: aynı tohumla aynı parçalar, adlı süzgeçler."""

import pytest
import torch

from course_lib.reading.photos import CUT_FROM, PHOTOS, album, crops, filter_bank, photo
from course_lib.reading.scenes import SCENES


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

    for name in CUT_FROM:
        file = PHOTOS[name][1].rpartition("/")[2]
        image = photo(name, width=640)
        assert image.shape == (3, 427, 640)
        assert torch.equal(
            (image * 255).round().byte(), torch.tensor(load_sample_image(file)).permute(2, 0, 1)
        )


def test_the_album_holds_every_picture_cut_alike():
    names, images = album(96)
    assert names == [*SCENES, *PHOTOS]
    assert images.shape == (len(names), 3, 64, 96)
    assert images.min() >= 0
    assert images.max() <= 1
    assert torch.equal(images, album(96)[1])


def test_in_the_lamp_the_peak_speaks_and_in_the_wall_the_mean():
    names, maps = filter_bank(torch.stack([photo("lamba", 192), photo("duvar", 192)]))
    blob = maps[:, names.index("açık benek")]
    mean, peak = blob.mean((1, 2)), blob.amax((1, 2))
    assert mean[1] > 20 * mean[0]
    assert peak[0] > 2 * peak[1]
