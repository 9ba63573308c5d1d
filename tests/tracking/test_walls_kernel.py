import numpy as np
import pytest

from standex.tracking.compiled import AVAILABLE
from standex.tracking.walls import SLACK_STD, crosses, kept_before
from standex.tracking.walls_kernel import behind_wall, crossing, keep_before

pytestmark = pytest.mark.skipif(not AVAILABLE, reason="Numba is not installed")

WALLS = np.array([[[0.0, -2.0], [0.0, 2.0]], [[0.0, 2.0], [3.0, 2.0]], [[1.0, 1.0], [1.0, 1.0]]])


def test_keeps_people_before_walls_as_the_plain_form_does(rng) -> None:
    place = rng.uniform(-3, 3, (200, 2))
    state = np.concatenate([place + rng.normal(0, 1, (200, 2)), rng.normal(0, 1, (200, 2))], axis=1)
    plain = state + kept_before(place, state, WALLS)
    assert (plain != state).any()
    for i in range(200):
        x, mean = state[i].copy(), np.stack([state[i], state[i] + 0.1])
        keep_before(place[i], x, WALLS, mean, np.zeros(4))
        np.testing.assert_allclose(x, plain[i], atol=1e-12)
        np.testing.assert_allclose(mean[1] - mean[0], 0.1, atol=1e-12)  # modes move along


def test_sees_what_is_behind_a_wall_as_the_plain_form_does(rng) -> None:
    place, seen = rng.uniform(-3, 3, (200, 2)), rng.uniform(-3, 3, (200, 2))
    covariance = 0.1**2 * np.eye(2)
    behind = crosses(place, seen, WALLS, slack_m=np.full(200, SLACK_STD * 0.1))
    assert behind.any()
    assert [behind_wall(a, b, covariance, WALLS) for a, b in zip(place, seen, strict=True)] == list(
        behind
    )


def test_a_crossing_says_how_deep_and_the_way_back() -> None:
    crossed, depth, east, north = crossing(-1.0, 0.0, 0.5, 0.0, WALLS[0])
    assert crossed
    assert (depth, east, north) == pytest.approx((0.5, -1.0, 0.0))
    assert not crossing(-1.0, 3.0, 0.5, 3.0, WALLS[0])[0]  # past its end
