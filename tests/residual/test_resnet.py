"""Küçük ResNet: şekiller, plan, kendini anlatma, torchvision'la karşılaştırma, derleme, meta."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.common import DEVICE, assert_near, drawn
from torch import nn
from torchvision.models.resnet import BasicBlock

from course_lib.attention.registry import attention_classes
from course_lib.residual import resnet
from course_lib.residual.blocks import branch_classes, patterns


def built(classes=10, **options):
    return resnet.SmallResNet(classes, **options).to(DEVICE)


def attention_modules(network):
    classes = tuple(attention_classes().values())
    return {name.split(".")[1] for name, m in network.named_modules() if isinstance(m, classes)}


@pytest.mark.parametrize("pattern", patterns())
@pytest.mark.parametrize("block", branch_classes())
def test_runs_and_learns(block, pattern):
    network = built(7, widths=(16, 32), block=block, pattern=pattern, attention="eca", depth=2)
    logits = network(drawn((3, 3, 9, 8)))
    assert logits.shape == (3, 7)
    logits.square().sum().backward()
    assert all(p.grad is not None for p in network.parameters())


def test_equals_the_same_network_built_from_torchvision_s_blocks():
    """Dikkatsiz, temel bloklu ağ, torchvision'ın bloklarıyla kurulanla aynı sayıyı verir."""
    network = built(5, widths=(8, 16), depth=2).eval()
    x = drawn((2, 3, 9, 7))
    h = network.stem(x)
    for stage in network.stages:
        for block in stage:
            stride, ch, out = block.stride, block.ch, block.out
            down = (
                nn.Sequential(nn.Conv2d(ch, out, 1, stride, bias=False), nn.BatchNorm2d(out))
                if ch != out
                else None
            )
            oracle = BasicBlock(ch, out, stride, down).to(DEVICE).eval()
            names = {"f.0.": "", "f.1.": "", "shortcut": "downsample"}
            state = {}
            for key, value in block.state_dict().items():
                if key.startswith("f."):
                    _, number, layer, *rest = key.split(".")
                    state[".".join([f"{layer}{int(number) + 1}", *rest])] = value
                else:
                    state[key.replace("shortcut", names["shortcut"])] = value
            oracle.load_state_dict(state)
            h = oracle(h)
    assert_near(
        network(x),
        nn.functional.linear(h.mean((2, 3)), network.head.weight, network.head.bias),
        1e-5,
    )


@pytest.mark.parametrize("stages", [None, (1,), (3,), (1, 3)])
def test_attention_sits_in_the_planned_stages_only(stages):
    network = built(attention="se", attention_stages=stages, depth=2)
    wanted = {1, 2, 3} if stages is None else set(stages)
    assert network.plan == tuple("se" if i in wanted else None for i in (1, 2, 3))
    assert attention_modules(network) == {str(i - 1) for i in wanted}


def test_the_se_block_is_written_into_the_plan():
    assert built(block="se").plan == ("se", "se", "se")
    partly = built(block="se", attention_stages=(2,))
    assert partly.plan == (None, "se", None)
    assert attention_modules(partly) == {"1"}
    assert built(block="se", attention="eca").plan == ("eca", "eca", "eca")


def test_describe_says_what_it_is_made_of():
    text = built(
        block="preact", pattern="P4", attention="coordinate", attention_stages=(3,), skip_alpha=0.1
    ).describe()
    lines = text.split("\n")
    assert "preact" in lines[0]
    assert "P4" in lines[0]
    assert len(lines) == 4
    assert "dikkat yok" in lines[1]
    assert "birim eşleme" in lines[1]
    assert "izdüşüm" in lines[2]
    assert "coordinate, kısayolda ve F'nin çıkışında" in lines[3]
    assert "32 -> 64 kanal, adım 2" in lines[3]


@pytest.mark.parametrize("block", ["preact", "basic"])
def test_compile_export_and_meta(block):
    network = built(
        widths=(8, 16), block=block, pattern="P4", attention="channel_fusion", skip_alpha=0.1
    ).eval()
    x = drawn((2, 3, 9, 8))
    want = network(x)
    assert_near(
        torch.compile(copy.deepcopy(network), fullgraph=True, backend="eager")(x), want, 1e-5
    )
    assert_near(torch.export.export(copy.deepcopy(network), (x,)).module()(x), want, 1e-5)
    assert (
        copy.deepcopy(network).to("meta")(torch.empty(2, 3, 9, 8, device="meta")).device.type
        == "meta"
    )


@given(
    b=st.integers(1, 3),
    h=st.integers(4, 12),
    w=st.integers(4, 12),
    widths=st.lists(st.integers(1, 6), min_size=1, max_size=3),
)
def test_any_size_and_widths(b, h, w, widths):
    network = built(4, widths=widths, attention="se").double().eval()
    x = drawn((b, 3, h, w), torch.float64)
    assert network(x).shape == (b, 4)
    assert_near(network(x.flip(0)), network(x).flip(0), 1e-12)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"classes": 0}, "^classes"), ({"in_channels": 0}, "^in_channels"), ({"widths": ()}, "^widths"),
        ({"widths": (8, 0)}, r"^widths\[1\]"), ({"depth": 0}, "^depth"), ({"block": "x"}, "^block"),
        ({"pattern": "P0"}, "^pattern"), ({"attention": "x"}, "^attention"), ({"attention_stages": (4,)}, "^attention_stages"),
        ({"attention_stages": (0,)}, r"^attention_stages\[0\]"), ({"zero_init": None}, "^zero_init"),
    ],
    ids=str,
)  # fmt: skip
def test_bad_arguments_are_named(options, words):
    with pytest.raises(ValueError, match=words) as caught:
        resnet.SmallResNet(**{"classes": 10, **options})
    assert "verilen" in str(caught.value)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="kanal sayısı 3"):
        built()(torch.zeros(1, 4, 8, 8))
