"""One scan's step, compiled: the same sums as ``plain_step``, person by person.

Numba is optional (extra ``tracking``): where it is missing, ``compiled.AVAILABLE`` is False and
nothing here may be called. One thread goes through the people in order of rows, so the same input
gives the same output bit for bit; against the plain step rounding differs.
"""

# Numba comes without types and infers those of the loops; what is exported is annotated.
# pyright: basic

import math

import numpy as np

from standex.model.tracks import Modes
from standex.tracking.association import LARGEST_LOG_WEIGHT, NEGLIGIBLE
from standex.tracking.association_kernel import marginals_of
from standex.tracking.compiled import jit
from standex.tracking.existence import LEAST
from standex.tracking.motion import N_MODES, Motion
from standex.tracking.step import WALL_SLACK_STD, Heard, People, Step, StepSettings
from standex.tracking.walls import FROM_WALL_M, MAX_ROUNDS

SQRT3 = math.sqrt(3.0)
CELL_M = 1.0  # of the grid that positions are sorted into
HASH_X, HASH_Y = 73856093, 19349663  # large primes: neighbouring cells fall into different buckets
NO_GRID = np.zeros((0, 0))


def compiled_step(
    people: People, heard: Heard, motion: Motion, settings: StepSettings, *, dt_s: float
) -> Step:
    """Return everybody after a scan, compiled."""
    seen = heard.seen
    modes = people.modes
    (
        mean, covariance, mode_mean, mode_covariance, mode_probability, existence, is_lost,
        track_row, position_row, of_position, missed, nobody,
    ) = _step(
        people.place_site_m,
        modes.mean,
        modes.covariance,
        modes.probability,
        people.existence,
        people.is_confirmed,
        heard.position_site_m,
        heard.covariance_site_m2,
        heard.nobody_per_m2,
        NO_GRID if seen is None else seen.p_report,
        0.0 if seen is None else seen.origin_site_m[0],
        0.0 if seen is None else seen.origin_site_m[1],
        1.0 if seen is None else seen.cell_m,
        heard.wall_site_m,
        motion.switch(dt_s),
        motion.steps(dt_s),
        settings.gate,
        settings.sharpness,
        settings.min_p_report,
        settings.max_pairs_per_track,
        settings.lost_std_m,
        settings.survive,
        settings.area_site_m,
        settings.survive_outside,
        settings.max_gain,
        settings.max_loss,
    )  # fmt: skip
    return Step(
        mean=mean,
        covariance=covariance,
        modes=Modes(mean=mode_mean, covariance=mode_covariance, probability=mode_probability),
        existence=existence,
        is_lost=is_lost,
        track_row=track_row,
        position_row=position_row,
        of_position=of_position,
        missed=missed,
        nobody=nobody,
    )


