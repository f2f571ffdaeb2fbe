"""Ortam sağlam mı: döküm değil, bir karar ve gerekiyorsa çıkış yolu.

Yanlış seçilmiş bir çekirdekte de okunup çalışsın diye yalnız standart kütüphaneyi içe aktarır ve
Python 3.8'de de ayrıştırılır; ötekiler sırası gelince denenir.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution, version

from course_lib.paths import ROOT

COURSE = "dikkat-atolyesi"
REINSTALL = "Çıkış yolu: .venv klasörünü sil, sonra `make lab` de (conda'da ortamı yeniden kur)."
CHOOSE_KERNEL = """\
Çıkış yolu:
  1. Bu defter kursun ortamında çalışmıyor olabilir. Doğru çekirdeği seç: menüden
     Çekirdek ▸ Çekirdeği Değiştir… (Kernel ▸ Change Kernel…), sonra Python 3 (ipykernel).
  2. Düzelmezse terminalde kurs klasörüne geç ve kurulumu yinele: make lab
     (conda'da: conda env update -f environment.yml, sonra atolye lab)."""


def in_own_venv() -> bool:
    """Bu Python, `make lab`'in kurduğu `.venv`in mi?"""
    return os.path.realpath(sys.prefix) == os.path.realpath(ROOT / ".venv")


def supported_pythons() -> list[str]:
    """Kursun `Requires-Python` alanının kabul ettiği sürümler: ["3.11", …]."""
    from packaging.specifiers import SpecifierSet

    accepted = SpecifierSet(distribution(COURSE).metadata["Requires-Python"])
    return [f"3.{minor}" for minor in range(40) if accepted.contains(f"3.{minor}")]


def needed(extra: str = "") -> dict[str, str]:
    """Kursun gerektirdiği paketler -> kabul edilen sürümler; `extra` bir eki ("lab") de katar."""
    from packaging.requirements import Requirement

    wanted = [Requirement(line) for line in distribution(COURSE).requires or []]
    return {
        r.name: str(r.specifier)
        for r in wanted
        if r.marker is None or r.marker.evaluate({"extra": extra})
    }


def package_problems(extra: str = "") -> list[str]:
    """Eksik ve sürümü tutmayan paketler."""
    from packaging.specifiers import SpecifierSet

    found, missing = [], []
    for name, accepted in needed(extra).items():
        try:
            have = version(name)
        except PackageNotFoundError:
            missing.append(name)
            continue
        if not SpecifierSet(accepted).contains(have, prereleases=True):
            found.append(f"{name} {accepted} gerek, bu {have}.")
    if missing:
        found.append(f"Kurulu değil: {', '.join(missing)}.")
    return found


def this_python() -> str:
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def python_problems() -> list[str]:
    accepted = supported_pythons()
    if this_python() in accepted:
        return []
    return [f"Python {', '.join(accepted[:-1])} ya da {accepted[-1]} gerek, bu {this_python()}."]


def problems(extra: str = "") -> list[str]:
    """Bu Python kursun ortamı mı: sürümü ve paketleri. Boş liste tamam demektir."""
    try:
        return python_problems() + package_problems(extra)
    except PackageNotFoundError:
        return [f"Kurs ({COURSE}) bu Python'da ({this_python()}) kurulu değil."]
    except ImportError as problem:  # packaging'in kendisi
        return [f"Kursun paketleri bu Python'da ({this_python()}) eksik: {problem.name}."]


def broken(name: str) -> str | None:
    """Kurulu görünen paket içe aktarılamıyorsa nedeni."""
    try:
        module = import_module(name)
    except (ImportError, OSError) as problem:
        reason = (str(problem).splitlines() or [type(problem).__name__])[0]
        return f"{name} açılmıyor: {reason}"
    if not hasattr(module, "__version__"):  # yarım silinmiş paket boş bir klasör olarak aktarılır
        return f"{name} yarım kurulmuş"
    return None


def block_problems() -> list[str]:
    """Küçük bir blok gerçekten çalışıyor mu: ileri, geri ve cihaz; her kusur çıkış yoluyla."""
    reason = broken("torch")
    if reason:
        return [f"{reason}. {REINSTALL}"]
    import torch

    from course_lib.attention.channel import ChannelAttentionFusionT
    from course_lib.device import get_device

    try:
        device = get_device()
    except ValueError as problem:
        return [f"{problem} Çıkış yolu: COURSE_DEVICE değişkenini kaldır."]
    block = ChannelAttentionFusionT(4, learnable_temperature=True).to(device)
    y, ca = block(torch.ones(2, 4, 3, 5, device=device))
    y.sum().backward()
    sound = y.shape == (2, 4, 3, 5) and bool(((ca > 0) & (ca < 1)).all())
    sound = sound and all(p.grad is not None for p in block.parameters())
    return [] if sound else [f"Blok çalıştı, ama sonucu beklenen gibi değil. {REINSTALL}"]


def verdict() -> str:
    """Defterdeki tek cümlelik karar; kusur varsa kusurlar ve çıkış yolları."""
    wrong = problems()
    found = wrong or block_problems()
    if not found:
        return (
            "Ortam sağlam: Python, PyTorch ve kurs kitaplığı birlikte çalışıyor."
            " Derse başlayabilirsin."
        )
    listed = "\n".join(f"  - {problem}" for problem in found)
    return f"Ortam henüz hazır değil:\n{listed}" + (f"\n{CHOOSE_KERNEL}" if wrong else "")
