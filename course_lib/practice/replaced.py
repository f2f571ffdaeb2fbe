"""Değiştirilmiş adlar: torch'un ya da course_lib'in bir adının yerinde başkasının yazdığı mı var?

Varsa aynı çekirdekte yapılan karşılaştırma kendi kendini doğrulayabilir.
"""

from __future__ import annotations

import functools
import inspect
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import nn

import course_lib

WATCHED = (torch, torch.nn, torch.nn.functional, torch.autograd, torch.Tensor, nn.Module)
# Kitaplıkların ve kursun kendi kodu buralarda durur; hücre ve öğrencinin dosyası başka yerdedir.
HOMES = tuple(
    {
        str(Path(torch.__file__).parents[1]),
        str(Path(course_lib.__file__).parent),
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    }
)
CELLS = ("<kod hücresi", "<ipython")
WRAPPERS = (functools.partial, functools.partialmethod)  # torch'un kendi adlarında hiç yoktur


def replaced_names() -> list[str]:
    """torch ve course_lib içinde, onların olmayan bir kodla değiştirilmiş adlar."""
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
    """Ne bir kitaplığın ne de kursun dosyasında yazılmış işlev, sınıf ya da nesne."""
    if isinstance(value, (staticmethod, classmethod, property)):
        value = value.fget if isinstance(value, property) else value.__func__
    if inspect.ismethod(value):
        value = value.__func__
    if inspect.isfunction(value):
        file = value.__code__.co_filename
        return file.startswith(CELLS) or not file.startswith(("<", *HOMES))
    made = value if inspect.isclass(value) else type(value)
    return isinstance(value, WRAPPERS) or made.__module__ in ("__main__", "ekilen_blok", "ogrenci")
