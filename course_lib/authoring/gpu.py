"""`make gpu`: aynı defterler ve testler, aynı saklı çıktılarla, CUDA üzerinde. Sonuç:
results/gpu.json."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
import torchvision

from course_lib.paths import ROOT

REPORT = ROOT / "results" / "gpu.json"
# Her süreç GPU'da kendi bağlamını açar, yarım GiB kadar; daha çok çekirdek aynı anda açılınca aynı
# kapıyı seçebiliyor.
KERNELS, WORKERS = 4, 8
TESTS = ("tests/gpu", "tests/residual", "tests/attention")
SAME = "--ignore-glob=*test_mutants.py"  # testleri deneyen testler aygıta bakmaz
PYTEST = [sys.executable, "-m", "pytest", "-q"]
NBVAL = ["--nbval", "--nbval-current-env", "--nbval-cell-timeout=240"]


def run(command: list[str]) -> dict[str, bool | float]:
    """Komutu CUDA seçili koşar; geçti mi, kaç saniye sürdü. Kalanın çıktısı ekrana yazılır."""
    start = time.perf_counter()
    environment = {
        **os.environ,
        "COURSE_DEVICE": "cuda",
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    seconds = round(time.perf_counter() - start, 1)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
    print(
        f"{'geçti' if done.returncode == 0 else 'KALDI'} {seconds:6.1f} s  {command[-1]}",
        flush=True,
    )
    return {"gecti": done.returncode == 0, "saniye": seconds}


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
    with ThreadPoolExecutor(KERNELS) as pool, ThreadPoolExecutor(1) as beside:
        tested = {
            name: beside.submit(run, [*PYTEST, SAME, "-n", str(WORKERS), name]) for name in TESTS
        }
        read = {
            f"{path.parent.name}/{path.name}": pool.submit(run, [*PYTEST, *NBVAL, str(path)])
            for path in notebooks()
        }
    report = {
        "cihaz": torch.cuda.get_device_name(),
        "surumler": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "torchvision": torchvision.__version__,
        },
        "defterler": {name: part.result() for name, part in read.items()},
        "testler": {name: part.result() for name, part in tested.items()},
    }
    parts = [*report["testler"].values(), *report["defterler"].values()]
    report["karar"] = "geçti" if all(p["gecti"] for p in parts) else "kaldı"
    REPORT.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{REPORT.relative_to(ROOT)}: {report['karar']}")
    return 0 if report["karar"] == "geçti" else 1


if __name__ == "__main__":
    sys.exit(main())
