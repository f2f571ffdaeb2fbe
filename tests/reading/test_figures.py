"""Şekiller: boyut sınırı, alternatif metin, genel ayarlara dokunmama, ondalık virgül."""

import io

import matplotlib
import numpy as np
import pytest
import torch
from PIL import Image

from course_lib.reading import charts, diagrams, figures
from course_lib.reading.photos import crops, filter_bank, photo
from course_lib.reading.style import MAX_BYTES, comma
from course_lib.residual.branches import BasicBranch, ResNeXtBranch

BOXES = torch.tensor([[1, 1, 4, 5]] * 4)
TEXT = {"title": "başlık", "caption": "altyazı burada", "alt": "alternatif metin burada"}


def every_picture():
    image = photo("çin")
    _, maps = filter_bank(image[None])
    w = torch.rand(10, 1)
    return [
        figures.photo_with_maps(image, maps[0], list("abcdefgh"), **TEXT),
        figures.patches_with_maps(crops(2), torch.rand(2, 64, 64), ["a", "b"], **TEXT),
        figures.channel_bars(["a", "b"], {"avg": torch.rand(2), "max": torch.rand(2)}, axis="y", **TEXT),
        figures.fusion_scatter({"a": torch.cat([w, 1 - w], 1)}, **TEXT),
        figures.gate_against_temperature(torch.linspace(-1, 1, 5), {1.0: torch.rand(5)}, **TEXT),
        figures.saturation_against_temperature([0.5, 1, 2], {"a": [0, 0.5, 1]}, **TEXT),
        figures.mask_histograms({"a": torch.rand(50), "b": torch.rand(50)}, **TEXT),
        figures.bug_matrix(["a", "b"], ["x", "y"], np.eye(2, dtype=bool), **TEXT),
        figures.relative_errors([1, 10], {"a": [1e-3, float("inf")]}, xlabel="T", **TEXT),
        diagrams.branch_chains({"temel": BasicBranch(8, 8), "ResNeXt": ResNeXtBranch(16, 32)}, **TEXT),
        diagrams.fusion_patterns(["P1", "P2", "P3", "P4"], **TEXT),
        charts.samples({"gri": (torch.rand(4, 1, 8, 8), BOXES), "renkli": (torch.rand(4, 3, 8, 8), None)}, **TEXT),
        charts.masks_on_digits(torch.rand(3, 1, 8, 8), BOXES[:3], {"a": torch.rand(3, 8, 8)}, **TEXT),
        charts.bands([1, 2], {"kayıp": {"a": np.ones((3, 2))}, "norm": {"a": np.eye(2)}}, xlabel="epok", **TEXT),
        charts.intervals({"a": (0.1, -0.1, 0.3), "b": (1, 0.5, 2), "c": None}, xlabel="fark", marked=[True] * 3, **TEXT),
        charts.shares({"a": [1, 2], "b": [0, 3]}, ["x", "y"], xlabel="sayı", **TEXT),
        charts.against_cost({"a": (1, (0.5, 0.4, 0.6)), "b": (2, (0.5, 0.4, 0.6))}, xlabel="x", ylabel="y", **TEXT),
    ]


def test_the_chain_is_read_from_the_module_itself():
    names = [found[0] for layer in ResNeXtBranch(16, 32).modules() if (found := diagrams.layer_name(layer))]
    assert names == ["1×1, 16", "BN", "ReLU", "3×3, 16\n8 öbek", "BN", "ReLU", "1×1, 32", "BN"]


def test_every_figure_is_small_described_and_leaves_matplotlib_alone():
    before = dict(matplotlib.rcParams)
    for picture in every_picture():
        html = picture._repr_html_()
        assert len(html) < MAX_BYTES * 1.05
        assert 'alt="alternatif metin burada"' in html
        assert "altyazı burada" in html
        size = Image.open(io.BytesIO(picture.data)).size
        assert size[0] <= 700
        assert "alternatif metin" in repr(picture)
    assert dict(matplotlib.rcParams) == before


def test_a_picture_needs_words():
    with pytest.raises(ValueError, match="alt"):
        figures.channel_bars(["a"], {"avg": torch.rand(1)}, title="t", axis="y", caption="c", alt=" ")


@pytest.mark.parametrize(("value", "text"), [(0.5, "0,5"), (1.0, "1"), (-0.001, "0"), (12.25, "12,25"), (100, "100")])
def test_decimal_comma(value, text):
    assert comma(value) == text


def test_photos_are_deterministic_and_named():
    assert torch.equal(crops(4, seed=1), crops(4, seed=1))
    assert not torch.equal(crops(4, seed=1), crops(4, seed=2))
    names, maps = filter_bank(crops(3, size=32))
    assert maps.shape == (3, len(names), 32, 32)
    assert (maps >= 0).all()
    with pytest.raises(ValueError, match=r"çin, çiçek.*verilen: 'kedi'"):
        photo("kedi")
