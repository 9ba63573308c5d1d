"""Where people ended: beyond an exit, at the edge of what is looked at, or in a gap of it."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.model.hand_over import Ending
from standex.model.observation import Coverage
from standex.model.site import LineRole, Site

STEP_S = 0.5
N_STEPS = 20
# So long must the way ahead be looked at, for somebody on it to be expected in sight again.
N_SEEN_STEPS = 3
MIN_P_REPORT = 0.1


def areas(site: Site, position_site_m: Float[np.ndarray, "n 2"]) -> Int[np.ndarray, " n"]:
    """Return the area of the plan of each place: bit k is set for who is beyond line k.

    A line counts as endless here; lines beyond the 62nd do not count.
    """
    area = np.zeros(len(position_site_m), dtype=np.int64)
    for bit, line in enumerate(site.lines[:62]):
        area |= (line.beyond_m(position_site_m) >= 0).astype(np.int64) << bit
    return area


def is_looked_at(
    coverage: Mapping[str, Coverage], position_site_m: Float[np.ndarray, "n 2"]
) -> Bool[np.ndarray, " n"]:
    """Return whether any sensor reports who is at each place, by its latest coverage."""
    seen = np.zeros(len(position_site_m), dtype=bool)
    for one in coverage.values():
        if not one.p_report.size:
            continue
        cell = np.floor((position_site_m - one.origin_site_m) / one.cell_m)
        inside = np.asarray(((cell >= 0) & (cell < one.p_report.shape)).all(axis=1))
        ix, iy = np.where(inside[:, None], cell, 0).astype(np.int64).T
        seen |= inside & (one.p_report[ix, iy] >= MIN_P_REPORT)
    return seen


def endings(
    site: Site,
    coverage: Mapping[str, Coverage],
    position_site_m: Float[np.ndarray, "n 2"],
    velocity_site_m_per_s: Float[np.ndarray, "n 2"],
) -> tuple[Ending, ...]:
    """Return where each person was last seen.

    Beyond an exit line, where they crossed it; else in a gap, if on their way on, over ten
    seconds, they would be in sight for a second and a half before they are out; else at the edge.

    Args:
        site: for its exit lines.
        coverage: latest of each sensor.
        position_site_m: when last seen.
        velocity_site_m_per_s: when last seen.
    """
    n = len(position_site_m)
    ahead_s = STEP_S * np.arange(1, N_STEPS + 1)
    way = position_site_m[:, None] + ahead_s[:, None] * velocity_site_m_per_s[:, None]
    seen = is_looked_at(coverage, way.reshape(-1, 2)).reshape(n, N_STEPS)
    seen &= ~_is_out(site, way.reshape(-1, 2)).reshape(n, N_STEPS)
    is_gap = seen.sum(axis=1) >= N_SEEN_STEPS
    is_out = _is_out(site, position_site_m)
    return tuple(
        Ending.LINE if out else Ending.GAP if gap else Ending.EDGE
        for out, gap in zip(is_out.tolist(), is_gap.tolist(), strict=True)
    )


def _is_out(site: Site, position_site_m: Float[np.ndarray, "n 2"]) -> Bool[np.ndarray, " n"]:
    is_out = np.zeros(len(position_site_m), dtype=bool)
    for line in site.lines:
        if line.role is LineRole.EXIT:
            is_out |= (line.beyond_m(position_site_m) >= 0) & line.spans(position_site_m)
    return is_out
