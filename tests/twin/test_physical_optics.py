"""Against closed forms: images in plane mirrors, the specular point of a sphere, moving points."""

from dataclasses import replace

import numpy as np
import pytest

from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.physical_optics import Antennas, Facets, Sweep, angle_grid, scatter

F_HZ = np.array([8e9, 9e9, 10e9])
METAL = -np.ones((1, 3, len(angle_grid())), dtype=np.complex64)
TAPER_M = 0.5
STILL = Sweep(frequency_hz=F_HZ, step_s=0.0, switch_s=0.0)


def wavenumber(frequency_hz):
    return 2 * np.pi / LIGHT_M_PER_S * frequency_hz


def antennas(*position_m, boresight=(1.0, 0.0, 0.0), panel=None, pattern_power=0.0) -> Antennas:
    n = len(position_m)
    return Antennas(
        position_m=np.array(position_m, dtype=float),
        boresight=np.tile(np.array(boresight), (n, 1)),
        panel=np.zeros(n, dtype=np.int64) if panel is None else np.array(panel),
        turn=np.arange(n) - (n - 1) / 2,
        pattern_power=pattern_power,
    )


def facets_of(position_m, normal, area_m2, *, velocity_m_per_s=(0.0, 0.0, 0.0), visible=None):
    n = len(position_m)
    return Facets(
        position_m=position_m,
        velocity_m_per_s=np.tile(np.array(velocity_m_per_s), (n, 1)),
        normal=normal,
        area_m2=area_m2,
        stack=np.zeros(n, dtype=np.int64),
        visible=np.ones((n, 1), dtype=bool) if visible is None else visible,
    )


def mirror(distance_m: float) -> Facets:
    """Return a plane across x whose reflectivity fades out (Gaussian), so that no edge shines."""
    grid = np.arange(-1.25, 1.25, 0.01)
    y, z = (axis.ravel() for axis in np.meshgrid(grid, grid))
    return facets_of(
        np.column_stack([np.full_like(y, distance_m), y, z]),
        np.tile([-1.0, 0.0, 0.0], (len(y), 1)),
        1e-4 * np.exp(-(y**2 + z**2) / TAPER_M**2),
    )


@pytest.mark.parametrize("distance_m", [0.7, 1.3])
def test_a_plane_mirror_shows_the_image(distance_m):
    here = antennas((0, 0, 0))
    seen = scatter(mirror(distance_m), METAL, tx=here, rx=here, sweep=STILL)[0, 0]
    image = -np.exp(-2j * wavenumber(F_HZ) * distance_m) / (2 * distance_m)
    # Taper and near field change it by (r / w^2 + 1 / r) / k, 3.6 % at most here.
    np.testing.assert_allclose(seen / image, 1, atol=0.04)


def test_a_plane_mirror_shows_the_image_of_another_antenna():
    tx, rx = antennas((0, -0.4, 0)), antennas((0, 0.4, 0.1))
    seen = scatter(mirror(1.0), METAL, tx=tx, rx=rx, sweep=STILL)[0, 0]
    path_m = np.sqrt(2.0**2 + 0.8**2 + 0.1**2)
    image = -np.exp(-1j * wavenumber(F_HZ) * path_m) / path_m
    np.testing.assert_allclose(seen / image, 1, atol=0.035)


def test_the_coefficient_of_the_angle_of_incidence_is_used():
    table = np.tile(angle_grid().astype(np.complex64), (1, 3, 1))
    tx, rx = antennas((0, -1.0, 0)), antennas((0, 1.0, 0))
    plain, angled = (
        scatter(mirror(1.0), r, tx=tx, rx=rx, sweep=STILL)[0, 0] for r in (METAL, table)
    )
    np.testing.assert_allclose(angled / -plain, np.sqrt(0.5), atol=0.02)


