import numpy as np
import pytest

from standex.evaluation.rates import rate
from standex.evaluation.reliability import BINS, LEVEL, all_hold, reliability


@pytest.mark.slow
def test_what_is_true_holds(rng) -> None:
    """Ten bins at 99.5 % are all inside in about 95 of 100 trials."""
    held = 0
    for _ in range(200):
        p = rng.beta(0.5, 0.8, size=3000)
        held += all_hold(reliability(p, rng.random(3000) < p))
    assert rate("held", held, 200, level=0.999).high >= 0.95
    assert held / 200 > 0.9


def test_what_is_overstated_does_not_hold(rng) -> None:
    p = rng.beta(0.5, 0.8, size=5000)
    bold = 1 / (1 + np.exp(-2 * np.log(p / (1 - p))))  # the log odds twice as far out
    assert not all_hold(reliability(bold, rng.random(5000) < p))


def test_every_passage_is_in_one_bin_and_the_ends_are_too(rng) -> None:
    p = np.concatenate([[0.0, 0.1, 0.3, 1.0], rng.random(100)])
    bins = reliability(p, np.zeros(104, dtype=bool))
    assert len(bins) == BINS
    assert sum(one.found.n for one in bins) == 104
    assert bins[0].found.level == LEVEL
    by_count = reliability(p, np.zeros(104, dtype=bool), is_by_count=True)
    counts = [one.found.n for one in by_count]
    assert sum(counts) == 104
    assert max(counts) - min(counts) <= 2


def test_the_numbers_by_hand() -> None:
    bins = reliability(np.array([0.1, 0.3, 0.9]), np.array([False, True, True]), n_bins=2)
    assert bins[0].p_stated == pytest.approx(0.2)
    assert (bins[0].found.k, bins[0].found.n) == (1, 2)
    assert (bins[1].low, bins[1].high, bins[1].found.k) == (0.5, 1.0, 1)


def test_nobody_refutes_nothing() -> None:
    bins = reliability(np.zeros(0), np.zeros(0, dtype=bool))
    assert all_hold(bins)
    assert np.isnan(bins[3].p_stated)


@pytest.mark.parametrize("bad", [np.nan, -0.1, 1.1])
def test_what_is_no_probability_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="inside"):
        reliability(np.array([0.5, bad]), np.array([True, False]))


def test_shapes_and_bins_are_checked() -> None:
    with pytest.raises(ValueError, match="n_bins"):
        reliability(np.zeros(1), np.zeros(1, dtype=bool), n_bins=0)
