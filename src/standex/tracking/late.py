"""Scans that come late are put in their place; scans that are of no use leave everybody alone."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Int

from standex.model.observation import Coverage, Health, Positions
from standex.model.ports import TrackUpdate
from standex.model.tracks import Association, TakenScan, TrackMemory, Tracks
from standex.tracking import registration
from standex.tracking.admission import admit, remembered


def in_time(scan: Positions) -> tuple[int, str]:
    """Return what scans are put in order by."""
    return scan.t_utc_ns, scan.sensor_id


def plain(
    tracks: Tracks,
    scans: Sequence[tuple[Positions, Coverage | None]],
    *,
    max_lag_s: float,
    max_ahead_s: float,
) -> list[bool]:
    """Return which scans can be taken together: with each of them nothing is wrong.

    None where they need not be, since fewer than two of them are late.

    Args:
        tracks: before them.
        scans: of one step.
        max_lag_s: largest age of a scan against the tracks.
        max_ahead_s: how far ahead of them it may be.
    """
    memory = tracks.memory
    nothing = [False] * len(scans)
    if not memory.recent:
        return nothing
    known: set[tuple[int, str]] = set()
    out: list[bool] = []
    for scan, _ in scans:
        admission = admit(
            memory,
            scan,
            t_utc_ns=tracks.t_utc_ns,
            max_lag_s=max_lag_s,
            max_ahead_s=max_ahead_s,
        )
        is_taken = admission.is_taken and not admission.restarts
        out.append(is_taken and admission.memory is memory and in_time(scan) not in known)
        known.add(in_time(scan))
    newest = in_time(memory.recent[-1].scan)
    late = sum(ok and in_time(scan) < newest for (scan, _), ok in zip(scans, out, strict=True))
    return out if late > 1 else nothing


def left_alone(
    tracks: Tracks, positions: Positions, memory: TrackMemory, problem: Health | None
) -> TrackUpdate:
    """Return the tracks as they were: the scan is nobody's."""
    memory, begun, over = remembered(memory, positions, problem)
    rows = len(positions.position_site_m)
    nobodys = Association(
        sensor_id=positions.sensor_id,
        t_utc_ns=positions.t_utc_ns,
        first_pair=np.zeros(rows + 1, dtype=np.int64),
        pair_track_id=np.zeros(0, dtype=np.int64),
        pair_weight=np.zeros(0),
        nobody=np.ones(rows),
    )
    return TrackUpdate(
        tracks=replace(tracks, memory=memory), association=nobodys, problems=begun, over=over
    )


def later(tracks: Tracks, positions: Positions) -> tuple[tuple[TakenScan, ...], Tracks]:
    """Return the scans that come after this one in time, and the tracks before them."""
    recent = tracks.memory.recent
    key = in_time(positions)
    at = len(recent)
    while at and in_time(recent[at - 1].scan) > key:
        at -= 1
    if at == len(recent):
        if positions.t_utc_ns < tracks.t_utc_ns:
            # Nothing was taken in yet that is later: the start is.
            tracks = replace(tracks, t_utc_ns=positions.t_utc_ns)
        return (), tracks
    again = recent[at:]
    before = again[0].before
    sensors = before.memory.sensors
    memory = TrackMemory(sensors=sensors, recent=recent[:at], waiting=tracks.memory.waiting)
    # Numbers that were given are given, whatever they turn out to be.
    before = replace(before, memory=memory, next_track_id=tracks.next_track_id)
    if positions.t_utc_ns < before.t_utc_ns:
        before = replace(before, t_utc_ns=positions.t_utc_ns)
    return again, before


def used_rows(
    scan: Positions, good: Bool[np.ndarray, " rows"], offset: registration.Offset
) -> tuple[Positions, Int[np.ndarray, " used"] | None]:
    """Return the rows of a scan that can be used, its offset taken off, and which these are."""
    if not good.all():
        rows = np.flatnonzero(good)
        scan = replace(
            scan,
            position_site_m=scan.position_site_m[rows],
            covariance_site_m2=scan.covariance_site_m2[rows],
            existence=scan.existence[rows],
            descriptor=scan.descriptor[rows],
            p_object=None if scan.p_object is None else scan.p_object[rows],
        )
    else:
        rows = None
    if offset.offset_site_m.any():
        scan = replace(scan, position_site_m=scan.position_site_m - offset.offset_site_m)
    return scan, rows
