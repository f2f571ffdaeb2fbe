"""Yargı iki yönlü: kendi hatasıyla kalır, çözümle ve başka türlü yazılmış doğruyla geçer, kaçamakla
geçmez."""

import dataclasses
import re
import signal

import pytest
import torch
from support.blocks import CHANNEL, RESNET, SPATIAL
from support.grid import WithLinear
from torch import nn

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.bugs import (
    CATALOGUE,
    change,
    class_from_sources,
    edited_sources,
    fix_change,
    fixed_class,
    plant,
)
from course_lib.bugs.pieces import piece
from course_lib.bugs.planting import apply_edits, run_source
from course_lib.diagnosis import diagnose
from course_lib.diagnosis.kinds import KINDS
from course_lib.practice import limits
from course_lib.practice.blackbox import black_box
from course_lib.practice.cell import run_cells
from course_lib.practice.exercises import EXERCISES, exercise
from course_lib.practice.forms import form_of
from course_lib.practice.imports import code_cell
from course_lib.practice.judge import judge
from course_lib.practice.reference import Different, against_reference, same_parts
from course_lib.residual.branches import BasicBranch
from course_lib.residual.fusion import attend, fitted, shortcut_path

REPAIRS = [e.id for e in EXERCISES.values() if e.form != "build"]  # kurmalar: test_builds.py
SINGLE = {
    e.bugs[0]: e.id
    for e in EXERCISES.values()
    if e.form == "repair" and len(e.bugs) == 1 and not e.slips
}


def classes(item, repaired):
    return {
        name: class_from_sources(item.sources(name, repaired=repaired)) for name in item.suspects
    }


def answer(item, repaired):
    found = classes(item, repaired)
    return found if len(found) > 1 else next(iter(found.values()))


def repaired_cell(item, *edits):
    """Onarılmış kod hücresinin, üstünde değişiklikler yapılmış hâlinin tanımladığı adlar."""
    return run_cells(item, [apply_edits(code_cell(item, repaired=True), edits)])


def right_guess(item):
    """Yanıtın parçası olan tahmin; öteki biçimlerde None."""
    if item.form == "lineup":
        return form_of(item).innocent
    return next((r.text for r in item.readings if r.right), None)


@pytest.mark.parametrize("exercise_id", REPAIRS)
def test_untouched_exercise_fails_as_planned_with_its_own_bug(exercise_id):
    item = EXERCISES[exercise_id]
    verdict = judge(exercise_id, answer(item, repaired=False))
    assert verdict.state == "untried"
    assert "planlanmış" in str(verdict)
    if len(item.suspects) == 1 and not item.slips:
        assert verdict.bug_ids == tuple(b for b in CATALOGUE if b in item.bugs)
        for bug_id in item.bugs:
            assert CATALOGUE[bug_id].promise not in str(verdict)  # tahmini bozmaz


@pytest.mark.parametrize("exercise_id", REPAIRS)
def test_repaired_exercise_is_solved(exercise_id):
    item = EXERCISES[exercise_id]
    assert judge(exercise_id, answer(item, repaired=True), right_guess(item)).state == "solved"


@pytest.mark.parametrize("bug_id", SINGLE)
def test_right_answers_written_otherwise_pass_and_wrong_ones_fail(sampled, bug_id):
    bug, exercise_id = CATALOGUE[bug_id], SINGLE[bug_id]
    for fix in sampled(bug.right_fixes, 1, bug_id):
        assert judge(exercise_id, fixed_class(bug, fix)).state == "solved", fix
        assert fix.edits[0][1].split("\n")[0] in str(fix_change(bug, fix))
    for fix in sampled(bug.wrong_fixes, 1, bug_id):
        verdict = judge(exercise_id, fixed_class(bug, fix))
        assert verdict.state == "wrong", (fix, verdict)
    others = [b for b, entry in CATALOGUE.items() if b != bug_id and entry.block == bug.block]
    for other in sampled(others, 1, bug_id):
        verdict = judge(exercise_id, plant(other))
        assert verdict.state == "wrong"
        assert CATALOGUE[other].promise in str(verdict)
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
    "cls",
    [
        WithExtraLayer,
        WithoutRouter,
        Copied,
        TwoValues,
        WiderMlp,
        OnlyTrainMode,
        OnlySmallBatches,
        nn.Identity,
    ],
)
def test_escapes_are_rejected(cls):
    verdict = judge("e01", cls)
    assert verdict.state == "wrong", str(verdict)


