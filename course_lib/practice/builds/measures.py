"""Birkaç sözleşmenin ortak ölçümleri."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from course_lib.diagnosis.examination import Examination
from course_lib.practice.builds.contract import Broken

STEPS, RATE = 3, 0.05


def deaf_after_steps(net: nn.Module, loss: Callable[[], Tensor]) -> list[str]:
    """İlk üç SGD adımının hiçbirinde gradyan görmeyen parametrelerin adları."""
    step = torch.optim.SGD(net.parameters(), lr=RATE)
    deaf = {name for name, _ in net.named_parameters()}
    for _ in range(STEPS):
        step.zero_grad()
        loss().backward()
        deaf -= {n for n, p in net.named_parameters() if p.grad is not None and p.grad.any()}
        step.step()
    return sorted(deaf)


def must_be_sound(found: Examination, where: str = "") -> None:
    """Muayene sağlam demediyse Broken; ileti bozulan sözleri söyler."""
    if found.status != "healthy":
        broken = " ".join(f"{f.promise}: {f.sentence}" for f in found.broken)
        raise Broken(f"{where} {broken} {found.reason}".strip())
