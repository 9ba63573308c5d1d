"""Sensors that speak SAPIENT, as a technology: ``sapient.detections`` -> observations.

What a node calls confidence is its own word. A confidence that somebody is there goes to tracking
as the existence that any sensor states. A confidence that somebody carries something is a score and
nothing more: only a calibration, made on known passages with this sensor, turns it into
likelihoods; without one it is shown and weighs nothing. The layout of a record is in ``scans``, the
settings are in ``node_settings``.
"""

from dataclasses import dataclass
from itertools import chain
from math import isfinite
from typing import Any, final

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.edges.interop.sapient.node_settings import KIND, NodeSettings, node_settings
from standex.edges.interop.sapient.outlines import is_inside
from standex.model.calibration import Calibration
from standex.model.errors import RecordError, SiteError
from standex.model.hints import Hints
from standex.model.observation import (
    Coverage,
    Evidence,
    GaussianFootprint,
    Health,
    HealthReason,
    HealthState,
    Observation,
    Positions,
)
from standex.model.ports import Technology
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.model.zones import ZONES

CELL_M = 0.5
COVERED_M = 0.5  # about the person who was looked at
SAID_EVERY_S = 1.0
_FINITE = ("position_site_m", "covariance_site_m2", "p_person", "outline_site_m")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scan:
    """What one record holds; see ``scans``."""

    position_site_m: Float[np.ndarray, "n 2"]
    covariance_site_m2: Float[np.ndarray, "n 2 2"]
    p_person: Float[np.ndarray, " n"]
    score: Float[np.ndarray, "n k"]
    zone: Int[np.ndarray, " n"]
    task: tuple[str, ...]
    outline_site_m: Float[np.ndarray, "corners 2"]
    is_detecting: bool
    not_done: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What is remembered of one sensor.

    Attributes:
        last_utc_ns: time of the last record.
        said_utc_ns: when it last said how it is.
        outline_site_m: what it could see then.
        view: the same on the plan.
    """

    last_utc_ns: int
    said_utc_ns: int
    outline_site_m: Float[np.ndarray, "corners 2"]
    view: "View"


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """What a sensor sees of the plan, made once for as long as it looks there.

    The arrays cannot be written to and go out with every scan: who takes them in may know them
    again by what they are, without looking at a hundred thousand zeros.

    Attributes:
        p_report: P(it reports somebody who stands in a cell) while it detects.
        nowhere: no P at all, of the same cells.
        undetected: of each zone and cell, no P that it would detect anything there.
    """

    p_report: Float[np.ndarray, "nx ny"]
    nowhere: Float[np.ndarray, "nx ny"]
    undetected: Float[np.ndarray, "zones nx ny"]

    @classmethod
    def of(cls, seen: Bool[np.ndarray, "nx ny"], *, p_detect: float) -> "View":
        """Return the view of a sensor that sees some cells."""
        made = cls(
            p_report=np.where(seen, p_detect, 0.0),
            nowhere=np.zeros(seen.shape),
            undetected=np.zeros((len(ZONES), *seen.shape)),
        )
        for array in (made.p_report, made.nowhere, made.undetected):
            array.flags.writeable = False
        return made


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SapientTechnology:
    """Satisfies the ``Technology`` port.

    Attributes:
        spec: the sensor.
        settings: of its node.
        class_names: of the site.
        calibration: of its features, or None.
        min_site_m: of the area that coverage is stated for.
        max_site_m: of the same.
    """

    spec: SensorSpec
    settings: NodeSettings
    class_names: tuple[str, ...]
    calibration: Calibration | None
    min_site_m: Float[np.ndarray, " 2"]
    max_site_m: Float[np.ndarray, " 2"]

    @property
    def sensor_kind(self) -> str:
        """Return the kind of calibration that its scores need."""
        return self.settings.sensor_kind

    def start(self) -> Any:
        """Return the state before the first record."""
        return None

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return positions, looks, what could be seen, and health.

        Raises:
            RecordError: the record cannot be used, or its time runs backwards.
        """
        del hints  # a node looks where it looks
        before: State | None = state
        t_utc_ns = record.t_utc_ns - round(self.settings.latency_s * 1e9)
        if before is not None and t_utc_ns <= before.last_utc_ns:
            raise RecordError(
                f"record {record.sequence} of {record.sensor_id}: its time runs backwards by "
                f"{(before.last_utc_ns - t_utc_ns) * 1e-9:.3f} s"
            )
        scan = _scan_of(record, n_features=len(self.settings.features))
        if before is not None and np.array_equal(before.outline_site_m, scan.outline_site_m):
            view = before.view
        else:
            p_detect = self.settings.p_detect if self.settings.gives_positions else 0.0
            view = View.of(self._seen(scan.outline_site_m), p_detect=p_detect)
        calibration = self.calibration
        if calibration is not None and t_utc_ns >= calibration.expires_utc_ns:
            calibration = None
        said: list[Observation] = [self._coverage(scan, view, t_utc_ns, calibration)]
        if self.settings.gives_positions and scan.is_detecting:
            said.append(self._positions(scan, t_utc_ns))
        if self.settings.gives_looks:
            said += self._looks(scan, record.sequence, t_utc_ns, calibration)
        is_due = before is None or t_utc_ns - before.said_utc_ns >= SAID_EVERY_S * 1e9
        said += self._health(scan, t_utc_ns, is_due=is_due, is_calibrated=calibration is not None)
        after = State(
            last_utc_ns=t_utc_ns,
            said_utc_ns=t_utc_ns if before is None or is_due else before.said_utc_ns,
            outline_site_m=scan.outline_site_m,
            view=view,
        )
        return after, tuple(said)

    def _positions(self, scan: Scan, t_utc_ns: int) -> Positions:
        return Positions(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=t_utc_ns,
            level_id=self.spec.level_id,
            position_site_m=scan.position_site_m,
            covariance_site_m2=scan.covariance_site_m2,
            existence=scan.p_person,
            descriptor=np.zeros((len(scan.p_person), 0)),
            clutter_per_m2=self.settings.clutter_per_m2,
        )

    def _looks(
        self, scan: Scan, sequence: int, t_utc_ns: int, calibration: Calibration | None
    ) -> list[Evidence]:
        """Return the looks at people; a detection without all its features is none."""
        is_look = np.isfinite(scan.score).all(axis=1)
        log_likelihood = np.zeros((len(scan.score), len(self.class_names)))
        correlation, calibration_id = 0.0, ""
        if calibration is not None and is_look.any():
            known = calibration.log_likelihood(scan.score[is_look])
            columns = list(calibration.class_names)
            # A class that the calibration does not know looks like nothing to this sensor.
            nothing = columns.index("nothing")
            of_class = [columns.index(c) if c in columns else nothing for c in self.class_names]
            log_likelihood[is_look] = known[:, of_class]
            correlation, calibration_id = calibration.correlation, calibration.calibration_id
        return [
            Evidence(
                sensor_id=self.spec.sensor_id,
                look_id=f"{self.spec.sensor_id}:{sequence}.{row}",
                t_utc_ns=t_utc_ns,
                t_first_utc_ns=t_utc_ns,
                t_last_utc_ns=t_utc_ns,
                footprint=GaussianFootprint(
                    position_site_m=scan.position_site_m[row],
                    covariance_site_m2=scan.covariance_site_m2[row],
                    clutter_per_m2=self.settings.ghosts_per_m2,
                    task_id=scan.task[row],
                ),
                zone=None if scan.zone[row] < 0 else ZONES[int(scan.zone[row])],
                log_likelihood=log_likelihood[row],
                log_clutter=float(np.log(np.exp(log_likelihood[row]).mean())),
                correlation=correlation,
                calibration_id=calibration_id,
                reason=self._in_words(log_likelihood[row], int(scan.zone[row])),
                score=dict(zip(self.settings.features, scan.score[row].tolist(), strict=True)),
                position_row=row if self.settings.gives_positions and scan.is_detecting else -1,
            )
            for row in np.flatnonzero(is_look).tolist()
        ]

    def _in_words(self, log_likelihood: np.ndarray, zone_row: int) -> str:
        where = "" if zone_row < 0 else f", {ZONES[zone_row].value.replace('_', ' ')}"
        best = self.class_names[int(np.argmax(log_likelihood))]
        if best == "nothing" or not np.ptp(log_likelihood) > 0:
            return f"{self.spec.sensor_id} (SAPIENT){where}: nothing stands out"
        return f"{self.spec.sensor_id} (SAPIENT){where}: looks like {best.replace('_', ' ')}"

    def _cells(self) -> tuple[np.ndarray, np.ndarray]:
        shape = np.ceil((self.max_site_m - self.min_site_m) / CELL_M).astype(int)
        x, y = (self.min_site_m[i] + CELL_M * (np.arange(shape[i]) + 0.5) for i in (0, 1))
        return x, y

    def _seen(self, outline_site_m: np.ndarray) -> np.ndarray:
        """Return the cells in its surveyed field of view and, where it says one, in its own."""
        cells = np.stack(np.meshgrid(*self._cells(), indexing="ij"), axis=-1)
        pose = self.spec.site_from_sensor
        left = pose.rotation[:2, 1]
        forward = np.array([left[1], -left[0]])
        way = cells - pose.translation_m[:2]
        reach = np.hypot(way[..., 0], way[..., 1])
        cos_off = (way @ forward) / np.maximum(reach, 1e-6)
        seen = (reach < self.settings.range_m) & (
            cos_off >= np.cos(self.settings.half_angle_rad) - 1e-12
        )
        if len(outline_site_m) > 2:
            seen &= is_inside(cells, outline_site_m)
        return seen

    def _coverage(
        self, scan: Scan, view: View, t_utc_ns: int, calibration: Calibration | None
    ) -> Coverage:
        p_detect = view.undetected
        if calibration is not None and self.settings.gives_looks:
            x, y = self._cells()
            for row in np.flatnonzero(np.isfinite(scan.score).all(axis=1)).tolist():
                zone_row = int(scan.zone[row])
                if zone_row < 0:
                    continue  # who cannot tell where it looked has covered no zone
                if p_detect is view.undetected:
                    p_detect = p_detect.copy()
                at = scan.position_site_m[row]
                near = np.hypot(x[:, None] - at[0], y[None, :] - at[1]) < COVERED_M
                p_detect[zone_row][near] = calibration.p_detect
        return Coverage(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=t_utc_ns,
            level_id=self.spec.level_id,
            origin_site_m=self.min_site_m,
            cell_m=CELL_M,
            p_report=view.p_report if scan.is_detecting else view.nowhere,
            p_detect=p_detect,
        )

    def _health(
        self, scan: Scan, t_utc_ns: int, *, is_due: bool, is_calibrated: bool
    ) -> list[Health]:
        state, reason, message = HealthState.OK, HealthReason.NONE, ""
        if self.settings.gives_looks and not is_calibrated:
            state = HealthState.DEGRADED
            if self.calibration is None:
                reason = HealthReason.NOT_CALIBRATED
                message = (
                    f"no calibration {self.spec.calibration!r}: its confidences are shown and "
                    "count for nothing; see `standex calibrate`"
                )
            else:
                reason = HealthReason.CALIBRATION_EXPIRED
                message = f"calibration {self.calibration.calibration_id} has expired"

        def said(of_state: HealthState, of_reason: HealthReason, text: str, task: str) -> Health:
            return Health(
                sensor_id=self.spec.sensor_id,
                t_utc_ns=t_utc_ns,
                state=of_state,
                reason=of_reason,
                message=text,
                not_done_task_id=task,
            )

        refused = [
            said(state, reason, message or "its node did not carry out a task", task)
            for task in scan.not_done
        ]
        return [*refused, *([said(state, reason, message, "")] if is_due else [])]


