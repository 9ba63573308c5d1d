"""A surrogate as a technology: drawn scores weighed by the calibration of the sensor it stands for.

It reads records of kind ``surrogate.looks``, which only the twin makes:

    place_sensor_m  [n, 2]         where the looks were, sensor frame (x forward, y left)
    score           [n, zones, features]
    is_seen         [n, zones]     where False, the score means nothing
    share           [n, zones]     of the chance of detection that the look had
    zone            [zones]        rows of ``ZONES``
    is_joined       []             1 where a look is all of a passage, 0 where it is one of several

Everything it says is a surrogate's, and simulated. The calibration is the very file that the sensor
itself is weighed by.
"""

from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Bool, Float, Int

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
from standex.model.zones import ZONES
from standex.sensing.settings import number, refuse_other_kind, refuse_unknown

KIND = "surrogate.looks"
SETTINGS = ("stands_for", "max_looks", "reach_m")
PLACE_SIGMA_M = 0.10
GHOSTS_PER_M2 = 0.02
CELL_M = 0.25
COVERED_M = 0.3  # about the person who was looked at
FOLLOWED_M = 0.6  # a look is at whoever is followed so near
SAID_EVERY_S = 1.0  # health that has not changed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """What one record holds; see above."""

    place_m: Float[np.ndarray, "n 2"]
    score: Float[np.ndarray, "n zones features"]
    is_seen: Bool[np.ndarray, "n zones"]
    share: Float[np.ndarray, "n zones"]
    zone: Int[np.ndarray, " zones"]
    is_joined: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What one sensor remembers.

    Attributes:
        last_utc_ns: time of the last record, or None.
        said_utc_ns: when it last said how it is.
        has_covered: whether its last word on coverage was that somebody was looked at.
        n_shed: looks that were left out, so far.
    """

    last_utc_ns: int | None = None
    said_utc_ns: int | None = None
    has_covered: bool = False
    n_shed: int = 0


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surrogate:
    """Satisfies the ``Technology`` port.

    Attributes:
        spec: the sensor.
        class_names: of the site.
        calibration: of the sensor that it stands for, or None.
        stands_for: kind of the calibration that its scores need.
        max_looks: people looked at per record; who needs it most goes first, the rest are shed.
        reach_m: how far from the sensor people may be looked at.
    """

    spec: SensorSpec
    class_names: tuple[str, ...]
    calibration: Calibration | None
    stands_for: str
    max_looks: int
    reach_m: float

    @property
    def sensor_kind(self) -> str:
        """Return the kind of calibration that its scores need."""
        return self.stands_for

    def start(self) -> Any:
        """Return the state before the first record."""
        return State()

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return the looks as evidence, what they covered, and health.

        Raises:
            RecordError: the record cannot be parsed, or its time runs backwards.
        """
        before: State = state
        if before.last_utc_ns is not None and record.t_utc_ns <= before.last_utc_ns:
            raise RecordError(
                f"record {record.sequence} of {record.sensor_id}: its time runs backwards by "
                f"{(before.last_utc_ns - record.t_utc_ns) * 1e-9:.3f} s"
            )
        looks = parse_looks(record)
        if self.calibration is not None and len(looks.place_m):
            n_wanted = len(self.calibration.feature_names)
            if looks.score.shape[2] != n_wanted:
                raise RecordError(
                    f"record {record.sequence} of {record.sensor_id}: {looks.score.shape[2]} "
                    f"scores a look, calibration {self.calibration.calibration_id} has {n_wanted}"
                )
        is_usable = (
            self.calibration is not None and record.t_utc_ns < self.calibration.expires_utc_ns
        )
        calibration = self.calibration if is_usable else None
        site_m = self._on_site(looks.place_m)
        rows = self._wanted(site_m, hints, record.t_utc_ns)
        said: list[Observation] = []
        if len(rows) or before.has_covered:
            said.append(self._coverage(looks, rows, site_m, record.t_utc_ns, calibration))
        for nth, row in enumerate(rows.tolist()):
            look_id = f"{record.sensor_id}:{record.sequence}.{nth}"
            said += self._say(looks, row, site_m[row], record.t_utc_ns, look_id, calibration)
        health = self._health(record, before, calibration)
        return State(
            last_utc_ns=record.t_utc_ns,
            said_utc_ns=before.said_utc_ns if health is None else record.t_utc_ns,
            has_covered=len(rows) > 0,
            n_shed=before.n_shed + len(looks.place_m) - len(rows),
        ), (*said, *([] if health is None else [health]))

    def _on_site(self, place_m: np.ndarray) -> np.ndarray:
        pose = self.spec.site_from_sensor
        return place_m @ pose.rotation[:2, :2].T + pose.translation_m[:2]

    def _wanted(self, site_m: np.ndarray, hints: Hints, t_utc_ns: int) -> np.ndarray:
        """Return the looks to keep: of those who need it most, as the sensor itself chooses."""
        if len(site_m) <= self.max_looks:
            return np.arange(len(site_m))
        need = np.zeros(len(site_m))
        at = hints.at(t_utc_ns)
        if len(at):
            away_m = np.hypot(*(site_m[:, None] - at[None]).transpose(2, 0, 1))
            nearest = away_m.argmin(axis=1)
            is_followed = away_m.min(axis=1) < FOLLOWED_M
            need = np.where(is_followed, hints.need[nearest], 0.0)
        return np.sort(np.argsort(-need, kind="stable")[: self.max_looks])

    def _say(
        self,
        looks: Looks,
        row: int,
        site_m: np.ndarray,
        t_utc_ns: int,
        look_id: str,
        calibration: Calibration | None,
    ) -> list[Evidence]:
        footprint = GaussianFootprint(
            position_site_m=site_m,
            covariance_site_m2=PLACE_SIGMA_M**2 * np.eye(2),
            clutter_per_m2=GHOSTS_PER_M2,
        )
        said: list[Evidence] = []
        for at, zone_row in enumerate(looks.zone.tolist()):
            if not looks.is_seen[row, at]:
                continue
            score = looks.score[row, at]
            zone = ZONES[zone_row]
            log_likelihood = np.zeros(len(self.class_names))
            if calibration is not None:
                known = calibration.log_likelihood(score[None, :])[0]
                by_name = dict(zip(calibration.class_names, known, strict=True))
                # A class that the calibration does not know looks like nothing to this sensor.
                log_likelihood = np.array(
                    [by_name.get(name, by_name["nothing"]) for name in self.class_names]
                )
            states = 0.0 if looks.is_joined or calibration is None else calibration.correlation
            names = () if calibration is None else calibration.feature_names
            said.append(
                Evidence(
                    sensor_id=self.spec.sensor_id,
                    look_id=look_id,
                    t_utc_ns=t_utc_ns,
                    t_first_utc_ns=t_utc_ns,
                    t_last_utc_ns=t_utc_ns,
                    footprint=footprint,
                    zone=zone,
                    log_likelihood=log_likelihood,
                    log_clutter=float(np.log(np.exp(log_likelihood).mean())),
                    correlation=states,
                    calibration_id="" if calibration is None else calibration.calibration_id,
                    reason=in_words(zone.value, log_likelihood, self.class_names),
                    score=dict(zip(names, score.tolist(), strict=bool(names))),
                )
            )
        return said

    def _coverage(
        self,
        looks: Looks,
        rows: np.ndarray,
        site_m: np.ndarray,
        t_utc_ns: int,
        calibration: Calibration | None,
    ) -> Coverage:
        """Return P(reference object detected) about those who were looked at, else 0."""
        origin = self.spec.site_from_sensor.translation_m[:2] - self.reach_m
        n = int(np.ceil(2 * self.reach_m / CELL_M))
        p_detect = np.zeros((len(ZONES), n, n))
        best = 0.0 if calibration is None else calibration.p_detect
        middle = origin[:, None] + CELL_M * (np.arange(n) + 0.5)
        for row in rows.tolist():
            x, y = middle - site_m[row][:, None]
            near = np.hypot(x[:, None], y[None, :]) < COVERED_M
            for at, zone_row in enumerate(looks.zone.tolist()):
                layer = p_detect[zone_row]
                layer[near] = np.maximum(layer[near], best * looks.share[row, at])
        return Coverage(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=t_utc_ns,
            level_id=self.spec.level_id,
            origin_site_m=origin,
            cell_m=CELL_M,
            p_report=np.zeros((n, n)),
            p_detect=p_detect,
        )

    def _health(
        self, record: Record, before: State, calibration: Calibration | None
    ) -> Health | None:
        """Return how the sensor is, every second or when a record was late; else None."""
        gap_s = np.inf
        if before.last_utc_ns is not None:
            gap_s = (record.t_utc_ns - before.last_utc_ns) * 1e-9
        is_late = np.isfinite(gap_s) and gap_s * self.spec.rate_hz > 2.2
        said = before.said_utc_ns
        if said is not None and not is_late and record.t_utc_ns - said < SAID_EVERY_S * 1e9:
            return None
        state, reason, message = HealthState.OK, HealthReason.NONE, ""
        if self.calibration is None:
            state, reason = HealthState.DEGRADED, HealthReason.NOT_CALIBRATED
            message = (
                f"no calibration {self.spec.calibration!r}: its evidence is shown and counts for "
                "nothing; see `standex calibrate`"
            )
        elif calibration is None:
            state, reason = HealthState.DEGRADED, HealthReason.CALIBRATION_EXPIRED
            message = f"calibration {self.calibration.calibration_id} has expired; calibrate again"
        elif is_late:
            state, reason = HealthState.DEGRADED, HealthReason.LOW_FRAME_RATE
            message = f"{gap_s:.2f} s since the last record, {1 / self.spec.rate_hz:.2f} s expected"
        return Health(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            state=state,
            reason=reason,
            message=message,
        )


