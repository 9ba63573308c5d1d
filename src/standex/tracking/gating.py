"""Which positions could belong to which tracks: the few near pairs out of all."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.spatial import cKDTree

from standex.tracking.motion import largest_eigenvalue


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pairs:
    """Tracks and positions close enough to belong together, one pair per entry.

    Attributes:
        track_row: row of the track, ascending.
        position_row: row of the position.
        log_likelihood: natural log of the density (1/m2) of the position, given the track.
    """

    track_row: Int[np.ndarray, " pairs"]
    position_row: Int[np.ndarray, " pairs"]
    log_likelihood: Float[np.ndarray, " pairs"]


def near_pairs(
    track_site_m: Float[np.ndarray, "n 2"],
    track_covariance_site_m2: Float[np.ndarray, "n 2 2"],
    position_site_m: Float[np.ndarray, "rows 2"],
    covariance_site_m2: Float[np.ndarray, "rows 2 2"],
    *,
    gate: float,
    max_pairs_per_track: int,
) -> Pairs:
    """Return the pairs whose innovation lies within ``gate`` standard deviations.

    Of more than ``max_pairs_per_track`` positions in reach of a track the nearest ones (in metres)
    count: this is what keeps the work bounded in a burst of false positions.

    Args:
        track_site_m: predicted x, y.
        track_covariance_site_m2: of each prediction.
        position_site_m: x, y of the scan.
        covariance_site_m2: of each position.
        gate: largest Mahalanobis distance.
        max_pairs_per_track: at least 1.
    """
    if not len(track_site_m) or not len(position_site_m):
        nobody = np.zeros(0, dtype=np.int64)
        return Pairs(track_row=nobody, position_row=nobody, log_likelihood=np.zeros(0))
    reach_m = gate * np.sqrt(
        largest_eigenvalue(track_covariance_site_m2).max()
        + largest_eigenvalue(covariance_site_m2).max()
    )
    # A hair more than the reach, for the bound of the tree is open.
    distance_m, found = cKDTree(position_site_m).query(
        track_site_m,
        k=list(range(1, max_pairs_per_track + 1)),
        distance_upper_bound=float(reach_m) * (1 + 1e-9),
    )
    track_row, rank = np.nonzero(np.isfinite(distance_m))
    position_row = np.asarray(found)[track_row, rank]
    s = track_covariance_site_m2[track_row] + covariance_site_m2[position_row]
    dx_m, dy_m = (position_site_m[position_row] - track_site_m[track_row]).T
    a, b, d = s[:, 0, 0], s[:, 0, 1], s[:, 1, 1]
    determinant = a * d - b * b
    squared = (d * dx_m**2 - 2 * b * dx_m * dy_m + a * dy_m**2) / determinant
    inside = squared <= gate**2
    log_likelihood = -0.5 * (squared + np.log(determinant)) - np.log(2 * np.pi)
    return Pairs(
        track_row=track_row[inside],
        position_row=position_row[inside],
        log_likelihood=log_likelihood[inside],
    )