@pytest.mark.parametrize(
    "exercise_id", [e.id for e in EXERCISES.values() if e.block == CHANNEL and len(e.suspects) == 1]
)
def test_a_rewritten_healthy_block_is_accepted_everywhere(exercise_id):
    assert judge(exercise_id, WithLinear).state == "solved"
    assert judge(exercise_id, WithLinear(8)).state == "solved"


@pytest.mark.parametrize(
    "exercise_id", [e.id for e in EXERCISES.values() if len(e.suspects) == 1 and len(e.bugs) == 2]
)
def test_two_bugs_need_both_repairs(exercise_id):
    item = EXERCISES[exercise_id]
    for left in item.bugs:
        verdict = judge(exercise_id, plant(left, block=item.block))
        assert verdict.state == "wrong"
        assert verdict.bug_ids in ((left,), ()), str(verdict)


@pytest.mark.parametrize("bug_id", [b for b in CATALOGUE if b not in SINGLE])
def test_fixes_of_bugs_without_their_own_exercise(sampled, bug_id):
    bug = CATALOGUE[bug_id]
    kind = KINDS[bug.block]
    for right in bug.right_fixes:
        cls = fixed_class(bug, right)
        same_parts(cls, kind)
        against_reference(cls, kind)
    for wrong in sampled(bug.wrong_fixes, 1, bug_id):
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
    assert judge("e18", cls).state == "untried"
    for reading in item.readings:
        wanted = "solved" if reading.right else "wrong"
        assert judge("e18", cls, reading.text).state == wanted
    spoilt = judge("e18", plant("sa-missing-gate"), right_guess(item))
    assert spoilt.state == "wrong"
    assert "baştan sağlamdı" in str(spoilt)
    assert judge("e18", cls, "güzel").state == "uncheckable"
    assert judge("e18", {"başka ad": cls}).state == "uncheckable"


class WrongForOtherTypes(piece(SPATIAL)):
    """Tür kazasını yanlış onaran: girdinin türünü ağırlıklarınkine çevirmiyor."""

    def describe_places(self, x):
        return super().describe_places(x).to(x.dtype)


class NeverQuiteClosed(piece(SPATIAL)):
    """Maskeyi uçlardan uzak tutan kaçamak: küçük skorlarda görünmez."""

    def attention_map(self, x):
        sa, weights = super().attention_map(x)
        return sa.clamp(0.05, 0.95), weights


def test_escapes_of_the_spatial_block_are_rejected():
    assert judge("e19", WrongForOtherTypes).state == "wrong"
    assert judge("e14", NeverQuiteClosed).state == "wrong"
    unguarded = (
        ("/ max(width - 1, 1)", "/ (width - 1)"),
        ("/ max(height - 1, 1)", "/ (height - 1)"),
    )
    broken = class_from_sources(edited_sources(SPATIAL, {"coordinate_maps": unguarded}))
    assert judge("e10", broken).state == "wrong"


