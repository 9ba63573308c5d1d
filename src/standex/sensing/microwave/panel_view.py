"""Images of one person from panels beside a path: one for each way through the panels.

A pair of panels (one sends, one receives) lights the parts of a body whose normals halve the angle
between them. Pairs are imaged apart and never added by phase: a person is not known to a fraction
of a wavelength over metres (the guard of US10330785 against motion). Pairs across the path see the
middle of the front, pairs of one side its flank.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace import BeamspaceImager
from standex.sensing.microwave.imaging.beamspace_tables import Tables
from standex.sensing.microwave.imaging.voxels import Grid
from standex.sensing.microwave.sweep import Sweep

VIEWS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "left": ((0, 0),),
    "right": ((1, 1),),
    "across": ((0, 1), (1, 0)),
}
BEFORE_M, BEHIND_M, ASIDE_M = 0.12, 0.14, 0.20  # the shell about a front that is imaged
TableMaker = Callable[[Array, Grid], Tables]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shell:
    """The part of the grid about one person's front.

    Attributes:
        first: index of its first voxel.
        shape: voxels.
        depth_m: into the body, ascending.
        across_m: from the middle of the person.
        height_m: above the floor.
    """

    first: tuple[int, int, int]
    shape: tuple[int, int, int]
    depth_m: Float[np.ndarray, " nx"]
    across_m: Float[np.ndarray, " ny"]
    height_m: Float[np.ndarray, " nz"]


def shell_about(grid: Grid, *, front_m: float, middle_m: float) -> Shell:
    """Return the voxels about a front at depth ``front_m``, a body with its middle at ``middle_m``.

    Raises:
        ValueError: nothing of it is inside the grid.
    """
    limits = ((front_m - BEFORE_M, front_m + BEHIND_M), (middle_m - ASIDE_M, middle_m + ASIDE_M))
    first, shape = [0, 0, 0], list(grid.shape)
    for axis, (low, high) in enumerate(limits):
        at = grid.axis_m(axis)
        rows = np.flatnonzero((at >= low) & (at <= high))
        if not len(rows):
            raise ValueError(f"a body at x = {front_m:.2f} m, y = {middle_m:.2f} m is off the grid")
        first[axis], shape[axis] = int(rows[0]), len(rows)
    axes = [grid.axis_m(a)[first[a] : first[a] + shape[a]] for a in range(3)]
    return Shell(
        first=(first[0], first[1], first[2]),
        shape=(shape[0], shape[1], shape[2]),
        depth_m=axes[0],
        across_m=axes[1] - middle_m,
        height_m=axes[2],
    )


def views_of(
    sweep: Sweep,
    grid: Grid,
    shell: Shell,
    *,
    velocity_m_per_s: Float[np.ndarray, " 3"],
    tables_of: TableMaker,
    n_threads: int = 1,
) -> dict[str, Float[np.ndarray, "nx ny nz"]]:
    """Return the echo power of each view in the shell.

    Args:
        sweep: with the background taken out.
        grid: that the tables are for.
        shell: part of it.
        velocity_m_per_s: of the person.
        tables_of: makes or finds the tables of a pair of panels.
        n_threads: blocks are shared among so many.
    """
    found: dict[str, np.ndarray] = {}
    for name, pairs in VIEWS.items():
        power: np.ndarray | None = None
        for pair in pairs:
            part = part_of(sweep, pair)
            if part is None:
                continue
            array, samples = part
            imager = BeamspaceImager(tables=tables_of(array, grid), n_threads=n_threads)
            one = np.abs(in_shell(imager, samples, shell, velocity_m_per_s)) ** 2
            power = one if power is None else power + one
        if power is not None:
            found[name] = power.astype(np.float64)
    return found


def cosine_on_front(sweep: Sweep, place_m: Float[np.ndarray, " 2"]) -> float:
    """Return the cosine of the angle of incidence on the front of somebody who walks to the panels.

    Between two sides it is half the angle between the ways from them, from one side the angle
    from straight ahead; heights are left out.
    """
    sides = [
        sweep.tx_position_m[sweep.tx_panel == panel, :2].mean(axis=0)
        for panel in np.unique(sweep.tx_panel)
    ]
    ways = [(side - place_m) / np.hypot(*(side - place_m)) for side in sides]
    half = np.mean(ways, axis=0) if len(ways) > 1 else ways[0]
    cosine = float(np.hypot(*half)) if len(ways) > 1 else float(-half[0])
    return float(np.clip(cosine, 0.05, 1.0))


def part_of(
    sweep: Sweep, pair: tuple[int, int]
) -> tuple[Array, Complex[np.ndarray, "t r f"]] | None:
    """Return the array and the samples of one pair of panels, or None where there is none."""
    t, r = np.flatnonzero(sweep.tx_panel == pair[0]), np.flatnonzero(sweep.rx_panel == pair[1])
    if not len(t) or not len(r):
        return None
    array = Array(
        tx_position_m=sweep.tx_position_m[t],
        rx_position_m=sweep.rx_position_m[r],
        frequency_hz=sweep.frequency_hz,
        tx_time_s=sweep.tx_time_s[t],
        step_s=sweep.step_s,
    )
    return array, np.ascontiguousarray(sweep.samples[t[0] : t[-1] + 1, r[0] : r[-1] + 1])


def in_shell(
    imager: BeamspaceImager,
    samples: Complex[np.ndarray, "t r f"],
    shell: Shell,
    velocity_m_per_s: Float[np.ndarray, " 3"],
) -> Complex[np.ndarray, "nx ny nz"]:
    """Return the complex image of the voxels of a shell."""
    blocks = imager.tables.blocks
    low, size = np.array(shell.first), np.array(shell.shape)
    inside = (blocks.first < low + size) & (blocks.first + np.array(blocks.shape) > low)
    rows = np.flatnonzero(inside.all(axis=1))
    image = imager.image_blocks(samples, rows, velocity_m_per_s)
    volume = np.zeros(shell.shape, dtype=np.complex64)
    for first, one in zip(blocks.first[rows], image, strict=True):
        start = np.maximum(first, low)
        end = np.minimum(first + np.array(blocks.shape), low + size)
        to = tuple(slice(a, b) for a, b in zip(start - low, end - low, strict=True))
        of = tuple(slice(a, b) for a, b in zip(start - first, end - first, strict=True))
        volume[to] = one.reshape(blocks.shape)[of]
    return volume
