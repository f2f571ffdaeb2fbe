"""Bir koşu: hangi ağ, hangi veri, hangi tohum. Ablasyonun satırı bundan doğar."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import Any, cast

import torch
from torch import Tensor, nn

from course_lib.attention.channel import ChannelAttentionFusionT
from course_lib.attention.registry import attention_classes
from course_lib.bugs import plant
from course_lib.bugs.catalogue import find_bug
from course_lib.errors import BadInput
from course_lib.experiments.controls import CONTROLS, GATES, PLACED, Scaled
from course_lib.experiments.data import CLASSES, LEVELS
from course_lib.experiments.training import Recipe
from course_lib.residual.blocks import branch_classes, patterns
from course_lib.residual.resnet import SmallResNet
from course_lib.validation import boolean, nonnegative_int, one_of, positive_int, positive_ints

PATHS = ("attn", "attn_skip", "attn_res")  # bloğun dikkat taşıyabilen yerleri


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
    attention_stages, skip_alpha, zero_init, widths, depth: SmallResNet'e gider; attention ayrıca
    PLACED'den biri olabilir. opened: her kapı sigmoid yerine 2 · sigmoid'dir; dikkat, ortalaması 1
    olan bir çarpanla başlar. global_fusion: kanal dikkatinin füzyon ağırlıkları örnek bazlı değil,
    bütün örneklerde aynı iki sayı. bug: ekilen hatanın kimliği ya da None. level, train_images,
    test_images: veri; tuning: test yerine eğitim formlarından ayrılmış doğrulama; epochs, batch,
    lr: eğitim; seed: verinin, başlangıcın ve sıranın tohumu.

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
    opened: bool = False
    global_fusion: bool = False
    bug: str | None = None
    widths: tuple[int, ...] = (16, 32, 64)
    depth: int = 1
    level: str = "orta"
    train_images: int = 4000
    test_images: int = 2000
    tuning: bool = False
    epochs: int = 8
    batch: int = 64
    lr: float = 0.01
    seed: int = 0

    def __post_init__(self):
        one_of("block", self.block, branch_classes())
        one_of("pattern", self.pattern, patterns())
        if self.attention is not None:
            one_of("attention", self.attention, (*attention_classes(), *PLACED))
        if self.attention in PLACED and self.pattern == "P4":
            raise BadInput(
                f"pattern, attention={self.attention!r} iken P1, P2 ya da P3 olmalı; verilen: 'P4'."
            )
        if boolean("opened", self.opened) and self.attention not in GATES:
            raise BadInput(
                f"opened, attention şunlardan biriyken verilmeli: {', '.join(GATES)}; "
                f"verilen: attention={self.attention!r}."
            )
        one_of("level", self.level, LEVELS)
        positive_ints("widths", self.widths)
        positive_int("depth", self.depth)
        boolean("tuning", self.tuning)
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
    def control(self) -> bool:
        """Ağ, teşhisin tanıdığı bir tasarım değil de bir denetim mi (kapısı açık ya da sabit)?"""
        return self.opened or self.attention in CONTROLS

    @property
    def configuration(self) -> dict[str, object]:
        """Sonucu belirleyen her şey; ad dışında."""
        return {key: value for key, value in asdict(self).items() if key != "name"}

    @property
    def key(self) -> str:
        """Ayarların parmak izi: aynı ayarlar, aynı satır.

        Varsayılanında duran ayar katılmaz: sonradan eklenen bir ayar eski satırları geçersiz
        kılmasın.
        """
        text = json.dumps(self.changed, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def changed(self) -> dict[str, object]:
        """Varsayılanından farklı olan ayarlar."""
        return {k: v for k, v in self.configuration.items() if v != DEFAULTS[k]}


DEFAULTS = {
    f.name: f.default_factory() if f.default_factory is not MISSING else f.default
    for f in fields(Run)
    if f.name != "name"
}


def build(run: Run) -> nn.Module:
    """Koşunun ağı, CPU'da, tohumundan başlatılmış; hata istenmişse hatalı sınıftan."""
    torch.manual_seed(run.seed)
    placed = run.attention in PLACED
    of_class = SmallResNet if run.bug is None else plant(run.bug, block=SmallResNet)
    network = cast(type[SmallResNet], of_class)(
        CLASSES,
        in_channels=1,
        widths=run.widths,
        depth=run.depth,
        block=run.block,
        pattern=run.pattern,
        attention=None if placed else run.attention,
        attention_options=run.attention_options,
        attention_stages=run.attention_stages,
        skip_alpha=run.skip_alpha,
        zero_init=run.zero_init,
    )
    if placed:
        place(network, run)
    for module in network.modules():
        if run.global_fusion and isinstance(module, ChannelAttentionFusionT):
            cast(Any, module).fusion_router = GlobalPair()
    if run.opened:
        open_gates(network, run)
    return network


def attended(network: SmallResNet, run: Run) -> Iterator[Any]:
    """Dikkat taşıyan bloklar."""
    for stage, blocks in enumerate(network.stages, 1):
        if run.attention_stages is None or stage in run.attention_stages:
            yield from blocks


def place(network: SmallResNet, run: Run) -> None:
    """PLACED'deki modülü istenen evrelere koyar, ağın planına da yazar: ağ taşıdığını söylesin."""
    name = cast(str, run.attention)
    for block in attended(network, run):
        block.attn = PLACED[name](block.out, **run.attention_options)
    stages = range(1, len(run.widths) + 1)
    wanted = run.attention_stages or tuple(stages)
    network.plan = tuple(name if stage in wanted else None for stage in stages)


def open_gates(network: SmallResNet, run: Run) -> None:
    """Her dikkatin çıktısını, kapılarının başlangıçtaki ortalamasını 1 yapan sayıyla çarpar."""
    gain = 2.0 ** GATES[cast(str, run.attention)]
    for block in attended(network, run):
        for path in PATHS:
            if hasattr(block, path):
                setattr(block, path, Scaled(getattr(block, path), gain))
