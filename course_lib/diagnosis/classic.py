"""Klasik dikkatlerin sözleri: SE, ECA, makaledeki CBAM, koordinat. Kaynak: not 5 §1.2."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from course_lib.attention.classic import CBAM, CoordinateAttention, ECABlock, SEBlock
from course_lib.diagnosis import probes, summaries
from course_lib.diagnosis.common import RUNS_WITHOUT_ERROR
from course_lib.diagnosis.crashes import runs, without_hidden_units
from course_lib.diagnosis.kind import INAPPLICABLE, Kind, Promise, Reading, has_modules
from course_lib.diagnosis.probes import EFFECT, biggest
from course_lib.diagnosis.published import (
    NotComparable,
    exchanged,
    reordered,
    with_weights_of,
)
from course_lib.diagnosis.start import START
from course_lib.diagnosis.summaries import GateView
from course_lib.diagnosis.twin import (
    HEIGHT,
    SAMPLES,
    WIDTH,
    MaskTwin,
    NotMeasurable,
    channel_count,
    lowered,
    raised,
)

SAME = 1e-7
SILENT = 1e-12  # yuvarlamadan başka hiçbir değişim


class ClassicTwin(MaskTwin):
    """Girdisini çarpan, yalnız y döndüren dikkatin ikizi. Maske bütündür: N = C·H·W."""

    def __init__(self, block: nn.Module, seed: int):
        self.channels = channel_count(block)
        self.arguments = (self.channels,)
        super().__init__(block, seed)

    def images(self, samples: int = SAMPLES) -> Tensor:
        wide = self.normal((samples, self.channels, 1, 1))
        return self.normal((samples, self.channels, HEIGHT, WIDTH)) + 2 * wide

    def mask_size(self, x: Tensor) -> int:
        return x[0].numel()

    def read_mask(self, gain: Tensor) -> Tensor:
        return gain.flatten(1)

    def spread(self, mask: Tensor, x: Tensor) -> Tensor:
        return mask.view_as(x)

    def views(self) -> tuple[GateView, ...]:
        """Ayrı ayrı özetlenen kapılar."""
        return (GateView(self.channel_gate, "pikseller", peak=False),)

    def channel_gate(self, x: Tensor) -> Tensor:
        """Kanal başına tek kapı, (B, C)."""
        return self.mask(x).view(*x.shape[:2], -1).nanmedian(2).values


class PaperCbamTwin(ClassicTwin):
    """İki kapısı ayrı ayrı okunabilen CBAM: biri susturulunca her yerde 0,5 kalır."""

    def views(self) -> tuple[GateView, ...]:
        return (
            GateView(self.channel_part, "pikseller"),
            GateView(self.spatial_part, "kanallar", grows=False),
        )

    def silenced(self, *parts: nn.Module) -> dict[str, Tensor]:
        """Parçaların bütün sayıları sıfır; eski durum döner."""
        state = self.snapshot()
        with torch.no_grad():
            for part in parts:
                for t in (*part.parameters(), *part.buffers()):
                    if t.is_floating_point():
                        t.zero_()
        return state

    def channel_part(self, x: Tensor) -> Tensor:
        state = self.silenced(self.block.conv, self.block.bn)
        gate = 2 * self.channel_gate(x)
        self.restore(state)
        return gate

    def spatial_part(self, x: Tensor) -> Tensor:
        state = self.silenced(self.block.fc2)
        gate = 2 * self.mask(x).view(*x.shape[:2], -1).nanmedian(1).values
        self.restore(state)
        return gate


def spatial_sees_the_gated(twin: PaperCbamTwin) -> Reading:
    """Kanal kapısı 0,5'te iken ve gerçekken: uzamsal kapı, gördüğü y'ye göre değişmeli."""
    x = twin.images()
    mask = twin.mask(x).view(*x.shape[:2], -1)
    places = (mask / mask[..., :1]).nanmedian(1).values
    state = twin.snapshot()
    twin.draw(twin.block.fc2.weight)
    other = twin.mask(x).view(*x.shape[:2], -1)
    moved = biggest(other - mask)
    effect = biggest((other / other[..., :1]).nanmedian(1).values - places)
    twin.restore(state)
    if moved <= EFFECT:
        raise NotMeasurable("Kanal kapısı bu tohumda hiçbir şeyi değiştirmedi; sıra ölçülemez.")
    return Reading(effect > EFFECT, {"CA değişince uzamsal kapının değişimi": effect}, weak=True)


def gate_multiplies(twin: ClassicTwin) -> Reading:
    x = twin.images()
    silent = twin.normal(x.shape) > 0
    x = x.masked_fill(silent, 0.0)
    left = biggest(twin.output(x)[silent])
    return Reading(left < 1e-9, {"sıfır girdiden çıkan": left})


def gate_listens(twin: ClassicTwin) -> Reading:
    x = twin.images()
    moved = biggest(twin.mask(twin.others(x)) - twin.mask(x))
    return Reading(moved > EFFECT, {"maskenin değişimi": moved}, weak=True)


def gate_tells_apart(twin: ClassicTwin) -> Reading:
    if twin.channels == 1:
        return INAPPLICABLE
    x = twin.images()
    mask = twin.mask(x).view_as(x)
    across = biggest(mask - mask[:, :1])
    along = biggest(mask - mask[:, :, :1, :1])
    evidence = {"kanaldan kanala": across, "yerden yere": along}
    return Reading(max(across, along) > EFFECT, evidence, "one-gate", weak=True)


def neighbourhood_is_centred(twin: ClassicTwin) -> Reading:
    x = twin.images()
    middle = twin.channels // 2
    moved = x.clone()
    moved[:, middle] += 1.0
    change = (twin.mask(moved).view_as(x) - twin.mask(x).view_as(x)).abs().amax((0, 2, 3))
    heard = (change > EFFECT).nonzero().flatten()
    if not len(heard):
        raise NotMeasurable(
            "Bir kanalı değiştirmek hiçbir kapıyı kıpırdatmadı; komşuluk ölçülemez."
        )
    first, last = int(heard[0]), int(heard[-1])
    if first == 0 or last == twin.channels - 1:
        return INAPPLICABLE  # pencere kenara dayanıyor: iki yan karşılaştırılamaz
    left, right = middle - first, last - middle
    evidence = {"etkilenen önceki kanal": float(left), "etkilenen sonraki kanal": float(right)}
    return Reading(left == right, evidence, "off-centre")


def rows_make_the_row_gate(twin: ClassicTwin) -> Reading:
    x = twin.images()
    rows = (0, 2)  # iki satır da sütun sayısından küçük numaralı
    moved = x.clone()
    # Sütun toplamları aynı kalır, yalnız iki satırın toplamı değişir.
    moved[:, :, rows[0], 1] += 3.0
    moved[:, :, rows[1], 1] -= 3.0
    change = (twin.mask(moved).view_as(x) - twin.mask(x).view_as(x)).abs().amax((0, 1)).clone()
    if biggest(change) <= EFFECT:
        raise NotMeasurable("İki satırın özeti değişti, maske kıpırdamadı; eksenler ölçülemez.")
    others = [i for i in range(change.shape[0]) if i not in rows]
    elsewhere = biggest(change[others])
    columns = [j for j in range(change.shape[1]) if j not in rows]
    evidence = {
        "değişen satırların maskesi": biggest(change[list(rows)]),
        "öteki satırların maskesi": elsewhere,
    }
    mark = "axes-swapped" if biggest(change[:, columns]) <= EFFECT else None
    return Reading(elsewhere <= EFFECT, evidence, mark)


def rows_and_columns_keep_their_order(twin: ClassicTwin) -> Reading:
    """Satırlar ya da sütunlar yer değiştirince maske de aynı yere gider, başka türlü değişmez."""
    x = twin.images()
    mask = twin.mask(x).view_as(x)
    evidence = {}
    for dim, name in ((2, "satırlar"), (3, "sütunlar")):
        order = torch.randperm(x.shape[dim], generator=twin.generator)
        moved = twin.mask(x.index_select(dim, order)).view_as(x)
        evidence[f"{name} karılınca maskenin yanlış yere giden payı"] = biggest(
            moved - mask.index_select(dim, order)
        )
    return Reading(max(evidence.values()) < 1e-7, evidence)


def both_gates_apply(twin: ClassicTwin) -> Reading:
    """Maske bir satır kapısıyla bir sütun kapısının çarpımıdır; ikisi de girdiye bakar."""
    x = twin.images()
    mask = twin.mask(x).view_as(x)
    rank = biggest(mask * mask[..., :1, :1] - mask[..., :, :1] * mask[..., :1, :])
    down = biggest(mask[..., :, :1] / mask[..., :1, :1] - 1)
    across = biggest(mask[..., :1, :] / mask[..., :1, :1] - 1)
    evidence = {"çarpımdan sapma": rank, "satırdan satıra": down, "sütundan sütuna": across}
    apart = rank > 1e-7
    alone = min(down, across) < SILENT < EFFECT < max(down, across)
    mark = "one-axis-gate" if alone and not apart else None
    return Reading(not apart and min(down, across) > EFFECT, evidence, mark, weak=not apart)


def row_and_column_means(twin: ClassicTwin) -> Reading:
    """Satır ve sütun ortalamaları aynı kalınca maske aynıdır; her piksel ikisinde de sayılır."""
    x = twin.images()
    other = x.clone()
    other[..., 0, 0] += 1.0
    other[..., 1, 2] += 1.0
    other[..., 0, 2] -= 1.0
    other[..., 1, 0] -= 1.0
    same = biggest(twin.mask(other) - twin.mask(x))
    one = x[:1].repeat(x[0, 0].numel() + 1, 1, 1, 1)
    for pixel in range(x[0, 0].numel()):
        one.flatten(2)[pixel + 1, :, pixel] += 1.0
    masks = twin.mask(one)
    heard = float(((masks[1:] - masks[:1]).abs().amax(1) > EFFECT).double().mean())
    evidence = {"ortalamalar aynıyken maskenin değişimi": same, "duyulan piksellerin payı": heard}
    return Reading(same < 1e-7 and heard == 1.0, evidence, weak=same < 1e-7)


def stretching_does_not_matter(twin: ClassicTwin) -> Reading:
    """Girdi iki yönde yinelenince maske de yinelenir: ortalama, boydan bağımsızdır."""
    x = twin.images()
    mask = twin.mask(x).view_as(x)
    evidence = {}
    for dim, name in ((2, "aşağı"), (3, "sağa")):
        long = torch.cat([x, x], dim)
        apart = biggest(twin.mask(long).view_as(long) - torch.cat([mask, mask], dim))
        evidence[f"{name} yinelenince maskenin değişimi"] = apart
    return Reading(max(evidence.values()) < 1e-7, evidence)


def heard_by_every_gate(twin: PaperCbamTwin, moved: Callable[[Tensor, int], Tensor]) -> Reading:
    x = twin.images()
    evidence = {}
    for view in twin.views():
        if view.rows(x).shape[2] < 2:  # tek kanalın ortalaması tepesidir
            continue
        other = view.image(moved(view.rows(x), 2), x)
        name = "kanal kapısının" if view.members == "pikseller" else "uzamsal kapının"
        evidence[f"{name} değişimi"] = biggest(view.gate(other) - view.gate(x))
    return Reading(min(evidence.values()) > EFFECT, evidence, weak=True)


def peak_is_heard(twin: PaperCbamTwin) -> Reading:
    reading = heard_by_every_gate(twin, raised)
    channel, *spatial = reading.evidence.values()
    deaf = channel < SILENT and all(moved > EFFECT for moved in spatial)
    return replace(reading, mark="mean-twice" if deaf else None)


def average_is_heard(twin: PaperCbamTwin) -> Reading:
    return heard_by_every_gate(twin, lowered)


def gate_is_the_same_everywhere(twin: ClassicTwin) -> Reading:
    """Kanal kapısı her kanala tek sayıdır: aşağı ya da sağa gidince değişmez."""
    x = twin.images()
    mask = twin.mask(x).view_as(x)
    down = biggest(mask - mask[:, :, :1])
    across = biggest(mask - mask[..., :1])
    evidence = {"satırdan satıra": down, "sütundan sütuna": across}
    mark = None
    if down < SILENT < EFFECT < across:
        mark = "row-squeeze"  # yalnız satırlar toplanmış
    elif min(down, across) > EFFECT and pixels_are_alone(twin, x, mask):
        mark = "no-squeeze"
    return Reading(max(down, across) < SAME, evidence, mark)


def pixels_are_alone(twin: ClassicTwin, x: Tensor, mask: Tensor) -> bool:
    """Bir pikselin kapısı, öteki pikseller değişince kıpırdamıyor mu?"""
    other = twin.images()
    other[..., 0, 0] = x[..., 0, 0]
    return biggest(twin.mask(other).view_as(x)[..., 0, 0] - mask[..., 0, 0]) < SILENT


def eca_mark_of_crash(twin: ClassicTwin) -> str | None:
    """Yalnız tek örnekle mi çalışıyor; yükseklik kanal sayısına eşitken mi?"""
    if runs(twin, (1, HEIGHT, WIDTH)) and not runs(twin, (2, HEIGHT, WIDTH)):
        return "one-sample"
    square = (2, twin.channels, WIDTH)
    if not runs(twin, (2, twin.channels + 1, WIDTH)) and runs(twin, square):
        x = twin.sized(*square)
        mask = twin.mask(x).view_as(x)
        flat = biggest(mask - mask[:, :1]) < SILENT and biggest(mask - mask[..., :1]) < SILENT
        return "gate-on-rows" if flat else None
    return None


GATE = (
    RUNS_WITHOUT_ERROR,
    Promise(
        "kapı-çarpar",
        "Dikkat bir çarpandır: girdinin sıfır olduğu yerde çıktı da sıfırdır.",
        gate_multiplies,
    ),
    probes.MASK_RANGE,
    Promise("kapı-duyar", "Kapı girdiye bakar: girdi değişince maske de değişir.", gate_listens),
    Promise(
        "kapı-ayırt-eder",
        "Kapı tek bir sayıya inmez: kanaldan kanala ya da yerden yere değişir.",
        gate_tells_apart,
    ),
    probes.INDEPENDENCE,
    probes.GRADIENTS,
)
CENTRED = Promise(
    "komşuluk-ortalı",
    "Her kanal, iki yanından eşit sayıda komşuyu dinler.",
    neighbourhood_is_centred,
)
ROWS_AND_COLUMNS = Promise(
    "satır-sütun",
    "Satır özeti satır kapısını, sütun özeti sütun kapısını kurar.",
    rows_make_the_row_gate,
)
COORDINATES = (
    summaries.BOTH_ENDS,
    Promise(
        "eksen-sırası",
        "Satırlar ve sütunlar yer değiştirince maske de onlarla gider.",
        rows_and_columns_keep_their_order,
    ),
    Promise("iki-kapı", "Maske, satır kapısıyla sütun kapısının çarpımıdır.", both_gates_apply),
    Promise(
        "özet-doğru",
        "Satır ve sütun ortalamaları aynıysa maske de aynıdır; her piksel ikisinde de sayılır.",
        row_and_column_means,
    ),
    Promise(
        "boydan-bağımsız",
        "Girdi yinelenip büyüyünce maske de yinelenir.",
        stretching_does_not_matter,
    ),
    START,
)
ONE_PER_CHANNEL = Promise(
    "yerden-bağımsız",
    "Kanal kapısı her kanala tek bir sayıdır: görüntünün neresinde olunduğuna bakmaz.",
    gate_is_the_same_everywhere,
)
SEES_THE_GATED = Promise(
    "sa-ca'yı-görür",
    "Uzamsal kapı, kanal kapısının çıktısından çıkar.",
    spatial_sees_the_gated,
)
PAPER = (
    *summaries.SUMMARIES,
    Promise("ortalama-duyulur", "Ortalama maskeyi değiştirir.", average_is_heard),
    Promise("tepe-duyulur", "Tepe (max) maskeyi değiştirir.", peak_is_heard),
    summaries.ONE_MLP,
    summaries.BENDS,
    SEES_THE_GATED,
    START,
)


def gives_its_map(block: object) -> bool:
    """fc1, act, fc2 bir MLP'de de olur: klasik dikkat, haritasını verebilendir."""
    return callable(getattr(block, "attention_map", None))


