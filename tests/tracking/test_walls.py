import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.tracking.walls import FROM_WALL_M, crosses, kept_before

ALONG_Y = np.array([[[0.0, 0.0], [0.0, 5.0]]])  # at x = 0
CORNER = np.array([[[0.0, 0.0], [0.0, 5.0]], [[0.0, 0.0], [5.0, 0.0]]])


def places(*rows) -> np.ndarray:
    return np.array(rows, dtype=float).reshape(len(rows), -1)


def after(start, state, wall) -> np.ndarray:
    state = np.asarray(state, dtype=float)
    return state + kept_before(np.asarray(start, dtype=float), state, wall)


@pytest.mark.parametrize(
    ("end", "slack_m", "through"),
    [([-0.3, 2.0], 0.0, True), ([0.3, 2.0], 0.0, False), ([-0.3, 9.0], 0.0, False),
     ([-0.3, 2.0], 0.29, True), ([-0.3, 2.0], 0.31, False)],
)  # fmt: skip
def test_a_step_through_a_wall_is_told(end, slack_m: float, through: bool) -> None:
    start, end = places([1.0, 2.0]), places(end)
    assert crosses(start, end, ALONG_Y, slack_m=np.array([slack_m])) == [through]
    assert crosses(end, start, ALONG_Y, slack_m=np.array([2.0])) == [False]


def test_no_walls_stop_nobody_and_a_point_is_no_wall() -> None:
    start, state = places([1.0, 2.0]), places([-1.0, 2.0, -1.0, 0.0])
    for wall in (np.zeros((0, 2, 2)), np.zeros((1, 2, 2))):
        assert not crosses(start, state[:, :2], wall, slack_m=np.zeros(1)).any()
        np.testing.assert_array_equal(kept_before(start, state, wall), 0)


def test_who_would_be_behind_a_wall_is_before_it_and_loses_the_speed_towards_it() -> None:
    start = places([0.4, 2.0], [0.4, 2.0], [-0.4, 2.0])
    state = places([-0.3, 2.5, -1.0, 0.5], [0.1, 2.5, -1.0, 0.5], [0.3, 2.5, 1.0, 0.5])
    kept = after(start, state, ALONG_Y)
    np.testing.assert_allclose(kept[0], [FROM_WALL_M, 2.5, 0, 0.5])
    np.testing.assert_array_equal(kept[1], state[1])
    np.testing.assert_allclose(kept[2], [-FROM_WALL_M, 2.5, 0, 0.5])


def test_speed_away_from_the_wall_is_kept() -> None:
    kept = after(places([0.4, 2.0]), places([-0.1, 2.0, 0.7, 0.2]), ALONG_Y)
    np.testing.assert_allclose(kept[0, 2:], [0.7, 0.2])


@pytest.mark.parametrize("wall", [CORNER, CORNER[::-1]])
def test_nobody_slips_through_a_corner(wall, rng: np.random.Generator) -> None:
    start = rng.uniform(0.01, 1.0, (2000, 2))
    state = np.concatenate([start + rng.normal(0, 1, (2000, 2)), rng.normal(size=(2000, 2))], 1)
    kept = after(start, state, wall)
    inside = (state[:, :2] > 0).all(axis=1)
    np.testing.assert_array_equal(kept[inside], state[inside])
    assert (kept[:, :2] > 0).all()


@pytest.mark.slow
@given(seed=st.integers(0, 2**32 - 1))
def test_no_way_leads_through_a_wall(seed: int) -> None:
    # Any walls, at any angles: the way from before to after crosses none.
    rng = np.random.default_rng(seed)
    wall = rng.uniform(0, 3, (4, 2, 2))
    start = rng.uniform(0, 3, (30, 2))
    state = np.concatenate([start + rng.normal(0, 0.5, (30, 2)), rng.normal(size=(30, 2))], 1)
    kept = after(start, state, wall)
    assert not crosses(start, kept[:, :2], wall, slack_m=np.zeros(30)).any()


@pytest.mark.slow
@given(angle_rad=st.floats(-np.pi, np.pi))
def test_turning_the_site_turns_the_result(angle_rad: float) -> None:
    rng = np.random.default_rng(4)
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    turn = np.array([[c, -s], [s, c]])
    both = np.kron(np.eye(2), turn)
    start = rng.uniform(0.1, 1.0, (50, 2))
    state = np.concatenate([start + rng.normal(0, 1, (50, 2)), rng.normal(size=(50, 2))], axis=1)
    straight = kept_before(start, state, CORNER[:1])
    turned = kept_before(start @ turn.T, state @ both.T, CORNER[:1] @ turn.T)
    np.testing.assert_allclose(turned, straight @ both.T, atol=1e-12)
