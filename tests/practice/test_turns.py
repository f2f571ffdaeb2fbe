"""Sen yaz: boş hücre denenmemiştir; yanıt ve başka yazılışları geçer; her tanınan yanlış kendi
cümlesiyle kalır."""

import pytest
import torch

from course_lib.entries import EntryError
from course_lib.practice import dene, journal
from course_lib.practice.lesson import SOURCES, lessons
from course_lib.practice.turn_judge import judge_turn, outcomes, same, written
from course_lib.practice.turns import BLANK, TURNS, read_turns

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
        ("raise KeyError('w')", "hata verdi: KeyError: 'w'"),
        ("raise SystemExit(3)", "hata verdi: SystemExit: 3"),
        ("z = fusion_w", "return unutulmuş"),
        ("return fusion_w", r"İstenen: (3, 4, 1, 1) şeklinde bir tensör. Gelen: (3, 2)"),
        ("return a, m", "Gelen: 2 öğe"),
        ("return a * float('nan')", "NaN"),
        ("return 2 * (a + m)", "en büyük fark"),
        ("return 'z'", "verilen: str"),
        ("return 1", "Gelen: tek bir sayı"),
    ],
)
def test_an_unknown_wrong_is_told_by_what_it_gives(body, said):
    verdict = judge_turn(MIX, written(MIX, body))
    assert verdict.state == "wrong"
    assert said in str(verdict)


def test_an_answer_cannot_vouch_for_itself():
    class Agrees(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            return True

    verdict = judge_turn(MIX, lambda w, a, m: a.as_subclass(Agrees))
    assert verdict.state == "wrong"
    assert "verilen: Agrees" in str(verdict)


def test_trying_is_kept_and_never_raises():
    right = written(MIX, MIX.answer)
    assert dene("01-karisim", right).state == "solved"
    assert journal.read().records["01-karisim"].state == "solved"
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
