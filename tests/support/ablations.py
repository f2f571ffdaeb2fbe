"""Ablasyon testlerinin ortak parçaları: küçük koşular, küçük bir ızgara, ayrı süreçte komut."""

import subprocess
import sys
import time

TINY = {"widths": (4,), "train_images": 40, "test_images": 20, "epochs": 1, "batch": 20}
GRID = """
seed = [0, 1]
widths = [4]
train_images = 40
test_images = 20
epochs = {epochs}
batch = 20
[[variant]]
name = "dikkatsiz"
[[variant]]
name = "SE {{pattern}}"
attention = "se"
pattern = ["P1", "P2"]
"""


def rows(folder):
    return {p.name: (p.stat().st_ino, p.stat().st_mtime_ns) for p in folder.glob("*.parquet")}


def start(grid, *options):
    """`atolye ablasyon`, ayrı bir oturumda: öldürülünce yanında kimseyi götürmez."""
    return subprocess.Popen(
        [sys.executable, "-m", "course_lib.cli", "ablasyon", str(grid), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def wait_for_rows(folder, count, process):
    while len(rows(folder)) < count:
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.02)
