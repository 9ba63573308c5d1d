"""Microwave pillars as a technology: the room's stages put together, one sensor at a time.

Two technologies stand on it, which differ in what they do with whoever they look at: imaging here,
and measuring layers in ``dielectric``.
"""

from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np

from standex.model.calibration import Calibration
from standex.model.errors import RecordError, SiteError
from standex.model.hints import Hints
from standex.model.observation import (
    Coverage,
    Evidence,
    Health,
    HealthReason,
    HealthState,
    Observation,
)
from standex.model.ports import Technology
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.model.zones import ZONE_INDEX, ZONES
from standex.sensing.microwave.background import Background, disturbance, learn
from standex.sensing.microwave.method import LaneLook, Method
from standex.sensing.microwave.sight import hidden
from standex.sensing.microwave.stripe_images import StripeImages
from standex.sensing.microwave.sweep import LIGHT_M_PER_S, Sweep, parse_sweep

CELL_M = 0.25
SETTINGS = (
    "near_m",
    "far_m",
    "half_lane_m",
    "clear_path_m",
    "clear_sight_m",
    "beam_m",
    "max_looks",
    "obscured_at",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What one sensor remembers.

    Attributes:
        background: of the empty room, or None before the first empty sweep.
        last_utc_ns: time of the last record, or None.
        last_sequence: its number.
        n_shed: looks that were wanted and left out, so far.
    """

    background: Background | None = None
    last_utc_ns: int | None = None
    last_sequence: int = -1
    n_shed: int = 0


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MicrowavePillars:
    """Satisfies the ``Technology`` port.

    Attributes:
        spec: the sensor, as surveyed.
        class_names: of the site.
        calibration: of its likelihoods, or None.
        near_m: people nearer than this (upstream of the pillars) are too oblique.
        far_m: people further are not focused.
        half_lane_m: people further to the side are in another lane.
        clear_path_m: nobody else may be so near in path length.
        clear_sight_m: nor so near to the line of sight from a pillar.
        beam_m: anybody nearer than this disturbs the empty room.
        max_looks: people focused per record; who needs it most goes first, the rest are shed,
            and shedding covers nobody.
        obscured_at: share of the background that may change before the sensor is obscured.
        method: what is done with whoever is looked at.
    """

    spec: SensorSpec
    class_names: tuple[str, ...]
    calibration: Calibration | None
    near_m: float
    far_m: float
    half_lane_m: float
    clear_path_m: float
    clear_sight_m: float
    beam_m: float
    max_looks: int
    obscured_at: float
    method: Method

    @property
    def sensor_kind(self) -> str:
        """Return the kind of calibration that its scores need."""
        return self.method.sensor_kind

    def start(self) -> Any:
        """Return the state before the first record."""
        return State()

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return evidence about the people in the lane, what was covered, and health.

        Raises:
            RecordError: the record cannot be parsed, or its time runs backwards.
        """
        sweep = parse_sweep(record)
        before: State = state
        if before.last_utc_ns is not None and record.t_utc_ns <= before.last_utc_ns:
            raise RecordError(
                f"record {record.sequence} of {record.sensor_id}: its time runs backwards by "
                f"{(before.last_utc_ns - record.t_utc_ns) * 1e-9:.3f} s"
            )
        local = self.spec.site_from_sensor.inverse()
        at = hints.at(record.t_utc_ns)
        place = (local @ np.column_stack([at, np.zeros(len(at))]))[:, :2]
        velocity = hints.velocity_site_m_per_s @ self.spec.site_from_sensor.rotation[:2, :2]
        known = before.background
        if known is not None and known.samples.shape != sweep.samples.shape:
            known = None  # another array or grid: what was learnt says nothing about it
        background = self._learn(known, sweep, place)
        after = replace(
            before,
            background=background,
            last_utc_ns=record.t_utc_ns,
            last_sequence=record.sequence,
        )
        if background is None or not background.is_known:
            self.method.prepare(sweep)
            seen = len(hints.need) > 0
            return after, (
                self._coverage(record.t_utc_ns, [], []),
                self._health(
                    record,
                    HealthState.DEGRADED,
                    HealthReason.STARTING,
                    "learning the empty room" + ("; people are in it, keep the lane clear" * seen),
                ),
            )
        changed = disturbance(background, sweep.samples)
        if changed > self.obscured_at:
            return after, (
                self._coverage(record.t_utc_ns, [], []),
                self._health(
                    record,
                    HealthState.FAILED,
                    HealthReason.OBSCURED,
                    f"{100 * changed:.0f} % of the empty room has changed: something covers or "
                    "has moved a pillar; clear it",
                ),
            )
        clean = replace(sweep, samples=sweep.samples - background.samples)
        wanted = self._wanted(place, sweep)
        rows = wanted[np.argsort(-hints.need[wanted], kind="stable")][: self.max_looks]
        after = replace(after, n_shed=before.n_shed + len(wanted) - len(rows))
        looks = [
            self.method.look(
                clean,
                place[row],
                velocity_m_per_s=velocity[row],
                spread_m=float(hints.spread_m[row]),
            )
            for row in rows
        ]
        calibration, health = self._calibration_now(record, before)
        evidence: list[Evidence] = []
        for number, look in enumerate(looks):
            if look.quality > 0:
                evidence += self._say(look, record, f"{record.sequence}.{number}", calibration)
        covered = [look.quality if calibration is not None else 0.0 for look in looks]
        coverage = self._coverage(record.t_utc_ns, looks, covered)
        return after, (coverage, *evidence, health)

    def _learn(
        self, background: Background | None, sweep: Sweep, place: np.ndarray
    ) -> Background | None:
        """Take an empty sweep into the background.

        Empty means that nobody is tracked in the beam and, once the room is known, that it still
        looks like itself: a person whom no camera has seen must not be learnt away.
        """
        ahead = (place[:, 0] > -0.5) & (np.hypot(place[:, 0], place[:, 1]) < self.beam_m)
        if ahead.any():
            return background
        if background is not None and background.is_known:
            change = np.mean(np.abs(sweep.samples - background.samples) ** 2)
            if change > 2 * background.noise**2:
                return background
        return learn(background, sweep.samples)

    def _wanted(self, place: np.ndarray, sweep: Sweep) -> np.ndarray:
        """Return whom to focus: in the lane, in full view, nobody else at the same path length.

        Whoever stands near a line of sight throws a shadow that looks like a hole in the body.
        Nothing is resolved across the lane, so two people whose paths from pillar to pillar are
        alike (or alike but for the ambiguity of the frequency grid) cannot be told apart: neither
        is looked at, and neither is covered.
        """
        inside = (
            (place[:, 0] > self.near_m)
            & (place[:, 0] < self.far_m)
            & (np.abs(place[:, 1]) < self.half_lane_m)
        )
        pillars = [sweep.tx_position_m[sweep.tx_panel == p, :2].mean(axis=0) for p in (0, 1)]
        path = np.sum([np.hypot(*(place - pillar).T) for pillar in pillars], axis=0)
        period = LIGHT_M_PER_S / float(sweep.frequency_hz[1] - sweep.frequency_hz[0])
        apart = path[:, None] - path[None, :]
        apart = np.abs(apart - period * np.rint(apart / period))
        # Whoever is beside the lane is behind a pillar: no path from pillar to pillar meets them.
        between = float(np.abs(np.stack(pillars)[:, 1]).mean()) + 0.1
        reflects = (
            (place[:, 0] > 0) & (np.hypot(*place.T) < self.beam_m) & (np.abs(place[:, 1]) < between)
        )
        crowded = (apart < self.clear_path_m) & reflects[None, :]
        np.fill_diagonal(crowded, val=False)
        shaded = [hidden(place, pillar, clear_m=self.clear_sight_m) for pillar in pillars]
        return np.flatnonzero(inside & ~crowded.any(axis=1) & ~np.any(shaded, axis=0))

    def _say(
        self, look: LaneLook, record: Record, number: str, calibration: Calibration | None
    ) -> tuple[Evidence, ...]:
        local = look.footprint()
        pose = self.spec.site_from_sensor
        turn = pose.rotation[:2, :2]
        footprint = replace(
            local,
            position_site_m=(pose @ np.append(local.position_site_m, 0.0))[:2],
            covariance_site_m2=turn @ local.covariance_site_m2 @ turn.T,
        )
        return look.evidence(
            sensor_id=record.sensor_id,
            look_id=f"{record.sensor_id}:{number}",
            t_utc_ns=record.t_utc_ns,
            footprint=footprint,
            calibration=calibration,
            class_names=self.class_names,
        )

    def _coverage(self, t_utc_ns: int, looks: list[LaneLook], quality: list[float]) -> Coverage:
        """Return P(reference object detected) in the cells where somebody was focused, else 0."""
        pose = self.spec.site_from_sensor
        reach = self.far_m + 1.0
        origin = pose.translation_m[:2] - reach
        n = int(np.ceil(2 * reach / CELL_M))
        p_detect = np.zeros((len(ZONES), n, n))
        best = self.calibration.p_detect if self.calibration is not None else 0.0
        x = origin[0] + CELL_M * (np.arange(n) + 0.5)
        y = origin[1] + CELL_M * (np.arange(n) + 0.5)
        for look, share in zip(looks, quality, strict=True):
            here = (pose @ np.append(look.origin_m, 0.0))[:2]
            near = np.hypot(x[:, None] - here[0], y[None, :] - here[1]) < 0.3
            for zone in look.zones if share > 0 else ():
                layer = p_detect[ZONE_INDEX[zone]]
                layer[near] = np.maximum(layer[near], best * share)
        return Coverage(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=t_utc_ns,
            level_id=self.spec.level_id,
            origin_site_m=origin,
            cell_m=CELL_M,
            p_report=np.zeros((n, n)),
            p_detect=p_detect,
        )

    def _calibration_now(self, record: Record, before: State) -> tuple[Calibration | None, Health]:
        calibration = self.calibration
        if calibration is None:
            return None, self._health(
                record,
                HealthState.DEGRADED,
                HealthReason.NOT_CALIBRATED,
                f"no calibration {self.spec.calibration!r}: its evidence is shown and counts for "
                "nothing; see `standex calibrate`",
            )
        if record.t_utc_ns >= calibration.expires_utc_ns:
            return None, self._health(
                record,
                HealthState.DEGRADED,
                HealthReason.CALIBRATION_EXPIRED,
                f"calibration {calibration.calibration_id} has expired; calibrate again",
            )
        if before.last_utc_ns is not None:
            gap_s = (record.t_utc_ns - before.last_utc_ns) * 1e-9
            if gap_s * self.spec.rate_hz > 2.2:
                return calibration, self._health(
                    record,
                    HealthState.DEGRADED,
                    HealthReason.LOW_FRAME_RATE,
                    f"{gap_s:.2f} s since the last sweep, {1 / self.spec.rate_hz:.2f} s expected",
                )
        return calibration, self._health(record, HealthState.OK, HealthReason.NONE, "")

    def _health(
        self, record: Record, state: HealthState, reason: HealthReason, message: str
    ) -> Health:
        return Health(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            state=state,
            reason=reason,
            message=message,
        )


def build(spec: SensorSpec, site: Site, calibration: Calibration | None) -> Technology:
    """Return the technology of one pair of imaging pillars; entry point ``microwave``.

    Raises:
        SiteError: a setting is missing, or the calibration is of another kind or order of scores.
    """
    method = StripeImages.of(voxel_m=number(spec, "voxel_m"))
    return pillars(spec, site, calibration, method=method, settings=("voxel_m", *SETTINGS))


def pillars(
    spec: SensorSpec,
    site: Site,
    calibration: Calibration | None,
    *,
    method: Method,
    settings: tuple[str, ...] = SETTINGS,
) -> MicrowavePillars:
    """Return a pair of pillars that looks by a method.

    Args:
        spec: the sensor, as surveyed.
        site: that it stands in.
        calibration: of its likelihoods, or None.
        method: what is done with whoever is looked at.
        settings: all that this sensor may have.

    Raises:
        SiteError: a setting is missing or unknown, or the calibration is of another kind or order
            of scores.
    """
    if calibration is not None and calibration.sensor_kind != method.sensor_kind:
        raise SiteError(
            f"sensor {spec.sensor_id}: calibration {calibration.calibration_id} is for "
            f"{calibration.sensor_kind}, not {method.sensor_kind}"
        )
    if calibration is not None and calibration.feature_names != method.score_names:
        raise SiteError(
            f"sensor {spec.sensor_id}: calibration {calibration.calibration_id} has the scores "
            f"{calibration.feature_names}, this version makes {method.score_names}; "
            "calibrate again"
        )
    unknown = sorted(set(spec.settings) - set(settings))
    if unknown:
        raise SiteError(
            f"sensor {spec.sensor_id}: unknown settings {', '.join(unknown)}; "
            f"a sensor of technology {spec.technology} has {', '.join(settings)}"
        )
    return MicrowavePillars(
        spec=spec,
        class_names=site.items.names,
        calibration=calibration,
        near_m=number(spec, "near_m"),
        far_m=number(spec, "far_m"),
        half_lane_m=number(spec, "half_lane_m"),
        clear_path_m=number(spec, "clear_path_m"),
        clear_sight_m=number(spec, "clear_sight_m"),
        beam_m=number(spec, "beam_m"),
        max_looks=int(number(spec, "max_looks")),
        obscured_at=number(spec, "obscured_at"),
        method=method,
    )


def number(spec: SensorSpec, name: str) -> float:
    """Return a setting that must be a positive number.

    Raises:
        SiteError: it is missing, no number, or not positive.
    """
    value = spec.settings.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SiteError(f"sensor {spec.sensor_id}: settings.{name} must be a number, got {value!r}")
    if not value > 0:
        raise SiteError(f"sensor {spec.sensor_id}: settings.{name} must be positive, got {value!r}")
    return float(value)
