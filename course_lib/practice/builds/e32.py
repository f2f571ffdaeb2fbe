"""e32'nin sözleşmesi: amaca uyan kalıbı adından değil, ölçerek seçen bir işlev."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.practice.builds.contract import Broken, Clause
from course_lib.residual import PreActBranch, ResidualAttn_P3, patterns
from course_lib.turkish import tr

Choose = Callable[[dict[str, nn.Module], Tensor, list[int]], Any]
CH, DIRTY = 8, [1, 5]
LETTERS = "ABCD"
MARGIN = 10.0  # seçilenin kusuru, sonrakinden en az bu kadar kat küçük olmalı
NOISE = 1e-6  # yuvarlama payı, en büyük kusura göre


class Closing(nn.Module):
    """Verilen kanalların kapısı kapalı, ötekiler açık."""

    gate: Tensor

    def __init__(self, channels: int, closed: list[int]):
        super().__init__()
        gate = torch.ones(channels, 1, 1)
        gate[closed] = 0.0
        self.register_buffer("gate", gate)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gate


class Unplugged(ResidualAttn_P3):
    """Kalıp 3'ün kopuğu: dikkat hesaplanır, F yine de çıplak girdiyi alır."""

    def forward(self, x: Tensor) -> Tensor:
        self.attn(x)
        return self.act(self.shortcut(x) + self.f(x))


class PerChannel(nn.Sequential):
    """Kanalları karıştırmayan dal."""

    activation = "pre"

    def __init__(self, ch: int, out: int, *, stride: int = 1):
        conv = nn.Conv2d(ch, out, 3, stride=stride, padding=1, groups=ch, bias=False)
        super().__init__(nn.BatchNorm2d(ch), nn.ReLU(), conv)


class Candidate(nn.Module):
    """Aday, kabuğunun içinde: yalnız çağrılabilir, kalıbı görünmez."""

    def __init__(self, block: nn.Module):
        super().__init__()
        self.__dict__["call"] = lambda x: block(x)

    def forward(self, x: Tensor) -> Tensor:
        return self.__dict__["call"](x)


def candidate(name: str, dirty: list[int], ch: int = CH) -> nn.Module:
    """Adayın bloğu: "P1" … "P4", "kopuk" ya da "ayrı" (kanalları karıştırmayan F ile Kalıp 2)."""
    known: dict[str, Any] = {**patterns(), "kopuk": Unplugged, "ayrı": patterns()["P2"]}
    f = PerChannel if name == "ayrı" else PreActBranch
    if name == "P4":
        gates = {"attn_skip": Closing(ch, dirty), "attn_res": Closing(ch, dirty)}
    else:
        gates = {"attn": Closing(ch, dirty)}
    return known[name](ch, f=f, **gates).eval()


def chosen(
    choose: Choose,
    names: tuple[str, ...],
    *,
    turn: int = 0,
    scale: float = 1.0,
    size: tuple[int, int, int] = (4, 8, 8),
    dirty: list[int] | None = None,
) -> tuple[str, dict[str, float]]:
    """(seçilenin gerçek adı, gerçek ad -> kusur); harfler adayları `turn` kadar kaymış sırayla
    gizler."""
    dirty = DIRTY if dirty is None else dirty
    torch.manual_seed(turn)
    order = names[turn % len(names) :] + names[: turn % len(names)]
    hidden = dict(zip(LETTERS, order, strict=False))
    inner = {letter: candidate(name, dirty) for letter, name in hidden.items()}
    blocks: dict[str, nn.Module] = {k: Candidate(block).eval() for k, block in inner.items()}
    batch, height, width = size
    x = scale * torch.randn(batch, CH, height, width)
    before = copy.deepcopy(inner), x.clone()
    found = choose(blocks, x, list(dirty))
    if not isinstance(found, tuple) or len(found) != 2 or not isinstance(found[1], dict):
        raise Broken(f"(ad, {{ad: kusur}}) döndürmeli; dönen: {str(found)[:80]}.")
    letter, faults = found
    if set(faults) != set(hidden) or letter not in hidden:
        raise Broken(
            f"Adlar {', '.join(hidden)} olmalı; dönen: {letter!r}, {', '.join(map(str, faults))}."
        )
    values = {hidden[key]: float(value) for key, value in faults.items()}
    if not all(map(math.isfinite, values.values())):
        raise Broken(f"Kusurlar sonlu olmalı; dönen: {list(values.values())}.")
    same = torch.equal(x, before[1]) and all(
        torch.equal(a, b)
        for mine, old in zip(inner.values(), before[0].values(), strict=True)
        for a, b in zip(mine.state_dict().values(), old.state_dict().values(), strict=True)
    )
    left = any(b.training or b._forward_hooks or b._forward_pre_hooks for b in blocks.values())
    graded = any(p.grad is not None for block in inner.values() for p in block.parameters())
    if not same or left or graded:
        raise Broken(
            "Ölçerken girdiyi ya da bir bloğu değiştirdin (değeri, kipi, kancası, .grad'ı); "
            "kopyasını değiştir, gradyanı autograd.grad ile al."
        )
    return hidden[letter], values


