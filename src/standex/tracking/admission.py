"""Which scans may be taken in, and what is wrong with a sensor whose scans may not.

A scan that cannot be trusted is as if the sensor had not looked: it moves nobody, and its silence
says nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from standex.model.observation import Health, HealthReason, HealthState, Positions
from standex.model.tracks import SensorMemory, TrackMemory
from standex.tracking.compiled import AVAILABLE, in_order, jit
from standex.tracking.registration import of

AGREE = 5  # scans in a row that must agree before a time far off is believed
FROZEN = 30  # so many positions that come again to the last bit, scan after scan, are no chance
FEW_ROWS, BURST = 200, 5  # more rows than this and so many times as many as before is a burst
N_BURSTS = 3  # after so many in a row it is a crowd
STILL_OFF = 0.8  # of the limit: so far an offset must fall before it is over
# Further away or known worse than this is a mistake; squares of more would overflow.
FARTHEST_M, WORST_M2 = 1e7, 1e10
NOT_OFF_STD = 4.0  # an offset is told only when it is so many standard deviations


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Admission:
    """What is to be done with a scan.

    Attributes:
        is_taken: whether it is taken in.
        restarts: it belongs to another time, which is believed now: nobody is followed any more.
        memory: after it.
        problem: what is wrong with the sensor, if anything.
    """

    is_taken: bool
    restarts: bool
    memory: TrackMemory
    problem: Health | None


def admit(
    memory: TrackMemory,
    positions: Positions,
    *,
    t_utc_ns: int,
    max_lag_s: float,
    max_ahead_s: float,
) -> Admission:
    """Return what is to be done with a scan.

    Args:
        memory: before it.
        positions: the scan.
        t_utc_ns: time of the tracks.
        max_lag_s: largest age of a scan against the tracks.
        max_ahead_s: how far ahead of them it may be.
    """
    ahead_s = (positions.t_utc_ns - t_utc_ns) * 1e-9
    if memory.sensors and not -max_lag_s <= ahead_s <= max_ahead_s:
        return _out_of_time(memory, positions, t_utc_ns, max_ahead_s)
    before = memory.sensors.get(positions.sensor_id)
    if before is None:
        return _taken(memory)
    if _is_there_already(memory, before, positions):
        return Admission(is_taken=False, restarts=False, memory=memory, problem=before.problem)
    if len(positions.position_site_m) and same_places(before.last_scan, positions):
        return _same_again(memory, before, positions)
    n, usual = len(positions.position_site_m), len(before.last_scan.position_site_m)
    if n <= FEW_ROWS + BURST * usual or before.n_bursts >= N_BURSTS:
        return _taken(memory)
    return _refused(
        _with(memory, replace(before, n_bursts=before.n_bursts + 1)),
        positions,
        HealthReason.DATA_QUALITY,
        f"{positions.sensor_id} gives {n} positions at once after {usual}: the scan is not "
        "used; look what disturbs the sensor",
    )


def _same_again(memory: TrackMemory, before: SensorMemory, positions: Positions) -> Admission:
    n = before.n_repeats + 1
    memory = _with(memory, replace(before, n_repeats=n, last_scan=positions))
    if n * len(positions.position_site_m) < FROZEN:
        return _taken(memory)
    return _refused(
        memory,
        positions,
        HealthReason.DATA_QUALITY,
        f"{positions.sensor_id} gives the very same {len(positions.position_site_m)} positions "
        f"for the {n + 1}th time: it is frozen, and its scans are not used; restart it",
    )


def same_places(one: Positions, other: Positions) -> bool:
    """Return whether two scans have the very same positions, to the last bit."""
    return np.array_equal(one.position_site_m, other.position_site_m)


def usable_rows(positions: Positions) -> Bool[np.ndarray, " rows"]:
    """Mark the rows that are on Earth, with a covariance that is symmetric, positive definite.

    Raises:
        ValueError: there are not as many covariances, existences or descriptors as places, or the
            density of clutter is not a density: no row can be trusted.
    """
    where = f"positions of {positions.sensor_id}"
    place, covariance = positions.position_site_m, positions.covariance_site_m2
    n = len(place)
    n_objects = n if positions.p_object is None else len(positions.p_object)
    if (
        not n
        == n_objects
        == len(covariance)
        == len(positions.existence)
        == len(positions.descriptor)
    ):
        raise ValueError(
            f"{where} have {n} places, {len(covariance)} covariances, "
            f"{len(positions.existence)} existences and {len(positions.descriptor)} descriptors"
        )
    if not 0 <= positions.clutter_per_m2 < np.inf:
        raise ValueError(
            f"clutter_per_m2 of {positions.sensor_id} must be finite and not below 0, "
            f"got {positions.clutter_per_m2}"
        )
    columns = (place, covariance, positions.existence)
    if AVAILABLE and positions.p_object is None and _all_usable(*map(in_order, columns)):
        return np.ones(n, dtype=bool)
    a, b, c, d = covariance.reshape(-1, 4).T
    # Written so that a NaN fails; the trace bounds the terms, so an infinity fails too.
    with np.errstate(invalid="ignore", over="ignore"):
        trace = a + d
        good = (a > 0) & (a * d - b * c > 0) & (trace < WORST_M2)
        good &= np.abs(b - c) <= 1e-9 * trace
    good &= (positions.existence >= 0) & (positions.existence <= 1)
    if positions.p_object is not None:
        good &= (positions.p_object >= 0) & (positions.p_object <= 1)
    return good & (np.abs(place) <= FARTHEST_M).all(axis=1)


@jit
def _all_usable(
    place: Float[np.ndarray, "rows 2"],
    covariance: Float[np.ndarray, "rows 2 2"],
    existence: Float[np.ndarray, " rows"],
) -> bool:
    """Return whether every row is usable: the common case, in one pass over the rows."""
    for j in range(len(place)):
        a, b, c, d = (
            covariance[j, 0, 0],
            covariance[j, 0, 1],
            covariance[j, 1, 0],
            covariance[j, 1, 1],
        )
        good = a > 0 and a * d - b * c > 0 and a + d < WORST_M2 and abs(b - c) <= 1e-9 * (a + d)
        good = good and 0 <= existence[j] <= 1
        if not (good and abs(place[j, 0]) <= FARTHEST_M and abs(place[j, 1]) <= FARTHEST_M):
            return False
    return True


def bad_rows(positions: Positions, good: Bool[np.ndarray, " rows"]) -> Health:
    """Return what is wrong with a scan of which some rows cannot be used."""
    row = int(np.argmin(good))
    return _health(
        positions,
        HealthState.DEGRADED,
        HealthReason.DATA_QUALITY,
        f"{int((~good).sum())} of {len(good)} positions of {positions.sensor_id} cannot be used "
        f"and are left out: row {row} is at {_said(positions.position_site_m[row])}, covariance "
        f"{_said(positions.covariance_site_m2[row])} and existence {positions.existence[row]:g}; "
        f"a place must be within {FARTHEST_M:g} m, a covariance symmetric, positive definite and "
        f"below {WORST_M2:g} m2, an existence inside [0, 1]",
    )


def misaligned(
    positions: Positions, sensors: Mapping[str, SensorMemory], *, max_offset_m: float
) -> Health | None:
    """Return that a sensor places people elsewhere than another one does, if it does.

    Which of the two is wrong is not known. What was told is over well below the limit only.
    """
    mine = sensors[positions.sensor_id]
    told = mine.problem is not None and mine.problem.reason is HealthReason.MISALIGNED
    limit_m = STILL_OFF * max_offset_m if told else max_offset_m
    offset_m = mine.offset_site_m - [other.offset_site_m for other in sensors.values()]
    size_m = np.hypot(offset_m[:, 0], offset_m[:, 1])
    if size_m.max() <= limit_m:
        return None
    both_m2 = np.array([other.offset_covariance_site_m2 for other in sensors.values()])
    both_m2 = both_m2 + mine.offset_covariance_site_m2
    std_m = np.sqrt(np.trace(both_m2, axis1=1, axis2=2) / 2)
    is_off = size_m > np.maximum(limit_m, NOT_OFF_STD * std_m)
    if not is_off.any():
        return None
    worst = int(np.argmax(np.where(is_off, size_m, 0.0)))
    east, north = offset_m[worst].tolist()
    said = (
        f"{size_m[worst]:.2f} m ({east:+.2f} east, {north:+.2f} north, +- {std_m[worst]:.2f}) "
        f"from where {tuple(sensors)[worst]} does"
    )
    return _health(
        positions,
        HealthState.DEGRADED,
        HealthReason.MISALIGNED,
        f"{positions.sensor_id} places people {said}: it is corrected; survey both again",
    )


def _out_of_time(
    memory: TrackMemory, positions: Positions, t_utc_ns: int, max_ahead_s: float
) -> Admission:
    """Hold back a scan from another time, until so many in a row agree on it.

    While a sensor that gave scans of the present time may still contradict, that takes longer.
    """
    ahead_s = (positions.t_utc_ns - t_utc_ns) * 1e-9
    # The first one says since when nobody has contradicted.
    waiting = (*memory.waiting[:1], *(*memory.waiting[1:], positions)[-(AGREE - 1) :])
    span_s = _span_s(waiting)
    if span_s > AGREE * max_ahead_s:
        waiting = waiting[1:]
        span_s = _span_s(waiting)
    there = {one.sensor_id for one in waiting}
    others = any(
        sensor_id not in there and abs(sensor.last_scan.t_utc_ns - t_utc_ns) <= max_ahead_s * 1e9
        for sensor_id, sensor in memory.sensors.items()
    )
    least_s = max_ahead_s if others else 0.0
    if len(waiting) == AGREE and least_s <= span_s <= AGREE * max_ahead_s:
        return Admission(
            is_taken=True,
            restarts=True,
            memory=TrackMemory(sensors=_not_after(memory.sensors, positions.t_utc_ns)),
            problem=None,
        )
    memory = replace(memory, waiting=waiting)
    if ahead_s > 0:
        # Perhaps everybody was silent for a while. The next scan of another sensor will tell.
        before = memory.sensors.get(positions.sensor_id)
        problem = before.problem if before else None
        return Admission(is_taken=False, restarts=False, memory=memory, problem=problem)
    return Admission(
        is_taken=False, restarts=False, memory=memory, problem=wrong_clock(positions, ahead_s)
    )


def _span_s(scans: tuple[Positions, ...]) -> float:
    times = [one.t_utc_ns for one in scans]
    return (max(times) - min(times)) * 1e-9


def _not_after(sensors: Mapping[str, SensorMemory], t_utc_ns: int) -> Mapping[str, SensorMemory]:
    """Return sensors whose last scans, where they are of a later time, are of this one."""
    return {
        sensor_id: replace(sensor, last_scan=replace(sensor.last_scan, t_utc_ns=t_utc_ns))
        if sensor.last_scan.t_utc_ns > t_utc_ns
        else sensor
        for sensor_id, sensor in sensors.items()
    }


def wrong_clock(positions: Positions, ahead_s: float) -> Health:
    """Return that a sensor's clock is wrong, by a scan that others contradict."""
    word = "ahead of" if ahead_s > 0 else "behind"
    return _health(
        positions,
        HealthState.FAILED,
        HealthReason.CLOCK,
        f"a scan of {positions.sensor_id} is {abs(ahead_s):.3g} s {word} the others: it is not "
        "used; look at the clock of the sensor",
    )


