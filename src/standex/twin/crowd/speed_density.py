"""How fast people walk in how dense a crowd: the curve by which crowds are compared.

The density at a person is one over the area of their Voronoi cell, cut off at the walls of a
rectangle by mirrored people. Speed is that over the ground from half the window before a moment to
half of it after. Both are the same for recorded and simulated ways.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import Voronoi

from standex.model.trajectories import Trajectories


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpeedDensity:
    """Speed and density at people, one row a person and moment.

    Attributes:
        density_per_m2: around them.
        speed_m_per_s: theirs.
    """

    density_per_m2: Float[np.ndarray, " n"]
    speed_m_per_s: Float[np.ndarray, " n"]

    def mean_speed(
        self, edges_per_m2: Float[np.ndarray, " edges"], *, least: int = 50
    ) -> tuple[Float[np.ndarray, " bins"], Int[np.ndarray, " bins"]]:
        """Return the mean speed between each two edges of density, and of how many rows.

        Args:
            edges_per_m2: rising.
            least: rows; a bin with fewer is NaN.
        """
        row = np.digitize(self.density_per_m2, edges_per_m2) - 1
        n_bins = len(edges_per_m2) - 1
        inside = (row >= 0) & (row < n_bins)
        count = np.bincount(row[inside], minlength=n_bins)
        total = np.bincount(row[inside], weights=self.speed_m_per_s[inside], minlength=n_bins)
        return np.where(count >= least, total / np.maximum(count, 1), np.nan), count


def cell_density_per_m2(
    position_m: Float[np.ndarray, "n 2"],
    *,
    min_m: Float[np.ndarray, " 2"],
    max_m: Float[np.ndarray, " 2"],
) -> Float[np.ndarray, " n"]:
    """Return one over the area of each person's Voronoi cell within a rectangle.

    Everybody is mirrored about all four sides, which makes the sides edges of cells.

    Args:
        position_m: people at one moment, inside the rectangle.
        min_m: lower left corner.
        max_m: upper right corner.

    Raises:
        ValueError: somebody is not inside.

    References:
        Steffen, Seyfried, Physica A 389 (2010) 1902.
    """
    if not np.all((position_m > min_m) & (position_m < max_m)):
        raise ValueError("everybody must be inside the rectangle")
    if not len(position_m):
        return np.zeros(0)
    mirrored = [position_m]
    for axis in (0, 1):
        for side_m in (min_m[axis], max_m[axis]):
            other = position_m.copy()
            other[:, axis] = 2 * side_m - other[:, axis]
            mirrored.append(other)
    cells = Voronoi(np.concatenate(mirrored))
    corners = (
        cells.vertices[cells.regions[cells.point_region[row]]] for row in range(len(position_m))
    )
    return np.array([1.0 / _area_m2(corner) for corner in corners])


def speed_density(
    trajectories: Trajectories,
    *,
    min_m: Float[np.ndarray, " 2"],
    max_m: Float[np.ndarray, " 2"],
    margin_m: float,
    every_s: float = 0.4,
    window_s: float = 0.8,
) -> SpeedDensity:
    """Return speed and density of people in a corridor along x.

    Args:
        trajectories: recorded or simulated.
        min_m: lower left corner of the corridor; its walls are at the lower and upper y.
        max_m: upper right corner.
        margin_m: at either end in x that is counted as neighbours only: what comes next is unknown.
        every_s: from moment to moment.
        window_s: over which speeds are taken.
    """
    rate_hz = trajectories.frame_rate_hz
    half = max(1, round(window_s * rate_hz / 2))
    frames = trajectories.frame
    first, last = (int(frames.min()), int(frames.max())) if len(frames) else (0, -1)
    by_frame = np.argsort(frames, kind="stable")
    sorted_frames = frames[by_frame]
    density: list[np.ndarray] = []
    speed: list[np.ndarray] = []
    for moment in range(first + half, last - half + 1, max(1, round(every_s * rate_hz))):
        low, high = np.searchsorted(sorted_frames, [moment, moment + 1])
        rows = by_frame[low:high]
        place = trajectories.position_m[rows]
        inside = np.all((place > min_m) & (place < max_m), axis=1)
        rows, place = rows[inside], place[inside]
        middle = (place[:, 0] > min_m[0] + margin_m) & (place[:, 0] < max_m[0] - margin_m)
        # A person's rows follow each other, so that a whole window is where its ends should be.
        is_whole = (rows >= half) & (rows + half < len(frames))
        before, after = np.maximum(rows - half, 0), np.minimum(rows + half, len(frames) - 1)
        for end, at in ((before, moment - half), (after, moment + half)):
            is_whole &= (frames[end] == at) & (
                trajectories.person[end] == trajectories.person[rows]
            )
        wanted = middle & is_whole
        if not wanted.any():
            continue
        density.append(cell_density_per_m2(place, min_m=min_m, max_m=max_m)[wanted])
        way_m = trajectories.position_m[after] - trajectories.position_m[before]
        speed.append(np.hypot(way_m[:, 0], way_m[:, 1])[wanted] * rate_hz / (2 * half))
    return SpeedDensity(
        density_per_m2=np.concatenate([*density, np.zeros(0)]),
        speed_m_per_s=np.concatenate([*speed, np.zeros(0)]),
    )


def _area_m2(corner_m: np.ndarray) -> float:
    """Return the area of a convex polygon whose corners are in order."""
    x, y = corner_m.T
    return 0.5 * abs(float(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))))
