"""Marginals of all joint associations, compiled: the same as ``association.marginals``.

Numba is optional (extra ``tracking``): where it is missing, ``compiled.AVAILABLE`` is False and
nothing here may be called.
"""

# Numba comes without types and infers those of the loops; what is exported is annotated.
# pyright: basic

import math

import numpy as np

from standex.tracking.association import LARGEST_LOG_WEIGHT, MAX_ROUNDS, NEGLIGIBLE, TOLERANCE
from standex.tracking.compiled import jit
from standex.tracking.motion import N_MODES


@jit
def marginals_of(first, column, weight, rows):
    """Marginals of all joint associations, cluster by cluster; see ``association.marginals``."""
    n, pairs = len(first) - 1, len(column)
    missed, nobody = np.ones(n), np.ones(rows)
    sums = np.zeros(n)
    for i in range(n):
        for e in range(first[i], first[i + 1]):
            sums[i] += weight[e]
    of_track, of_position = np.empty(pairs), np.empty(pairs)
    head, following, size = _clusters(first, column, rows)
    at_position = np.zeros(rows)
    to_track = np.ones(pairs)
    for i in range(n):
        if head[i] != i or (first[i + 1] == first[i] and size[i] == 1):
            continue
        if size[i] == 1:
            missed[i] = 1.0 / (1.0 + sums[i])
            for e in range(first[i], first[i + 1]):
                of_track[e] = weight[e] * missed[i]
                of_position[e] = of_track[e]
                nobody[column[e]] = 1.0 - of_track[e]
        elif size[i] == 2:
            _two(i, following[i], first, column, weight, sums, at_position, of_track, of_position,
                 missed, nobody)  # fmt: skip
        else:
            _many(i, following, first, column, weight, at_position, to_track, of_track,
                  of_position, missed, nobody)  # fmt: skip
    return of_track, of_position, missed, nobody


@jit
def _clusters(first, column, rows):
    """Tracks that share positions, directly or through others: chains in order of rows.

    Returns the first track of each track's cluster, the next one in it (or -1), and at the first
    one their number.
    """
    n = len(first) - 1
    head = np.arange(n)
    claimed = np.full(rows, -1, np.int64)
    for i in range(n):
        for e in range(first[i], first[i + 1]):
            j = column[e]
            if claimed[j] < 0:
                claimed[j] = i
                continue
            a, b = _root(head, i), _root(head, claimed[j])
            if a < b:
                head[b] = a
            elif b < a:
                head[a] = b
    following = np.full(n, -1, np.int64)
    last = np.arange(n)
    size = np.zeros(n, np.int64)
    for i in range(n):
        root = _root(head, i)
        head[i] = root
        size[root] += 1
        if root != i:
            following[last[root]] = i
            last[root] = i
    return head, following, size


@jit
def _root(head, i):
    while head[i] != i:
        head[i] = head[head[i]]
        i = head[i]
    return i


@jit
def _two(a, b, first, column, weight, sums, others, of_track, of_position, missed, nobody):
    """Two tracks: all joint associations are counted. ``others`` is zero, and is left so."""
    both = 0.0
    for e in range(first[a], first[a + 1]):
        others[column[e]] = weight[e]
    for e in range(first[b], first[b + 1]):
        both += weight[e] * max(sums[a] - others[column[e]], 0.0)
    total = 1.0 + sums[a] + sums[b] + both
    for e in range(first[b], first[b + 1]):
        of_track[e] = weight[e] * (1.0 + max(sums[a] - others[column[e]], 0.0)) / total
    for e in range(first[a], first[a + 1]):
        others[column[e]] = 0.0
    for e in range(first[b], first[b + 1]):
        others[column[e]] = weight[e]
    for e in range(first[a], first[a + 1]):
        of_track[e] = weight[e] * (1.0 + max(sums[b] - others[column[e]], 0.0)) / total
    for e in range(first[b], first[b + 1]):
        others[column[e]] = 0.0
    missed[a], missed[b] = (1.0 + sums[b]) / total, (1.0 + sums[a]) / total
    for i in (a, b):
        for e in range(first[i], first[i + 1]):
            of_position[e] = of_track[e]
            nobody[column[e]] = max(nobody[column[e]] - of_track[e], 0.0)


@jit
def _many(start, following, first, column, weight, at_position, to_track, of_track, of_position,
          missed, nobody):  # fmt: skip
    """Belief propagation in one cluster; ``of_position`` holds the messages meanwhile."""
    for _ in range(MAX_ROUNDS):
        _to_positions(start, following, first, column, weight, to_track, of_position, at_position)
        change = 0.0
        i = start
        while i >= 0:
            for e in range(first[i], first[i + 1]):
                update = 1.0 / (1.0 + max(at_position[column[e]] - of_position[e], 0.0))
                change = max(change, abs(update - to_track[e]))
                to_track[e] = update
            i = following[i]
        if change <= TOLERANCE:
            break
    _to_positions(start, following, first, column, weight, to_track, of_position, at_position)
    i = start
    while i >= 0:
        total = 1.0
        for e in range(first[i], first[i + 1]):
            total += weight[e] * to_track[e]
        missed[i] = 1.0 / total
        for e in range(first[i], first[i + 1]):
            of_track[e] = weight[e] * to_track[e] / total
            nobody[column[e]] = 1.0 / (1.0 + at_position[column[e]])
            of_position[e] *= nobody[column[e]]
        i = following[i]


@jit
def _to_positions(start, following, first, column, weight, to_track, to_position, at_position):
    i = start
    while i >= 0:
        for e in range(first[i], first[i + 1]):
            at_position[column[e]] = 0.0
        i = following[i]
    i = start
    while i >= 0:
        total = 0.0
        for e in range(first[i], first[i + 1]):
            total += weight[e] * to_track[e]
        for e in range(first[i], first[i + 1]):
            to_position[e] = weight[e] / (1.0 + max(total - weight[e] * to_track[e], 0.0))
            at_position[column[e]] += to_position[e]
        i = following[i]


@jit
def worth_of(first, column, likelihood, over_missed, rows):
    """Pairs that are not negligible, and their weights; see ``association.worth``."""
    n, pairs = len(first) - 1, len(column)
    most = math.exp(LARGEST_LOG_WEIGHT)
    weight = np.empty(pairs)
    of_track, of_position = np.ones(n), np.ones(rows)
    for i in range(n):
        for e in range(first[i], first[i + 1]):
            total = 0.0
            for b in range(N_MODES):
                total += likelihood[e, b]
            weight[e] = min(max(total, 1e-300) * over_missed[i], most)
            of_track[i] += weight[e]
            of_position[column[e]] += weight[e]
    kept = np.zeros(n + 1, np.int64)
    k = 0
    for i in range(n):
        for e in range(first[i], first[i + 1]):
            if weight[e] >= NEGLIGIBLE * min(of_track[i], of_position[column[e]]):
                column[k], weight[k] = column[e], weight[e]
                for b in range(N_MODES):
                    likelihood[k, b] = likelihood[e, b]
                k += 1
        kept[i + 1] = k
    return kept, column[:k], likelihood[:k], weight[:k]
