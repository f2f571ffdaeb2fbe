"""Derin diziler: art arda bloklar, SGD ile eğitilir: kısayollu ve kısayolsuz (ders 06), kapısı
kısayolun üstünde ve dışında (ders 07).

Beş tohumun sonuçları results/derin.json'da durur; yeniden ölçmek için (yaklaşık sekiz dakika):
`python -m course_lib.experiments.deep`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course_lib.attention import SEBlock
from course_lib.experiments.data import CLASSES, written
from course_lib.keeping import written_whole
from course_lib.paths import ROOT
from course_lib.residual import BasicBranch, residual_block
from course_lib.validation import nonnegative_int, one_of, positive_float, positive_int

FILE = ROOT / "results" / "derin.json"
CHANNELS, BATCH, MOMENTUM = 8, 32, 0.9
DEPTH, STEPS = 32, 120
RATES, SEEDS = (0.1, 0.02), range(5)
GATED_DEPTH, GATED_RATE, OPEN = 16, 0.05, 3.0
LONG = 3 * STEPS  # kapılı dizilerin ikisi bir de bu kadar adım eğitilir
GRAYS = 16  # scikit-learn rakamlarının en parlak değeri


class WithoutShortcut(nn.Module):
    """Aynı dal, kısayolsuz: y = F(x), dal isterse ReLU.

    Args:
        f: `activation` alanı "post" ya da "pre" olan dal.
    """

    def __init__(self, f: nn.Module):
        super().__init__()
        self.f = f

    def forward(self, x: Tensor) -> Tensor:
        y = self.f(x)
        return torch.relu(y) if self.f.activation == "post" else y


WAYS: MappingProxyType[str, Callable[[], nn.Module]] = MappingProxyType(
    {
        "kısayolsuz": lambda: WithoutShortcut(BasicBranch(CHANNELS, CHANNELS)),
        "kısayollu": lambda: residual_block("basic", CHANNELS),
        "kısayollu, sıfırla": lambda: residual_block("basic", CHANNELS, zero_init=True),
    }
)


def gated(pattern: str, bias: float, *, zero_init: bool) -> Callable[[], nn.Module]:
    """SE'li, ön-etkinleştirmeli blok; SE'nin son ötelemesine `bias` eklenmiş."""

    def make() -> nn.Module:
        block = residual_block(
            "preact", CHANNELS, pattern=pattern, attention="se", zero_init=zero_init
        )
        with torch.no_grad():
            for module in block.modules():
                if isinstance(module, SEBlock):
                    cast(Tensor, module.fc2.bias).add_(bias)
        return block

    return make


GATED: MappingProxyType[str, Callable[[], nn.Module]] = MappingProxyType(
    {
        f"{name}, {start}": gated(pattern, bias, zero_init=start == "sıfırla")
        for start in ("sıfırla", "olağan")
        for name, pattern, bias in (
            ("Kalıp 1", "P1", 0.0), ("Kalıp 2", "P2", 0.0), ("Kalıp 2, öteleme +3", "P2", OPEN),
        )
    }
)  # fmt: skip


@dataclass(frozen=True)
class Descent:
    """Bir eğitim: ayarları, adım adım kaybı ve sondaki test doğruluğu (0..1)."""

    way: str
    rate: float
    seed: int
    loss: list[float]
    accuracy: float


def digits(train: bool) -> tuple[Tensor, Tensor]:
    """scikit-learn'ün rakamları: görüntüler (N, 1, 8, 8), 0..1, ve etiketleri (N,)."""
    images, members = written(train)
    labels = torch.empty(len(images), dtype=torch.long)
    for label, places in enumerate(members):
        labels[torch.from_numpy(places)] = label
    return torch.from_numpy(images)[:, None].float() / GRAYS, labels


def descend(
    way: str, *, depth: int = DEPTH, rate: float = 0.1, seed: int = 0, steps: int = STEPS
) -> Descent:
    """`depth` bloklu ağı SGD ile `steps` adım eğitir.

    Args:
        way: WAYS'ten biri; rate: öğrenme hızı; seed: başlangıcın ve sıranın tohumu.

    Raises:
        ValueError, TypeError: bir argüman bunlara uymuyorsa.
    """
    return trained(
        WAYS[one_of("way", way, WAYS)], way, depth=depth, rate=rate, seed=seed, steps=steps
    )


def trained(
    make: Callable[[], nn.Module], way: str, *, depth: int, rate: float, seed: int, steps: int
) -> Descent:
    """descend gibi; blok WAYS'ten değil, `make`ten (8 kanal alıp 8 kanal verir)."""
    positive_int("depth", depth)
    positive_int("steps", steps)
    positive_float("rate", rate)
    torch.manual_seed(nonnegative_int("seed", seed))
    network = nn.Sequential(
        nn.Conv2d(1, CHANNELS, kernel_size=3, padding=1), *(make() for _ in range(depth)),
        nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(4 * CHANNELS, CLASSES),
    )  # fmt: skip
    optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=MOMENTUM)
    images, labels = digits(train=True)
    order, loss = torch.Generator().manual_seed(seed), []
    for _ in range(steps):
        chosen = torch.randint(0, len(images), (BATCH,), generator=order)
        error = F.cross_entropy(network(images[chosen]), labels[chosen])
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        loss.append(round(error.item(), 4))
    images, labels = digits(train=False)
    with torch.no_grad():
        right = network.eval()(images).argmax(dim=1) == labels
    return Descent(way, rate, seed, loss, round(float(right.float().mean()), 4))


def descents() -> list[Descent]:
    """Saklanan eğitimler: her yol, her öğrenme hızı; her kapı; beşer tohum."""
    return [Descent(**row) for row in json.loads(FILE.read_text("utf-8"))]


def longer() -> list[Descent]:
    """Kalıp 1 ve 2, sıfırla başlatılmış, LONG adım; yolun adına "uzun" eklenir."""
    return [
        trained(
            GATED[way], f"{way}, uzun", depth=GATED_DEPTH, rate=GATED_RATE, seed=seed, steps=LONG
        )
        for way in ("Kalıp 1, sıfırla", "Kalıp 2, sıfırla")
        for seed in SEEDS
    ]


def main() -> None:
    runs = [descend(way, rate=rate, seed=seed) for way in WAYS for rate in RATES for seed in SEEDS]
    runs += [
        trained(make, way, depth=GATED_DEPTH, rate=GATED_RATE, seed=seed, steps=STEPS)
        for way, make in GATED.items()
        for seed in SEEDS
    ]
    runs += longer()
    rows = [json.dumps(asdict(run), ensure_ascii=False) for run in runs]
    with written_whole(FILE) as file:
        file.write(("[\n" + ",\n".join(rows) + "\n]\n").encode())


if __name__ == "__main__":
    main()
