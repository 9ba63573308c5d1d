import numpy as np
import pytest

from standex.sensing.microwave.sphere_echo import LEAST_COS_INCIDENCE, Sphere, sphere_echo
from standex.sensing.microwave.sweep import LIGHT_M_PER_S


def echo(sphere: Sphere, tx, rx):
    return sphere_echo(
        sphere,
        tx_position_m=np.array(tx, dtype=float),
        rx_position_m=np.array(rx, dtype=float),
    )


def sphere_at(x: float, y: float, z: float, radius_m: float = 0.1) -> Sphere:
    return Sphere(position_m=np.array([x, y, z]), radius_m=radius_m)


def points_on(sphere: Sphere, n: int) -> np.ndarray:
    """Return a Fibonacci lattice: points of equal area."""
    at = np.arange(n) + 0.5
    cosine, turn = 1 - 2 * at / n, np.pi * (1 + np.sqrt(5)) * at
    ring = np.sqrt(1 - cosine**2)
    return np.column_stack([ring * np.cos(turn), ring * np.sin(turn), cosine])


def test_backscatter_comes_from_the_nearest_point():
    path, amplitude = echo(sphere_at(2.0, 0.0, 0.0), [[0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0]])
    assert path[0, 0] == pytest.approx(2 * 1.9, abs=1e-12)
    # A convex mirror: curvature 1/R + 2/a behind it, seen from R away.
    assert amplitude[0, 0] == pytest.approx(1 / (2 * 1.9 + 2 * 1.9**2 / 0.1))


def test_the_path_is_the_shortest_over_the_surface(rng):
    sphere = sphere_at(1.3, 0.4, -0.2, 0.15)
    tx, rx = rng.uniform(-0.6, 0.6, (5, 3)), rng.uniform(-0.6, 0.6, (4, 3))
    path, _ = echo(sphere, tx, rx)
    surface = sphere.position_m + sphere.radius_m * points_on(sphere, 30_000)
    to_tx = np.linalg.norm(surface - tx[:, None], axis=-1)
    to_rx = np.linalg.norm(surface - rx[:, None], axis=-1)
    shortest = np.array([[np.min(a + b) for b in to_rx] for a in to_tx])
    np.testing.assert_allclose(path, shortest, atol=5e-5)
    assert (path <= shortest + 1e-12).all()


def test_transmitters_and_receivers_can_be_exchanged(rng):
    sphere = sphere_at(1.5, 0.0, 0.0)
    tx, rx = rng.uniform(-0.5, 0.5, (6, 3)), rng.uniform(-0.5, 0.5, (7, 3))
    there, back = echo(sphere, tx, rx), echo(sphere, rx, tx)
    for one, other in zip(there, back, strict=True):
        np.testing.assert_allclose(one, other.T, rtol=1e-12)


def test_a_small_sphere_is_a_point_of_half_its_radius():
    tx, rx = [[0.0, 0.3, 0.0]], [[0.0, -0.4, 0.2]]
    path, amplitude = echo(sphere_at(2.0, 0.0, 0.0, 1e-4), tx, rx)
    to_tx, to_rx = (np.linalg.norm(np.array(one[0]) - [2.0, 0, 0]) for one in (tx, rx))
    assert path[0, 0] == pytest.approx(to_tx + to_rx, abs=3e-4)
    assert amplitude[0, 0] == pytest.approx(0.5e-4 / (to_tx * to_rx), rel=1e-3)


def test_a_huge_sphere_is_a_mirror():
    path, amplitude = echo(sphere_at(1e5, 0.0, 0.0, 1e5 - 2), [[0.0, 0.3, 0.0]], [[0.0, -0.3, 0.0]])
    assert amplitude[0, 0] == pytest.approx(1 / path[0, 0], rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("rx_y_m", [0.0, 0.6, 1.5])
def test_it_is_the_stationary_part_of_physical_optics(rx_y_m):
    """Sum over the lit surface, dA n.(to tx + to rx) / 2, averaged over a band."""
    sphere = sphere_at(1.2, 0.0, 0.0, 0.1)
    tx, rx = np.array([[0.0, 0.0, 0.0]]), np.array([[0.0, rx_y_m, 0.0]])
    path, amplitude = echo(sphere, tx, rx)
    normal = points_on(sphere, 40_000)
    surface = sphere.position_m + sphere.radius_m * normal
    area = 4 * np.pi * sphere.radius_m**2 / len(surface)
    ways = [one[0] - surface for one in (tx, rx)]
    length = [np.linalg.norm(way, axis=1) for way in ways]
    cosine = [np.sum(way * normal, axis=1) / r for way, r in zip(ways, length, strict=True)]
    lit = (cosine[0] > 0) & (cosine[1] > 0)
    weight = (lit * area * (cosine[0] + cosine[1]) / 2) / (length[0] * length[1])
    k = 2 * np.pi / LIGHT_M_PER_S * np.linspace(8e9, 18e9, 64)
    total = np.exp(-1j * k[:, None] * (length[0] + length[1])) @ weight * (1j * k / (2 * np.pi))
    quotient = total / (amplitude[0, 0] * np.exp(-1j * k * path[0, 0]))
    mean = np.hanning(66)[1:-1] @ quotient / np.hanning(66).sum()
    assert mean == pytest.approx(1.0, abs=0.03)


def test_nothing_is_said_about_the_shadow_side():
    _, amplitude = echo(
        sphere_at(1.0, 0.05, 0.0), [[0.0, 0.0, 0.0]], [[2.0, 0.0, 0.0], [0.0, 0.5, 0.0]]
    )
    assert amplitude[0, 0] == 0
    assert amplitude[0, 1] > 0
    assert LEAST_COS_INCIDENCE > 0


def test_an_antenna_inside_the_sphere_is_refused():
    with pytest.raises(ValueError, match=r"receiver 1 is 0\.050 m from the middle"):
        echo(sphere_at(1.0, 0.0, 0.0), [[0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [1.0, 0.05, 0.0]])


@pytest.mark.parametrize(("x", "radius_m"), [(1.0, 0.0), (1.0, np.nan), (np.inf, 0.1)])
def test_a_sphere_is_somewhere_and_has_a_size(x, radius_m):
    with pytest.raises(ValueError, match="positive radius_m and a finite place"):
        sphere_at(x, 0.0, 0.0, radius_m)
