"""When somebody will be at the next line: an interval, for people who walk, stand and wander."""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.special import ndtri

from standex.model.picture import NextLine
from standex.model.site import Line
from standex.model.tracks import Tracks

QUANTILES = (0.05, 0.5, 0.95)
STANDING = 0.5  # from this probability of standing on, nobody is on the way anywhere
SLOWEST_M_PER_S = 0.1
LONGEST_S = 3600.0
N_HALVINGS = 16  # of the log of the time: to 0.03 %


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What is stated of how people keep their pace.

    Attributes:
        fastest_m_per_s: nobody is faster.
        wander_m_per_s: standard deviation, along the way, of what the speed varies by while
            somebody walks.
        wander_s: its correlation time.
    """

    fastest_m_per_s: float = 3.0
    wander_m_per_s: float = 0.25
    wander_s: float = 2.0

    def __post_init__(self) -> None:
        for name in ("fastest_m_per_s", "wander_m_per_s", "wander_s"):
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be finite and above 0, got {getattr(self, name)}")


def time_to_reach(
    ahead_m: Float[np.ndarray, " n"],
    speed_m_per_s: Float[np.ndarray, " n"],
    covariance: Float[np.ndarray, "n 2 2"],
    *,
    pace: Pace,
) -> Float[np.ndarray, "3 n"]:
    """Return after which time people are beyond a line with a probability of 5, 50 and 95 %.

    First passage of a walker with drift: the way covered by t is Gaussian, with the mean speed v,
    what is not known of place and speed, and the integral of a fading deviation of the speed. Those
    who walk on cross once, so P(crossed by t) is P(beyond the line at t). Where that never comes
    to a quantile, in an hour, the time is infinite.

    Args:
        ahead_m: distance to the line, along its normal.
        speed_m_per_s: towards it.
        covariance: of the two: minus the distance (m) and the speed (m/s).
        pace: of people.

    References:
        Redner, A Guide to First-Passage Processes, 2001, chapter 3 (drift against diffusion).
    """
    low = np.full((len(QUANTILES), len(ahead_m)), np.log(1e-3))
    high = np.full_like(low, np.log(LONGEST_S))
    z = ndtri(np.array(QUANTILES))[:, None]
    place, both, speed = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    tau, psd = pace.wander_s, 2 * pace.wander_m_per_s**2 * pace.wander_s
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        t_s = np.exp(middle)
        wandered = psd * (t_s - tau * -np.expm1(-t_s / tau))
        variance = np.maximum(place + 2 * t_s * both + t_s**2 * speed, 0) + wandered
        is_short = t_s * speed_m_per_s - ahead_m < z * np.sqrt(np.maximum(variance, 1e-12))
        low, high = np.where(is_short, middle, low), np.where(is_short, high, middle)
    return np.where(high < np.log(LONGEST_S), np.exp(high), np.inf)


def next_lines(
    tracks: Tracks,
    rows: Int[np.ndarray, " people"],
    lines: tuple[Line, ...],
    *,
    pace: Pace,
) -> list[NextLine | None]:
    """Return which line each person reaches next, and when.

    The line they would cross first at the velocity they have; of who stands, the nearest line that
    lies ahead of them. A line counts as endless, since a step aside is soon made.

    Args:
        tracks: with states, and modes where they are known.
        rows: whom to look at.
        lines: of the site, in any order.
        pace: of people.
    """
    if not len(rows):
        return []
    mean, covariance = tracks.mean[rows], tracks.covariance[rows]
    is_standing = np.hypot(mean[:, 2], mean[:, 3]) < SLOWEST_M_PER_S
    if tracks.modes is not None and tracks.modes.probability.shape[1] > 1:
        is_standing |= tracks.modes.probability[rows][:, 1:].sum(axis=1) > STANDING
    ahead_m, speed = _of_lines(mean, lines)
    line, is_any = _first(ahead_m, speed, is_standing)
    who = np.flatnonzero(is_any)
    out: list[NextLine | None] = [None] * len(rows)
    if not len(who):
        return out
    of = line[who]
    normal = np.stack([forward(one) for one in lines])[of]
    along = np.zeros((len(who), 2, 4))
    along[:, 0, :2], along[:, 1, 2:] = normal, normal
    spread = along @ covariance[who] @ along.transpose(0, 2, 1)
    distance_m = ahead_m[of, who]
    times_s = time_to_reach(distance_m, speed[of, who], spread, pace=pace)
    times_s[:, is_standing[who]] = np.inf
    least_s = np.maximum(distance_m, 0) / pace.fastest_m_per_s
    # The least of all bounds the others, where what is not known of the place would allow less.
    times_s = np.maximum(times_s, least_s)
    for k, row in enumerate(who.tolist()):
        out[row] = NextLine(
            line_id=lines[int(of[k])].line_id,
            not_before_s=float(least_s[k]),
            earliest_s=float(times_s[0, k]),
            median_s=float(times_s[1, k]),
            latest_s=float(times_s[2, k]),
        )
    return out


def forward(line: Line) -> Float[np.ndarray, " 2"]:
    """Return the unit vector of the way forward over a line."""
    along = line.to_site_m - line.from_site_m
    return np.array([along[1], -along[0]]) / np.hypot(*along)


def _of_lines(
    mean: Float[np.ndarray, "n 4"], lines: tuple[Line, ...]
) -> tuple[Float[np.ndarray, "lines n"], Float[np.ndarray, "lines n"]]:
    """Return the distance to each line, negative beyond it, and the speed towards it."""
    ahead = np.stack([-line.beyond_m(mean[:, :2]) for line in lines] or [np.zeros((0, len(mean)))])
    speed = np.stack([mean[:, 2:] @ forward(line) for line in lines] or [np.zeros((0, len(mean)))])
    return ahead.reshape(len(lines), len(mean)), speed.reshape(len(lines), len(mean))


def _first(
    ahead_m: Float[np.ndarray, "lines n"],
    speed_m_per_s: Float[np.ndarray, "lines n"],
    is_standing: Bool[np.ndarray, " n"],
) -> tuple[Int[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
    """Return the line that each one reaches first, and whether there is any."""
    if not len(ahead_m):
        return np.zeros(len(is_standing), dtype=np.int64), np.zeros(len(is_standing), dtype=bool)
    is_ahead = (ahead_m > 0) & (is_standing | (speed_m_per_s > SLOWEST_M_PER_S / 2))
    cost = np.where(is_standing, ahead_m, ahead_m / np.maximum(speed_m_per_s, 1e-9))
    cost = np.where(is_ahead, cost, np.inf)
    return np.argmin(cost, axis=0), np.isfinite(cost.min(axis=0))
