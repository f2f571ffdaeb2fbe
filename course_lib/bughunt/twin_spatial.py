"""Uzamsal dikkatin ikizi: dalları elle ayarlayıp bloğun ne gördüğünü dışarıdan okur."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_lib.bughunt.twin import HEIGHT, SAMPLES, WIDTH, NotMeasurable, Twin, lowered, raised

SPATIAL_CHANNELS = 6


class SpatialTwin(Twin):
    """DynamicSpatialAttention gibi davranması beklenen bloğun ikizi."""

    own, router, returns = "dallar", "router", "return_router_weights"
    channels = SPATIAL_CHANNELS

    @property
    def branches(self) -> list[nn.Module]:
        return list(getattr(self.block, "branches", []))

    @property
    def has_router(self) -> bool:
        return len(self.branches) > 1

    def images(self, samples: int = SAMPLES) -> Tensor:
        shape = (samples, self.channels, HEIGHT, WIDTH)
        places = self.normal((samples, 1, HEIGHT, WIDTH))
        return self.normal(shape) + 2 * places + 3 * self.normal((samples, 1, 1, 1))

    def others(self, x: Tensor) -> Tensor:
        return self.images(len(x))

    def neutral(self, x: Tensor) -> tuple[Tensor, Tensor]:
        # Bütün dallar aynı tek noktalı çekirdeğe indirilir: ağırlıkların toplamı 1 ise karışım da odur.
        taps = self.normal((2,)).tolist()
        self.one_tap([[taps[0], taps[1], 0.3, 0.2]] * len(self.branches))
        return self.unsaturated(x), self.others(x)

    def one_tap(self, rows: list[list[float]]) -> None:
        """k. dal, yalnız bulunduğu pikselin dört sayısını `rows[k]` ile tartar."""
        with torch.no_grad():
            for branch, row in zip(self.branches, rows, strict=True):
                wide, narrow = branch_weights(branch)
                wide.zero_()
                wide[..., wide.shape[-2] // 2, wide.shape[-1] // 2] = 1.0
                narrow.copy_(torch.tensor(row, dtype=torch.float64).view_as(narrow))

    def freeze_router(self) -> None:
        """Yönlendiricinin kararını girdiden bağımsız yapar: matrisleri sıfır."""
        with torch.no_grad():
            for p in self.group("router"):
                p.zero_()

    def descriptor(self, x: Tensor, channel: int) -> Tensor:
        """Dalların `channel`. sırada gördüğü harita, bir çarpan farkıyla: (B, H·W)."""
        row = [0.0] * 4
        self.one_tap([row] * len(self.branches))
        silent = self.mask(x)
        row[channel] = 1e-5  # kapı 0'ın bu kadar yakınında doğrusaldır
        self.one_tap([row] * len(self.branches))
        return (self.mask(x) - silent) / row[channel]

    def mask_size(self, x: Tensor) -> int:
        return x.shape[2] * x.shape[3]

    def read_mask(self, ratio: Tensor) -> Tensor:
        return ratio.nanmedian(dim=1).values.flatten(1)

    def spread(self, mask: Tensor, x: Tensor) -> Tensor:
        return mask.view(len(x), 1, *x.shape[2:])

    def quieten(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            for branch in self.branches:
                branch_weights(branch)[1].div_(2)
        return x

    def lower_the_lowest(self, x: Tensor) -> Tensor:
        """Ortalama haritası değişir, tepe haritası değişmez."""
        return lowered(x, 1)

    def raise_the_peak(self, x: Tensor) -> Tensor:
        """Tepe haritası değişir, ortalama haritası değişmez."""
        return raised(x, 1)


def branch_weights(branch: nn.Module) -> tuple[nn.Parameter, nn.Parameter]:
    """Dalın k×k ve 1×1 ağırlıkları; `dw` ve `pw` adlarıyla."""
    try:
        return branch.dw.weight, branch.pw.weight
    except AttributeError as error:
        raise NotMeasurable("Dallarda `dw` (k×k) ve `pw` (1×1) evrişimleri bulunamadı.") from error
