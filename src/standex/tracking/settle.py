"""After a scan's step: who counts as a person, who has gone, who begins, and whose each row is.

Plain NumPy, and the law for the compiled one.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Int

from standex.model.observation import Positions
from standex.model.tracks import Association, Tracks
from standex.tracking import clothes
from standex.tracking.lifecycle import begin, newborn_rows, rejoin, select
from standex.tracking.motion import Motion
from standex.tracking.step import Step

SURE = 0.9  # share of a position from which it is somebody's beyond doubt
SEEN = 0.5  # share of all positions together from which a track was seen


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """The rows of a scan that were taken in.

    Attributes:
        scan: as it came.
        used: its usable rows, corrected.
        row: of the scan, of each used one; None where all are used.
        begun_before: tracks that its rows began when it was taken in earlier; None at first.
    """

    scan: Positions
    used: Positions
    row: Int[np.ndarray, " used"] | None
    begun_before: Int[np.ndarray, " rows"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleSettings:
    """Settings; see ``CrowdTracker`` for what each means."""

    gate: float
    newcomer_per_m2: float
    birth_existence: float
    confirm_existence: float
    end_existence: float
    speed_std_m_per_s: float
    max_tentative: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Settled:
    """Everybody after a scan.

    Attributes:
        tracks: with those who begin, without those who have gone; memory as before.
        association: of the rows.
        begun: track begun at each row of the scan, 0 where none was.
        sure: pairs of the step that are beyond doubt.
    """

    tracks: Tracks
    association: Association
    begun: Int[np.ndarray, " rows"]
    sure: Int[np.ndarray, " sure"]


def needs_rejoin(people: Tracks, step: Step, settings: SettleSettings) -> bool:
    """Return whether somebody is lost, and somebody new is there who may be them."""
    if not step.is_lost.any():
        return False
    return bool((~people.is_confirmed & (step.existence >= settings.confirm_existence)).any())


def plain_settle(
    people: Tracks, step: Step, rows: Rows, motion: Motion, settings: SettleSettings
) -> Settled:
    """Return everybody after a step, in NumPy.

    Args:
        people: who took part in the step, as they were before it.
        step: what it did.
        rows: of the scan.
        motion: how newcomers move.
        settings: of the tracker.
    """
    t_utc_ns = rows.scan.t_utc_ns
    seen = 1 - step.missed
    sure = np.flatnonzero((step.of_position > SURE) & (seen[step.track_row] > SURE))
    after = replace(
        people,
        t_utc_ns=t_utc_ns,
        mean=step.mean,
        covariance=step.covariance,
        existence=step.existence,
        is_confirmed=people.is_confirmed | (step.existence >= settings.confirm_existence),
        last_seen_utc_ns=np.where(seen > SEEN, t_utc_ns, people.last_seen_utc_ns),
        descriptor=known_of(people, step, rows.used, sure),
        p_object=thing_of(people, step, rows.used, sure),
        modes=step.modes,
    )
    after, row = rejoin(
        after,
        after.is_confirmed & ~people.is_confirmed,
        step.is_lost,
        newcomer_per_m2=settings.newcomer_per_m2,
        gate=settings.gate,
    )
    is_alive = after.existence >= settings.end_existence
    association = _association(after, step, rows, row, is_person=after.is_confirmed & is_alive)
    tracks, begun = _begun(select(after, is_alive), step, rows, motion, settings)
    return Settled(tracks=tracks, association=association, begun=begun, sure=sure)


def known_of(
    people: Tracks, step: Step, used: Positions, sure: Int[np.ndarray, " sure"]
) -> np.ndarray:
    """Return what is known of everybody's clothes after a scan, or what was, if it says nothing."""
    n_columns = used.descriptor.shape[1]
    if not n_columns:
        return people.descriptor
    known = clothes.as_wide_as(people.descriptor, n_columns)
    return clothes.learnt(known, step.track_row[sure], used.descriptor[step.position_row[sure]])


def thing_of(
    people: Tracks, step: Step, used: Positions, sure: Int[np.ndarray, " sure"]
) -> np.ndarray:
    """Return P(it is a thing that was set down) of everybody after a scan."""
    if used.p_object is None:
        return people.p_object
    seen = used.p_object[step.position_row[sure], None]
    return clothes.learnt(people.p_object[:, None], step.track_row[sure], seen)[:, 0]


def _association(
    tracks: Tracks,
    step: Step,
    rows: Rows,
    row: Int[np.ndarray, " n"],
    *,
    is_person: Bool[np.ndarray, " n"],
) -> Association:
    """Return whose each row is, among the tracks that are people."""
    n = len(rows.scan.position_site_m)
    track = row[step.track_row]
    theirs = is_person[track]
    track, weight = track[theirs], step.of_position[theirs]
    position = step.position_row[theirs]
    if rows.row is not None:
        position = rows.row[position]
    order = np.lexsort((track, position))
    track, position, weight = track[order], position[order], weight[order]
    same = (np.diff(track) == 0) & (np.diff(position) == 0)
    if same.any():  # two tracks that are one person now add up
        first = np.concatenate([[True], ~same])
        weight = np.add.reduceat(weight, np.flatnonzero(first))
        track, position = track[first], position[first]
    counts = np.bincount(position, minlength=n)
    return Association(
        sensor_id=rows.scan.sensor_id,
        t_utc_ns=rows.scan.t_utc_ns,
        first_pair=np.concatenate([[0], np.cumsum(counts)]),
        pair_track_id=tracks.track_id[track],
        pair_weight=weight,
        nobody=np.clip(1.0 - np.bincount(position, weight, n), 0, 1),
    )


def _begun(
    tracks: Tracks, step: Step, rows: Rows, motion: Motion, settings: SettleSettings
) -> tuple[Tracks, Int[np.ndarray, " rows"]]:
    """Return the tracks with new ones begun where nobody was, and which row began which."""
    existence = settings.birth_existence * rows.used.existence * step.nobody
    born = newborn_rows(
        tracks,
        existence,
        least_existence=settings.end_existence,
        max_tentative=settings.max_tentative,
    )
    begun = np.zeros(len(rows.scan.position_site_m), dtype=np.int64)
    if tracks.descriptor.shape[1] != rows.used.descriptor.shape[1]:
        rows = replace(rows, used=_with_columns(rows.used, tracks.descriptor.shape[1]))
    if not len(born):
        return tracks, begun
    of_scan = born if rows.row is None else rows.row[born]
    number = np.zeros(len(born), dtype=np.int64)
    if rows.begun_before is not None:
        number = rows.begun_before[of_scan]
    fresh = number == 0
    number = np.where(fresh, tracks.next_track_id + np.cumsum(fresh) - 1, number)
    begun[of_scan] = number
    order = np.argsort(number, kind="stable")
    followed = begin(
        tracks,
        rows.used,
        born[order],
        track_id=number[order],
        existence=existence[born[order]],
        newcomer=motion.newcomer(),
        speed_std_m_per_s=settings.speed_std_m_per_s,
    )
    return followed, begun


def _with_columns(used: Positions, n_columns: int) -> Positions:
    """Return a scan without descriptors as one with unknown ones."""
    return replace(used, descriptor=np.full((len(used.descriptor), n_columns), np.nan))
