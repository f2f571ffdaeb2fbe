"""e29'un sözleşmesi: otuz iki Kalıp 4 bloğundan geçen sinyal yaşar, kapılar yine de kapatabilir."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.attention import SEBlock
from course_lib.practice.builds.contract import Broken, Clause
from course_lib.practice.builds.measures import deaf_after_steps
from course_lib.residual.branches import PreActBranch
from course_lib.turkish import tr

CH, BLOCKS = 16, 32
GATES = (0.2, 0.5, 0.9)  # kapının taze değeri: sinyal hiçbirinde sönmemeli
LOW, HIGH = 0.5, 2.0  # girdiden kalan payın ve geri dönen gradyanın sınırları
STEPS, RATE = 300, 0.05
CLOSED = 0.1  # kapanması istenen kapı
HEARD = 0.01  # F'nin payı bundan küçükse duyulmuyor sayılır


class Constant(nn.Module):
    """Her yerde aynı katsayı."""

    def __init__(self, value: float):
        super().__init__()
        self.value = value

    def forward(self, x: Tensor) -> Tensor:
        return self.value * x


class Learned(nn.Module):
    """Ortalamayı dinleyen, ölü birimi olmayan kanal kapısı."""

    def __init__(self, channels: int):
        super().__init__()
        self.score = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.score(x.mean((2, 3))))[..., None, None]


class Silent(nn.Module):
    """F(x) = 0."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.zeros_like(x)


class Shifted(nn.Module):
    """F(0)'ı sıfırdan farklı, ReLU'suz ve BN'siz bir dal."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(CH, CH, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.conv(x)) + 0.3


def made(cls: Any, f: nn.Module, skip: nn.Module, res: nn.Module) -> nn.Module:
    return cls(CH, f, skip, res).double().train()


def image(batch: int = 4, height: int = 8, width: int = 8) -> Tensor:
    return torch.randn(batch, CH, height, width, dtype=torch.float64)


def shape(cls: Any) -> str:
    for gate in (SEBlock, Learned):
        block = made(cls, PreActBranch(CH, CH), gate(CH), gate(CH))
        for x in (image(), image(2, 5, 9)):
            found = block(x)
            if found.shape != x.shape:
                raise Broken(f"{tuple(x.shape)} girdi, {tuple(found.shape)} çıktı.")
    return "H ≠ W iken de."


def steady(cls: Any) -> str:
    block = made(cls, Shifted(), Learned(CH), Learned(CH))
    x = image()
    before = x.clone()
    with torch.no_grad():
        outs = [block.train(mode)(x) for mode in (True, True, False)]
    if not torch.equal(x, before):
        raise Broken("Girdiyi yerinde değiştiriyor.")
    if not torch.equal(outs[0], outs[1]):
        raise Broken("Aynı girdi iki çağrıda iki ayrı çıktı veriyor.")
    if not torch.equal(outs[0], outs[2]):
        raise Broken("F'de ve kapılarda BN yokken eğitimle değerlendirme ayrılıyor.")
    return "Eğitimde ve değerlendirmede aynı."


def share(one: Tensor, two: Tensor) -> float:
    """`one`ın içinde `two`dan kalan pay."""
    return float((one * two).sum() / (two * two).sum())


def through(cls: Any, gate: Callable[[], nn.Module]) -> tuple[float, float]:
    """(girdiden kalan pay, gradyandan dönen pay), F'leri susturulmuş 32 blokta."""
    blocks = nn.Sequential(*(made(cls, Silent(), gate(), gate()) for _ in range(BLOCKS)))
    x = image().requires_grad_()
    out = blocks(x)
    up = torch.randn_like(out)
    back = None
    if out.requires_grad:
        (back,) = torch.autograd.grad((out * up).sum(), x, allow_unused=True)
    kept = 0.0 if back is None else share(back, up)
    return share(out.detach(), x.detach()), kept


def shares(cls: Any, which: int) -> str:
    found = {}
    for value in GATES:
        found[value] = through(cls, lambda value=value: Constant(value))[which]
        if not LOW <= found[value] <= HIGH:
            raise Broken(
                f"Kapıları {tr(value, 'g')} olan {BLOCKS} bloktan sonra kalan pay "
                f"{tr(found[value], '.2g')}."
            )
    listed = "; ".join(f"{tr(value, 'g')} → {tr(kept, '.2f')}" for value, kept in found.items())
    return f"Kapı → kalan pay: {listed}."


