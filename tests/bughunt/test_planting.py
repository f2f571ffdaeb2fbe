"""Ekme: tam bir isabet, iz yok, yorumlar yerinde; katalogdaki her alan dolu."""

import difflib
import re

import pytest
import torch
from grid import TARGET

from course_lib.bughunt.catalogue import CATALOGUE
from course_lib.bughunt.planting import (
    PlantingError,
    apply_edits,
    healthy_source,
    plant,
    planted_source,
)


@pytest.mark.parametrize("bug_id", CATALOGUE)
def test_planting_changes_only_what_the_catalogue_says(bug_id):
    healthy, planted = healthy_source(TARGET), planted_source(bug_id)
    changed = [d for d in difflib.ndiff(healthy.splitlines(), planted.splitlines()) if d[0] in "-+"]
    assert 2 <= len(changed) <= 5
    assert healthy.count("#") == planted.count("#")
    assert planted.count('"""') == healthy.count('"""')
    assert bug_id not in planted
    assert not re.search(r"hata|bug|BUG|yanlış", planted)
    y, _ca = plant(bug_id)(8)(torch.randn(3, 8, 4, 4))
    assert y.shape == (3, 8, 4, 4)


@pytest.mark.parametrize("bug_id", CATALOGUE)
def test_catalogue_entries_are_complete(bug_id):
    bug = CATALOGUE[bug_id]
    assert bug.id == bug_id
    for text in (bug.title, bug.why, *bug.symptoms, *bug.checks, *bug.hints, *bug.sources):
        assert len(text.strip()) > 5
    assert len(bug.hints) == 5
    assert len(set(bug.hints)) == 5
    assert any(s.startswith("seed 000") for s in bug.sources)
    for fix in (*bug.right_fixes, *bug.wrong_fixes):
        assert fix.why
        assert apply_edits(healthy_source(TARGET), fix.edits) != healthy_source(TARGET)


def test_planting_several_and_renaming():
    source = planted_source("ca-softmax-dim", "ca-detach", class_name="SupheliA")
    assert source.startswith("class SupheliA(nn.Module):")
    assert "dim=0)" in source
    assert ".detach()" in source
    assert plant("ca-detach", class_name="SupheliA").__name__ == "SupheliA"


def test_bad_calls_are_explained():
    with pytest.raises(ValueError, match=r"ca-softmax-dim.*verilen: 'ca-yok'"):
        planted_source("ca-yok")
    with pytest.raises(ValueError, match="verilen"):
        planted_source()
    with pytest.raises(PlantingError, match="0 kez"):
        apply_edits("bir", [("iki", "üç")])
    with pytest.raises(PlantingError, match="2 kez"):
        apply_edits("bir bir", [("bir", "üç")])
