"""The ray at a sphere: where it reflects, how strong it is, and that it can be turned round."""

import numpy as np
import pytest

from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.physical_optics import Antennas
from standex.twin.sphere import sphere_echo

F_HZ = np.linspace(8e9, 18e9, 11)
A_M = 0.05
CENTER = np.array([1.2, 0.1, 0.0])


def antennas(*position_m, pattern_power=0.0) -> Antennas:
    n = len(position_m)
    return Antennas(
        position_m=np.array(position_m, dtype=float),
        boresight=np.tile([1.0, 0.0, 0.0], (n, 1)),
        panel=np.zeros(n, dtype=np.int64),
        turn=np.zeros(n),
        pattern_power=pattern_power,
    )


TX = antennas((0, -0.5, 0.2), (0, 0.0, 0.0), (0.1, 0.4, -0.5))
RX = antennas((0, 0.5, 0.1), (0, 0.0, 0.0))


def echo(tx=TX, rx=RX, radius_m=A_M):
    return sphere_echo(CENTER, radius_m, tx=tx, rx=rx, frequency_hz=F_HZ)


def test_back_to_the_sender_it_is_the_convex_mirror():
    near_m = np.linalg.norm(CENTER) - A_M
    k = 2 * np.pi / LIGHT_M_PER_S * F_HZ
    image = -np.exp(-2j * k * near_m) * A_M / (2 * near_m * (near_m + A_M))
    np.testing.assert_allclose(echo()[1, 1], image, rtol=1e-4)


def test_the_path_is_the_shortest_over_the_sphere(rng):
    """Fermat: no other point of the lit side makes a shorter way."""
    k = 2 * np.pi / LIGHT_M_PER_S * (F_HZ[1] - F_HZ[0])
    unit = rng.normal(size=(200_000, 3))
    surface = CENTER + A_M * unit / np.linalg.norm(unit, axis=1, keepdims=True)
    for t, r in ((0, 0), (2, 0)):
        way = np.linalg.norm(surface - TX.position_m[t], axis=1)
        way += np.linalg.norm(surface - RX.position_m[r], axis=1)
        turn = np.angle(echo()[t, r, 1] / echo()[t, r, 0])
        turns = np.round((k * way.min() + turn) / (2 * np.pi))
        assert (2 * np.pi * turns - turn) / k == pytest.approx(way.min(), abs=2e-4)


def test_far_away_it_is_half_the_radius_over_both_ways():
    way = [np.linalg.norm(a.position_m - CENTER, axis=1) for a in (TX, RX)]
    small = np.abs(echo(radius_m=1e-4)[..., 0])
    np.testing.assert_allclose(small, 1e-4 / 2 / (way[0][:, None] * way[1]), rtol=1e-3)


def test_reciprocal():
    np.testing.assert_allclose(echo(), echo(RX, TX).transpose(1, 0, 2), rtol=2e-4)


def test_antennas_see_less_off_their_axis():
    shaped = echo(antennas((0, -0.5, 0.2), pattern_power=1.0))
    plain = echo(antennas((0, -0.5, 0.2)))
    off = 1.2 / np.linalg.norm(CENTER - [0, -0.5, 0.2])
    np.testing.assert_allclose(np.abs(shaped / plain), off, rtol=0.02)


def test_a_pair_that_looks_through_it_has_next_to_nothing():
    beyond = antennas((2.4, 0.2, 0.0))
    through = echo(antennas((0.0, 0.0, 0.0)), beyond)
    assert np.isfinite(through).all()
    assert np.abs(through).max() < 0.05 * np.abs(echo()).max()


def test_an_antenna_inside_is_refused():
    with pytest.raises(ValueError, match="from the middle of a sphere"):
        echo(radius_m=1.3)
