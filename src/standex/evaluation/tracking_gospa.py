"""How far reported places are from the true ones, scan by scan: OSPA and GOSPA."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from scipy.spatial import cKDTree

from standex.evaluation.tracking_scans import Whereabouts, check_same_scans

CUTOFF_M = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaceErrors:
    """Errors of each scan, of order 2.

    Attributes:
        cutoff_m: further than that is not found, and counts as much.
        squared_m2: sum of the squared distances of those found.
        n_found: people with a track.
        n_missed: people without.
        n_false: tracks without a person.
    """

    cutoff_m: float
    squared_m2: Float[np.ndarray, " scans"]
    n_found: Int[np.ndarray, " scans"]
    n_missed: Int[np.ndarray, " scans"]
    n_false: Int[np.ndarray, " scans"]

    @property
    def gospa_m(self) -> Float[np.ndarray, " scans"]:
        """Return the GOSPA (alpha 2) of each scan, the root of the sum of its three parts."""
        return np.sqrt(sum(self.parts_m2()))

    @property
    def ospa_m(self) -> Float[np.ndarray, " scans"]:
        """Return the OSPA of each scan, an error per person."""
        most = self.n_found + np.maximum(self.n_missed, self.n_false)
        beyond = self.cutoff_m**2 * np.maximum(self.n_missed, self.n_false)
        return np.sqrt((self.squared_m2 + beyond) / np.maximum(most, 1))

    @property
    def rmse_m(self) -> Float[np.ndarray, " scans"]:
        """Return the root mean squared distance of those found."""
        return np.sqrt(self.squared_m2 / np.maximum(self.n_found, 1))

    def parts_m2(
        self,
    ) -> tuple[
        Float[np.ndarray, " scans"], Float[np.ndarray, " scans"], Float[np.ndarray, " scans"]
    ]:
        """Return what localisation, missed people and false tracks add to the squared GOSPA."""
        each_m2 = self.cutoff_m**2 / 2
        return self.squared_m2, each_m2 * self.n_missed, each_m2 * self.n_false


def place_errors(
    truth: Whereabouts, report: Whereabouts, *, cutoff_m: float = CUTOFF_M
) -> PlaceErrors:
    """Hold a report against the truth, scan by scan.

    Raises:
        ValueError: they are of different scans, or ``cutoff_m`` is not positive.

    References:
        Schuhmacher, Vo, Vo, IEEE Trans. Signal Processing 56 (2008) 3447 (OSPA).
        Rahmathullah, Garcia-Fernandez, Svensson, FUSION 2017 (GOSPA).
    """
    check_same_scans(truth, report)
    n_scans = len(truth.t_utc_ns)
    squared_m2, n_found = np.zeros(n_scans), np.zeros(n_scans, dtype=np.int64)
    for scan in range(n_scans):
        _, _, away_m = nearest_pairs(truth.at(scan)[1], report.at(scan)[1], cutoff_m=cutoff_m)
        squared_m2[scan], n_found[scan] = np.sum(away_m**2), len(away_m)
    return PlaceErrors(
        cutoff_m=cutoff_m,
        squared_m2=squared_m2,
        n_found=n_found,
        n_missed=np.diff(truth.first_row) - n_found,
        n_false=np.diff(report.first_row) - n_found,
    )


def nearest_pairs(
    a_m: Float[np.ndarray, "n 2"], b_m: Float[np.ndarray, "m 2"], *, cutoff_m: float
) -> tuple[Int[np.ndarray, " k"], Int[np.ndarray, " k"], Float[np.ndarray, " k"]]:
    """Return the one-to-one pairs closer than the cut-off with the least cost.

    The cost is the sum of squared distances, and the squared cut-off for each of ``a_m`` without
    a partner. Only near pairs are ever looked at, so it stays sparse however many there are.

    Returns:
        Rows of ``a_m``, rows of ``b_m``, their distances.

    Raises:
        ValueError: ``cutoff_m`` is not positive and finite.
    """
    if not 0 < cutoff_m < np.inf:
        raise ValueError(f"cutoff_m must be positive and finite, got {cutoff_m}")
    if not len(a_m) or not len(b_m):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    near = cKDTree(a_m).sparse_distance_matrix(cKDTree(b_m), cutoff_m, output_type="ndarray")
    near = near[near["v"] < cutoff_m]
    i, j, away_m = near["i"].astype(np.int64), near["j"].astype(np.int64), near["v"]
    # Most pairs have no rival, and need no solver.
    alone = (np.bincount(i, minlength=len(a_m))[i] == 1) & (
        np.bincount(j, minlength=len(b_m))[j] == 1
    )
    taken = alone.copy()
    rivals = np.flatnonzero(~alone)
    if len(rivals):
        taken[rivals[_least_cost(i[rivals], j[rivals], away_m[rivals] ** 2, cutoff_m**2)]] = True
    return i[taken], j[taken], away_m[taken]


def _least_cost(
    i: Int[np.ndarray, " pairs"],
    j: Int[np.ndarray, " pairs"],
    cost: Float[np.ndarray, " pairs"],
    alone_cost: float,
) -> Int[np.ndarray, " taken"]:
    """Return which pairs make the assignment with the least cost."""
    rows, i = np.unique(i, return_inverse=True)
    columns, j = np.unique(j, return_inverse=True)
    n, m = len(rows), len(columns)
    # Each row may also stay alone, in a column of its own. One is added to all costs, since a
    # sparse matrix takes a cost of zero for no pair.
    table = csr_array(
        (
            np.concatenate([cost, np.full(n, alone_cost)]) + 1,
            (np.concatenate([i, np.arange(n)]), np.concatenate([j, m + np.arange(n)])),
        ),
        shape=(n, m + n),
    )
    row, column = min_weight_full_bipartite_matching(table)
    chosen = set(zip(row.tolist(), column.tolist(), strict=True))
    return np.array(
        [k for k, pair in enumerate(zip(i.tolist(), j.tolist(), strict=True)) if pair in chosen],
        dtype=np.int64,
    )
