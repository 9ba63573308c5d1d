"""Images of points from small panels: in place, pair by pair, and only of the shell."""

from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace import BeamspaceImager
from standex.sensing.microwave.imaging.beamspace_tables import make_tables
from standex.sensing.microwave.imaging.voxels import Grid
from standex.sensing.microwave.panel_view import (
    ASIDE_M,
    BEFORE_M,
    BEHIND_M,
    cosine_on_front,
    part_of,
    shell_about,
    views_of,
)
from standex.sensing.microwave.sweep import Sweep

GRID = Grid(origin_m=np.array([0.8, -0.28, 0.9]), step_m=np.full(3, 0.02), shape=(24, 29, 10))
STILL = np.zeros(3)


def panels(n_f: int = 48) -> Sweep:
    """Return two small panels beside the lane, without samples."""
    edge = np.linspace(-0.2, 0.2, 6)
    tx, rx = [], []
    for side in (0.6, -0.6):
        tx += [(0.0, side + one, 1.0 + up) for up in (-0.2, 0.2) for one in edge]
        rx += [(0.0, side + out, 1.0 + one) for out in (-0.22, 0.22) for one in edge]
    return Sweep(
        samples=np.zeros((24, 24, n_f), dtype=np.complex64),
        tx_position_m=np.array(tx),
        rx_position_m=np.array(rx),
        tx_panel=np.repeat([0, 1], 12),
        rx_panel=np.repeat([0, 1], 12),
        frequency_hz=np.linspace(8e9, 14e9, n_f),
        tx_time_s=(np.arange(24) - 11.5) * 1e-5,
        step_s=3e-7,
    )


def seen(point_m, sweep: Sweep, velocity=STILL) -> Sweep:
    """Return the exact samples of one point, every sample at its own time."""
    n_f = len(sweep.frequency_hz)
    time = sweep.tx_time_s[:, None] + (np.arange(n_f) - (n_f - 1) / 2) * sweep.step_s
    at = np.asarray(point_m) + time[..., None] * velocity
    to = np.linalg.norm(at - sweep.tx_position_m[:, None], axis=-1)
    back = np.linalg.norm(at[:, None] - sweep.rx_position_m[None, :, None], axis=-1)
    samples = np.exp(-1j * sweep.wavenumber_rad_per_m * (to[:, None] + back))
    return replace(sweep, samples=samples.astype(np.complex64))


@pytest.fixture(scope="module")
def tables_of():
    made: dict[bytes, object] = {}

    def make(array: Array, grid: Grid):
        key = array.tx_position_m.tobytes() + array.rx_position_m.tobytes()
        if key not in made:
            made[key] = make_tables(
                array, grid, block_shape=(8, 8, 8), tolerance=0.05, map_blocks=map
            )
        return made[key]

    return make


def views(sweep: Sweep, tables_of, velocity=STILL, front_m: float = 1.0):
    shell = shell_about(GRID, front_m=front_m, middle_m=0.0)
    return shell, views_of(sweep, GRID, shell, velocity_m_per_s=velocity, tables_of=tables_of)


def peak_m(shell, power: np.ndarray) -> np.ndarray:
    x, y, z = np.unravel_index(int(power.argmax()), power.shape)
    return np.array([shell.depth_m[x], shell.across_m[y], shell.height_m[z]])


def test_the_shell_is_about_the_front():
    shell = shell_about(GRID, front_m=1.0, middle_m=0.05)
    assert shell.shape == tuple(
        len(axis) for axis in (shell.depth_m, shell.across_m, shell.height_m)
    )
    assert shell.depth_m[0] >= 1.0 - BEFORE_M > shell.depth_m[0] - 0.021
    assert shell.depth_m[-1] <= 1.0 + BEHIND_M + 1e-9 < shell.depth_m[-1] + 0.021
    assert np.abs(shell.across_m).max() <= ASIDE_M + 1e-9
    np.testing.assert_allclose(shell.depth_m, GRID.axis_m(0)[shell.first[0] :][: shell.shape[0]])
    np.testing.assert_allclose(
        shell.across_m, GRID.axis_m(1)[shell.first[1] :][: shell.shape[1]] - 0.05
    )


def test_a_shell_ends_where_the_grid_does():
    shell = shell_about(GRID, front_m=0.82, middle_m=0.2)
    assert shell.first[0] == 0
    assert shell.across_m[-1] == pytest.approx(0.08)


@pytest.mark.parametrize(("front_m", "middle_m"), [(3.0, 0.0), (1.0, 2.0), (-1.0, 0.0)])
def test_a_body_off_the_grid_is_refused(front_m, middle_m):
    with pytest.raises(ValueError, match="off the grid"):
        shell_about(GRID, front_m=front_m, middle_m=middle_m)


