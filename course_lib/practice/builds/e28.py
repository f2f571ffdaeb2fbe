"""e28'in sözleşmesi: kısayol, değişen yerde bir izdüşüm, değişmeyen yerde girdinin kendisi."""

from __future__ import annotations

from itertools import product
from typing import Any

import torch
from torch import Tensor

from course_lib.practice.builds.contract import Broken, Clause
from course_lib.turkish import tr

CHANGES = [(4, 6, 1), (6, 4, 2), (4, 4, 2), (5, 8, 3)]  # (ch, out, stride): şeklin değiştiği yerler
SAME = (4, 4, 1)
SIZES = [(8, 8), (7, 10), (1, 5)]
LOW, HIGH = 0.5, 2.0  # girdiye göre genlik
NUDGE = 1e-6  # sayısal türevin adımı


def made(cls: Any, ch: int, out: int, stride: int, seed: int = 1) -> Any:
    torch.manual_seed(seed)
    block = cls(ch, out, stride).eval()
    block(torch.zeros(1, ch, 4, 4))  # tembel katmanların ağırlığı ilk çağrıda doğar
    return block.double()


def image(ch: int, height: int = 8, width: int = 8, batch: int = 2) -> Tensor:
    return torch.randn(batch, ch, height, width, dtype=torch.float64)


def setting(ch: int, out: int, stride: int) -> str:
    return f"ch={ch}, out={out}, stride={stride}"


def shape(cls: Any) -> str:
    count = 0
    for (ch, out, stride), (height, width) in product([SAME, *CHANGES], SIZES):
        x = image(ch, height, width).float()
        wanted = (2, out, -(-height // stride), -(-width // stride))
        where = f"{setting(ch, out, stride)}, girdi {tuple(x.shape)}"
        try:
            torch.manual_seed(1)
            found = cls(ch, out, stride).eval()(x)
        except (RuntimeError, TypeError, ValueError) as error:
            raise Broken(f"{where}: çalışmadı ({type(error).__name__}: {error}).") from error
        if not isinstance(found, Tensor) or tuple(found.shape) != wanted:
            got = tuple(found.shape) if isinstance(found, Tensor) else type(found).__name__
            raise Broken(f"{where}: istenen {wanted}, gelen {got}.")
        count += 1
    return f"{count} ayarda."


def registered(cls: Any) -> str:
    for change in CHANGES:
        block, other = made(cls, *change), made(cls, *change, seed=2)
        x = image(change[0])
        with torch.no_grad():
            for p in block.parameters():
                p.add_(torch.randn_like(p))
            try:
                other.load_state_dict(block.state_dict())
                apart = float((other(x) - block(x)).abs().max())
            except RuntimeError as error:
                raise Broken(
                    f"{setting(*change)}: double'a çevrilince çalışmadı; kayıtlı olmayan bir "
                    f"ağırlık eski türünde kalmış olabilir ({error})."
                ) from error
        if apart > 1e-9:
            raise Broken(
                f"{setting(*change)}: ağırlıkları başka bir örneğe yüklenince sonuç "
                f"{tr(apart, '.2g')} ayrıldı: sonucu etkileyen bir sayı kaydedilmiyor."
            )
    return "Kaydedilip yüklenince sonuç aynı."


def identity(cls: Any) -> str:
    block = made(cls, *SAME)
    size = sum(p.numel() for p in block.parameters())
    if size:
        raise Broken(f"{setting(*SAME)}: {size} parametresi var.")
    for mode in (False, True):
        x = image(4).requires_grad_()
        out = block.train(mode)(x)
        if not torch.equal(out, x):
            raise Broken(f"{setting(*SAME)}: çıktı girdinin aynısı değil.")
        if not out.requires_grad:
            raise Broken(f"{setting(*SAME)}: gradyan yolu kopuk.")
    return "Fark 0, parametre 0."


def steady(cls: Any) -> str:
    for change in [SAME, *CHANGES]:
        block = made(cls, *change).requires_grad_(False)
        for mode in (True, False):
            x = image(change[0])
            before = x.clone()
            first, second = block.train(mode)(x), block(x)
            if not torch.equal(x, before):
                raise Broken(f"{setting(*change)}: girdiyi yerinde değiştiriyor.")
            if not torch.equal(first, second):
                raise Broken(f"{setting(*change)}: aynı girdi iki çağrıda iki ayrı çıktı veriyor.")
        if not torch.allclose(block(x[:1]), second[:1], atol=1e-9):
            raise Broken(f"{setting(*change)}: bir fotoğrafın çıktısı yanındakine bağlı (eval'de).")
    return "Eğitimde de değerlendirmede de."


def linear(cls: Any) -> str:
    worst = 0.0
    for change, size in product(CHANGES, (1.0, 1e3)):
        block = made(cls, *change).requires_grad_(False)
        x, y = size * image(change[0]), size * image(change[0])
        together = block(x + y) - block(x) - block(y) + block(torch.zeros_like(x))
        worst = max(worst, float(together.abs().max()) / size)
        if worst > 1e-8:
            raise Broken(
                f"{setting(*change)}: S(x + y) ile S(x) + S(y) arasındaki fark {tr(worst, '.2g')}."
            )
    return f"En büyük fark {tr(worst, '.1g')}."


def place(cls: Any) -> str:
    for ch, out, stride in CHANGES:
        block = made(cls, ch, out, stride).requires_grad_(False)
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
        block = made(cls, ch, out, stride).requires_grad_(False)
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
                f"{tr(found[-1], '.2g')} katı."
            )
    return f"Genlik {tr(min(found), '.2f')} ile {tr(max(found), '.2f')} katı."


def learns(cls: Any) -> str:
    for change in CHANGES:
        block = made(cls, *change)
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
    return "Gradyan sayısal türevle aynı."


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
    Clause(
        "kayıtlı",
        "Sonucu etkileyen her sayı kaydedilir, taşınır, geri yüklenir.",
        registered,
        first=True,
    ),
    Clause("birim", "ch = out ve stride = 1 ise girdinin kendisi çıkar, parametresiz.", identity),
    Clause(
        "tutarlı",
        "Aynı girdi hep aynı çıktıyı verir, girdi değişmez, fotoğraflar birbirine karışmaz.",
        steady,
    ),
    Clause(
        "doğrusal",
        "Eksi değeri de toplamı da taşır: S(x + y) = S(x) + S(y); sabit bir kayma serbest.",
        linear,
    ),
    Clause("yerinde", "Bir çıkış pikseli yalnız kendi stride × stride karesine bakar.", place),
    Clause(
        "kanallar",
        "Her çıkış kanalı bir girişi duyar, her giriş kanalı bir çıkışa ulaşır.",
        every_channel,
    ),
    Clause("genlik", "Taze izdüşümün çıktısı girdinin 0,5 ile 2 katı arasındadır.", amplitude),
    Clause(
        "öğrenir",
        "İzdüşümün öğrenilen ağırlıkları vardır; gradyan onlara da girdiye de doğru ulaşır.",
        learns,
    ),
    Clause("ucuz", "En çok ch · out + 3 · out parametre.", cheap),
)
