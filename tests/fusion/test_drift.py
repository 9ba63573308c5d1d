"""Laws of sharing a look at an inlet among people of whom several may have added to it."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.fusion.attachment import attached
from standex.fusion.drift import drift_weights, shared, thinned
from standex.model.observation import DriftFootprint
from standex.model.tracks import Snapshot

S = 10**9
SAID = np.array([-4.0, -2.0, 0.0])
CLUTTER = -3.0


def snapshot(t_s: float, *people: tuple[int, float, float], std_m: float = 0.0) -> Snapshot:
    n = len(people)
    return Snapshot(
        t_utc_ns=round(t_s * S),
        track_id=np.array([one[0] for one in people], dtype=np.int64),
        position_site_m=np.array([one[1:] for one in people]).reshape(n, 2),
        velocity_site_m_per_s=np.zeros((n, 2)),
        covariance_site_m2=np.tile(std_m**2 * np.eye(2), (n, 1, 1)),
    )


@pytest.fixture
def footprint() -> DriftFootprint:
    """Return one that asks for somebody at x = 1 m to the second s ago: a front that drifts."""
    age_s, x = np.arange(0.0, 6.0), np.arange(0.0, 6.0)
    weight = np.where(age_s[:, None, None] == x[None, :, None], 0.8, 0.0) * np.ones((6, 6, 5))
    return DriftFootprint(age_s=age_s, x_site_m=x, y_site_m=np.arange(5.0), weight=weight)


def state_of(*p_source: float) -> np.ndarray:
    """Return people who carry nothing but, so probably, something of class 1 or 2."""
    return np.array([[1 - p, 0.4 * p, 0.6 * p] for p in p_source])


def by_enumeration(weight: np.ndarray, state: np.ndarray) -> np.ndarray:
    """Return the same as ``shared``, over every way that people may have contributed."""
    n, classes = state.shape
    likelihood, total = np.exp(SAID), np.zeros((n, classes))
    for is_in in product((False, True), repeat=n):
        for what in product(range(classes), repeat=n):
            sources = [what[j] for j in range(n) if is_in[j] and what[j]]
            if sources:
                p = likelihood[sources].mean()
            else:
                p = likelihood[0] if any(is_in) else np.exp(CLUTTER)
            each = [
                (weight[j] if is_in[j] else 1 - weight[j]) * state[j, what[j]] for j in range(n)
            ]
            for i in range(n):
                rest = np.prod([each[j] for j in range(n) if j != i])
                own = weight[i] if is_in[i] else 1 - weight[i]
                total[i, what[i]] += p * rest * own
    return np.log(total)


def test_it_is_the_sum_over_every_way_that_people_contribute() -> None:
    weight, state = np.array([0.9, 0.3, 0.5, 1.0]), state_of(0.1, 0.7, 0.4, 0.05)
    np.testing.assert_allclose(
        shared(SAID, CLUTTER, weight, state), by_enumeration(weight, state), rtol=1e-12
    )


@pytest.mark.slow
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.integers(0, 999))
def test_order_does_not_matter(weights: list[float], seed: int) -> None:
    rng = np.random.default_rng(seed)
    weight, state = np.array(weights), rng.dirichlet(np.ones(3), size=len(weights))
    order = rng.permutation(len(weights))
    said = shared(SAID, CLUTTER, weight, state)
    np.testing.assert_allclose(
        shared(SAID, CLUTTER, weight[order], state[order]), said[order], rtol=1e-9, atol=1e-12
    )


def test_whoever_never_was_upwind_gets_nothing() -> None:
    said = shared(SAID, CLUTTER, np.array([0.0, 0.9]), state_of(0.5, 0.5))
    assert np.ptp(said[0]) < 1e-12
    assert np.ptp(said[1]) > 0.5


def test_one_person_alone_is_attached_as_with_any_look() -> None:
    for b in (0.2, 1.0):
        state = state_of(0.3)
        np.testing.assert_allclose(
            shared(SAID, CLUTTER, np.array([b]), state),
            attached(SAID, CLUTTER, np.array([b]), 1 - b, state),
            atol=1e-12,
        )


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_neither_of_two_is_raised_above_what_one_alone_would_be(
    first: float, second: float, p: float, q: float
) -> None:
    said = shared(SAID, SAID[0], np.array([first, second]), state_of(p, q))
    assert np.all(said[:, 2] - said[:, 0] <= SAID[2] - SAID[0] + 1e-9)


def test_two_rare_suspects_are_both_raised_since_both_may_add() -> None:
    rare = state_of(1e-6, 1e-6)
    said = shared(SAID, CLUTTER, np.ones(2), rare)
    np.testing.assert_allclose(said[:, 2] - said[:, 0], SAID[2] - SAID[0], rtol=1e-4)
    # One of a pair who is known to carry it explains the look: the other is raised no more.
    known = shared(SAID, CLUTTER, np.ones(2), np.array([[0.0, 0.0, 1.0], [1 - 1e-6, 0, 1e-6]]))
    assert known[1, 2] - known[1, 0] < 1e-3


def test_weights_follow_people_back_in_time(footprint: DriftFootprint) -> None:
    history = (
        snapshot(97, (1, 3.0, 2.0), (2, 5.0, 2.0)),
        snapshot(98, (2, 5.0, 2.0), (3, 2.0, 1.0)),
        snapshot(100, (2, 5.0, 2.0)),
    )
    who, weight = drift_weights(footprint, history, t_utc_ns=100 * S)
    assert who.tolist() == [1, 2, 3]  # 1 has gone; 2 stood in the wrong place at the right times
    np.testing.assert_allclose(weight, [0.8, 0.0, 0.8])


def test_a_place_that_is_not_known_is_blurred(footprint: DriftFootprint) -> None:
    _, sure = drift_weights(footprint, (snapshot(97, (1, 3.0, 2.0)),), t_utc_ns=100 * S)
    _, unsure = drift_weights(
        footprint, (snapshot(97, (1, 3.0, 2.0), std_m=0.5),), t_utc_ns=100 * S
    )
    assert 0.3 < unsure[0] < sure[0]


def test_outside_the_cells_there_is_no_weight(footprint: DriftFootprint) -> None:
    history = (snapshot(97, (1, 30.0, 2.0), (2, 3.0, -5.0)), snapshot(50, (3, 3.0, 2.0)))
    who, weight = drift_weights(footprint, history, t_utc_ns=100 * S)
    assert who.tolist() == [1, 2]
    assert not weight.any()


def test_more_snapshots_of_one_way_add_nothing(footprint: DriftFootprint) -> None:
    few = tuple(snapshot(97 + t, (1, 3.0 - t, 2.0)) for t in (0.0, 1.0))
    many = tuple(snapshot(97 + t, (1, 3.0 - t, 2.0)) for t in np.linspace(0, 1, 21))
    at = 100 * S
    np.testing.assert_allclose(
        drift_weights(footprint, few, t_utc_ns=at)[1],
        drift_weights(footprint, many, t_utc_ns=at)[1],
    )


def test_nobody_was_there(footprint: DriftFootprint) -> None:
    for history in ((), (snapshot(99),)):
        who, weight = drift_weights(footprint, history, t_utc_ns=100 * S)
        assert len(who) == len(weight) == 0
    assert shared(SAID, CLUTTER, np.zeros(0), np.zeros((0, 3))).shape == (0, 3)


def test_history_is_thinned_between_its_ends() -> None:
    history = tuple(snapshot(t, (1, 0.0, 0.0)) for t in np.arange(0, 3.01, 0.1))
    kept = thinned(history, step_s=0.5)
    assert [past.t_utc_ns / S for past in kept] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5, 3])
    assert thinned((), step_s=1.0) == ()


def test_what_is_no_footprint_is_refused(footprint: DriftFootprint) -> None:
    bad = DriftFootprint(
        age_s=footprint.age_s,
        x_site_m=footprint.x_site_m,
        y_site_m=footprint.y_site_m,
        weight=np.full_like(footprint.weight, np.nan),
    )
    with pytest.raises(ValueError, match=r"inside \[0, 1\]"):
        drift_weights(bad, (snapshot(1, (1, 0.0, 0.0)),), t_utc_ns=S)
    with pytest.raises(ValueError, match="weights must be"):
        shared(SAID, CLUTTER, np.array([np.nan]), state_of(0.1))
    with pytest.raises(ValueError, match="finite"):
        shared(np.array([np.nan, 0, 0]), CLUTTER, np.array([0.1]), state_of(0.1))
