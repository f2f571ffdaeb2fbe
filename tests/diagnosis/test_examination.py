"""Muayene: dünyanın dikkatleri doğru anlatılır, hiçbiri suçlanmaz; ekilen kusurlar söylenir."""

import json

import pytest
import timm.layers as timm
import torch
from support.public_styles import FAULTS, HEARS, STYLES, LinearSE, built, faulty
from timm.layers.cbam import CbamModule, LightCbamModule
from timm.layers.coord_attn import CoordAttn
from timm.models.resnet import BasicBlock
from torch import nn
from torchvision.ops import SqueezeExcitation

from course_lib import cli
from course_lib.attention import CBAMResidualDynamicSA, SEBlock
from course_lib.diagnosis import assert_keeps_promises, examine

# Blok -> (biçim, duyduğu özetler, bir kanalın kıpırdattığı kanallar, en yakın kurstaki blok, aynı mı)
PUBLIC = {
    "timm SEModule": (lambda: timm.SEModule(64), "kanal", ("ortalama",), None, "SEBlock", True),
    "timm EffectiveSEModule": (lambda: timm.EffectiveSEModule(64), "kanal", ("ortalama",), None, "SEBlock", False),
    "timm EcaModule": (lambda: timm.EcaModule(64), "kanal", ("ortalama",), 3, "ECABlock", True),
    "timm CecaModule": (lambda: timm.CecaModule(64), "kanal", ("ortalama",), 3, "ECABlock", False),
    "timm CbamModule": (lambda: CbamModule(64), "kanal × uzam", ("ortalama", "tepe"), None, "CBAM", True),
    "timm LightCbamModule": (lambda: LightCbamModule(64), "kanal × uzam", ("ortalama", "tepe"), None, "CBAM", False),
    "timm CoordAttn": (lambda: CoordAttn(64), "satır × sütun", (), None, "CoordinateAttention", False),
    "timm GatherExcite": (lambda: timm.GatherExcite(64, use_mlp=False), "kanal", ("ortalama",), 1, "", True),
    "timm GlobalContext": (lambda: timm.GlobalContext(64), "kanal", ("ortalama", "tepe", "başka bir özet"), None, "", True),
    "torchvision SqueezeExcitation": (lambda: SqueezeExcitation(64, 4), "kanal", ("ortalama",), None, "SEBlock", True),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLIC)
def test_a_library_s_attention_is_described_rightly_and_not_accused(name):
    make, form, hears, wide, nearest, same = PUBLIC[name]
    torch.manual_seed(0)
    found = examine(make())
    assert found.status == "healthy", str(found)
    assert found.portrait.form == form
    assert found.portrait.hears == hears
    assert found.portrait.channel_reach == wide
    assert found.portrait.independent
    assert found.nearest == nearest
    assert (found.departs == ()) == same, str(found)


@pytest.mark.parametrize("style", STYLES)
def test_a_public_style_is_described_rightly_and_not_accused(style):
    found = examine(built(style))
    assert found.status == "healthy", str(found)
    assert found.portrait.form == STYLES[style]
    assert found.portrait.hears == HEARS.get(style, found.portrait.hears)
    assert found.portrait.floor == (1.0 if "Residual" in style.__name__ else 0.0)


def test_planted_faults_are_told_with_the_right_promise():
    told = right = 0
    for style, edits, promise in FAULTS:
        found = examine(built(faulty(style, edits)), channels=16)
        told += found.status == "buggy"
        right += promise in {f.promise for f in found.broken}
    assert len(FAULTS) >= 30
    assert told == len(FAULTS)
    assert right >= len(FAULTS) - 2


def test_a_mix_with_the_input_is_told_with_its_share():
    found = examine(CBAMResidualDynamicSA(32, alpha_init=0.6))
    assert found.status == "healthy", str(found)
    assert found.portrait.form == "kanal × uzam"
    assert found.portrait.floor == pytest.approx(0.4, abs=1e-6)
    assert found.portrait.sees_place
    assert "girdiden her zaman geçen pay 0,4" in str(found)


def test_the_attention_inside_a_residual_block_is_found():
    found = examine(BasicBlock(32, 32, attn_layer=timm.SEModule))
    assert found.status == "healthy", str(found)
    assert found.portrait.form == "artık"
    assert "girdi artı öğrenen yol" in str(found)
    assert [inner.name for inner in found.inner.values()] == ["SEModule"]
    assert found.inner["se"].portrait.form == "kanal"


@pytest.mark.parametrize(
    "wrap", [nn.DataParallel, nn.Sequential, lambda b: torch.compile(b, backend="eager")]
)
def test_wrappers_are_opened(wrap):
    found = examine(wrap(SEBlock(16)))
    assert found.name == "SEBlock"
    assert found.nearest == "SEBlock"
    assert found.departs == ()