def in_words(zone: str, log_likelihood: np.ndarray, class_names: tuple[str, ...]) -> str:
    """Return what the look showed, for the person who reads the alert; never what it is."""
    where = f"surrogate, simulated: {zone.replace('_', ' ')}"
    best = class_names[int(np.argmax(log_likelihood))]
    if best == "nothing" or not np.ptp(log_likelihood) > 0:
        return f"{where}: nothing stands out"
    return f"{where}: anomaly, {'metal' if best.endswith('metal') else 'dielectric'}-like"


def parse_looks(record: Record) -> Looks:
    """Return what a record holds.

    Raises:
        RecordError: it is of another kind, something is missing or does not fit, or not finite.
    """
    where = f"record {record.sequence} of {record.sensor_id}"
    if record.kind != KIND:
        raise RecordError(f"{where}: kind {record.kind!r}, a surrogate reads {KIND!r}")
    try:
        place, score = record.arrays["place_sensor_m"], record.arrays["score"]
        share, zone = record.arrays["share"], record.arrays["zone"]
        is_seen = record.arrays["is_seen"]
        is_joined = record.arrays["is_joined"]
    except KeyError as error:
        raise RecordError(f"{where}: no array {error}") from None
    real = {"place_sensor_m": (place, 2), "score": (score, 3), "share": (share, 2)}
    whole = {"zone": (zone, 1), "is_joined": (is_joined, 0)}
    wrong = [
        *(name for name, (one, n) in real.items() if one.ndim != n or one.dtype.kind not in "fiu"),
        *(name for name, (one, n) in whole.items() if one.ndim != n or one.dtype.kind not in "iub"),
    ]
    if wrong:
        raise RecordError(f"{where}: {', '.join(wrong)} is not of the kind or shape that is read")
    n, zones = len(place), len(zone)
    if place.shape != (n, 2) or score.shape[:2] != (n, zones):
        raise RecordError(f"{where}: {place.shape} places, {score.shape} scores, {zones} zones")
    if is_seen.shape != (n, zones) or is_seen.dtype != np.bool_:
        raise RecordError(f"{where}: is_seen must say yes or no of {n} looks at {zones} zones")
    if share.shape != (n, zones) or not np.isin(zone, np.arange(len(ZONES))).all():
        raise RecordError(f"{where}: {share.shape} shares of {n} looks, zones {zone.tolist()}")
    if not np.isfinite(score).all():
        raise RecordError(f"{where}: a score is not finite")
    if not (np.isfinite(place).all() and np.all(share >= 0) and np.all(share <= 1)):
        raise RecordError(f"{where}: a place is not finite, or a share is not from 0 to 1")
    return Looks(
        place_m=np.asarray(place, dtype=float),
        score=np.asarray(score, dtype=float),
        is_seen=is_seen,
        share=np.asarray(share, dtype=float),
        zone=np.asarray(zone, dtype=np.int64),
        is_joined=bool(is_joined),
    )


def build(spec: SensorSpec, site: Site, calibration: Calibration | None) -> Technology:
    """Return the technology of a surrogate; entry point ``surrogate``.

    Raises:
        SiteError: a setting is missing, unknown or out of range, or the calibration is of another
            kind.
    """
    refuse_unknown(spec, SETTINGS, whose="a surrogate has")
    stands_for = spec.settings.get("stands_for")
    if not isinstance(stands_for, str) or not stands_for:
        raise SiteError(
            f"sensor {spec.sensor_id}: stands_for must name a kind of calibration, such as "
            f"'microwave.imaging', got {stands_for!r}"
        )
    refuse_other_kind(spec, calibration, stands_for)
    return Surrogate(
        spec=spec,
        class_names=site.items.names,
        calibration=calibration,
        stands_for=stands_for,
        max_looks=int(number(spec, "max_looks", low=1, high=1000)),
        reach_m=number(spec, "reach_m", low=0.5, high=20.0),
    )
