"""Katalogdaki her hata kitaplığa ekilince birim testlerden en az biri kalır."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.bugs import CATALOGUE
from course_lib.bugs.pieces import module_of

TESTS = Path(__file__).parents[1]


def file_of(bug_id: str) -> str:
    """Hatanın gösterildiği bloğun test dosyası, tests klasörüne göre."""
    _, room, chapter = module_of(CATALOGUE[bug_id].block).__name__.split(".")
    return f"{room}/test_{chapter}.py"


@pytest.mark.parametrize("file", sorted({file_of(b) for b in CATALOGUE}))
def test_unit_tests_notice_every_bug_of_the_chapter(file):
    bugs = [b for b in CATALOGUE if file_of(b) == file]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    command = [sys.executable, str(TESTS / "support" / "mutants.py"), str(TESTS / file), *bugs]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    found = {row["bug"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert list(found) == bugs, done.stderr[-2000:]
    for bug_id, row in found.items():
        said = "\n".join(row["said"])
        assert row["code"] == 1, f"{bug_id}\n{said}"
        assert "1 failed" in said, f"{bug_id}\n{said}"
        assert "error" not in row["said"][-1], f"{bug_id}\n{said}"
