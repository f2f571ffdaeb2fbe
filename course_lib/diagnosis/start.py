"""Başlangıcın sözü: yeni kurulan blok öğrenmeye başlayabiliyor mu?

İkiz parametreleri yeniden çeker, başlangıç değerlerini göremez; burada sınıf baştan kurulur.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_lib.diagnosis.common import DRAWS
from course_lib.diagnosis.kind import INAPPLICABLE, Promise, Reading
from course_lib.diagnosis.twin import MaskTwin

STEPS = 4  # sıfır başlatılmış son katman ilk adımda, ondan öncekiler sonrakilerde uyanır
LENGTH = 0.1  # bir adımda en çok kıpırdayan sayının yolu
COPIES = 1e-9


def trained(block: nn.Module, twin: MaskTwin) -> dict[str, Tensor]:
    """Birkaç adım eğitilmiş blokta adıyla her matrisin kıpırtısı."""
    before = {n: p.detach().clone() for n, p in block.named_parameters() if p.dim() >= 2}
    for _ in range(STEPS):
        x = twin.images()
        y = block(x)
        y = y[0] if isinstance(y, (tuple, list)) else y
        if not y.requires_grad:
            break
        held = [p for p in block.parameters() if p.requires_grad]
        grads = torch.autograd.grad((y * twin.normal(y.shape)).sum(), held, allow_unused=True)
        with torch.no_grad():
            for p, g in zip(held, grads, strict=True):
                if g is not None and g.any():
                    p.sub_(g, alpha=LENGTH / float(g.abs().max()))
    return {n: dict(block.named_parameters())[n].detach() - old for n, old in before.items()}


def rows_are_copies(weight: Tensor) -> bool:
    rows = weight.detach().flatten(1)
    return len(rows) > 1 and float((rows - rows[:1]).abs().max()) < COPIES


def can_start_learning(twin: MaskTwin) -> Reading:
    spoken = {id(p) for p in twin.expected_to_speak()}
    expected = {n for n, p in twin.parameters().items() if id(p) in spoken and p.dim() >= 2}
    asleep, copies = set(expected), set(expected)
    for draw in range(DRAWS):  # tek çekimde bir ReLU bütün örneklerde sönük olabilir
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(draw)
            block = twin.fresh()
        if block is None or not expected <= set(dict(block.named_parameters())):
            return INAPPLICABLE
        moved = trained(block, twin)
        held = dict(block.named_parameters())
        asleep = {n for n in asleep if held[n].requires_grad and not moved[n].any()}
        copies = {n for n in copies if held[n].requires_grad and rows_are_copies(held[n])}
        if not asleep and not copies:
            return Reading(True)
    names = ", ".join(sorted(asleep or copies))
    if asleep:
        return Reading(False, mark="dead-start", note=f"Hiç kıpırdamayan: {names}.")
    return Reading(False, mark="twin-units", note=f"Satırları birbirinin kopyası kalan: {names}.")


START = Promise(
    "başlangıç",
    "Yeni kurulan blok öğrenmeye başlayabilir: her ağırlığı kıpırdar, birimleri birbirinden "
    "ayrılır.",
    can_start_learning,
    once=True,
)
