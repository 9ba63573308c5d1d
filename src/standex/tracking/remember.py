"""What is kept of a scan: how its sensor does, and the scan itself while late ones may come."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Int

from standex.model.observation import Positions
from standex.model.tracks import SensorMemory, TakenScan, TrackMemory, Tracks
from standex.tracking import registration
from standex.tracking.step import Step

SEEN_TOO_S = 1.0  # two sensors see the same person when so close in time
_FEW = 8


def remember(
    memory: TrackMemory,
    people: Tracks,
    used: Positions,
    step: Step,
    sure: Int[np.ndarray, " sure"],
    taken: TakenScan,
    *,
    max_lag_s: float,
) -> TrackMemory:
    """Return what is remembered after a scan: its sensor, and the scan while late ones may come.

    Args:
        memory: before the scan.
        people: those who were not unseen for too long.
        used: rows of the scan that were taken in, corrected.
        step: what it did.
        sure: pairs beyond doubt.
        taken: the scan.
        max_lag_s: largest age of a late scan.
    """
    scan = taken.scan
    sensor = memory.sensors.get(scan.sensor_id)
    if len(memory.sensors.keys() | {scan.sensor_id}) == 1:
        sure = sure[:0]  # nobody to compare with
    theirs = sure[people.is_confirmed[step.track_row[sure]]]
    track, position = step.track_row[theirs], step.position_row[theirs]
    sure_track_id = people.track_id[track]
    offset = registration.of(sensor)
    sensors = dict(memory.sensors)
    first_ns = scan.t_utc_ns - round(SEEN_TOO_S * 1e9)
    last_ns = scan.t_utc_ns + round(SEEN_TOO_S * 1e9)
    others = [
        other
        for other in memory.sensors.values()
        if first_ns <= other.last_scan.t_utc_ns <= last_ns and other is not sensor
    ]
    if others:
        both, in_common = _in_common(sure_track_id, others)
        learnt = _offset(offset, sensor, people, used, track[both], position[both])
        offset, balanced = _shared(offset, learnt, in_common)
        sensors |= balanced
    changed = SensorMemory(
        last_scan=scan,
        n_repeats=sensor.n_repeats if sensor and sensor.last_scan is scan else 0,
        n_bursts=0,
        offset_site_m=offset.offset_site_m,
        offset_covariance_site_m2=offset.covariance_site_m2,
        sure_track_id=sure_track_id,
        problem=sensor.problem if sensor else None,
    )
    oldest_ns = scan.t_utc_ns - round(max_lag_s * 1e9)
    first = bisect_left(memory.recent, oldest_ns, key=lambda one: one.scan.t_utc_ns)
    kept = memory.recent[first:]
    return TrackMemory(
        sensors={**sensors, scan.sensor_id: changed},
        recent=(*kept, taken) if max_lag_s else (),
        waiting=memory.waiting,
    )


def _in_common(
    sure_track_id: Int[np.ndarray, " sure"], others: Sequence[SensorMemory]
) -> tuple[Bool[np.ndarray, " sure"], list[tuple[SensorMemory, int]]]:
    """Return who was seen by any of the others, too, and how many of them by which."""
    both = np.zeros(len(sure_track_id), dtype=bool)
    if not len(sure_track_id):
        return both, []
    if len(sure_track_id) <= _FEW:
        return _few_in_common(sure_track_id, others)
    order = np.argsort(sure_track_id, kind="stable")
    known = sure_track_id[order]
    theirs = np.concatenate([other.sure_track_id for other in others])
    row = np.minimum(np.searchsorted(known, theirs), len(known) - 1)
    is_known = known[row] == theirs
    if not is_known.any():
        return both, []
    both[order[row[is_known]]] = True
    whose = np.repeat(np.arange(len(others)), [len(other.sure_track_id) for other in others])
    counts = np.bincount(whose[is_known], minlength=len(others)).tolist()
    return both, [(other, n) for other, n in zip(others, counts, strict=True) if n]


def _few_in_common(
    sure_track_id: Int[np.ndarray, " sure"], others: Sequence[SensorMemory]
) -> tuple[Bool[np.ndarray, " sure"], list[tuple[SensorMemory, int]]]:
    """Return the same, sooner where one sensor sees few people and there are many sensors."""
    mine = frozenset(sure_track_id.tolist())
    shared: set[int] = set()
    in_common: list[tuple[SensorMemory, int]] = []
    for other in others:
        theirs = mine.intersection(other.sure_track_id.tolist())
        if theirs:
            shared |= theirs
            in_common.append((other, len(theirs)))
    return np.array([one in shared for one in sure_track_id.tolist()], dtype=bool), in_common


def _shared(
    before: registration.Offset,
    learnt: registration.Offset,
    in_common: list[tuple[SensorMemory, int]],
) -> tuple[registration.Offset, dict[str, SensorMemory]]:
    """Return a sensor's offset and those of the others, the correction shared between them.

    Half of it is the sensor's and half of it, the other way, that of those who see the same people.
    So offsets always balance: what all sensors have in common, a track that lags behind its person
    above all, is nobody's offset.
    """
    total = sum(n for _, n in in_common)
    if not total:
        return learnt, {}  # only drawn to zero
    half_m = (learnt.offset_site_m - before.offset_site_m) / 2
    if not half_m.any():
        return learnt, {}
    balanced = {
        other.last_scan.sensor_id: replace(
            other, offset_site_m=other.offset_site_m - half_m * (n / total)
        )
        for other, n in in_common
    }
    return replace(learnt, offset_site_m=before.offset_site_m + half_m), balanced


def as_they_came(
    memory: TrackMemory, before: Mapping[str, SensorMemory], scans: Mapping[str, Positions]
) -> TrackMemory:
    """Return what is remembered after late scans were put in their places.

    What is wrong with a sensor goes by the order in which its scans came, whatever their times.

    Args:
        memory: after them and those that were taken in again.
        before: sensors when they came.
        scans: those that came, by sensor.
    """
    sensors = dict(before)
    for sensor_id, sensor in memory.sensors.items():
        was = before.get(sensor_id)
        if was is None:
            sensors[sensor_id] = sensor
            continue
        its_own = sensor_id in scans
        repeats = not its_own or was.last_scan is scans[sensor_id]
        sensors[sensor_id] = replace(
            sensor,
            problem=was.problem,
            n_repeats=was.n_repeats if repeats else 0,
            n_bursts=0 if its_own else was.n_bursts,
        )
    return replace(memory, sensors=sensors)


def _offset(
    offset: registration.Offset,
    sensor: SensorMemory | None,
    people: Tracks,
    used: Positions,
    track: Int[np.ndarray, " both"],
    position: Int[np.ndarray, " both"],
) -> registration.Offset:
    """Return a sensor's offset, learnt from people whom another one has just seen."""
    last_ns = sensor.last_scan.t_utc_ns if sensor else used.t_utc_ns
    since_s = (used.t_utc_ns - last_ns) * 1e-9
    if len(track) < registration.FEWEST:
        return registration.drawn(offset, dt_s=since_s)
    dt_s = (used.t_utc_ns - people.t_utc_ns) * 1e-9
    reach = np.concatenate([np.eye(2), dt_s * np.eye(2)], axis=1)
    expected_m = people.mean[track] @ reach.T
    spread_m2 = reach @ people.covariance[track] @ reach.T + used.covariance_site_m2[position]
    return registration.learnt(
        offset,
        used.position_site_m[position] - expected_m,
        spread_m2,
        dt_s=since_s,
    )
