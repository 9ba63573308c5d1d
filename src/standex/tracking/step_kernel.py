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
from standex.tracking.association_kernel import marginals_of, worth_of
from standex.tracking.compiled import in_order, jit
from standex.tracking.existence import LEAST
from standex.tracking.gating_kernel import near_pairs_of
from standex.tracking.motion import N_MODES, Motion
from standex.tracking.motion_kernel import combine, eigenvalue, predict_of
from standex.tracking.step import Heard, People, Step, StepSettings
from standex.tracking.walls_kernel import keep_before

SQRT3 = math.sqrt(3.0)
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
        in_order(people.place_site_m),
        modes.mean,
        modes.covariance,
        modes.probability,
        people.existence,
        people.is_confirmed,
        in_order(heard.position_site_m),
        in_order(heard.covariance_site_m2),
        float(heard.nobody_per_m2),
        NO_GRID if seen is None else in_order(seen.p_report),
        0.0 if seen is None else float(seen.origin_site_m[0]),
        0.0 if seen is None else float(seen.origin_site_m[1]),
        1.0 if seen is None else float(seen.cell_m),
        in_order(heard.wall_site_m),
        motion.switch(dt_s),
        motion.steps(dt_s),
        float(settings.gate),
        float(settings.sharpness),
        float(settings.min_p_report),
        settings.max_pairs_per_track,
        float(settings.lost_std_m),
        float(settings.survive),
        in_order(settings.area_site_m),
        float(settings.survive_outside),
        float(settings.max_gain),
        float(settings.max_loss),
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
        widest = max(widest, eigenvalue(r[j]))
    limit = lost_std_m**2 + widest
    shift, came = np.zeros(4), np.empty(N_MODES)
    gain, move, change = np.empty((4, 2)), np.empty(4), np.empty((4, 4))
    for i in range(n):
        predict_of(mean0[i], cov0[i], prob0[i], switch, steps, mean[i], cov[i], prob[i], came)
        combine(mean[i], cov[i], prob[i], x[i], p[i])
        if len(wall):
            keep_before(place[i], x[i], wall, mean[i], shift)
        if is_confirmed[i] and eigenvalue(p[i]) > limit:
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
    first, column, likelihood = near_pairs_of(
        x, mean, cov, prob, place, z, r, widest, is_lost, wall, gate, max_pairs
    )
    first, column, likelihood, weight = worth_of(first, column, likelihood, over_missed, rows)
    of_track, of_position, missed, nobody = marginals_of(first, column, weight, rows)
    track_row = np.empty(len(column), np.int64)
    for i in range(n):
        for e in range(first[i], first[i + 1]):
            track_row[e] = i
        if first[i + 1] > first[i]:
            _take(mean[i], cov[i], prob[i], z, r, column, likelihood, of_track, first[i],
                  first[i + 1], missed[i], sharpness, gain, move, shift, change)  # fmt: skip
            combine(mean[i], cov[i], prob[i], x[i], p[i])
            if len(wall):
                keep_before(place[i], x[i], wall, mean[i], shift)
        existence[i] = _exists(existence[i], least[i], missed[i], max_gain, max_loss)
    return (x, p, mean, cov, prob, existence, is_lost, track_row, column, of_position, missed,
            nobody)  # fmt: skip


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
