"""Bir koşu: hangi ağ, hangi veri, hangi tohum. Ablasyonun satırı bundan doğar."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, cast

import torch
from torch import Tensor, nn

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.registry import attention_classes
from course_lib.attention.spatial import DynamicSpatialAttention
from course_lib.bugs import plant
from course_lib.bugs.catalogue import find_bug
from course_lib.errors import BadInput
from course_lib.experiments.data import CLASSES, LEVELS
from course_lib.experiments.training import Recipe
from course_lib.residual.blocks import branch_classes, patterns
from course_lib.residual.resnet import SmallResNet
from course_lib.validation import boolean, nonnegative_int, one_of, positive_int, positive_ints

SPATIAL_ALONE = "spatial_dynamic"  # kanal dikkati olmadan DynamicSpatialAttention


class GlobalPair(nn.Module):
    """Örnek bazlı yönlendiricinin karşıtı: bütün örneklere aynı iki ham skor.

    Shape:
        (B, 2C, 1, 1) -> (B, 2, 1, 1).
    """

    def __init__(self):
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(1, 2, 1, 1))

    def forward(self, s_cat: Tensor) -> Tensor:
        return self.logits.expand(len(s_cat), -1, -1, -1)


@dataclass(frozen=True)
class Run:
    """Bir eğitim koşusunun bütün ayarları.

    name: çeşidin adı (tabloda görünen); block, pattern, attention, attention_options,
    attention_stages, skip_alpha, zero_init, widths: SmallResNet'e gider; attention ayrıca
    "spatial_dynamic" olabilir. global_fusion: kanal dikkatinin füzyon ağırlıkları örnek bazlı
    değil, bütün örneklerde aynı iki sayı. bug: ekilen hatanın kimliği ya da None. level,
    train_images, test_images: veri; epochs, batch, lr: eğitim; seed: verinin, başlangıcın ve
    sıranın tohumu.

    Raises:
        ValueError: bir ayar tanınmıyorsa; ileti ayarı, değerini ve kabul edileni söyler.
    """

    name: str
    block: str = "basic"
    pattern: str = "P1"
    attention: str | None = None
    attention_options: Mapping[str, Any] = field(default_factory=dict)
    attention_stages: tuple[int, ...] | None = None
    skip_alpha: float | None = None
    zero_init: bool = False
    global_fusion: bool = False
    bug: str | None = None
    widths: tuple[int, ...] = (16, 32, 64)
    level: str = "orta"
    train_images: int = 4000
    test_images: int = 2000
    epochs: int = 8
    batch: int = 64
    lr: float = 0.01
    seed: int = 0

    def __post_init__(self):
        one_of("block", self.block, branch_classes())
        one_of("pattern", self.pattern, patterns())
        if self.attention is not None:
            one_of("attention", self.attention, (*attention_classes(), SPATIAL_ALONE))
        if self.attention == SPATIAL_ALONE and self.pattern == "P4":
            raise BadInput(
                f"pattern, attention={SPATIAL_ALONE!r} iken P1, P2 ya da P3 olmalı; verilen: 'P4'."
            )
        one_of("level", self.level, LEVELS)
        positive_ints("widths", self.widths)
        positive_int("train_images", self.train_images)
        positive_int("test_images", self.test_images)
        nonnegative_int("seed", self.seed)
        boolean("global_fusion", self.global_fusion)
        if self.bug is not None:
            find_bug(self.bug)
        _ = self.recipe

    @property
    def recipe(self) -> Recipe:
        return Recipe(epochs=self.epochs, batch=self.batch, lr=self.lr, seed=self.seed)

    @property
    def configuration(self) -> dict[str, object]:
        """Sonucu belirleyen her şey; ad dışında."""
        return {key: value for key, value in asdict(self).items() if key != "name"}

    @property
    def key(self) -> str:
        """Ayarların parmak izi: aynı ayarlar, aynı satır."""
        text = json.dumps(self.configuration, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def build(run: Run) -> nn.Module:
    """Koşunun ağı, CPU'da, tohumundan başlatılmış; hata istenmişse hatalı sınıftan."""
    torch.manual_seed(run.seed)
    alone = run.attention == SPATIAL_ALONE
    of_class = SmallResNet if run.bug is None else plant(run.bug, block=SmallResNet)
    network = cast(type[SmallResNet], of_class)(
        CLASSES,
        in_channels=1,
        widths=run.widths,
        block=run.block,
        pattern=run.pattern,
        attention=None if alone else run.attention,
        attention_options=run.attention_options,
        attention_stages=run.attention_stages,
        skip_alpha=run.skip_alpha,
        zero_init=run.zero_init,
    )
    if alone:
        place_alone(network, run)
    for module in network.modules():
        if run.global_fusion and isinstance(module, ChannelAttentionFusionT):
            cast(Any, module).fusion_router = GlobalPair()
    return network


def place_alone(network: SmallResNet, run: Run) -> None:
    """Uzamsal dikkati istenen evrelere koyar, ağın planına da yazar: ağ taşıdığını söylesin."""
    stages = range(1, len(run.widths) + 1)
    wanted = run.attention_stages or tuple(stages)
    for stage, blocks in zip(stages, network.stages, strict=True):
        for block in blocks.children() if stage in wanted else ():
            block.attn = DynamicSpatialAttention(**run.attention_options)
    network.plan = tuple(SPATIAL_ALONE if stage in wanted else None for stage in stages)