# Hesabı doğru, girdiye giden gradyanı kopuk onarımlar: her biri bir zamanlar kabul edilmişti.
CUT = {
    "kısayol": ("e24", ("self.shortcut(x)", "self.shortcut(x.detach())")),
    "öğrenen yol": ("e24", ("self.f(x)", "self.f(x.detach())")),
    "yönlendiricinin girdisi": ("e04", ("s_cat = torch.cat([avg_s, max_s], dim=1)",
                                        "s_cat = torch.cat([avg_s, max_s], dim=1).detach()")),
    "maskenin girdisi": ("e02", ("self.attention_map(x)", "self.attention_map(x.detach())")),
    "çarpılan girdi": ("e02", ("y = x * ca", "y = x.detach() * ca")),
    "tepe haritası": ("e11", ("x.amax(dim=1, keepdim=True)", "x.detach().amax(dim=1, keepdim=True)")),
    "karışımdaki girdi": ("e17", ("(1 - self.alpha) * x", "(1 - self.alpha) * x.detach()")),
    "koordinat kapıları": ("e21", ("s = torch.cat([rows, columns], dim=2)", "s = torch.cat([rows, columns], dim=2).detach()")),
}  # fmt: skip


@pytest.mark.parametrize("name", CUT)
def test_a_repair_that_cuts_the_gradient_of_the_input_is_rejected(name):
    exercise_id, edit = CUT[name]
    item = EXERCISES[exercise_id]
    namespace = repaired_cell(item, edit)
    cls = namespace[item.block]
    assert judge(exercise_id, cls, namespace=namespace).state == "wrong"
    with pytest.raises(Different, match="girdiye giden gradyan"):  # teşhis olmasa da yakalanır
        against_reference(cls, KINDS[item.block])


# Doğru, ama düz bir alanı saklamayan yazımlar: ayarı yargıç bilir.
FIELDLESS = {
    "e02": ("self.fusion", "self._fusion"),
    "e04": ("self.fusion", "self._fusion"),
    "e17": ("self.residual", "self._residual"),
    "e27": ("self.in_channels", "self._in_channels"),
}


@pytest.mark.parametrize("exercise_id", FIELDLESS)
def test_a_right_answer_need_not_keep_the_plain_fields(exercise_id):
    item = EXERCISES[exercise_id]
    old, new = FIELDLESS[exercise_id]
    source = code_cell(item, repaired=True)
    assert old in source
    renamed = re.sub(rf"{re.escape(old.strip())}\b(?!_)", new.strip(), source)
    namespace = run_cells(item, [renamed])
    guess = right_guess(item) or (form_of(item).truth()[0] if item.form == "open" else None)
    verdict = judge(exercise_id, namespace[item.block], guess, namespace=namespace)
    assert verdict.state == "solved", str(verdict)


class StandsAlone(nn.Module):
    """P1, ortak kuruluş olmadan: ne `ch` ne `design` alanı var."""

    def __init__(self, ch, *, attn=None, out=None, stride=1, f=BasicBranch):
        super().__init__()
        out = out or ch
        self.f = f if isinstance(f, nn.Module) else f(ch, out, stride=stride)
        self.shortcut = shortcut_path(ch, out, stride)
        self.attn = fitted(attn, out)
        self.last = getattr(self.f, "activation", "post") == "post"

    def forward(self, x):
        y = self.shortcut(x) + attend(self.attn, self.f(x))
        return y.relu() if self.last else y


def test_a_residual_block_that_stands_alone_is_accepted():
    cls = type("ResidualAttn_P1", (StandsAlone,), {})
    verdict = judge("e24", cls, namespace={})
    assert verdict.state == "solved", str(verdict)


@pytest.mark.parametrize("fix", ["z / T.clamp(min=0.55)", "z / T.clamp(max=3.0)"])
def test_a_temperature_right_only_near_one_is_rejected(fix):
    item = EXERCISES["e02"]
    namespace = repaired_cell(item, ("scaled = z / T", f"scaled = {fix}"))
    verdict = judge("e02", namespace[item.block], namespace=namespace)
    assert verdict.state == "wrong", str(verdict)


