import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.model.errors import StandexError
from standex.planning.expert_quantiles import (
    Mixture,
    Quantity,
    bin_shares,
    edges_of,
    information,
    pooled,
)

P = np.array([0.05, 0.5, 0.95])


def quantity(*rows: list[float], is_log: bool = False, realisation: float = np.nan) -> Quantity:
    return Quantity(name="x", answers=np.array(rows, float), is_log=is_log, realisation=realisation)


def test_bins_are_what_the_quantiles_leave() -> None:
    np.testing.assert_allclose(bin_shares(P), [0.05, 0.45, 0.45, 0.05])


@pytest.mark.parametrize("bad", [[0.5, 0.05, 0.95], [0.0, 0.5, 0.95], [0.5, 0.5]])
def test_quantile_levels_must_ascend_inside_0_and_1(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="must ascend"):
        bin_shares(np.array(bad))


@pytest.mark.parametrize(
    ("row", "is_log", "said"),
    [
        ([1.0, 3.0, 2.0], False, "must ascend"),
        ([1.0, 1.0, 2.0], False, "must ascend"),
        ([1.0, np.nan, 2.0], False, "not finite"),
        ([1.0, 2.0, np.inf], False, "not finite"),
        ([0.0, 1.0, 2.0], True, "above 0"),
    ],
)
def test_quantiles_that_make_no_sense_are_refused(row, is_log, said) -> None:
    with pytest.raises(StandexError, match=said):
        quantity(row, is_log=is_log)


def test_the_range_spans_all_that_was_said_and_what_was_true() -> None:
    asked = quantity([2.0, 3.0, 4.0], [1.0, 2.0, 3.0], realisation=11.0)
    assert asked.intrinsic_range(0.1) == (0.0, 12.0)


def test_on_a_logarithmic_scale_the_overshoot_is_a_factor() -> None:
    low, high = np.exp(quantity([0.1, 1.0, 10.0], is_log=True).intrinsic_range(0.1))
    assert low == pytest.approx(0.1 * 100**-0.1)
    assert high == pytest.approx(10 * 100**0.1)


@pytest.mark.parametrize("is_log", [False, True])
def test_one_expert_gets_back_what_they_said(is_log: bool) -> None:
    asked = quantity([1.0, 4.0, 9.0], [2.0, 5.0, 30.0], is_log=is_log)
    one = pooled(asked, np.array([1.0, 0.0]), quantile_p=P, overshoot=0.1)
    np.testing.assert_allclose([one.quantile(float(p)) for p in P], [1, 4, 9], rtol=1e-12)


@pytest.mark.parametrize("is_log", [False, True])
def test_the_mean_is_the_area_over_the_distribution_function(is_log: bool) -> None:
    asked = quantity([1.0, 4.0, 9.0], [2.0, 5.0, 30.0], is_log=is_log)
    both = pooled(asked, np.array([0.3, 0.7]), quantile_p=P, overshoot=0.1)
    area = np.mean([both.quantile((k + 0.5) / 2000) for k in range(2000)])
    assert both.mean() == pytest.approx(area, rel=1e-4)


@given(st.floats(0.01, 0.99))
def test_a_pool_lies_between_those_it_is_made_of(p: float) -> None:
    asked = quantity([1.0, 4.0, 9.0], [2.0, 5.0, 30.0])
    first, second, both = (
        pooled(asked, np.array(w), quantile_p=P, overshoot=0.1).quantile(p)
        for w in ([1.0, 0.0], [0.0, 1.0], [0.5, 0.5])
    )
    assert min(first, second) - 1e-9 <= both <= max(first, second) + 1e-9


def test_means_pool_linearly() -> None:
    asked = quantity([1.0, 4.0, 9.0], [2.0, 5.0, 30.0], is_log=True)
    first, second, both = (
        pooled(asked, np.array(w), quantile_p=P, overshoot=0.1).mean()
        for w in ([1.0, 0.0], [0.0, 1.0], [0.25, 0.75])
    )
    assert both == pytest.approx(0.25 * first + 0.75 * second)


def test_who_said_nothing_leaves_their_weight_to_the_others() -> None:
    asked = quantity([1.0, 4.0, 9.0], [np.nan] * 3, [2.0, 5.0, 30.0])
    some = pooled(asked, np.array([0.2, 0.6, 0.2]), quantile_p=P, overshoot=0.1)
    np.testing.assert_allclose(some.weight, [0.5, 0.5])
    with pytest.raises(StandexError, match="nobody with a weight"):
        pooled(asked, np.array([0.0, 1.0, 0.0]), quantile_p=P, overshoot=0.1)


def test_nothing_at_all_has_its_share() -> None:
    edge = np.log([[1.0, 2.0, 4.0]])
    some = Mixture(
        weight=np.array([0.4]), edge=edge, p=np.array([0.5, 0.5]), is_log=True, p_zero=0.6
    )
    assert some.quantile(0.6) == 0.0
    assert some.quantile(0.8) == pytest.approx(2.0)


def test_the_background_tells_nothing_and_narrower_tells_more() -> None:
    # The second spans 0..1, so the background -0.04..1.04, of which the first has the quantiles.
    asked = quantity((1.08 * P - 0.04).tolist(), [0.0, 0.5, 1.0], [0.45, 0.5, 0.55])
    told = information(asked, quantile_p=P, overshoot=0.04)
    assert told[0] == pytest.approx(0.0, abs=1e-12)
    assert told[0] < told[1] < told[2]


def test_information_is_the_divergence_of_the_densities() -> None:
    asked = quantity([1.0, 4.0, 9.0], [2.0, 5.0, 30.0])
    edges = edges_of(asked, overshoot=0.1)
    length = edges[:, -1] - edges[:, 0]
    density = bin_shares(P) / np.diff(edges, axis=1)
    by_hand = (np.diff(edges, axis=1) * density * np.log(density * length[:, None])).sum(axis=1)
    np.testing.assert_allclose(information(asked, quantile_p=P, overshoot=0.1), by_hand)
