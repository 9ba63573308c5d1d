"""A leaf at its nodes against the sum over its facets."""

import numpy as np

from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.panel_array import TxMajorSweep
from standex.twin.panel_leaf import View, angle_row, leaf_echo, runs, subapertures
from standex.twin.physical_optics import Antennas, Facets, angle_grid
from standex.twin.planes import Plane, Planes

N = 50
METAL = Planes(planes=(Plane(layers=(), backing="metal"),))
SWEEP = TxMajorSweep(frequency_hz=np.linspace(8e9, 18e9, 64), step_time_s=0.3e-6)


def piece(rng: np.random.Generator) -> Facets:
    normal = rng.normal(size=(N, 3)) * 0.2 + [0.0, 1.0, 0.0]
    return Facets(
        position_m=np.array([0.3, 0.1, 1.2]) + rng.uniform(-0.05, 0.05, (N, 3)),
        velocity_m_per_s=np.array([-1.4, 0.1, 0.0]) + rng.normal(size=(N, 3)) * 0.1,
        normal=normal / np.linalg.norm(normal, axis=1, keepdims=True),
        area_m2=np.full(N, 25e-6),
        stack=np.zeros(N, dtype=np.int64),
        visible=np.ones((N, 1)),
    )


def wall(n: int = 7, pattern_power: float = 0.5) -> Antennas:
    return Antennas(
        position_m=np.column_stack([np.linspace(-0.5, 0.5, n), np.ones(n), np.full(n, 0.7)]),
        boresight=np.tile([0.0, -1.0, 0.0], (n, 1)),
        panel=np.zeros(n, dtype=np.int64),
        turn=np.arange(n) - (n - 1) / 2,
        pattern_power=pattern_power,
    )


def test_the_echo_at_a_node_is_the_sum_over_the_facets(rng):
    facets = piece(rng)
    still = Facets(
        position_m=facets.position_m,
        velocity_m_per_s=np.zeros((N, 3)),
        normal=facets.normal,
        area_m2=facets.area_m2,
        stack=facets.stack,
        visible=facets.visible,
    )
    antennas = wall()
    view = View.of(antennas, antennas, SWEEP)
    leaf = leaf_echo(view, still, METAL, np.arange(N), low_rad_per_m=160.0, high_rad_per_m=380.0)
    way = facets.position_m - antennas.position_m[:, None]
    distance = np.linalg.norm(way, axis=-1)
    unit = way / distance[..., None]
    facing = -np.einsum("anx,nx->an", unit, facets.normal)
    share = np.sqrt(facing * np.einsum("anx,ax->an", unit, antennas.boresight)) / distance
    middle = leaf.middle.distance_m(antennas.position_m)
    for j, k in enumerate(leaf.nodes.k_rad_per_m):
        wave = share * np.exp(-1j * k * distance)
        exact = -(wave * facets.area_m2) @ wave.T
        exact *= np.exp(1j * k * (middle[:, None] + middle + leaf.shift_m))
        np.testing.assert_allclose(leaf.echo[j], exact, atol=1e-4 * np.abs(exact).max())


def test_delays_stay_within_what_the_nodes_carry(rng):
    antennas = wall()
    view = View.of(antennas, antennas, SWEEP)
    leaf = leaf_echo(
        view, piece(rng), METAL, np.arange(N), low_rad_per_m=160.0, high_rad_per_m=380.0
    )
    assert 0 < leaf.half_m <= leaf.nodes.reach_m


def test_groups_of_transmitters_are_of_one_panel_and_complete():
    antennas = wall(10)
    view = View.of(antennas, antennas, SWEEP)
    groups = subapertures(view, 3.5 * SWEEP.turn_s)
    assert [(g.start, g.stop) for g in groups] == [(0, 4), (4, 8), (8, 10)]
    assert runs(np.array([0, 0, 1, 1, 1])) == [(0, slice(0, 2)), (1, slice(2, 5))]


def test_the_row_of_an_angle_is_the_one_of_the_grid():
    np.testing.assert_array_equal(angle_row(angle_grid()), np.arange(len(angle_grid())))
    np.testing.assert_array_equal(angle_row(np.array([-0.2, 1.0])), [0, len(angle_grid()) - 1])


def test_wavenumbers_are_those_of_the_sweep():
    antennas = wall()
    view = View.of(antennas, antennas, SWEEP)
    expected = 2 * np.pi * SWEEP.frequency_hz / LIGHT_M_PER_S
    np.testing.assert_allclose(view.k_rad_per_m, expected)
