"""Klasik dikkatlerin ikizi: SE, ECA, makaledeki CBAM, koordinat dikkati."""

from __future__ import annotations

from torch import Tensor, nn

from course_lib.bughunt.twin import HEIGHT, SAMPLES, WIDTH, Twin
from course_lib.bughunt.twin_channel import channel_count


class ClassicTwin(Twin):
    """Girdisini çarpan, yalnız y döndüren dikkatin ikizi. Maske bütündür: N = C·H·W."""

    own, has_router = "parametreler", False

    def __init__(self, block: nn.Module, seed: int):
        self.channels = channel_count(block)
        super().__init__(block, seed)

    def missing(self) -> list[str]:
        return []

    def groups(self) -> dict[str, list[nn.Parameter]]:
        return {self.own: list(self.parameters().values()), "router": [], "temperature": []}

    def images(self, samples: int = SAMPLES) -> Tensor:
        wide = self.normal((samples, self.channels, 1, 1))
        return self.normal((samples, self.channels, HEIGHT, WIDTH)) + 2 * wide

    def mask_size(self, x: Tensor) -> int:
        return x[0].numel()

    def read_mask(self, ratio: Tensor) -> Tensor:
        return ratio.flatten(1)

    def spread(self, mask: Tensor, x: Tensor) -> Tensor:
        return mask.view_as(x)

    def unsaturated(self, x: Tensor) -> Tensor:
        return x
