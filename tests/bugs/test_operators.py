"""docs/operatorler.md: yayımlanmış hata listesinin her işleci ya bir hataya ya bir nedene gider,
katalogdaki kaynaklar da tabloyla uyuşur."""

import re

from course_lib.bugs import CATALOGUE
from course_lib.paths import ROOT

PAGE = (ROOT / "docs" / "operatorler.md").read_text("utf-8")
ROWS = {
    cells[0]: (cells[1], cells[2])
    for line in PAGE.splitlines()
    if (cells := [c.strip() for c in line.strip("|").split("|")]) and re.fullmatch("[A-Z]{3}", cells[0])
}  # fmt: skip
OPERATORS = 45


def bugs_in(cell: str) -> list[str]:
    return re.findall(r"`([a-z]+(?:-[a-z0-9]+)+)`", cell)


def test_every_operator_has_a_bug_or_a_reason():
    assert len(ROWS) == OPERATORS
    assert f"**{OPERATORS} mutasyon işleci**" in PAGE
    for name, (meaning, answer) in ROWS.items():
        assert len(meaning) > 10, name
        assert set(bugs_in(answer)) <= set(CATALOGUE), name
        if not bugs_in(answer) or "yok:" in answer:
            assert re.match("yok: .{20,}", answer), name


def test_the_sources_in_the_catalogue_agree_with_the_table():
    cited = {
        (operator, bug_id)
        for bug_id, bug in CATALOGUE.items()
        for source in bug.sources
        if "deform" in source
        for operator in re.findall(r"\b[A-Z]{3}\b", source)
    }
    assert len(cited) > 15
    for operator, bug_id in cited:
        assert bug_id in bugs_in(ROWS[operator][1]), (operator, bug_id)