class Vouching(torch.Tensor):
    """Kendi işlemlerini getiren tensör: her karşılaştırmaya aynı der."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func is torch.allclose:
            return True
        return super().__torch_function__(func, types, args, kwargs or {})


class VouchesForItself(ChannelAttentionFusionT):
    def forward(self, x):
        y, *rest = super().forward(x)
        return ((y * 1.01).as_subclass(Vouching), *rest)


def test_an_answer_cannot_vouch_for_itself():
    with pytest.raises(Different, match=r"düz bir torch\.Tensor"):
        against_reference(VouchesForItself, KINDS[CHANNEL])


class OnlyInDouble(ChannelAttentionFusionT):
    def attention_map(self, x):
        ca, w = super().attention_map(x)
        return (ca if x.dtype == torch.float64 else ca * 0.9), w


class OnlyWhenNarrow(ChannelAttentionFusionT):
    def attention_map(self, x):
        ca, w = super().attention_map(x)
        return (ca if x.shape[-1] <= 6 else ca * 0.9), w


@pytest.mark.parametrize("cls", [OnlyInDouble, OnlyWhenNarrow])
def test_an_answer_right_only_in_the_small_is_rejected(cls):
    with pytest.raises(Different, match="float32, B=2, 32×32"):
        against_reference(cls, KINDS[CHANNEL])


@pytest.fixture
def approving(monkeypatch):
    """Çekirdekte her karşılaştırmayı onaylayan bir torch.allclose."""
    namespace: dict = {}
    run_source("def allclose(*_, **__):\n    return True\n", namespace)
    monkeypatch.setattr(torch, "allclose", namespace["allclose"])


def test_when_a_name_was_replaced_a_fresh_interpreter_judges(approving):
    item = EXERCISES["e02"]
    right = judge("e02", repaired_cell(item)[item.block])
    assert right.state == "solved", str(right)
    assert "torch.allclose. Karşılaştırma" in right.sentences[0]
    assert "temiz bir Python'da" in right.sentences[0]
    nearly = repaired_cell(item, ("y = x * ca", "y = x * (0.999 * ca + 0.001)"))
    assert judge("e02", nearly[item.block]).state == "wrong"


def test_a_cell_that_replaces_names_itself_is_not_judged(monkeypatch):
    item = EXERCISES["e02"]
    monkeypatch.setattr(torch, "allclose", torch.allclose)  # sonunda geri konsun
    patch = "\nimport functools\ntorch.allclose = functools.partial(torch.equal)\n"
    namespace = run_cells(item, [code_cell(item, repaired=True) + patch])
    verdict = judge("e02", namespace[item.block])
    assert verdict.state == "uncheckable"
    assert "Kod hücresinin kendisi de değiştiriyor: torch.allclose" in str(verdict)


def test_a_class_without_its_whole_cell_is_not_judged_in_a_fresh_interpreter(approving):
    verdict = judge("e02", plant("ca-temperature-inverted"))  # içe aktarımları metninde yok
    assert verdict.state == "uncheckable"
    assert "Kod hücresi çalışmadı: NameError" in str(verdict)


class PatchesWhileRunning(ChannelAttentionFusionT):
    """Karşılaştırma sürerken onu kandırır, gradyan geri yayılırken izini siler."""

    def forward(self, x):
        honest = torch.allclose
        torch.allclose = lambda *_, **__: True
        y, *rest = super().forward(x)
        y = y * 1.001
        y.register_hook(lambda _grad: setattr(torch, "allclose", honest))
        return (y, *rest)


def test_an_answer_cannot_patch_the_comparison_while_it_runs(monkeypatch):
    monkeypatch.setattr(torch, "allclose", torch.allclose)
    with pytest.raises(Different, match=r"torch\.allclose"):
        against_reference(PatchesWhileRunning, KINDS[CHANNEL])


class Endless(ChannelAttentionFusionT):
    def forward(self, x):
        while True:
            try:
                x = x + 0
            except Exception:
                continue


class Hoards(ChannelAttentionFusionT):
    kept: list = []

    def forward(self, x):
        while True:
            self.kept.append(torch.ones(2**20))


@pytest.fixture
def deaf():
    """SIGINT'e kulağı kapalı süreç: kabuğun `&` ile başlattığı gibi."""
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    assert signal.signal(signal.SIGINT, usual) is signal.SIG_IGN


