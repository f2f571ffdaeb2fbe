"""Yargı iki yönlü: kendi hatasıyla kalır, çözümle ve başka türlü yazılmış doğruyla geçer, kaçamakla geçmez."""

import dataclasses

import pytest
import torch
from torch import nn

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.bughunt.bug import CHANNEL, COORDINATES, RESNET, SPATIAL
from course_lib.bughunt.catalogue import CATALOGUE
from course_lib.bughunt.change import change, fix_change
from course_lib.bughunt.diagnosis import diagnose
from course_lib.bughunt.kinds import KINDS
from course_lib.bughunt.planting import (
    apply_edits,
    class_from_sources,
    edited_sources,
    fixed_class,
    plant,
    run_source,
    target_class,
)
from course_lib.practice.blackbox import black_box
from course_lib.practice.exercises import EXERCISES, exercise
from course_lib.practice.judge import Different, against_reference, judge, same_parts
from course_lib.practice.imports import code_cell

SINGLE = {e.bugs[0]: e.id for e in EXERCISES.values() if len(e.bugs) == 1 and not e.slips}


def classes(item, repaired):
    return {name: class_from_sources(item.sources(name, repaired=repaired)) for name in item.suspects}


def answer(item, repaired, guess=None):
    found = classes(item, repaired)
    if item.readings:
        return {**found, "okuma": guess}
    return {**found, "masum": guess} if len(found) > 1 else next(iter(found.values()))


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_untouched_exercise_fails_as_planned_with_its_own_bug(exercise_id):
    item = EXERCISES[exercise_id]
    verdict = judge(exercise_id, answer(item, repaired=False))
    assert verdict.state == "untried"
    assert "planlanmış" in str(verdict)
    if len(item.suspects) == 1 and not item.slips:
        assert verdict.bug_ids == tuple(b for b in CATALOGUE if b in item.bugs)
        for bug_id in item.bugs:
            assert CATALOGUE[bug_id].property not in str(verdict)  # tahmini bozmaz


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_repaired_exercise_is_solved(exercise_id):
    item = EXERCISES[exercise_id]
    assert judge(exercise_id, answer(item, repaired=True, guess=item.innocent or item.right_reading)).state == "solved"


@pytest.mark.parametrize("bug_id", SINGLE)
def test_right_answers_written_otherwise_pass_and_wrong_ones_fail(bug_id):
    bug, exercise_id = CATALOGUE[bug_id], SINGLE[bug_id]
    for fix in bug.right_fixes:
        assert judge(exercise_id, fixed_class(bug, fix)).state == "solved", fix
        assert fix.edits[0][1].split("\n")[0] in str(fix_change(bug, fix))
    for fix in bug.wrong_fixes:
        verdict = judge(exercise_id, fixed_class(bug, fix))
        assert verdict.state == "wrong", (fix, verdict)
    for other, entry in CATALOGUE.items():
        if other != bug_id and entry.block == bug.block:
            verdict = judge(exercise_id, plant(other))
            assert verdict.state == "wrong"
            assert CATALOGUE[other].property in str(verdict)
            assert "başka bir şeyi bozmuş" in str(verdict)


class WithExtraLayer(ChannelAttentionFusionT):
    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        self.extra = nn.Conv2d(channels, channels, 1)

    def attention_map(self, x):
        return super().attention_map(self.extra(x))


class WithoutRouter(ChannelAttentionFusionT):
    def __init__(self, channels, **options):
        super().__init__(channels, **{**options, "fusion": "sum"})


class Copied(ChannelAttentionFusionT):
    """Sonucu doğru, ama çıktı ile maske arasında bir kat sayı var."""

    def forward(self, x):
        out = super().forward(x)
        return (out[0] * 0.999, *out[1:])


class TwoValues(ChannelAttentionFusionT):
    def forward(self, x):
        return super().forward(x)[:2]


class WiderMlp(ChannelAttentionFusionT):
    def __init__(self, channels, **options):
        super().__init__(channels, **{**options, "reduction": 1})


class OnlySmallBatches(ChannelAttentionFusionT):
    """Küçük batch'te doğru, büyüğünde örnekleri karıştıran kaçamak."""

    def attention_map(self, x):
        ca, w = super().attention_map(x)
        return (ca.mean(0, keepdim=True).expand_as(ca) if len(x) > 8 else ca), w


