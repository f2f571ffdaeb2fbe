"""Kestirim: ızgara başlamadan önce ne kadar süreceği ve ne kadar bellek isteyeceği."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from joblib import cpu_count

from course_lib.device import get_device, one_thread
from course_lib.experiments.cluster import connected, workers_of
from course_lib.experiments.data import SIDE
from course_lib.experiments.measure import CRASHES, on_device
from course_lib.experiments.run import Run, build
from course_lib.turkish import tr
from course_lib.validation import positive_int


@dataclass(frozen=True)
class Estimate:
    """Başlamadan önceki kestirim: koşu ve işçi sayısı, saniye, işçi başına bayt."""

    runs: int
    workers: int
    seconds: float
    memory: int

    def __str__(self) -> str:
        minutes = self.seconds / 60
        duration = f"{minutes:.0f} dakika" if self.seconds >= 90 else f"{self.seconds:.0f} saniye"
        return (
            f"{self.runs} koşu, {self.workers} işçi: yaklaşık {duration}, "
            f"işçi başına {tr(self.memory / 1e9, 1)} GB"
        )


def worker_count(workers: int | None, cluster: str | None) -> int:
    """Koşuları kaç işçi paylaşacak: kümenin işçileri ya da yerel süreçler."""
    if cluster is None:
        return cpu_count() if workers is None else positive_int("workers", workers)
    with connected(cluster) as client:
        return workers_of(client)


def estimate(runs: Sequence[Run], workers: int) -> Estimate:
    """Her çeşitten birkaç eğitim adımını ölçer, koşu sayısıyla çarpar.

    Bellek: bu sürecin o ana dek kullandığı en yükseği.
    """
    per_image = {r.name: seconds_per_image(r) for r in {r.name: r for r in runs}.values()}
    # Değerlendirme yalnız ileri geçiştir: eğitim adımının yaklaşık üçte biri
    seconds = sum(
        per_image[run.name] * run.epochs * (run.train_images + run.test_images / 3) for run in runs
    )
    at_once = max(1, min(workers, len(runs)))
    return Estimate(len(runs), workers, seconds / at_once, peak_resident())


def seconds_per_image(run: Run) -> float:
    """Bir eğitim adımının görüntü başına süresi, üç adımın en iyisi."""
    with one_thread():
        device, times = get_device(), []
        network = on_device(build(run), device)
        optimizer = torch.optim.AdamW(network.parameters())
        x = torch.rand(run.batch, 1, SIDE, SIDE, device=device)
        for _ in range(3):
            start = time.perf_counter()
            try:
                network(x).square().mean().backward()
            except CRASHES:
                if run.bug is None:
                    raise
                return 0.0  # çöken hata hemen biter
            optimizer.step()
            optimizer.zero_grad()
            next(network.parameters()).sum().item()  # CUDA'da da işin bitmesini bekler
            times.append(time.perf_counter() - start)
        return min(times) / run.batch


def peak_resident() -> int:
    """Bu sürecin o ana dek kullandığı en yüksek bellek, bayt; sistem söylemiyorsa 0."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
