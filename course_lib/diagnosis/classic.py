"""Klasik dikkatlerin sözleri: SE, ECA, makaledeki CBAM, koordinat. Kaynak: seed 004 §1.2."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from course_lib.attention.classic import CBAM, CoordinateAttention, ECABlock, SEBlock
from course_lib.diagnosis import probes
from course_lib.diagnosis.kind import INAPPLICABLE, Kind, Promise, Reading, has_modules
from course_lib.diagnosis.probes import EFFECT, biggest
from course_lib.diagnosis.twin import (
    HEIGHT,
    SAMPLES,
    WIDTH,
    MaskTwin,
    NotMeasurable,
    channel_count,
)


class ClassicTwin(MaskTwin):
    """Girdisini çarpan, yalnız y döndüren dikkatin ikizi. Maske bütündür: N = C·H·W."""

    def __init__(self, block: nn.Module, seed: int):
        self.channels = channel_count(block)
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


GATE = (
    probes.RUNS_WITHOUT_ERROR,
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
) -> Kind:
    return Kind(
        block=block,
        twin=ClassicTwin,
        promises=promises,
        outputs=("y",),
        fits=lambda candidate: gives_its_map(candidate) and fits(candidate),
        fits_class=fits_class,
        settings=settings,
        reference=reference,
        arguments=(channels,),
        methods=("attention_map", *methods),
    )


COORDINATE = classic_kind(
    CoordinateAttention,
    (*GATE, ROWS_AND_COLUMNS),
    fits=lambda block: has_modules(block, "conv_h", "conv_w"),
    fits_class=lambda cls, _known: callable(getattr(cls, "gates", None)),
    settings=({}, {"hidden": 3}),
    methods=("gates",),
)
ECA = classic_kind(
    ECABlock,
    (*GATE, CENTRED),
    fits=lambda block: isinstance(getattr(block, "conv", None), nn.Conv1d),
    fits_class=lambda _cls, known: "kernel" in known,
    settings=({}, {"kernel": 3}),
    reference=({"channels": 128}, {"kernel": 5}),
    channels=128,
)
PAPER_CBAM = classic_kind(
    CBAM,
    GATE,
    fits=lambda block: has_modules(block, "fc1", "fc2", "conv", "bn"),
    fits_class=lambda cls, _known: callable(getattr(cls, "spatial_map", None)),
    settings=({}, {"hidden": 4}),
    methods=("channel_map", "spatial_map"),
)
SE = classic_kind(
    SEBlock,
    GATE,
    fits=lambda block: has_modules(block, "fc1", "fc2", "act"),
    fits_class=lambda _cls, known: "hidden" in known,
    settings=({}, {"hidden": 4}),
)
KINDS = (ECA, COORDINATE, PAPER_CBAM, SE)
