"""e34'ün sözleşmesi: kalıbın etkisini ölçen, başka hiçbir şeyi karıştırmayan bir plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from course_lib.experiments.grid import check_buildable, read_grid
from course_lib.experiments.run import Run
from course_lib.experiments.statistics import MIN_SEEDS
from course_lib.practice.builds.contract import Broken, Clause
from course_lib.turkish import tr

Plan = Callable[[], str]
WANTED = {"dikkatsiz": (None, "P1"), "SE P1": ("se", "P1"), "SE P3": ("se", "P3")}
RATES = {"dikkatsiz": 0.005, "SE P1": 0.01, "SE P3": 0.01}  # results/ayar.parquet'in seçtiği
MAY_DIFFER = {"attention", "attention_options", "pattern", "lr", "seed"}
MIN_HIDDEN, MAX_RUNS = 4, 40


def grid(plan: Plan) -> list[Run]:
    text = plan()
    if not isinstance(text, str):
        raise Broken(f"Izgaranın metnini döndürmeli; dönen: {type(text).__name__}.")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "plan.toml"
        path.write_text(text, "utf-8")
        return read_grid(path)


def variants(plan: Plan) -> dict[str, list[Run]]:
    """İstenen üç çeşit: adı -> koşuları."""
    found: dict[str, list[Run]] = {}
    for run in grid(plan):
        found.setdefault(run.name, []).append(run)
    if set(found) != set(WANTED):
        raise Broken(f"Çeşitler {', '.join(WANTED)} olmalı; bulunan: {', '.join(found)}.")
    for name, (attention, pattern) in WANTED.items():
        first = found[name][0]
        if (first.attention, first.pattern) != (attention, pattern):
            raise Broken(f"{name}: dikkati {first.attention!r}, kalıbı {first.pattern}.")
    return found


def readable(plan: Plan) -> str:
    found = variants(plan)
    check_buildable([runs[0] for runs in found.values()])
    count = sum(map(len, found.values()))
    if count > MAX_RUNS:
        raise Broken(f"Bütçe en çok {MAX_RUNS} koşu; planda {count}.")
    return f"Üç çeşit, {count} koşu."


def paired(plan: Plan) -> str:
    seeds = {name: {run.seed for run in runs} for name, runs in variants(plan).items()}
    (first, *others) = seeds.values()
    if any(other != first for other in others):
        told = "; ".join(f"{name} {sorted(own)}" for name, own in seeds.items())
        raise Broken(f"Tohumlar eşlenmiyor: {told}.")
    if len(first) < MIN_SEEDS:
        raise Broken(f"{len(first)} tohum karar için az; en az {MIN_SEEDS}.")
    return f"{len(first)} ortak tohum."


def one_thing(plan: Plan) -> str:
    found = variants(plan)
    settings = {
        name: {k: v for k, v in run.configuration.items() if k not in MAY_DIFFER}
        for name, runs in found.items()
        for run in runs
    }
    base = settings["dikkatsiz"]
    for name, own in settings.items():
        other = [f"{k}: {own[k]} / {base[k]}" for k in own if own[k] != base[k]]
        if other:
            raise Broken(f"{name} dikkatsizden şununla da ayrılıyor: {'; '.join(other)}.")
    options = [found[name][0].attention_options for name in ("SE P1", "SE P3")]
    if options[0] != options[1]:
        raise Broken(f"İki SE'nin ayarı ayrı: {dict(options[0])} ve {dict(options[1])}.")
    return "SE P1 ile SE P3'ü yalnız kalıp ayırıyor."


def wide_enough(plan: Plan) -> str:
    for name, runs in variants(plan).items():
        if runs[0].attention is None:
            continue
        hidden = runs[0].attention_options.get("hidden", max(1, runs[0].widths[0] // 16))
        if hidden < MIN_HIDDEN:
            raise Broken(f"{name}: en dar evrede {hidden} gizli birim var; biri ölürse kapı durur.")
    return f"Gizli genişlik en az {MIN_HIDDEN}."


def tuned(plan: Plan) -> str:
    for name, runs in variants(plan).items():
        if any(run.tuning for run in runs):
            raise Broken(f"{name}: tuning açık; karar koşusu testte ölçülür.")
        rates = {run.lr for run in runs}
        if rates != {RATES[name]}:
            told = ", ".join(tr(rate, "g") for rate in sorted(rates))
            raise Broken(f"{name}: hızı {told}; doğrulamanın seçtiği {tr(RATES[name], 'g')}.")
    return "Her çeşidin hızı kendi doğrulamasından."


CONTRACT = (
    Clause("okunur", "Izgara okunur, üç çeşidi kurulur, bütçeyi aşmaz.", readable, first=True),
    Clause("eş tohum", "Her çeşit aynı, yeterince çok tohumla koşulur.", paired),
    Clause("tek ayar", "Karşılaştırılanları yalnız sorulan ayar ayırır.", one_thing),
    Clause("gizli genişlik", "Tek bir ölü birim kapıyı durduramaz.", wide_enough),
    Clause("hız", "Hız, her çeşit için doğrulamada seçilmiş olandır.", tuned),
)
