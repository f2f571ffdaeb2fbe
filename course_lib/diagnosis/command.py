"""`atolye muayene`: bir sınıfı adıyla ya da dosyasıyla bulur, kurar, muayene eder."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import json
import os
import sys
from pathlib import Path

import torch
from torch import nn

from course_lib.diagnosis.examination import examine
from course_lib.errors import BadInput
from course_lib.terminal import show

EXAMPLE = "timm.layers:SEModule ya da blogum.py:Blok"


def class_at(target: str) -> type[nn.Module]:
    """ "paket.modul:Sınıf" ya da "dosya.py:Sınıf".

    Raises:
        BadInput: biçim yanlışsa, modül ya da dosya yüklenemiyorsa, ad bir nn.Module sınıfı değilse.
    """
    place, _, name = target.rpartition(":")
    if not place or not name:
        raise BadInput(f"sınıf {EXAMPLE} gibi yazılmalı; verilen: {target!r}.")
    try:
        module = from_file(Path(place)) if place.endswith(".py") else from_package(place)
    except (Exception, SystemExit) as problem:  # yüklenen kod her şeyi fırlatabilir
        raise BadInput(f"{place} yüklenemedi: {type(problem).__name__}: {problem}") from problem
    found = getattr(module, name, None)
    if not (inspect.isclass(found) and issubclass(found, nn.Module)):
        known = [
            n for n, v in vars(module).items() if inspect.isclass(v) and issubclass(v, nn.Module)
        ]
        listed = ", ".join(known[:12]) or "hiç yok"
        raise BadInput(f"{place} içindeki nn.Module sınıflarından biri olmalı ({listed}); "
                       f"verilen: {name!r}.")  # fmt: skip
    return found


def from_file(path: Path) -> object:
    if not path.is_file():
        raise BadInput(f"dosya bulunamadı: {path}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def from_package(name: str) -> object:
    if os.getcwd() not in sys.path:  # bulunulan klasördeki paket de
        sys.path.insert(0, os.getcwd())
    return importlib.import_module(name)


def settings_of(pairs: list[str]) -> dict[str, object]:
    """["reduction=8", "act=relu"] -> {"reduction": 8, "act": "relu"}."""
    found: dict[str, object] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.isidentifier():
            raise BadInput(f"--ayar ad=değer biçiminde olmalı; verilen: {pair!r}.")
        try:
            found[name] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            found[name] = text
    return found


def built(cls: type[nn.Module], channels: int | None, settings: dict[str, object]) -> nn.Module:
    """Sınıf, ayarlarıyla; ilk argümanının varsayılanı yoksa o kanal sayısıdır."""
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    wanted = [
        p.name
        for p in list(inspect.signature(cls).parameters.values())[:1]
        if p.kind in plain and p.default is p.empty and p.name not in settings
    ]
    if wanted and channels is None:
        raise BadInput(f"{cls.__name__} ilk argümanını ({wanted[0]}) ister; verilmedi: --kanal C.")
    arguments = [channels for _ in wanted]
    try:
        torch.manual_seed(0)
        return cls(*arguments, **settings)
    except Exception as problem:  # yabancı kurucu her şeyi fırlatabilir
        said = ", ".join([*map(str, arguments), *(f"{k}={v!r}" for k, v in settings.items())])
        raise BadInput(
            f"{cls.__name__}({said}) kurulamadı: {type(problem).__name__}: {problem}"
        ) from problem


def main(target: str, channels: int | None, pairs: list[str], *, as_json: bool) -> int:
    """Muayeneyi yazar; çıkış kodu 0 sağlam, 1 hatalı, 2 ölçülemedi."""
    found = examine(built(class_at(target), channels, settings_of(pairs)), channels=channels)
    show(json.dumps(found.as_data(), ensure_ascii=False, indent=2) if as_json else str(found))
    return found.exit_code
