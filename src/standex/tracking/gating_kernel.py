"""Near pairs, compiled: the same as ``gating.near_pairs``, with the walls and the lost seen to.

Numba is optional (extra ``tracking``): where it is missing, ``compiled.AVAILABLE`` is False and
nothing here may be called.
"""

# Numba comes without types and infers those of the loops; what is exported is annotated.
# pyright: basic

import math

import numpy as np

from standex.tracking.compiled import jit
from standex.tracking.motion import N_MODES
from standex.tracking.motion_kernel import eigenvalue
from standex.tracking.walls_kernel import behind_wall

CELL_M = 1.0  # of the grid that positions are sorted into
HASH_X, HASH_Y = 73856093, 19349663  # large primes: neighbouring cells fall into different buckets


@jit
def near_pairs_of(x, mean, cov, prob, place, z, r, widest, is_lost, wall, gate, max_pairs):
    """Near pairs, by a hash of square cells; CSR by track, positions ascending by distance."""
    n = len(prob)
    rows = len(z)
    first = np.zeros(n + 1, np.int64)
    size = 16
    while size < 2 * rows:
        size *= 2
    mask = size - 1
    head = np.full(size, -1, np.int64)
    following = np.empty(rows, np.int64)
    cx, cy = np.empty(rows, np.int64), np.empty(rows, np.int64)
    for j in range(rows - 1, -1, -1):
        cx[j], cy[j] = math.floor(z[j, 0] / CELL_M), math.floor(z[j, 1] / CELL_M)
        bucket = ((cx[j] * HASH_X) ^ (cy[j] * HASH_Y)) & mask
        following[j] = head[bucket]
        head[bucket] = j
    room = 4 * n + 64
    column = np.empty(room, np.int64)
    likelihood = np.empty((room, N_MODES))
    near = np.empty(max_pairs, np.int64)
    near_sq = np.empty(max_pairs)
    count = 0
    for i in range(n):
        first[i + 1] = count
        if is_lost[i] or rows == 0:
            continue
        reach = 0.0
        for b in range(N_MODES):
            dx, dy = mean[i, b, 0] - x[i, 0], mean[i, b, 1] - x[i, 1]
            off = math.sqrt(dx * dx + dy * dy)
            reach = max(reach, off + gate * math.sqrt(eigenvalue(cov[i, b]) + widest))
        found = 0
        a0, a1 = (
            math.floor((x[i, 0] - reach) / CELL_M),
            math.floor((x[i, 0] + reach) / CELL_M),
        )
        b0, b1 = (
            math.floor((x[i, 1] - reach) / CELL_M),
            math.floor((x[i, 1] + reach) / CELL_M),
        )
        if (a1 - a0 + 1.0) * (b1 - b0 + 1.0) > rows:
            for j in range(rows):  # fewer positions than cells
                found = _insert(j, x[i], z, reach, near, near_sq, found, max_pairs)
        else:
            for a in range(a0, a1 + 1):
                for b in range(b0, b1 + 1):
                    j = head[((a * HASH_X) ^ (b * HASH_Y)) & mask]
                    while j >= 0:
                        if cx[j] == a and cy[j] == b:
                            found = _insert(j, x[i], z, reach, near, near_sq, found, max_pairs)
                        j = following[j]
        if count + found > room:
            room = 2 * room + found
            column, likelihood = _longer(column, likelihood, count, room)
        for k in range(found):
            j = near[k]
            inside = False
            for b in range(N_MODES):
                s00 = cov[i, b, 0, 0] + r[j, 0, 0]
                s01 = cov[i, b, 0, 1] + r[j, 0, 1]
                s11 = cov[i, b, 1, 1] + r[j, 1, 1]
                det = s00 * s11 - s01 * s01
                dx, dy = z[j, 0] - mean[i, b, 0], z[j, 1] - mean[i, b, 1]
                squared = (s11 * dx * dx - 2 * s01 * dx * dy + s00 * dy * dy) / det
                inside |= squared <= gate * gate
                density = math.exp(-0.5 * squared) / (2 * math.pi * math.sqrt(det))
                likelihood[count, b] = prob[i, b] * density
            if inside and not behind_wall(place[i], z[j], r[j], wall):
                column[count] = j
                count += 1
        first[i + 1] = count
    return first, column[:count].copy(), likelihood[:count].copy()


@jit
def _insert(j, x, z, reach, near, near_sq, found, max_pairs):
    """Keep the nearest ``max_pairs`` in order of distance."""
    dx, dy = z[j, 0] - x[0], z[j, 1] - x[1]
    squared = dx * dx + dy * dy
    if squared > reach * reach:
        return found
    if found == max_pairs:
        if squared >= near_sq[found - 1]:
            return found
        found -= 1
    k = found
    while k > 0 and near_sq[k - 1] > squared:
        near[k], near_sq[k] = near[k - 1], near_sq[k - 1]
        k -= 1
    near[k], near_sq[k] = j, squared
    return found + 1


@jit
def _longer(column, likelihood, count, room):
    more, taller = np.empty(room, np.int64), np.empty((room, likelihood.shape[1]))
    more[:count], taller[:count] = column[:count], likelihood[:count]
    return more, taller
