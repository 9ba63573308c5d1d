"""Which positions could belong to which tracks: the few near pairs out of all."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.spatial import cKDTree

from standex.model.tracks import Modes
from standex.tracking.motion import largest_eigenvalue


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Tracks and positions close enough to belong together, one pair per entry.

    Attributes:
        track_row: row of the track, ascending.
        position_row: row of the position.
        likelihood: density (1/m2) of the position given the track, mode by mode, times P(mode).
    """

    track_row: Int[np.ndarray, " pairs"]
    position_row: Int[np.ndarray, " pairs"]
    likelihood: Float[np.ndarray, "pairs modes"]

    @property
    def log_likelihood(self) -> Float[np.ndarray, " pairs"]:
        """Return the natural log of the density whatever the mode."""
        return np.log(np.maximum(self.likelihood.sum(axis=1), 1e-300))


def select(pairs: Pairs, keep: Bool[np.ndarray, " pairs"]) -> Pairs:
    """Return the pairs marked in ``keep``."""
    return Pairs(
        track_row=pairs.track_row[keep],
        position_row=pairs.position_row[keep],
        likelihood=pairs.likelihood[keep],
    )


def one_mode(mean: Float[np.ndarray, "n 4"], covariance: Float[np.ndarray, "n 4 4"]) -> Modes:
    """Return plain Gaussians as modes."""
    return Modes(
        mean=mean[:, None], covariance=covariance[:, None], probability=np.ones((len(mean), 1))
    )


def near_pairs(
    modes: Modes,
    track_site_m: Float[np.ndarray, "n 2"],
    position_site_m: Float[np.ndarray, "rows 2"],
    covariance_site_m2: Float[np.ndarray, "rows 2 2"],
    *,
    gate: float,
    max_pairs_per_track: int,
) -> Pairs:
    """Return the pairs whose innovation lies within ``gate`` standard deviations, in any mode.

    Of more than ``max_pairs_per_track`` positions in reach of a track the nearest ones (in metres)
    count: this is what keeps the work bounded in a burst of false positions.

    Args:
        modes: predicted.
        track_site_m: predicted x, y of each track, whatever its mode.
        position_site_m: x, y of the scan.
        covariance_site_m2: of each position.
        gate: largest Mahalanobis distance.
        max_pairs_per_track: at least 1.
    """
    if not len(track_site_m) or not len(position_site_m):
        nobody = np.zeros(0, dtype=np.int64)
        empty = np.zeros((0, modes.probability.shape[1]))
        return Pairs(track_row=nobody, position_row=nobody, likelihood=empty)
    off_m = np.linalg.norm(modes.mean[:, :, :2] - track_site_m[:, None], axis=2)
    widest_m2 = largest_eigenvalue(covariance_site_m2).max()
    std_m = np.sqrt(largest_eigenvalue(modes.covariance[:, :, :2, :2]) + widest_m2)
    reach_m = (off_m + gate * std_m).max(axis=1)
    # A hair more than the reach, for the bound of the tree is open.
    distance_m, found = cKDTree(position_site_m).query(
        track_site_m,
        k=list(range(1, max_pairs_per_track + 1)),
        distance_upper_bound=float(reach_m.max()) * (1 + 1e-9),
    )
    track_row, rank = np.nonzero(distance_m <= reach_m[:, None])
    position_row = np.asarray(found)[track_row, rank]
    s = modes.covariance[track_row, :, :2, :2] + covariance_site_m2[position_row, None]
    way_m = position_site_m[position_row, None] - modes.mean[track_row, :, :2]
    dx_m, dy_m = way_m[:, :, 0], way_m[:, :, 1]
    a, b, d = s[:, :, 0, 0], s[:, :, 0, 1], s[:, :, 1, 1]
    determinant = a * d - b * b
    squared = (d * dx_m**2 - 2 * b * dx_m * dy_m + a * dy_m**2) / determinant
    density = np.exp(-0.5 * squared) / (2 * np.pi * np.sqrt(determinant))
    inside = (squared <= gate**2).any(axis=1)
    return Pairs(
        track_row=track_row[inside],
        position_row=position_row[inside],
        likelihood=(modes.probability[track_row] * density)[inside],
    )