def test_a_sphere_shines_at_its_nearest_point():
    a, n = 0.25, 40_000
    turn = np.pi * (1 + np.sqrt(5)) * (np.arange(n) + 0.5)
    up = 1 - 2 * (np.arange(n) + 0.5) / n
    flat = np.sqrt(1 - up**2)
    normal = np.column_stack([flat * np.cos(turn), flat * np.sin(turn), up])
    ball = facets_of(np.array([1.5, 0, 0]) + a * normal, normal, np.full(n, 4 * np.pi * a**2 / n))
    here = antennas((0, 0, 0))
    seen = scatter(ball, METAL, tx=here, rx=here, sweep=STILL)[0, 0]
    near_m = 1.5 - a
    # Geometrical optics of a convex mirror; a / (2 r^2) from far away.
    image = -np.exp(-2j * wavenumber(F_HZ) * near_m) * a / (2 * near_m * (near_m + a))
    np.testing.assert_allclose(seen / image, 1, atol=0.04)


def cloud(rng: np.random.Generator, n: int) -> Facets:
    """Return small facets at random places 1 to 2 m away, facing back, some seen by one panel."""
    normal = rng.normal(size=(n, 3)) * 0.3 + np.array([-1.0, 0, 0])
    return replace(
        facets_of(
            np.column_stack([rng.uniform(1, 2, n), rng.uniform(-0.5, 0.5, (n, 2))]),
            normal / np.linalg.norm(normal, axis=1, keepdims=True),
            rng.uniform(0.5e-4, 1e-4, n),
            visible=rng.random((n, 2)) < 0.7,
        ),
        stack=np.zeros(n, dtype=np.int64),
    )


PAIR_TX = antennas((0, -0.6, 0), (0, -0.5, 0.2), (0, 0.5, 0.3), panel=[0, 0, 1], pattern_power=0.5)
PAIR_RX = antennas((0, -0.4, 0), (0, 0.6, 0.2), (0, 0.7, 0.3), panel=[0, 1, 1], pattern_power=0.5)


def test_reciprocal(rng):
    there = scatter(cloud(rng, 500), METAL, tx=PAIR_TX, rx=PAIR_RX, sweep=STILL)
    rng = np.random.default_rng(20260101)
    back = scatter(cloud(rng, 500), METAL, tx=PAIR_RX, rx=PAIR_TX, sweep=STILL)
    np.testing.assert_allclose(there, back.transpose(1, 0, 2), atol=1e-5 * np.abs(there).max())


def test_echoes_add_whatever_the_chunks(rng):
    every = cloud(rng, 3000)

    def some(rows: slice) -> Facets:
        return Facets(
            position_m=every.position_m[rows],
            velocity_m_per_s=every.velocity_m_per_s[rows],
            normal=every.normal[rows],
            area_m2=every.area_m2[rows],
            stack=every.stack[rows],
            visible=every.visible[rows],
        )

    whole = scatter(every, METAL, tx=PAIR_TX, rx=PAIR_RX, sweep=STILL)
    parts = [
        scatter(some(rows), METAL, tx=PAIR_TX, rx=PAIR_RX, sweep=STILL)
        for rows in (slice(0, 700), slice(700, 3000))
    ]
    np.testing.assert_allclose(whole, sum(parts), atol=1e-5 * np.abs(whole).max())


def test_a_moving_point_has_its_phase_at_every_time():
    f_hz = np.linspace(8e9, 14e9, 40)
    sweep = Sweep(frequency_hz=f_hz, step_s=0.25e-3, switch_s=0.25e-3 / 6)
    tx = antennas(
        *[(0, y, z) for y in (-1.2, 1.2) for z in (0.6, 1.2, 1.8)], panel=[0] * 3 + [1] * 3
    )
    rx = antennas((0, -1.2, 1.1), (0, 1.2, 1.3), panel=[0, 1])
    place, velocity = np.array([[1.6, 0.2, 1.2]]), np.array([-1.4, 0.3, 0.2])
    point = facets_of(
        place,
        np.array([[-1.0, 0, 0]]),
        np.array([1e-4]),
        velocity_m_per_s=velocity,
        visible=np.ones((1, 2), dtype=bool),
    )
    seen = scatter(point, np.ones((1, 40, 256), np.complex64), tx=tx, rx=rx, sweep=sweep)
    at = place[0] + sweep.t_offset_s(6)[..., None] * velocity  # [tx, f, 3]
    to = np.linalg.norm(at - tx.position_m[:, None], axis=-1)
    back = np.linalg.norm(at[:, None] - rx.position_m[None, :, None], axis=-1)
    exact = 1j * np.exp(-1j * wavenumber(f_hz) * (to[:, None] + back))
    assert np.abs(np.angle(seen / exact)).max() < 0.03
    # It does matter: 14 mm of way during the sweep are more than a radian.
    frozen = scatter(
        replace(point, velocity_m_per_s=np.zeros((1, 3))),
        np.ones((1, 40, 256), np.complex64),
        tx=tx,
        rx=rx,
        sweep=sweep,
    )
    assert np.abs(np.angle(frozen / exact)).max() > 1