class OnlyTrainMode(ChannelAttentionFusionT):
    """Diagnosis eval modunda bakar; referans karşılaştırması train modunda da bakar."""

    def attention_map(self, x):
        ca, w = super().attention_map(x)
        return (ca * 0.5 if self.training else ca), w


@pytest.mark.parametrize(
    "cls", [WithExtraLayer, WithoutRouter, Copied, TwoValues, WiderMlp, OnlyTrainMode, OnlySmallBatches, nn.Identity]
)
def test_escapes_are_rejected(cls):
    verdict = judge("e01", cls)
    assert verdict.state == "wrong", str(verdict)


class WithLinear(ChannelAttentionFusionT):
    """1×1 evrişim yerine nn.Linear, detach'li günlük: sağlam, başka türlü."""

    def __init__(self, channels, **options):
        super().__init__(channels, **options)
        for name in ("fc1", "fc2"):
            conv = getattr(self, name)
            setattr(self, name, nn.Linear(conv.in_channels, conv.out_channels, bias=conv.bias is not None))

    def forward(self, x):
        avg_s, max_s = x.mean((2, 3)), x.amax((2, 3))
        a, m, w = self.mlp(avg_s), self.mlp(max_s), None
        if self.fusion == "sum":
            z = a + m
        else:
            w = self.fusion_router(torch.cat([avg_s, max_s], 1)[:, :, None, None]).flatten(1).softmax(-1)
            z = w[:, :1] * a + w[:, 1:] * m
        ca = self.gate_fn(z / self.get_T())[:, :, None, None]
        y = x * ca
        return (y, ca.detach(), w) if self.return_fusion_weights else (y, ca.detach())


@pytest.mark.parametrize("exercise_id", [e.id for e in EXERCISES.values() if e.block == CHANNEL and len(e.suspects) == 1])
def test_a_rewritten_healthy_block_is_accepted_everywhere(exercise_id):
    assert judge(exercise_id, WithLinear).state == "solved"
    assert judge(exercise_id, WithLinear(8)).state == "solved"


@pytest.mark.parametrize("exercise_id", [e.id for e in EXERCISES.values() if len(e.suspects) == 1 and len(e.bugs) == 2])
def test_two_bugs_need_both_repairs(exercise_id):
    item = EXERCISES[exercise_id]
    for left in item.bugs:
        verdict = judge(exercise_id, plant(left, block=item.block))
        assert verdict.state == "wrong"
        assert verdict.bug_ids in ((left,), ()), str(verdict)


@pytest.mark.parametrize("bug_id", [b for b in CATALOGUE if b not in SINGLE])
def test_fixes_of_bugs_without_their_own_exercise(bug_id):
    bug = CATALOGUE[bug_id]
    kind = KINDS[bug.block]
    for right in bug.right_fixes:
        cls = fixed_class(bug, right)
        same_parts(cls, kind)
        against_reference(cls, kind)
    for wrong in bug.wrong_fixes:
        try:
            cls = fixed_class(bug, wrong)
            same_parts(cls, kind)
            rejected = diagnose(cls).status == "buggy"
            if not rejected:
                against_reference(cls, kind)
        except (Different, RuntimeError):  # çöken onarım da onarım değildir
            rejected = True
        assert rejected, wrong


def test_a_misread_figure():
    item = EXERCISES["e18"]
    (cls,) = classes(item, False).values()
    name = next(iter(item.suspects))
    assert judge("e18", {name: cls, "okuma": None}).state == "untried"
    for reading in item.readings:
        wanted = "solved" if reading == item.right_reading else "wrong"
        assert judge("e18", {name: cls, "okuma": reading}).state == wanted
    spoilt = judge("e18", {name: plant("sa-missing-gate"), "okuma": item.right_reading})
    assert spoilt.state == "wrong"
    assert "baştan sağlamdı" in str(spoilt)
    assert judge("e18", {name: cls, "okuma": "güzel"}).state == "uncheckable"
    assert judge("e18", cls).state == "uncheckable"


class WrongForOtherTypes(target_class(SPATIAL)):
    """Tür kazasını yanlış onaran: girdinin türünü ağırlıklarınkine çevirmiyor."""

    def describe_places(self, x):
        return super().describe_places(x).to(x.dtype)


