"""Kurma alıştırmaları iki yönlü: taslak denenmedi, her doğru kuruluş geçer, her çeldirici kendi
maddesinde kalır."""

import textwrap

import pytest
import torch

from course_lib.entries import EntryError
from course_lib.errors import BadInput
from course_lib.practice import black_box
from course_lib.practice.answer import answer_of
from course_lib.practice.builds.attempts import attempts
from course_lib.practice.builds.contract import contract_of, judged_code
from course_lib.practice.builds.draft import FOLDER, draft, read_draft
from course_lib.practice.exercises import EXERCISES
from course_lib.practice.forms import form_of
from course_lib.practice.judge import judge

BUILDS = [e.id for e in EXERCISES.values() if e.form == "build"]
RIGHT = [(e, i) for e in BUILDS for i in range(1 + len(draft(e).others))]
WRONG = [(e, i) for e in BUILDS for i in range(len(draft(e).wrong))]


def test_every_build_has_its_texts_and_its_contract():
    assert {f"{e}.toml" for e in BUILDS} == {path.name for path in FOLDER.glob("*.toml")}
    for exercise_id in BUILDS:
        names = [clause.name for clause in contract_of(exercise_id)]
        assert len(set(names)) == len(names) >= 5
        assert {w.breaks for w in draft(exercise_id).wrong} <= set(names)
        assert draft(exercise_id).truth in form_of(EXERCISES[exercise_id]).choices
        assert EXERCISES[exercise_id].block in draft(exercise_id).names


@pytest.mark.parametrize("exercise_id", BUILDS)
def test_the_draft_as_given_is_untried_and_tells_no_clause(exercise_id):
    verdict = judged_code(exercise_id, draft(exercise_id).start)
    assert verdict.state == "untried"
    assert not any(clause.says in str(verdict) for clause in contract_of(exercise_id))
    commented = draft(exercise_id).start.replace("class ", "# not\nclass ", 1)
    assert judged_code(exercise_id, commented).state == "untried"


@pytest.mark.parametrize(("exercise_id", "index"), RIGHT)
def test_any_construction_that_keeps_the_contract_is_accepted(exercise_id, index):
    given = draft(exercise_id)
    verdict = judged_code(exercise_id, [given.answer, *(o.code for o in given.others)][index])
    assert verdict.state == "solved", str(verdict)
    assert len(verdict.sentences) == 1 + len(contract_of(exercise_id))


@pytest.mark.parametrize(("exercise_id", "index"), WRONG)
def test_a_tempting_construction_breaks_its_own_clause(exercise_id, index):
    wrong = draft(exercise_id).wrong[index]
    verdict = judged_code(exercise_id, wrong.code)
    assert verdict.state == "wrong"
    assert wrong.breaks in verdict.broken, str(verdict)
    assert "Ölçülürken hata verdi" not in str(verdict)


def edited(exercise_id, *edits):
    """Kursun yanıtı, üstünde değişikliklerle."""
    code = draft(exercise_id).answer
    for old, new in edits:
        assert code.count(old) == 1, old
        code = code.replace(old, new)
    return judged_code(exercise_id, code)


def shortcut(forward):
    """e28: kuruluşu doğru, `forward`ı verilen kısayol."""
    return f"""
class Shortcut(nn.Module):
    def __init__(self, ch, out, stride=1):
        super().__init__()
        self.same = ch == out and stride == 1
        self.conv = None if self.same else nn.Conv2d(ch, out, 1, stride, bias=False)

    def forward(self, x):
{textwrap.indent(forward, " " * 8)}
"""


def p4(returned):
    """e29: kısayolu doğru (`skip`), döndürdüğü verilen blok."""
    return f"""
class KeepingP4(nn.Module):
    def __init__(self, ch, f, attn_skip, attn_res):
        super().__init__()
        self.f, self.attn_skip, self.attn_res = f, attn_skip, attn_res
        self.alpha = nn.Parameter(torch.tensor(0.01))

    def forward(self, x):
        skip = torch.lerp(x, self.attn_skip(x), self.alpha)
        return {returned}
"""


def placing(first):
    """e30: kursun yanıtı, önünde bir satırla."""
    return draft("e30").answer.replace(
        "    for number, stage", f"    {first}\n    for number, stage"
    )


def gate(*edits):
    """e33: kursun yanıtı, değişiklikleriyle."""
    code = draft("e33").answer
    for old, new in edits:
        assert old in code
        code = code.replace(old, new)
    return code