def test_a_deaf_process_is_stopped_too(deaf, monkeypatch):
    monkeypatch.setattr(limits, "SECONDS", 1.0)
    assert "saniyede bitmedi" in str(judge("e02", Endless))


@pytest.mark.parametrize(("cls", "words"), [(Endless, "saniyede bitmedi"), (Hoards, "bellek")])
def test_an_endless_or_greedy_answer_is_stopped_with_a_sentence(cls, words, monkeypatch):
    monkeypatch.setattr(limits, "GROWTH", 2**28)
    monkeypatch.setattr(limits, "SECONDS", 1.0 if cls is Endless else 1e9)
    verdict = judge("e02", cls)
    Hoards.kept.clear()
    assert verdict.state == "wrong"
    assert words in str(verdict)


def test_a_class_that_does_not_construct_is_repaired_step_by_step():
    item = EXERCISES["e19"]
    left = list(item.slips)
    while left:
        left.pop(0)
        half = dataclasses.replace(item, slips=tuple(left))
        (cls,) = classes(half, False).values()
        verdict = judge("e19", cls)
        assert verdict.state in (("uncheckable", "wrong") if left else ("wrong",)), str(verdict)
        assert "başka bir şeyi bozmuş" not in str(verdict)
    assert verdict.bug_ids == item.bugs


def test_three_suspects(sampled):
    item = EXERCISES["e09"]
    fixed, planted = classes(item, True), classes(item, False)
    assert judge("e09", fixed, "SupheliA").state == "wrong"
    assert judge("e09", fixed).state == "wrong"
    assert judge("e09", planted, "SupheliB").state == "wrong"
    half = {**planted, "SupheliA": fixed["SupheliA"]}
    assert "SupheliC" in str(judge("e09", half, "SupheliB"))
    for named in sampled(
        item.suspects, 1, "e09"
    ):  # suçlular onarılmadan masumun kim olduğu sorularak öğrenilemez
        assert str(judge("e09", planted, named)) == str(judge("e09", planted, "SupheliB"))
    spoilt = {**fixed, "SupheliB": plant("ca-no-eps")}
    assert "başka bir şeyi bozmuş" in str(judge("e09", spoilt, "SupheliB"))
    for right in sampled(CATALOGUE["ca-detach"].right_fixes, 1, "e09"):
        mended = fixed_class(CATALOGUE["ca-detach"], right)
        assert judge("e09", {**fixed, "SupheliC": mended}, "SupheliB").state == "solved"
    for wrong in sampled(CATALOGUE["ca-detach"].wrong_fixes, 1, "e09"):
        mended = fixed_class(CATALOGUE["ca-detach"], wrong)
        assert judge("e09", {**fixed, "SupheliC": mended}, "SupheliB").state == "wrong"


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


@pytest.mark.parametrize(
    "bad",
    [42, None, "sınıf", dict, RaisesInInit, Leaves, lambda x: x],
)
def test_check_never_raises_and_says_why(bad):
    verdict = judge("e01", bad)
    assert verdict.state == "uncheckable"
    assert len(str(verdict)) > 40


@pytest.mark.parametrize(
    ("bad", "promise"), [(RaisesInForward, "çalışır"), (ExitsPython, "dönüş-biçimi")]
)
def test_an_answer_that_crashes_is_wrong_and_told_where(bad, promise):
    verdict = judge("e01", bad)
    assert verdict.state == "wrong"
    assert promise in str(verdict)
    assert "(6, 16, 4, 5)" in str(verdict)


