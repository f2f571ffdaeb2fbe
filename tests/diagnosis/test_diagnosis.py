"""Teşhis: katalogda olmayan kusurlar, karar verilemeyen bloklar, durum belirtileri, yan
etkisizlik."""

import copy

import pytest
import torch
from support.blocks import P1
from support.grid import WithLinear, rewritten
from timm.layers import ConvMlp, EcaModule, SEModule
from timm.layers.cbam import CbamModule
from timm.layers.coord_attn import CoordAttn
from torch import nn
from torchvision.models.resnet import BasicBlock, resnet18

from course_lib.attention.cbam import CBAMResidualDynamicSA
from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.classic import CBAM, CoordinateAttention, ECABlock, SEBlock
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.bugs import CATALOGUE, bugs_of, fixed_class, plant
from course_lib.diagnosis import diagnose
from course_lib.diagnosis.kinds import KINDS, kind_of_class
from course_lib.diagnosis.procedure import every_promise
from course_lib.residual import fusion
from course_lib.residual.branches import ConvBNAct
from course_lib.residual.fusion import ResidualAttn_P1

MAX = "max_s = x.amax(dim=(2, 3), keepdim=True)"
UNLISTED = {
    "ortalama iki kez": ((MAX, "max_s = x.mean(dim=(2, 3), keepdim=True)"), "tepe-duyulur"),
    "yönlendirici tepeyi görmüyor": (("torch.cat([avg_s, max_s], dim=1)", "torch.cat([avg_s, avg_s], dim=1)"),
                                     "tepe-duyulur"),
    "yönlendirici ortalamayı görmüyor": (("torch.cat([avg_s, max_s], dim=1)", "torch.cat([max_s, max_s], dim=1)"),
                                         "ortalama-duyulur"),
    "T yok sayılıyor": (("scaled = z / T", "scaled = z"), "sıcaklık-duyulur"),
    "maske toplanıyor": (("y = x * ca", "y = x + ca"), "maske-uygulanır"),
    "maske iki kez": (("y = x * ca", "y = x * ca * ca"), "maske-uygulanır"),
    "kapı yok": (("ca = self.gate_fn(scaled)", "ca = scaled"), "maske-aralığı"),
    "kapı tanh": (("ca = self.gate_fn(scaled)", "ca = torch.tanh(scaled)"), "maske-aralığı"),
    "tepe görüşü düştü": (("z = w_avg * a + w_max * m", "z = w_avg * a"), "ağırlık-toplamı"),
    "sabit ağırlık": (("fusion_w = torch.softmax(logits, dim=1)", "fusion_w = torch.full_like(logits, 0.5)"),
                      "yönlendirici-duyulur"),
    "yalnız T kopuk": (("scaled = z / T", "scaled = z / T.detach()"), "gradyan-ulaşır"),
    "yalnız yönlendirici kopuk": (("logits = self.fusion_router(s_cat).flatten(1)",
                                   "logits = self.fusion_router(s_cat).flatten(1).detach()"), "gradyan-ulaşır"),
    "özetler batch'te ortalanıyor": (("a = self.mlp(avg_s)", "a = self.mlp(avg_s.mean(dim=0, keepdim=True)).expand_as(avg_s)"),
                                     "örnek-bağımsızlığı"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNLISTED)
def test_a_fault_nobody_listed_is_never_healthy_and_never_misnamed(name):
    edit, broken = UNLISTED[name]
    found = diagnose(rewritten(edit))
    assert found.status == "buggy", str(found)
    assert found.bug_ids == (), str(found)
    assert broken in {f.name for f in found.broken}, str(found)


def test_every_promise_has_a_probe_and_every_bug_breaks_one():
    for block, kind in KINDS.items():
        assert len(kind.contract) == len(kind.promises)
        assert {b.promise for b in bugs_of(block).values()} <= {p.name for p in every_promise(kind)}
        assert len({b.mark for b in bugs_of(block).values()}) == len(bugs_of(block))


@pytest.mark.parametrize("bug_id", CATALOGUE)
def test_class_diagnosis_names_the_bug(bug_id):
    found = diagnose(plant(bug_id))
    assert found.bug_ids == (bug_id,)
    assert CATALOGUE[bug_id].promise in {f.name for f in found.broken}
    assert CATALOGUE[bug_id].title in str(found)


@pytest.mark.parametrize(
    "cls", [ChannelAttentionFusionT, WithLinear, DynamicSpatialAttention, CBAMResidualDynamicSA]
)
def test_class_diagnosis_of_healthy_classes(cls):
    found = diagnose(cls)
    assert found.status == "healthy", str(found)
    assert all(f.holds for f in found.findings), str(found.findings)


def test_a_bug_only_in_the_sum_branch_is_seen():
    found = diagnose(rewritten(("z = a + m", "z = a")))
    assert found.status == "buggy"
    assert {f.name for f in found.broken} == {"tepe-duyulur"}


class OtherBlock(nn.Module):
    """SE: sağlam, ama bu sözleşmenin bloğu değil."""

    def __init__(self):
        super().__init__()
        self.channels = 8
        self.fc1, self.fc2 = nn.Conv2d(8, 4, 1), nn.Conv2d(4, 8, 1)

    def forward(self, x):
        ca = torch.sigmoid(self.fc2(torch.relu(self.fc1(x.mean((2, 3), keepdim=True)))))
        return x * ca, ca


class OnlyY(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner, self.fc1 = inner, inner.fc1

    def forward(self, x):
        return self.inner(x)[0]


class PlainSpatial(nn.Module):
    """CBAM makalesinin uzamsal dikkati: ne dalı var ne yönlendiricisi."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, x):
        return x * torch.sigmoid(
            self.conv(torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], 1))
        )


class PlainCbam(nn.Module):
    """Adları bizimkiyle aynı (ca, sa), kendisi başka bir blok; sağlam."""

    def __init__(self, **fields):
        super().__init__()
        self.ca, self.sa = OnlyY(OtherBlock()), PlainSpatial()
        for name, value in fields.items():
            setattr(self, name, value)

    def forward(self, x):
        return self.sa(self.ca(x))


@pytest.mark.parametrize(
    "block",
    [
        OtherBlock(), nn.BatchNorm2d(8), nn.Conv2d(8, 8, 1), PlainCbam(), PlainCbam(residual=False),
        PlainCbam(residual=False, sa_dilation=2),
    ],
)  # fmt: skip
def test_a_healthy_block_of_another_kind_is_not_accused(block):
    block.channels = 8
    found = diagnose(block)
    assert found.status == "inconclusive"
    assert "başka blokları yargılamaz" in found.reason or "examine" in found.reason


class Raises(ChannelAttentionFusionT):
    def forward(self, x):
        raise RuntimeError("bilerek")


class WrongShape(ChannelAttentionFusionT):
    def forward(self, x):
        return x[:, :1], x


class Greedy(ResidualAttn_P1):
    def forward(self, x):
        return x.add_(self.f(x))


class Constant(ChannelAttentionFusionT):
    def attention_map(self, x):
        ca, w = super().attention_map(x)
        return torch.sigmoid(ca * 0 + 1000), w


@pytest.mark.parametrize(
    ("block", "promise", "words"),
    [
        (Raises(8), "çalışır", "bilerek"),
        (WrongShape(8), "dönüş-biçimi", "aynı şekilde"),
        (Greedy(8), "girdi-korunur", "yerinde değiştiriyor"),
    ],
    ids=["hata", "sekil", "girdi"],
)
def test_a_block_that_breaks_the_most_basic_promise_is_told(block, promise, words):
    found = diagnose(block)
    assert found.status == "buggy"
    assert [f.promise for f in found.broken] == [promise]
    assert words in str(found)


@pytest.mark.parametrize(
    ("block", "words"),
    [(nn.Identity(), "examine"), (nn.Linear, "kurulamadı")],
    ids=["baska-blok", "kurulamaz"],
)
def test_unmeasurable_blocks(block, words):
    found = diagnose(block)
    assert found.status == "inconclusive"
    assert words in found.reason
    assert words in str(found)


def test_a_gate_that_never_moves_is_not_called_healthy():
    found = diagnose(Constant(8))
    assert found.status == "buggy"
    assert "kapı-uçlara-varır" in {f.promise for f in found.broken}


def test_what_is_not_a_module_is_refused():
    with pytest.raises(TypeError, match=r"nn\.Module"):
        diagnose(lambda: None)


def test_the_block_and_the_world_are_left_alone():
    block = ChannelAttentionFusionT(16, learnable_temperature=True).bfloat16().train()
    block.fc1.requires_grad_(False)
    before = copy.deepcopy(block.state_dict())
    random_state = torch.get_rng_state()
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        assert diagnose(block).status == "healthy"
    with torch.inference_mode():
        assert diagnose(block).status == "healthy"
    assert diagnose(ChannelAttentionFusionT).status == "healthy"
    assert torch.equal(torch.get_rng_state(), random_state)
    assert block.training
    assert not block.return_fusion_weights
    assert not block.fc1.weight.requires_grad
    for key, value in block.state_dict().items():
        assert torch.equal(value, before[key])


def test_a_block_that_kept_its_last_result_can_be_diagnosed():
    class Keeps(ChannelAttentionFusionT):
        def forward(self, x):
            self.last = super().forward(x)
            self.map = self.last[1]
            return self.last

    block = Keeps(8)
    block(torch.randn(2, 8, 3, 3))
    del block.last  # demet içindeki tensör kopyalanamaz; tek başına duran kopyalanır
    assert diagnose(block).status == "healthy"


def test_symptoms_are_reported_apart_from_bugs():
    red = ChannelAttentionFusionT(8, learnable_temperature=True)
    with torch.no_grad():
        red.t_raw.fill_(-20.0)
    dead = ChannelAttentionFusionT(8)
    with torch.no_grad():
        dead.fc1.bias.fill_(-1e3)
    loud = ChannelAttentionFusionT(8)
    with torch.no_grad():
        loud.fc2.bias.fill_(100.0)
    for block, word in ((red, "kırmızı"), (dead, "ölü ReLU"), (loud, "doymuş")):
        found = diagnose(block)
        assert found.status == "healthy"
        assert any(word in s for s in found.symptoms), found.symptoms
    assert diagnose(ChannelAttentionFusionT(8)).symptoms == ()


@pytest.mark.parametrize("bug_id", CATALOGUE)
def test_right_fixes_are_healthy(sampled, bug_id):
    for fix in sampled(CATALOGUE[bug_id].right_fixes, 1, bug_id):
        assert diagnose(fixed_class(CATALOGUE[bug_id], fix)).status == "healthy", fix
    assert len(CATALOGUE[bug_id].right_fixes) >= 2
    assert len(CATALOGUE[bug_id].wrong_fixes) >= 3


def test_repeated_runs_agree():
    block = plant("ca-softmax-dim")(8)
    assert str(diagnose(block, seed=5)) == str(diagnose(block, seed=5))
    assert {diagnose(block, seed=s).bug_ids for s in range(5)} == {("ca-softmax-dim",)}


def test_operation_count_of_one_diagnosis_is_bounded(monkeypatch):
    """Süreye değil işe bakar: bir teşhiste yapılan ileri geçiş sayısı sınırlıdır."""
    calls = 0

    class Counted(ChannelAttentionFusionT):
        def forward(self, x):
            nonlocal calls
            calls += 1
            return super().forward(x)

    diagnose(Counted(64))
    assert 0 < calls < 600


RESIDUAL_UNLISTED = {
    "kısayol yarıya inmiş": ("return self.act(0.5 * self.shortcut(x) + attend(self.attn, self.f(x)))", "kalıp"),
    "dikkat iki kez": ("return self.act(self.shortcut(x) + attend(self.attn, attend(self.attn, self.f(x))))", "kalıp"),
    "örnekler ortalanıyor": (
        "return self.act(self.shortcut(x) + attend(self.attn, self.f(x)).mean(0, keepdim=True))", "örnek-bağımsızlığı",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RESIDUAL_UNLISTED)
def test_a_residual_fault_nobody_listed_is_never_healthy_and_never_misnamed(name):
    line, broken = RESIDUAL_UNLISTED[name]
    found = diagnose(
        rewritten(
            ("return self.act(self.shortcut(x) + attend(self.attn, self.f(x)))", line), block=P1
        )
    )
    assert found.status == "buggy", str(found)
    assert found.bug_ids == (), str(found)
    assert broken in {f.promise for f in found.broken}, str(found)


def test_a_shortcut_that_is_not_what_was_declared_is_seen():
    block = ResidualAttn_P1(8, attn=SEBlock)
    block.shortcut = nn.Conv2d(8, 8, 1)  # söylenen tasarım: birim eşleme
    found = diagnose(block)
    assert found.status == "buggy"
    assert "kısayol-şekli" in {f.name for f in found.broken}
    assert "söylenmemiş" in str(found)


@pytest.mark.parametrize(
    "cls",
    [
        SEBlock,
        ECABlock,
        CBAM,
        CoordinateAttention,
        *(getattr(fusion, f"ResidualAttn_P{i}") for i in range(1, 5)),
    ],
)
def test_class_diagnosis_of_the_later_healthy_classes(cls):
    found = diagnose(cls)
    assert found.status == "healthy", str(found)
    renamed = type("KaraKutu", (cls.__base__,), dict(vars(cls)))
    assert kind_of_class(renamed) is kind_of_class(cls)


class Mlp(nn.Module):
    """SE'nin parça adlarını taşıyan sıradan bir MLP; çarpan değil."""

    def __init__(self):
        super().__init__()
        self.channels, self.hidden = 8, 16
        self.fc1, self.act, self.fc2 = nn.Conv2d(8, 16, 1), nn.ReLU(), nn.Conv2d(16, 8, 1)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class Strips(nn.Module):
    """Koordinat dikkatinin parça adlarını taşıyan bir evrişim çifti."""

    def __init__(self):
        super().__init__()
        self.channels = 8
        self.conv_h = nn.Conv2d(8, 8, (3, 1), padding=(1, 0))
        self.conv_w = nn.Conv2d(8, 8, (1, 3), padding=(0, 1))

    def forward(self, x):
        return self.conv_w(self.conv_h(x))


FOREIGN = {
    "MLP": Mlp,
    "evrişim çifti": Strips,
    "timm ConvMlp": lambda: ConvMlp(8, 16),
    "timm SE": lambda: SEModule(16),
    "timm ECA": lambda: EcaModule(16),
    "timm CBAM": lambda: CbamModule(16),
    "timm koordinat": lambda: CoordAttn(16),
    "torchvision BasicBlock": lambda: BasicBlock(8, 8),
    "torchvision ResNet-18": lambda: resnet18(num_classes=3),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_healthy_block_with_the_same_part_names_is_not_accused(name):
    found = diagnose(FOREIGN[name]())
    assert found.status == "inconclusive", str(found)


@pytest.mark.parametrize("name", ["MLP", "evrişim çifti", "timm SE"])
def test_a_foreign_attention_inside_a_residual_block_is_left_alone(name):
    inner = SEModule(8) if name == "timm SE" else FOREIGN[name]()
    assert diagnose(ResidualAttn_P1(8, attn=inner)).status == "healthy"


def test_a_block_without_a_design_is_not_accused():
    class Bare(nn.Module):
        def __init__(self):
            super().__init__()
            self.ch, self.f, self.shortcut = 8, nn.Conv2d(8, 8, 3, padding=1), nn.Identity()

        def forward(self, x):
            return self.f(x) + self.shortcut(x)

    found = diagnose(Bare())
    assert found.status == "inconclusive"
    assert "design" in found.reason


def test_an_unmeasurable_part_is_told_beside_a_broken_promise():
    class Crashes(SEBlock):
        def forward(self, x):
            raise IndexError("bilerek")

    network = plant("fusion-attention-everywhere")(
        10, widths=(8, 16), attention="se", attention_stages=(2,)
    )
    network.stages[1][0].attn = Crashes(16)
    assert "bilerek" in str(diagnose(network))


def test_a_branch_that_ends_in_a_relu_is_a_symptom_not_a_fault():
    found = diagnose(ResidualAttn_P1(8, f=ConvBNAct(8, 8)))
    assert found.status == "healthy"
    assert any("hiç çıkaramaz" in s for s in found.symptoms)
    assert not diagnose(ResidualAttn_P1(8)).symptoms
