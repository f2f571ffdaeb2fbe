"""İstatistik: aralık söylediği kadar tutar, gürültüyü sıralamaz, koşuları tohumuyla eşler."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.experiments.statistics import (
    by_seed,
    compared,
    comparison,
    holm,
    paired_difference,
    points,
    report,
    sign_flip,
    smallest_visible,
    t_interval,
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
    """Bilinen ortalamayla 1000 deney: %95 denilen aralık en az %92'sinde tutmalı, hep tutmamalı."""
    generator = np.random.default_rng(1)
    samples = getattr(generator, draw)(size=(1000, n)) - (0.5 if draw == "uniform" else 0)
    covered = np.mean([(i := t_interval(s)).low <= 0 <= i.high for s in samples])
    assert 0.92 <= covered < 0.985


def test_the_interval_and_p_against_a_worked_example():
    """Elle: ortalama 2, standart sapma √2,5, t = 2 / √0,5; t tablosunda 4 serbestlik: 2,776."""
    found = t_interval([0.0, 1.0, 2.0, 3.0, 4.0])
    assert found.mean == 2
    assert found.spread == pytest.approx(math.sqrt(2.5))
    assert found.low == pytest.approx(2 - 2.776445 * math.sqrt(0.5), abs=1e-5)
    assert found.high == pytest.approx(2 + 2.776445 * math.sqrt(0.5), abs=1e-5)
    assert found.p == pytest.approx(0.0474, abs=1e-4)


@QUICK
@given(st.lists(st.floats(-1, 1), min_size=5, max_size=12), st.floats(-5, 5))
def test_the_interval_holds_the_mean_and_moves_with_the_values(values, shift):
    found, moved = t_interval(values), t_interval(np.array(values) + shift)
    assert found.low <= found.mean <= found.high
    assert (found.p < 0.05) == (found.low > 0 or found.high < 0) or found.low == found.high
    assert moved.low == pytest.approx(found.low + shift, abs=1e-6)
    assert moved.high == pytest.approx(found.high + shift, abs=1e-6)


def test_values_that_do_not_vary_have_no_width():
    still, zero = t_interval([0.3] * 5), t_interval([0.0] * 5)
    assert (still.low, still.high, still.p) == (0.3, 0.3, 0.0)
    assert zero.p == 1.0


@pytest.mark.parametrize("values", [[0.1] * 4, [], [0.1, 0.2, 0.3, 0.4, np.nan]])
@pytest.mark.parametrize("function", [t_interval, sign_flip])
def test_too_few_or_spoilt_values_are_refused(function, values):
    with pytest.raises(ValueError, match=r"^values .*verilen: "):
        function(values)


@QUICK
@given(st.lists(st.integers(-50, 50), min_size=5, max_size=8))
def test_the_sign_flip_is_a_count_over_every_assignment(values):
    size = abs(sum(values))
    signs = list(itertools.product((1, -1), repeat=len(values)))
    as_large = sum(
        abs(sum(s * v for s, v in zip(sign, values, strict=True))) >= size for sign in signs
    )
    assert sign_flip(values) == pytest.approx(as_large / len(signs), abs=1e-12)


def test_five_runs_of_one_sign_are_not_enough_for_a_sign_flip():
    assert sign_flip([0.1, 0.2, 0.3, 0.4, 0.5]) == 2 / 32


def test_holm_against_a_worked_example():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_without_any_difference_a_whole_table_is_wrong_at_most_as_often_as_it_says():
    """Ortak taban yüzünden bağımlı on karşılaştırma, 400 tablo: düzeltmesizken çok, Holm'le az."""
    generator = np.random.default_rng(2)
    plain = corrected = 0
    for _ in range(400):
        runs = generator.normal(size=(11, 6))
        p = [t_interval(run - runs[0]).p for run in runs[1:]]
        plain += min(p) < 0.05
        corrected += min(holm(p)) < 0.05
    assert plain / 400 > 0.15
    assert corrected / 400 < 0.07


