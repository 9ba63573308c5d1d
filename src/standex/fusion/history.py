"""Where the confirmed people were, for as long as a look may look back."""

from bisect import bisect_left
from collections.abc import Sequence

from standex.fusion.drift import thinned
from standex.model.tracks import Snapshot, Tracks

LOOK_S = 3.0  # the largest age a Gaussian footprint needs: a look that took long to compute
STEP_S = 0.02  # a walker moves 3 cm in it: with many sensors, not every scan is kept
DRIFT_STEP_S = 0.5  # air spreads over metres on its way


def snapshot(tracks: Tracks) -> Snapshot:
    """Return where the confirmed people are."""
    rows = tracks.is_confirmed
    return Snapshot(
        t_utc_ns=tracks.t_utc_ns,
        track_id=tracks.track_id[rows],
        position_site_m=tracks.mean[rows, :2],
        velocity_site_m_per_s=tracks.mean[rows, 2:],
        covariance_site_m2=tracks.covariance[rows, :2, :2],
    )


def nearest(history: Sequence[Snapshot], t_utc_ns: int) -> Snapshot | None:
    """Return the snapshot nearest in time, or None when nothing was ever tracked.

    Args:
        history: oldest first.
        t_utc_ns: the time.
    """
    if not history:
        return None
    later = bisect_left(history, t_utc_ns, key=_time)
    if later == 0:
        return history[0]
    if later == len(history):
        return history[-1]
    before, after = history[later - 1], history[later]
    return before if t_utc_ns - before.t_utc_ns <= after.t_utc_ns - t_utc_ns else after


def remembered(
    history: Sequence[Snapshot], added: Sequence[Tracks], *, for_s: float
) -> tuple[Snapshot, ...]:
    """Return the history with where people were after each of some scans, as far as it is asked.

    The newest is always kept; those before it are ``STEP_S`` apart at least, and those older than a
    look ``DRIFT_STEP_S``. What was of a later time than a new one goes: either the new one knows
    better, or the clock was set back and that time has yet to come.

    Args:
        history: so far, oldest first.
        added: the people after each scan, in the order in which they were taken in.
        for_s: how far back anybody looks.
    """
    kept: list[Snapshot | Tracks] = list(history)
    for one in added:
        while kept and kept[-1].t_utc_ns >= one.t_utc_ns:
            kept.pop()
        if len(kept) > 1 and kept[-1].t_utc_ns - kept[-2].t_utc_ns < STEP_S * 1e9:
            kept[-1] = one
        else:
            kept.append(one)
    if not kept:
        return ()
    t_utc_ns = kept[-1].t_utc_ns
    oldest = bisect_left(kept, t_utc_ns - round(for_s * 1e9), key=_time)
    recent = bisect_left(kept, t_utc_ns - round(LOOK_S * 1e9), key=_time)
    made = [snapshot(one) if isinstance(one, Tracks) else one for one in kept[oldest:]]
    n_old = max(recent - oldest, 0)
    return (*thinned(tuple(made[:n_old]), step_s=DRIFT_STEP_S), *made[n_old:])


def _time(past: Snapshot | Tracks) -> int:
    return past.t_utc_ns
