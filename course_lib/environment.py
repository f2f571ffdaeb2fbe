"""Ortam sağlam mı: döküm değil, bir karar ve gerekiyorsa çıkış yolu."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version

PYTHON = ((3, 11), (3, 13))
TORCH = ((2, 11), (3, 0))
NEEDED = ("torch", "torchvision", "matplotlib", "scikit-learn", "filelock", "pygments")


def problems() -> list[str]:
    """Ortamın kusurları, her biri çıkış yoluyla; boş liste sağlam demektir."""
    found = []
    here = sys.version_info[:2]
    if not PYTHON[0] <= here <= PYTHON[1]:
        found.append(f"Python 3.11-3.13 gerek, bu {here[0]}.{here[1]}. Çıkış yolu: `make lab PYTHON=python3.12`.")
    for name in NEEDED:
        try:
            found_version = version(name)
        except PackageNotFoundError:
            found.append(f"{name} kurulu değil. Çıkış yolu: `make lab` (conda'da: `conda env update`).")
            continue
        if name == "torch" and not TORCH[0] <= tuple(int(p) for p in found_version.split(".")[:2]) < TORCH[1]:
            found.append(f"torch 2.11 ya da üstü, 3'ün altı gerek; bu {found_version}. Çıkış yolu: `make lab`.")
    if not found:
        found += works()
    return found


def works() -> list[str]:
    """Küçük bir blok gerçekten çalışıyor mu: ileri, geri ve cihaz."""
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
    return [] if sound else ["Blok çalıştı, ama sonucu beklenen gibi değil. Çıkış yolu: .venv klasörünü sil, `make lab`."]


def verdict() -> str:
    """Tek cümlelik karar; kusur varsa kusurlar ve çıkış yolları."""
    found = problems()
    if not found:
        return "Ortam sağlam: Python, PyTorch ve kurs kitaplığı birlikte çalışıyor. Derse başlayabilirsin."
    return "Ortam henüz hazır değil:\n" + "\n".join(f"  - {p}" for p in found)