def test_a_part_is_one_pair_of_panels():
    sweep = panels(4)
    marked = np.arange(24)[:, None, None] * 100 + np.arange(24)[None, :, None]
    sweep = replace(sweep, samples=np.broadcast_to(marked, (24, 24, 4)).astype(np.complex64))
    for pair in ((0, 0), (0, 1), (1, 0), (1, 1)):
        part = part_of(sweep, pair)
        assert part is not None
        array, samples = part
        t, r = np.flatnonzero(sweep.tx_panel == pair[0]), np.flatnonzero(sweep.rx_panel == pair[1])
        np.testing.assert_array_equal(array.tx_position_m, sweep.tx_position_m[t])
        np.testing.assert_array_equal(array.rx_position_m, sweep.rx_position_m[r])
        np.testing.assert_array_equal(array.tx_time_s, sweep.tx_time_s[t])
        np.testing.assert_array_equal(samples, sweep.samples[np.ix_(t, r)])
    assert part_of(sweep, (0, 2)) is None
    assert part_of(sweep, (2, 0)) is None


@pytest.mark.slow
def test_a_point_is_where_it_is_in_every_view(tables_of):
    point = np.array([1.0, 0.06, 1.0])
    shell, found = views(seen(point, panels()), tables_of)
    assert set(found) == {"left", "right", "across"}
    for power in found.values():
        assert power.shape == shell.shape
        assert (power >= 0).all()
        assert np.abs(peak_m(shell, power) - point).max() < 0.021


@pytest.mark.slow
def test_the_shell_is_cut_from_the_whole_image(tables_of):
    """Views are powers of each pair's image; those across are added."""
    sweep = seen((1.02, 0.0, 1.0), panels())
    shell, found = views(sweep, tables_of)
    here = tuple(slice(a, a + n) for a, n in zip(shell.first, shell.shape, strict=True))
    for name, pairs in (("left", [(0, 0)]), ("across", [(0, 1), (1, 0)])):
        expected = 0.0
        for pair in pairs:
            array, samples = part_of(sweep, pair)
            image = BeamspaceImager(tables=tables_of(array, GRID)).adjoint(samples, STILL)
            expected = expected + np.abs(image.reshape(GRID.shape)[here]) ** 2
        np.testing.assert_allclose(found[name], expected, rtol=1e-4, atol=1e-4 * expected.max())


@pytest.mark.slow
def test_who_walks_is_sharp_when_the_way_is_known(tables_of):
    """At 30 m/s (a sweep of 0.24 ms stands here for one of a few ms) the phase turns over."""
    walking = np.array([-30.0, 0.0, 0.0])
    sweep = seen((1.0, 0.0, 1.0), panels(), walking)
    known, still = (views(sweep, tables_of, velocity) for velocity in (walking, STILL))
    assert np.abs(peak_m(*(known[0], known[1]["left"])) - (1.0, 0.0, 1.0)).max() < 0.021
    assert known[1]["left"].max() > 1.05 * still[1]["left"].max()


@pytest.mark.slow
def test_one_panel_has_one_view(tables_of):
    both = seen((1.0, 0.0, 1.0), panels())
    left = replace(
        both,
        samples=both.samples[:12, :12],
        tx_position_m=both.tx_position_m[:12],
        rx_position_m=both.rx_position_m[:12],
        tx_panel=both.tx_panel[:12],
        rx_panel=both.rx_panel[:12],
        tx_time_s=both.tx_time_s[:12],
    )
    _, alone = views(left, tables_of)
    assert set(alone) == {"left"}
    np.testing.assert_allclose(alone["left"], views(both, tables_of)[1]["left"], rtol=1e-5)


def test_incidence_is_half_the_angle_between_the_sides():
    both = panels()
    # The sides stand at (0, +-0.6): from (0.6, 0) the ways open 90 degrees.
    assert cosine_on_front(both, np.array([0.6, 0.0])) == pytest.approx(np.cos(np.pi / 4), abs=0.02)
    assert cosine_on_front(both, np.array([9.0, 0.0])) == pytest.approx(1.0, abs=0.01)
    left = replace(
        both,
        samples=both.samples[:12, :12],
        tx_position_m=both.tx_position_m[:12],
        rx_position_m=both.rx_position_m[:12],
        tx_panel=both.tx_panel[:12],
        rx_panel=both.rx_panel[:12],
        tx_time_s=both.tx_time_s[:12],
    )
    one = cosine_on_front(left, np.array([0.6, 0.0]))
    assert one == pytest.approx(np.cos(np.pi / 4), abs=0.02)