@jit
def _step(place, mean0, cov0, prob0, existence0, is_confirmed, z, r, nobody_per_m2,
          grid, grid_x, grid_y, cell_m, wall, switch, steps, gate, sharpness, min_p_report,
          max_pairs, lost_std_m, survive, area, survive_outside, max_gain, max_loss):  # fmt: skip
    n = len(prob0)
    rows = len(z)
    mean = np.empty((n, N_MODES, 4))
    cov = np.empty((n, N_MODES, 4, 4))
    prob = np.empty((n, N_MODES))
    x = np.empty((n, 4))
    p = np.empty((n, 4, 4))
    existence = np.empty(n)
    is_lost = np.zeros(n, np.bool_)
    over_missed = np.empty(n)
    least = np.empty(n)
    widest = 0.0
    for j in range(rows):
        widest = max(widest, _eigenvalue(r[j]))
    limit = lost_std_m**2 + widest
    shift, came = np.zeros(4), np.empty(N_MODES)
    gain, move, change = np.empty((4, 2)), np.empty(4), np.empty((4, 4))
    for i in range(n):
        _predict(mean0[i], cov0[i], prob0[i], switch, steps, mean[i], cov[i], prob[i], came)
        _combine(mean[i], cov[i], prob[i], x[i], p[i])
        if len(wall):
            _keep_before(place[i], x[i], wall, mean[i], shift)
        if is_confirmed[i] and _eigenvalue(p[i]) > limit:
            is_lost[i] = True
        existence[i] = existence0[i] * survive
        if (
            x[i, 0] < area[0, 0]
            or x[i, 1] < area[0, 1]
            or x[i, 0] > area[1, 0]
            or x[i, 1] > area[1, 1]
        ):
            existence[i] *= survive_outside
        expected, least[i] = _p_report(x[i], p[i], grid, grid_x, grid_y, cell_m)
        seen = existence[i] * max(expected, min_p_report)
        over_missed[i] = seen / (1.0 - existence[i] * least[i]) / nobody_per_m2
    first, column, likelihood = _near(x, mean, cov, prob, place, z, r, widest, is_lost, wall, gate,
                                      max_pairs)  # fmt: skip
    first, column, likelihood, weight = _worth(first, column, likelihood, over_missed, rows)
    of_track, of_position, missed, nobody = marginals_of(first, column, weight, rows)
    track_row = np.empty(len(column), np.int64)
    for i in range(n):
        for e in range(first[i], first[i + 1]):
            track_row[e] = i
        if first[i + 1] > first[i]:
            _take(mean[i], cov[i], prob[i], z, r, column, likelihood, of_track, first[i],
                  first[i + 1], missed[i], sharpness, gain, move, shift, change)  # fmt: skip
            _combine(mean[i], cov[i], prob[i], x[i], p[i])
            if len(wall):
                _keep_before(place[i], x[i], wall, mean[i], shift)
        existence[i] = _exists(existence[i], least[i], missed[i], max_gain, max_loss)
    return (x, p, mean, cov, prob, existence, is_lost, track_row, column, of_position, missed,
            nobody)  # fmt: skip


@jit
def _eigenvalue(m):
    half = (m[0, 0] - m[1, 1]) / 2
    return (m[0, 0] + m[1, 1]) / 2 + math.sqrt(half * half + m[0, 1] * m[0, 1])


@jit
def _predict(mean0, cov0, prob0, switch, steps, mean, cov, prob, came):
    """Mix the modes of one person and move each; the covariance by blocks of two by two."""
    for b in range(N_MODES):
        total = 0.0
        for a in range(N_MODES):
            came[a] = prob0[a] * switch[a, b]
            total += came[a]
        prob[b] = total
        for a in range(N_MODES):
            came[a] /= total
        for k in range(4):
            s = 0.0
            for a in range(N_MODES):
                s += came[a] * mean0[a, k]
            mean[b, k] = s
        c = cov[b]
        for k in range(4):
            for m in range(k + 1):
                s = 0.0
                for a in range(N_MODES):
                    off = (mean0[a, k] - mean[b, k]) * (mean0[a, m] - mean[b, m])
                    s += came[a] * (cov0[a, k, m] + off)
                c[k, m] = s
        h, g, qpp, qpv, qvv = steps[b, 0], steps[b, 1], steps[b, 2], steps[b, 3], steps[b, 4]
        for k in range(2):
            mean[b, k] += h * mean[b, k + 2]
            mean[b, k + 2] *= g
        # Lower triangle: position (0, 1), velocity (2, 3); F = [[1, h], [0, g]] in blocks.
        c[0, 0] += 2 * h * c[2, 0] + h * h * c[2, 2] + qpp
        c[1, 1] += 2 * h * c[3, 1] + h * h * c[3, 3] + qpp
        c[1, 0] += h * (c[2, 1] + c[3, 0]) + h * h * c[3, 2]
        c[2, 0] = g * (c[2, 0] + h * c[2, 2]) + qpv
        c[3, 1] = g * (c[3, 1] + h * c[3, 3]) + qpv
        c[2, 1] = g * (c[2, 1] + h * c[3, 2])
        c[3, 0] = g * (c[3, 0] + h * c[3, 2])
        c[2, 2] = g * g * c[2, 2] + qvv
        c[3, 3] = g * g * c[3, 3] + qvv
        c[3, 2] = g * g * c[3, 2]
        for k in range(4):
            for m in range(k):
                c[m, k] = c[k, m]