ESCAPES = {  # kör bir öğrencinin denediği kaçamaklar: hiçbiri sözleşmeyi tutmaz
    "kaydedilmeyen ağırlık": ("e28", "kayıtlı", """
class Shortcut(nn.Module):
    def __init__(self, ch, out, stride=1):
        super().__init__()
        self.same, self.stride = ch == out and stride == 1, stride
        if not self.same:
            self.w, self.b = torch.randn(out, ch, 1, 1) / ch**0.5, nn.Parameter(torch.zeros(out))

    def forward(self, x):
        if self.same:
            return x
        return nn.functional.conv2d(x, self.w.to(x), self.b, self.stride)
"""),
    "listede evrişim": ("e28", "kayıtlı", """
class Shortcut(nn.Module):
    def __init__(self, ch, out, stride=1):
        super().__init__()
        self.same = ch == out and stride == 1
        self.layers = [] if self.same else [nn.Conv2d(ch, out, 1, stride, bias=False)]

    def forward(self, x):
        return x if self.same else self.layers[0](x)
"""),
    "girdiyi bozar": ("e28", "birim", shortcut(
        "return nn.functional.dropout(x, 0.1, self.training) if self.same else self.conv(x)"
    )),
    "fotoğrafları karıştırır": ("e28", "tutarlı", shortcut(
        "y = x if self.same else self.conv(x)\n"
        "return y if self.same else y + 0.1 * (y.mean(0, keepdim=True) - y)"
    )),
    "kırpar": ("e28", "doğrusal", shortcut("return x if self.same else self.conv(x).clamp(-100, 100)")),
    "A_r F'nin önünde": ("e29", "F'nin kapısı", p4("skip + self.f(self.attn_res(x))")),
    "F duyulmaz": ("e29", "F'nin kapısı", p4("skip + 1e-6 * self.attn_res(self.f(x))")),
    "F yalnız eğitimde": ("e29", "tutarlı", p4("skip + self.attn_res(self.f(x)) if self.training else skip")),
    "toplayan katman dikkat değil": ("e30", "her evrede", """
class Add(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.b = nn.Parameter(torch.zeros(c, 1, 1))

    def forward(self, x):
        return x + self.b


def place(net):
    for number, stage in enumerate(net.stages):
        gate = CBAM(stage[-1].out) if number == len(net.stages) - 1 else Add(stage[-1].out)
        stage[-1].attn = NearIdentity(gate, 0.01)
    return net
"""),
    "BN'i oynatır": ("e30", "gövde", placing("net.stem.bn.running_mean.add_(0.02)")),
    "ağı dondurur": ("e30", "gövde", placing("net.stem.requires_grad_(False)")),
    "tepe yayılım değildir": ("e33", "duyar", gate(
        ("(x.var(dim=(2, 3), correction=0) + 1e-5).sqrt()", "x.amax((2, 3))")
    )),
    "yalnız ortadaki pikseller": ("e33", "duyar", gate(
        ("mean = x", "core = x[..., 1:-1, 1:-1] if min(x.shape[2:]) > 2 else x\n        mean = core"),
        ("x.var", "core.var"),
    )),
    "girdisini değiştirir": ("e33", "çalışır", gate(
        ("nn.init.zeros_(self.local.bias)", "nn.init.constant_(self.local.bias, 0.1)"),
        ("return x * 2", "return x.mul_(2"), ("[..., None]", "[..., None])"),
    )),
}  # fmt: skip


@pytest.mark.parametrize("name", ESCAPES)
def test_an_escape_a_blind_student_tried_is_told(name):
    exercise_id, clause, code = ESCAPES[name]
    verdict = judged_code(exercise_id, code)
    assert verdict.state == "wrong"
    assert clause in verdict.broken, str(verdict)