class NeverQuiteClosed(target_class(SPATIAL)):
    """Maskeyi uçlardan uzak tutan kaçamak: küçük skorlarda görünmez."""

    def attention_map(self, x):
        sa, weights = super().attention_map(x)
        return sa.clamp(0.05, 0.95), weights


def test_escapes_of_the_spatial_block_are_rejected():
    assert judge("e19", WrongForOtherTypes).state == "wrong"
    assert judge("e14", NeverQuiteClosed).state == "wrong"
    unguarded = (("/ max(width - 1, 1)", "/ (width - 1)"), ("/ max(height - 1, 1)", "/ (height - 1)"))
    broken = class_from_sources(edited_sources(SPATIAL, {COORDINATES: unguarded}))
    assert judge("e10", broken).state == "wrong"


def test_a_class_that_does_not_construct_is_repaired_step_by_step():
    item = EXERCISES["e19"]
    left = list(item.slips)
    while left:
        left.pop(0)
        half = dataclasses.replace(item, slips=tuple(left))
        (cls,) = classes(half, False).values()
        verdict = judge("e19", cls)
        assert verdict.state == ("uncheckable" if left else "wrong"), str(verdict)
    assert verdict.bug_ids == item.bugs


def test_three_suspects():
    item = EXERCISES["e09"]
    fixed, planted = classes(item, True), classes(item, False)
    assert judge("e09", {**fixed, "masum": "SupheliA"}).state == "wrong"
    assert judge("e09", {**fixed, "masum": None}).state == "wrong"
    assert judge("e09", {**planted, "masum": "SupheliB"}).state == "wrong"
    half = {**planted, "SupheliA": fixed["SupheliA"], "masum": "SupheliB"}
    assert "SupheliC" in str(judge("e09", half))
    for named in item.suspects:  # suçlular onarılmadan masumun kim olduğu sorularak öğrenilemez
        assert str(judge("e09", {**planted, "masum": named})) == str(judge("e09", {**planted, "masum": "SupheliB"}))
    spoilt = {**fixed, "SupheliB": plant("ca-no-eps"), "masum": "SupheliB"}
    assert "başka bir şeyi bozmuş" in str(judge("e09", spoilt))
    for right in CATALOGUE["ca-detach"].right_fixes:
        mended = fixed_class(CATALOGUE["ca-detach"], right)
        assert judge("e09", {**fixed, "SupheliC": mended, "masum": "SupheliB"}).state == "solved"
    for wrong in CATALOGUE["ca-detach"].wrong_fixes:
        mended = fixed_class(CATALOGUE["ca-detach"], wrong)
        assert judge("e09", {**fixed, "SupheliC": mended, "masum": "SupheliB"}).state == "wrong"


class RaisesInForward(ChannelAttentionFusionT):
    def forward(self, x):
        raise KeyError("x")


class Leaves(ChannelAttentionFusionT):
    def forward(self, x):
        raise SystemExit(0)


class RaisesInInit(nn.Module):
    def __init__(self, *args, **options):
        raise AttributeError("nn.SİLU")


class ExitsPython(ChannelAttentionFusionT):
    def forward(self, x):
        return x.flatten(), x


@pytest.mark.parametrize("bad", [42, None, "sınıf", dict, RaisesInForward, RaisesInInit, ExitsPython, Leaves, lambda x: x])
def test_check_never_raises_and_says_why(bad):
    verdict = judge("e01", bad)
    assert verdict.state == "uncheckable"
    assert len(str(verdict)) > 40


