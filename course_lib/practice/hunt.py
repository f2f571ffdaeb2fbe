"""Sonsuz av: bir bölüm ve bir tohumdan doğan alıştırma.

Blok, ayarı, hataları (hiç, bir, iki ya da üç) ve yerel adları tohumdan çıkar; teşhis hataların
hepsini ve yalnız onları adıyla bulamıyorsa başka bir seçim denenir. Defterden haberi yoktur.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from course_lib import paths
from course_lib.bugs.catalogue import CATALOGUE, bugs_of
from course_lib.bugs.local_names import local_names, with_local_names
from course_lib.bugs.pieces import piece
from course_lib.bugs.planting import class_from_sources, planted_sources
from course_lib.errors import BadInput, CourseError
from course_lib.practice.exercises import Exercise
from course_lib.practice.lesson import lessons

KEY = re.compile(r"av-(\d\d)-(\d+)")
TRIES = 60
HOW_MANY = (0, 1, 1, 1, 1, 1, 2, 2, 2, 3)  # hata sayısının dağılımı
LARGEST = 10**9  # tohumun üst sınırı


class NoHunt(CourseError):
    """Bu tohumdan ölçülebilen bir av çıkmadı."""


@dataclass(frozen=True)
class Ground:
    """Bir bloğun avlandığı yer: kanal sayıları (boşsa kanal istemez) ve ayarlarının değerleri."""

    channels: tuple[int, ...] = ()
    options: Mapping[str, tuple] = field(default_factory=dict)


WIDE = (8, 12, 16, 24, 32, 48, 64)
CHANNELS = (8, 12, 16, 24, 32, 48, 64, 96, 128, 160, 192, 256)
HIDDEN = Ground(CHANNELS, {"hidden": (None, 2, 4, 8, 16)})
RESIDUAL = Ground(
    (8, 12, 16, 24), {
        "out": (8, 12, 16, 20, 24, 32), "stride": (1, 2),
        "f": ("BasicBranch", "PreActBranch", "WideBranch"),
        "attn": ("SEBlock", "ECABlock", "CBAM", "CoordinateAttention"),
    },
)  # fmt: skip
GROUNDS: Mapping[str, Ground] = {
    "ChannelAttentionFusionT": Ground(
        WIDE, {"fusion": ("softmax", "sum"), "learnable_temperature": (False, True)}
    ),
    "DynamicSpatialAttention": Ground(
        (), {"kernels": ((3, 7), (3, 5, 7), (5,)), "learnable_temperature": (False, True)}
    ),
    "CBAMResidualDynamicSA": Ground(
        WIDE, {"ca_fusion": ("softmax", "sum"), "alpha_init": (0.3, 0.6), "sa_dilated_d": (2, 3)}
    ),
    "SEBlock": HIDDEN, "CBAM": HIDDEN, "CoordinateAttention": HIDDEN,
    "ECABlock": Ground(CHANNELS, {"kernel": (None, None, 3, 5, 7)}),
    "ResidualAttn_P1": RESIDUAL, "ResidualAttn_P2": RESIDUAL, "ResidualAttn_P3": RESIDUAL,
    "ResidualAttn_P4": RESIDUAL,
}  # fmt: skip
LABS = {
    "02": ("ChannelAttentionFusionT",), "03": ("DynamicSpatialAttention",),
    "04": ("CBAMResidualDynamicSA",),
    "05": ("SEBlock", "ECABlock", "CBAM", "CoordinateAttention"),
    "08": ("ResidualAttn_P1", "ResidualAttn_P2", "ResidualAttn_P3", "ResidualAttn_P4"),
}  # fmt: skip
SYNONYMS = {
    "a": ("from_avg", "avg_view", "u"), "m": ("from_max", "max_view", "v"),
    "avg_s": ("mean_s", "pooled_avg", "s_avg"), "max_s": ("peak_s", "pooled_max", "s_max"),
    "s": ("squeezed", "summary", "pooled"), "s_cat": ("both", "joined", "s_both"),
    "z": ("score", "raw", "logits"), "ca": ("gate_c", "by_channel", "mask"),
    "sa": ("gate_s", "by_place", "mask"), "y": ("out", "gated", "result"),
    "y_ca": ("kept", "after_ca", "thinned"), "fusion_w": ("weights", "mix_w", "w"),
    "router_w": ("weights", "branch_w", "w"), "w": ("weights", "shares", "mix"),
    "avg_map": ("mean_map", "avg_plane", "m_avg"), "max_map": ("peak_map", "max_plane", "m_max"),
    "wlogit": ("mixed", "blend", "total"), "T": ("temp", "tau", "temperature"),
    "rows": ("by_row", "row_means", "r"), "columns": ("by_column", "col_means", "c"),
    "gate_h": ("row_gate", "g_h", "on_rows"), "gate_w": ("column_gate", "g_w", "on_columns"),
    "height": ("h", "n_rows", "tall"), "width": ("wide", "n_columns", "across"),
    "out": ("result", "mixed", "answer"), "fx": ("learned", "branch_out", "f_x"),
    "router_logits": ("choice", "raw_w", "votes"), "xy": ("places", "coords", "grid"),
}  # fmt: skip


@dataclass(frozen=True)
class Hunted(Exercise):
    """Tohumdan doğmuş alıştırma. options: bloğun kurulduğu ayar; names: yerel ad -> yeni adı."""

    options: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def notebook(self) -> Path:
        return paths.ROOT / "calisma" / f"{self.id}.ipynb"

    def sources(self, name: str, *, repaired: bool) -> dict[str, str]:
        found = super().sources(name, repaired=repaired)
        return {piece: with_local_names(code, self.names) for piece, code in found.items()}

    def build(self, cls: Any) -> Any:
        """Bloğun avlandığı ayarla kurulmuş örneği."""
        options = {k: piece(v) if k in ("f", "attn") else v for k, v in self.options.items()}
        if self.block == "ResidualAttn_P4":
            options["attn_skip"] = options["attn_res"] = options.pop("attn")
        channels = options.pop("channels", None)
        return cls(**options) if channels is None else cls(channels, **options)


def lab_of(chapter: object) -> str:
    """Bölümün numarası: "03", 3, "3". Raises: BadInput, o bölümde av yoksa."""
    key = str(chapter).strip().zfill(2)
    if key not in LABS:
        raise BadInput(f"bolum şunlardan biri olmalı: {', '.join(LABS)}; verilen: {chapter!r}.")
    return key


def drawn(lab: str, seed: int) -> Iterator[tuple[str, dict, tuple[str, ...], random.Random]]:
    """Tohumun sırayla denediği seçimler: blok, ayar, hatalar."""
    rng = random.Random(f"av-{lab}-{seed}")
    count = rng.choice(HOW_MANY)
    for attempt in range(TRIES):
        block = rng.choice(LABS[lab])
        ground = GROUNDS[block]
        options = {name: rng.choice(values) for name, values in ground.options.items()}
        if ground.channels:
            options["channels"] = rng.choice(ground.channels)
        known = sorted(bugs_of(block))
        fewer = count - (attempt > TRIES // 2) if count > 1 else count
        yield block, options, tuple(rng.sample(known, min(fewer, len(known)))), rng


def chosen_names(sources: Mapping[str, str], rng: random.Random) -> dict[str, str]:
    """Yerel adlara tohumdan çıkan karşılıklar; iki ad aynı karşılığı almaz."""
    names: dict[str, str] = {}
    for name in sorted({n for code in sources.values() for n in local_names(code)} & {*SYNONYMS}):
        new = rng.choice((name, *SYNONYMS[name]))
        if new not in names.values():
            names[name] = new
    return names


@cache
def hunted(key: str) -> Hunted:
    """Kimliğiyle av: "av-03-7".

    Raises:
        BadInput: kimlik tanınmıyorsa ya da bölümde av yoksa.
        NoHunt: denenen seçimlerin hiçbiri ölçülemediyse.
    """
    from course_lib.diagnosis import diagnose

    match = KEY.fullmatch(key)
    if match is None or int(match[2]) > LARGEST:
        raise BadInput(
            f"Avın kimliği av-BÖLÜM-TOHUM gibi olmalı, örneğin av-03-7; verilen: {key!r}."
        )
    lab, seed = lab_of(match[1]), int(match[2])
    lesson = next(info for name, info in lessons().items() if name.startswith(lab))
    for block, options, bugs, rng in drawn(lab, seed):
        try:
            sources = planted_sources(*bugs, block=block) if bugs else {}
        except BadInput:  # aynı satırı değiştiren iki hata birlikte ekilemez
            continue
        item = Hunted(
            id=key, slug=key, title=f"Av: {block}", block=block, lesson=lesson.id, reads=lesson.id,
            goal="Belirtiden başla: blok sağlam mı, değilse hangi söz bozuk? Bul ve onar.",
            form="hunt", suspects={block: bugs}, difficulty=max(1, len(bugs)), importance=2,
            minutes=10 + 10 * len(bugs), options=options,
            opening_hints=() if bugs else ("Kodu kurstakiyle satır satır karşılaştır.",),
        )  # fmt: skip
        names = chosen_names(sources or item.sources(block, repaired=True), rng)
        item = Hunted(**{**vars(item), "names": names})
        found = diagnose(item.build(class_from_sources(item.sources(block, repaired=False))))
        wanted = "buggy" if bugs else "healthy"
        if found.status == wanted and set(found.bug_ids) == set(bugs):
            return item
    raise NoHunt(
        f"{key}: bu tohumdan ölçülebilen bir av çıkmadı. Çıkış yolu: başka bir tohum dene."
    )


def proved(item: Hunted) -> Hunted:
    """Avın kendisi, çözülebildiği görülünce: onarılmış kaynak çözülmüş sayılmalı.

    Raises:
        NoHunt: sayılmadıysa.
    """
    from course_lib.practice.judge import judge

    repaired = class_from_sources(item.sources(item.block, repaired=True))
    verdict = judge(item.id, repaired, None if item.bugs else "hiçbiri")
    if verdict.state != "solved":
        raise NoHunt(f"{item.id}: onarılmış hâli çözülmüş sayılmadı ({verdict.word}).")
    return item


def fresh_seed() -> int:
    """Daha önce görülmemiş olması beklenen bir tohum."""
    return random.SystemRandom().randrange(100_000)


def rumours(item: Hunted) -> tuple[str, ...]:
    """Blok için söylenenler: hatalarının birer belirtisi; sağlamsa, doğru olmayan bir söylenti."""
    rng = random.Random(item.id)
    bugs = item.bugs or (rng.choice(sorted(bugs_of(item.block))),)
    return tuple(CATALOGUE[bug].symptoms[0] for bug in bugs)
