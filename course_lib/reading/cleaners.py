"""Kir silmeyi öğrenmiş dört klasik modül: ağırlıkları cleaners.json'da durur.

Eğitim makineden makineye son basamaklarda ayrılır; saklanan ağırlıkla dersin şekilleri her yerde
aynıdır. Yeniden eğitmek için: `python -m course_lib.reading.cleaners` (yaklaşık on beş saniye).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import MappingProxyType

import torch
from torch import nn

from course_lib.attention import CBAM, CoordinateAttention, ECABlock, SEBlock
from course_lib.keeping import written_whole
from course_lib.reading.dirty import KINDS, taught
from course_lib.validation import one_of

FILE = Path(__file__).with_name("cleaners.json")
DIGITS = 6
# Sekiz kanalda C // 16 sıfıra iner: gizli genişlik elle verilir
MODULES: MappingProxyType[str, Callable[[], nn.Module]] = MappingProxyType(
    {
        "SE": lambda: SEBlock(8, hidden=8),
        "ECA": lambda: ECABlock(8),
        "CBAM": lambda: CBAM(8, hidden=8),
        "koordinat": lambda: CoordinateAttention(8, hidden=8),
    }
)


def fresh(name: str) -> nn.Module:
    """Tohumlu, eğitilmemiş modül; `name`: MODULES'tan biri."""
    one_of("name", name, MODULES)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return MODULES[name]()


@cache
def stored() -> dict:
    return json.loads(FILE.read_text("utf-8"))


def cleaner(name: str, kind: str) -> nn.Module:
    """`kind` kirini silmeyi öğrenmiş modül, eval kipinde, CPU'da.

    Args:
        name: "SE", "ECA", "CBAM" ya da "koordinat"; kind: "kanal", "şerit" ya da "kare".

    Raises:
        ValueError: ad ya da kir bunlardan biri değilse.
    """
    block = fresh(name)
    weights = stored()[one_of("kind", kind, KINDS)][name]
    block.load_state_dict({key: torch.tensor(value) for key, value in weights.items()})
    return block.eval()


def rounded(value: object) -> object:
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def main() -> None:
    weights = {
        kind: {
            name: {
                key: rounded(value.tolist())
                for key, value in taught(fresh(name), kind).state_dict().items()
            }
            for name in MODULES
        }
        for kind in KINDS
    }
    with written_whole(FILE) as file:
        file.write((json.dumps(weights, ensure_ascii=False, separators=(",", ":")) + "\n").encode())


if __name__ == "__main__":
    main()
