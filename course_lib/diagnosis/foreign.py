"""Herhangi bir dikkatin ikizi: parça adına bakmaz, yalnız girdi ve çıktıya.

(B, C, H, W) girdiyi aynı şekle (ya da onunla başlayan bir demete) götüren her modül ölçülür.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from course_lib.diagnosis.twin import SAMPLES, NotMeasurable, Twin, described, ready

SIDES = (6, 7)
USUAL = 64
TRIED = (32, 16, 8, 96, 128, 256, 3, 4, 1)  # hiçbir yerden okunamazsa denenen genişlikler


class ForeignTwin(Twin):
    """Yabancı bloğun ölçülen kopyası. Parametreler burada da rollerine göre yeniden çekilir."""

    keeps_shape = True

    def __init__(self, block: nn.Module, seed: int, channels: int | None = None):
        self.channels = channels or found_channels(block)
        super().__init__(block, seed)

    def images(self, samples: int = SAMPLES) -> Tensor:
        shape = (samples, self.channels, *SIDES)
        content = self.normal((samples, self.channels, 1, 1))
        return self.normal(shape) + content + self.normal((samples, 1, *SIDES))

    def output(self, x: Tensor) -> Tensor:
        parts = self.call(x)
        out = parts[0] if parts else None
        if not isinstance(out, Tensor):
            raise NotMeasurable(f"forward bir tensör vermeli; gelen {described(out)}.")
        return out

    def look(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return self.output(x).flatten(1)


def candidates(block: nn.Module) -> Iterator[int]:
    """Kanal sayısı olabilecek sayılar: söylenenler, sık görülen biri (genişliğe bakmayan blok onu
    da kabul eder), katmanların genişlikleri, büyükten küçüğe; sonra ötekiler."""
    for name in ("channels", "in_channels", "num_features", "dim", "ch", "gate_channels"):
        told = getattr(block, name, None)
        if isinstance(told, int) and not isinstance(told, bool) and told > 0:
            yield told
    yield USUAL
    names = ("in_channels", "out_channels", "num_features", "in_features")
    widths = (getattr(layer, name, None) for layer in block.modules() for name in names)
    yield from sorted((w for w in widths if isinstance(w, int) and w > 0), reverse=True)
    yield from TRIED


def found_channels(block: nn.Module) -> int:
    """Bloğun kabul ettiği kanal sayısı: adaylar arasında şekli koruyan ilki."""
    copy = ready(block)
    first_problem = "şekil değişiyor"
    for count in dict.fromkeys(candidates(block)):
        x = torch.zeros(2, count, *SIDES, dtype=torch.float64)
        try:
            with torch.no_grad():
                out = copy(x)
        except Exception as problem:  # yabancı kod her şeyi fırlatabilir: sıradaki aday denenir
            if first_problem == "şekil değişiyor":
                first_problem = f"{type(problem).__name__}: {problem}"
            continue
        first = out[0] if isinstance(out, (tuple, list)) and len(out) else out
        if isinstance(first, Tensor) and first.shape == x.shape:
            return count
    raise NotMeasurable(
        "Blok, denenen hiçbir kanal sayısında (B, C, H, W) girdiyi aynı şekle götürmedi. "
        f"Kanal sayısını sen söyle: examine(blok, channels=C). Neden: {first_problem}"
    )
