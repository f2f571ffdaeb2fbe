"""Ekme: tam bir isabet, iz yok, yorumlar yerinde; katalogdaki her alan dolu."""

import difflib
import re

import pytest
import torch
from support.blocks import CBAM, CHANNEL, RESNET, SPATIAL

from course_lib.bugs import (
    CATALOGUE,
    SLIPS,
    PlantingError,
    class_from_sources,
    edited_sources,
    plant,
    planted_sources,
)
from course_lib.bugs.pieces import healthy_source, piece
from course_lib.bugs.planting import apply_edits, fixed_sources
from course_lib.paths import ROOT

STARTS = {SPATIAL: ()}  # sınıf kurulurken verilen ilk argümanlar; ötekilerde 8
LESSONS = {p.stem for p in (ROOT / "notebooks" / "source").glob("*.md")}


@pytest.mark.parametrize("bug_id", CATALOGUE)
def test_planting_changes_only_what_the_catalogue_says(bug_id):
    target = CATALOGUE[bug_id].piece
    healthy, planted = healthy_source(target), planted_sources(bug_id)[target]
    changed = [d for d in difflib.ndiff(healthy.splitlines(), planted.splitlines()) if d[0] in "-+"]
    assert 2 <= len(changed) <= 8
    assert healthy.count("#") == planted.count("#")
    assert planted.count('"""') == healthy.count('"""')
    assert bug_id not in planted
    assert not re.search(r"hata|bug|BUG|yanlış", planted)
    others = {p: s for p, s in planted_sources(bug_id).items() if p != target}
    assert all(s == healthy_source(p) for p, s in others.items())


@pytest.mark.parametrize("bug_id", [b for b, bug in CATALOGUE.items() if bug.promise != "çalışır"])
def test_a_silent_bug_still_runs(bug_id):
    cls = plant(bug_id)
    out = cls(*STARTS.get(CATALOGUE[bug_id].block, (8,)))(
        torch.randn(3, 3 if CATALOGUE[bug_id].block == RESNET else 8, 6, 5)
    )
    shape = (out[0] if isinstance(out, tuple) else out).shape
    assert shape == ((3, 8) if CATALOGUE[bug_id].block == RESNET else (3, 8, 6, 5))


@pytest.mark.parametrize("slip_id", SLIPS)
def test_a_slip_stops_the_class_with_the_error_it_promises(slip_id):
    slip = SLIPS[slip_id]
    assert len(slip.why) > 20
    assert slip.source
    cls = class_from_sources(edited_sources(slip.piece, {slip.piece: slip.edits}))
    with pytest.raises((AttributeError, TypeError), match=re.escape(slip.error)):
        cls()(torch.randn(2, 3, 5, 6))


@pytest.mark.parametrize("bug_id", CATALOGUE)
def test_catalogue_entries_are_complete(bug_id):
    bug = CATALOGUE[bug_id]
    assert bug.id == bug_id
    for text in (bug.title, bug.why, *bug.symptoms, *bug.checks, *bug.hints, *bug.sources):
        assert len(text.strip()) > 5
    assert len(bug.hints) == 5
    assert len(set(bug.hints)) == 5
    assert any(s.startswith(("not ", "github.com/")) for s in bug.sources)
    assert bug.chapter in LESSONS
    for fix in (*bug.right_fixes, *bug.wrong_fixes):
        assert fix.why
        assert fixed_sources(bug, fix)[bug.piece] != healthy_source(bug.piece)


def test_planting_several_in_different_pieces():
    sources = planted_sources("ca-softmax-dim", "ca-no-eps")
    assert list(sources) == ["Tempered", CHANNEL]
    assert "dim=0)" in sources[CHANNEL]
    assert "return F.softplus(t_raw)\n" in sources["Tempered"]
    inside = plant("ca-detach", "sa-max-is-avg", block=CBAM)(8)
    assert type(inside.ca) is not piece(CHANNEL)
    assert type(inside.sa).__name__ == "DynamicSpatialAttention"


def test_bad_calls_are_explained():
    with pytest.raises(ValueError, match=r"ca-softmax-dim.*verilen: 'ca-yok'"):
        planted_sources("ca-yok")
    with pytest.raises(ValueError, match="verilen"):
        planted_sources()
    with pytest.raises(ValueError, match="kullanmaz"):
        planted_sources("cbam-alpha-adds", block=CHANNEL)
    with pytest.raises(PlantingError, match="0 kez"):
        apply_edits("bir", [("iki", "üç")])
    with pytest.raises(PlantingError, match="2 kez"):
        apply_edits("bir bir", [("bir", "üç")])
