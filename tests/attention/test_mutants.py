"""Katalogdaki her hata kitaplığa ekilince birim testlerden en az biri kalır."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib.bughunt.catalogue import CATALOGUE

HERE = Path(__file__).parent


def run(plant: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "COURSE_PLANT": plant}
    environment.pop("PYTEST_XDIST_WORKER", None)
    chapter = CATALOGUE[plant].block.split(":")[0].rsplit(".", 1)[1]
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:xdist", str(HERE / f"test_{chapter}.py")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("bug_id", CATALOGUE)
def test_unit_tests_notice_the_bug(bug_id):
    done = run(bug_id)
    assert done.returncode == 1, done.stdout[-2000:]
    assert "1 failed" in done.stdout
    assert "error" not in done.stdout.splitlines()[-1]
