import numpy as np
import pytest

from standex.sensing.microwave.sight import hidden, normal_rad

PILLAR = np.array([0.0, 1.25])


def test_whoever_is_near_a_line_of_sight_hides_the_one_behind():
    behind, beside = np.array([2.0, 0.0]), np.array([2.0, 2.5])
    between = (PILLAR + behind) / 2 + [0.1, 0.1]
    place = np.stack([behind, beside, between])
    assert hidden(place, PILLAR, clear_m=0.25).tolist() == [True, False, False]
    assert not hidden(place, PILLAR, clear_m=0.05).any()


def test_nobody_hides_themselves():
    assert not hidden(np.array([[1.0, 0.0]]), PILLAR, clear_m=1.0).any()
    assert hidden(np.zeros((0, 2)), PILLAR, clear_m=1.0).shape == (0,)


@pytest.mark.parametrize("y_m", [-0.8, 0.0, 0.8])
def test_the_normal_halves_the_angle_between_the_pillars(y_m):
    place = np.array([2.0, y_m])
    tx, rx = np.array([[0.0, 1.25, 1.2]]), np.array([[0.0, -1.25, 1.2]])
    angles = [np.arctan2(side - y_m, -2.0) for side in (1.25, -1.25)]
    expected = sum((a + 2 * np.pi) % (2 * np.pi) for a in angles) / 2 - np.pi
    found = normal_rad(tx, rx, place, np.array([1.0, 0.0]))
    assert found == pytest.approx(expected, abs=1e-12)
    # Seen from the other side of the lane it is the mirror image.
    mirrored = normal_rad(tx, rx, place * [1, -1], np.array([1.0, 0.0]))
    assert mirrored == pytest.approx(-found, abs=1e-12)
