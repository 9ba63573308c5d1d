"""What one node has sent -> records of its sensor, and what is wrong with it.

Nothing here waits or opens anything: who has the connection says what came and what time it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

import numpy as np

from standex.edges.intake import ARRIVED
from standex.edges.interop.sapient.generated.detection_report_pb2 import DetectionReport
from standex.edges.interop.sapient.generated.registration_pb2 import Registration
from standex.edges.interop.sapient.generated.status_report_pb2 import StatusReport
from standex.edges.interop.sapient.generated.task_ack_pb2 import TaskAck
from standex.edges.interop.sapient.node_settings import KIND, NodeSettings, node_settings
from standex.edges.interop.sapient.places import Places
from standex.edges.interop.sapient.scans import MOST_DETECTIONS, ScanReader
from standex.edges.interop.sapient.words import plain
from standex.model.observation import Health, HealthReason, HealthState
from standex.model.record import Record
from standex.model.site import SensorSpec

QUIET_PERIODS = 3.0
HOLD_S = 0.02
MOST_HOLD_S = 0.16
"""A scan is complete when nothing more of it has come for so long; for the longer of the two where
a line has let scans come in drops."""

HOLD_FADES = 0.999

NOWHERE_S = 10.0
"""So long a place or a time that could not be used is told."""

_NOWHERE = (
    HealthState.DEGRADED,
    HealthReason.DATA_QUALITY,
    "places that it sends cannot be used; are latitude and longitude swapped, or is the site's "
    "anchor wrong?",
)
_WRONG_TIME = (
    HealthState.DEGRADED,
    HealthReason.CLOCK,
    "reports of it have a wrong time and are left out; set its clock by NTP or PTP",
)
_HELD_UP = (
    HealthState.DEGRADED,
    HealthReason.SHEDDING,
    "reports of it come too late and are left out: its line or this computer is too slow",
)
OVERDUE_INTERVALS, SPARE_S = 1.5, 1.0
LONGEST_INTERVAL_S = 60.0
_FIRST_DELAY_S, _LEAST_DELAY_S, _MOST_DELAY_S = 0.2, 0.05, 1.0
_MOST_TASKS = 256
_SECONDS = {
    Registration.TIME_UNITS_NANOSECONDS: 1e-9,
    Registration.TIME_UNITS_MICROSECONDS: 1e-6,
    Registration.TIME_UNITS_MILLISECONDS: 1e-3,
    Registration.TIME_UNITS_SECONDS: 1.0,
    Registration.TIME_UNITS_MINUTES: 60.0,
    Registration.TIME_UNITS_HOURS: 3600.0,
    Registration.TIME_UNITS_DAYS: 86400.0,
}


@dataclass(slots=True)
class FeedCounts:
    """What came of one node.

    Attributes:
        n_detections: taken.
        n_late: of a scan that was already given on.
        n_missed: scans that could not be taken for their time.
        n_nowhere: whose place cannot be used.
        n_flood: more in one scan than are taken.
    """

    n_detections: int = 0
    n_late: int = 0
    n_missed: int = 0
    n_nowhere: int = 0
    n_flood: int = 0


@final
class NodeFeed:
    """Makes records of one node's reports.

    Attributes:
        spec: the sensor.
        settings: its node.
        counts: of what came.
    """

    def __init__(self, spec: SensorSpec, places: Places) -> None:
        """Wait for the node to register."""
        self.spec = spec
        self.settings: NodeSettings = node_settings(spec)
        self.counts = FeedCounts()
        self._places = places
        self._reader = ScanReader(self.settings, places)
        self._sequence = 0
        self._scan: list[DetectionReport] = []
        self._scan_utc_ns = self._began_utc_ns = self._came_utc_ns = 0
        self._last_utc_ns = self._given_utc_ns = 0
        self._counted_utc_ns, self._missed_at_utc_ns = 0, -round(NOWHERE_S * 1e9)
        self._missed_for = _WRONG_TIME
        self._nowhere_utc_ns = -round(NOWHERE_S * 1e9)
        self._delay_s = _FIRST_DELAY_S
        self._hold_s = HOLD_S
        self._interval_s = LONGEST_INTERVAL_S
        self._heard_utc_ns = 0
        self._is_registered = self._is_detecting = self._is_overdue = False
        self._trouble: tuple[HealthState, HealthReason, str] | None = (
            HealthState.FAILED,
            HealthReason.DISCONNECTED,
            "its node has not connected yet",
        )
        self._outline = np.zeros((0, 2))
        self._tasks: dict[str, str] = {}
        self._not_done: list[str] = []

    def registered(self, registration: Registration, *, now_utc_ns: int) -> None:
        """Take note of what the node says it is."""
        interval = registration.status_definition.status_interval
        said_s = interval.value * _SECONDS.get(interval.units, 1.0)
        self._interval_s = min(max(said_s, 0.1), LONGEST_INTERVAL_S)
        self._heard_utc_ns = now_utc_ns
        self._is_registered, self._is_detecting, self._is_overdue = True, False, False
        self._fail(HealthState.DEGRADED, HealthReason.STARTING, "no status report has come yet")

    def gone(self, why: str) -> None:
        """Take note that the node's connection has ended."""
        self._is_registered = self._is_detecting = self._is_overdue = False
        self._fail(HealthState.FAILED, HealthReason.DISCONNECTED, why)

    def status(self, report: StatusReport, *, now_utc_ns: int) -> None:
        """Take note of how the node says it is."""
        self._heard_utc_ns, self._is_overdue = now_utc_ns, False
        said = [
            f"{StatusReport.StatusType.Name(one.status_type).removeprefix('STATUS_TYPE_').lower()}"
            f" {plain(one.status_value)}".strip()
            for one in report.status[:4]
            if one.status_level >= StatusReport.STATUS_LEVEL_WARNING_STATUS
        ]
        words = "; ".join(said) or "it gives no reason"
        if report.info == StatusReport.INFO_NEW:
            areas = [report.field_of_view] if report.HasField("field_of_view") else report.coverage
            self._outline = self._places.outline(areas[0]) if areas else np.zeros((0, 2))
        is_blind = any(one.status_type == StatusReport.STATUS_TYPE_NOT_DETECTING
                       for one in report.status)  # fmt: skip
        self._is_detecting = not is_blind
        if report.system == StatusReport.SYSTEM_GOODBYE:
            self._is_detecting = False
            self._fail(HealthState.FAILED, HealthReason.DISCONNECTED, "its node has said goodbye")
        elif report.system in {StatusReport.SYSTEM_ERROR, StatusReport.SYSTEM_UNSPECIFIED}:
            self._is_detecting = False
            self._fail(HealthState.FAILED, HealthReason.DATA_QUALITY, f"its node reports: {words}")
        elif is_blind:
            self._fail(
                HealthState.FAILED, HealthReason.OBSCURED, f"its node does not detect: {words}"
            )
        elif report.system == StatusReport.SYSTEM_WARNING:
            self._fail(
                HealthState.DEGRADED, HealthReason.DATA_QUALITY, f"its node reports: {words}"
            )
        else:
            self._trouble = None

    def asked(self, ulid: str, task_id: str) -> None:
        """Remember under which identifier the node was given a task."""
        self._tasks[ulid] = task_id
        while len(self._tasks) > _MOST_TASKS:
            del self._tasks[next(iter(self._tasks))]

    def not_done(self, task_id: str) -> None:
        """Take note of a task that the node was not even given."""
        self._not_done.append(task_id)
        del self._not_done[:-_MOST_TASKS]

    def task_answered(self, answer: TaskAck) -> None:
        """Take note of what the node says of a task."""
        task_id = self._tasks.get(answer.task_id)
        is_off = answer.task_status in {TaskAck.TASK_STATUS_REJECTED, TaskAck.TASK_STATUS_FAILED}
        if task_id is not None and is_off:
            self.not_done(task_id)

    def detection(
        self, report: DetectionReport, *, t_utc_ns: int, now_utc_ns: int
    ) -> tuple[Record, ...]:
        """Take a detection; return the scan before it, if this one begins another."""
        if t_utc_ns <= self._last_utc_ns:
            self.counts.n_late += 1
            if t_utc_ns == self._last_utc_ns:  # its scan was given on too early
                self._hold_s = min(2 * self._hold_s, MOST_HOLD_S)
            return ()
        self._heard_utc_ns = now_utc_ns
        delay_s = (now_utc_ns - t_utc_ns) * 1e-9
        self._delay_s = min(max(delay_s, 0.995 * self._delay_s, _LEAST_DELAY_S), _MOST_DELAY_S)
        done: tuple[Record, ...] = ()
        if self._scan and t_utc_ns != self._scan_utc_ns:
            done = (self._give(now_utc_ns),)
        if not self._scan:
            self._began_utc_ns = now_utc_ns
        self._scan_utc_ns, self._came_utc_ns = t_utc_ns, now_utc_ns
        self._counted_utc_ns = t_utc_ns
        if len(self._scan) >= MOST_DETECTIONS:
            self.counts.n_flood += 1
        else:
            self._scan.append(report)
            self.counts.n_detections += 1
        return done

    def missed(self, t_utc_ns: int, *, now_utc_ns: int, is_held_up: bool) -> None:
        """Take note of a detection that is not taken for its time.

        Its scan is missing in the count of records, as one that was lost on the way; and nobody may
        say now that this node sees nobody.

        Args:
            t_utc_ns: of the detection.
            now_utc_ns: when it came.
            is_held_up: whether the node's clock is right, and it came too late.
        """
        self._missed_at_utc_ns = now_utc_ns
        self._missed_for = _HELD_UP if is_held_up else _WRONG_TIME
        if is_held_up:
            self._heard_utc_ns = now_utc_ns
        if t_utc_ns <= self._counted_utc_ns:
            return  # of a scan that is counted already, or sent again by somebody
        self._counted_utc_ns = t_utc_ns
        self._sequence += 1
        self.counts.n_missed += 1

    def tick(self, now_utc_ns: int) -> tuple[Record, ...]:
        """Return the records that are due: a scan that is complete, or that nobody is seen.

        To be called every few hundredths of a second.
        """
        if not self._is_registered:
            return ()
        if (now_utc_ns - self._heard_utc_ns) * 1e-9 > self._overdue_s and self._is_detecting:
            self._is_detecting, self._is_overdue = False, True
            self._fail(
                HealthState.FAILED,
                HealthReason.DISCONNECTED,
                f"its node has said nothing for {self._overdue_s:.1f} s",
            )
        if self._scan:
            if (now_utc_ns - self._came_utc_ns) * 1e-9 < self._hold_s:
                return ()
            self._hold_s = max(HOLD_FADES * self._hold_s, HOLD_S)
            return (self._give(now_utc_ns),)
        period_s = 1 / self.spec.rate_hz
        is_due = (now_utc_ns - self._given_utc_ns) * 1e-9 >= period_s
        last_utc_ns = max(self._came_utc_ns, self._missed_at_utc_ns)
        is_quiet = (now_utc_ns - last_utc_ns) * 1e-9 >= max(QUIET_PERIODS * period_s, self._delay_s)
        if not (is_due and (self._is_detecting or self._not_done) and is_quiet):
            return ()
        # A detection may still be on its way that is older than now.
        quiet_utc_ns = now_utc_ns - round(self._delay_s * 1e9)
        if quiet_utc_ns <= self._last_utc_ns:
            return ()
        # Stamped here and not by the node: nothing of its clock can be learnt from it.
        self._scan_utc_ns, self._began_utc_ns = quiet_utc_ns, 0
        return (self._give(now_utc_ns),)

    def troubles(self, now_utc_ns: int) -> Mapping[str, Health]:
        """Return what is wrong with the sensor now; empty when nothing is."""
        trouble = self._trouble
        if trouble is None and (now_utc_ns - self._nowhere_utc_ns) * 1e-9 < NOWHERE_S:
            trouble = _NOWHERE
        if (now_utc_ns - self._missed_at_utc_ns) * 1e-9 < NOWHERE_S:
            state, reason, message = self._missed_for
            if trouble is None:
                trouble = self._missed_for
            elif self._is_overdue:  # it does say something: why it counts for nothing is known
                trouble = (HealthState.FAILED, reason, message)
        if trouble is None:
            return {}
        state, reason, message = trouble
        health = Health(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=now_utc_ns,
            state=state,
            reason=reason,
            message=message,
        )
        return {self.spec.sensor_id: health}

    @property
    def _overdue_s(self) -> float:
        return OVERDUE_INTERVALS * self._interval_s + SPARE_S

    def _fail(self, state: HealthState, reason: HealthReason, message: str) -> None:
        self._trouble = (state, reason, message)

    def _give(self, now_utc_ns: int) -> Record:
        scan, self._scan = self._scan, []
        tasks = [self._tasks.get(report.task_id, "") for report in scan]
        arrays, n_nowhere = self._reader.read(scan, tasks=tasks)
        self.counts.n_nowhere += n_nowhere
        if n_nowhere:
            self._nowhere_utc_ns = now_utc_ns
        not_done, self._not_done = self._not_done, []
        arrays |= {
            "outline_site_m": self._outline,
            "is_detecting": np.array(self._is_detecting),
            "not_done": np.array(not_done, dtype=np.str_),
            ARRIVED: np.array(self._began_utc_ns, dtype=np.int64),
        }
        self._last_utc_ns, self._given_utc_ns = self._scan_utc_ns, now_utc_ns
        self._sequence += 1
        return Record(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=self._scan_utc_ns,
            kind=KIND,
            sequence=self._sequence - 1,
            arrays=arrays,
        )
