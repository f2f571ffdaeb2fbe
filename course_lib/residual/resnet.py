"""Küçük bir ResNet: bir blok, bir kalıp, bir dikkat ve dikkatin konacağı evreler (not 5 §5,
§12.4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from course_lib.residual.blocks import branch_classes, residual_block
from course_lib.residual.branches import ConvBNAct
from course_lib.validation import feature_map, positive_int, positive_ints

PLACES = {
    "P1": "F'nin çıkışında",
    "P2": "toplamdan sonra",
    "P3": "F'nin girişinde",
    "P4": "kısayolda ve F'nin çıkışında",
}


class SmallResNet(nn.Module):
    """Kök evrişim, evreler, ortalama havuz, doğrusal sınıflandırıcı.

    Args:
        classes: sınıf sayısı; in_channels: girdinin kanal sayısı.
        widths: evrelerin genişliği; ilki dışında her evre boyu yarıya indirir. depth: evre başına
            blok.
        block, pattern, attention, attention_options, skip_alpha, zero_init: residual_block'a gider.
        attention_stages: dikkatin konacağı evreler, 1'den sayılır; verilmezse hepsi.

    Shape:
        x: (B, in_channels, H, W) -> (B, classes).

    Raises:
        ValueError, TypeError: argüman ya da girdi yukarıdakilere uymuyorsa.
    """

    stages: Any  # nn.Sequential: evreler, her biri artık blokların dizisi

    def __init__(
        self,
        classes: int,
        *,
        in_channels: int = 3,
        widths: Sequence[int] = (16, 32, 64),
        depth: int = 1,
        block: str = "basic",
        pattern: str = "P1",
        attention: str | None = None,
        attention_options: Mapping[str, object] | None = None,
        attention_stages: Sequence[int] | None = None,
        skip_alpha: float | None = None,
        zero_init: bool = False,
    ):
        super().__init__()
        self.in_channels = positive_int("in_channels", in_channels)
        self.widths = positive_ints("widths", widths)
        everywhere = tuple(range(1, len(self.widths) + 1))
        chosen = (
            everywhere
            if attention_stages is None
            else positive_ints("attention_stages", attention_stages)
        )
        if not set(chosen) <= set(everywhere):
            raise ValueError(
                f"attention_stages 1 ile {len(everywhere)} arasında olmalı; "
                f"verilen: {attention_stages!r}."
            )
        if block == "se":  # SE-artık blok: temel dal, planda SE
            block, attention = "basic", "se" if attention is None else attention
        self.plan = tuple(attention if stage in chosen else None for stage in everywhere)
        self.block, self.pattern = block, pattern

        # Evreler: ilki aynı boyda, sonrakiler yarı boyda başlar
        self.stem = ConvBNAct(in_channels, self.widths[0])
        stages, ch = [], self.widths[0]
        for stage, width in zip(everywhere, self.widths, strict=True):
            blocks = []
            for number in range(positive_int("depth", depth)):
                blocks.append(
                    residual_block(
                        block,
                        ch,
                        out=width,
                        stride=2 if stage > 1 and number == 0 else 1,
                        pattern=pattern,
                        attention=self.plan[stage - 1],
                        attention_options=attention_options,
                        skip_alpha=skip_alpha,
                        zero_init=zero_init,
                    )
                )
                ch = width
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.Sequential(*stages)
        # Ön-etkinleştirmede son toplam çıplak kalır: BN ve ReLU bir kez de burada gerekir
        bare = getattr(branch_classes()[block], "activation", "post") == "pre"
        self.last = nn.Sequential(nn.BatchNorm2d(ch), nn.ReLU()) if bare else nn.Identity()
        self.head = nn.Linear(ch, positive_int("classes", classes))

    def forward(self, x: Tensor) -> Tensor:
        feature_map(x, self.in_channels)
        x = self.stages(self.stem(x))  # (B, C, H / 2^(evre - 1), W / 2^(evre - 1))
        x = self.last(x).mean(dim=(2, 3))  # (B, C)
        return self.head(x)  # (B, classes)

    def describe(self) -> str:
        """Ağ neyden yapıldı, dikkat nerede duruyor: evre başına bir satır."""
        lines = [f"SmallResNet: blok {self.block}, kalıp {self.pattern}"]
        for stage, (blocks, attention) in enumerate(zip(self.stages, self.plan, strict=True), 1):
            first = blocks[0]
            path = "izdüşüm" if first.design.projection else "birim eşleme"
            where = f"dikkat {attention}, {PLACES[self.pattern]}" if attention else "dikkat yok"
            size = sum(p.numel() for p in blocks.parameters())
            lines.append(
                f"  {stage}. evre: {len(blocks)} blok, {first.ch} -> {first.out} kanal, "
                f"adım {first.stride}, "
                f"ilk kısayol {path}, {where}, {size} parametre"
            )
        return "\n".join(lines)
