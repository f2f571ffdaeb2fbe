"""İddialar defteri: her iddianın bölümü, kararı, nedeni var; ölçülmüşse sayısı hücresinin çıktısında."""

import pytest

from course_lib.reading.claims import (
    VERDICTS,
    Claim,
    LedgerError,
    cells_of,
    claims_table,
    evidence_of,
    link,
    read_claims,
)

CLAIMS = read_claims()
MEASURED = [c for c in CLAIMS if c.verdict != "ölçülmedi"]


def test_the_ledger_is_long_enough_and_touches_every_note():
    assert len(CLAIMS) >= 60
    assert {c.seed for c in CLAIMS} == {"000", "001", "002", "003", "004"}
    assert {c.verdict for c in CLAIMS} == set(VERDICTS)
    assert len({(c.seed, c.section, c.claim) for c in CLAIMS}) == len(CLAIMS)
    assert all(c.reason.endswith(".") and c.claim.endswith(".") for c in CLAIMS)


@pytest.mark.parametrize(
    "claim", MEASURED, ids=[f"{c.seed} {c.section}: {c.number[:30]}" for c in MEASURED]
)
def test_the_number_stands_in_the_output_of_its_cell(claim):
    assert evidence_of(claim)


def test_a_claim_whose_evidence_is_gone_is_found():
    good = MEASURED[0]
    moved = Claim(**{**vars(good), "cell": "böyle bir hücre yok"})
    with pytest.raises(LedgerError, match="tam bir hücrede geçmeli; 0 hücrede"):
        evidence_of(moved)
    changed = Claim(**{**vars(good), "number": "böyle bir sayı yok"})
    with pytest.raises(LedgerError, match="çıktısında geçmeli; bulunamadı"):
        evidence_of(changed)
    with pytest.raises(LedgerError):
        claims_table([good, changed])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[claim]]\nverdict = "belki"', "verdict şunlardan biri olmalı.*'belki'"),
        (
            '[[claim]]\nseed = "000"\nverdict = "doğru"\nclaim = "a"',
            "alanları dolu ve şunlar olmalı",
        ),
        (
            '[[claim]]\nseed="0"\nsection="s"\nclaim="a"\nreason="r"\nverdict="ölçülmedi"\nnumber="3"',
            "alanları dolu ve şunlar",
        ),
        (
            '[[claim]]\nseed="0"\nsection=" "\nclaim="a"\nreason="r"\nverdict="ölçülmedi"',
            "alanları dolu",
        ),
    ],
)
def test_an_incomplete_entry_is_named(tmp_path, text, told):
    path = tmp_path / "iddialar.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(LedgerError, match=told):
        read_claims(path)


def test_the_table_links_to_the_cell_itself():
    claim = next(c for c in MEASURED if c.lesson == "03_uzamsal_dikkat" and "13×13" in c.reason)
    cell = evidence_of(claim)
    assert cell.heading.startswith("Üç dal kaç evrişim eder?")
    assert link(claim) == f"[03, {cell.heading}](03_uzamsal_dikkat.ipynb#cell-id={cell.cell_id})"
    assert cell in cells_of(claim.lesson)
    rows = claims_table(CLAIMS).splitlines()
    assert len(rows) == len(CLAIMS) + 2
    assert all(row.replace("\\|", "").count("|") == 7 for row in rows)
