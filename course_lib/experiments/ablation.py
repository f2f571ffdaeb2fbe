"""Ablasyon: ızgaradaki eksik koşuları çalıştırır; her biten koşu hemen kendi dosyasına yazılır."""

from __future__ import annotations

import json
import os
import platform
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from filelock import FileLock
from joblib import Parallel, cpu_count, delayed, parallel_config
from torch import nn
from tqdm import tqdm

from course_lib.bughunt.diagnosis import diagnose
from course_lib.device import get_device
from course_lib.experiments import store
from course_lib.experiments.cost import cost
from course_lib.experiments.data import SIDE, ClutteredDigits
from course_lib.experiments.masks import attention_maps, pointing_game, share_inside, spatial
from course_lib.experiments.run import Run, build
from course_lib.experiments.training import NonFiniteLoss, one_thread, train

ONE_AT_A_TIME = threading.Lock()  # tohum sürece aittir: bir süreçte iki koşu birbirinin sayılarını karıştırırdı
CONNECT_SECONDS = 10
POINTED = 500  # maskeler, testin ilk bu kadar görüntüsündeki kutularla karşılaştırılır


class GridStopped(ConnectionError):
    """Kümeye ulaşılamadı, kümeyle bağlantı koptu ya da bir işçi öldü; biten koşular duruyor."""


def measure(run: Run) -> dict[str, object]:
    """Koşuyu baştan sona çalıştırır; ölçümleri verir."""
    with one_thread():
        data = {"level": run.level, "seed": run.seed}
        network = build(run)
        spent = cost(network, (1, 1, SIDE, SIDE))
        device = get_device()
        network = network.to(device, memory_format=torch.channels_last)
        train_set = ClutteredDigits(run.train_images, train=True, **data)
        test_set = ClutteredDigits(run.test_images, train=False, **data)
        history = train(network, train_set, test_set, run.recipe)
        seen = test_set.images[:POINTED].to(device).float() / 255
        boxes = test_set.boxes[:POINTED].to(device)
        flat = {name: m for name, m in attention_maps(network, seen).items() if m.shape[2] > 1}
        masks = {name: spatial(m, (SIDE, SIDE)) for name, m in flat.items()}
        last = history[-1]
        return {
            "state": "bitti",
            "reason": "",
            "accuracy": last["test_accuracy"],
            "train_accuracy": last["train_accuracy"],
            "loss": last["loss"],
            "grad_norm_max": max(epoch["grad_norm_max"] for epoch in history),
            "parameters": spent.parameters,
            "flops": spent.flops,
            "moved": spent.moved,
            "pointing": json.dumps({name: float(pointing_game(m, boxes).mean()) for name, m in masks.items()}),
            "share_inside": json.dumps({name: float(share_inside(m, boxes).mean()) for name, m in masks.items()}),
            "history": json.dumps(history),
            "verdict": verdict(network),
        }


def verdict(network: nn.Module) -> str:
    """Teşhisin ağ hakkındaki kararı: "sağlam", "hatalı: kimlik, …" ya da "ölçülemedi: neden"."""
    found = diagnose(network)
    told = {"healthy": "sağlam", "buggy": f"hatalı: {', '.join(found.bug_ids)}"}
    return told.get(found.status, f"ölçülemedi: {found.reason}")


def outcome(run: Run) -> dict[str, object]:
    """Koşunun satırı. Sonlu olmayan kayıp ve hatalı bloğun çöküşü de birer sonuçtur; başka hata olduğu gibi yükselir."""
    start = time.perf_counter()
    nothing = dict.fromkeys(("accuracy", "train_accuracy", "loss", "grad_norm_max", "parameters", "flops", "moved"), np.nan)
    empty = {**nothing, "pointing": "{}", "share_inside": "{}", "history": "[]"}
    try:
        with ONE_AT_A_TIME:
            measured = measure(run)
    except NonFiniteLoss as problem:
        measured = {"state": "sonsuz", "reason": str(problem), **empty, "verdict": verdict(build(run))}
    except (RuntimeError, ValueError, TypeError, IndexError) as problem:
        if run.bug is None:
            raise
        measured = {"state": "çöktü", "reason": f"{type(problem).__name__}: {str(problem).splitlines()[0]}", **empty}
        measured["verdict"] = verdict(build(run))
    device = get_device()
    told = {k: json.dumps(v, ensure_ascii=False) if isinstance(v, (dict, tuple)) else v for k, v in run.configuration.items()}
    return {
        "key": run.key,
        "name": run.name,
        **{k: "" if v is None else v for k, v in told.items()},
        "skip_alpha": np.nan if run.skip_alpha is None else run.skip_alpha,  # sütun her satırda sayı kalsın
        **measured,
        "seconds": time.perf_counter() - start,
        "device": torch.cuda.get_device_name() if device.type == "cuda" else f"cpu ({platform.machine()})",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }


