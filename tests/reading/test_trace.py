"""Adım adım tablo: her deyim bir satır; sonuç, gradyan ve izleme durumu düz çağrınınkiyle aynı."""

import copy
import sys

import pytest
import torch
from support.contrast import read
from torch import nn

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.bugs import plant
from course_lib.reading.trace import walk


def block(**options):
    torch.manual_seed(0)
    return ChannelAttentionFusionT(8, return_fusion_weights=True, **options)


def test_rows_are_the_executed_statements_in_order():
    table = walk(block(learnable_temperature=True), torch.randn(2, 8, 4, 5))
    sources = [r.source for r in table.rows]
    assert sources.count("return self.fc2(self.act(self.fc1(s)))") == 2
    assert not any("z = a + m" in s for s in sources)
    order = [
        "avg_s = ",
        "a = self.mlp",
        "s_cat = ",
        "logits = ",
        "fusion_w = torch.softmax",
        "z = w_avg",
        "scaled = z / T",
        "y = x * ca",
    ]
    places = [next(i for i, s in enumerate(sources) if s.startswith(o)) for o in order]
    assert places == sorted(places)
    named = {v.name: v.shape for r in table.rows for v in r.values}
    assert named["s_cat"] == "(2, 16, 1, 1)"
    assert named["fusion_w"] == "(2, 2)"
    assert named["y"] == "(2, 8, 4, 5)"
    assert sources.count("with full_precision(x):") == 1


def test_result_and_gradients_are_those_of_a_plain_call():
    one = block(learnable_temperature=True)
    two = copy.deepcopy(one)
    x = torch.randn(2, 8, 4, 5)
    state = torch.get_rng_state()
    table = walk(one, x)
    assert torch.equal(torch.get_rng_state(), state)
    plain = two(x)
    for a, b in zip(table.result, plain, strict=True):
        assert torch.equal(a, b)
    table.result[0].sum().backward()
    plain[0].sum().backward()
    for p, q in zip(one.parameters(), two.parameters(), strict=True):
        assert torch.equal(p.grad, q.grad)


def test_no_trace_and_no_hook_remains():
    seen = []

    def mine(frame, event, arg):
        seen.append(event)

    one = block()
    before = sys.gettrace()
    sys.settrace(mine)
    try:
        walk(one, torch.randn(2, 8, 3, 3))
        assert sys.gettrace() is mine
    finally:
        sys.settrace(before)
    for module in one.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_table_ends_at_the_line_that_raised():
    table = walk(block(), torch.randn(2, 7, 4, 4))
    assert isinstance(table.error, ValueError)
    assert "kanal sayısı 8" in table.rows[-1].error
    assert table.rows[-1].source.startswith("feature_map")
    assert "HATA" in str(table)
    assert "HATA" in table._repr_html_()
    assert table.result is None


def test_planted_class_and_notebook_style_class_can_be_walked():
    table = walk(plant("ca-softmax-dim")(8), torch.randn(2, 8, 3, 3))
    assert any("dim=0" in r.source for r in table.rows)


def test_in_text_and_html_every_row_is_there():
    table = walk(block(), torch.randn(2, 8, 3, 3))
    assert len(str(table).splitlines()) >= len(table.rows) + 3
    assert table._repr_html_().count("<tr>") == len(table.cells()) + 1


def test_only_modules_can_be_walked():
    with pytest.raises(TypeError, match=r"nn\.Module"):
        walk(lambda x: x, torch.ones(1))


def test_loops_and_augmented_assignment():
    class Loop(nn.Module):
        def forward(self, x):
            total = 0
            for k in range(2):
                total += k * x
            return total

    table = walk(Loop(), torch.ones(2))
    assert [r.source for r in table.rows].count("total += k * x") == 2
    assert table.rows[-1].values[0].name == "→"


def test_the_row_of_the_error_brings_its_own_ground_with_it():
    table = walk(block(), torch.randn(2, 7, 4, 4))
    (told,) = [t for t in read(table._repr_html_()).texts if t.text.startswith("HATA")]
    assert told.contrast >= 4.5
    code = table._repr_html_().split("HATA")[0].rsplit("<code", 1)[1]
    assert "background:" in code  # JupyterLab code'a koyu temada kendi zeminini verir
    plain = walk(block(), torch.randn(2, 8, 4, 4))
    assert "background" not in plain._repr_html_()


def test_comments_are_not_code_and_a_header_ends_before_them():
    class Commented(nn.Module):
        def forward(self, x):
            with torch.no_grad():
                # gövdenin yorumu

                y = x + 1  # satırın yorumu
            return (
                y,
                x,
            )

    table = walk(Commented(), torch.ones(2))
    assert [r.source for r in table.rows] == [
        "with torch.no_grad():",
        "y = x + 1",
        "return (y, x)",
    ]


def test_a_nested_function_is_not_a_row():
    class Nested(nn.Module):
        def forward(self, x):
            def twice(v):
                return 2 * v

            return twice(x)

    assert [r.source for r in walk(Nested(), torch.ones(2)).rows] == ["return twice(x)"]