def classic_kind(
    block: type[nn.Module],
    promises: tuple[Promise, ...],
    fits: Callable[[object], bool],
    fits_class: Callable[[type, set[str]], bool],
    settings: tuple[dict, ...],
    *,
    reference: tuple[dict, ...] = ({}, {"hidden": 3}),
    channels: int = 16,
    methods: tuple[str, ...] = (),
    twin: type[ClassicTwin] = ClassicTwin,
    relabellings: Mapping[str, Callable[[dict], dict]] | None = None,
    further: tuple[Promise, ...] = (*summaries.SUMMARIES, ONE_PER_CHANNEL, START),
    mark_of_crash: Callable[[Any], str | None] = lambda _twin: None,
) -> Kind:
    def published(candidate: Any) -> Iterator[nn.Module]:
        options = {}
        if block is ECABlock:
            options["kernel"] = candidate.conv.weight.shape[-1]
            if options["kernel"] % 2 == 0:
                raise NotComparable
        else:
            first = candidate.conv1 if block is CoordinateAttention else candidate.fc1
            options["hidden"] = len(first.weight)
        yield with_weights_of(candidate, block(channel_count(candidate), **options))

    return Kind(
        block=block,
        twin=twin,
        published=published,
        relabellings=relabellings or {},
        promises=promises,
        further=further,
        outputs=("y",),
        fits=lambda candidate: gives_its_map(candidate) and fits(candidate),
        fits_class=fits_class,
        settings=settings,
        reference=reference,
        arguments=(channels,),
        methods=("attention_map", *methods),
        mark_of_crash=mark_of_crash,
    )


