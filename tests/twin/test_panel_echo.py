"""The fast sum against the plain one and against closed forms."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.frames import RigidTransform
from standex.twin.dress import slab_planes
from standex.twin.layers import LIGHT_M_PER_S, Layer
from standex.twin.panel_array import TxMajorSweep, boundary_panels
from standex.twin.panel_echo import panel_echo, plain_sum
from standex.twin.physical_optics import Antennas, Facets, Sweep, scatter
from standex.twin.planes import Plane, Planes
from standex.twin.sphere import sphere_echo

HERE = RigidTransform.from_pose(position_m=(0.0, 0.0, 0.0), yaw_rad=0.0)
METAL = Planes(planes=(Plane(layers=(), backing="metal"),))
CLOTHED = Planes(
    planes=(
        Plane(layers=(Layer(thickness_m=2e-3, permittivity=1.5, loss_tangent=0.05),
                      Layer(thickness_m=8e-3, permittivity=1.0))),
        *slab_planes((), Layer(thickness_m=0.03, permittivity=2.9, loss_tangent=0.01), 2e-3),
    )
)  # fmt: skip
BAND = TxMajorSweep(frequency_hz=np.linspace(8e9, 18e9, 256), step_time_s=0.3e-6)


def array(n_sides: int, n_per_panel: int = 64) -> tuple[Antennas, Antennas]:
    return boundary_panels(
        HERE, n_per_panel=n_per_panel, n_stacked=1, n_sides=n_sides, half_distance_m=1.0,
        panel_m=1.0, middle_z_m=1.2, pattern_power=0.5,
    )  # fmt: skip


def facets_of(position_m, normal, area_m2, *, velocity_m_per_s=(0.0, 0.0, 0.0), n_panels=1):
    n = len(position_m)
    return Facets(
        position_m=position_m,
        velocity_m_per_s=np.broadcast_to(np.array(velocity_m_per_s), (n, 3)).copy(),
        normal=normal,
        area_m2=area_m2,
        stack=np.zeros(n, dtype=np.int64),
        visible=np.ones((n, n_panels)),
    )


def chest(rng: np.random.Generator, n_panels: int, *, pitch_m: float = 0.02) -> Facets:
    """Return half an upright cylinder that faces +x and both walls, with mixed stacks."""
    angle, z = np.meshgrid(
        np.arange(-np.pi / 2, np.pi / 2, pitch_m / 0.2), np.arange(0.9, 1.5, pitch_m)
    )
    normal = np.column_stack([np.cos(angle).ravel(), np.sin(angle).ravel(), 0 * z.ravel()])
    place = np.array([-0.1, 0.05, 0.0]) + 0.2 * normal + z.ravel()[:, None] * [0, 0, 1]
    facets = facets_of(place, normal, np.full(len(place), pitch_m**2), n_panels=n_panels)
    walls = np.array([[0.0, 1.0, 1.2], [0.0, -1.0, 1.2]])[:n_panels]
    facing = np.einsum("pnx,nx->np", walls[:, None] - place, normal) > 0
    return replace(facets, stack=rng.integers(0, 3, len(place)), visible=facing.astype(float))


def error_db(got: np.ndarray, exact: np.ndarray) -> float:
    return 10 * np.log10(np.mean(np.abs(got - exact) ** 2) / np.mean(np.abs(exact) ** 2))


FEW = np.array([0, 5, 17, 31, 32, 63])


@pytest.mark.slow
@pytest.mark.parametrize("n_sides", [1, 2])
def test_it_is_the_plain_sum(n_sides, rng):
    tx, rx = array(n_sides)
    rows = np.concatenate([FEW + 64 * side for side in range(n_sides)])
    tx, rx = tx.some(rows), rx.some(rows)
    facets = chest(rng, n_sides)
    sweep = replace(BAND, frequency_hz=np.linspace(8e9, 18e9, 24))
    got, exact = (f(facets, CLOTHED, tx=tx, rx=rx, sweep=sweep) for f in (panel_echo, plain_sum))
    assert error_db(got, exact) < -50


@pytest.mark.slow
@pytest.mark.parametrize("n_sides", [1, 2])
def test_it_is_the_plain_sum_on_the_way(n_sides, rng):
    tx, rx = array(n_sides, n_per_panel=16)
    facets = replace(
        chest(rng, n_sides),
        velocity_m_per_s=np.array([-1.4, 0.2, 0.1])
        + 0.1 * rng.normal(size=3)
        + np.zeros((len(chest(rng, n_sides).area_m2), 3)),
    )
    # Sixteen transmitters of a panel take as long as the sixty-four of a real one.
    sweep = TxMajorSweep(frequency_hz=np.linspace(8e9, 18e9, 12), step_time_s=4 * 256 / 12 * 0.3e-6)
    got, exact = (f(facets, CLOTHED, tx=tx, rx=rx, sweep=sweep) for f in (panel_echo, plain_sum))
    assert error_db(got, exact) < -40
    frozen = panel_echo(
        replace(facets, velocity_m_per_s=np.zeros_like(facets.velocity_m_per_s)),
        CLOTHED, tx=tx, rx=rx, sweep=sweep,
    )  # fmt: skip
    assert error_db(frozen, exact) > -10  # it does matter


@pytest.mark.slow
def test_a_swinging_part_is_the_plain_sum_too(rng):
    tx, rx = array(1, n_per_panel=16)
    facets = chest(rng, 1)
    turning = 2.5 * np.cross([0.0, 1.0, 0.0], facets.position_m - [0.0, 0.0, 1.5])
    facets = replace(facets, velocity_m_per_s=turning + [-1.4, 0, 0])
    sweep = TxMajorSweep(frequency_hz=np.linspace(8e9, 18e9, 12), step_time_s=4 * 256 / 12 * 0.3e-6)
    got, exact = (f(facets, CLOTHED, tx=tx, rx=rx, sweep=sweep) for f in (panel_echo, plain_sum))
    assert error_db(got, exact) < -32


def test_it_is_the_sum_of_the_older_model_when_nothing_moves(rng):
    tx, rx = array(1, n_per_panel=8)
    facets = replace(chest(rng, 1), stack=np.zeros(len(chest(rng, 1).area_m2), dtype=np.int64))
    f_hz = np.linspace(8e9, 18e9, 9)
    old = scatter(
        facets, METAL.table(f_hz), tx=tx, rx=rx,
        sweep=Sweep(frequency_hz=f_hz, step_s=0.0, switch_s=0.0),
    )  # fmt: skip
    new = panel_echo(facets, METAL, tx=tx, rx=rx, sweep=replace(BAND, frequency_hz=f_hz))
    assert error_db(new, old) < -50


def wavenumber(f_hz):
    return 2 * np.pi / LIGHT_M_PER_S * f_hz


def point(velocity_m_per_s=(0.0, 0.0, 0.0)) -> Facets:
    return facets_of(
        np.array([[0.2, 0.1, 1.3]]), np.array([[0.0, 1.0, 0.0]]), np.array([1e-4]),
        velocity_m_per_s=velocity_m_per_s,
    )  # fmt: skip


def exact_phase(tx, rx, sweep, velocity):
    at_s = tx.turn[:, None] * sweep.turn_s + sweep.t_offset_s(1)
    at = point().position_m[0] + at_s[..., None] * velocity
    to = np.linalg.norm(at - tx.position_m[:, None], axis=-1)
    back = np.linalg.norm(at[:, None] - rx.position_m[None, :, None], axis=-1)
    return np.exp(-1j * wavenumber(sweep.frequency_hz) * (to[:, None] + back))


def test_a_point_has_the_phase_of_its_path_and_the_amplitude_of_its_area():
    tx, rx = (replace(a, pattern_power=0.0) for a in array(1, n_per_panel=8))
    seen = panel_echo(point(), METAL, tx=tx, rx=rx, sweep=BAND)
    phase = exact_phase(tx, rx, BAND, np.zeros(3))
    to, back = (np.linalg.norm(a.position_m - [0.2, 0.1, 1.3], axis=1) for a in (tx, rx))
    spread = np.sqrt(0.9 / to[:, None] * 0.9 / back) / (to[:, None] * back) * 1e-4
    k = wavenumber(BAND.frequency_hz)
    exact = -1j * k / (2 * np.pi) * spread[..., None] * phase
    assert error_db(seen, exact) < -50


def test_a_moving_point_has_its_phase_at_every_time():
    velocity = np.array([-1.4, 0.3, 0.2])
    tx, rx = array(1)
    tx, rx = tx.some(np.arange(0, 64, 7)), rx.some(FEW)
    seen = panel_echo(point(tuple(velocity)), METAL, tx=tx, rx=rx, sweep=BAND)
    exact = -1j * exact_phase(tx, rx, BAND, velocity)
    assert np.abs(np.angle(seen / exact)).max() < 0.01


def mirror(distance_m: float, *, size_m: float, pitch_m: float, taper_m: float) -> Facets:
    """Return a plane opposite the left wall whose reflectivity fades out, so no edge shines."""
    grid = np.arange(-size_m, size_m, pitch_m)
    x, z = (axis.ravel() for axis in np.meshgrid(grid, grid))
    return facets_of(
        np.column_stack([x, np.full_like(x, 1.0 - distance_m), 1.2 + z]),
        np.tile([0.0, 1.0, 0.0], (len(x), 1)),
        pitch_m**2 * np.exp(-(x**2 + z**2) / taper_m**2),
    )


def alone(*position_m) -> Antennas:
    n = len(position_m)
    return Antennas(
        position_m=np.array(position_m, dtype=float),
        boresight=np.tile([0.0, -1.0, 0.0], (n, 1)),
        panel=np.zeros(n, dtype=np.int64),
        turn=np.arange(n) - (n - 1) / 2,
        pattern_power=0.0,
    )


@pytest.mark.slow
def test_a_plate_shows_the_image():
    tx, rx = alone((-0.1, 1.0, 1.2), (0.0, 1.0, 1.2)), alone((0.1, 1.0, 1.2), (0.0, 1.0, 1.3))
    plate = mirror(0.7, size_m=1.1, pitch_m=0.008, taper_m=0.5)
    seen = panel_echo(plate, METAL, tx=tx, rx=rx, sweep=BAND)
    apart = np.linalg.norm(tx.position_m[:, None] - rx.position_m, axis=-1)
    path_m = np.hypot(1.4, apart)[..., None]
    image = -np.exp(-1j * wavenumber(BAND.frequency_hz) * path_m) / path_m
    np.testing.assert_allclose(seen / image, 1, atol=0.04)


@pytest.mark.slow
def test_a_sphere_of_facets_is_the_sphere_of_rays():
    a, n = 0.15, 20_000
    turn = np.pi * (1 + np.sqrt(5)) * (np.arange(n) + 0.5)
    up = 1 - 2 * (np.arange(n) + 0.5) / n
    flat = np.sqrt(1 - up**2)
    normal = np.column_stack([flat * np.cos(turn), flat * np.sin(turn), up])
    center = np.array([0.1, -0.1, 1.1])
    ball = facets_of(center + a * normal, normal, np.full(n, 4 * np.pi * a**2 / n))
    front = normal[:, 1] > -0.2
    ball = replace(ball, visible=front[:, None].astype(float))
    tx, rx = array(1, n_per_panel=8)
    seen = panel_echo(ball, METAL, tx=tx, rx=rx, sweep=BAND)
    rays = sphere_echo(center, a, tx=tx, rx=rx, frequency_hz=BAND.frequency_hz)
    assert error_db(seen, rays) < -25
    assert abs(np.vdot(rays, seen) / np.vdot(rays, rays) - 1) < 0.02


@pytest.mark.slow
@pytest.mark.parametrize("gap_m", [0.0, 3e-3])
def test_a_slab_on_skin_echoes_at_its_front_and_at_its_optical_depth(gap_m):
    d_m, eps = 0.03, 2.9
    planes = slab_planes((), Layer(thickness_m=d_m, permittivity=eps, loss_tangent=0.01), gap_m)
    layers = []
    for row, plane in enumerate(planes):
        at = mirror(0.9 - plane.at_m, size_m=0.7, pitch_m=0.008, taper_m=0.3)
        layers.append(replace(at, stack=np.full(len(at.stack), row)))
    slab = Facets(
        **{
            name: np.concatenate([getattr(part, name) for part in layers])
            for name in ("position_m", "velocity_m_per_s", "normal", "area_m2", "stack", "visible")
        }
    )
    here = alone((0.0, 1.0, 1.2))
    seen = panel_echo(slab, Planes(planes=planes), tx=here, rx=here, sweep=BAND)[0, 0]
    k = wavenumber(BAND.frequency_hz)
    depth_m = np.arange(-0.08, 0.12, 2e-4)
    front_m = 0.9 - gap_m - d_m
    steer = np.exp(2j * np.outer(front_m + depth_m, k)) * np.hanning(256) / np.hanning(256).sum()
    profile = np.abs(steer @ seen) * 2 * front_m
    front = np.abs(depth_m) < 0.02
    behind = (depth_m > 0.03) & (depth_m < 0.08)
    n = np.sqrt(eps)
    assert depth_m[front][profile[front].argmax()] == pytest.approx(0, abs=1e-3)
    at_m = depth_m[behind][profile[behind].argmax()]
    assert at_m == pytest.approx(d_m * n + gap_m, abs=1.5e-3)
    assert profile[front].max() == pytest.approx((n - 1) / (n + 1), abs=0.02)
    # Path excess: what the body echo lags behind where the skin truly is.
    assert at_m - d_m - gap_m == pytest.approx(d_m * (n - 1), abs=1.5e-3)


def test_echoes_add_and_unseen_facets_send_nothing(rng):
    tx, rx = array(2, n_per_panel=4)
    facets = chest(rng, 2, pitch_m=0.03)
    sweep = replace(BAND, frequency_hz=np.linspace(8e9, 18e9, 16))

    def seen(shown: np.ndarray) -> np.ndarray:
        visible = facets.visible * shown[:, None]
        return panel_echo(replace(facets, visible=visible), CLOTHED, tx=tx, rx=rx, sweep=sweep)

    some = rng.random(len(facets.area_m2)) < 0.5
    whole = seen(np.ones(len(some)))
    assert error_db(seen(some) + seen(~some), whole) < -40
    assert not seen(np.zeros(len(some))).any()
    right = panel_echo(
        replace(facets, visible=facets.visible * [0, 1]), CLOTHED, tx=tx, rx=rx, sweep=sweep
    )
    assert not right[:4].any()
    assert not right[:, :4].any()
    assert right[4:, 4:].any()


def test_parts_may_be_told_apart(rng):
    tx, rx = array(1, n_per_panel=4)
    facets = chest(rng, 1, pitch_m=0.03)
    sweep = replace(BAND, frequency_hz=np.linspace(8e9, 18e9, 16))
    part = rng.integers(0, 3, len(facets.area_m2))
    one, three = (
        panel_echo(facets, CLOTHED, tx=tx, rx=rx, sweep=sweep, part=p) for p in (None, part)
    )
    assert error_db(three, one) < -45
