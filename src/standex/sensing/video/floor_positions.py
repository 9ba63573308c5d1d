"""Smart cameras that deliver positions on the floor: records -> positions and coverage.

A record of kind ``video.floor_positions`` has

    position_sensor_m   [n, 2]  float64, x forward, y left of the camera's foot point
    sigma_m             [n]     float64, standard deviation of each position
    score               [n]     float64, P(a person) by the camera's own lights, 0 to 1
"""

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from standex.model.calibration import Calibration
from standex.model.errors import RecordError, SiteError
from standex.model.hints import Hints
from standex.model.observation import (
    Coverage,
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
from standex.sensing.settings import number

KIND = "video.floor_positions"
CELL_M = 0.5
LATE_PERIODS = 2.5  # a gap of so many periods is a low frame rate


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FloorPositions:
    """Satisfies the ``Technology`` port.

    The state is the time of the last record, to notice gaps and clocks that run backwards.

    Attributes:
        spec: the camera, as surveyed.
        range_m: it sees people up to there.
        half_angle_rad: of its field of view.
        p_detect: P(it reports a person whom nobody hides).
        clutter_per_m2: false positions a scan.
        min_site_m: of the area that coverage is stated for.
        max_site_m: of the same.
    """

    spec: SensorSpec
    range_m: float
    half_angle_rad: float
    p_detect: float
    clutter_per_m2: float
    min_site_m: np.ndarray
    max_site_m: np.ndarray

    def start(self) -> Any:
        """Return the state before the first record."""
        return None

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return positions in the site frame, what the camera could see, and its health.

        Raises:
            RecordError: wrong kind or arrays, or the camera's time runs backwards.
        """
        del hints  # a camera looks at everything all the time
        position, sigma, score = _parse(record)
        last_utc_ns = None if state is None else int(state)
        if last_utc_ns is not None and record.t_utc_ns <= last_utc_ns:
            raise RecordError(
                f"record {record.sequence} of {record.sensor_id}: its time runs backwards, "
                f"{(last_utc_ns - record.t_utc_ns) * 1e-9:.3f} s before the one ahead of it"
            )
        foot_m, forward, left = self._floor()
        at_site = foot_m + position[:, :1] * forward + position[:, 1:] * left
        positions = Positions(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            level_id=self.spec.level_id,
            position_site_m=at_site,
            covariance_site_m2=sigma[:, None, None] ** 2 * np.eye(2),
            existence=score,
            descriptor=np.zeros((len(position), 0)),
            clutter_per_m2=self.clutter_per_m2,
        )
        health = self._health(record, last_utc_ns)
        return record.t_utc_ns, (self.coverage(record.t_utc_ns), positions, health)

    def coverage(self, t_utc_ns: int) -> Coverage:
        """Return the field of view: P(reports a person) per cell; nothing is screened by it."""
        shape = np.ceil((self.max_site_m - self.min_site_m) / CELL_M).astype(int)
        x = self.min_site_m[0] + CELL_M * (np.arange(shape[0]) + 0.5)
        y = self.min_site_m[1] + CELL_M * (np.arange(shape[1]) + 0.5)
        cells = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
        foot_m, forward, _ = self._floor()
        way = cells - foot_m
        reach = np.hypot(way[..., 0], way[..., 1])
        cos_off = (way @ forward) / np.maximum(reach, 1e-6)
        seen = (reach < self.range_m) & (cos_off > np.cos(self.half_angle_rad))
        return Coverage(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=t_utc_ns,
            level_id=self.spec.level_id,
            origin_site_m=self.min_site_m,
            cell_m=CELL_M,
            p_report=np.where(seen, self.p_detect, 0.0),
            p_detect=np.zeros((len(ZONES), *shape)),
        )

    def _floor(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the camera's foot point, forward and left on the floor, however it is tilted."""
        pose = self.spec.site_from_sensor
        left = pose.rotation[:2, 1]
        return pose.translation_m[:2], np.array([left[1], -left[0]]), left

    def _health(self, record: Record, last_utc_ns: int | None) -> Health:
        gap_s = 0.0 if last_utc_ns is None else (record.t_utc_ns - last_utc_ns) * 1e-9
        late = gap_s * self.spec.rate_hz > LATE_PERIODS
        return Health(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            state=HealthState.DEGRADED if late else HealthState.OK,
            reason=HealthReason.LOW_FRAME_RATE if late else HealthReason.NONE,
            message=(
                f"{gap_s:.2f} s between frames, {1 / self.spec.rate_hz:.2f} s expected"
                if late
                else ""
            ),
        )


def _parse(record: Record) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    def refused(why: str) -> RecordError:
        return RecordError(f"record {record.sequence} of {record.sensor_id}: {why}")

    if record.kind != KIND:
        raise refused(f"kind is {record.kind!r}, this technology reads {KIND!r}")
    arrays: list[np.ndarray] = []
    for name in ("position_sensor_m", "sigma_m", "score"):
        value = record.arrays.get(name)
        if value is None:
            raise refused(f"array {name!r} is missing; it has {sorted(record.arrays)}")
        if value.dtype.kind not in "fiu":
            raise refused(f"array {name!r} is of type {value.dtype}, real numbers are wanted")
        if not np.isfinite(value).all():
            raise refused(
                f"{np.sum(~np.isfinite(value))} of {value.size} values of {name} are not finite"
            )
        arrays.append(value.astype(np.float64))
    position, sigma, score = arrays
    n = len(position)
    if position.shape != (n, 2) or sigma.shape != (n,) or score.shape != (n,):
        raise refused(
            f"shapes {position.shape}, {sigma.shape}, {score.shape}; expected (n, 2), (n,), (n,)"
        )
    if np.any(sigma <= 0) or np.any((score < 0) | (score > 1)):
        raise refused("sigma_m must be positive and score inside [0, 1]")
    return position, sigma, score


def build(spec: SensorSpec, site: Site, calibration: Calibration | None) -> Technology:
    """Return the technology of one camera; entry point ``floor-positions``.

    Raises:
        SiteError: a setting is missing or out of its range, or the site has no such level.
    """
    del calibration  # positions are no evidence
    level = next((level for level in site.levels if level.level_id == spec.level_id), None)
    if level is None:
        known = ", ".join(level.level_id for level in site.levels)
        raise SiteError(f"sensor {spec.sensor_id}: no level {spec.level_id!r}; there is {known}")
    half_angle_deg = number(spec, "half_angle_deg", low=0, high=180)
    return FloorPositions(
        spec=spec,
        range_m=number(spec, "range_m", low=0.1),
        half_angle_rad=float(np.deg2rad(half_angle_deg)),
        p_detect=number(spec, "p_detect", low=0, high=1),
        clutter_per_m2=number(spec, "clutter_per_m2", low=0),
        min_site_m=level.min_site_m,
        max_site_m=level.max_site_m,
    )
