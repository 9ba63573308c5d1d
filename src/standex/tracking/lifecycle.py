"""Who begins to be followed, who counts as a person, and who has gone."""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.model.observation import Positions
from standex.model.picture import Tracks
from standex.tracking.association import assign
from standex.tracking.gating import near_pairs
from standex.tracking.motion import largest_eigenvalue


def select(tracks: Tracks, keep: Bool[np.ndarray, " n"]) -> Tracks:
    """Return the tracks marked in ``keep``."""
    if keep.all():
        return tracks
    return replace(
        tracks,
        track_id=tracks.track_id[keep],
        mean=tracks.mean[keep],
        covariance=tracks.covariance[keep],
        existence=tracks.existence[keep],
        is_confirmed=tracks.is_confirmed[keep],
        last_seen_utc_ns=tracks.last_seen_utc_ns[keep],
    )


def lost(
    tracks: Tracks, covariance_site_m2: Float[np.ndarray, "rows 2 2"], *, lost_std_m: float
) -> Bool[np.ndarray, " n"]:
    """Mark the confirmed tracks whose place is known too badly to give them a single position.

    Args:
        tracks: predicted to the present.
        covariance_site_m2: of the positions of the scan; what they do not know themselves is
            not held against a track.
        lost_std_m: largest standard deviation, in any direction, beyond theirs.
    """
    limit_m2 = lost_std_m**2 + largest_eigenvalue(covariance_site_m2).max(initial=0.0)
    return tracks.is_confirmed & (largest_eigenvalue(tracks.covariance[:, :2, :2]) > limit_m2)


def end_unseen(tracks: Tracks, *, max_unseen_s: float, max_unseen_tentative_s: float) -> Tracks:
    """Return the tracks that somebody has seen lately.

    This is what ends a track that nobody looks at: its existence does not fall there, but after
    such a time it could be anywhere, and would take the next newcomer for its own.

    Args:
        tracks: predicted to the present.
        max_unseen_s: for confirmed tracks.
        max_unseen_tentative_s: for the others; nobody vouches for what was seen once.
    """
    unseen_s = (tracks.t_utc_ns - tracks.last_seen_utc_ns) * 1e-9
    limit_s = np.where(tracks.is_confirmed, max_unseen_s, max_unseen_tentative_s)
    return select(tracks, unseen_s <= limit_s)


def end_unlikely(tracks: Tracks, *, end_existence: float) -> Tracks:
    """Return the tracks that probably exist, or at least may."""
    return select(tracks, tracks.existence >= end_existence)


def confirm(tracks: Tracks, *, confirm_existence: float) -> Tracks:
    """Return the tracks with those confirmed that are likely enough; once confirmed, always."""
    return replace(
        tracks, is_confirmed=tracks.is_confirmed | (tracks.existence >= confirm_existence)
    )


def rejoin(
    tracks: Tracks,
    is_new: Bool[np.ndarray, " n"],
    is_lost: Bool[np.ndarray, " n"],
    *,
    newcomer_per_m2: float,
    gate: float,
) -> tuple[Tracks, Int[np.ndarray, " n"]]:
    """Give those just confirmed the number of the lost person that they probably are.

    Where a lost person will come back is known so badly that a single position there is as likely
    clutter as that person, and would lead the track astray. So lost tracks take no positions; who
    comes out of a shadow begins a track of its own. Once that is confirmed it is somebody, and the
    question is another: the person lost here, or a newcomer? The likelihoods decide, for all at
    once. A number that was ever confirmed is never taken away, so nobody outside sees a change.

    Args:
        tracks: at present.
        is_new: confirmed by this scan.
        is_lost: confirmed earlier, and lost.
        newcomer_per_m2: density of people who begin to be seen.
        gate: largest Mahalanobis distance.

    Returns:
        The tracks, in which the lost one has the state of the new one and the new one exists no
        more; and for each row the row that now holds its person.
    """
    row = np.arange(len(is_new))
    new, old = np.flatnonzero(is_new), np.flatnonzero(is_lost)
    if not len(new) or not len(old):
        return tracks, row
    pairs = near_pairs(
        tracks.mean[old, :2],
        tracks.covariance[old, :2, :2],
        tracks.mean[new, :2],
        tracks.covariance[new, :2, :2],
        gate=gate,
        max_pairs_per_track=min(len(new), 8),
    )
    log_weight = (
        pairs.log_likelihood + np.log(tracks.existence[old] / newcomer_per_m2)[pairs.track_row]
    )
    taken = assign(pairs, log_weight, n_tracks=len(old), n_positions=len(new))
    back, young = old[pairs.track_row[taken]], new[pairs.position_row[taken]]
    row[young] = back
    source = np.arange(len(is_new))
    source[back] = young
    existence = tracks.existence[source]
    existence[young] = 0.0
    return replace(
        tracks,
        mean=tracks.mean[source],
        covariance=tracks.covariance[source],
        existence=existence,
        last_seen_utc_ns=tracks.last_seen_utc_ns[source],
    ), row


def begin(
    tracks: Tracks,
    positions: Positions,
    existence: Float[np.ndarray, " rows"],
    *,
    least_existence: float,
    max_tentative: int,
    speed_std_m_per_s: float,
) -> Tracks:
    """Return the tracks with tentative ones begun at positions that nobody claims.

    Args:
        tracks: at present.
        positions: the scan; a covariance already holds what a late scan adds to it.
        existence: of a track begun at each row; 0 for the rows that are somebody's.
        least_existence: below it no track is begun.
        max_tentative: with so many tentative tracks no more are begun, the likelier first; a burst
            of false positions must not swamp the tracker.
        speed_std_m_per_s: standard deviation of a newcomer's velocity, per axis.
    """
    rows = np.flatnonzero((existence > 0) & (existence >= least_existence))
    room = max(0, max_tentative - int((~tracks.is_confirmed).sum()))
    if len(rows) > room:
        likeliest = np.argsort(-existence[rows], kind="stable")[:room]
        rows = np.sort(rows[likeliest])
    n = len(rows)
    if not n:
        return tracks
    mean = np.zeros((n, 4))
    mean[:, :2] = positions.position_site_m[rows]
    covariance = np.zeros((n, 4, 4))
    covariance[:, :2, :2] = positions.covariance_site_m2[rows]
    covariance[:, [2, 3], [2, 3]] = speed_std_m_per_s**2
    number = tracks.next_track_id + np.arange(n, dtype=np.int64)
    seen_utc_ns = np.full(n, positions.t_utc_ns, dtype=np.int64)
    return replace(
        tracks,
        track_id=np.concatenate([tracks.track_id, number]),
        mean=np.concatenate([tracks.mean, mean]),
        covariance=np.concatenate([tracks.covariance, covariance]),
        existence=np.concatenate([tracks.existence, existence[rows]]),
        is_confirmed=np.concatenate([tracks.is_confirmed, np.zeros(n, dtype=bool)]),
        last_seen_utc_ns=np.concatenate([tracks.last_seen_utc_ns, seen_utc_ns]),
        next_track_id=tracks.next_track_id + n,
    )
