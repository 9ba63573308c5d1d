from dataclasses import replace

import numpy as np
import pytest

from standex.tracking.compiled import AVAILABLE
from standex.tracking.motion import Motion
from standex.tracking.step import Step, plain_step
from standex.tracking.step_kernel import compiled_step

# The first one compiles.
pytestmark = [pytest.mark.skipif(not AVAILABLE, reason="needs Numba"), pytest.mark.slow]

MOTION = Motion()
WALLS = [
    [[3.0, 0.0], [3.0, 8.0]], [[0.0, 4.0], [8.0, 4.0]], [[5.0, 5.0], [7.0, 7.5]],
    [[5.1, 5.0], [7.1, 7.5]], [[6.0, 1.0], [6.0, 1.0]],
]  # fmt: skip


def by_pair(step: Step) -> tuple[np.ndarray, ...]:
    order = np.lexsort((step.position_row, step.track_row))
    return step.track_row[order], step.position_row[order], step.of_position[order]


def assert_same(plain: Step, fast: Step) -> None:
    assert (np.diff(fast.track_row) >= 0).all()
    (track, position, weight), (fast_track, fast_position, fast_weight) = map(
        by_pair, (plain, fast)
    )
    np.testing.assert_array_equal(fast_track, track)
    np.testing.assert_array_equal(fast_position, position)
    np.testing.assert_array_equal(fast.is_lost, plain.is_lost)
    np.testing.assert_allclose(fast_weight, weight, rtol=1e-7, atol=1e-10)
    for name in ("mean", "covariance", "existence", "missed", "nobody"):
        np.testing.assert_allclose(
            getattr(fast, name), getattr(plain, name), rtol=1e-7, atol=1e-9, err_msg=name
        )
    for name in ("mean", "covariance", "probability"):
        fast_value, value = getattr(fast.modes, name), getattr(plain.modes, name)
        np.testing.assert_allclose(fast_value, value, rtol=1e-7, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("dt_s", [0.0, 0.1, 1.0])
@pytest.mark.parametrize(
    ("case", "changed"),
    [({}, {}), ({"n": 0}, {}), ({"n": 1}, {}), ({"n": 2, "width_m": 0.5}, {}),
     ({"is_seen": False}, {}), ({"is_covered": False}, {}), ({"n_lost": 10}, {}),
     ({"wall_site_m": WALLS}, {}), ({"wall_site_m": WALLS, "n": 200}, {}),
     ({"n": 200, "width_m": 10.0}, {}), ({"width_m": 2.0}, {}), ({"n_clutter": 2000}, {}),
     ({"n_clutter": 500, "width_m": 2.0}, {"max_pairs_per_track": 3}),
     ({"width_m": 1.0, "n_clutter": 200}, {"max_pairs_per_track": 1}),
     ({}, {"sharpness": 1.0}), ({}, {"sharpness": 3.7}), ({}, {"gate": 1.5}),
     ({}, {"area_site_m": np.array([[2.0, 2.0], [6.0, 6.0]])})],
)  # fmt: skip
def test_compiled_is_plain(crowd, settings, dt_s: float, case, changed) -> None:
    for seed in range(3):
        _, people, heard = crowd(np.random.default_rng(seed), **case)
        plain = plain_step(people, heard, MOTION, settings(**changed), dt_s=dt_s)
        fast = compiled_step(people, heard, MOTION, settings(**changed), dt_s=dt_s)
        assert_same(plain, fast)


def test_compiled_is_plain_over_many_scans(crowd, settings, rng) -> None:
    # Each goes on from what it found itself.
    _, people, heard = crowd(rng, n=30, wall_site_m=WALLS)
    slow = fast = people
    for _ in range(30):
        z = people.place_site_m + rng.normal(0, 0.15, (30, 2))
        heard = replace(
            heard,
            position_site_m=z,
            covariance_site_m2=np.tile(0.0225 * np.eye(2), (30, 1, 1)),
        )
        plain = plain_step(slow, heard, MOTION, settings(), dt_s=0.1)
        compiled = compiled_step(fast, heard, MOTION, settings(), dt_s=0.1)
        np.testing.assert_allclose(compiled.mean, plain.mean, atol=1e-6)
        slow, fast = (
            replace(
                people,
                place_site_m=step.mean[:, :2],
                modes=step.modes,
                existence=np.clip(step.existence, 0.02, 1),
            )
            for step in (plain, compiled)
        )


def test_same_in_same_out_bit_for_bit(crowd, settings, rng) -> None:
    _, people, heard = crowd(rng, wall_site_m=WALLS)
    one, other = (compiled_step(people, heard, MOTION, settings(), dt_s=0.1) for _ in range(2))
    np.testing.assert_array_equal(one.mean, other.mean)
    np.testing.assert_array_equal(one.covariance, other.covariance)
    np.testing.assert_array_equal(one.of_position, other.of_position)


def test_a_wide_spread_in_one_row_hides_nothing(crowd, settings, rng) -> None:
    # The reach of every search grows with the worst row, up to far more cells than positions.
    _, people, heard = crowd(rng)
    for std_m in (1e2, 1e4):
        spread = heard.covariance_site_m2.copy()
        spread[0] = std_m**2 * np.eye(2)
        wide = replace(heard, covariance_site_m2=spread)
        plain = plain_step(people, wide, MOTION, settings(), dt_s=0.1)
        fast = compiled_step(people, wide, MOTION, settings(), dt_s=0.1)
        assert_same(plain, fast)


@pytest.mark.parametrize("far_m", [1e4, 1e7])
def test_far_from_the_origin_the_same_are_near(crowd, settings, rng, far_m: float) -> None:
    _, people, heard = crowd(rng, is_covered=False)
    far = replace(heard, position_site_m=np.concatenate([
        heard.position_site_m, [[far_m, -far_m], [-far_m, 0.0]]
    ]), covariance_site_m2=np.concatenate([
        heard.covariance_site_m2, np.tile(0.02 * np.eye(2), (2, 1, 1))
    ]))  # fmt: skip
    assert_same(
        plain_step(people, far, MOTION, settings(), dt_s=0.1),
        compiled_step(people, far, MOTION, settings(), dt_s=0.1),
    )
