"""What a pair of pillars does with the one person it looks at: imaging, or measuring layers.

All else (whom it may look at, the empty room, what is covered, health) is the pillars' own.
"""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from standex.model.calibration import Calibration
from standex.model.observation import Evidence, GaussianFootprint
from standex.model.zones import BodyZone
from standex.sensing.microwave.sweep import Sweep

STILL_M_PER_S = 0.3  # slower people have no heading


@runtime_checkable
class LaneLook(Protocol):
    """One person, looked at; sensor frame."""

    @property
    def origin_m(self) -> Float[np.ndarray, " 2"]:
        """Return where the person was looked for."""
        ...

    @property
    def quality(self) -> float:
        """Return how clearly a body stood out, 0 to 1."""
        ...

    @property
    def zones(self) -> tuple[BodyZone, ...]:
        """Return the zones that the look shows."""
        ...

    def footprint(self) -> GaussianFootprint:
        """Return where the body was found."""
        ...

    def evidence(
        self,
        *,
        sensor_id: str,
        look_id: str,
        t_utc_ns: int,
        footprint: GaussianFootprint,
        calibration: Calibration | None,
        class_names: tuple[str, ...],
    ) -> tuple[Evidence, ...]:
        """Return one piece of evidence per zone; its footprint is in the frame of the site."""
        ...


@runtime_checkable
class Method(Protocol):
    """A way of looking at one person."""

    @property
    def sensor_kind(self) -> str:
        """Return the kind of calibration that its scores need."""
        ...

    @property
    def score_names(self) -> tuple[str, ...]:
        """Return the scores of a zone, in their order."""
        ...

    def prepare(self, sweep: Sweep) -> None:
        """Work out what looks on this array and grid will need, while nobody waits for one."""
        ...

    def look(
        self,
        sweep: Sweep,
        place_m: Float[np.ndarray, " 2"],
        *,
        velocity_m_per_s: Float[np.ndarray, " 2"],
        spread_m: float,
    ) -> LaneLook:
        """Return what a sweep shows of one person.

        Args:
            sweep: with the background taken out.
            place_m: of the person at the middle of the sweep, sensor frame.
            velocity_m_per_s: of the person, sensor frame.
            spread_m: one standard deviation of the place.
        """
        ...


def facing(
    place_m: Float[np.ndarray, " 2"], velocity_m_per_s: Float[np.ndarray, " 2"]
) -> tuple[Float[np.ndarray, " 2"], bool]:
    """Return the direction into the body, away from the array, and whether the front shows.

    People face the way they walk, or the sensor if they stand.
    """
    speed = float(np.hypot(*velocity_m_per_s))
    is_walking = speed > STILL_M_PER_S
    heading = velocity_m_per_s / speed if is_walking else -place_m / np.hypot(*place_m)
    is_front = bool(heading @ place_m < 0)
    return (-heading if is_front else heading), is_front
