"""Ways of a moving piece against plain distances in float64."""

import numpy as np

from standex.twin.panel_legs import Local, phasor
from standex.twin.physical_optics import Antennas, Facets

N = 50


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


def test_distances_are_right_to_a_micrometre_on_the_way(rng):
    facets, antennas = piece(rng), wall()
    at_s = antennas.turn * 0.8e-3
    local = Local.of(facets, np.arange(N))
    excess, distance = local.excess_m(antennas.position_m, at_s)
    at = facets.position_m + at_s[:, None, None] * facets.velocity_m_per_s
    exact = np.linalg.norm(at - antennas.position_m[:, None], axis=-1)
    middle = local.middle.distance_m(antennas.position_m, at_s)
    np.testing.assert_allclose(distance, exact, atol=1e-6)
    np.testing.assert_allclose(excess, exact - middle[:, None], atol=1e-6)


def test_the_rate_of_the_middle_is_its_slope(rng):
    middle, antennas = Local.of(piece(rng), np.arange(N)).middle, wall()
    later = middle.distance_m(antennas.position_m, 1e-5)
    earlier = middle.distance_m(antennas.position_m, -1e-5)
    rate = middle.rate_m_per_s(antennas.position_m)
    np.testing.assert_allclose((later - earlier) / 2e-5, rate, atol=1e-6)


def test_amplitude_is_pattern_obliquity_and_spreading(rng):
    for power in (0.0, 0.5, 1.0, 1.7):
        facets, antennas = piece(rng), wall(pattern_power=power)
        local = Local.of(facets, np.arange(N))
        _, distance = local.excess_m(antennas.position_m, 0.0)
        got, cosine = local.amplitude(antennas, distance, np.full((N, 1), 0.5, dtype=np.float32))
        way = facets.position_m - antennas.position_m[:, None]
        unit = way / np.linalg.norm(way, axis=-1, keepdims=True)
        facing = -np.einsum("anx,nx->an", unit, facets.normal)
        ahead = np.einsum("anx,ax->an", unit, antennas.boresight)
        exact = 0.5 * np.sqrt(facing) * ahead**power / np.linalg.norm(way, axis=-1)
        np.testing.assert_allclose(cosine, facing, atol=1e-5)
        np.testing.assert_allclose(got, exact, rtol=1e-4)


def test_what_faces_away_or_is_behind_gets_nothing(rng):
    facets, antennas = piece(rng), wall()
    away = Facets(
        position_m=facets.position_m,
        velocity_m_per_s=facets.velocity_m_per_s,
        normal=-facets.normal,
        area_m2=facets.area_m2,
        stack=facets.stack,
        visible=facets.visible,
    )
    local = Local.of(away, np.arange(N))
    _, distance = local.excess_m(antennas.position_m, 0.0)
    assert not local.amplitude(antennas, distance, np.ones((N, 1), np.float32))[0].any()


def test_a_phasor_keeps_large_phases(rng):
    phase = rng.uniform(-1e5, 1e5, 1000)
    np.testing.assert_allclose(phasor(phase), np.exp(-1j * phase), atol=1e-6)