UNLIKE_OURS = {  # aynı öğrencinin doğruları: bir kez haksız yere geri çevrilmişlerdi
    "kareli ölçü": ("e32", """
def choose(blocks, x, dirty):
    step = torch.zeros_like(x)
    step[:, dirty] = 0.1 * x.std()
    faults = {}
    with torch.no_grad():
        for name, block in blocks.items():
            faults[name] = float((block(x + step) - block(x) - step).square().mean())
    return min(faults, key=faults.get), faults
"""),
    "tek yanlı komşu": ("e33", """
class TunedGate(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.local = nn.Conv1d(2, 1, 2)
        nn.init.zeros_(self.local.weight)
        nn.init.zeros_(self.local.bias)

    def forward(self, x):
        spread = (x.var((2, 3), correction=0) + 1e-5).sqrt()
        both = nn.functional.pad(torch.stack([x.mean((2, 3)), spread], dim=1), (1, 0))
        return x * 2 * torch.sigmoid(self.local(both)).transpose(1, 2)[..., None]
"""),
    "iki kapının toplamı": ("e33", """
class TunedGate(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.a, self.b = (nn.Conv1d(1, 1, 3, padding=1, bias=False) for _ in range(2))
        nn.init.zeros_(self.a.weight)
        nn.init.zeros_(self.b.weight)

    def forward(self, x):
        spread = (x.var((2, 3), correction=0) + 1e-5).sqrt()
        g = torch.sigmoid(self.a(x.mean((2, 3))[:, None]))
        h = torch.sigmoid(self.b(spread[:, None]))
        return x * (g + h).transpose(1, 2)[..., None]
"""),
    "tembel evrişim": ("e28", """
class Shortcut(nn.Module):
    def __init__(self, ch, out, stride=1):
        super().__init__()
        same = ch == out and stride == 1
        self.path = nn.Identity() if same else nn.LazyConv2d(out, 1, stride, bias=False)

    def forward(self, x):
        return self.path(x)
"""),
}  # fmt: skip


@pytest.mark.parametrize("name", UNLIKE_OURS)
def test_a_right_answer_once_refused_is_accepted(name):
    exercise_id, code = UNLIKE_OURS[name]
    verdict = judged_code(exercise_id, code)
    assert verdict.state == "solved", str(verdict)


# Kataloğu yazanın seçmediği tek değişiklikler: kursun yanıtından bir adım ötesi
MUTANTS = [
    ("e28", "ch != out or stride != 1", "ch != out and stride != 1", "şekil"),
    ("e28", "ch != out or stride != 1", "stride != 1", "şekil"),
    ("e28", "kernel_size=1", "kernel_size=2", "şekil"),
    ("e28", "stride=stride, bias", "stride=1, bias", "şekil"),
    ("e28", "nn.BatchNorm2d(out))", "nn.BatchNorm2d(out), nn.Tanh())", "doğrusal"),
    ("e28", "return self.path(x)", "return 4 * self.path(x)", "birim"),
    ("e28", "nn.BatchNorm2d(out))", "nn.GroupNorm(1, out), nn.BatchNorm2d(out))", "yerinde"),
    ("e28", "return self.path(x)", "return self.path(x).relu()", "birim"),
    ("e29", "torch.tensor(0.01)", "torch.tensor(1.0)", "sinyal"),
    ("e29", "torch.tensor(0.01)", "torch.tensor(-0.5)", "sinyal"),
    ("e29", "self.attn_skip(x), self.alpha", "self.attn_skip(x).detach(), self.alpha", "öğrenir"),
    ("e29", "self.attn_skip(x), self.alpha", "self.attn_skip(x), self.alpha.detach()", "öğrenir"),
    ("e29", "torch.lerp(x, ", "torch.lerp(x.detach(), ", "gradyan"),
    ("e29", "self.attn_res(self.f(x))", "self.f(x)", "öğrenir"),
    ("e29", "skip + self.attn_res", "skip - 0 * self.attn_res", "öğrenir"),
    ("e29", "return skip + ", "return 0.5 * skip + ", "sinyal"),
    ("e30", "alpha_init=0.05", "alpha_init=1.0", "yanıt"),
    ("e30", "if number == 1 else ECABlock", "if number == 0 else ECABlock", "yer"),
    ("e30", "CoordinateAttention if number == 1 else ECABlock", "CoordinateAttention", "işlem"),
    ("e30", "net.stages, 1", "list(net.stages)[1:], 1", "her evrede"),
    ("e31", "raw if total is None else total + raw", "raw if total is None else total - 0 * raw", "CBAM"),
    ("e31", "F.avg_pool2d, F.max_pool2d", "F.avg_pool2d, F.avg_pool2d", "CBAM"),
    ("e31", "nn.BatchNorm2d(1)", "nn.BatchNorm2d(1, affine=False)", "ağırlıklar"),
    ("e31", "nn.BatchNorm2d(1)", "nn.BatchNorm2d(1, momentum=0.0)", "formül"),
    ("e31", "torch.sigmoid(total)", "torch.sigmoid(total / 2)", "formül"),
    ("e31", "torch.sigmoid(total)", "nn.functional.hardsigmoid(total)", "formül"),
    ("e31", "self.spatial(self.channel(x))", "self.channel(self.spatial(x))", "formül"),
    ("e31", "torch.sigmoid(total)", "torch.tanh(total)", "CBAM"),
    ("e31", "return self.spatial(self.channel(x))", "return self.channel(x)", "CBAM"),
    ("e32", "(change - step).abs()", "change.abs()", "dört kalıp"),
    ("e32", "min(faults", "max(faults", "dört kalıp"),
    ("e32", "block(x + step) - block(x)", "block(x + step) - x", "dört kalıp"),
    ("e33", "correction=0", "correction=1", "çalışır"),
    ("e33", " + 1e-5", "", "düz harita"),
    ("e33", "x * 2 * torch", "x * torch", "yaşar"),
    ("e33", "x * 2 * torch", "x + x * torch", "yaşar"),
    ("e33", "[mean, spread]", "[mean, mean]", "duyar"),
    ("e33", "[mean, spread]", "[spread, spread]", "duyar"),
    ("e33", "kernel_size=5, padding=2", "kernel_size=1", "komşular"),
    ("e33", "kernel_size=5, padding=2", "kernel_size=7, padding=3", "komşular"),
]  # fmt: skip


