"""A grid's order of voxels, blocks that cover it once, and which of them are near."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.sensing.microwave.imaging.voxels import Blocks, Grid, cut

SHAPES = st.tuples(*[st.integers(1, 9)] * 3)


def grid(shape: tuple[int, int, int] = (5, 4, 3), **changes: Any) -> Grid:
    given_or_not = {
        "origin_m": np.array([-0.1, 0.2, 1.0]),
        "step_m": np.array([0.01, 0.02, 0.03]),
        "shape": shape,
    }
    return Grid(**(given_or_not | changes))


def voxels_m(blocks: Blocks) -> np.ndarray:
    """Return block by voxel by axis, those that hang over included."""
    return blocks.center_m[:, None] + blocks.offset_m()


@pytest.mark.parametrize("shape", [(0, 4, 3), (5, 0, 3), (5, 4, 0), (5, -1, 3)])
def test_refuses_a_volume_without_voxels(shape: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="an empty volume: shape"):
        grid(shape)


@pytest.mark.parametrize("step_m", [0.0, -0.01, np.nan, np.inf])
def test_refuses_steps_that_lead_nowhere(step_m: float) -> None:
    with pytest.raises(ValueError, match="an empty volume"):
        grid(step_m=np.array([0.01, step_m, 0.01]))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_refuses_a_place_that_is_nowhere(value: float) -> None:
    with pytest.raises(ValueError, match="origin_m is not finite"):
        grid(origin_m=np.array([0.0, value, 0.0]))


@given(SHAPES)
def test_voxels_are_in_the_order_of_an_array(shape: tuple[int, int, int]) -> None:
    volume = grid(shape)
    points_m = volume.points_m()
    assert len(points_m) == volume.size
    for axis in range(3):
        index = np.indices(shape)[axis].ravel()
        np.testing.assert_allclose(points_m[:, axis], volume.axis_m(axis)[index], atol=1e-12)
        expected = volume.origin_m[axis] + volume.step_m[axis] * index
        np.testing.assert_allclose(points_m[:, axis], expected, atol=1e-12)


@given(SHAPES, SHAPES)
def test_blocks_cover_every_voxel_exactly_once(
    shape: tuple[int, int, int], block: tuple[int, int, int]
) -> None:
    volume = grid(shape)
    blocks = cut(volume, block)
    index = (blocks.first[:, None] + np.stack(np.indices(block)).reshape(3, -1).T).reshape(-1, 3)
    inside = (index < shape).all(axis=1)
    times = np.zeros(shape, dtype=int)
    np.add.at(times, tuple(index[inside].T), 1)
    assert (times == 1).all()
    # and where a block says its voxels are is where the grid says so
    of_grid = volume.points_m()[np.ravel_multi_index(index[inside].T, shape)]
    np.testing.assert_allclose(voxels_m(blocks).reshape(-1, 3)[inside], of_grid, atol=1e-12)


def test_every_block_holds_some_of_the_grid() -> None:
    blocks = cut(grid((5, 4, 3)), (4, 4, 4))
    assert len(blocks.first) == 2
    assert (blocks.first < (5, 4, 3)).all()


@pytest.mark.parametrize("block", [(0, 4, 4), (4, -1, 4)])
def test_refuses_a_block_without_voxels(block: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="block shape must be positive"):
        cut(grid(), block)


@pytest.mark.parametrize("within_m", [0.0, 0.01, 0.05])
def test_near_are_the_blocks_whose_box_is(within_m: float, rng: np.random.Generator) -> None:
    blocks = cut(grid((13, 9, 7)), (4, 3, 2))
    corners_m = voxels_m(blocks)[:, [0, -1]]
    # more points than are looked at together, most of them far away, those that count in between
    points_m = rng.uniform(5, 9, size=(300, 3))
    points_m[253:260] = rng.uniform([-0.12, 0.18, 0.98], [0.04, 0.38, 1.2], (7, 3))
    points_m[255:257] = blocks.center_m[[5, 40]] + 1e-3
    nearest_m = np.clip(points_m, corners_m[:, None, 0], corners_m[:, None, 1])
    away_m = np.linalg.norm(points_m - nearest_m, axis=2).min(axis=1)
    near = blocks.near(points_m, within_m=within_m)
    np.testing.assert_array_equal(near, away_m <= within_m)
    if within_m:
        assert 0 < near.sum() < len(near)


def test_no_voxel_that_is_near_is_left_out(rng: np.random.Generator) -> None:
    blocks = cut(grid((9, 8, 7)), (4, 3, 2))
    points_m = rng.uniform([-0.12, 0.15, 0.95], [0.0, 0.4, 1.2], size=(5, 3))
    away_m = np.linalg.norm(voxels_m(blocks)[:, :, None] - points_m, axis=3).min(axis=(1, 2))
    assert blocks.near(points_m, within_m=0.03)[away_m <= 0.03].all()
    assert (away_m <= 0.03).any()


def test_nothing_is_near_no_points() -> None:
    assert not cut(grid(), (2, 2, 2)).near(np.zeros((0, 3)), within_m=1.0).any()
