import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax
from scipy.stats import multivariate_normal

from standex.fusion.attachment import SPEED_STD_M_PER_S, attached, footprint_weights
from standex.model.observation import DriftFootprint, GaussianFootprint

METRES = st.floats(-30.0, 30.0)
LOG = st.floats(-30.0, 0.0)
CLASSES = st.lists(LOG, min_size=6, max_size=6).map(np.array)


def footprint(x_m=0.0, y_m=0.0, *, clutter_per_m2=0.01, covariance=None) -> GaussianFootprint:
    return GaussianFootprint(
        position_site_m=np.array([x_m, y_m]),
        covariance_site_m2=0.02 * np.eye(2) if covariance is None else np.array(covariance),
        clutter_per_m2=clutter_per_m2,
    )


@given(st.lists(st.tuples(METRES, METRES), max_size=6), METRES, METRES, st.floats(0, 1))
def test_weights_and_nobody_sum_to_one(at, places, x_m, y_m, clutter_per_m2) -> None:
    look = footprint(x_m, y_m, clutter_per_m2=clutter_per_m2)
    weight, nobody = footprint_weights(look, at(*places), t_utc_ns=0)
    assert weight.shape == (len(places),)
    assert (weight >= 0).all()
    assert weight.sum() + nobody == pytest.approx(1.0, abs=1e-12)


def test_densities_are_gaussian(at) -> None:
    covariance = [[0.03, 0.01], [0.01, 0.02]]
    weight, nobody = footprint_weights(
        footprint(0.1, 0.2, covariance=covariance), at((0.0, 0.0), (0.3, -0.1)), t_utc_ns=0
    )
    both = np.array(covariance) + 0.01 * np.eye(2)
    density = [
        multivariate_normal(place, both).pdf([0.1, 0.2]) for place in [(0.0, 0.0), (0.3, -0.1)]
    ]
    np.testing.assert_allclose(weight, np.array(density) / (sum(density) + 0.01))
    assert nobody == pytest.approx(0.01 / (sum(density) + 0.01))


def test_people_are_looked_for_where_they_were_at_the_time(at) -> None:
    now = at((0.0, 0.0), (2.0, 0.0), t_utc_ns=2 * 10**9, velocity=(2.0, 0.0))
    then, _ = footprint_weights(footprint(0.0), now, t_utc_ns=10**9)
    assert then[1] > 0.8 > 0.2 > then[0]


def test_the_further_off_in_time_the_less_sure(at) -> None:
    def weight(dt_s: float) -> float:
        look = footprint(clutter_per_m2=0.1)
        return footprint_weights(look, at((0.0, 0.0)), t_utc_ns=round(dt_s * 1e9))[0][0]

    assert weight(0.0) > weight(1.0) == weight(-1.0) > weight(5.0)
    variance_m2 = 0.03 + (SPEED_STD_M_PER_S * 1.0) ** 2
    density = 1 / (2 * np.pi * variance_m2)
    assert weight(1.0) == pytest.approx(density / (density + 0.1))


def test_far_from_everybody_it_was_nobody(at) -> None:
    weight, nobody = footprint_weights(
        footprint(1e4, clutter_per_m2=0.0), at((0.0, 0.0)), t_utc_ns=0
    )
    assert (weight[0], nobody) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("look", "match"),
    [
        (footprint(np.nan), "must be finite"),
        (footprint(covariance=np.zeros((2, 2))), "positive definite"),
        (footprint(covariance=[[np.nan, 0], [0, 1]]), "positive definite"),
        (footprint(covariance=[[1.0, 2.0], [2.0, 1.0]]), "positive definite"),
        (footprint(clutter_per_m2=-1.0), "clutter_per_m2"),
        (footprint(clutter_per_m2=np.nan), "clutter_per_m2"),
    ],
)
def test_a_footprint_that_means_nothing_is_refused(at, look, match) -> None:
    with pytest.raises(ValueError, match=match):
        footprint_weights(look, at((0.0, 0.0)), t_utc_ns=0)


