"""Izgara: küçük bir TOML dosyasından koşular."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import fields, replace
from pathlib import Path

from course_lib.experiments.run import Run

# Liste verilebilen ayarlar: ızgara bunların bütün birleşimleridir. Ötekiler tek değer alır.
AXES = ("block", "attention", "pattern", "bug", "level", "epochs", "seed")
NONE = {"attention": "yok", "bug": "sağlam"}  # TOML'da None yoktur
SETTINGS = tuple(f.name for f in fields(Run))


class GridError(ValueError):
    """Izgara dosyası okunamadı; ileti dosyayı, ayarı ve kabul edileni söyler."""


def read_grid(path: str | Path) -> list[Run]:
    """TOML ızgarasındaki koşular, dosyadaki sırayla.

    Dosyanın başındaki ayarlar her çeşit için geçerlidir; her `[[variant]]` kendi ayarlarını ekler. AXES'teki bir ayar
    liste olabilir; `name` içinde {pattern} gibi ayar adları geçebilir. `attention = "yok"` dikkatsiz, `bug = "sağlam"`
    hatasızdır.

    Raises:
        GridError: dosya okunamıyorsa, bir ayar tanınmıyorsa ya da iki ayrı çeşit aynı adı taşıyorsa.
    """
    path = Path(path)
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise GridError(f"Izgara dosyası bulunamadı; verilen: {str(path)!r}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise GridError(f"{path.name} okunamadı: {problem}.") from None
    variants = data.pop("variant", [])
    if not isinstance(variants, list) or not variants:
        raise GridError(f"{path.name} içinde en az bir [[variant]] bölümü olmalı; bulunan: {variants!r}.")
    runs: list[Run] = []
    for number, variant in enumerate(variants, 1):
        try:
            runs += expanded({**data, **variant})
        except (TypeError, ValueError) as problem:
            raise GridError(f"{path.name}, {number}. çeşit: {problem}") from None
    told: dict[str, dict] = {}
    for run in runs:
        rest = {k: v for k, v in run.configuration.items() if k != "seed"}
        if told.setdefault(run.name, rest) != rest:
            raise GridError(f"{path.name}: name her çeşitte ayrı olmalı; iki kez verilen: {run.name!r}.")
    if len({run.key for run in runs}) != len(runs):
        raise GridError(f"{path.name}: aynı koşu iki kez istenmiş; seed ve çeşitler tekrar etmemeli.")
    return runs


def expanded(settings: dict[str, object]) -> list[Run]:
    """Bir çeşidin bütün koşuları: listelerin kartezyen çarpımı."""
    unknown = sorted(set(settings) - set(SETTINGS))
    if unknown:
        raise ValueError(f"bilinmeyen ayar: {', '.join(unknown)}; kabul edilenler: {', '.join(SETTINGS)}.")
    axes = {name: v if isinstance(v := settings[name], list) else [v] for name in AXES if name in settings}
    rest = {name: tuple(v) if isinstance(v, list) else v for name, v in settings.items() if name not in AXES}
    runs = []
    for values in itertools.product(*axes.values()):
        chosen = {name: None if NONE.get(name) == value else value for name, value in zip(axes, values, strict=True)}
        told = {"pattern": "P1", **rest, **{name: NONE.get(name) if v is None else v for name, v in chosen.items()}}
        try:
            name = str(rest.get("name", "{attention} {pattern}")).format(**{"attention": "yok", **told})
        except KeyError as missing:
            raise ValueError(f"name içindeki {{{missing.args[0]}}} bir ayar adı olmalı; verilen: {rest['name']!r}.") from None
        runs.append(Run(**{**rest, **chosen, "name": name}))
    return runs


def baselines(runs: list[Run]) -> dict[str, str]:
    """Her çeşidin karşılaştırılacağı çeşit, adla: hatalı ağ kendi sağlamıyla, hatasız ızgarada herkes ilk çeşitle.

    Raises:
        GridError: hatalı bir ağın sağlamı ızgarada yoksa.
    """
    if all(run.bug is None for run in runs):
        return {run.name: runs[0].name for run in runs}
    healthy = {replace(run, name="", seed=0).key: run.name for run in runs if run.bug is None}
    alone = sorted({run.name for run in runs if replace(run, name="", seed=0, bug=None).key not in healthy})
    if alone:
        raise GridError(f"Her hatanın yanında bug=\"sağlam\" ikizi olmalı; ikizi olmayan: {', '.join(alone)}.")
    return {run.name: healthy[replace(run, name="", seed=0, bug=None).key] for run in runs}
