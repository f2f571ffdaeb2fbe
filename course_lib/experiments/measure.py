"""Bir koşunun ölçümü: eğit, ölç, teşhis et; hepsi tablonun bir satırıdır."""

from __future__ import annotations

import json
import math
import platform
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

import numpy as np
import torch
from torch import nn

from course_lib.device import get_device, one_thread
from course_lib.diagnosis import diagnose
from course_lib.experiments.costs import cost
from course_lib.experiments.data import SIDE, ClutteredDigits
from course_lib.experiments.masks import (
    attention_maps,
    dead_units,
    pointing_game,
    share_inside,
    spatial,
)
from course_lib.experiments.run import Run, build
from course_lib.experiments.training import NonFiniteLoss, train

# Tohum sürece aittir: bir süreçte iki koşu birbirinin sayılarını karıştırırdı.
ONE_AT_A_TIME = threading.Lock()
POINTED = 500  # maskeler, testin ilk bu kadar görüntüsündeki kutularla karşılaştırılır
CRASHES = (RuntimeError, ValueError, TypeError, IndexError)  # hatalı bir bloğun fırlatabildikleri


@dataclass(frozen=True)
class Row:
    """Bir koşunun sonucu; alanların sırası tablodaki sütunların sırasıdır.

    state: "bitti", "sonsuz" (kayıp sonlu değil) ya da "çöktü"; reason: bitmediyse nedeni;
    pointing, share_inside: uzamsal maskenin adı -> ölçüsü; dead: dikkatin adı -> eğitim sonunda
    gizli birimlerinden hiç açılmayanların payı; history: epok epok ölçümler; verdict:
    teşhisin kararı; seconds: süre. Ölçülemeyen sayı NaN, ölçülemeyen harita boştur.
    """

    run: Run
    state: str
    reason: str = ""
    accuracy: float = math.nan
    train_accuracy: float = math.nan
    loss: float = math.nan
    grad_norm_max: float = math.nan
    parameters: float = math.nan
    flops: float = math.nan
    moved: float = math.nan
    pointing: Mapping[str, float] = field(default_factory=dict)
    share_inside: Mapping[str, float] = field(default_factory=dict)
    dead: Mapping[str, float] = field(default_factory=dict)
    history: tuple[Mapping[str, float], ...] = ()
    verdict: str = ""
    seconds: float = math.nan
    device: str = field(default_factory=lambda: device_name(get_device()))
    python: str = field(default_factory=platform.python_version)
    torch: str = torch.__version__
    numpy: str = np.__version__

    def columns(self) -> dict[str, object]:
        """Tablonun satırı: önce koşunun ayarları, sonra ölçümler."""
        settings = {name: cell(value) for name, value in self.run.configuration.items()}
        if self.run.skip_alpha is None:
            settings["skip_alpha"] = math.nan  # sütun her satırda sayı kalsın
        measured = {f.name: cell(getattr(self, f.name)) for f in fields(self) if f.name != "run"}
        return {"key": self.run.key, "name": self.run.name, **settings, **measured}


def cell(value: object) -> object:
    """Tabloya yazılacak biçim: yapılar JSON, yok boş yazı."""
    if isinstance(value, (Mapping, tuple)):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else value


def device_name(device: torch.device) -> str:
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"cpu ({platform.machine()})"


def on_device(network: nn.Module, device: torch.device) -> nn.Module:
    # torch'un tür bildirimi memory_format'ı unutmuş
    return network.to(device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def measure(run: Run) -> Row:
    """Koşuyu baştan sona çalıştırır; ölçümleri verir."""
    with one_thread():
        device = get_device()
        network = build(run)
        spent = cost(network, (1, 1, SIDE, SIDE))
        network = on_device(network, device)
        kind = {"level": run.level, "seed": run.seed, "tuning": run.tuning}
        train_set = ClutteredDigits(run.train_images, train=True, **kind)
        test_set = ClutteredDigits(run.test_images, train=False, **kind)
        history = train(network, train_set, test_set, run.recipe)
        masks = masks_on(network, test_set, device)
        boxes = test_set.boxes[:POINTED].to(device)
        return Row(
            run,
            state="bitti",
            accuracy=history[-1]["test_accuracy"],
            train_accuracy=history[-1]["train_accuracy"],
            loss=history[-1]["loss"],
            grad_norm_max=max(epoch["grad_norm_max"] for epoch in history),
            parameters=spent.parameters,
            flops=spent.flops,
            moved=spent.moved,
            pointing={name: float(pointing_game(m, boxes).mean()) for name, m in masks.items()},
            share_inside={name: float(share_inside(m, boxes).mean()) for name, m in masks.items()},
            dead=dead_units(network, seen(test_set, device)),
            history=tuple(history),
            verdict="" if run.control else verdict(network),
        )


def seen(data: ClutteredDigits, device: torch.device) -> torch.Tensor:
    """Maskelerin ölçüldüğü ilk görüntüler."""
    return data.images[:POINTED].to(device).float() / 255


def masks_on(
    network: nn.Module, data: ClutteredDigits, device: torch.device
) -> dict[str, torch.Tensor]:
    """Ağın uzamsal maskeleri ilk görüntülerde, görüntü boyunda; kanal maskeleri atlanır."""
    found = attention_maps(network, seen(data, device))
    maps = {name: m for name, m in found.items() if m.shape[2] > 1}
    return {name: spatial(m, (SIDE, SIDE)) for name, m in maps.items()}


def verdict(network: nn.Module) -> str:
    """Teşhisin ağ hakkındaki kararı: "sağlam", "hatalı: kimlik, …" ya da "ölçülemedi: neden"."""
    found = diagnose(network)
    told = {"healthy": "sağlam", "buggy": f"hatalı: {', '.join(found.bug_ids)}"}
    return told.get(found.status, f"ölçülemedi: {found.reason}")


def outcome(run: Run) -> Row:
    """Koşunun satırı. Sonlu olmayan kayıp ve hatalı bloğun çöküşü de birer sonuçtur.

    Başka hata olduğu gibi yükselir.
    """
    with ONE_AT_A_TIME:
        start = time.perf_counter()
        try:
            row = measure(run)
        except NonFiniteLoss as problem:
            row = Row(run, "sonsuz", str(problem), verdict=verdict(build(run)))
        except CRASHES as problem:
            if run.bug is None:
                raise
            reason = f"{type(problem).__name__}: {str(problem).splitlines()[0]}"
            row = Row(run, "çöktü", reason, verdict=verdict(build(run)))
        return replace(row, seconds=time.perf_counter() - start)