FUSE = "return self.act(self.shortcut(x) + attend(self.attn, self.f(x)))"
ACT = 'self.act = nn.ReLU() if activation == "post" else nn.Identity()'
SILENCED = "s, a = self.shortcut(x), attend(self.attn, self.f(x))\nreturn self.act(s + a if s.shape == a.shape else a)"
KEPT_TEST = "y = attend(self.attn, self.f(x))\nreturn self.act(y + (x if x.shape == y.shape else self.shortcut(x)))"
TWICE = f"fx = attend(self.attn, self.f(x))\n{FUSE}"
# Onarılmış hücreye yapılmış, çöküşü ya da belirtiyi gideren, ama bir şeyi bozan değişiklikler:
# hepsini bir öğrenci denedi.
LAZY = {
    "dalın sınıfına bakmak": ("e25", (ACT, "self.act = nn.Identity() if 'PreAct' in type(self.f).__name__ else nn.ReLU()")),
    "varsayılanı çevirmek": ("e25", ('getattr(self.f, "activation", "post")', 'getattr(self.f, "activation", "pre")')),
    "F'yi iki kez çağırmak": ("e24", (FUSE, TWICE)),
    "şekil testini bırakmak": ("e24", (FUSE, KEPT_TEST)),
    "çıktıyı kırpmak": ("e24", (FUSE, "return self.act((self.shortcut(x) + attend(self.attn, self.f(x))).clamp(-100, 100))")),
    "girdiyi yerinde değiştirmek": (
        "e24", (FUSE, "s = self.shortcut(x)\ns += attend(self.attn, self.f(x))\nreturn self.act(s)"),
    ),
    "çöküşü susturmak": (
        "e26",
        ("self.shortcut = shortcut_path(ch, self.out, stride)", "self.shortcut = nn.Identity()"),
        (FUSE, SILENCED),
    ),
    "maskeyi başka hesaplamak": ("e21", ("return gate_h * gate_w", "return gate_h + gate_w - 1")),
    "kapıları ters döndürmek": ("e21", ("        return gate_h, gate_w\n", "        return gate_w, gate_h\n")),
    "masum parçayı bozmak": ("e27", ("out = (1 - self.alpha) * x", "out = self.alpha * x")),
    "masum parçayı çökertmek": ("e27", ("y_ca, ca, fusion_w = self.ca(x)", "y_ca, ca = self.ca(x)")),
    "toplama kipini bozmak": ("e27", ("z = a + m", "z = (a + m) / 2")),
    "alpha'yı kırpmak": ("e27", ("self.alpha.to(x.dtype))", "self.alpha.to(x.dtype).clamp(0, 0.1))")),
    "yalnız üçüncü evre": ("e27", ("attention=self.plan[stage - 1],", "attention=attention if stage == 3 else None,")),
}  # fmt: skip


@pytest.mark.parametrize("name", LAZY)
def test_lazy_repairs_a_student_tried_are_rejected(name):
    exercise_id, *edits = LAZY[name]
    item = EXERCISES[exercise_id]
    namespace = repaired_cell(item, *edits)
    verdict = judge(exercise_id, namespace[next(iter(item.suspects))])
    assert verdict.state == "wrong", str(verdict)


@pytest.mark.parametrize("bad", [{}, {"SupheliA": 3}, 3])
def test_suspects_answer_of_the_wrong_form(bad):
    assert judge("e09", bad).state == "uncheckable"


def test_a_guess_that_is_no_suspect_is_refused():
    item = EXERCISES["e09"]
    verdict = judge("e09", classes(item, True), "SupheliZ")
    assert verdict.state == "uncheckable"
    assert "SupheliA, SupheliB, SupheliC; verilen: 'SupheliZ'" in str(verdict)


def test_unknown_exercise():
    assert judge("e99", ChannelAttentionFusionT).state == "uncheckable"
    with pytest.raises(ValueError, match=r"e01.*verilen: 'e99'"):
        exercise("e99")


@pytest.mark.parametrize("exercise_id", REPAIRS)
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
        theirs = (plant(*bugs, block=item.block) if bugs else piece(item.block))(*arguments)
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