def test_what_is_not_seen_sends_nothing_back():
    plate = facets_of(
        np.array([[1.0, 0, 0]]),
        np.array([[-1.0, 0, 0]]),
        np.array([1e-4]),
        visible=np.ones((1, 2), dtype=bool),
    )

    def echo(facets: Facets):
        return np.abs(scatter(facets, METAL, tx=PAIR_TX, rx=PAIR_RX, sweep=STILL)) > 0

    assert echo(plate).all()
    assert not echo(replace(plate, visible=np.zeros((1, 2), dtype=bool))).any()
    assert not echo(replace(plate, normal=np.array([[1.0, 0, 0]]))).any()
    assert not echo(replace(plate, position_m=np.array([[-1.0, 0, 0]]))).any()
    one = echo(replace(plate, visible=np.array([[False, True]])))
    expected = (PAIR_TX.panel == 1)[:, None] & (PAIR_RX.panel == 1)[None, :]
    np.testing.assert_array_equal(one, np.repeat(expected[..., None], 3, axis=2))


def test_half_the_light_each_way_is_a_quarter_of_the_echo():
    plate = facets_of(np.array([[1.0, 0, 0]]), np.array([[-1.0, 0, 0]]), np.array([1e-4]))
    dim = replace(plate, visible=np.full((1, 1), 0.5))
    here = antennas((0, 0, 0))
    full, less = (scatter(f, METAL, tx=here, rx=here, sweep=STILL) for f in (plate, dim))
    np.testing.assert_allclose(less, full / 4, rtol=1e-5)


def test_across_only_leaves_the_pairs_of_one_panel_at_zero_and_the_rest_alone(rng):
    facets = cloud(rng, 800)
    every, across = (
        scatter(facets, METAL, tx=PAIR_TX, rx=PAIR_RX, sweep=STILL, across_only=only)
        for only in (False, True)
    )
    same = PAIR_TX.panel[:, None] == PAIR_RX.panel[None, :]
    assert not across[same].any()
    np.testing.assert_allclose(across[~same], every[~same], atol=1e-5 * np.abs(every).max())


def test_antennas_see_less_off_their_axis():
    plate = facets_of(np.array([[1.0, 1.0, 0]]), np.array([[-1.0, 0, 0]]), np.array([1e-4]))
    plain, shaped = (
        abs(
            scatter(
                plate,
                METAL,
                tx=antennas((0, 0, 0), pattern_power=p),
                rx=antennas((0, 0, 0)),
                sweep=STILL,
            )[0, 0, 0]
        )
        for p in (0.0, 2.0)
    )
    assert shaped / plain == pytest.approx(0.5, rel=1e-5)


def test_a_sweep_is_timed_from_its_middle():
    t_s = Sweep(frequency_hz=F_HZ, step_s=1e-3, switch_s=1e-4).t_offset_s(4)
    assert t_s.shape == (4, 3)
    assert t_s.mean() == pytest.approx(0, abs=1e-15)
    np.testing.assert_allclose(np.diff(t_s, axis=0), 1e-4)
    np.testing.assert_allclose(np.diff(t_s, axis=1), 1e-3)
