"""CBAM bloğunun ikizi."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_lib.bughunt.twin import HEIGHT, SAMPLES, WIDTH, NotMeasurable, Twin, ratio
from course_lib.bughunt.twin_channel import channel_count
from course_lib.bughunt.twin_spatial import branch_weights


class CbamTwin(Twin):
    """CBAMResidualDynamicSA gibi davranması beklenen bloğun ikizi: parçaların birleşimine bakar."""

    returns, has_router = "return_maps", True
    ALPHA = 0.6

    def __init__(self, block: nn.Module, seed: int):
        self.channels = channel_count(block.ca)
        super().__init__(block, seed)
        with torch.no_grad():
            for branch in getattr(self.block.sa, "branches", []):
                branch_weights(branch)[1].mul_(0.3)
        self.set_alpha(self.ALPHA)

    @property
    def mixes(self) -> bool:
        """Girdiyle karışım var mı?"""
        return bool(getattr(self.block, "residual", True))

    def missing(self) -> list[str]:
        return ["alpha (girdiyle karışım yoksa residual = False)"] if self.mixes and not hasattr(self.block, "alpha") else []

    def groups(self) -> dict[str, list[nn.Parameter]]:
        found = {"ca": [], "sa": [], "alpha": []}
        for key, p in self.parameters().items():
            found.setdefault(key.split(".")[0], []).append(p)
        return found

    def tempered(self) -> list[nn.Module]:
        return [self.block.ca, self.block.sa]

    def images(self, samples: int = SAMPLES) -> Tensor:
        shape = (samples, self.channels, HEIGHT, WIDTH)
        return 0.15 * (self.normal(shape) + 3 * self.normal((samples, self.channels, 1, 1)))

    def maps(self, x: Tensor) -> tuple[Tensor, Tensor | None, Tensor | None]:
        """(out, ca (B, C, 1), sa (B, 1, H·W)); haritalar dönmüyorsa None."""
        parts = self.call(x)
        out = parts[0]
        if not isinstance(out, Tensor) or out.shape != x.shape:
            got = tuple(out.shape) if isinstance(out, Tensor) else type(out).__name__
            raise NotMeasurable(f"Blok girdiyle aynı şekilde bir çıktı vermeli: beklenen {tuple(x.shape)}, gelen {got}.")
        if len(parts) == 1:
            return out, None, None
        if len(parts) != 5:
            raise NotMeasurable(f"return_maps açıkken beş değer beklenir: out, ca, sa, fusion_w, router_w; gelen {len(parts)}.")
        return out, parts[1].detach().flatten(2), parts[2].detach().flatten(2)

    def run(self, x: Tensor) -> tuple[Tensor, None, None]:
        return self.maps(x)[0], None, None

    def mask(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return (self.maps(x)[0] / x).flatten(1)

    def unsaturated(self, x: Tensor) -> Tensor:
        return x

    def product(self, x: Tensor) -> Tensor:
        """Bloğun girdiye uyguladığı toplam çarpan, (B, C, H·W): karışım tam dikkatteyken y / x."""
        with torch.no_grad():
            self.set_alpha(1.0)
            full = self.maps(x)[0]
            self.set_alpha(0.0)
            none = self.maps(x)[0]
            self.set_alpha(self.ALPHA)
            gain = ratio(full, x).flatten(2)
            added = self.mixes and bool((gain.nan_to_num(1.0) > 1 - 1e-9).all())
            return ratio(full - none, x).flatten(2) if added else gain