def contradicted(
    memory: TrackMemory, waiting: tuple[Positions, ...], positions: Positions
) -> tuple[TrackMemory, tuple[Health, ...]]:
    """Return what a scan that is taken in says of sensors that wait in another time.

    Args:
        memory: before it.
        waiting: scans of another time.
        positions: the scan.
    """
    told: tuple[Health, ...] = ()
    for one in waiting:
        if one.sensor_id != positions.sensor_id:
            ahead_s = (one.t_utc_ns - positions.t_utc_ns) * 1e-9
            memory, begun, _ = remembered(memory, one, wrong_clock(one, ahead_s))
            told += begun
    return memory, told


def _is_there_already(memory: TrackMemory, before: SensorMemory, positions: Positions) -> bool:
    if positions.t_utc_ns > before.last_scan.t_utc_ns:
        return False
    known = (before.last_scan, *(one.scan for one in memory.recent))
    return any(
        one.sensor_id == positions.sensor_id
        and one.t_utc_ns == positions.t_utc_ns
        and same_places(one, positions)
        for one in known
    )


def _taken(memory: TrackMemory) -> Admission:
    memory = replace(memory, waiting=()) if memory.waiting else memory
    return Admission(is_taken=True, restarts=False, memory=memory, problem=None)


def _refused(
    memory: TrackMemory, positions: Positions, reason: HealthReason, message: str
) -> Admission:
    problem = _health(positions, HealthState.FAILED, reason, message)
    return Admission(is_taken=False, restarts=False, memory=memory, problem=problem)


