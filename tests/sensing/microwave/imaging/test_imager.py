"""One port, one set of tests: every imager on one geometry, against the definition.

What an imager promises is in one table here; what is special to one of them is in its own tests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from standex.sensing.microwave.imaging import direct_kernel
from standex.sensing.microwave.imaging.array import LIGHT_M_PER_S, Array
from standex.sensing.microwave.imaging.beamspace import HAS_KERNEL, BeamspaceImager
from standex.sensing.microwave.imaging.beamspace_tables import make_tables
from standex.sensing.microwave.imaging.direct import DirectImager
from standex.sensing.microwave.imaging.exact import ExactImager
from standex.sensing.microwave.imaging.imager import STILL, Imager
from standex.sensing.microwave.imaging.voxels import Grid
from standex.testing.imager import check_imager

SPEED_M_PER_S = 1.4
TOWARDS = SPEED_M_PER_S * np.array([0.21, 0.0, -0.978])
SIDEWAYS = SPEED_M_PER_S * np.array([1.0, 0.0, 0.0])
ORDERS = ["transmitter outside", "frequency outside"]
WAVELENGTH_M = LIGHT_M_PER_S / 10e9
POINT_M = np.array([[0.0, 0.0, 1.2]])
GRID = Grid(origin_m=np.array([-0.04, -0.04, 1.12]), step_m=np.full(3, 0.008), shape=(11, 11, 21))
# All grids here have gates of one length, since the kernel is compiled for each length.
FEW = Grid(origin_m=np.array([0.0, 0.0, 1.0]), step_m=np.full(3, 0.012), shape=(5, 4, 3))


@dataclass(frozen=True)
class Kind:
    """How to make one kind of imager of a grid, and how near it comes to the definition."""

    make: Callable[[Array, Grid], Any]
    still_db: float
    walking_db: float
    marks: tuple[pytest.MarkDecorator, ...] = ()


def exact(array: Array, grid: Grid) -> ExactImager:
    return ExactImager(array=array, points_m=grid.points_m())


def direct(array: Array, grid: Grid, *, is_compiled: bool) -> DirectImager:
    return DirectImager(array=array, points_m=grid.points_m(), is_compiled=is_compiled, threads=1)


def beamspace(array: Array, grid: Grid, *, is_compiled: bool) -> BeamspaceImager:
    tables = make_tables(
        array, grid, block_shape=(8, 8, 8), tolerance=0.003, map_blocks=map, guard_cells=6
    )
    return BeamspaceImager(tables=tables, is_compiled=is_compiled)


COMPILED = (pytest.mark.slow, pytest.mark.skipif(not HAS_KERNEL, reason="Numba is not installed"))
KINDS = {
    "exact": Kind(exact, -np.inf, -np.inf),
    # Receivers are where they were at the mean time of some transmitters: up to ``direct.LAG_RAD``.
    "direct": Kind(lambda a, g: direct(a, g, is_compiled=False), -56, -33),
    "direct compiled": Kind(
        lambda a, g: direct(a, g, is_compiled=True),
        -56,
        -33,
        (pytest.mark.skipif(not direct_kernel.AVAILABLE, reason="Numba is not installed"),),
    ),
    # Within a block the change of direction is left out: see the test on blocks.
    "beamspace": Kind(lambda a, g: beamspace(a, g, is_compiled=False), -48, -29),
    "beamspace compiled": Kind(lambda a, g: beamspace(a, g, is_compiled=True), -48, -29, COMPILED),
}
EVERY = pytest.mark.parametrize(
    "kind", [pytest.param(kind, id=name, marks=kind.marks) for name, kind in KINDS.items()]
)
APPROXIMATE = pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, id=name, marks=kind.marks) for name, kind in list(KINDS.items())[1:]],
)


def ring(n: int = 16, *, n_f: int = 24, sweep_s: float = 0.01, order: str = ORDERS[0]) -> Array:
    """Return a boundary array of 1 m, swept with either loop outside."""
    e = (np.arange(n // 2) + 0.5) / (n // 2) - 0.5
    half, nought = np.full_like(e, 0.5), np.zeros_like(e)
    slot_s = sweep_s / n / n_f
    at_tx, at_f = (n_f, 1) if order == "transmitter outside" else (1, n)
    return Array(
        tx_position_m=np.concatenate([np.c_[e, -half, nought], np.c_[e, half, nought]]),
        rx_position_m=np.concatenate([np.c_[-half, e, nought], np.c_[half, e, nought]]),
        frequency_hz=np.linspace(8e9, 12e9, n_f),
        tx_time_s=(np.arange(n) - (n - 1) / 2) * slot_s * at_tx,
        step_s=slot_s * at_f,
    )


def echoes(array: Array, points_m: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Return the exact samples of points of equal strength."""
    one = np.ones(len(points_m), dtype=complex)
    return ExactImager(array=array, points_m=points_m).forward(one, velocity)


def error_db(got: np.ndarray, wanted: np.ndarray) -> float:
    error = np.sum(np.abs(got - wanted) ** 2) / np.sum(np.abs(wanted) ** 2)
    return float(10 * np.log10(max(error, 1e-32)))


