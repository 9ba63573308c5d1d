import numpy as np
import pytest

from standex.twin.reach import Reach

TOWARDS = np.array([-1.3, 0.0])


def at(*places: tuple[float, float]) -> np.ndarray:
    return np.array(places, dtype=float).reshape(-1, 2)


def test_inside_is_between_near_and_far_and_in_the_lane() -> None:
    reach = Reach(near_m=1.4, far_m=3.6, half_width_m=1.0)
    place = at((1.3, 0.0), (1.5, 0.0), (3.5, -0.9), (3.5, 1.1), (3.7, 0.0), (-2.0, 0.0))
    inside = reach.inside(place, np.tile(TOWARDS, (6, 1)))
    np.testing.assert_array_equal(inside, [False, True, True, False, False, False])


def test_who_stands_or_goes_away_does_not_face_the_sensor() -> None:
    reach = Reach(near_m=1.0, far_m=3.0, half_width_m=1.0, facing=True)
    way = at((-1.3, 0.0), (1.3, 0.0), (-0.1, 0.0), (-1.0, 1.0))
    inside = reach.inside(np.tile([2.0, 0.0], (4, 1)), way)
    np.testing.assert_array_equal(inside, [True, False, False, False])


def test_alone_nobody_is_hidden() -> None:
    reach = Reach(near_m=1.0, far_m=3.0, half_width_m=1.0, clear_m=1.0, clear_path_m=1.0)
    assert not reach.hidden(at((2.0, 0.0))).any()
    assert reach.hidden(at()).shape == (0,)


def test_too_near_to_each_other_hides_both() -> None:
    reach = Reach(near_m=1.0, far_m=4.0, half_width_m=1.0, clear_m=0.7)
    np.testing.assert_array_equal(
        reach.hidden(at((2.0, 0.0), (2.6, 0.0), (3.5, 0.0))), [True, True, False]
    )


def test_a_shadow_falls_behind_and_not_before() -> None:
    reach = Reach(near_m=1.0, far_m=4.0, half_width_m=1.5, half_distance_m=1.25, clear_sight_m=0.25)
    pillar, front = np.array([0.0, 1.25]), np.array([1.5, 0.2])
    behind = pillar + 2 * (front - pillar)
    np.testing.assert_array_equal(reach.hidden(np.stack([front, behind])), [False, True])


def test_paths_a_period_apart_are_alike() -> None:
    reach = Reach(
        near_m=1.0,
        far_m=4.0,
        half_width_m=1.0,
        half_distance_m=1e-9,
        clear_path_m=0.3,
        path_period_m=3.0,
    )
    # Paths are twice the distance: 3.0 and 6.0 m, and 3.0 and 5.0 m.
    assert reach.hidden(at((1.5, 0.0), (3.0, 0.0))).all()
    assert not reach.hidden(at((1.5, 0.0), (2.5, 0.0))).any()


def test_a_reach_without_extent_is_refused() -> None:
    with pytest.raises(ValueError, match="from near to far"):
        Reach(near_m=2.0, far_m=1.0, half_width_m=1.0)
