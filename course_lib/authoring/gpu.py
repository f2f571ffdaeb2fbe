"""`make gpu`: aynı defterler ve testler, aynı saklı çıktılarla, CUDA üzerinde. Sonuç:
results/gpu.json."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import torch
import torchvision

from course_lib.paths import ROOT

REPORT = ROOT / "results" / "gpu.json"


def run(command: list[str]) -> tuple[bool, float]:
    start = time.perf_counter()
    environment = {**os.environ, "COURSE_DEVICE": "cuda", "PYTHONUTF8": "1"}
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    return code == 0, round(time.perf_counter() - start, 1)


def notebooks() -> list[Path]:
    return [
        p
        for folder in ("notebooks", "exercises", "solutions")
        for p in sorted((ROOT / folder).glob("*.ipynb"))
    ]


def main() -> int:
    if not torch.cuda.is_available():
        print(
            "make gpu CUDA ister; bu makinede CUDA yok. Rapor yazılmadı. CPU denetimi: make test",
            file=sys.stderr,
        )
        return 2
    report = {
        "cihaz": torch.cuda.get_device_name(),
        "surumler": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "torchvision": torchvision.__version__,
        },
        "testler": {},
        "defterler": {},
    }
    pytest = [sys.executable, "-m", "pytest", "-q"]
    for tests in (
        "tests/attention",
        "tests/residual",
        "tests/bugs",
        "tests/diagnosis",
        "tests/gpu",
    ):
        good, seconds = run([*pytest, tests])
        report["testler"][tests] = {"gecti": good, "saniye": seconds}
    for path in notebooks():
        good, seconds = run(
            [*pytest, "--nbval", "--nbval-current-env", "--nbval-cell-timeout=240", str(path)]
        )
        report["defterler"][f"{path.parent.name}/{path.name}"] = {"gecti": good, "saniye": seconds}
    parts = [*report["testler"].values(), *report["defterler"].values()]
    report["karar"] = "geçti" if all(p["gecti"] for p in parts) else "kaldı"
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{REPORT.relative_to(ROOT)}: {report['karar']}")
    return 0 if report["karar"] == "geçti" else 1


if __name__ == "__main__":
    sys.exit(main())