@EVERY
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("velocity", [STILL, TOWARDS], ids=["still", "walking"])
def test_obeys_the_laws_of_an_imager(
    kind: Kind, order: str, velocity: np.ndarray, rng: np.random.Generator
) -> None:
    imager = kind.make(ring(4, n_f=17, order=order), FEW)
    assert isinstance(imager, Imager)
    assert imager.shape == ((4, 4, 17), 60)
    check_imager(imager, velocity=velocity, rng=rng)


@pytest.mark.slow
@APPROXIMATE
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("velocity", [STILL, TOWARDS, SIDEWAYS], ids=["still", "to", "sideways"])
def test_is_as_near_to_the_definition_as_it_promises(
    kind: Kind, order: str, velocity: np.ndarray, rng: np.random.Generator
) -> None:
    array = ring(order=order)
    points_m = POINT_M + rng.uniform(-0.08, 0.08, size=(30, 3))
    samples = echoes(array, points_m, velocity).astype(np.complex64)
    rows = rng.choice(GRID.size, 60, replace=False)
    wanted = ExactImager(array=array, points_m=GRID.points_m()[rows]).adjoint(samples, velocity)
    got = kind.make(array, GRID).adjoint(samples, velocity)[rows]
    assert error_db(got, wanted) < (kind.walking_db if velocity.any() else kind.still_db)
    if velocity.any():
        one = ExactImager(array=array, points_m=GRID.points_m()[rows])
        neglected = one.adjoint(samples, STILL)
        assert error_db(neglected, wanted) > error_db(got, wanted) + 15


@pytest.mark.slow
def test_small_blocks_follow_a_walker_more_closely(rng: np.random.Generator) -> None:
    """What beamspace leaves out of motion is in proportion to its blocks, and to the sweep."""
    errors = []
    for block, sweep_s in ((8, 0.02), (4, 0.02), (8, 0.005)):
        array = ring(sweep_s=sweep_s)
        points_m = POINT_M + rng.uniform(-0.04, 0.04, size=(30, 3))
        samples = echoes(array, points_m, SIDEWAYS).astype(np.complex64)
        tables = make_tables(
            array, GRID, block_shape=(block,) * 3, tolerance=0.001, map_blocks=map, guard_cells=9
        )
        got = BeamspaceImager(tables=tables, is_compiled=False).adjoint(samples, SIDEWAYS)
        rows = rng.choice(GRID.size, 60, replace=False)
        one = ExactImager(array=array, points_m=GRID.points_m()[rows])
        errors.append(error_db(got[rows], one.adjoint(samples, SIDEWAYS)))
        half_diagonal_m = (block - 1) / 2 * 0.008 * np.sqrt(3)
        path_m = 2 * half_diagonal_m * SPEED_M_PER_S * sweep_s / 2 / 1.2
        bound = array.wavenumber_rad_per_m.max() * path_m
        assert errors[-1] < 20 * np.log10(bound)
    assert errors[1] < errors[0] - 4
    assert errors[2] < errors[0] - 8


def peak(image: np.ndarray) -> tuple[float, np.ndarray, int]:
    """Return an image's brightest value in dB, its place, and the voxels within 3 dB of it."""
    strength = np.abs(image)
    place_m = GRID.points_m()[strength.argmax()]
    wide = int(np.sum(strength > strength.max() / np.sqrt(2)))
    return float(20 * np.log10(strength.max())), place_m, wide


@pytest.mark.slow
@EVERY
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("sweep_s", [0.010, 0.020])
def test_a_walking_point_is_sharp_only_where_it_is_followed(
    kind: Kind, order: str, sweep_s: float
) -> None:
    """The point spread, still, followed and neglected: peak loss, place and width."""
    array = ring(order=order, sweep_s=sweep_s)
    imager = kind.make(array, GRID)
    still_db, _, still_wide = peak(imager.adjoint(echoes(array, POINT_M, STILL), STILL))
    moving = echoes(array, POINT_M, TOWARDS)
    followed_db, at_m, wide = peak(imager.adjoint(moving, TOWARDS))
    assert abs(followed_db - still_db) < 0.5
    np.testing.assert_allclose(at_m, POINT_M[0], atol=1e-9)
    assert abs(wide - still_wide) <= 0.15 * still_wide
    neglected = imager.adjoint(moving, STILL)
    lost_db, at_m, wide = peak(neglected)
    apart_m = np.linalg.norm(at_m - POINT_M[0])
    assert lost_db < still_db - 3 or apart_m > WAVELENGTH_M / 2
    if order == "transmitter outside":
        here = np.linalg.norm(GRID.points_m() - POINT_M, axis=1).argmin()
        assert 20 * np.log10(np.abs(neglected[here])) < still_db - 10
        assert wide > still_wide
    else:
        # range-Doppler coupling: later frequencies see another path, as if it were further away
        shift_m = TOWARDS[2] * sweep_s * 10e9 / 4e9
        assert at_m[2] - POINT_M[0, 2] == pytest.approx(shift_m, abs=0.1 * abs(shift_m) + 0.004)