def form(choose: Choose) -> str:
    _, faults = chosen(choose, ("P1", "P2", "P3", "P4"))
    return f"{len(faults)} aday, {len(faults)} kusur."


def picks(choose: Choose, names: tuple[str, ...], **options: Any) -> str:
    others: list[float] = []
    for turn in range(len(names)):
        picked, faults = chosen(choose, names, turn=turn, **options)
        rest = {name: fault for name, fault in faults.items() if name != "P3"}
        if picked != "P3":
            raise Broken(
                f"{turn + 1}. denemede (adaylar her seferinde yer değiştirir) seçilen: "
                f"{TITLES[picked]}; "
                f"kusuru {tr(faults[picked], '.2g')}."
            )
        near = min(rest, key=lambda name: rest[name])
        if rest[near] < MARGIN * faults["P3"] + NOISE * max(rest.values()):
            raise Broken(
                f"Kalıp 3'ün kusuru {tr(faults['P3'], '.2g')}, {TITLES[near]} "
                f"{tr(rest[near], '.2g')}: ölçün ikisini ayırmıyor."
            )
        others.append(rest[near])
    return f"En yakın rakibin kusuru en az {tr(min(others), '.2g')}."


TITLES = {
    "P1": "Kalıp 1", "P2": "Kalıp 2", "P3": "Kalıp 3", "P4": "Kalıp 4",
    "kopuk": "dikkati hesaplayıp kullanmayan blok",
    "ayrı": "F'si kanalları karıştırmayan Kalıp 2",
}  # fmt: skip


def four(choose: Choose) -> str:
    return picks(choose, ("P1", "P2", "P3", "P4"))


def unplugged(choose: Choose) -> str:
    return picks(choose, ("kopuk", "P3", "P1"))


def shut(choose: Choose) -> str:
    return picks(choose, ("P3", "ayrı", "P4"))


def elsewhere(choose: Choose) -> str:
    said = [
        picks(choose, ("P1", "P2", "P3", "P4"), scale=scale, size=size, dirty=dirty)
        for scale, size, dirty in ((0.1, (1, 5, 9), [0]), (10.0, (2, 9, 5), [2, 3, 7]))
    ]
    return " Öteki girdide: ".join(said)


CONTRACT = (
    Clause(
        "biçim",
        "Seçilenin adını ve her adayın sonlu kusurunu döndürür; hiçbir şeyi değiştirmez.",
        form,
        first=True,
    ),
    Clause(
        "dört kalıp", "Dört kalıp arasından, hangi sırayla gelirse gelsin, amaca uyanı bulur.", four
    ),
    Clause(
        "kopuk",
        "Dikkati hesaplayıp kullanmayan bloğu, yalnız kalıbı doğru göründüğü için kabul etmez.",
        unplugged,
    ),
    Clause(
        "kapanmış kısayol", "Kiri karıştırmayan, ama kısayolda kesen bloğu da kabul etmez.", shut
    ),
    Clause(
        "başka girdi", "Girdinin genliği, boyu ve kirli kanallar değişince de bulur.", elsewhere
    ),
)
