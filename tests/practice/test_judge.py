"""Yargı iki yönlü: kendi hatasıyla kalır, çözümle ve başka türlü yazılmış doğruyla geçer, kaçamakla geçmez."""

import pytest
import torch
from torch import nn

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.bughunt.catalogue import CATALOGUE
from course_lib.bughunt.change import change, fix_change, fixed_class
from course_lib.bughunt.planting import apply_edits, class_from_source, plant
from course_lib.practice.blackbox import black_box
from course_lib.practice.exercises import EXERCISES, exercise
from course_lib.practice.judge import judge

SINGLE = {e.bugs[0]: e.id for e in EXERCISES.values() if len(e.bugs) == 1}


def classes(item, repaired):
    return {n: class_from_source(s, item.target) for n, s in item.code(repaired=repaired).items()}


def answer(item, repaired, innocent=None):
    found = classes(item, repaired)
    return {**found, "masum": innocent} if len(found) > 1 else next(iter(found.values()))


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_untouched_exercise_fails_as_planned_with_its_own_bug(exercise_id):
    item = EXERCISES[exercise_id]
    verdict = judge(exercise_id, answer(item, repaired=False))
    assert verdict.state == "untried"
    assert "planlanmış" in str(verdict)
    if len(item.suspects) == 1:
        assert verdict.bug_ids == tuple(b for b in CATALOGUE if b in item.bugs)
        for bug_id in item.bugs:
            assert CATALOGUE[bug_id].property not in str(verdict)  # tahmini bozmaz


@pytest.mark.parametrize("exercise_id", EXERCISES)
def test_repaired_exercise_is_solved(exercise_id):
    item = EXERCISES[exercise_id]
    assert judge(exercise_id, answer(item, repaired=True, innocent=item.innocent)).state == "solved"


@pytest.mark.parametrize("bug_id", SINGLE)
def test_right_answers_written_otherwise_pass_and_wrong_ones_fail(bug_id):
    bug, exercise_id = CATALOGUE[bug_id], SINGLE[bug_id]
    for fix in bug.right_fixes:
        assert judge(exercise_id, fixed_class(bug, fix)).state == "solved", fix
        assert fix.edits[0][1].split("\n")[0] in str(fix_change(bug, fix))
    for fix in bug.wrong_fixes:
        verdict = judge(exercise_id, fixed_class(bug, fix))
        assert verdict.state == "wrong", (fix, verdict)
    for other in CATALOGUE:
        if other != bug_id:
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


@pytest.mark.parametrize("exercise_id", [e.id for e in EXERCISES.values() if len(e.suspects) == 1])
def test_a_rewritten_healthy_block_is_accepted_everywhere(exercise_id):
    assert judge(exercise_id, WithLinear).state == "solved"
    assert judge(exercise_id, WithLinear(8)).state == "solved"


def test_two_bugs_need_both_repairs():
    for left in EXERCISES["e08"].bugs:
        verdict = judge("e08", plant(left))
        assert verdict.state == "wrong"
        assert verdict.bug_ids == (left,)


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
        mine = box(8)
        torch.manual_seed(0)
        theirs = (plant(*bugs) if bugs else ChannelAttentionFusionT)(8)
        x = torch.randn(3, 8, 4, 4)
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