def signal(cls: Any) -> str:
    return shares(cls, 0)


def gradient(cls: Any) -> str:
    return shares(cls, 1)


def residual_gate(cls: Any) -> str:
    """Çıktının A_r'den gelen kısmı, kanal başına bir katsayı dışında A_r(F(x)) mi?"""
    f, skip, gate = Shifted(), Constant(0.5), Learned(CH)
    block, closed = made(cls, f, skip, gate), made(cls, f, skip, Constant(0.0))
    given = {id(p) for m in (f, gate) for p in m.parameters()}
    mine, theirs = ([p for p in b.parameters() if id(p) not in given] for b in (block, closed))
    x, least = image(), float("inf")
    with torch.no_grad():
        for one, two in zip(mine, theirs, strict=True):
            two.copy_(one.uniform_(0.1, 0.9))
        wanted = gate(f(x))
        shut = closed(x)
        found = block(x) - shut
        f.conv.weight.mul_(-2)
        leaked = float((closed(x) - shut).abs().max())
    if leaked > 1e-9:
        raise Broken(f"A_r hep 0 verirken F değişti, çıktı {tr(leaked, '.2g')} oynadı.")
    with torch.no_grad():
        for one, two in zip(found.unbind(1), wanted.unbind(1), strict=True):
            least = min(least, share(one, two))
            apart = float((one - share(one, two) * two).norm() / two.norm())
            if apart > 1e-6:
                raise Broken(
                    f"A_r'den gelen kısım A_r(F(x)) değil; aralarındaki fark {tr(apart, '.2g')}."
                )
    if least < HEARD:
        raise Broken(f"A_r(F(x)) çıktıya {tr(least, '.2g')} kat sayısıyla ekleniyor.")
    return "Kısayoldan kalan, A_r(F(x))."


def closes(cls: Any) -> str:
    gate = Learned(CH).double()
    block = made(cls, Silent(), gate, Constant(0.5))
    x = image().requires_grad_()  # bloğun öğrendiği bir şey yoksa da geri yayılım çalışsın
    step = torch.optim.Adam([p for p in block.parameters() if p.requires_grad], lr=RATE)
    for _ in range(STEPS):
        step.zero_grad()
        (block(x) - CLOSED * x.detach()).square().mean().backward()
        step.step()
    with torch.no_grad():
        kept = share(block(x), x)
        gate.score.bias.fill_(40.0)
        opened = share(block(x), x)
    if kept > 0.3:
        raise Broken(
            f"F susarken {STEPS} adım çıktıyı 0,1·x yapmaya çalıştık; pay {tr(kept, '.2f')} kaldı."
        )
    if opened < 0.7:
        raise Broken(
            f"A_s'yi bütünüyle açtık, pay yine {tr(opened, '.2f')}: kısan A_s değil, başka bir şey."
        )
    return f"Öğrenince pay {tr(kept, '.2f')}, A_s açılınca yeniden {tr(opened, '.2f')}."


def learns(cls: Any) -> str:
    block = made(cls, PreActBranch(CH, CH), Learned(CH), Learned(CH))
    x, goal = image(), image()
    deaf = deaf_after_steps(block, lambda: (block(x) - goal).square().mean())
    if deaf:
        raise Broken(f"Üç adımda gradyan görmeyen parametreler: {', '.join(deaf)}.")
    return f"{len(list(block.parameters()))} tensörün hepsine gradyan ulaştı."


CONTRACT = (
    Clause("şekil", "(B, ch, H, W) girer, aynı şekil çıkar.", shape, first=True),
    Clause("tutarlı", "Aynı girdi hep aynı çıktıyı verir; girdi değişmez.", steady),
    Clause(
        "sinyal",
        "F susturulmuş 32 taze bloktan sonra girdiden kalan pay 0,5 ile 2 arası, kapı nerede "
        "başlarsa başlasın.",
        signal,
    ),
    Clause("gradyan", "Aynı dizide girdiye dönen gradyanın payı da 0,5 ile 2 arası.", gradient),
    Clause(
        "F'nin kapısı",
        "A_r, F'nin çıktısına uygulanır: bloğun kısayoldan geriye kalanı A_r(F(x))'tir.",
        residual_gate,
    ),
    Clause("kısayolun kapısı", "A_s öğrenince kapatabilir; kapanmanın nedeni de odur.", closes),
    Clause("öğrenir", "İlk üç adımda her parametreye gradyan ulaşır.", learns),
)
