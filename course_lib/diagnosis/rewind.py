"""Tohum başına bir ikiz: ikiz kurmak ölçmekten pahalıdır, her ölçümden önce başa sarılır.

Başa sarılan ikiz taze ikizle aynı sayıları çeker. Önceki çağrıların izini taşıyan blokta bu
geçersizdir: orada her ölçüm kendi taze ikiziyle yapılır.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from course_lib.diagnosis.kind import Kind

REGISTERED = ("_parameters", "_buffers", "_modules")


class Twins:
    """Bir bloğun tohumlara göre ikizleri.

    steady: çağrıların iz bırakmadığı ölçüldü; ikizler yeniden kullanılabilir.
    """

    def __init__(self, kind: Kind, block: nn.Module):
        self.kind, self.block = kind, block
        self.steady = False
        self.kept: dict[int, Start] = {}

    def at(self, seed: int) -> Any:
        if not self.steady:
            return self.kind.twin(self.block, seed)
        if seed not in self.kept:
            self.kept[seed] = Start(self.kind.twin(self.block, seed))
        return self.kept[seed].rewound()


class Start:
    """Bir ikizin ilk durumu: sayıları, alanları, rastlantısının yeri."""

    def __init__(self, twin: Any):
        self.twin, self.block = twin, twin.block
        self.numbers = twin.snapshot()
        self.fields = [(m, fields_of(m)) for m in twin.block.modules()]
        self.chance = twin.generator.get_state()

    def rewound(self) -> Any:
        self.twin.block = self.block
        for module, fields in self.fields:
            for name in fields_of(module).keys() - fields.keys():
                delattr(module, name)
            vars(module).update(fields)
        self.twin.restore(self.numbers)
        with torch.no_grad():
            for p in self.twin.parameters().values():
                p.requires_grad_(True)
        self.twin.generator.set_state(self.chance)
        return self.twin


def fields_of(module: nn.Module) -> dict[str, object]:
    """Modülün, kayıtlı sözlükleri dışındaki alanları."""
    return {k: v for k, v in vars(module).items() if k not in REGISTERED}