FUSE = "return self.act(self.shortcut(x) + attend(self.attn, self.f(x)))"
ACT = 'self.act = nn.ReLU() if activation == "post" else nn.Identity()'
SILENCED = "s, a = self.shortcut(x), attend(self.attn, self.f(x))\n        return self.act(s + a if s.shape == a.shape else a)"
KEPT_TEST = "y = attend(self.attn, self.f(x))\n        return self.act(y + (x if x.shape == y.shape else self.shortcut(x)))"
TWICE = f"fx = attend(self.attn, self.f(x))\n        {FUSE}"
# Onarılmış hücreye yapılmış, çöküşü ya da belirtiyi gideren, ama bir şeyi bozan değişiklikler: hepsini bir öğrenci denedi.
LAZY = {
    "dalın sınıfına bakmak": ("e25", (ACT, "self.act = nn.Identity() if 'PreAct' in type(self.f).__name__ else nn.ReLU()")),
    "varsayılanı çevirmek": ("e25", ('getattr(self.f, "activation", "post")', 'getattr(self.f, "activation", "pre")')),
    "F'yi iki kez çağırmak": ("e24", (FUSE, TWICE)),
    "şekil testini bırakmak": ("e24", (FUSE, KEPT_TEST)),
    "çıktıyı kırpmak": ("e24", (FUSE, "return self.act((self.shortcut(x) + attend(self.attn, self.f(x))).clamp(-100, 100))")),
    "girdiyi yerinde değiştirmek": (
        "e24", (FUSE, "s = self.shortcut(x)\n        s += attend(self.attn, self.f(x))\n        return self.act(s)"),
    ),
    "çöküşü susturmak": (
        "e26",
        ("self.shortcut = shortcut_path(ch, self.out, stride)", "self.shortcut = nn.Identity()"),
        (FUSE, SILENCED),
    ),
    "maskeyi başka hesaplamak": ("e21", ("return gate_h * gate_w", "return gate_h + gate_w - 1")),
    "kapıları ters döndürmek": ("e21", ("        return gate_h, gate_w\n", "        return gate_w, gate_h\n")),
    "masum parçayı bozmak": ("e27", ("out = (1 - self.alpha) * x", "out = self.alpha * x")),
    "masum parçayı çökertmek": ("e27", ("y, ca, fusion_w = self.ca(x)", "y, ca = self.ca(x)")),
    "toplama kipini bozmak": ("e27", ("z = a + m", "z = (a + m) / 2")),
    "alpha'yı kırpmak": ("e27", ("self.alpha.to(x.dtype))", "self.alpha.to(x.dtype).clamp(0, 0.1))")),
    "yalnız üçüncü evre": ("e27", ("attention=self.plan[stage - 1],", "attention=attention if stage == 3 else None,")),
}  # fmt: skip


@pytest.mark.parametrize("name", LAZY)
def test_lazy_repairs_a_student_tried_are_rejected(name):
    exercise_id, *edits = LAZY[name]
    item = EXERCISES[exercise_id]
    source = apply_edits(code_cell(item, repaired=True), edits)
    namespace = {"__name__": "ogrenci"}
    run_source(source, namespace)
    verdict = judge(exercise_id, namespace[next(iter(item.suspects))])
    assert verdict.state == "wrong", str(verdict)


@pytest.mark.parametrize("bad", [{}, {"masum": "SupheliZ"}, 3])
def test_suspects_answer_of_the_wrong_form(bad):
    assert judge("e09", bad).state == "uncheckable"


def test_unknown_exercise():
    assert judge("e99", ChannelAttentionFusionT).state == "uncheckable"
    with pytest.raises(ValueError, match=r"e01.*verilen: 'e99'"):
        exercise("e99")


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_black_box_hides_its_name_and_behaves_as_planted(exercise_id):
    item = EXERCISES[exercise_id]
    for name, bugs in item.suspects.items():
        box = black_box(exercise_id, name)
        assert box.__name__ == "KaraKutu"
        torch.manual_seed(0)
        arguments = () if item.block == SPATIAL else (8,)
        channels = 3 if item.block == RESNET else 8
        if item.slips:
            with pytest.raises(AttributeError):
                box(*arguments)
            continue
        mine = box(*arguments)
        torch.manual_seed(0)
        theirs = (plant(*bugs, block=item.block) if bugs else target_class(item.block))(*arguments)
        x = torch.randn(3, channels, 4, 4)
        assert torch.equal(mine(x)[0], theirs(x)[0])
    if len(item.suspects) > 1:
        with pytest.raises(ValueError, match="suspect"):
            black_box(exercise_id)


def test_change_shows_only_changed_lines():
    shown = str(change("ca-softmax-dim"))
    assert shown.count("\n") == 1
    assert "dim=0" in shown
    assert apply_edits("abc", [("b", "x")]) == "axc"
    assert "background" in change("ca-detach")._repr_html_()
