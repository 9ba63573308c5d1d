"""By how much cameras' clocks differ, from people whom two of them see walk at the same time.

Where both see the same floor, a person is at p(t) for the one and at p(t + offset) + shift for the
other: a clock that is off puts people behind or ahead of themselves, along their way, a survey that
is off puts all of them aside. Both are estimated together: the offset first on a grid, by how close
each sight of one camera comes to the ways that the other saw, then by weighted least squares on
matched sights. People who all walk the same way at one speed leave offset and shift undecided, and
standing people say nothing of clocks: the stated deviation is then large.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float, Int

LARGEST_S = 3.0
NEAR_M = 0.8  # of a sight of the other camera; farther, it is of somebody else
SHIFT_STD_M = 0.3  # of a survey
STEP_S = 0.1
SIGHTS_ON_GRID = 500
SMOOTH_S = 0.6  # to both sides, of velocities: noise of places must not look like speed
LINK_M_PER_S = 3.0  # faster from frame to frame is another person
LINK_M = 0.25
LONGEST_GAP_S = 1.2
SLOWEST_M_PER_S = 0.3  # who is slower stands: the rest is noise, and says nothing of clocks
FEWEST = 30  # matched sights
ALIKE = 5.0  # sights of one way that err together
ROUNDS = 4


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sights:
    """Where one camera saw people, in order of time.

    Attributes:
        t_s: since any moment that all cameras share.
        position_m: of one person at that time; several rows may have one time.
    """

    t_s: Float[np.ndarray, " n"]
    position_m: Float[np.ndarray, "n 2"]

    def __post_init__(self) -> None:
        if not (np.isfinite(self.t_s).all() and np.isfinite(self.position_m).all()):
            raise ValueError("times and positions must be finite")
        if np.any(np.diff(self.t_s) < 0):
            raise ValueError("t_s must not run backwards")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ClockOffset:
    """How one camera's clock stands against another's.

    Attributes:
        offset_s: what the other's times are ahead: it says t + offset when this one says t.
        std_s: standard deviation of it.
        shift_m: length of what the other's positions are off by.
        n_matched: sights behind it.
    """

    offset_s: float
    std_s: float
    shift_m: float
    n_matched: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Steps:
    """Straight pieces of ways between two sights, in order: from where, when, to where, when."""

    t0_s: np.ndarray
    t1_s: np.ndarray
    p0_m: np.ndarray
    p1_m: np.ndarray
    velocity_m_per_s: np.ndarray  # NaN near the ends of a way


def clock_offset(one: Sights, other: Sights) -> ClockOffset | None:
    """Return how the other's clock stands, or None where too little was seen by both.

    Args:
        one: a camera's sights; half a minute of a few people who walk is enough.
        other: another's, of the same time and, in part, the same floor.
    """
    steps = _steps(other)
    if len(one.t_s) < FEWEST or len(steps.t0_s) < FEWEST:
        return None
    grid_s = np.arange(-LARGEST_S, LARGEST_S + STEP_S / 2, STEP_S)
    cost = np.empty(len(grid_s))
    shifts = np.empty((len(grid_s), 2))
    every = max(1, len(one.t_s) // SIGHTS_ON_GRID)
    some = Sights(t_s=one.t_s[::every], position_m=one.position_m[::every])
    for row, offset_s in enumerate(grid_s):
        off, _, _ = _off(some, steps, offset_s, np.zeros(2))
        near = np.hypot(off[:, 0], off[:, 1]) < NEAR_M
        shift = np.median(off[near], axis=0) if near.any() else np.zeros(2)
        off, _, _ = _off(some, steps, offset_s, shift)
        squared = np.minimum((off**2).sum(axis=1), NEAR_M**2)
        cost[row] = squared.mean() + shift @ shift / SHIFT_STD_M**2 * NEAR_M**2 / len(off)
        shifts[row] = shift
    best = int(np.argmin(cost))
    return _refined(one, steps, float(grid_s[best]), shifts[best])


def balanced(pairs: Mapping[tuple[str, str], ClockOffset]) -> dict[str, float]:
    """Return by how much each camera's clock is ahead of all of them together, in seconds.

    Weighted least squares over all pairs, with a sum of zero for those that pairs connect; what
    this says of a camera is its ``clock_offset_s``.

    Args:
        pairs: by the names of ``one`` and ``other``.
    """
    names = sorted({name for pair in pairs for name in pair})
    place = {name: row for row, name in enumerate(names)}
    rows, wanted = [], []
    for (one, other), offset in pairs.items():
        row = np.zeros(len(names))
        row[place[other]], row[place[one]] = 1.0, -1.0
        rows.append(row / offset.std_s)
        wanted.append(offset.offset_s / offset.std_s)
    if not rows:
        return {}
    # Of all solutions the one of least norm: each connected group then sums to zero.
    ahead, *_ = np.linalg.lstsq(np.array(rows), np.array(wanted), rcond=1e-9)
    return dict(zip(names, ahead.tolist(), strict=True))


def _refined(
    one: Sights, steps: _Steps, offset_s: float, shift: Float[np.ndarray, " 2"]
) -> ClockOffset | None:
    """Return the estimate by least squares around a start, with its deviation."""
    prior = np.diag([0.0, SHIFT_STD_M**-2, SHIFT_STD_M**-2])
    std_s, matched = np.inf, np.zeros(0, dtype=bool)
    for _ in range(ROUNDS):
        off, velocity, is_there = _off(one, steps, offset_s, shift)
        distance = np.hypot(off[:, 0], off[:, 1])
        is_there = is_there & np.isfinite(velocity).all(axis=1)
        # Robust: three times the spread of the nearer half, and never beyond another person.
        if not (is_there & (distance < NEAR_M)).any():
            return None
        spread = np.median(distance[is_there & (distance < NEAR_M)])
        matched = is_there & (distance < min(NEAR_M, 3 * spread + 0.05))
        if matched.sum() < FEWEST:
            return None
        # off = velocity * (error of offset) + (error of shift) + noise
        model = np.zeros((2 * matched.sum(), 3))
        model[0::2, 0], model[1::2, 0] = velocity[matched, 0], velocity[matched, 1]
        model[0::2, 1] = model[1::2, 2] = 1.0
        seen = off[matched].reshape(-1)
        variance = max(float(np.mean(seen**2)), 1e-4) * ALIKE
        information = model.T @ model / variance + prior
        wanted = model.T @ seen / variance - prior @ np.array([0.0, *shift])
        # What cannot be told apart is not moved: the smallest of all steps that fit.
        step = np.linalg.lstsq(information, wanted, rcond=1e-9)[0]
        offset_s = offset_s + float(np.clip(-step[0], -2 * STEP_S, 2 * STEP_S))
        shift = shift + step[1:]
        covariance = np.linalg.pinv(information, rcond=1e-12, hermitian=True)
        std_s = float(np.sqrt(covariance[0, 0])) if information[0, 0] > 1e-6 else np.inf
    if not np.isfinite(std_s) or abs(offset_s) > LARGEST_S:
        return None
    return ClockOffset(
        offset_s=offset_s,
        std_s=std_s,
        shift_m=float(np.hypot(*shift)),
        n_matched=int(matched.sum()),
    )


def _off(
    one: Sights, steps: _Steps, offset_s: float, shift: Float[np.ndarray, " 2"]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each sight how far the nearest way of the other is, and the velocity on it.

    Sights without any way at that time get a distance beyond all others.
    """
    t0, t1, p0, p1 = steps.t0_s, steps.t1_s, steps.p0_m, steps.p1_m
    t = one.t_s + offset_s
    first = np.searchsorted(t0, t - LONGEST_GAP_S, side="left")
    last = np.searchsorted(t0, t, side="right")
    n = len(t)
    best = np.full(n, np.inf)
    off, velocity = np.full((n, 2), 1e3), np.zeros((n, 2))
    for k in range(int((last - first).max(initial=0))):
        at = first + k
        rows = np.flatnonzero(at < last)
        step = at[rows]
        inside = t1[step] >= t[rows]
        rows, step = rows[inside], step[inside]
        share = ((t[rows] - t0[step]) / (t1[step] - t0[step]))[:, None]
        away = p0[step] + share * (p1[step] - p0[step]) - one.position_m[rows] - shift
        length = np.hypot(away[:, 0], away[:, 1])
        nearer = length < best[rows]
        rows, step = rows[nearer], step[nearer]
        best[rows], off[rows] = length[nearer], away[nearer]
        velocity[rows] = steps.velocity_m_per_s[step]
    return off, velocity, np.isfinite(best)


