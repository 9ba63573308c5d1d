"""Walls, compiled: the same as ``walls``, for one person.

Numba is optional (extra ``tracking``): where it is missing, ``compiled.AVAILABLE`` is False and
nothing here may be called.
"""

# Numba comes without types and infers those of the loops; what is exported is annotated.
# pyright: basic

import math

from standex.tracking.compiled import jit
from standex.tracking.motion_kernel import eigenvalue
from standex.tracking.walls import FROM_WALL_M, MAX_ROUNDS, SLACK_STD


@jit
def crossing(ax, ay, bx, by, w):
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
def keep_before(place, x, wall, mean, shift):
    """Keep one person before all walls; see ``walls.kept_before``."""
    shift[:] = 0.0
    changed = False
    for _ in range(MAX_ROUNDS):
        stuck = False
        for w in range(len(wall)):
            crossed, depth, nx, ny = crossing(
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
        crossed, depth, _, _ = crossing(
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
def behind_wall(place, z, r, wall):
    """Return whether a position lies behind a wall by more than its own error."""
    for w in range(len(wall)):
        crossed, depth, _, _ = crossing(place[0], place[1], z[0], z[1], wall[w])
        if crossed and depth > SLACK_STD * math.sqrt(eigenvalue(r)):
            return True
    return False
