"""Derin dizinin saklanan eğitimleri: tam, yeniden başlatılınca aynı yerden başlar."""

import pytest
import torch

from course_lib.experiments.deep import (
    GATED,
    GATED_DEPTH,
    GATED_RATE,
    LONG,
    RATES,
    SEEDS,
    STEPS,
    WAYS,
    descend,
    descents,
    digits,
    trained,
)


def test_the_stored_runs_are_the_whole_grid():
    rows = descents()
    settings = {(row.way, row.rate, row.seed) for row in rows}
    plain = {(w, r, s) for w in WAYS for r in RATES for s in SEEDS}
    long = {f"{way}, uzun" for way in ("Kalıp 1, sıfırla", "Kalıp 2, sıfırla")}
    assert settings == plain | {(w, GATED_RATE, s) for w in {*GATED, *long} for s in SEEDS}
    assert len(rows) == len(settings)
    assert {len(row.loss) for row in rows if row.way not in long} == {STEPS}
    assert {len(row.loss) for row in rows if row.way in long} == {LONG}


@pytest.mark.parametrize("way", WAYS)
def test_the_first_steps_are_the_stored_ones(way):
    """Sonraki adımlar son basamaktaki farkları büyütür; ilk üçü veriyi, ağı ve sırayı denetler."""
    stored = next(r for r in descents() if (r.way, r.rate, r.seed) == (way, RATES[0], 1))
    assert descend(way, rate=RATES[0], seed=1, steps=3).loss == pytest.approx(
        stored.loss[:3], abs=2e-3
    )


@pytest.mark.parametrize("way", GATED)
def test_the_first_steps_of_a_gated_stack_are_the_stored_ones(way):
    stored = next(r for r in descents() if (r.way, r.seed) == (way, 1))
    again = trained(GATED[way], way, depth=GATED_DEPTH, rate=GATED_RATE, seed=1, steps=3)
    assert again.loss == pytest.approx(stored.loss[:3], abs=2e-3)


def test_an_open_gate_on_the_sum_saves_what_a_half_open_one_loses():
    right = {way: sorted(r.accuracy for r in descents() if r.way == way) for way in GATED}
    assert right["Kalıp 2, sıfırla"][-1] < right["Kalıp 2, öteleme +3, sıfırla"][0]


def test_a_short_stack_learns():
    found = descend("kısayollu", depth=2, steps=60)
    assert sum(found.loss[-10:]) < 0.6 * sum(found.loss[:10])
    assert found.accuracy > 0.5


def test_digits_are_split_by_writer_and_labelled():
    (train, labels), (test, others) = digits(train=True), digits(train=False)
    assert train.shape[1:] == test.shape[1:] == (1, 8, 8)
    assert float(train.max()) == 1.0
    for answers in (labels, others):
        assert set(answers.unique().tolist()) == set(range(10))
    assert not any(torch.equal(one, other) for one in test[:20] for other in train)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"way": "dikey"}, "way"),
        ({"depth": 0}, "depth"),
        ({"rate": -1.0}, "rate"),
        ({"steps": 0}, "steps"),
    ],
)
def test_bad_input_is_named_before_anything_is_built(wrong, said):
    with pytest.raises(ValueError, match=said):
        descend(**{"way": "kısayollu", **wrong})