COORDINATE = classic_kind(
    CoordinateAttention,
    (*GATE, ROWS_AND_COLUMNS),
    further=COORDINATES,
    fits=lambda block: has_modules(block, "conv_h", "conv_w"),
    fits_class=lambda cls, _known: callable(getattr(cls, "gates", None)),
    settings=({}, {"hidden": 3}),
    methods=("gates",),
    relabellings={"conv_h ile conv_w": exchanged("conv_h", "conv_w")},
)
ECA = classic_kind(
    ECABlock,
    (*GATE, CENTRED),
    fits=lambda block: isinstance(getattr(block, "conv", None), nn.Conv1d),
    fits_class=lambda _cls, known: "kernel" in known,
    settings=({}, {"kernel": 3}),
    reference=({"channels": 128}, {"kernel": 5}),
    channels=128,
    mark_of_crash=eca_mark_of_crash,
)
PAPER_CBAM = classic_kind(
    CBAM,
    GATE,
    further=PAPER,
    twin=PaperCbamTwin,
    relabellings={"iki özet haritası": reordered("conv", 1, (1, 0))},
    fits=lambda block: has_modules(block, "fc1", "fc2", "conv", "bn"),
    fits_class=lambda cls, _known: callable(getattr(cls, "spatial_map", None)),
    settings=({}, {"hidden": 4}),
    methods=("channel_map", "spatial_map"),
)
SE = classic_kind(
    SEBlock,
    GATE,
    further=(*summaries.SUMMARIES, summaries.BENDS, ONE_PER_CHANNEL, START),
    fits=lambda block: has_modules(block, "fc1", "fc2", "act"),
    fits_class=lambda _cls, known: "hidden" in known,
    settings=({}, {"hidden": 4}),
    channels=8,  # 16'dan az: gizli genişlik burada 0'a inebilir
    mark_of_crash=without_hidden_units,
)
KINDS = (ECA, COORDINATE, PAPER_CBAM, SE)
