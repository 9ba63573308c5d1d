import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.evaluation.likelihood_cost import (
    best_llr,
    cllr,
    cross_entropy,
    min_cllr,
    supported_range,
)


def gaussian(rng, n: int, *, d: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Return true ratios of two Gaussians ``d`` apart: mean +-d^2/2, variance d^2."""
    is_target = np.repeat([True, False], n)
    x = rng.normal(size=2 * n) + d * is_target
    return d * x - d**2 / 2, is_target


SAMPLES = st.lists(st.tuples(st.floats(-10, 10), st.booleans()), min_size=2, max_size=40).filter(
    lambda some: len({truth for _, truth in some}) == 2
)


@pytest.mark.slow
@given(SAMPLES)
def test_no_order_preserving_map_costs_less(samples) -> None:
    llr = np.array([one for one, _ in samples])
    is_target = np.array([truth for _, truth in samples])
    least = min_cllr(llr, is_target)
    for scale, shift in ((1.0, 0.0), (0.3, 0.0), (2.0, 1.0), (0.0, 0.0)):
        assert least <= cllr(scale * llr + shift, is_target) + 1e-9


@pytest.mark.slow
@given(SAMPLES, st.floats(0.1, 5), st.floats(-3, 3))
def test_the_least_cost_is_of_the_order_alone(samples, scale, shift) -> None:
    llr = np.round(np.array([one for one, _ in samples]), 3)
    is_target = np.array([truth for _, truth in samples])
    moved = min_cllr(scale * llr + shift, is_target)
    assert moved == pytest.approx(min_cllr(llr, is_target), abs=1e-9)


def test_the_best_map_rises_and_a_full_order_costs_nothing() -> None:
    llr, is_target = np.array([-1.0, 0.0, 0.5, 2.0]), np.array([False, False, True, True])
    assert min_cllr(llr, is_target) == 0.0
    np.testing.assert_array_equal(best_llr(llr, is_target), [-np.inf, -np.inf, np.inf, np.inf])
    assert min_cllr(np.zeros(4), is_target) == pytest.approx(1)


def test_true_ratios_cost_hardly_more_than_the_best(rng) -> None:
    llr, is_target = gaussian(rng, 5000)
    assert cllr(llr, is_target) - min_cllr(llr, is_target) < 0.02
    assert cllr(3 * llr, is_target) - min_cllr(3 * llr, is_target) > 0.1


def test_cross_entropy_at_even_odds_is_cllr_and_of_no_evidence_that_of_the_prior(rng) -> None:
    llr, is_target = gaussian(rng, 200)
    odds = np.linspace(-4, 4, 9)
    assert cross_entropy(llr, is_target, odds)[4] == pytest.approx(cllr(llr, is_target))
    p = 1 / (1 + np.exp(-odds))
    entropy = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    np.testing.assert_allclose(cross_entropy(np.zeros(400), is_target, odds), entropy)
    assert (cross_entropy(llr, is_target, odds) < entropy).all()


def test_perfect_ratios_are_supported_up_to_the_number_of_passages() -> None:
    """With all threats above and all others below: t / (n + 1) + 1 / (m + 1) <= 1."""
    m, n = 50, 300
    llr = np.repeat([30.0, -30.0], [m, n])
    low, high = supported_range(llr, np.repeat([True, False], [m, n]))
    assert high == pytest.approx(np.log((n + 1) * (1 - 1 / (m + 1))), abs=0.011)
    assert low == pytest.approx(-np.log((m + 1) * (1 - 1 / (n + 1))), abs=0.011)


def test_more_passages_support_more_and_misled_ones_less(rng) -> None:
    few, many = (supported_range(*gaussian(rng, n)) for n in (30, 3000))
    assert many[0] < few[0] < 0 < few[1] < many[1]
    llr, is_target = gaussian(rng, 3000)
    llr[np.flatnonzero(~is_target)[:60]] = 20.0
    assert supported_range(llr, is_target)[1] < many[1]


def test_ratios_that_say_nothing_support_nothing() -> None:
    low, high = supported_range(np.zeros(100), np.repeat([True, False], 50))
    assert low == pytest.approx(0, abs=0.03)
    assert high == pytest.approx(0, abs=0.03)


def test_bounds_never_lie_on_the_wrong_side(rng) -> None:
    llr, is_target = gaussian(rng, 100)
    low, high = supported_range(-llr, is_target)
    assert low == 0.0
    assert high == 0.0


@pytest.mark.parametrize("of", [best_llr, supported_range, min_cllr])
def test_what_means_nothing_is_refused(of) -> None:
    with pytest.raises(ValueError, match="NaN"):
        of(np.array([0.0, np.nan]), np.array([True, False]))
    with pytest.raises(ValueError, match="2 targets and 0 others"):
        of(np.zeros(2), np.ones(2, dtype=bool))
