"""e28'in sözleşmesi: kısayol, değişen yerde bir izdüşüm, değişmeyen yerde girdinin kendisi."""

from __future__ import annotations

from itertools import product
from typing import Any

import torch
from torch import Tensor

from course_lib.practice.builds.contract import Broken, Clause
from course_lib.turkish import tr

CHANGES = [(4, 6, 1), (6, 4, 2), (4, 4, 2), (5, 8, 3)]  # (ch, out, stride): şeklin değiştiği yerler
SIZES = [(8, 8), (7, 10), (1, 5)]
LOW, HIGH = 0.5, 2.0  # girdiye göre genlik
NUDGE = 1e-6  # sayısal türevin adımı


def made(cls: Any, ch: int, out: int, stride: int) -> Any:
    torch.manual_seed(1)
    return cls(ch, out, stride).double().eval()


def image(ch: int, height: int = 8, width: int = 8, batch: int = 2) -> Tensor:
    return torch.randn(batch, ch, height, width, dtype=torch.float64)


def setting(ch: int, out: int, stride: int) -> str:
    return f"ch={ch}, out={out}, stride={stride}"


def shape(cls: Any) -> str:
    count = 0
    for (ch, out, stride), (height, width) in product([(4, 4, 1), *CHANGES], SIZES):
        x = image(ch, height, width)
        wanted = (2, out, -(-height // stride), -(-width // stride))
        where = f"{setting(ch, out, stride)}, girdi {tuple(x.shape)}"
        try:
            found = made(cls, ch, out, stride)(x)
        except (RuntimeError, TypeError, ValueError) as error:
            raise Broken(f"{where}: çalışmadı ({type(error).__name__}: {error}).") from error
        if not isinstance(found, Tensor) or tuple(found.shape) != wanted:
            got = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise Broken(f"{where}: istenen {wanted}, gelen {got}.")
        count += 1
    return f"{count} ayarda."


def identity(cls: Any) -> str:
    block = made(cls, 4, 4, 1)
    x = image(4)
    size = sum(p.numel() for p in block.parameters())
    if size:
        raise Broken(f"ch=4, out=4, stride=1: {size} parametresi var.")
    if not torch.equal(block(x), x):
        raise Broken("ch=4, out=4, stride=1: çıktı girdinin aynısı değil.")
    if not block(x.requires_grad_()).requires_grad:
        raise Broken("ch=4, out=4, stride=1: gradyan yolu kopuk.")
    return "Fark 0, parametre 0."


def linear(cls: Any) -> str:
    worst = 0.0
    for change in CHANGES:
        block = made(cls, *change).requires_grad_(False)
        x, y = image(change[0]), image(change[0])
        together = block(x + y) - block(x) - block(y) + block(torch.zeros_like(x))
        worst = max(worst, float(together.abs().max()))
        if worst > 1e-8:
            raise Broken(
                f"{setting(*change)}: S(x + y) ile S(x) + S(y) arasındaki fark {tr(worst, '.2g')}."
            )
    return f"En büyük fark {tr(worst, '.1g')}."


def place(cls: Any) -> str:
    for ch, out, stride in CHANGES:
        block = made(cls, ch, out, stride)
        x = image(ch, 9, 9)
        other = x.clone()
        other[..., 4, 4] += 1.0
        moved = (block(other) - block(x)).abs().amax((0, 1)) > 1e-9
        own = torch.zeros_like(moved)
        own[4 // stride, 4 // stride] = True
        if (moved & ~own).any():
            raise Broken(
                f"{setting(ch, out, stride)}: (4, 4) pikseli değişince {int(moved.sum())} çıkış "
                "pikseli değişti."
            )
    return "Bir piksel en çok bir çıkış pikseline dokunuyor."


def every_channel(cls: Any) -> str:
    for ch, out, stride in CHANGES:
        block = made(cls, ch, out, stride)
        x = image(ch, batch=1)
        touched = torch.zeros(out, ch, dtype=torch.bool)
        for c in range(ch):
            other = x.clone()
            other[:, c] += 1.0
            touched[:, c] = (block(other) - block(x)).abs().amax((0, 2, 3)) > 1e-9
        deaf, lost = int((~touched.any(1)).sum()), int((~touched.any(0)).sum())
        if deaf or lost:
            raise Broken(
                f"{setting(ch, out, stride)}: hiçbir girişi duymayan {deaf} çıkış kanalı, hiçbir "
                f"çıkışa ulaşmayan {lost} giriş kanalı var."
            )
    return "Sağır ya da kayıp kanal yok."


def amplitude(cls: Any) -> str:
    found = []
    for ch, out, stride in [(16, 24, 1), (16, 16, 2), (24, 16, 2)]:
        block = made(cls, ch, out, stride).train().requires_grad_(False)
        x = image(ch, 16, 16, batch=8)
        found.append(float(block(x).std() / x.std()))
        if not LOW <= found[-1] <= HIGH:
            raise Broken(
                f"{setting(ch, out, stride)}: taze izdüşümün çıktısı girdinin "
                f"{tr(found[-1], '.2g')} katı; {tr(LOW, 'g')} ile {tr(HIGH, 'g')} arası istenir."
            )
    return f"Genlik {tr(min(found), '.2f')} ile {tr(max(found), '.2f')} katı."


def learns(cls: Any) -> str:
    for change in CHANGES:
        block, twin = made(cls, *change), made(cls, *change)
        x = image(change[0]).requires_grad_()
        out = block(x)
        weights = torch.randn_like(out)
        if not any(True for _ in block.parameters()):
            raise Broken(f"{setting(*change)}: öğrenilen parametresi yok.")
        if not out.requires_grad:
            raise Broken(f"{setting(*change)}: gradyan yolu kopuk.")
        (out * weights).sum().backward()
        dead = [n for n, p in block.named_parameters() if p.grad is None or not p.grad.any()]
        if dead:
            raise Broken(f"{setting(*change)}: gradyanın ulaşmadığı parametre: {', '.join(dead)}.")
        step = NUDGE * torch.randn_like(x)
        with torch.no_grad():
            wanted = float(((block(x + step) - block(x)) * weights).sum())
        found = 0.0 if x.grad is None else float((x.grad * step).sum())
        if abs(found - wanted) > NUDGE * max(1e-3, abs(wanted)):
            raise Broken(f"{setting(*change)}: girdiye dönen gradyan yanlış ya da eksik.")
        with torch.no_grad():
            for p in block.parameters():
                p.add_(torch.randn_like(p))
            twin.load_state_dict(block.state_dict())
            apart = float((twin(x) - block(x)).abs().max())
        if apart > 1e-9:
            raise Broken(
                f"{setting(*change)}: kaydedilip yüklenince sonuç {tr(apart, '.2g')} değişti."
            )
    return "Gradyan sayısal türevle aynı; ağırlıklar kaydedilip yükleniyor."


def cheap(cls: Any) -> str:
    worst = 0.0
    for ch, out, stride in CHANGES:
        size = sum(p.numel() for p in made(cls, ch, out, stride).parameters())
        limit = ch * out + 3 * out
        if size > limit:
            raise Broken(f"{setting(ch, out, stride)}: {size} parametre; sınır {limit}.")
        worst = max(worst, size / limit)
    return f"En pahalısı sınırın {tr(worst, '.2f')} katı."


CONTRACT = (
    Clause(
        "şekil",
        "(B, ch, H, W) girer, (B, out, ⌈H/stride⌉, ⌈W/stride⌉) çıkar; tek sayılı boylarda da.",
        shape,
        first=True,
    ),
    Clause("birim", "ch = out ve stride = 1 ise girdinin kendisi çıkar, parametresiz.", identity),
    Clause(
        "doğrusal",
        "Eksi değeri de toplamı da taşır: S(x + y) = S(x) + S(y), sabit bir kayma dışında.",
        linear,
    ),
    Clause("yerinde", "Bir çıkış pikseli yalnız kendi stride × stride karesine bakar.", place),
    Clause(
        "kanallar",
        "Her çıkış kanalı bir girişi duyar, her giriş kanalı bir çıkışa ulaşır.",
        every_channel,
    ),
    Clause("genlik", "Taze izdüşüm sinyali boğmaz, şişirmez.", amplitude),
    Clause(
        "öğrenir",
        "İzdüşümün ağırlıkları kayıtlıdır; gradyan onlara da girdiye de doğru ulaşır.",
        learns,
    ),
    Clause("ucuz", "En çok ch · out + 3 · out parametre.", cheap),
)