def _with(memory: TrackMemory, changed: SensorMemory) -> TrackMemory:
    sensors: Mapping[str, SensorMemory] = {
        **memory.sensors,
        changed.last_scan.sensor_id: changed,
    }
    return replace(memory, sensors=sensors)


def remembered(
    memory: TrackMemory, positions: Positions, problem: Health | None
) -> tuple[TrackMemory, tuple[Health, ...], tuple[Health, ...]]:
    """Return the memory of a sensor's problem, what is new of it, and what is over."""
    before = memory.sensors.get(positions.sensor_id)
    was = before.problem if before else None
    if was is problem or (was and problem and was.reason is problem.reason):
        return memory, (), ()
    if before is None:
        offset = of(None)
        before = SensorMemory(
            last_scan=positions,
            n_repeats=0,
            n_bursts=0,
            offset_site_m=offset.offset_site_m,
            offset_covariance_site_m2=offset.covariance_site_m2,
            sure_track_id=np.zeros(0, dtype=np.int64),
            problem=None,
        )
    changed = _with(memory, replace(before, problem=problem))
    return changed, (problem,) if problem else (), (was,) if was else ()


def _health(positions: Positions, state: HealthState, reason: HealthReason, message: str) -> Health:
    return Health(
        sensor_id=positions.sensor_id,
        t_utc_ns=positions.t_utc_ns,
        state=state,
        reason=reason,
        message=message,
    )


def _said(values: Float[np.ndarray, "..."]) -> str:
    return np.array2string(values, precision=3, separator=", ").replace("\n", "")
