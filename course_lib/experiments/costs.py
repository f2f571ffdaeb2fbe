"""Maliyet: parametre, FLOP, taşınan bayt, gecikme, bellek.

İlk üçü `meta` cihazında sayılır: hiçbir şey hesaplanmaz, sonuç her makinede aynıdır. Gecikme ve
bellek ölçülür.
"""

from __future__ import annotations

import copy
import logging
import weakref
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

TIMED = 0.5  # saniye: gecikme ölçümüne ayrılan en az süre


@dataclass(frozen=True)
class Cost:
    """Bir modülün maliyeti: parameters (adet), flops (çarpma, toplama ayrı ayrı), moved (bayt)."""

    parameters: int
    flops: int
    moved: int


class MovedBytes(TorchDispatchMode):
    """Her işlemin okuduğu ve yazdığı baytların toplamı; görünüm (view) hiçbir şey taşımaz."""

    def __init__(self):
        super().__init__()
        self.total = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        given = [t for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor)]
        made = [t for t in tree_leaves(out) if isinstance(t, Tensor)]
        known = {t.untyped_storage()._cdata for t in given}
        shared = all(t.untyped_storage()._cdata in known for t in made)
        if function._schema.is_mutable or not shared:
            self.total += sum(t.numel() * t.element_size() for t in (*given, *made))
        return out


def cost(module: nn.Module, shape: tuple[int, int, int, int]) -> Cost:
    """Modülün bir ileri geçişinin maliyeti, eval kipinde ve float32.

    FLOP sayacı evrişimleri ve matris çarpımlarını sayar; toplama, havuzlama, kapı gibi eleman
    eleman işler sayılmaz, ama taşıdıkları bayt sayılır.

    Args:
        shape: girdinin (B, C, H, W) şekli.
    """
    there = copy.deepcopy(module).to("meta").eval().requires_grad_(False)
    x = torch.empty(shape, device="meta")
    with torch.no_grad(), MovedBytes() as moved:
        there(x)
    with torch.no_grad(), FlopCounterMode(display=False) as counted:
        there(x)
    return Cost(sum(p.numel() for p in module.parameters()), counted.get_total_flops(), moved.total)


@dataclass(frozen=True)
class Latency:
    """Bir ileri geçişin süresi, milisaniye: ortanca ve çeyrekler arası açıklık."""

    median: float
    spread: float


def quiet_timer() -> type:
    """torch.utils.benchmark.Timer; içe aktarılırken stderr'e CUDA_HOME notu yazmasın."""
    log = logging.getLogger("torch.utils.cpp_extension")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        from torch.utils.benchmark import Timer
    finally:
        log.setLevel(level)
    return Timer


def latency(module: nn.Module, shape: tuple[int, int, int, int]) -> Latency:
    """Modülün kendi cihazındaki gecikmesi, eval kipinde.

    Timer tek iş parçacığıyla ölçer, CUDA'da her ölçümü eşzamanlar.

    Args:
        shape: girdinin (B, C, H, W) şekli.
    """
    x = torch.rand(shape, device=next(module.parameters()).device)
    was_training = module.training
    try:
        with torch.no_grad():
            module.eval()
            timer = quiet_timer()("module(x)", globals={"module": module, "x": x})
            measured = timer.blocked_autorange(min_run_time=TIMED)
    finally:
        module.train(was_training)
    return Latency(1e3 * measured.median, 1e3 * measured.iqr)


class LiveBytes(TorchDispatchMode):
    """İçinde doğan tensörlerin aynı anda tuttuğu en çok bayt (`peak`)."""

    def __init__(self):
        super().__init__()
        self.now = self.peak = 0
        self.known = set()

    def forget(self, key: int, size: int) -> None:
        self.known.discard(key)
        self.now -= size

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        out = function(*args, **(kwargs or {}))
        old = {
            t.untyped_storage()._cdata for t in tree_leaves((args, kwargs)) if isinstance(t, Tensor)
        }
        for t in tree_leaves(out):
            if not isinstance(t, Tensor):
                continue
            storage = t.untyped_storage()
            key, size = storage._cdata, storage.nbytes()
            if key not in self.known and key not in old:
                self.known.add(key)
                self.now += size
                self.peak = max(self.peak, self.now)
                weakref.finalize(storage, self.forget, key, size)
        return out


def peak_memory(module: nn.Module, shape: tuple[int, int, int, int]) -> int:
    """Bir eğitim adımının, ağırlıklar ve girdi dışında, aynı anda tuttuğu en çok bayt.

    CUDA'da ayırıcının kendi sayımıdır.
    """
    step, device = copy.deepcopy(module).train(), next(module.parameters()).device
    x = torch.rand(shape, device=device)
    step(x).sum().backward()  # ısınma: gradyanlar ve tembel kurulanlar sayılmasın
    if device.type == "cuda":
        torch.cuda.synchronize(device)
        before = torch.cuda.memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        step(x).sum().backward()
        return torch.cuda.max_memory_allocated(device) - before
    with LiveBytes() as live:
        step(x).sum().backward()
    return live.peak


def cost_table(modules: Mapping[str, nn.Module], shape: tuple[int, int, int, int]) -> pd.DataFrame:
    """Modüllerin maliyeti yan yana.

    Sütunlar: parametre, MFLOP, taşınan MB, gecikme (ms; ortanca ve açıklık), eğitim belleği (MB).
    """
    rows = []
    for name, module in modules.items():
        counted, timed = cost(module, shape), latency(module, shape)
        rows.append(
            {
                "ağ": name,
                "parametre": counted.parameters,
                "MFLOP": counted.flops / 1e6,
                "taşınan MB": counted.moved / 1e6,
                "gecikme ms": timed.median,
                "açıklık ms": timed.spread,
                "bellek MB": peak_memory(module, shape) / 1e6,
            }
        )
    return pd.DataFrame(rows).set_index("ağ")
