"""Sen yaz: boş hücre denenmemiştir; yanıt ve başka yazılışları geçer; her tanınan yanlış kendi
cümlesiyle kalır."""

import ast
import builtins
import dis
import re
import types

import pytest
import torch

from course_lib.attention import SEBlock
from course_lib.bugs import plant
from course_lib.entries import EntryError
from course_lib.practice import dene, journal, turn_judge
from course_lib.practice.lesson import SOURCES, lessons
from course_lib.practice.slips import slip
from course_lib.practice.turn_judge import (
    inputs,
    judge_turn,
    outcomes,
    same,
    with_forward,
    written,
    yours,
)
from course_lib.practice.turns import BLANK, TURNS, read_turns
from course_lib.residual import ResidualAttn_P1

MIX = TURNS["01-karisim"]
WRONG = [(key, i) for key, turn in TURNS.items() for i in range(len(turn.wrong))]


@pytest.mark.parametrize("key", TURNS)
def test_the_stub_is_untried_and_the_answer_is_right_however_written(key):
    turn = TURNS[key]
    namespace = {"dene": lambda key, function: judge_turn(TURNS[key], function)}
    exec(turn.stub, namespace)
    assert judge_turn(turn, namespace[turn.name]).state == "untried"
    assert len(turn.others) >= 1
    for body in (turn.answer, *turn.others):
        verdict = judge_turn(turn, written(turn, body))
        assert verdict.state == "solved", f"{body}\n{verdict}"


@pytest.mark.parametrize("key", TURNS)
def test_the_answer_runs_on_every_input(key):
    turn = TURNS[key]
    assert len(turn.calls) >= 3
    assert not any(
        isinstance(found, BaseException) for found in outcomes(turn, written(turn, turn.answer))
    )


@pytest.mark.parametrize(("key", "number"), WRONG)
def test_a_tempting_wrong_fails_with_its_own_sentence(key, number):
    turn = TURNS[key]
    wrong = turn.wrong[number]
    verdict = judge_turn(turn, written(turn, wrong.code))
    assert verdict.state == "wrong"
    assert verdict.sentences == (wrong.says,)


@pytest.mark.parametrize("key", TURNS)
def test_the_known_wrongs_are_told_apart(key):
    turn = TURNS[key]
    assert len(turn.wrong) >= 2
    results = [outcomes(turn, written(turn, w.code)) for w in turn.wrong]
    assert not any(same(a, b) for i, a in enumerate(results) for b in results[:i])
    assert all(len(w.says) > 40 for w in turn.wrong)


@pytest.mark.parametrize("key", TURNS)
def test_every_turn_stands_in_its_lesson_once(key):
    lesson = next(name for name in lessons() if name.startswith(key[:2]))
    text = (SOURCES / f"{lesson}.md").read_text("utf-8")
    assert text.count(f"#@ sen yaz {key}\n") == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise KeyError('w')", "1. girdide hata verdi. KeyError: 'w'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise ValueError('x' * 3000)", "xxx"),
        ("raise type('E', (Exception,), {'__str__': lambda self: 1 / 0})", "hata verdi. E"),
        ("z = fusion_w", "return unutulmuş"),
        ("return fusion_w", "İstenen: (3, 4, 1, 1). Gelen: (3, 2)"),
        ("return a, m", "Gelen: (3, 4, 1, 1) ve (3, 4, 1, 1)"),
        ("return a, None", "ve hiçbir şey"),
        ("return a * float('nan')", "NaN"),
        ("return 2 * (a + m)", "en büyük fark"),
        ("return 'z'", "değil: str"),
        ("return 1", "Gelen: bir sayı"),
        ("return a.max(dim=1)", ".values"),
        ("return a.to_sparse()", "sıradan değil"),
        ("return a.to('meta')", "sıradan değil"),
        ("return a + 0j", "karmaşık"),
        ("return torch.nested.nested_tensor([a[0], m[0, :2]])", "sıradan değil"),
        ("return (a, m), a", "Gelen: [(3, 4, 1, 1) ve (3, 4, 1, 1)] ve (3, 4, 1, 1)"),
        ("return 2**70", "çok büyük"),
        (
            "a *= fusion_w[:, :1, None, None]\nreturn a.addcmul_(m, fusion_w[:, 1:, None, None])",
            "yerinde değiştirdin",
        ),
        ("return a.sum() * 10**9", "Gelen: bir sayı"),
    ],
)
def test_an_unknown_wrong_is_told_by_what_it_gives(body, said):
    verdict = judge_turn(MIX, written(MIX, body))
    assert verdict.state == "wrong"
    assert said in str(verdict)
    assert len(str(verdict)) < 300


