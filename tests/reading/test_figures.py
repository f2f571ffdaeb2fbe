"""Şekiller: boyut sınırı, alternatif metin, genel ayarlara dokunmama, ondalık virgül."""

import io
import re

import matplotlib
import numpy as np
import pytest
import torch
from PIL import Image

from course_lib.errors import BadInput
from course_lib.experiments.statistics import t_interval
from course_lib.reading import figures
from course_lib.reading.figures.diagrams import layer_name
from course_lib.reading.figures.style import LINE_COLORS, MAX_BYTES, comma
from course_lib.reading.photos import crops, filter_bank, photo
from course_lib.residual.branches import BasicBranch, ResNeXtBranch

BOXES = torch.tensor([[1, 1, 4, 5]] * 4)
TEXT = {"title": "başlık", "caption": "altyazı burada", "alt": "alternatif metin burada"}
LABELS = {"xlabel": "x", "ylabel": "y"}


def inputs() -> dict[str, tuple[tuple, dict]]:
    """Odanın her şekli için örnek girdiler."""
    image = photo("çin")
    maps = filter_bank(image[None])[1][0]
    w = torch.rand(10, 1)
    two = torch.cat([w, 1 - w], 1)
    gray, colored = torch.rand(4, 1, 8, 8), torch.rand(4, 3, 8, 8)
    panels = {"kayıp": {"a": np.ones((3, 2))}, "norm": {"a": np.eye(2)}}
    ranges = {"a": t_interval([0.01, 0.03, 0.02, 0.0, 0.01]), "b": t_interval([-0.7] * 5)}
    branches = {"temel": BasicBranch(8, 8), "ResNeXt": ResNeXtBranch(16, 32)}
    bars = {"avg": torch.rand(2), "max": torch.rand(2)}
    return {
        "ranked": ((torch.rand(6, 3, 8, 12), list("abcdef")), {}),
        "schematic": (("channel",), {}),
        "responses": ((image, maps, list("abcdefgh")), {}),
        "photo_with_maps": ((image, maps, list("abcdefgh")), {}),
        "patches_with_maps": ((crops(2), torch.rand(2, 64, 64), ["a", "b"]), {}),
        "heatmaps": ((maps[:5], list("abcde")), {"rows": 2}),
        "side_by_side": ((maps[:2], ["a", "b"]), {}),
        "samples": (({"gri": (gray, BOXES), "renkli": (colored, None)},), {}),
        "masks_on_digits": ((gray[:3], BOXES[:3], {"a": torch.rand(3, 8, 8)}), {}),
        "channel_bars": ((["a", "b"], bars), {"axis": "y"}),
        "mask_histograms": (({"a": torch.rand(50), "b": torch.rand(50)},), {}),
        "weight_bars": ((two, list("0123456789"), ["a", "b"]), {}),
        "shares": (({"a": [1, 2], "b": [0, 3]}, ["x", "y"]), {"xlabel": "sayı"}),
        "curves": (([1, 2], {"a": [1, 2], "b": [2, 3]}), LABELS | {"log": True}),
        "relative_errors": (([1, 10], {"a": [1e-3, float("inf")]}), {"xlabel": "T"}),
        "bands": (([1, 2], panels), {"xlabel": "epok"}),
        "learned_and_tested": (({"x": {"a": (0.9, 0.8)}, "y": {"b": (0.8, 0.7)}}, ["a"]), {}),
        "intervals": (
            (ranges,),
            {
                "xlabel": "fark",
                "passed": ["a"],
                "unseen": 2.0,
                "xlim": (-5, 5),
                "marked": [True] * 2,
            },
        ),
        "side_dots": (({"a": [0.1, 0.2], "b": [0.3, 0.2]},), {"ylabel": "y"}),
        "footprints": (([(3, 1), (7, 2)],), {}),
        "bug_matrix": ((["a", "b"], ["x", "y"], np.eye(2, dtype=bool)), {}),
        "branch_chains": ((branches,), {}),
        "fault": (("sıra",), {}),
        "decision": (({"derin mi?": {"evet": "bir", "hayır": "iki"}},), {}),
        "fusion_patterns": ((["P1", "P2", "P3", "P4"],), {}),
    }


def test_every_figure_has_an_example_here():
    assert set(inputs()) == set(figures.__all__)


def test_the_chain_is_read_from_the_module_itself():
    found = [layer_name(layer) for layer in ResNeXtBranch(16, 32).modules()]
    names = [one[0] for one in found if one]
    assert names == ["1×1, 16", "BN", "ReLU", "3×3, 16\n8 öbek", "BN", "ReLU", "1×1, 32", "BN"]


def test_every_figure_is_small_described_and_leaves_matplotlib_alone():
    before = dict(matplotlib.rcParams)
    for name, (args, options) in inputs().items():
        picture = getattr(figures, name)(*args, **options, **TEXT)
        html = picture._repr_html_()
        assert len(html) < MAX_BYTES * 1.05, name
        assert 'alt="alternatif metin burada"' in html
        assert "altyazı burada" in html
        size = Image.open(io.BytesIO(picture.data)).size
        shown = int(re.search(r'width="(\d+)"', html)[1])
        assert shown <= 700, name
        assert size[0] == 2 * shown, name  # sık noktalı ekranda da keskin
        palette = Image.open(io.BytesIO(picture._repr_png_()))
        assert (palette.format, palette.mode) == ("PNG", "P")
        assert palette.size[0] in (shown, 2 * shown)
        assert "alternatif metin" in repr(picture)
    assert dict(matplotlib.rcParams) == before


def test_a_picture_needs_words():
    bars = (["a"], {"avg": torch.rand(1)})
    with pytest.raises(ValueError, match="alt"):
        figures.channel_bars(*bars, title="t", axis="y", caption="c", alt=" ")
    with pytest.raises(BadInput, match=r"caption boş olmayan.*verilen: None"):
        figures.channel_bars(*bars, title="t", axis="y", caption=None, alt="a")
    with pytest.raises(BadInput, match=r"title, caption, alt olmalı; verilen: title, alt\."):
        figures.channel_bars(*bars, title="t", axis="y", alt="a")
    with pytest.raises(BadInput, match=r"title, caption, alt olmalı; verilen: .*baslik"):
        figures.channel_bars(*bars, axis="y", baslik="t", **TEXT)


def test_what_cannot_be_told_apart_is_not_left_out_silently():
    many = {f"eğri {i}": [1, 2] for i in range(len(LINE_COLORS) + 1)}
    with pytest.raises(BadInput, match=r"en çok 6 çizim.*verilen 7: eğri 0, .*eğri 6"):
        figures.curves([1, 2], many, **LABELS, **TEXT)


def test_a_figure_that_cannot_be_drawn_leaves_matplotlib_alone():
    before = dict(matplotlib.rcParams)
    with pytest.raises(KeyError):
        figures.fusion_patterns(["P9", "P1"], **TEXT)
    assert dict(matplotlib.rcParams) == before


DECIMALS = [(0.5, "0,5"), (1.0, "1"), (-0.001, "0"), (12.25, "12,25"), (100, "100")]


@pytest.mark.parametrize(("value", "text"), DECIMALS)
def test_decimal_comma(value, text):
    assert comma(value) == text
