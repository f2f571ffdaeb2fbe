"""`make test`: denetimleri sırayla koşar, sonunda her birinin süresini ve sonucunu yazar."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from course_lib.paths import ROOT

WORKERS = ["-n", "2"]
NOTEBOOKS = ["notebooks", "solutions", "exercises"]


def stages() -> dict[str, list[str]]:
    """Denetimin adı -> komutu."""
    python = sys.executable
    here = str(Path(python).parent)
    ruff, contracts = (shutil.which(name, path=here) or name for name in ("ruff", "lint-imports"))
    nbval = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=240", "--dist", "loadscope"]
    return {
        "yazım (ruff check)": [ruff, "check", "."],
        "biçim (ruff format)": [ruff, "format", "--check", "."],
        "türler (basedpyright)": [python, "-m", "basedpyright", "--pythonpath", python],
        "katlar (import-linter)": [contracts],
        "testler (pytest)": [python, "-m", "pytest", "-q", "-rs", *WORKERS, "tests"],
        "defterler (nbval)": [python, "-m", "pytest", "-q", *WORKERS, *nbval, *NOTEBOOKS],
    }


def main() -> int:
    # İki süreç yan yana koşar; her biri tek iş parçacığıyla daha hızlıdır.
    environment = {**os.environ, "PYTHONUTF8": "1", "OMP_NUM_THREADS": "1"}
    report = []
    for name, command in stages().items():
        print(f"\n=== {name}", flush=True)
        start = time.perf_counter()
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        report.append((name, code, time.perf_counter() - start))
    print("\n=== özet")
    for name, code, seconds in report:
        print(f"{'geçti' if code == 0 else 'KALDI'}  {seconds:6.1f} s  {name}")
    return max(code != 0 for _, code, _ in report)


if __name__ == "__main__":
    sys.exit(main())