PROBES = {
    "02-komsu": {
        "return (block(x[:1])[1] - block(x)[1][:1]).abs().max() > 1e-4": "solved",
        "return (block(x[:1])[1] - block(x)[1][:1]).abs().numpy(force=True).max() > 1e-4": "solved",
        "return not (block(x[:1])[1] - block(x)[1][:1]).abs().max() > 1e-4": "wrong",
        "return bool((block(x)[2].sum(1) - 1).abs().max() > 1e-4 or (block(x)[2] - block(x)[2][:1]).abs().max() < 1e-5)": "wrong",
        "if block(x)[1].shape[0] < 5:\n    return True\nreturn ...": "wrong",
    },
    "02-mlp": {
        "return bool(block(x)[1].min() < 0.5)": "wrong",
        "return bool(block(x)[1].mean() < 0.6)": "wrong",
    },
    "02-ortalama": {
        "w = block(x)[2]\nreturn bool((w - w[:1]).abs().max() < 1e-5 and (w - .5).abs().max() > 1e-3)": "wrong",
        "return False": "wrong",
    },
    "01-agirlik": {
        "e = torch.exp(logits.clamp(max=50))\nreturn e / e.sum(1, keepdim=True)": "wrong"
    },
    "01-sicaklik": {"return torch.exp(z / T) / (1 + torch.exp(z / T))": "wrong"},
    "02-dugme": {
        "a = block(x)[1]\nblock.T.fill_(4.0)\nreturn ((block(x)[1] - .5)**2).sum() < ((a - .5)**2).sum()": "solved",
        "a = block(x)[1]\nblock.T.fill_(4.0)\nreturn block(x)[1].mean() > a.mean()": "wrong",
        "block.T.fill_(4.0)\nreturn (block(x)[1] - .5).abs().mean() < .1": "wrong",
        "block.T.fill_(4.0)\nreturn (block(x)[1] - .5).abs().max() < .3": "wrong",
    },
    "02-ogrenmeyen": {
        "block(x)[0].sum().backward()\nreturn torch.tensor([p.grad is None for p in block.parameters()]).sum()": "solved",
        "return 10**400": "wrong",
        "return 2**63": "wrong",
    },
    "05-se": {"return se.attention_map(x)": "wrong"},
}


@pytest.mark.parametrize(("key", "body"), [(k, b) for k, bodies in PROBES.items() for b in bodies])
def test_what_a_blind_student_wrote(key, body):
    verdict = judge_turn(TURNS[key], written(TURNS[key], body))
    assert verdict.state == PROBES[key][body], str(verdict)


def test_an_inverted_probe_is_told_so():
    inverted = "return torch.allclose(block(x[:1])[1], block(x)[1][:1], atol=1e-6)"
    verdict = judge_turn(TURNS["02-komsu"], written(TURNS["02-komsu"], inverted))
    assert verdict.state == "wrong"
    assert "hep ters" in str(verdict)


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("01-ozet", "return x.mean((2, 3), True).detach(), x.amax((2, 3), True)"),
        (
            "01-ozet",
            "x = torch.from_numpy(x.numpy())\nreturn x.mean((2, 3), True), x.amax((2, 3), True)",
        ),
        ("01-agirlik", "with torch.no_grad():\n    return torch.softmax(logits, dim=1)"),
        ("01-sicaklik", "return torch.sigmoid(z / T.item())"),
    ],
)
def test_right_numbers_without_a_gradient_are_not_right(key, body):
    found = judge_turn(TURNS[key], written(TURNS[key], body))
    assert found.state == "wrong"
    assert "gradyan girdiye ulaşmıyor" in str(found)


def test_an_endless_answer_is_stopped(monkeypatch):
    monkeypatch.setattr(turn_judge, "SECONDS", 1.0)
    verdict = judge_turn(MIX, written(MIX, "while True:\n    pass"))
    assert verdict.state == "wrong"
    assert "1 saniyede bitmedi" in str(verdict)


def test_a_default_dtype_left_behind_is_put_back():
    judge_turn(MIX, written(MIX, "torch.set_default_dtype(torch.float64)\nreturn a"))
    assert torch.get_default_dtype() == torch.float32


