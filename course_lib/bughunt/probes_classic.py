"""Klasik dikkatlerin sözleri için yoklamalar. Kaynak: seed 004 §1.2 ve modüllerin makaleleri."""

from __future__ import annotations

from course_lib.bughunt.probes import EFFECT, INAPPLICABLE, Probes, Reading, biggest, leak, probe
from course_lib.bughunt.twin import NotMeasurable
from course_lib.bughunt.twin_classic import ClassicTwin

GATE_PROBES: Probes = {}


@probe("kapı-çarpar", GATE_PROBES)
def gate_multiplies(twin: ClassicTwin) -> Reading:
    x = twin.images()
    silent = twin.normal(x.shape) > 0
    x = x.masked_fill(silent, 0.0)
    left = biggest(twin.run(x)[0][silent])
    return Reading(left < 1e-9, {"sıfır girdiden çıkan": left})


@probe("kapı-duyar", GATE_PROBES)
def gate_listens(twin: ClassicTwin) -> Reading:
    x = twin.images()
    moved = biggest(twin.mask(twin.others(x)) - twin.mask(x))
    return Reading(moved > EFFECT, {"maskenin değişimi": moved}, weak=True)


@probe("kapı-ayırt-eder", GATE_PROBES)
def gate_tells_apart(twin: ClassicTwin) -> Reading:
    if twin.channels == 1:
        return INAPPLICABLE
    x = twin.images()
    mask = twin.mask(x).view_as(x)
    across = biggest(mask - mask[:, :1])
    along = biggest(mask - mask[:, :, :1, :1])
    evidence = {"kanaldan kanala": across, "yerden yere": along}
    return Reading(max(across, along) > EFFECT, evidence, "one-gate", weak=True)


@probe("örnek-bağımsızlığı", GATE_PROBES)
def samples_are_independent(twin: ClassicTwin) -> Reading:
    x = twin.images()
    found = leak(twin, x, twin.others(x))
    return Reading(found <= EFFECT, {"komşuların etkisi": found})


@probe("komşuluk-ortalı", GATE_PROBES)
def neighbourhood_is_centred(twin: ClassicTwin) -> Reading:
    x = twin.images()
    middle = twin.channels // 2
    moved = x.clone()
    moved[:, middle] += 1.0
    change = (twin.mask(moved).view_as(x) - twin.mask(x).view_as(x)).abs().amax((0, 2, 3))
    heard = (change > EFFECT).nonzero().flatten()
    if not len(heard):
        raise NotMeasurable("Bir kanalı değiştirmek hiçbir kapıyı kıpırdatmadı; komşuluk ölçülemez.")
    left, right = middle - int(heard[0]), int(heard[-1]) - middle
    if int(heard[0]) == 0 or int(heard[-1]) == twin.channels - 1:
        return INAPPLICABLE  # pencere kenara dayanıyor: iki yan karşılaştırılamaz
    evidence = {"etkilenen önceki kanal": float(left), "etkilenen sonraki kanal": float(right)}
    return Reading(left == right, evidence, "off-centre")


@probe("satır-sütun", GATE_PROBES)
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
    evidence = {"değişen satırların maskesi": biggest(change[list(rows)]), "öteki satırların maskesi": elsewhere}
    mark = "axes-swapped" if biggest(change[:, columns]) <= EFFECT else None
    return Reading(elsewhere <= EFFECT, evidence, mark)