@jit
def _combine(mean, cov, prob, x, p):
    for k in range(4):
        s = 0.0
        for b in range(N_MODES):
            s += prob[b] * mean[b, k]
        x[k] = s
    for k in range(4):
        for m in range(k + 1):
            s = 0.0
            for b in range(N_MODES):
                s += prob[b] * (cov[b, k, m] + (mean[b, k] - x[k]) * (mean[b, m] - x[m]))
            p[k, m] = s
            p[m, k] = s


@jit
def _crossing(ax, ay, bx, by, w):
    """Whether a step crosses a wall, how far behind it ends, and the normal back."""
    ux, uy = w[1, 0] - w[0, 0], w[1, 1] - w[0, 1]
    length = math.hypot(ux, uy)
    if length == 0.0:
        return False, 0.0, 0.0, 0.0
    lx, ly = -uy / length, ux / length
    before = (ax - w[0, 0]) * lx + (ay - w[0, 1]) * ly
    after = (bx - w[0, 0]) * lx + (by - w[0, 1]) * ly
    if before * after >= 0:
        return False, 0.0, 0.0, 0.0
    share = before / (before - after)
    at = (
        (ax + share * (bx - ax) - w[0, 0]) * ux + (ay + share * (by - ay) - w[0, 1]) * uy
    ) / length
    side = 1.0 if before > 0 else -1.0
    return 0 <= at <= length, abs(after), side * lx, side * ly


@jit
def _keep_before(place, x, wall, mean, shift):
    """Keep one person before all walls; see ``walls.kept_before``."""
    shift[:] = 0.0
    changed = False
    for _ in range(MAX_ROUNDS):
        stuck = False
        for w in range(len(wall)):
            crossed, depth, nx, ny = _crossing(
                place[0], place[1], x[0] + shift[0], x[1] + shift[1], wall[w]
            )
            if crossed:
                changed, stuck = True, True
                vx, vy = x[2] + shift[2], x[3] + shift[3]
                towards = min(vx * nx + vy * ny, 0.0)
                shift[0] += (depth + FROM_WALL_M) * nx
                shift[1] += (depth + FROM_WALL_M) * ny
                shift[2] -= towards * nx
                shift[3] -= towards * ny
        if not stuck:
            break
    if not changed:
        return
    for w in range(len(wall)):
        crossed, depth, _, _ = _crossing(
            place[0], place[1], x[0] + shift[0], x[1] + shift[1], wall[w]
        )
        if crossed and depth > 0:
            shift[0], shift[1] = place[0] - x[0], place[1] - x[1]
            shift[2], shift[3] = -x[2], -x[3]
    for k in range(4):
        x[k] += shift[k]
        for b in range(len(mean)):
            mean[b, k] += shift[k]


@jit
def _p_report(x, p, grid, grid_x, grid_y, cell_m):
    nx, ny = grid.shape
    if nx == 0:
        return 0.0, 0.0
    first = math.sqrt(p[0, 0])
    below = p[0, 1] / first
    second = math.sqrt(max(p[1, 1] - below * below, 0.0))
    total, least = 0.0, 1.0
    for k in range(5):
        # Points of the unscented transform: the middle, and along the rows of the root.
        sx, sy, share = 0.0, 0.0, 1.0 / 6
        if k == 0:
            share = 1.0 / 3
        elif k < 3:
            side = SQRT3 if k == 1 else -SQRT3
            sx, sy = side * first, side * below
        else:
            sy = (SQRT3 if k == 3 else -SQRT3) * second
        a = math.floor((x[0] + sx - grid_x) / cell_m)
        b = math.floor((x[1] + sy - grid_y) / cell_m)
        value = 0.0
        if 0 <= a < nx and 0 <= b < ny:
            value = grid[int(a), int(b)]
        total += share * value
        least = min(least, value)
    return total, least


