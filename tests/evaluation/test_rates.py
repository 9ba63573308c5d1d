import numpy as np
import pytest
from scipy.stats import binomtest

from standex.evaluation.rates import rate


@pytest.mark.parametrize("n", [1, 7, 59, 300])
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_the_interval_is_clopper_and_pearsons(n, share, level):
    k = round(share * n)
    low, high = binomtest(k, n).proportion_ci(confidence_level=level, method="exact")
    ours = rate("x", k, n, level=level)
    assert (ours.low, ours.high) == (pytest.approx(low), pytest.approx(high))
    assert ours.low <= ours.value <= ours.high


def test_known_values():
    # 0 of 59: one-sided 95 % is 1 - 0.05^(1/59) = 0.0495, two-sided 90 % is the same.
    assert rate("x", 0, 59, level=0.9).high == pytest.approx(1 - 0.05 ** (1 / 59), abs=1e-12)
    assert rate("x", 0, 59, level=0.9).low == 0
    assert rate("x", 59, 59, level=0.9).low == pytest.approx(0.05 ** (1 / 59), abs=1e-12)
    # Clopper and Pearson's figure: 0 of 10 at 95 %.
    assert rate("x", 0, 10).high == pytest.approx(0.3085, abs=5e-5)


@pytest.mark.parametrize("p", [0.03, 0.3, 0.8])
def test_it_covers_the_truth_at_least_as_often_as_it_says(rng, p):
    k = rng.binomial(40, p, size=4000)
    ends = {one: rate("x", one, 40) for one in np.unique(k).tolist()}
    inside = [ends[one].low <= p <= ends[one].high for one in k.tolist()]
    assert np.mean(inside) > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 4000)


def test_of_nothing_nothing_is_known():
    nothing = rate("PD", 0, 0)
    assert (nothing.low, nothing.high) == (0.0, 1.0)
    assert np.isnan(nothing.value)
    assert str(nothing) == "PD: none of 0"


def test_it_says_its_denominator_and_interval():
    assert str(rate("PD", 8, 10)) == "PD: 0.800 (8 of 10; 95 % interval 0.444 to 0.975)"


@pytest.mark.parametrize(("k", "n"), [(-1, 3), (4, 3), (1, 0)])
def test_impossible_counts_are_refused(k, n):
    with pytest.raises(ValueError, match="PD"):
        rate("PD", k, n)
