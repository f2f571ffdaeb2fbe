"""Kanal dikkatinin ikizi."""

from __future__ import annotations

from torch import Tensor, nn

from course_lib.bughunt.twin import HEIGHT, SAMPLES, WIDTH, NotMeasurable, Twin, lowered, raised


class ChannelTwin(Twin):
    """ChannelAttentionFusionT gibi davranması beklenen bloğun ikizi."""

    own, router, returns = "mlp", "fusion_router", "return_fusion_weights"

    def __init__(self, block: nn.Module, seed: int):
        self.channels = channel_count(block)
        self.arguments = (self.channels,)
        super().__init__(block, seed)

    @property
    def has_router(self) -> bool:
        return getattr(self.block, "fusion", "softmax") != "sum"

    def images(self, samples: int = SAMPLES) -> Tensor:
        return self.normal((samples, self.channels, HEIGHT, WIDTH)) + 3 * self.normal((samples, self.channels, 1, 1))

    def planes(self, samples: int = SAMPLES) -> Tensor:
        """Düz girdi: her kanal tek bir sayı, öyleyse ortalama = tepe. Şekil (B, C, 1, 1)."""
        return self.normal((samples, self.channels, 1, 1))

    def flat(self, v: Tensor) -> Tensor:
        return v.expand(-1, -1, HEIGHT, WIDTH).contiguous()

    def neutral(self, x: Tensor) -> tuple[Tensor, Tensor]:
        scale = x.abs().max() / 2
        return self.unsaturated(self.flat(self.planes() * scale)), self.flat(self.planes() * scale)

    def mask_size(self, x: Tensor) -> int:
        return x.shape[1]

    def read_mask(self, ratio: Tensor) -> Tensor:
        return ratio.flatten(2).nanmedian(dim=2).values

    def spread(self, mask: Tensor, x: Tensor) -> Tensor:
        return mask[:, :, None, None]

    def quieten(self, x: Tensor) -> Tensor:
        return x / 2

    def lower_the_lowest(self, x: Tensor) -> Tensor:
        """Ortalama değişir, tepe değişmez."""
        return lowered(x.flatten(2), 2).view_as(x)

    def raise_the_peak(self, x: Tensor) -> Tensor:
        """Tepe değişir, ortalama değişmez."""
        return raised(x.flatten(2), 2).view_as(x)


def channel_count(block: nn.Module) -> int:
    """Bloğun beklediği kanal sayısı C: `channels` alanından ya da fc1'in girişinden."""
    count = getattr(block, "channels", None)
    if isinstance(count, int) and not isinstance(count, bool) and count > 0:
        return count
    weight = getattr(getattr(block, "fc1", None), "weight", None)
    if isinstance(weight, Tensor) and weight.dim() >= 2:
        return int(weight.shape[1])
    raise NotMeasurable(
        "Kanal sayısı anlaşılamadı: blokta ne `channels` alanı ne de `fc1` katmanı var. Çıkış yolu: self.channels = C."
    )
