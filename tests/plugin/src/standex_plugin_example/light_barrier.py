"""A light barrier across a lane: an interrupted beam is a person at the middle of the beam.

Record kind ``light_barrier.level``: ``level``, one number, received light over emitted light.
"""

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from standex.model.calibration import Calibration
from standex.model.errors import RecordError
from standex.model.hints import Hints
from standex.model.observation import Positions
from standex.model.record import Record
from standex.model.site import SensorSpec, Site


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LightBarrier:
    """A technology without memory; ``seen`` is what it says when the beam is interrupted."""

    seen: Positions

    def start(self) -> None:
        return None

    def perceive(
        self, state: None, record: Record, hints: Hints, /
    ) -> tuple[None, tuple[Positions, ...]]:
        level = record.arrays.get("level")
        if level is None or level.shape != (1,) or not np.isfinite(level).all():
            raise RecordError(f"{record.sensor_id}: 'level' must be one finite number, got {level}")
        interrupted = int(level[0] < 0.5)
        return None, (
            replace(
                self.seen,
                t_utc_ns=record.t_utc_ns,
                position_site_m=self.seen.position_site_m[:interrupted],
                covariance_site_m2=self.seen.covariance_site_m2[:interrupted],
                existence=self.seen.existence[:interrupted],
                descriptor=self.seen.descriptor[:interrupted],
            ),
        )


def build(spec: SensorSpec, site: Site, calibration: Calibration | None) -> LightBarrier:
    """Return the technology of one barrier; a barrier has nothing to calibrate."""
    half_m = float(spec.settings["half_width_m"])  # type: ignore[arg-type]
    middle = spec.site_from_sensor @ np.array([half_m, 0.0, 0.0])
    return LightBarrier(
        seen=Positions(
            sensor_id=spec.sensor_id,
            t_utc_ns=0,
            level_id=spec.level_id,
            position_site_m=middle[None, :2],
            covariance_site_m2=np.eye(2)[None] * half_m**2 / 3,
            existence=np.array([0.9]),
            descriptor=np.zeros((1, 0)),
            clutter_per_m2=0.001,
        )
    )
