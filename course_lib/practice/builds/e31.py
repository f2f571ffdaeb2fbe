"""e31'in sözleşmesi: kamuya açık yazılmış bir CBAM'ın onarımı, muayenenin diliyle."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from course_lib.diagnosis import examine
from course_lib.diagnosis.examination import Examination
from course_lib.practice.builds.contract import Broken, Clause
from course_lib.practice.builds.draft import draft
from course_lib.practice.builds.measures import must_be_sound
from course_lib.practice.cell import run_cells
from course_lib.practice.exercises import EXERCISES
from course_lib.turkish import tr

CH, RATIO = 16, 4
SIZES = ((9, 9), (9, 14), (14, 9), (1, 6))


def made(cls: Any) -> nn.Module:
    torch.manual_seed(0)
    return cls(CH, RATIO)


def seen(cls: Any) -> Examination:
    return examine(made(cls), channels=CH)


def runs(cls: Any) -> str:
    block = made(cls).eval()
    for height, width in SIZES:
        x = torch.randn(2, CH, height, width)
        try:
            found = block(x)
        except (RuntimeError, TypeError, ValueError) as error:
            raise Broken(f"H={height}, W={width}: {type(error).__name__}: {error}.") from error
        if found.shape != x.shape:
            raise Broken(f"H={height}, W={width}: çıktının şekli {tuple(found.shape)}.")
    return f"{len(SIZES)} boyda."


def course_answer() -> Any:
    """Kursun onardığı sınıf."""
    given = draft("e31")
    return run_cells(EXERCISES["e31"], [given.cell(given.answer)])["GatedCBAM"]


def weights(cls: Any) -> str:
    old = made(course_answer())
    wanted = {n: tuple(p.shape) for n, p in old.named_parameters()}
    found = {n: tuple(p.shape) for n, p in made(cls).named_parameters()}
    if wanted != found:
        odd = sorted(n for n in {*wanted, *found} if wanted.get(n) != found.get(n))
        raise Broken(f"Adı ya da şekli tutmayan: {', '.join(odd)}.")
    return f"{len(wanted)} parametre, adları ve şekilleriyle."


def formula(cls: Any) -> str:
    """Aynı ağırlıklarla kursun onardığı CBAM'ın verdiği: eğitimde, sonra değerlendirmede."""
    torch.manual_seed(3)
    ours, theirs = made(course_answer()).double(), made(cls).double()
    with torch.no_grad():
        mine = dict(theirs.named_parameters())
        for name, p in ours.named_parameters():
            p.add_(0.3 * torch.randn_like(p))
            mine[name].copy_(p)
        apart = 0.0
        for mode in (True, False):
            ours.train(mode)
            theirs.train(mode)
            for size in SIZES[1:3]:
                x = torch.randn(4, CH, *size, dtype=torch.float64)
                apart = max(apart, float((ours(x) - theirs(x)).abs().max()))
            if apart > 1e-6:
                when = "eğitim kipinde" if mode else "birkaç batch'ten sonra değerlendirmede"
                raise Broken(f"Aynı ağırlıklarla çıktı {when} {tr(apart, '.2g')} ayrılıyor.")
    return "Aynı ağırlıklarla aynı çıktı."


def whole_view(cls: Any) -> str:
    """Kanal kapısı her pikseli duyar: köşedeki tek pikseli de."""
    block = made(cls).double().eval()
    with torch.no_grad():
        for p in block.parameters():
            p.uniform_(0.02, 0.2)
    for height, width in ((9, 14), (14, 9)):
        x = torch.randn(1, CH, height, width, dtype=torch.float64)
        for row, column in ((0, 0), (-1, 0), (0, -1), (-1, -1)):
            other = x.clone()
            other[..., row, column] += 5.0
            away = (slice(None), slice(None), height // 2, width // 2)
            with torch.no_grad():
                moved = float((block(other) - block(x))[away].abs().max())
            if moved < 1e-9:
                raise Broken(
                    f"H={height}, W={width}: köşedeki ({row}, {column}) pikseli hiç duyulmuyor."
                )
    return "Dört köşe de duyuluyor."


def examined(cls: Any) -> str:
    found = seen(cls)
    must_be_sound(found)
    kept = sum(f.holds is True for f in found.findings)
    return f"{kept} sözün hepsi tutuluyor."


def hears(cls: Any) -> str:
    portrait = seen(cls).portrait
    if portrait is None or portrait.form != "kanal × uzam":
        raise Broken(f"Muayenenin gördüğü biçim: {portrait.form if portrait else 'ölçülemedi'}.")
    if {"ortalama", "tepe"} - {*portrait.hears}:
        raise Broken(f"Kanal kapısının duyduğu: {', '.join(portrait.hears) or 'hiçbiri'}.")
    if portrait.low < -1e-9 or portrait.high > 1 + 1e-9:
        raise Broken(f"Çarpanın aralığı {tr(portrait.low, '.2g')} ile {tr(portrait.high, '.2g')}.")
    return "Ortalama ve tepe; katsayı 0 ile 1 arasında."


CONTRACT = (
    Clause("çalışır", "H ≠ W iken de çalışır, şekli korur.", runs, first=True),
    Clause(
        "ağırlıklar",
        "Eğitilmiş parametreler yüklenebilir: adları ve şekilleri aynı.",
        weights,
        first=True,
    ),
    Clause("bütün görüntü", "Kanal kapısı her pikseli duyar.", whole_view),
    Clause("muayene", "Muayene sağlam der: evrensel sözlerin hepsi tutulur.", examined),
    Clause(
        "CBAM",
        "Biçimi kanal × uzam; kanal kapısı ortalamayı ve tepeyi duyar; aralık 0 ile 1.",
        hears,
    ),
    Clause("formül", "Aynı ağırlıklarla makaledeki CBAM'ın hesabını yapar.", formula),
)
