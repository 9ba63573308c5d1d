"""Where to image: a regular grid in the sensor frame, cut into blocks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Voxels on a regular grid, ``[ix, iy, iz]``.

    Attributes:
        origin_m: middle of voxel [0, 0, 0].
        step_m: along each axis.
        shape: voxels along each axis.

    Raises:
        ValueError: a step or a number of voxels is not positive, or a value is not finite.
    """

    origin_m: Float[np.ndarray, " 3"]
    step_m: Float[np.ndarray, " 3"]
    shape: tuple[int, int, int]

    def __post_init__(self) -> None:
        if min(self.shape) < 1 or not ((self.step_m > 0) & (self.step_m < np.inf)).all():
            raise ValueError(
                f"an empty volume: shape {self.shape}, step_m {self.step_m}; all must be positive "
                "and finite"
            )
        if not np.isfinite(self.origin_m).all():
            raise ValueError(f"origin_m is not finite: {self.origin_m}")

    @property
    def size(self) -> int:
        """Return the number of voxels."""
        return int(np.prod(self.shape))

    def axis_m(self, axis: int) -> Float[np.ndarray, " n"]:
        """Return the coordinates along one axis."""
        return self.origin_m[axis] + self.step_m[axis] * np.arange(self.shape[axis])

    def points_m(self) -> Float[np.ndarray, "v 3"]:
        """Return all voxels, the last axis fastest."""
        axes = np.meshgrid(*(self.axis_m(axis) for axis in range(3)), indexing="ij")
        return np.stack([axis.ravel() for axis in axes], axis=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blocks:
    """A grid cut into equal blocks; those at the upper ends hang over it.

    Attributes:
        grid: that is cut.
        shape: voxels of a block along each axis.
        first: index of each block's first voxel.
        center_m: middle of each block.
    """

    grid: Grid
    shape: tuple[int, int, int]
    first: Int[np.ndarray, "b 3"]
    center_m: Float[np.ndarray, "b 3"]

    def offset_m(self) -> Float[np.ndarray, "v 3"]:
        """Return the voxels of a block from its middle, the last axis fastest."""
        axes = [
            (np.arange(n) - (n - 1) / 2) * s
            for n, s in zip(self.shape, self.grid.step_m, strict=True)
        ]
        return np.stack([a.ravel() for a in np.meshgrid(*axes, indexing="ij")], axis=1)

    def near(
        self, points_m: Float[np.ndarray, "n 3"], *, within_m: float
    ) -> Bool[np.ndarray, " b"]:
        """Return the blocks that come within a distance of any of the points."""
        half = (np.array(self.shape) - 1) / 2 * self.grid.step_m
        hit = np.zeros(len(self.first), dtype=np.bool_)
        for start in range(0, len(points_m), 256):
            gap = np.abs(self.center_m[:, None] - points_m[None, start : start + 256]) - half
            hit |= (np.linalg.norm(np.maximum(gap, 0), axis=-1) <= within_m).any(axis=1)
        return hit


def cut(grid: Grid, shape: tuple[int, int, int]) -> Blocks:
    """Return ``grid`` in blocks of ``shape`` voxels.

    Raises:
        ValueError: a block has no voxels.
    """
    if min(shape) < 1:
        raise ValueError(f"block shape must be positive, got {shape}")
    starts = np.meshgrid(
        *(np.arange(0, n, b) for n, b in zip(grid.shape, shape, strict=True)), indexing="ij"
    )
    first = np.stack([s.ravel() for s in starts], axis=1)
    center = grid.origin_m + (first + (np.array(shape) - 1) / 2) * grid.step_m
    return Blocks(grid=grid, shape=shape, first=first, center_m=center)