def _scan_of(record: Record, *, n_features: int) -> Scan:
    where = f"record {record.sequence} of {record.sensor_id}"
    if record.kind != KIND:
        raise RecordError(f"{where}: kind {record.kind!r}, this technology reads {KIND!r}")
    try:
        arrays = {name: record.arrays[name] for name in (
            "position_site_m", "covariance_site_m2", "p_person", "score", "zone", "task",
            "outline_site_m", "is_detecting", "not_done")}  # fmt: skip
    except KeyError as error:
        raise RecordError(f"{where}: no array {error}") from None
    n = len(arrays["position_site_m"])
    shapes = {
        "position_site_m": (n, 2), "covariance_site_m2": (n, 2, 2), "p_person": (n,),
        "score": (n, n_features), "zone": (n,), "task": (n,), "is_detecting": (),
        "outline_site_m": (len(arrays["outline_site_m"]), 2),
        "not_done": (arrays["not_done"].size,),
    }  # fmt: skip
    wrong = [name for name, shape in shapes.items() if arrays[name].shape != shape]
    if wrong:
        raise RecordError(f"{where}: shapes of {', '.join(wrong)} do not fit {n} detections")
    real = ("position_site_m", "covariance_site_m2", "p_person", "score", "outline_site_m")
    if any(arrays[name].dtype.kind not in "fiu" for name in real):
        raise RecordError(f"{where}: {', '.join(real)} must be real numbers")
    # A scan holds few detections: their numbers one by one are looked at sooner than as arrays.
    if not all(
        map(isfinite, chain.from_iterable(arrays[name].ravel().tolist() for name in _FINITE))
    ):
        raise RecordError(f"{where}: a value is not finite")
    zones = arrays["zone"]
    if zones.dtype.kind not in "iu" or not all(-1 <= row < len(ZONES) for row in zones.tolist()):
        raise RecordError(f"{where}: zones are rows of the list of zones, or -1")
    if not all(0 <= p <= 1 for p in arrays["p_person"].tolist()) or not all(
        xx > 0 and xx * yy - xy * yx > 0
        for (xx, xy), (yx, yy) in arrays["covariance_site_m2"].tolist()
    ):
        raise RecordError(f"{where}: a p_person is not from 0 to 1, or a covariance not positive")
    return Scan(
        position_site_m=arrays["position_site_m"].astype(float),
        covariance_site_m2=arrays["covariance_site_m2"].astype(float),
        p_person=arrays["p_person"].astype(float),
        score=arrays["score"].astype(float),
        zone=arrays["zone"].astype(np.int64),
        task=tuple(str(one) for one in arrays["task"].tolist()),
        outline_site_m=arrays["outline_site_m"].astype(float),
        is_detecting=bool(arrays["is_detecting"]),
        not_done=tuple(str(one) for one in arrays["not_done"].tolist()),
    )