@pytest.mark.parametrize("n", [5, 10, 20])
def test_the_smallest_visible_difference_is_seen_as_often_as_it_says(n):
    shift = smallest_visible(n, spread=2.0)
    samples = np.random.default_rng(3).normal(shift, 2.0, size=(1000, n))
    assert 0.76 < np.mean([t_interval(sample).p < 0.05 for sample in samples]) < 0.84


def test_more_runs_see_smaller_differences():
    visible = [smallest_visible(n, 1.0) for n in (5, 10, 20, 40)]
    assert visible == sorted(visible, reverse=True)


def test_pairing_by_seed_sees_what_separate_means_do_not():
    """Tohumların farkı çeşitlerin farkından büyükse, eşleme gürültüyü götürür."""
    noise = np.random.default_rng(0).normal(0, 0.05, 5)
    frame = table(taban=0.8 + noise, öteki=0.81 + noise)
    gap = paired_difference(frame.sample(frac=1, random_state=3), "öteki", "taban")
    assert gap.p < 0.05
    assert gap.mean == pytest.approx(0.01)
    own = t_interval(by_seed(frame, "taban", "accuracy").to_numpy())
    assert own.low < 0.81 < own.high


def noisy_table():
    generator = np.random.default_rng(5)
    seeds = generator.normal(0, 0.01, 6)
    return table(
        taban=0.80 + seeds,
        belirsiz_iyi=0.80 + seeds + generator.normal(0.002, 0.02, 6),
        yüksek=0.85 + seeds + generator.normal(0, 0.002, 6),
        belirsiz=0.80 + seeds + generator.normal(0, 0.02, 6),
        düşük=0.70 + seeds + generator.normal(0, 0.002, 6),
    )


def test_differences_within_noise_are_neither_called_nor_ranked():
    found = comparison(noisy_table(), "taban")
    in_the_grids_order = ["taban", "belirsiz_iyi", "yüksek", "belirsiz", "düşük"]
    assert list(found["çeşit"]) == in_the_grids_order
    assert list(found["karar"]) == [
        "taban çizgisi",
        "gürültüden ayırt edilemiyor",
        "yüksek",
        "gürültüden ayırt edilemiyor",
        "düşük",
    ]


def test_the_report_says_how_to_read_it_and_what_it_cannot_see():
    frame = noisy_table()
    gaps = [paired_difference(frame, name, "taban") for name in frame["name"].unique()[1:]]
    spread = float(np.median([gap.spread for gap in gaps]))
    told = report(frame, "taban")
    assert "4 karşılaştırma birlikte yapıldı" in told
    seen = f"{100 * smallest_visible(6, spread):.1f}".replace(".", ",")
    assert f"ancak {seen} puanlık bir farkı %80 olasılıkla" in told


def test_a_difference_alone_may_pass_and_fail_among_many():
    """p = 0,03 olan tek fark, on ilgisiz karşılaştırmanın arasında karar olamaz."""
    generator = np.random.default_rng(5)
    frame = table(
        taban=np.zeros(6),
        fark=np.array([0.2, 0.9, 0.5, 1.4, -0.2, 1.1]),
        **{f"gürültü {k}": generator.normal(0, 1, 6) for k in range(9)},
    )
    (alone,) = compared(frame, [("fark", "taban")])
    among = compared(frame, [(name, "taban") for name in frame["name"].unique()[1:]])[0]
    assert alone.verdict == "yüksek"
    assert among.verdict == "gürültüden ayırt edilemiyor"
    assert among.gap == alone.gap


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
    assert points(t_interval([0.5, 0.51, 0.52, 0.5, 0.52])) == "51,0 [49,8; 52,2]"
    assert points(t_interval([-1e-9] * 5), signed=True) == "+0,0 [+0,0; +0,0]"
    (told,) = compared(table(a=[0.8, 0.82, 0.81, 0.8, 0.79], b=[0.7] * 5), [("b", "a")])
    assert str(told) == "b − a: −10,4 [−11,8; −9,0] puan, p < 0,001: düşük"
