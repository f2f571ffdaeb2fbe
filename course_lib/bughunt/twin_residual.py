"""Artık blokların ve küçük ResNet'in ikizi."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course_lib.bughunt.twin import SAMPLES, NotMeasurable, Twin

ATTENTION_SLOTS = ("attn", "attn_skip", "attn_res")
ALPHA = 0.6
SIDES = (6, 7)


def attended(attn: nn.Module, x: Tensor) -> Tensor:
    """Dikkatin çıktısı; demet döndürüyorsa ilki."""
    out = attn(x)
    return out[0] if isinstance(out, (tuple, list)) else out


def inner_attention(module: nn.Module) -> tuple[str, nn.Module]:
    """Birime yaklaştıran sarmalayıcının içindeki dikkat; (ek ad, modül)."""
    inner = getattr(module, "attn", None)
    return (".attn", inner) if isinstance(inner, nn.Module) and hasattr(module, "alpha") else ("", module)


class WholeTwin(Twin):
    """Toplamı olan yapının ikizi: BN'ler, sıcaklıklar, karışımlar da ölçmeye elverişli duruma getirilir."""

    own, has_router = "parametreler", False

    def redraw(self) -> None:
        super().redraw()
        with torch.no_grad():
            for part in self.block.modules():
                if isinstance(part, nn.modules.batchnorm._BatchNorm) and part.affine:
                    size = part.weight.shape  # sıfırla başlatılmış gamma F'yi susturur: yeniden çekilir
                    part.weight.copy_(0.7 + 0.6 * torch.rand(size, generator=self.generator, dtype=torch.float64))
                    part.bias.copy_(0.2 * self.normal(size))
                    if part.running_mean is not None:
                        part.running_mean.copy_(0.2 * self.normal(size))
                        part.running_var.fill_(1.0)
        self.set_alpha(ALPHA)

    def tempered(self) -> list[nn.Module]:
        return list(self.block.modules())

    def missing(self) -> list[str]:
        return []

    def groups(self) -> dict[str, list[nn.Parameter]]:
        return {self.own: list(self.parameters().values()), "router": [], "temperature": []}

    def images(self, samples: int = SAMPLES) -> Tensor:
        return self.normal((samples, self.channels, *SIDES)) + self.normal((samples, self.channels, 1, 1))

    def others(self, x: Tensor) -> Tensor:
        return self.images(len(x))

    def unsaturated(self, x: Tensor) -> Tensor:
        return x

    def output(self, x: Tensor) -> Tensor:
        """Yapının çıktısı; tek bir tensör değilse NotMeasurable."""
        out = self.call(x)[0]
        if not isinstance(out, Tensor):
            raise NotMeasurable(f"forward bir tensör vermeli; gelen {type(out).__name__}.")
        return out

    def run(self, x: Tensor) -> tuple[Tensor, None, None]:
        return self.output(x), None, None

    def mask(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            return self.output(x).flatten(1)


class ResidualTwin(WholeTwin):
    """ResidualAttn_P1 … P4 gibi davranması beklenen bloğun ikizi."""

    def __init__(self, block: nn.Module, seed: int):
        if not isinstance(getattr(block, "ch", None), int):
            raise NotMeasurable("Giren kanal sayısı anlaşılamadı. Çıkış yolu: self.ch = giren kanal sayısı.")
        self.channels = block.ch
        super().__init__(block, seed)

    def missing(self) -> list[str]:
        found = [f"{name} modülü" for name in ("f", "shortcut") if not isinstance(getattr(self.block, name, None), nn.Module)]
        design = getattr(self.block, "design", None)
        fields = ("pattern", "activation", "projection")
        return found + ([] if all(hasattr(design, f) for f in fields) else ["söylenen tasarım (design)"])

    def attentions(self) -> dict[str, nn.Module]:
        """Yuva adı -> dikkat modülü."""
        return {n: getattr(self.block, n) for n in ATTENTION_SLOTS if isinstance(getattr(self.block, n, None), nn.Module)}

    def paths(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(S(x), F'nin girdiye uygulanmışı): P3'te F, dikkatten geçmiş girdiye uygulanır."""
        given = attended(self.block.attn, x) if self.block.design.pattern == "P3" else x
        try:
            return self.block.shortcut(x), self.block.f(given)
        except Exception as error:  # öğrencinin parçaları her şeyi fırlatabilir
            raise NotMeasurable(f"Kısayol ya da F çalışırken hata verdi: {type(error).__name__}: {error}") from error


class NetworkTwin(WholeTwin):
    """SmallResNet gibi davranması beklenen ağın ikizi."""

    def __init__(self, block: nn.Module, seed: int):
        if not isinstance(getattr(block, "in_channels", None), int):
            raise NotMeasurable("Girdinin kanal sayısı anlaşılamadı. Çıkış yolu: self.in_channels = kanal sayısı.")
        self.channels = block.in_channels
        super().__init__(block, seed)

    def missing(self) -> list[str]:
        plan = getattr(self.block, "plan", None)
        return [] if isinstance(plan, (tuple, list)) else ["dikkatin planı (plan)"]


def residual_blocks(network: nn.Module) -> dict[str, nn.Module]:
    """Ad -> artık blok: ağın içinde F'si ve kısayolu olan her modül."""
    return {
        name: m
        for name, m in network.named_modules()
        if isinstance(getattr(m, "f", None), nn.Module) and isinstance(getattr(m, "shortcut", None), nn.Module)
    }