def _steps(sights: Sights) -> _Steps:
    """Link each sight with the nearest of the next frame, each once."""
    times, start = np.unique(sights.t_s, return_index=True)
    ends = [*start[1:], len(sights.t_s)]
    links: list[tuple[int, int]] = []
    for frame in range(len(times) - 1):
        gap_s = times[frame + 1] - times[frame]
        if gap_s > LONGEST_GAP_S:
            continue
        here = np.arange(start[frame], ends[frame])
        then = np.arange(start[frame + 1], ends[frame + 1])
        apart = np.linalg.norm(
            sights.position_m[then][None] - sights.position_m[here][:, None], axis=2
        )
        reach = LINK_M + LINK_M_PER_S * gap_s
        for flat in np.argsort(apart, axis=None):
            i, j = np.unravel_index(flat, apart.shape)
            if not apart[i, j] < reach:
                break
            links.append((int(here[i]), int(then[j])))
            apart[i, :] = apart[:, j] = np.inf
    pairs = np.array(links, dtype=np.int64).reshape(-1, 2)
    pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
    velocity = _velocities(sights, pairs)
    return _Steps(
        t0_s=sights.t_s[pairs[:, 0]],
        t1_s=sights.t_s[pairs[:, 1]],
        p0_m=sights.position_m[pairs[:, 0]],
        p1_m=sights.position_m[pairs[:, 1]],
        velocity_m_per_s=(velocity[pairs[:, 0]] + velocity[pairs[:, 1]]) / 2,
    )


