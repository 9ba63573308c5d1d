"""The twin's camera-like position sensor: floor positions with misses, clutter and occlusion.

Records are of kind ``video.floor_positions`` (arrays ``position_sensor_m``, ``sigma_m``,
``score``), as a smart camera would deliver them.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.errors import SiteError
from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.twin.faults import Fault, fault_now
from standex.twin.scene import PeopleNow, Scene

KIND = "video.floor_positions"
SHOULDER_M = 0.24  # half the width that a person hides


@dataclass(frozen=True, kw_only=True, eq=False)
class PositionSensor:
    """One camera.

    Attributes:
        sensor_id: in the site.
        rate_hz: records a second.
        site_from_sensor: pose; its height decides how far people hide those behind them.
        range_m: no further.
        half_angle_rad: of the field of view.
        p_detect: P(report | nobody in front).
        clutter_per_m2: false positions a scan, over the field of view.
        sigma_m: of each position, at half the range; it grows with distance.
        seed: of everything that is drawn.
        faults: when it fails, and how.
    """

    sensor_id: str
    rate_hz: float
    site_from_sensor: RigidTransform
    range_m: float
    half_angle_rad: float
    p_detect: float
    clutter_per_m2: float
    sigma_m: float
    seed: int
    faults: tuple[Fault, ...] = ()

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return what the camera reports at ``t_utc_ns``, or None when it is dead."""
        fault = fault_now(self.faults, t_utc_ns - scene.start_utc_ns)
        if fault == "dead":
            return None
        rng = np.random.default_rng([self.seed, 5, sequence, *self.sensor_id.encode()])
        people = scene.at(t_utc_ns)
        flat = self.on_floor(people.position_site_m)
        distance = np.hypot(flat[:, 0], flat[:, 1])
        in_view = (distance < self.range_m) & (
            np.abs(np.arctan2(flat[:, 1], flat[:, 0])) < self.half_angle_rad
        )
        shown = self.shown(people)
        p = 0.0 if fault == "obscured" else self.p_detect
        reported = in_view & (rng.random(len(flat)) < p * shown)
        sigma = self.sigma_m * (0.5 + distance / self.range_m)
        found = flat[reported] + rng.normal(size=(int(reported.sum()), 2)) * sigma[reported, None]
        area_m2 = self.half_angle_rad * self.range_m**2
        n_false = int(rng.poisson(self.clutter_per_m2 * area_m2)) if p else 0
        reach = self.range_m * np.sqrt(rng.random(n_false))
        angle = rng.uniform(-self.half_angle_rad, self.half_angle_rad, n_false)
        false = np.column_stack([reach * np.cos(angle), reach * np.sin(angle)])
        score = np.concatenate([rng.beta(8, 1.5, len(found)), rng.beta(4, 2, n_false)])
        if fault == "nan" and len(found):
            found[0] = np.nan
        return Record(
            sensor_id=self.sensor_id,
            t_utc_ns=t_utc_ns,
            kind=KIND,
            sequence=sequence,
            arrays={
                "position_sensor_m": np.concatenate([found, false]),
                "sigma_m": np.concatenate(
                    [sigma[reported], self.sigma_m * (0.5 + reach / self.range_m)]
                ),
                "score": score,
            },
        )

    def on_floor(self, position_site_m: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 2"]:
        """Return places as x forward, y left of the camera's foot point, however it is tilted."""
        left = self.site_from_sensor.rotation[:2, 1]
        way = position_site_m - self.site_from_sensor.translation_m[:2]
        return np.stack([way @ np.array([left[1], -left[0]]), way @ left], axis=1)

    def shown(self, people: PeopleNow) -> np.ndarray:
        """Return which share of each person's upper half nobody in front hides, 0 to 1.

        A person in front hides those within their width, below the line from the camera over
        their head.
        """
        eye = self.site_from_sensor.translation_m
        way = people.position_site_m - eye[:2]
        distance = np.hypot(way[:, 0], way[:, 1])
        if len(distance) < 2:
            return np.ones(len(distance))
        direction = way / np.maximum(distance, 1e-6)[:, None]
        along = way @ direction.T  # [j, i]: how far j stands along the line to i
        across = np.abs(way[:, 0:1] * direction[:, 1] - way[:, 1:2] * direction[:, 0])
        in_front = (along > 0.1) & (along < distance[None, :] - 0.1) & (across < 2 * SHOULDER_M)
        # Height on person i up to which the line over j's head is cut off.
        top = people.height_m[:, None]
        cut = eye[2] - (eye[2] - top) * distance[None, :] / np.maximum(along, 0.1)
        half = people.height_m[None, :] / 2
        hidden_up = np.clip((cut - half) / half, 0, 1)
        hidden_across = np.clip(1 - across / (2 * SHOULDER_M), 0, 1)
        hidden = np.where(in_front, hidden_up * hidden_across, 0.0)
        return np.clip(1 - hidden, 0, 1).prod(axis=0)


def build(spec: SensorSpec, site: Site, seed: int) -> PositionSensor:
    """Return the twin of a camera; entry point ``floor-positions`` of the instruments.

    Raises:
        SiteError: a setting is missing or out of its range.
    """
    del site
    half_angle_deg = _number(spec, "half_angle_deg", high=180)
    return PositionSensor(
        sensor_id=spec.sensor_id,
        rate_hz=spec.rate_hz,
        site_from_sensor=spec.site_from_sensor,
        range_m=_number(spec, "range_m", low=0.1),
        half_angle_rad=float(np.deg2rad(half_angle_deg)),
        p_detect=_number(spec, "p_detect", high=1),
        clutter_per_m2=_number(spec, "clutter_per_m2"),
        sigma_m=_number(spec, "sigma_m", low=1e-3),
        seed=seed,
    )


def _number(spec: SensorSpec, name: str, *, low: float = 0.0, high: float = np.inf) -> float:
    value = spec.instrument_settings.get(name)
    where = f"sensor {spec.sensor_id}: instrument_settings.{name}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SiteError(f"{where} must be a number, got {value!r}")
    if not low <= value <= high:
        raise SiteError(f"{where} must be from {low:g} to {high:g}, got {value}")
    return float(value)