@pytest.mark.parametrize(("exercise_id", "old", "new", "clause"), MUTANTS)
def test_one_step_from_the_course_s_answer_is_told(exercise_id, old, new, clause):
    verdict = edited(exercise_id, (old, new))
    assert verdict.state == "wrong"
    assert clause in verdict.broken, str(verdict)


@pytest.mark.parametrize(
    ("exercise_id", "old", "new"),
    [
        ("e28", "bias=False", "bias=True"),
        ("e29", "torch.tensor(0.01)", "torch.full((ch, 1, 1), 0.02)"),
        ("e29", "skip + self.attn_res(self.f(x))", "self.attn_res(self.f(x)) + skip"),
        ("e30", "stage[-1]", "stage[0]"),
        ("e30", "if number == 1 else ECABlock", "if number == 2 else SEBlock"),
        ("e31", "kernel // 2, bias=False", "'same', bias=False"),
        ("e32", "x.std()\n    faults", "3 * x.std()\n    faults"),
        ("e33", "1e-5", "1e-3"),
        ("e33", "kernel_size=5, padding=2", "kernel_size=3, padding=1"),
    ],
)
def test_a_harmless_step_is_not_accused(exercise_id, old, new):
    verdict = edited(exercise_id, (old, new))
    assert verdict.state == "solved", str(verdict)


@pytest.mark.parametrize("exercise_id", BUILDS)
def test_an_answer_that_crashes_or_hangs_on_nothing_is_told_in_turkish(exercise_id):
    given = draft(exercise_id)
    head = f"def {given.names[-1]}(*a):" if given.asks_for_function else "def __init__(self, *a):"
    body = f"{head}\n    raise RuntimeError('patladı')"
    if not given.asks_for_function:
        body = f"class {given.names[-1]}(nn.Module):\n    " + body.replace("\n", "\n    ")
    verdict = judged_code(exercise_id, body)
    assert verdict.state == "wrong"
    assert "patladı" in str(verdict)


def test_a_class_is_no_function_and_a_function_no_class():
    with pytest.raises(BadInput, match="işlevin kendisi olmalı"):
        answer_of(EXERCISES["e30"], torch.nn.Linear)
    with pytest.raises(BadInput, match="onardığın sınıf olmalı"):
        answer_of(EXERCISES["e28"], len)
    assert judge("e30", "place").state == "uncheckable"


def test_the_black_box_is_the_draft_without_its_name():
    box = black_box("e31")
    assert box.__name__ == "KaraKutu"
    with pytest.raises(RuntimeError):
        box(16, 4)(torch.randn(1, 16, 14, 9))


@pytest.mark.parametrize("exercise_id", BUILDS)
def test_attempts_shows_every_code_with_its_verdict(exercise_id):
    given, shown = draft(exercise_id), attempts(exercise_id)
    assert shown.count("ÇÖZÜLDÜ") == len(given.others)
    assert shown.count("OLMADI") == len(given.wrong)
    assert shown._repr_html_().count("<details>") == len(given.others) + len(given.wrong)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("truth = ", "dogru = ", "truth: bu alan eksik"),
        ('breaks = "şekil"\n', "", "wrong · breaks: bu alan eksik"),
        ("[[build.other]]", "[[build.wrong]]", "en az iki other ve üç wrong kaydı olmalı"),
    ],
)
def test_a_faulty_draft_is_told_by_file_entry_and_field(tmp_path, old, new, said):
    text = (FOLDER / "e28.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "e28.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(EntryError, match=rf"e28\.toml · e28.*{said}"):
        read_draft(path)