def test_what_drifts_cannot_be_attached_yet(at) -> None:
    drift = DriftFootprint(
        age_s=np.zeros(1), x_site_m=np.zeros(1), y_site_m=np.zeros(1), weight=np.ones((1, 1, 1))
    )
    with pytest.raises(ValueError, match="cannot attach a DriftFootprint"):
        footprint_weights(drift, at((0.0, 0.0)), t_utc_ns=0)


def rises(log_likelihood: np.ndarray) -> np.ndarray:
    """Return what is said of each class against the first, whatever the constant."""
    return log_likelihood - log_likelihood[..., :1]


@given(CLASSES, LOG, st.lists(CLASSES, min_size=3, max_size=3))
def test_what_is_surely_anothers_says_nothing(said, log_clutter, states) -> None:
    weight = np.array([0.7, 0.0, 0.2])
    state = softmax(np.array(states), axis=1)
    share = attached(said, log_clutter, weight, 0.1, state)
    np.testing.assert_array_equal(rises(share[1]), 0.0)


@given(CLASSES, LOG, CLASSES)
def test_what_is_surely_clutter_says_nothing(said, log_clutter, state) -> None:
    share = attached(said, log_clutter, np.zeros(1), 1.0, softmax(state)[None])
    np.testing.assert_allclose(share[0], log_clutter, atol=1e-12)


@given(CLASSES, LOG, CLASSES)
def test_what_is_surely_ones_own_is_taken_as_said(said, log_clutter, state) -> None:
    share = attached(said, log_clutter, np.ones(1), 0.0, softmax(state)[None])
    np.testing.assert_allclose(share[0], said, atol=1e-9)


@given(
    CLASSES,
    LOG,
    st.lists(CLASSES, min_size=2, max_size=2),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)
def test_a_shared_look_neither_convicts_nor_clears_beyond_its_own(
    said, log_clutter, states, share_of_all, share_of_first
) -> None:
    weight = share_of_all * np.array([share_of_first, 1 - share_of_first])
    state = softmax(np.array(states), axis=1)
    shared = rises(attached(said, log_clutter, weight, 1 - share_of_all, state))
    alone = rises(said)
    assert (shared <= np.maximum(alone, 0) + 1e-9).all()
    assert (shared >= np.minimum(alone, 0) - 1e-9).all()


def test_the_formula_by_hand() -> None:
    likelihood, state = np.array([0.2, 0.9]), np.array([[0.5, 0.5], [0.9, 0.1], [0.1, 0.9]])
    weight, nobody, clutter = np.array([0.5, 0.2, 0.1]), 0.2, 0.3
    said = attached(np.log(likelihood), np.log(clutter), weight, nobody, state)
    of_others = 0.5 * 0.55 + 0.1 * (0.1 * 0.2 + 0.9 * 0.9) + 0.2 * 0.3
    np.testing.assert_allclose(np.exp(said[1]), 0.2 * likelihood + of_others)


@given(CLASSES, LOG, st.floats(-5000.0, 5000.0))
def test_the_constant_of_a_look_does_not_matter(said, log_clutter, constant) -> None:
    state, weight = np.full((2, 6), 1 / 6), np.array([0.6, 0.3])
    one = attached(said, log_clutter, weight, 0.1, state)
    other = attached(said + constant, log_clutter + constant, weight, 0.1, state)
    np.testing.assert_allclose(rises(other), rises(one), atol=1e-8)


def test_a_small_likelihood_is_not_lost_in_rounding() -> None:
    said = np.array([0.0, -60.0])
    state = np.array([[0.3, 0.7], [0.6, 0.4]])
    share = attached(said, -80.0, np.array([1.0, 1e-30]), 0.0, state)
    assert share[0, 1] - share[0, 0] == pytest.approx(-60.0, abs=1e-3)