@jit
def _near(x, mean, cov, prob, place, z, r, widest, is_lost, wall, gate, max_pairs):
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
            reach = max(reach, off + gate * math.sqrt(_eigenvalue(cov[i, b]) + widest))
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
            if inside and not _behind_wall(place[i], z[j], r[j], wall):
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


@jit
def _behind_wall(place, z, r, wall):
    for w in range(len(wall)):
        crossed, depth, _, _ = _crossing(place[0], place[1], z[0], z[1], wall[w])
        if crossed and depth > WALL_SLACK_STD * math.sqrt(_eigenvalue(r)):
            return True
    return False


@jit
def _worth(first, column, likelihood, over_missed, rows):
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


@jit
def _power(value, exponent):
    return value * value if exponent == 2.0 else value**exponent


@jit
def _take(mean, cov, prob, z, r, column, likelihood, of_track, start, end, missed, sharpness,
          gain, move, shift, change):  # fmt: skip
    """Take the positions of one person in; see ``step._taken``. The last four are room to work."""
    none = _power(missed, sharpness)
    total = none
    for e in range(start, end):
        total += _power(of_track[e], sharpness)
    sum_prob = 0.0
    for b in range(N_MODES):
        after = none / total * prob[b]
        shift[:] = 0.0
        change[:] = 0.0
        for e in range(start, end):
            whole = 0.0
            for a in range(N_MODES):
                whole += likelihood[e, a]
            sharp = _power(of_track[e], sharpness)
            share = sharp / total * likelihood[e, b] / max(whole, 1e-300)
            if share == 0.0:
                continue
            after += share
            j = column[e]
            c = cov[b]
            s00, s01, s11 = c[0, 0] + r[j, 0, 0], c[0, 1] + r[j, 0, 1], c[1, 1] + r[j, 1, 1]
            per_det = 1.0 / (s00 * s11 - s01 * s01)
            dx, dy = z[j, 0] - mean[b, 0], z[j, 1] - mean[b, 1]
            for k in range(4):
                gain[k, 0] = (c[k, 0] * s11 - c[k, 1] * s01) * per_det
                gain[k, 1] = (c[k, 1] * s00 - c[k, 0] * s01) * per_det
                move[k] = gain[k, 0] * dx + gain[k, 1] * dy
                shift[k] += share * move[k]
            for k in range(4):
                for m in range(k + 1):
                    less = gain[k, 0] * c[0, m] + gain[k, 1] * c[1, m]
                    change[k, m] += share * (move[k] * move[m] - less)
        sum_prob += after
        prob[b] = after
        scale = 1.0 / max(after, 1e-300)
        for k in range(4):
            shift[k] *= scale
            mean[b, k] += shift[k]
        for k in range(4):
            for m in range(k + 1):
                value = cov[b, k, m] + change[k, m] * scale - shift[k] * shift[m]
                cov[b, k, m] = value
                cov[b, m, k] = value
    for b in range(N_MODES):
        prob[b] /= sum_prob


@jit
def _exists(before, p_report, missed, max_gain, max_loss):
    """P(there is such a person); see ``existence.update_existence``."""
    before = min(max(before, LEAST), 1 - LEAST)
    there_though_missed = before * (1 - p_report) / (1 - before * p_report)
    after = min(max((1 - missed) + missed * there_though_missed, LEAST), 1 - LEAST)
    log_odds = math.log(before / (1 - before))
    change = math.log(after / (1 - after)) - log_odds
    return 1.0 / (1.0 + math.exp(-(log_odds + min(max(change, -max_loss), max_gain))))
