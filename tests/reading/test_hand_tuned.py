"""Elle ayarlanmış bloklar söylediklerini yapar: öğrenilmiş değil, ama bilinen."""

import pytest
import torch

from course_lib.reading import album, center_surround, filter_bank, handmade


def test_the_channel_block_opens_the_loud_channel_and_trusts_the_peak_of_a_spiky_picture():
    names, images = album()
    maps = filter_bank(images)[1]
    block = handmade(return_fusion_weights=True)
    with torch.no_grad():
        ca, weights = block(maps)[1:]
        a, m = (block.mlp(s).flatten(1) for s in (maps.mean((2, 3), True), maps.amax((2, 3), True)))
    mixed = weights[:, :1] * a + weights[:, 1:] * m
    assert torch.allclose(ca.flatten(1), torch.sigmoid(mixed), atol=1e-6)
    assert torch.allclose(
        a.sum(1), torch.zeros(len(names)), atol=1e-5
    )  # ortalama ses düğmeyi açmaz
    assert weights[names.index("lamba"), 1] > 0.9 > 0.5 > weights[names.index("çit"), 1]


@pytest.mark.parametrize("kernel", [3, 7, 15])
def test_the_spatial_block_lights_what_is_brighter_than_its_window(kernel):
    x = torch.full((1, 3, 61, 61), 0.5)
    x[..., 30, 30] = 1.0
    with torch.no_grad():
        sa = center_surround(kernel)(x)[1][0, 0]
    assert sa[30, 30] > 0.95
    assert sa[30, 30 + kernel // 2] < 0.5  # parlak noktayı gören komşu, çevresinden sönüktür
    assert sa[30, 30 + kernel] == pytest.approx(0.5, abs=1e-5)  # düz yerde söyleyecek sözü yoktur
