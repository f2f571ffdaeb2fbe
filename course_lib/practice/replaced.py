"""Değiştirilmiş adlar: hücre, torch'un ya da course_lib'in bir adını kendininkiyle değişmiş mi?

Değiştirdiyse aynı çekirdekte yapılan karşılaştırma kendi kendini doğrulayabilir.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator

import torch
from torch import nn

CELLS = ("<kod hücresi", "<ipython")
WATCHED = (torch, torch.nn, torch.nn.functional, torch.autograd, torch.Tensor, nn.Module)


def replaced_names() -> list[str]:
    """torch ve course_lib içinde, hücrede yazılmış bir şeyle değiştirilmiş adlar."""
    ours = [m for name, m in list(sys.modules.items()) if name.split(".")[0] == "course_lib"]
    holders = [*WATCHED, *ours, *(c for m in ours for c in classes_made_in(m))]
    return sorted(
        {f"{name_of(h)}.{n}" for h in holders for n, v in list(vars(h).items()) if is_foreign(v)}
    )


def classes_made_in(module: object) -> Iterator[type]:
    for value in list(vars(module).values()):
        if inspect.isclass(value) and value.__module__ == getattr(module, "__name__", ""):
            yield value


def name_of(holder: object) -> str:
    if inspect.ismodule(holder):
        return holder.__name__
    return f"{getattr(holder, '__module__', '')}.{getattr(holder, '__qualname__', holder)}"


def is_foreign(value: object) -> bool:
    """Dosyası olmayan bir yerde (defter hücresi, kod metni) yazılmış işlev, sınıf ya da nesne."""
    if isinstance(value, (staticmethod, classmethod, property)):
        value = value.fget if isinstance(value, property) else value.__func__
    if inspect.isfunction(value):
        file = value.__code__.co_filename
        return file.startswith(CELLS) or value.__module__ == "__main__"
    made = value if inspect.isclass(value) else type(value)
    return getattr(made, "__module__", "") in ("__main__", "ekilen_blok")
