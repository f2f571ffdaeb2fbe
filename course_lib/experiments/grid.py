"""Izgara: küçük bir TOML dosyasından koşular."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import fields, replace
from pathlib import Path

from course_lib.errors import BadInput
from course_lib.experiments.run import Run, build

# Liste verilebilen ayarlar: ızgara bunların bütün birleşimleridir. Ötekiler tek değer alır.
AXES = (
    "block", "attention", "pattern", "opened", "zero_init", "bug", "depth", "level", "epochs", "lr",
    "seed",
)  # fmt: skip
NONE = {"attention": "yok", "bug": "sağlam"}  # TOML'da None yoktur
SETTINGS = tuple(f.name for f in fields(Run))
NAME = "{attention} {pattern}"  # adı verilmeyen çeşidin adı


class GridError(BadInput):
    """Izgara dosyası okunamadı; ileti dosyayı, ayarı ve kabul edileni söyler."""


def read_grid(path: str | Path) -> list[Run]:
    """TOML ızgarasındaki koşular, dosyadaki sırayla.

    Dosyanın başındaki ayarlar her çeşit için geçerlidir; her `[[variant]]` kendi ayarlarını ekler.
    AXES'teki bir ayar liste olabilir; `name` içinde {pattern} gibi ayar adları geçebilir.
    `attention = "yok"` dikkatsiz, `bug = "sağlam"` hatasızdır.

    Raises:
        GridError: dosya okunamıyorsa, bir ayar tanınmıyorsa ya da iki ayrı çeşit aynı adı
            taşıyorsa.
    """
    path = Path(path)
    data = read_toml(path)
    variants = data.pop("variant", [])
    if not isinstance(variants, list) or not variants:
        raise GridError(
            f"{path.name} içinde en az bir [[variant]] bölümü olmalı; bulunan: {variants!r}."
        )
    runs: list[Run] = []
    for number, variant in enumerate(variants, 1):
        if not isinstance(variant, dict):
            raise GridError(
                f"{path.name}, {number}. çeşit [[variant]] bölümü olmalı; verilen: {variant!r}."
            )
        try:
            runs += expanded({**data, **variant})
        except (TypeError, ValueError) as problem:
            raise GridError(f"{path.name}, {number}. çeşit: {problem}") from None
    told: dict[str, dict] = {}
    for run in runs:
        rest = {k: v for k, v in run.configuration.items() if k != "seed"}
        if told.setdefault(run.name, rest) != rest:
            raise GridError(
                f"{path.name}: name her çeşitte ayrı olmalı; iki kez verilen: {run.name!r}."
            )
    if len({run.key for run in runs}) != len(runs):
        raise GridError(
            f"{path.name}: aynı koşu iki kez istenmiş; seed ve çeşitler tekrar etmemeli."
        )
    return runs


def read_toml(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise GridError(f"Izgara dosyası bulunamadı; verilen: {str(path)!r}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise GridError(f"{path.name} okunamadı: {problem}.") from None


def expanded(settings: dict) -> list[Run]:
    """Bir çeşidin bütün koşuları: listelerin kartezyen çarpımı.

    Değerler burada dosyadaki sözcükleriyle durur; None'a yalnız Run kurulurken çevrilir.
    """
    unknown = sorted(set(settings) - set(SETTINGS))
    if unknown:
        raise BadInput(
            f"bilinmeyen ayar: {', '.join(unknown)}; kabul edilenler: {', '.join(SETTINGS)}."
        )
    axes = {name: listed(settings[name]) for name in AXES if name in settings}
    rest = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in settings.items()
        if name not in AXES
    }
    combinations = itertools.product(*axes.values())
    return [one_run({**rest, **dict(zip(axes, values, strict=True))}) for values in combinations]


def listed(value: object) -> list:
    return value if isinstance(value, list) else [value]


def one_run(words: dict) -> Run:
    """Dosyadaki sözcüklerden bir koşu: adı sözcüklerle kurulur, "yok" ve "sağlam" None olur."""
    chosen = {key: None if value == NONE.get(key) else value for key, value in words.items()}
    return Run(**{**chosen, "name": name_of(words)})


def name_of(words: dict) -> str:
    template = str(words.get("name", NAME))
    try:
        return template.format(**{"attention": "yok", "pattern": "P1", **words})
    except KeyError as missing:
        raise BadInput(
            f"name içindeki {{{missing.args[0]}}} bir ayar adı olmalı; verilen: {template!r}."
        ) from None


def check_buildable(runs: list[Run]) -> None:
    """Hatasız her çeşidin ağını bir kez kurar: yanlış bir blok ayarı koşular başlamadan görülsün.

    Raises:
        GridError: kurulamayan ağın çeşidini ve nedenini söyler.
    """
    for run in {run.name: run for run in runs if run.bug is None}.values():
        try:
            build(run)
        except (TypeError, ValueError) as problem:
            raise GridError(f"{run.name!r} çeşidinin ağı kurulamadı: {problem}") from problem


def baselines(runs: list[Run]) -> dict[str, str]:
    """Her çeşidin karşılaştırılacağı çeşit, adla.

    Hatalı ağ kendi sağlamıyla, hatasız ızgarada herkes ilk çeşitle karşılaştırılır.

    Raises:
        GridError: hatalı bir ağın sağlamı ızgarada yoksa.
    """
    if all(run.bug is None for run in runs):
        return {run.name: runs[0].name for run in runs}
    healthy = {twin_key(run): run.name for run in runs if run.bug is None}
    alone = sorted({run.name for run in runs if twin_key(run) not in healthy})
    if alone:
        raise GridError(
            f'Her hatanın yanında bug="sağlam" ikizi olmalı; ikizi olmayan: {", ".join(alone)}.'
        )
    return {run.name: healthy[twin_key(run)] for run in runs}


def twin_key(run: Run) -> str:
    """Hatası ve tohumu dışında aynı olan koşuların ortak parmak izi."""
    return replace(run, name="", seed=0, bug=None).key
