"""Canlı kaynak: satırlar deyimlerine, deyimler tek satırlık metinlerine ayrılır."""

import linecache

import pytest
import torch
from torch import nn

from course_lib.paths import ROOT
from course_lib.reading.source import Source
from course_lib.reading.trace import walk


class Sample:
    """Belge dizgisi."""

    def method(self, x):
        # gövdenin önündeki yorum
        if x:
            # dalın yorumu

            y = [  # listenin yorumu
                x,
            ]
        else:
            y = None
            x = y
        return y


SOURCE = Source.of(Sample)


def line_of(text: str) -> int:
    (line,) = [i for i, code in enumerate(SOURCE.lines, 1) if text in code]
    return line


def statement(text: str):
    return SOURCE.statements.get(line_of(text))


def test_a_compound_statement_is_its_header_without_the_comments_of_its_body():
    found = statement("if x:")
    assert (found.first, found.last, found.text) == (found.first, found.first, "if x:")
    assert statement("def method").text == "def method(self, x):"


def test_a_statement_over_several_lines_is_one_text_without_comments():
    found = statement("y = [")
    assert found.last == found.first + 2
    assert found.text == "y = [x]"
    assert statement("            ]") is found


def test_a_comment_is_no_statement_and_stands_for_itself():
    assert statement("# dalın yorumu") is None
    line = line_of("# dalın yorumu")
    assert SOURCE.statement(line) == (line, line)


def test_only_a_bare_text_is_a_docstring():
    assert statement("Belge dizgisi").is_text
    assert not statement("return y").is_text


def test_the_name_is_the_path_inside_the_course():
    assert Source.of(Source).name == "course_lib/reading/source.py"
    first = Source.of(Source).first
    line = (ROOT / Source.of(Source).name).read_text("utf-8").splitlines()[first - 1]
    assert line == "@dataclass(frozen=True)"


def test_code_without_a_file_is_read_from_linecache():
    """Defter hücresi: dosyası yoktur, satırları linecache'tedir."""
    text = (
        "class Cell(nn.Module):\n    def forward(self, x):\n        y = x + 1\n        return y\n"
    )
    linecache.cache["<hücre 1>"] = (len(text), None, text.splitlines(keepends=True), "<hücre 1>")
    namespace = {"nn": nn, "__name__": "olmayan_modül"}
    exec(compile(text, "<hücre 1>", "exec"), namespace)
    rows = walk(namespace["Cell"](), torch.ones(2)).rows
    assert [(row.line, row.source) for row in rows] == [(3, "y = x + 1"), (4, "return y")]


def test_code_that_is_written_nowhere_still_runs():
    namespace = {"nn": nn, "__name__": "olmayan_modül"}
    text = "class Cell(nn.Module):\n    def forward(self, x):\n        return x + 1\n"
    exec(compile(text, "<hiçbir yer>", "exec"), namespace)
    table = walk(namespace["Cell"](), torch.ones(2))
    assert (table.rows, table.error, table.result.tolist()) == ([], None, [2, 2])


@pytest.mark.parametrize("obj", [len, 3, None])
def test_an_object_without_source_is_named(obj):
    with pytest.raises(TypeError, match="obj kaynağı okunabilen"):
        Source.of(obj)


def test_a_wrapped_statement_reads_as_if_it_were_on_one_line():
    def wrapped(a, b):
        total = max(
            [a, b],
            key=abs,
        )
        return (total,)

    texts = [s.text for s in Source.of(wrapped).statements.values()]
    assert "total = max([a, b], key=abs)" in texts
    assert "return (total,)" in texts
