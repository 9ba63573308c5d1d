"""Who begins to be followed, who counts as a person, and who has gone."""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.model.observation import Positions
from standex.model.tracks import Modes, Tracks
from standex.tracking.association import assign
from standex.tracking.gating import near_pairs, one_mode

Rows = Bool[np.ndarray, " n"] | Int[np.ndarray, " kept"]


def select(tracks: Tracks, rows: Rows) -> Tracks:
    """Return the tracks of some rows: those marked, or those named, in their order."""
    if rows.dtype == bool and rows.all():
        return tracks
    modes = tracks.modes
    return replace(
        tracks,
        track_id=tracks.track_id[rows],
        mean=tracks.mean[rows],
        covariance=tracks.covariance[rows],
        existence=tracks.existence[rows],
        is_confirmed=tracks.is_confirmed[rows],
        last_seen_utc_ns=tracks.last_seen_utc_ns[rows],
        descriptor=tracks.descriptor[rows],
        p_object=tracks.p_object[rows],
        modes=modes
        and Modes(
            mean=modes.mean[rows],
            covariance=modes.covariance[rows],
            probability=modes.probability[rows],
        ),
    )


def unseen_too_long(
    tracks: Tracks, t_utc_ns: int, *, max_unseen_s: float, max_unseen_tentative_s: float
) -> Bool[np.ndarray, " n"]:
    """Mark the tracks that nobody has seen lately.

    This is what ends a track that nobody looks at: its existence does not fall there, but after
    such a time it could be anywhere, and would take the next newcomer for its own.
    """
    unseen_ns = t_utc_ns - tracks.last_seen_utc_ns
    if unseen_ns.max(initial=0) <= min(max_unseen_s, max_unseen_tentative_s) * 1e9:
        return np.zeros(len(unseen_ns), dtype=bool)
    limit_s = np.where(tracks.is_confirmed, max_unseen_s, max_unseen_tentative_s)
    return unseen_ns > limit_s * 1e9


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
        one_mode(tracks.mean[old], tracks.covariance[old]),
        tracks.mean[old, :2],
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
    state = select(tracks, source)
    existence = state.existence.copy()
    existence[young] = 0.0
    # What is known of the clothes of the lost one is older, but it is of more scans.
    known = ~np.isnan(tracks.descriptor[back])
    descriptor = state.descriptor.copy()
    descriptor[back] = np.where(known, tracks.descriptor[back], state.descriptor[back])
    return replace(
        state,
        track_id=tracks.track_id,
        is_confirmed=tracks.is_confirmed,
        existence=existence,
        descriptor=descriptor,
    ), row


def newborn_rows(
    tracks: Tracks,
    existence: Float[np.ndarray, " rows"],
    *,
    least_existence: float,
    max_tentative: int,
) -> Int[np.ndarray, " born"]:
    """Return the rows of a scan at which tracks begin.

    Args:
        tracks: at present.
        existence: of a track begun at each row; 0 for the rows that are somebody's.
        least_existence: below it no track is begun.
        max_tentative: with so many tentative tracks no more are begun, the likelier first; a burst
            of false positions must not swamp the tracker.
    """
    rows = np.flatnonzero((existence > 0) & (existence >= least_existence))
    if len(rows) + len(tracks.track_id) > max_tentative:
        room = max(0, max_tentative - int((~tracks.is_confirmed).sum()))
        if len(rows) > room:
            likeliest = np.argsort(-existence[rows], kind="stable")[:room]
            rows = np.sort(rows[likeliest])
    return rows


def begin(
    tracks: Tracks,
    positions: Positions,
    rows: Int[np.ndarray, " born"],
    *,
    track_id: Int[np.ndarray, " born"],
    existence: Float[np.ndarray, " born"],
    newcomer: Float[np.ndarray, " modes"],
    speed_std_m_per_s: float,
) -> Tracks:
    """Return the tracks with tentative ones begun, in order of their numbers.

    Args:
        tracks: at present, with their modes.
        positions: the scan.
        rows: of it, at which tracks begin.
        track_id: of each.
        existence: of each.
        newcomer: P(mode) of somebody of whom nothing is known.
        speed_std_m_per_s: standard deviation of a newcomer's velocity, per axis.
    """
    n = len(rows)
    if not n:
        return tracks
    mean = np.zeros((n, 4))
    mean[:, :2] = positions.position_site_m[rows]
    covariance = np.zeros((n, 4, 4))
    covariance[:, :2, :2] = positions.covariance_site_m2[rows]
    covariance[:, 2, 2] = covariance[:, 3, 3] = speed_std_m_per_s**2
    modes = tracks.modes
    begun = replace(
        tracks,
        track_id=np.concatenate([tracks.track_id, track_id]),
        mean=np.concatenate([tracks.mean, mean]),
        covariance=np.concatenate([tracks.covariance, covariance]),
        existence=np.concatenate([tracks.existence, existence]),
        is_confirmed=np.concatenate([tracks.is_confirmed, np.zeros(n, dtype=bool)]),
        last_seen_utc_ns=np.concatenate(
            [tracks.last_seen_utc_ns, np.full(n, positions.t_utc_ns, dtype=np.int64)]
        ),
        next_track_id=max(tracks.next_track_id, int(track_id.max()) + 1),
        descriptor=np.concatenate([tracks.descriptor, positions.descriptor[rows]]),
        p_object=np.concatenate(
            [
                tracks.p_object,
                np.zeros(n) if positions.p_object is None else positions.p_object[rows],
            ]
        ),
        modes=modes
        and Modes(
            mean=np.concatenate([modes.mean, np.repeat(mean[:, None], len(newcomer), axis=1)]),
            covariance=np.concatenate(
                [modes.covariance, np.repeat(covariance[:, None], len(newcomer), axis=1)]
            ),
            probability=np.concatenate([modes.probability, np.tile(newcomer, (n, 1))]),
        ),
    )
    # A late scan begins tracks before others that have their numbers already.
    if len(tracks.track_id) and (track_id < tracks.track_id[-1]).any():
        return select(begun, np.argsort(begun.track_id, kind="stable"))
    return begun
