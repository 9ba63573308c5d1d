"""The array-module form of a frame, on NumPy, against the CPU's reference and the definition."""

import numpy as np
import pytest

from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace import BeamspaceImager, gate_places
from standex.sensing.microwave.imaging.beamspace_profiles import path_profiles
from standex.sensing.microwave.imaging.beamspace_steps import (
    PlainStages,
    as_volume,
    hold,
    image_rows,
    padded_basis,
    padded_rank,
    window,
)
from standex.sensing.microwave.imaging.beamspace_steps import path_profiles as path_profiles_xp
from standex.sensing.microwave.imaging.beamspace_tables import make_tables
from standex.sensing.microwave.imaging.exact import ExactImager
from standex.sensing.microwave.imaging.imager import STILL
from standex.sensing.microwave.imaging.voxels import Grid

WALK = np.array([1.2, 0.0, -0.7])
GRID = Grid(origin_m=np.array([-0.1, 0.05, 0.45]), step_m=np.full(3, 0.018), shape=(9, 7, 12))


def panel(n_t: int, n_r: int, *, step_s: float = 0.6e-6) -> Array:
    """Return transmitters in a row, receivers in a column, at different heights and numbers."""
    x, y = np.linspace(-0.5, 0.5, n_t), np.linspace(-0.45, 0.5, n_r)
    return Array(
        tx_position_m=np.c_[x, np.full(n_t, -0.5), 0.05 * x],
        rx_position_m=np.c_[np.full(n_r, 0.4), y, np.zeros(n_r)],
        frequency_hz=np.linspace(8e9, 12e9, 48),
        tx_time_s=(np.arange(n_t) - (n_t - 1) / 2) * 160e-6,
        step_s=step_s,
    )


def echoes(array: Array, rng: np.random.Generator) -> np.ndarray:
    points = np.array([0.0, 0.1, 0.55]) + rng.uniform(-0.1, 0.1, size=(12, 3))
    amplitude = rng.standard_normal(12) + 1j * rng.standard_normal(12)
    return ExactImager(array=array, points_m=points).forward(amplitude, STILL).astype(np.complex64)


def error_db(got: np.ndarray, wanted: np.ndarray) -> float:
    return float(10 * np.log10(np.sum(np.abs(got - wanted) ** 2) / np.sum(np.abs(wanted) ** 2)))


@pytest.fixture(scope="module")
def tables():
    return make_tables(
        panel(14, 11), GRID, block_shape=(5, 7, 4), tolerance=0.005, map_blocks=map, guard_cells=5
    )


@pytest.fixture(scope="module")
def held(tables):
    return hold(tables, np, np.array)


