"""Maliyet: parametre, FLOP ve taşınan bayt. `meta` cihazında sayılır: hiçbir şey hesaplanmaz, sonuç her makinede aynıdır."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Cost:
    """Bir modülün maliyeti: parameters (adet), flops (çarpma ve toplama ayrı sayılır), moved (bayt)."""

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
        is_view = all(t.untyped_storage()._cdata in known for t in made) and not function._schema.is_mutable
        if not is_view:
            self.total += sum(t.numel() * t.element_size() for t in (*given, *made))
        return out


def cost(module: nn.Module, shape: tuple[int, int, int, int]) -> Cost:
    """Modülün bir ileri geçişinin maliyeti, eval kipinde ve float32.

    FLOP sayacı evrişimleri ve matris çarpımlarını sayar; toplama, havuzlama, kapı gibi eleman eleman işler
    sayılmaz, ama taşıdıkları bayt sayılır.

    Args:
        shape: girdinin (B, C, H, W) şekli.
    """
    there = copy.deepcopy(module).to("meta").eval()
    x = torch.empty(shape, device="meta")
    with torch.no_grad(), MovedBytes() as moved:
        there(x)
    with torch.no_grad(), FlopCounterMode(display=False) as counted:
        there(x)
    return Cost(sum(p.numel() for p in module.parameters()), counted.get_total_flops(), moved.total)
