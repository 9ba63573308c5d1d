"""Nobody walks through a wall."""

import numpy as np
from jaxtyping import Bool, Float

SLACK_STD = 3.0  # so far behind a wall a position may lie by its own error
FROM_WALL_M = 0.02  # whom a step would have put behind a wall stands so far before it
MAX_ROUNDS = 3  # the way back from one wall may lead through another, in a corner


def crosses(
    start_m: Float[np.ndarray, "n 2"],
    end_m: Float[np.ndarray, "n 2"],
    wall_m: Float[np.ndarray, "walls 2 2"],
    *,
    slack_m: Float[np.ndarray, " n"],
) -> Bool[np.ndarray, " n"]:
    """Mark the steps that cross a wall and end more than ``slack_m`` behind it.

    Args:
        start_m: from where.
        end_m: to where.
        wall_m: segments, from and to.
        slack_m: how far behind a wall a position may lie by its own error.
    """
    through = np.zeros(len(start_m), dtype=bool)
    for a, b in wall_m:
        crossed, depth_m, _ = _crossing(start_m, end_m, a, b)
        through |= crossed & (depth_m > slack_m)
    return through


def kept_before(
    start_m: Float[np.ndarray, "n 2"],
    state: Float[np.ndarray, "n 4"],
    wall_m: Float[np.ndarray, "walls 2 2"],
) -> Float[np.ndarray, "n 4"]:
    """Return what to add to states so that nobody is behind a wall that they were before.

    Who would be is put just before it, where the step is nearest, and loses the speed towards it;
    who is between so many walls that this leads nowhere stands where they were.

    Args:
        start_m: where each was.
        state: x, y, vx, vy (m, m/s) after the step.
        wall_m: segments, from and to.
    """
    change = np.zeros_like(state)
    stuck = np.zeros(len(state), dtype=bool)
    for _ in range(MAX_ROUNDS):
        stuck[:] = False
        for a, b in wall_m:
            now = state + change
            crossed, depth_m, normal = _crossing(start_m, now[:, :2], a, b)
            if not crossed.any():
                continue
            stuck |= crossed
            # The normal looks to the side where the person was.
            change[crossed, :2] += ((depth_m + FROM_WALL_M)[:, None] * normal)[crossed]
            towards = np.minimum((now[:, 2:] * normal).sum(axis=1), 0.0)
            change[crossed, 2:] -= (towards[:, None] * normal)[crossed]
        if not stuck.any():
            return change
    if stuck.any():
        stuck = crosses(start_m, (state + change)[:, :2], wall_m, slack_m=np.zeros(len(state)))
        change[stuck, :2] = (start_m - state[:, :2])[stuck]
        change[stuck, 2:] = -state[stuck, 2:]
    return change


def _crossing(
    start_m: Float[np.ndarray, "n 2"],
    end_m: Float[np.ndarray, "n 2"],
    a: Float[np.ndarray, " 2"],
    b: Float[np.ndarray, " 2"],
) -> tuple[Bool[np.ndarray, " n"], Float[np.ndarray, " n"], Float[np.ndarray, "n 2"]]:
    """Return whether each step crosses one wall, how far behind it ends, and the way back."""
    along = b - a
    length = np.hypot(*along)
    if length == 0:
        return np.zeros(len(start_m), dtype=bool), np.zeros(len(start_m)), np.zeros_like(start_m)
    left = np.array([-along[1], along[0]]) / length
    before, after = (start_m - a) @ left, (end_m - a) @ left
    sides = before * after < 0
    share = np.where(sides, before, 0.0) / np.where(sides, before - after, 1.0)
    at = (start_m + share[:, None] * (end_m - start_m) - a) @ along / length
    crossed = sides & (at >= 0) & (at <= length)
    return crossed, np.abs(after), np.sign(before)[:, None] * left
