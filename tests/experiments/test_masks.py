"""Maskeler: harita bloğun kullandığıdır; kutuyla karşılaştırma elle sayılanı verir."""

import pytest
import torch

from course_lib.attention.classic import SEBlock
from course_lib.experiments.masks import (
    attention_maps,
    attention_parts,
    centre_prior,
    dead_units,
    inside,
    mask_statistics,
    pointing_game,
    random_mask,
    share_inside,
    spatial,
)
from course_lib.residual.resnet import SmallResNet

BOXES = torch.tensor([[1, 0, 3, 2], [0, 2, 4, 4]])  # x0, y0, x1, y1


def network(attention, **options):
    torch.manual_seed(0)
    return SmallResNet(10, in_channels=1, widths=(4, 8), attention=attention, **options)


def test_a_box_is_painted_where_it_is():
    first, second = inside(BOXES, (4, 4))
    assert first.tolist() == [[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert second.tolist() == [[0] * 4, [0] * 4, [1] * 4, [1] * 4]


def test_pointing_game_and_share_by_hand():
    mask = torch.full((2, 4, 4), 0.5)
    mask[0, 1, 2] = 1.0  # tepe kutunun içinde
    mask[1, 1, 2] = 1.0  # tepe kutunun dışında
    assert pointing_game(mask, BOXES).tolist() == [1, 0]
    assert share_inside(mask, BOXES).tolist() == pytest.approx([2.5 / 8.5, 4 / 8.5])


def test_a_flat_mask_gets_only_the_area_of_the_box():
    flat = torch.ones(2, 4, 4)
    assert pointing_game(flat, BOXES).tolist() == share_inside(flat, BOXES).tolist() == [0.25, 0.5]


def test_references_do_not_look_at_the_image():
    centre, noise = centre_prior(2, (5, 7)), random_mask(2, (5, 7))
    assert torch.equal(centre[0], centre[1])
    assert centre[0].argmax() == 2 * 7 + 3
    assert torch.equal(noise, random_mask(2, (5, 7)))
    assert not torch.equal(noise[0], noise[1])


def test_a_small_mask_is_brought_to_the_size_of_the_image():
    assert spatial(torch.rand(3, 5, 4, 2), (8, 4)).shape == (3, 8, 4)
    constant = spatial(torch.full((1, 2, 3, 3), 0.25), (9, 9))
    assert torch.allclose(constant, torch.tensor(0.25))


@pytest.mark.parametrize(
    ("attention", "parts"),
    [
        (None, 0),
        ("se", 2),
        ("eca", 2),
        ("cbam", 2),
        ("coordinate", 2),
        ("channel_fusion", 2),
        ("cbam_dynamic", 4),
    ],
)
def test_every_attention_gives_its_map(attention, parts):
    net, x = network(attention), torch.rand(3, 1, 8, 10)
    found = attention_maps(net, x)
    assert set(found) == set(attention_parts(net))
    assert len(found) == parts
    assert all(0 <= float(m.min()) <= float(m.max()) <= 1 for m in found.values())


@pytest.mark.parametrize("was_training", [True, False])
def test_the_map_is_the_one_the_network_used(was_training):
    net, x = network("se").train(was_training), torch.rand(3, 1, 8, 8)
    seen = {}
    part = net.stages[1][0].attn
    hook = part.register_forward_hook(lambda _m, given, out: seen.update(used=out / given[0]))
    found = attention_maps(net, x)["stages.1.0.attn"]
    hook.remove()
    used = seen["used"]
    assert torch.allclose(used[~used.isnan()], found.expand_as(used)[~used.isnan()], atol=1e-6)
    assert net.training is was_training
    assert not part._forward_pre_hooks


def test_the_spatial_map_of_our_cbam_looks_at_the_output_of_its_channel_attention():
    net, x = (
        network("cbam_dynamic", attention_options={"return_maps": True}).eval(),
        torch.rand(2, 1, 8, 8),
    )
    seen = {}
    hook = net.stages[0][0].attn.register_forward_hook(
        lambda _m, _given, out: seen.update(sa=out[2], ca=out[1])
    )
    found = attention_maps(net, x)
    hook.remove()
    assert torch.equal(found["stages.0.0.attn.sa"], seen["sa"])
    assert torch.equal(found["stages.0.0.attn.ca"], seen["ca"])


def test_statistics_of_a_known_mask():
    net = network("se")
    with torch.no_grad():
        for part in net.modules():
            if isinstance(part, SEBlock):
                part.fc2.weight.zero_()
                part.fc2.bias.fill_(20.0)
    found = mask_statistics(net, torch.rand(2, 1, 8, 8))
    assert found == {
        "mask_mean": pytest.approx(1),
        "mask_std": pytest.approx(0, abs=1e-6),
        "mask_saturated": 1.0,
    }
    assert mask_statistics(network(None), torch.rand(2, 1, 8, 8)) == {}


@pytest.mark.parametrize("attention", ["se", "cbam", "channel_fusion"])
def test_a_dead_unit_is_one_that_no_image_opens(attention):
    net = network(
        attention, attention_options={"min_hidden": 2} if "_" in attention else {"hidden": 2}
    )
    part = net.stages[1][0].attn
    for convolution in (part.fc1,):
        torch.nn.init.zeros_(convolution.weight)
        bias = torch.tensor([-1.0, 1.0])
        convolution.bias = torch.nn.Parameter(bias)  # ilki hep kapalı, ikincisi hep açık
    found = dead_units(net, torch.rand(6, 1, 16, 16))
    assert found["stages.1.0.attn"] == 0.5
    assert set(found) == {"stages.0.0.attn", "stages.1.0.attn"}


def test_one_image_is_enough_to_call_a_unit_alive():
    net = network("se", attention_options={"hidden": 1})
    with torch.no_grad():
        part = net.stages[0][0].attn
        part.fc1.weight.zero_()
        part.fc1.weight[0, 0] = 1.0
        x = torch.rand(8, 1, 16, 16)
        seen = []
        part.register_forward_pre_hook(
            lambda _m, given: seen.append(given[0].mean(dim=(2, 3))[:, 0])
        )
        net.eval()(x)
        part.fc1.bias.fill_(-float(seen[0].sort().values[-2]))  # yalnız en büyüğü açar
    assert dead_units(net, x)["stages.0.0.attn"] == 0
    with torch.no_grad():
        part.fc1.bias.fill_(-float(seen[0].max()) - 1)
    assert dead_units(net, x)["stages.0.0.attn"] == 1


def test_where_there_is_no_hidden_unit_nothing_is_counted():
    assert dead_units(network("eca"), torch.rand(2, 1, 16, 16)) == {}