@pytest.mark.parametrize("block", [nn.Linear(4, 4), nn.Conv2d(3, 5, 1), nn.LSTM(4, 4)])
def test_what_is_no_such_module_is_not_judged(block):
    found = examine(block)
    assert found.status == "inconclusive"
    assert "channels=C" in found.reason


def test_an_identity_is_told():
    assert examine(nn.Identity()).status == "buggy"
    with pytest.raises(AssertionError, match="kapı-uygulanır"):
        assert_keeps_promises(nn.Identity())
    assert_keeps_promises(SEBlock(16))
    with pytest.raises(TypeError, match=r"nn\.Module"):
        examine(SEBlock)


def test_the_examined_block_and_the_world_are_left_alone():
    block = LinearSE(16).train()
    before = {k: v.clone() for k, v in block.state_dict().items()}
    state = torch.get_rng_state()
    examine(block)
    assert torch.equal(torch.get_rng_state(), state)
    assert block.training
    assert all(torch.equal(v, before[k]) for k, v in block.state_dict().items())


def test_the_picture_is_labelled():
    page = examine(SEBlock(16))._repr_html_()
    assert 'role="img"' in page
    assert "Bir örneğin çarpanı: en açık" in page
    assert "64 kanalın ilk 32'i" in examine(SEBlock(64))._repr_html_()


@pytest.mark.parametrize(
    "bug_id",
    ["se-view-layout", "se-stale-mask", "cbam-input-overwritten", "sa-unregistered-branches"],
)
def test_a_signature_known_from_the_course_is_named(bug_id):
    class Own(nn.Module):
        """Kursun adlarını taşımayan SE; hatalardan biri içinde."""

        def __init__(self):
            super().__init__()
            layers = [nn.Linear(16, 4), nn.ReLU(), nn.Linear(4, 16), nn.Sigmoid()]
            self.layers = layers if bug_id == "sa-unregistered-branches" else nn.Sequential(*layers)

        def gate(self, x):
            s = (
                x.view(-1, *x.shape[2:]).mean((1, 2)).view(len(x), -1)
                if bug_id == "se-view-layout"
                else x.mean((2, 3))
            )
            for layer in self.layers:
                s = layer(s)
            return s[:, :, None, None]

        def forward(self, x):
            if bug_id == "cbam-input-overwritten":
                return x.mul_(self.gate(x))
            if bug_id != "se-stale-mask":
                return x * self.gate(x)
            if getattr(self, "kept", None) is None or len(self.kept) != len(x):
                self.kept = self.gate(x)
            return x * self.kept

    found = examine(Own(), channels=16)
    assert found.status == "buggy"
    assert bug_id in found.bug_ids, str(found)
    assert f"katalogda aynı imza · {bug_id}" in str(found)


def test_the_command_says_builds_and_exits(capsys, tmp_path):
    assert cli.main(["muayene", "timm.layers:SEModule", "--kanal", "32"]) == 0
    assert "sağlam" in capsys.readouterr().out
    own = tmp_path / "blogum.py"
    own.write_text(
        "import torch\nfrom torch import nn\n\n\nclass Blok(nn.Module):\n"
        "    def __init__(self, c, oran=4):\n        super().__init__()\n"
        "        self.fc = nn.Conv2d(c, c // oran, 1)\n        self.up = nn.Conv2d(c // oran, c, 1)\n\n"
        "    def forward(self, x):\n"
        "        w = torch.sigmoid(self.up(self.fc(x.mean((0, 2, 3), keepdim=True)).relu()))\n"
        "        return x * w\n",
        encoding="utf-8",
    )
    assert cli.main(["muayene", f"{own}:Blok", "--kanal", "16", "--ayar", "oran=2", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["durum"] == "hatalı"
    assert "örnek-bağımsızlığı" in said["bozulan sözler"]
    wide = ["--ayar", "out_channels=5", "--ayar", "kernel_size=1"]
    assert cli.main(["muayene", "torch.nn:Conv2d", "--kanal", "4", *wide]) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["SEModule"], "gibi yazılmalı"),
        (["olmayan.modul:X"], "yüklenemedi"),
        (["olmayan.py:X"], "bulunamadı"),
        (["timm.layers:Yok", "--kanal", "8"], "'Yok'"),
        (["timm.layers:SEModule"], "--kanal C"),
        (["timm.layers:SEModule", "--kanal", "8", "--ayar", "oran"], "ad=değer"),
        (["timm.layers:SEModule", "--kanal", "8", "--ayar", "olmayan=3"], "kurulamadı"),
    ],
)
def test_bad_input_of_the_command_is_named(arguments, words, capsys):
    assert cli.main(["muayene", *arguments]) == 2
    assert words in capsys.readouterr().err