@pytest.mark.slow
@pytest.mark.parametrize("velocity", [STILL, WALK, 40 * WALK], ids=["still", "walking", "driving"])
def test_agrees_with_the_reference_of_the_cpu(tables, held, velocity, rng):
    rows = np.arange(len(tables.blocks.first))
    samples = echoes(tables.array, rng)
    wanted = BeamspaceImager(tables=tables, is_compiled=False).image_blocks(samples, rows, velocity)
    for blocks_at_once in (16, 4):
        stages = PlainStages(blocks_at_once=blocks_at_once)
        got = image_rows(held, samples, rows, velocity, stages=stages)
        assert got.dtype == np.complex64
        np.testing.assert_allclose(got, wanted, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.slow
@pytest.mark.parametrize(("velocity", "limit_db"), [(STILL, -50), (WALK, -40)])
def test_agrees_with_the_definition(tables, held, velocity, limit_db, rng):
    samples = echoes(tables.array, rng)
    rows = np.arange(len(tables.blocks.first))
    image = as_volume(held, image_rows(held, samples, rows, velocity, stages=PlainStages()))
    exact = ExactImager(array=tables.array, points_m=GRID.points_m())
    assert error_db(image, exact.adjoint(samples, velocity)) < limit_db


@pytest.mark.slow
def test_time_within_a_transmitter_counts_where_it_is_felt(rng):
    """A slow sweep over frequency: without the turns of ``stopped`` the image would be another."""
    slow, quick = panel(14, 11, step_s=60e-6), panel(14, 11)
    samples, row = echoes(slow, rng), np.arange(1)
    images = []
    for array in (slow, quick):
        one = make_tables(array, GRID, block_shape=(5, 7, 4), tolerance=0.02, map_blocks=map)
        images.append(image_rows(hold(one, np, np.array), samples, row, WALK, stages=PlainStages()))
        wanted = BeamspaceImager(tables=one, is_compiled=False).image_blocks(samples, row, WALK)
        np.testing.assert_allclose(images[-1], wanted, atol=1e-5 * np.abs(wanted).max())
    assert error_db(images[1], images[0]) > -30


def test_chosen_blocks_come_in_the_order_asked(tables, held, rng):
    samples = echoes(tables.array, rng)
    every = np.arange(len(tables.blocks.first))
    for velocity, tolerance in ((STILL, 1e-6), (WALK, 1e-2)):
        whole = image_rows(held, samples, every, velocity, stages=PlainStages())
        some = image_rows(held, samples, every[[4, 1]], velocity, stages=PlainStages())
        # Turns within a transmitter's frequencies are those of the middle of all that is imaged.
        np.testing.assert_allclose(some, whole[[4, 1]], atol=tolerance * np.abs(whole).max())


def test_ranks_differ_and_are_filled_up_by_zeros(tables):
    for side, n in ((tables.tx, 14), (tables.rx, 11)):
        assert len(np.unique(side.rank)) > 1
        padded = padded_basis(side, n)
        assert padded.shape[1] == padded_rank(side) >= side.rank.max()
        assert padded_rank(side) % 2 == 0
        for row, rank in enumerate(side.rank):
            assert not padded[row, rank:].any()
            # A basis is orthonormal: what is left of it here is the unit of the table.
            size = np.linalg.norm(padded[row, :rank], axis=1)
            np.testing.assert_allclose(size, side.scale[row, :rank], rtol=1e-5)


def test_profiles_are_those_of_the_cpu(tables, held, rng):
    samples = echoes(tables.array, rng)
    wanted = path_profiles(
        tables.array,
        samples,
        first=30,
        n=60,  # more than the period: profiles repeat
        carrier_rad_per_m=tables.gate.carrier_rad_per_m,
    )
    got = path_profiles_xp(held, samples, first=30, n=60)
    assert got.dtype == np.complex64
    value = wanted[..., 0, :] + 1j * wanted[..., 1, :]
    np.testing.assert_allclose(got, value, atol=3e-6 * np.abs(value).max())


@pytest.mark.parametrize("velocity", [STILL, WALK, 40 * WALK], ids=["still", "walking", "driving"])
def test_the_window_holds_every_gate(tables, held, velocity):
    for rows in (np.arange(len(tables.blocks.first)), np.array([3])):
        first, n = window(held, rows, velocity)
        places = gate_places(tables, rows, velocity)
        time = tables.array.times_s()[:, None]
        u = places.u_t[:, :, None] + places.u_r[:, None] + time * places.rate_per_s[:, None]
        cell = np.floor(u / 2) + places.first - first
        assert cell.min() >= 0
        assert cell.max() + 2 + held.n_k <= n


def test_a_volume_is_put_together_from_blocks_that_hang_over_it(tables, held):
    blocks = tables.blocks
    number = np.arange(len(blocks.first))[:, None] * 1000.0 + np.arange(np.prod(blocks.shape))
    volume = as_volume(held, number.astype(np.complex64)).real.reshape(GRID.shape)
    for row, (i, j, k) in enumerate(blocks.first):
        part = volume[i : i + 5, j : j + 7, k : k + 4]
        block = number[row].reshape(blocks.shape)
        np.testing.assert_array_equal(part, block[tuple(slice(0, n) for n in part.shape)])