def _velocities(sights: Sights, pairs: Int[np.ndarray, "links 2"]) -> Float[np.ndarray, "n 2"]:
    """Return the slope of each way around each sight; NaN where its neighbours are one-sided.

    A line through neighbours on both sides: its slope does not depend on the error of the middle.
    """
    n = len(sights.t_s)
    after, before = np.full(n, -1), np.full(n, -1)
    after[pairs[:, 0]], before[pairs[:, 1]] = pairs[:, 1], pairs[:, 0]
    sums = np.zeros((n, 3))  # dt^2, dt * dx, dt * dy
    is_whole = np.ones(n, dtype=bool)
    for step in (after, before):
        at, reached = np.arange(n), np.zeros(n, dtype=bool)
        while True:
            at = np.where(at >= 0, step[at], -1)
            dt_s = np.abs(sights.t_s[at] - sights.t_s)
            rows = np.flatnonzero((at >= 0) & (dt_s <= SMOOTH_S + 1e-9))
            if not len(rows):
                break
            dt_s = sights.t_s[at[rows]] - sights.t_s[rows]
            way = sights.position_m[at[rows]] - sights.position_m[rows]
            sums[rows] += np.column_stack([dt_s**2, dt_s[:, None] * way])
            reached[rows] |= np.abs(dt_s) >= SMOOTH_S / 2
            at[np.setdiff1d(np.arange(n), rows)] = -1
        is_whole &= reached
    is_whole &= sums[:, 0] > 0
    slope = sums[:, 1:] / np.where(is_whole, sums[:, 0], 1.0)[:, None]
    slope[np.hypot(slope[:, 0], slope[:, 1]) < SLOWEST_M_PER_S] = 0.0
    return np.where(is_whole[:, None], slope, np.nan)
