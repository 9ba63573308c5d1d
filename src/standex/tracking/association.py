"""Who is who: the likeliest one-to-one assignment, and how likely every other one is.

Both work on the sparse graph of near pairs. A pair has a log weight: the log of the likelihood that
the track made the position, over the likelihood that the track was missed and the position
came from nobody. The weight of a joint association is the product over its pairs.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from standex.tracking.gating import Pairs

# Odds of e^25 are certainty; more would only cost digits in the sums below.
LARGEST_LOG_WEIGHT = 25.0
NEGLIGIBLE = 1e-3  # a pair that has less of its track and of its position is left out
MAX_ROUNDS, TOLERANCE = 50, 1e-3  # of belief propagation


def assign(
    pairs: Pairs, log_weight: Float[np.ndarray, " pairs"], *, n_tracks: int, n_positions: int
) -> Bool[np.ndarray, " pairs"]:
    """Mark the pairs of the one-to-one association with the largest weight.

    Each track takes at most one position and each position at most one track; a pair that is
    likelier apart (log weight not above 0) is never taken. Exact, not greedy.

    References:
        Jonker, Volgenant, Computing 38 (1987) 325, as sparse shortest augmenting paths in SciPy.
    """
    taken = np.zeros(len(log_weight), dtype=bool)
    worth = np.flatnonzero(log_weight > 0)
    track, position = pairs.track_row[worth], pairs.position_row[worth]
    alone = np.bincount(track, minlength=n_tracks)[track] == 1
    alone &= np.bincount(position, minlength=n_positions)[position] == 1
    taken[worth[alone]] = True
    worth = worth[~alone]
    if not len(worth):
        return taken
    _, row = np.unique(pairs.track_row[worth], return_inverse=True)
    _, column = np.unique(pairs.position_row[worth], return_inverse=True)
    n, m = int(row.max()) + 1, int(column.max()) + 1
    # Every track also has a column of its own for "missed". The matching is full over the tracks,
    # so one constant added to all costs changes nothing and keeps them off zero, which a sparse
    # matrix would take for "no edge".
    missed_cost = 1.0 + float(log_weight[worth].max())
    cost = np.concatenate([missed_cost - log_weight[worth], np.full(n, missed_cost)])
    rows = np.concatenate([row, np.arange(n)])
    columns = np.concatenate([column, m + np.arange(n)])
    graph = csr_array((cost, (rows, columns)), shape=(n, m + n))
    partner = np.empty(n, dtype=np.int64)
    matched_row, matched_column = min_weight_full_bipartite_matching(graph)
    partner[matched_row] = matched_column
    taken[worth] = partner[row] == column
    return taken


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marginals:
    """Probabilities of single associations, whatever the others are.

    Attributes:
        of_track: P(the pair's track made the pair's position), as the track sees it; these and
            ``missed`` sum to one for a track.
        of_position: the same as the position sees it; these and ``nobody`` sum to one for a
            position. The two agree when the iteration has converged.
        missed: P(track made no position).
        nobody: P(position came from no track).
        n_rounds: iterations used.
    """

    of_track: Float[np.ndarray, " pairs"]
    of_position: Float[np.ndarray, " pairs"]
    missed: Float[np.ndarray, " n"]
    nobody: Float[np.ndarray, " rows"]
    n_rounds: int


def marginals(
    pairs: Pairs,
    log_weight: Float[np.ndarray, " pairs"],
    *,
    n_tracks: int,
    n_positions: int,
    max_rounds: int = MAX_ROUNDS,
    tolerance: float = TOLERANCE,
) -> Marginals:
    """Return the marginals of all joint associations, cluster by cluster.

    A cluster is tracks that share positions, directly or through others. Of one or two tracks all
    joint associations are counted: the marginals are exact. Of more they are those of loopy belief
    propagation: exact where the graph of pairs has no loop; it always converges. In a loop of
    nearly equal fits it takes the better one for too sure; over a crowd the marginals are right on
    average.

    Args:
        pairs: the graph.
        log_weight: of each pair.
        n_tracks: rows of the tracks.
        n_positions: rows of the scan.
        max_rounds: stop here at the latest.
        tolerance: a cluster is done when no message in it changes by more.

    References:
        Williams, Lau, IEEE Trans. Aerospace and Electronic Systems 50 (2014) 2942.
    """
    track, position = pairs.track_row, pairs.position_row
    weight = np.exp(np.minimum(log_weight, LARGEST_LOG_WEIGHT))
    cluster = _clusters(pairs, n_tracks, n_positions)
    n_in_cluster = np.bincount(cluster, minlength=n_tracks)[cluster]
    many = n_in_cluster[track] > 2
    to_track = np.ones(len(weight))
    going = many.copy()
    n_rounds = 0
    while n_rounds < max_rounds and going.any():
        n_rounds += 1
        to_position = weight / _others(weight * to_track, track, n_tracks)
        update = 1 / _others(to_position, position, n_positions)
        change = np.zeros(n_tracks)
        np.maximum.at(change, cluster[track], np.abs(update - to_track))
        to_track = np.where(going, update, to_track)
        going &= (change > tolerance)[cluster[track]]
    to_position = weight / _others(weight * to_track, track, n_tracks)
    of_track, missed = _normalised(weight * to_track, track, n_tracks)
    of_position, nobody = _normalised(to_position, position, n_positions)
    two = (n_in_cluster == 2)[track]
    of_track[two], missed_of_two = _exact_of_two(pairs, weight, cluster, two, n_tracks)
    missed = np.where(n_in_cluster == 2, missed_of_two, missed)
    of_position = np.where(many, of_position, of_track)
    few = np.ones(n_positions, dtype=bool)
    few[position[many]] = False
    nobody = np.where(
        few, np.maximum(1.0 - np.bincount(position, of_track, n_positions), 0), nobody
    )
    return Marginals(
        of_track=of_track,
        of_position=of_position,
        missed=missed,
        nobody=nobody,
        n_rounds=n_rounds,
    )


def worth(
    pairs: Pairs, log_weight: Float[np.ndarray, " pairs"], *, n_tracks: int, n_positions: int
) -> Bool[np.ndarray, " pairs"]:
    """Mark the pairs that are not negligible, both for their track and for their position.

    Left out, they would change no marginal by more than about ``NEGLIGIBLE``; left in, they would
    tie the crowd together into few large clusters.
    """
    weight = np.exp(np.minimum(log_weight, LARGEST_LOG_WEIGHT))
    of_track = 1 + np.bincount(pairs.track_row, weight, n_tracks)
    of_position = 1 + np.bincount(pairs.position_row, weight, n_positions)
    least = np.minimum(of_track[pairs.track_row], of_position[pairs.position_row])
    return weight >= NEGLIGIBLE * least


def _clusters(pairs: Pairs, n_tracks: int, n_positions: int) -> Int[np.ndarray, " n"]:
    """Return the number of each track's cluster."""
    if not len(pairs.track_row):
        return np.arange(n_tracks)
    size = n_tracks + n_positions
    ones = np.ones(len(pairs.track_row), dtype=np.int8)
    graph = csr_array((ones, (pairs.track_row, n_tracks + pairs.position_row)), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    return np.unique(label[:n_tracks], return_inverse=True)[1].astype(np.int64)


def _exact_of_two(
    pairs: Pairs,
    weight: Float[np.ndarray, " pairs"],
    cluster: Int[np.ndarray, " n"],
    two: Bool[np.ndarray, " pairs"],
    n_tracks: int,
) -> tuple[Float[np.ndarray, " those"], Float[np.ndarray, " n"]]:
    """Return P(pair) of the pairs of two tracks that share positions, and P(missed) of each.

    With w the weights of a pair at position j, A and B the sums over all positions of the one and
    of the other track, those joint associations in which the one takes j weigh w_aj (1 + B - w_bj),
    those in which it is missed 1 + B, and all together Z = 1 + A + B + sum_j w_aj (B - w_bj).
    """
    track, position, of_pair = pairs.track_row[two], pairs.position_row[two], weight[two]
    total = np.bincount(track, of_pair, n_tracks)
    both = np.bincount(cluster, total, n_tracks)
    # The other track's weight at the same position: of all weights there, what is not one's own.
    n_positions = int(position.max(initial=-1)) + 1
    rival = np.bincount(position, of_pair, n_positions)[position] - of_pair
    others = both[cluster] - total
    beside = of_pair * np.maximum(others[track] - rival, 0)
    z = 1 + both[cluster] + np.bincount(track, beside, n_tracks)
    p = (of_pair + beside) / z[track]
    return p, (1 + others) / z


def _others(
    value: Float[np.ndarray, " pairs"], node: Int[np.ndarray, " pairs"], n_nodes: int
) -> Float[np.ndarray, " pairs"]:
    """Return 1 plus the sum over the other pairs of the same node."""
    # Rounding may leave a little less than nothing.
    return 1 + np.maximum(np.bincount(node, value, n_nodes)[node] - value, 0)


def _normalised(
    value: Float[np.ndarray, " pairs"], node: Int[np.ndarray, " pairs"], n_nodes: int
) -> tuple[Float[np.ndarray, " pairs"], Float[np.ndarray, " nodes"]]:
    """Return the shares of the pairs at their node, and what is left for none of them."""
    rest = 1 / (1 + np.bincount(node, value, n_nodes))
    return value * rest[node], rest
