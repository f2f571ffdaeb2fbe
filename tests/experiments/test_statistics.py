"""İstatistik: aralık söylediği kadar tutar, gürültüyü sıralamaz, koşuları tohumuyla eşler."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.experiments.statistics import (
    bootstrap_interval,
    by_seed,
    comparison,
    paired_difference,
    points,
    report,
)

QUICK = settings(max_examples=25, derandomize=True, deadline=None)


def table(**accuracies):
    rows = [
        {
            "name": name,
            "seed": seed,
            "accuracy": value,
            "state": "bitti" if np.isfinite(value) else "çöktü",
        }
        for name, values in accuracies.items()
        for seed, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("n", [5, 10])
@pytest.mark.parametrize("draw", ["normal", "laplace", "uniform"])
def test_the_interval_covers_as_often_as_it_says(n, draw):
    """Bilinen ortalamayla 400 deney: %95 denilen aralık en az %90'ında tutmalı, hep tutmamalı."""
    generator = np.random.default_rng(1)
    samples = getattr(generator, draw)(size=(400, n)) - (0.5 if draw == "uniform" else 0)
    covered = np.mean([(i := bootstrap_interval(s)).low <= 0 <= i.high for s in samples])
    assert 0.90 <= covered < 0.995


def test_the_plain_percentile_interval_would_not():
    """Genişletmenin nedeni: sıradan yüzdelik aralık n = 5'te söylediğinden çok az tutar."""
    generator = np.random.default_rng(1)
    covered = []
    for sample in generator.normal(size=(400, 5)):
        means = sample[generator.integers(5, size=(999, 5))].mean(axis=1)
        low, high = np.quantile(means, (0.025, 0.975))
        covered.append(low <= 0 <= high)
    assert np.mean(covered) < 0.88


@QUICK
@given(st.lists(st.floats(-1, 1), min_size=5, max_size=12), st.floats(-5, 5))
def test_the_interval_holds_the_mean_and_moves_with_the_values(values, shift):
    found, moved = bootstrap_interval(values), bootstrap_interval(np.array(values) + shift)
    assert min(values) - 1e-9 <= found.low <= found.mean + 1e-9
    assert found.mean - 1e-9 <= found.high <= max(values) + 1e-9
    assert moved.low == pytest.approx(found.low + shift, abs=1e-9)
    assert moved.high == pytest.approx(found.high + shift, abs=1e-9)


@pytest.mark.parametrize("values", [[0.1] * 4, [], [0.1, 0.2, 0.3, 0.4, np.nan]])
def test_too_few_or_spoilt_values_are_refused(values):
    with pytest.raises(ValueError, match=r"^values .*verilen: "):
        bootstrap_interval(values)


def test_pairing_by_seed_sees_what_separate_means_do_not():
    """Tohumların farkı çeşitlerin farkından büyükse, eşleme gürültüyü götürür."""
    noise = np.random.default_rng(0).normal(0, 0.05, 5)
    frame = table(taban=0.8 + noise, öteki=0.81 + noise)
    gap = paired_difference(frame.sample(frac=1, random_state=3), "öteki", "taban")
    assert gap.beyond_noise
    assert gap.mean == pytest.approx(0.01)
    own = bootstrap_interval(by_seed(frame, "taban", "accuracy").to_numpy())
    assert own.low < 0.81 < own.high


def test_differences_within_noise_are_neither_called_nor_ranked():
    generator = np.random.default_rng(5)
    seeds = generator.normal(0, 0.01, 6)
    frame = table(
        taban=0.80 + seeds,
        belirsiz_iyi=0.80 + seeds + generator.normal(0.002, 0.02, 6),
        yüksek=0.85 + seeds + generator.normal(0, 0.002, 6),
        belirsiz=0.80 + seeds + generator.normal(0, 0.02, 6),
        düşük=0.70 + seeds + generator.normal(0, 0.002, 6),
    )
    found = comparison(frame, "taban")
    assert list(found["çeşit"]) == [
        "taban",
        "belirsiz_iyi",
        "yüksek",
        "belirsiz",
        "düşük",
    ]  # ızgaradaki sıra
    assert list(found["karar"]) == [
        "taban çizgisi",
        "gürültüden ayırt edilemiyor",
        "yüksek",
        "gürültüden ayırt edilemiyor",
        "düşük",
    ]
    assert "4 karşılaştırma yapıldı" in report(frame, "taban")
    assert "ortalama 0,2 tanesi" in report(frame, "taban")


def test_every_variant_can_have_its_own_baseline():
    generator = np.random.default_rng(5)
    noise = generator.normal(0, 0.001, 5)
    frame = table(
        a=0.8 + noise,
        a_bozuk=0.7 + noise + generator.normal(0, 0.001, 5),
        b=0.5 + noise,
        b_bozuk=0.5 + noise,
    )
    found = comparison(frame, {"a": "a", "a_bozuk": "a", "b": "b", "b_bozuk": "b"}).set_index(
        "çeşit"
    )["karar"]
    assert list(found) == ["taban çizgisi", "düşük", "taban çizgisi", "gürültüden ayırt edilemiyor"]


def test_a_variant_that_crashed_or_is_unfinished_is_not_compared():
    frame = table(taban=[0.8, 0.82, 0.81, 0.8, 0.79], çöken=[np.nan] * 5, eksik=[0.9, 0.9])
    found = comparison(frame, "taban").set_index("çeşit")["karar"]
    assert found["çöken"] == "ölçülemedi (5 × çöktü)"
    assert found["eksik"].startswith("ölçülemedi")
    assert "0 karşılaştırma" in report(frame, "taban")


def test_an_unknown_variant_is_named():
    with pytest.raises(
        ValueError, match=r"^name tablodaki bir çeşit olmalı: taban; verilen: 'yok'"
    ):
        paired_difference(table(taban=[0.1] * 5), "yok", "taban")


def test_numbers_are_written_in_turkish():
    interval = bootstrap_interval([0.5, 0.51, 0.52, 0.5, 0.52])
    assert points(interval).startswith("51,0 [50,")
    assert points(bootstrap_interval([-1e-9] * 5), signed=True) == "+0,0 [+0,0; +0,0]"
    gap = bootstrap_interval([-0.012, -0.013, -0.011, -0.012, -0.012])
    assert points(gap, signed=True).startswith("−1,2 [−1,3; −1,1")