def execute(run: Run, folder: str) -> dict[str, object] | None:
    """Bir işçinin işi. Klasörü görüyorsa satırı kendi yazar ve None verir; görmüyorsa satırı başlatana verir.

    Koşu kilit altındadır: iki süreç aynı koşuya kalkışırsa ikincisi bekler, sonra satırı hazır bulur.
    """
    here = Path(folder)
    if not here.is_dir():
        return outcome(run)
    with FileLock(here / ".kilit" / f"{run.key}.lock"):
        if not store.row_path(here, run).exists():
            store.write_row(here, outcome(run))
    return None


@dataclass(frozen=True)
class Estimate:
    """Başlamadan önceki kestirim: koşu ve işçi sayısı, saniye, işçi başına bayt."""

    runs: int
    workers: int
    seconds: float
    memory: int

    def __str__(self) -> str:
        duration = f"{self.seconds / 60:.0f} dakika" if self.seconds >= 90 else f"{self.seconds:.0f} saniye"
        memory = f"{self.memory / 1e9:.1f} GB".replace(".", ",")
        return f"{self.runs} koşu, {self.workers} işçi: yaklaşık {duration}, işçi başına {memory}"


def worker_count(workers: int | None, cluster: str | None) -> int:
    """Koşuları kaç işçi paylaşacak: kümenin işçileri ya da yerel süreçler."""
    if cluster is None:
        return workers or cpu_count()
    with connected(cluster) as found:
        return found


def estimate(runs: list[Run], workers: int) -> Estimate:
    """Her çeşitten birkaç eğitim adımını ölçer, koşu sayısıyla çarpar. Bellek: bu sürecin o ana dek kullandığı en yükseği."""
    per_image = {run.name: seconds_per_image(run) for run in {run.name: run for run in runs}.values()}
    # Değerlendirme yalnız ileri geçiştir: eğitim adımının yaklaşık üçte biri
    seconds = sum(per_image[run.name] * run.epochs * (run.train_images + run.test_images / 3) for run in runs)
    return Estimate(len(runs), workers, seconds / max(1, min(workers, len(runs))), peak_resident())


def seconds_per_image(run: Run) -> float:
    """Bir eğitim adımının görüntü başına süresi, üç adımın en iyisi."""
    with one_thread():
        device, times = get_device(), []
        network = build(run).to(device, memory_format=torch.channels_last)
        optimizer = torch.optim.AdamW(network.parameters())
        x = torch.rand(run.batch, 1, SIDE, SIDE, device=device)
        for _ in range(3):
            start = time.perf_counter()
            try:
                network(x).square().mean().backward()
            except (RuntimeError, ValueError, TypeError, IndexError):
                if run.bug is None:
                    raise
                return 0.0  # çöken hata hemen biter
            optimizer.step()
            optimizer.zero_grad()
            next(network.parameters()).sum().item()  # CUDA'da da işin bitmesini bekler
            times.append(time.perf_counter() - start)
        return min(times) / run.batch


