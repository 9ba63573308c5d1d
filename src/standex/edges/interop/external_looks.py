"""Scores of anybody's sensor, weighed by a calibration: records -> evidence, coverage, health.

For sensors that have looked at somebody and give numbers for it, and whose makers keep to
themselves how. A record of kind ``external.looks`` has one row for each body zone of each look:

    place_sensor_m  [n, 2]         where the look was, x forward, y left of the sensor's foot point
    sigma_m         [n]            standard deviation of that place
    score           [n, features]  in the order of the calibration's features
    zone            [n]            row of ``ZONES``, or -1 where the sensor cannot tell
    look            [n]            optional: rows with the same number are one look

A look at somebody in whom nothing was found is a row like any other: without it nobody was looked
at. Without a calibration what the sensor says is shown and weighs nothing.
"""

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Float, Int

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
)
from standex.model.ports import Technology
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.model.zones import ZONES, BodyZone
from standex.sensing.settings import number, refuse_other_kind, refuse_unknown

KIND = "external.looks"
SETTINGS = ("sensor_kind", "reach_m", "ghosts_per_m2", "zones", "covered_m")
CELL_M = 0.25
MOST_LOOKS = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    place_m: Float[np.ndarray, "n 2"]
    sigma_m: Float[np.ndarray, " n"]
    score: Float[np.ndarray, "n features"]
    zone: Int[np.ndarray, " n"]
    look: Int[np.ndarray, " n"]


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExternalLooks:
    """Satisfies the ``Technology`` port; its state is the time of the last record.

    Attributes:
        spec: the sensor.
        class_names: of the site.
        calibration: of its scores, or None.
        sensor_kind: of that calibration.
        reach_m: how far from the sensor people are looked at.
        ghosts_per_m2: density of looks that come from nobody.
        zones: that a look without a zone speaks of.
        covered_m: who is so near to a look was looked at.
    """

    spec: SensorSpec
    class_names: tuple[str, ...]
    calibration: Calibration | None
    sensor_kind: str
    reach_m: float
    ghosts_per_m2: float
    zones: tuple[BodyZone, ...]
    covered_m: float

    def start(self) -> Any:
        """Return the state before the first record."""
        return None

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return the looks as evidence, what they covered, and health.

        Raises:
            RecordError: the record cannot be read, or its time runs backwards.
        """
        del hints  # the sensor looks where it looks
        if state is not None and record.t_utc_ns <= state:
            raise RecordError(
                f"record {record.sequence} of {record.sensor_id}: its time runs backwards by "
                f"{(state - record.t_utc_ns) * 1e-9:.3f} s"
            )
        rows = _parse(record)
        calibration = self.calibration
        if calibration is not None and record.t_utc_ns >= calibration.expires_utc_ns:
            calibration = None
        if calibration is not None and len(rows.score):
            n_wanted = len(calibration.feature_names)
            if rows.score.shape[1] != n_wanted:
                raise RecordError(
                    f"record {record.sequence} of {record.sensor_id}: {rows.score.shape[1]} "
                    f"scores a look, calibration {calibration.calibration_id} has {n_wanted}: "
                    f"{', '.join(calibration.feature_names)}"
                )
        pose = self.spec.site_from_sensor
        at_m = rows.place_m @ pose.rotation[:2, :2].T + pose.translation_m[:2]
        said: list[Observation] = [self._coverage(rows, at_m, record.t_utc_ns, calibration)]
        said += [
            self._evidence(rows, row, at_m[row], record, calibration) for row in range(len(at_m))
        ]
        said.append(self._health(record, calibration))
        return record.t_utc_ns, tuple(said)

    def _evidence(
        self,
        rows: _Rows,
        row: int,
        at_m: np.ndarray,
        record: Record,
        calibration: Calibration | None,
    ) -> Evidence:
        log_likelihood = np.zeros(len(self.class_names))
        names: tuple[str, ...] = tuple(f"score_{i + 1}" for i in range(rows.score.shape[1]))
        if calibration is not None:
            names = calibration.feature_names
            known = calibration.log_likelihood(rows.score[row : row + 1])[0]
            by_name = dict(zip(calibration.class_names, known, strict=True))
            # A class that the calibration does not know looks like nothing to this sensor.
            log_likelihood = np.array(
                [by_name.get(name, by_name["nothing"]) for name in self.class_names]
            )
        number = int(rows.zone[row])
        zone = None if number < 0 else ZONES[number]
        return Evidence(
            sensor_id=record.sensor_id,
            look_id=f"{record.sensor_id}:{record.sequence}.{int(rows.look[row])}",
            t_utc_ns=record.t_utc_ns,
            t_first_utc_ns=record.t_utc_ns,
            t_last_utc_ns=record.t_utc_ns,
            footprint=GaussianFootprint(
                position_site_m=at_m,
                covariance_site_m2=float(rows.sigma_m[row]) ** 2 * np.eye(2),
                clutter_per_m2=self.ghosts_per_m2,
            ),
            zone=zone,
            log_likelihood=log_likelihood,
            log_clutter=float(np.log(np.exp(log_likelihood).mean())),
            correlation=0.0 if calibration is None else calibration.correlation,
            calibration_id="" if calibration is None else calibration.calibration_id,
            reason=self._in_words(zone, log_likelihood),
            score=dict(zip(names, rows.score[row].tolist(), strict=True)),
        )

    def _in_words(self, zone: BodyZone | None, log_likelihood: np.ndarray) -> str:
        where = "somewhere on the body" if zone is None else zone.value.replace("_", " ")
        best = self.class_names[int(np.argmax(log_likelihood))]
        if best == "nothing" or not np.ptp(log_likelihood) > 0:
            return f"{self.spec.sensor_id}, {where}: nothing stands out"
        return f"{self.spec.sensor_id}, {where}: most like {best.replace('_', ' ')}"

    def _coverage(
        self, rows: _Rows, at_m: np.ndarray, t_utc_ns: int, calibration: Calibration | None
    ) -> Coverage:
        """Return P(reference object detected) about those who were looked at, else 0."""
        origin = self.spec.site_from_sensor.translation_m[:2] - self.reach_m
        n = int(np.ceil(2 * self.reach_m / CELL_M))
        p_detect = np.zeros((len(ZONES), n, n))
        if calibration is not None:
            middle = origin[:, None] + CELL_M * (np.arange(n) + 0.5)
            for row, place in enumerate(at_m):
                x, y = middle - place[:, None]
                near = np.hypot(x[:, None], y[None, :]) < self.covered_m
                number = int(rows.zone[row])
                zones = [ZONES.index(zone) for zone in self.zones] if number < 0 else [number]
                for zone in zones:
                    p_detect[zone][near] = calibration.p_detect
        return Coverage(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=t_utc_ns,
            level_id=self.spec.level_id,
            origin_site_m=origin,
            cell_m=CELL_M,
            p_report=np.zeros((n, n)),
            p_detect=p_detect,
        )

    def _health(self, record: Record, calibration: Calibration | None) -> Health:
        state, reason, message = HealthState.OK, HealthReason.NONE, ""
        if self.calibration is None:
            state, reason = HealthState.DEGRADED, HealthReason.NOT_CALIBRATED
            message = "no calibration: its evidence is shown and counts for nothing"
        elif calibration is None:
            state, reason = HealthState.DEGRADED, HealthReason.CALIBRATION_EXPIRED
            message = f"calibration {self.calibration.calibration_id} has expired; calibrate again"
        return Health(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            state=state,
            reason=reason,
            message=message,
        )


def _parse(record: Record) -> _Rows:
    where = f"record {record.sequence} of {record.sensor_id}"
    if record.kind != KIND:
        raise RecordError(f"{where}: kind is {record.kind!r}, this technology reads {KIND!r}")
    arrays: dict[str, np.ndarray] = {}
    for name in ("place_sensor_m", "sigma_m", "score", "zone", "look"):
        value = record.arrays.get(name)
        if value is None:
            if name == "look":
                continue
            raise RecordError(f"{where}: array {name!r} is missing; it has {sorted(record.arrays)}")
        if value.dtype.kind not in "fiu" or not np.isfinite(value).all():
            raise RecordError(f"{where}: array {name!r} must be finite real numbers")
        arrays[name] = value.astype(np.float64)
    n = len(arrays["sigma_m"]) if arrays["sigma_m"].ndim == 1 else -1
    look = arrays.get("look", np.arange(max(n, 0), dtype=np.float64))
    shapes = [arrays["place_sensor_m"].shape, arrays["zone"].shape, look.shape]
    score = arrays["score"]
    if shapes != [(n, 2), (n,), (n,)] or score.ndim != 2 or len(score) != n or n > MOST_LOOKS:
        raise RecordError(
            f"{where}: places {shapes[0]}, sigma {arrays['sigma_m'].shape}, score {score.shape}, "
            f"zone {shapes[1]}, look {shapes[2]}; wanted (n, 2), (n,), (n, features), (n,), (n,) "
            f"with n up to {MOST_LOOKS}"
        )
    if np.any(arrays["sigma_m"] <= 0) or not np.isin(arrays["zone"], range(-1, len(ZONES))).all():
        raise RecordError(f"{where}: sigma_m must be positive, zone from -1 to {len(ZONES) - 1}")
    pairs = np.stack([look, arrays["zone"]], axis=1)
    if not np.all(np.abs(look) < 2**31) or len(np.unique(pairs, axis=0)) != n:
        raise RecordError(f"{where}: a look says something about one zone twice")
    return _Rows(
        place_m=arrays["place_sensor_m"],
        sigma_m=arrays["sigma_m"],
        score=score,
        zone=arrays["zone"].astype(np.int64),
        look=look.astype(np.int64),
    )


def build(spec: SensorSpec, site: Site, calibration: Calibration | None) -> Technology:
    """Return the technology of one such sensor; entry point ``external-looks``.

    Raises:
        SiteError: a setting is missing, unknown or out of range, or the calibration is of another
            kind.
    """
    refuse_unknown(spec, SETTINGS)
    kind = spec.settings.get("sensor_kind")
    if not isinstance(kind, str) or not kind:
        raise SiteError(
            f"sensor {spec.sensor_id}: settings.sensor_kind must name the kind of calibration that "
            f"its scores need, got {kind!r}"
        )
    refuse_other_kind(spec, calibration, kind)
    return ExternalLooks(
        spec=spec,
        class_names=site.items.names,
        calibration=calibration,
        sensor_kind=kind,
        reach_m=number(spec, "reach_m", low=0.5, high=30.0),
        ghosts_per_m2=number(spec, "ghosts_per_m2", low=0.0, high=10.0),
        zones=_zones(spec),
        covered_m=number(spec, "covered_m", low=0.1, high=2.0, default=0.3),
    )


def _zones(spec: SensorSpec) -> tuple[BodyZone, ...]:
    names = spec.settings.get("zones", [])
    try:
        if not isinstance(names, list):
            raise ValueError("not a list")  # noqa: TRY004, TRY301 - told like any other value
        return tuple(BodyZone(name) for name in names)
    except ValueError:
        raise SiteError(
            f"sensor {spec.sensor_id}: settings.zones must be a list of body zones "
            f"({', '.join(ZONES)}), got {names!r}"
        ) from None