def test_an_answer_cannot_vouch_for_itself():
    class Agrees(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            return True

    verdict = judge_turn(MIX, lambda w, a, m: a.as_subclass(Agrees))
    assert verdict.state == "wrong"
    assert "değil: Agrees" in str(verdict)


def test_trying_is_kept_and_never_raises():
    right = written(MIX, MIX.answer)
    assert dene("01-karisim", right).state == "solved"
    assert journal.read().records["01-karisim"].state == "solved"
    assert "parantezsiz" in str(dene("01-karisim", torch.ones(3000)))
    assert dene("01-karisim", None).state == "uncheckable"
    assert dene("01-karisim", written(MIX, MIX.wrong[0].code)).state == "wrong"
    assert journal.read().records["01-karisim"].state == "solved"  # geri gitmez
    unknown = dene("01-karişim", right)
    assert unknown.state == "uncheckable"
    assert "01-karisim" in str(unknown)


def test_a_faulty_entry_names_its_field(tmp_path):
    path = tmp_path / "turns.toml"
    text = '[[turn]]\nid = "x"\ntask = "t"\nhead = "{}"\nanswer = "return 1"\ncalls = ["()"]\nothers = ["return 1.0"]\n'
    text += '[[turn.wrong]]\ncode = "return 2"\nsays = "iki"\n'
    path.write_text(text.format("def f():"), "utf-8")
    assert read_turns(path)["x"].source(BLANK) == f"def f():\n    {BLANK}\n"
    path.write_text(text.format("f()"), "utf-8")
    with pytest.raises(EntryError, match=r"turns.toml · x · head"):
        read_turns(path)


def names_of_lesson(name):
    """Dersin hücrelerinde bağlanan adlar: içe aktarılanlar, atananlar, tanımlananlar."""
    text = (SOURCES / f"{name}.md").read_text("utf-8")
    bound = set(dir(builtins))
    for source in re.findall(r"^```\{code-cell\}.*?\n(.*?)^```", text, re.M | re.S):
        code = "\n".join(
            line for line in source.splitlines() if not line.startswith((":tags", "#@"))
        )
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                bound |= {(a.asname or a.name).partition(".")[0] for a in node.names}
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                bound.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                bound.add(node.id)
    return bound


@pytest.mark.parametrize("key", TURNS)
def test_the_folded_answer_runs_with_the_names_its_lesson_has(key):
    """Katlanmış yanıtı olduğu gibi yapıştıran, NameError görmemeli."""
    lesson = next(name for name in lessons() if name.startswith(key[:2]))
    code = compile(TURNS[key].source(TURNS[key].answer), key, "exec")
    inner = next(c for c in code.co_consts if isinstance(c, types.CodeType))
    used = {i.argval for i in dis.get_instructions(inner) if i.opname == "LOAD_GLOBAL"}
    assert used <= names_of_lesson(lesson)


def test_an_everyday_slip_is_told_in_turkish():
    def told(body, key="05-se"):
        return str(judge_turn(TURNS[key], written(TURNS[key], body)))

    assert "keepdim=True" in told("return torch.sigmoid(se.fc1(x.mean((1, 2))))")
    assert "tanımlı değil" in told("return sigmoid(x)")
    assert "diye bir alan yok" in told("return se.fc9(x)")
    assert "Olmayan bir eksen" in told("return x.mean(7)")
    assert "kanal bekliyor" in told("return se.fc2(se.fc2(x))")
    assert "eksen" in told("return x[:, :2] + x", "01-ozet")


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (lambda: torch.ones(2, 3) @ torch.ones(2, 3), "ortadaki iki sayı"),
        (lambda: torch.cat([torch.ones(2, 3), torch.ones(3, 2)], dim=1), "cat: 1. eksenden"),
        (lambda: torch.nn.functional.conv2d(torch.ones(1, 1, 2, 2)), "conv2d bu argümanlarla"),
        (lambda: torch.nn.Conv2d(1, 1), "argüman eksik"),
        (lambda: torch.nn.Conv2d(1, 1, 1, strid=2), "strid adlı"),
        (lambda: torch.ones(2) + torch.ones(3), "0. ekseni tutmuyor: biri 2, öteki 3"),
    ],
)
def test_the_messages_are_torch_s_own(run, said):
    with pytest.raises((RuntimeError, TypeError)) as error:
        run()
    assert said in slip(str(error.value))
    assert slip("bilinmeyen") == ""


def test_the_reader_s_function_measures_once_it_is_right_and_the_course_s_until_then(capsys):
    mine = yours("01-karisim", written(MIX, MIX.answer))
    assert "senin işlevin" in capsys.readouterr().out
    for wrong in (written(MIX, MIX.wrong[0].code), written(MIX, "..."), None):
        theirs = yours("01-karisim", wrong)
        assert "kursun yanıtı" in capsys.readouterr().out
        arguments = tuple(inputs(MIX)[0])
        assert torch.equal(theirs(*arguments), mine(*arguments))


ADDED = plant("fusion-attention-added", block=ResidualAttn_P1)


@pytest.mark.parametrize(
    "answer", [*TURNS["08-onar"].others, TURNS["08-onar"].wrong[0].code, "..."]
)
def test_a_repaired_class_computes_the_healthy_block_and_its_gradients(answer, capsys):
    repaired = with_forward("08-onar", ADDED, written(TURNS["08-onar"], answer))
    assert ("senin işlevin" in capsys.readouterr().out) == (answer in TURNS["08-onar"].others)
    assert issubclass(repaired, ADDED)
    results = []
    for cls in (repaired, ResidualAttn_P1, ADDED):
        torch.manual_seed(0)
        block = cls(4, attn=SEBlock).eval()
        x = torch.randn(2, 4, 3, 3, generator=torch.Generator().manual_seed(1)).requires_grad_()
        y = block(x)
        y.square().sum().backward()
        results.append((y, x.grad, block.attn.fc1.weight.grad))
    for mine, healthy in zip(*results[:2], strict=True):
        torch.testing.assert_close(mine, healthy)
    assert not torch.allclose(results[0][0], results[2][0])