def peak_resident() -> int:
    """Bu sürecin o ana dek kullandığı en yüksek bellek, bayt; işletim sistemi söylemiyorsa 0."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def missing_runs(runs: list[Run], folder: Path) -> tuple[list[Run], list[Path]]:
    """Satırı olmayan koşular ve kenara alınan okunamayan dosyalar."""
    done, spoilt = store.finished(folder, runs)
    keys = {run.key for run in done}
    return [run for run in runs if run.key not in keys], spoilt


def run_grid(
    runs: list[Run], folder: str | Path, *, workers: int | None = None, cluster: str | None = None, progress: bool = True
) -> pd.DataFrame:
    """Eksik koşuları çalıştırır, bütün ızgaranın tablosunu verir.

    Args:
        folder: satırların yazıldığı klasör, yoksa kurulur.
        workers: yerel süreç sayısı; verilmezse işlemci çekirdeği kadar. 1 ise bu süreçte koşulur.
        cluster: çalışan bir Dask kümesinin adresi (tcp://…); verilirse koşular orada çalışır.

    Raises:
        GridStopped: kümeye ulaşılamıyorsa, kümeyle bağlantı koparsa ya da bir işçi ölürse; biten satırlar durur.
        StoreError: satır yazılamıyorsa.
    """
    folder = Path(folder).absolute()
    (folder / ".kilit").mkdir(parents=True, exist_ok=True)
    missing, _ = missing_runs(runs, folder)
    bar = tqdm(
        total=len(runs), initial=len(runs) - len(missing), desc="ablasyon", unit="koşu", file=sys.stdout, disable=not progress
    )
    with bar:
        for row in finished_one_by_one(missing, folder, workers, cluster):
            if row is not None:
                store.write_row(folder, row)
            bar.update()
    return store.collect(folder, runs)


@contextmanager
def connected(address: str) -> Iterator[int]:
    """Dask kümesine bağlanır, işçi sayısını verir."""
    try:
        from distributed import Client
    except ImportError:
        raise GridStopped("--kume için `distributed` paketi gerek; kurulumu: pip install -e '.[kume]'.") from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError) as problem:
        raise GridStopped(
            f"kume çalışan bir Dask kümesinin adresi olmalı (tcp://…:8786); verilen: {address!r} ({problem})."
        ) from None
    try:
        workers = len(client.scheduler_info(n_workers=-1)["workers"])
        if workers == 0:
            raise GridStopped(
                f"kume adresinde en az bir işçi olmalı; verilen: {address!r}, işçi yok. "
                f"Çıkış yolu: dask worker --nthreads 1 {address}"
            )
        yield workers
    finally:
        client.close()


def cluster_backend():
    """joblib'in Dask arka ucu; tek işçili kümede de koşular kümede çalışsın (joblib o zaman bu sürece dönerdi)."""
    from joblib._dask import DaskDistributedBackend

    class OnTheCluster(DaskDistributedBackend):
        def effective_n_jobs(self, n_jobs):
            return max(2, super().effective_n_jobs(n_jobs))

    return OnTheCluster()


def finished_one_by_one(missing: list[Run], folder: Path, workers: int | None, cluster: str | None) -> Iterator[dict | None]:
    """Koşuları işçilere dağıtır; her biri bittikçe satırını (ya da işçi kendi yazdıysa None) verir."""
    with ExitStack() as stack:
        if cluster is not None:
            stack.enter_context(connected(cluster))
            stack.enter_context(parallel_config(backend=cluster_backend()))
        else:
            workers = min(worker_count(workers, None), max(1, len(missing)))
            threads = {} if workers == 1 else {"inner_max_num_threads": 1}
            stack.enter_context(parallel_config(backend="loky" if workers > 1 else "sequential", n_jobs=workers, **threads))
        jobs = (delayed(execute)(run, os.fspath(folder)) for run in missing)
        ahead = "all" if cluster else "2*n_jobs"
        try:
            yield from Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch=ahead)(jobs)
        except lost_workers(cluster) as problem:
            raise GridStopped(
                f"Izgara durdu: {'kümeyle bağlantı koptu' if cluster else 'bir işçi süreci öldü (bellek yetmemiş olabilir)'} "
                f"({type(problem).__name__}). Biten koşular {folder} klasöründe; aynı komut yalnız eksikleri koşar."
            ) from problem


def lost_workers(cluster: str | None) -> tuple[type[BaseException], ...]:
    """İşçilerin yitirildiğini söyleyen istisnalar."""
    if cluster is None:
        return (BrokenExecutor,)
    from distributed import KilledWorker

    return (BrokenExecutor, CancelledError, KilledWorker)