def build(spec: SensorSpec, site: Site, calibration: Calibration | None) -> Technology:
    """Return the technology of one node; entry point ``sapient``.

    Raises:
        SiteError: a setting is missing, unknown or out of its range, the site has no such level,
            or the calibration is of another kind or of other features.
    """
    settings = node_settings(spec)
    where = f"sensor {spec.sensor_id}"
    level = next((level for level in site.levels if level.level_id == spec.level_id), None)
    if level is None:
        known = ", ".join(level.level_id for level in site.levels)
        raise SiteError(f"{where}: no level {spec.level_id!r}; there is {known}")
    if calibration is not None and calibration.sensor_kind != settings.sensor_kind:
        raise SiteError(
            f"{where}: calibration {calibration.calibration_id} is for {calibration.sensor_kind}, "
            f"not {settings.sensor_kind or 'a sensor_kind that is stated'}"
        )
    if calibration is not None and calibration.feature_names != settings.features:
        raise SiteError(
            f"{where}: calibration {calibration.calibration_id} is of "
            f"{', '.join(calibration.feature_names)}; its features are "
            f"{', '.join(settings.features)}"
        )
    return SapientTechnology(
        spec=spec,
        settings=settings,
        class_names=site.items.names,
        calibration=calibration,
        min_site_m=level.min_site_m,
        max_site_m=level.max_site_m,
    )
