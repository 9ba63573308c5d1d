"""Recorded ways of people: anonymous positions over time."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trajectories:
    """Positions of people, sorted by person, then frame.

    Attributes:
        name: of the recording.
        person: number of the person in the recording, one per row.
        frame: frame number.
        position_m: x, y in the frame of the recording.
        height_m: height of each person's head where recorded, else NaN.
        frame_rate_hz: frames a second.
    """

    name: str
    person: Int[np.ndarray, " rows"]
    frame: Int[np.ndarray, " rows"]
    position_m: Float[np.ndarray, "rows 2"]
    height_m: Float[np.ndarray, " rows"]
    frame_rate_hz: float

    def __post_init__(self) -> None:
        if not np.isfinite(self.position_m).all():
            raise ValueError(
                f"{self.name}: {np.sum(~np.isfinite(self.position_m))} positions are not finite"
            )
        if not self.frame_rate_hz > 0:
            raise ValueError(
                f"{self.name}: frame_rate_hz must be positive, got {self.frame_rate_hz}"
            )
        order = np.lexsort((self.frame, self.person))
        if not np.array_equal(order, np.arange(len(order))):
            raise ValueError(f"{self.name}: rows must be sorted by person, then frame")
        same = np.diff(self.person) == 0
        if np.any(np.diff(self.frame)[same] <= 0):
            raise ValueError(f"{self.name}: a person is at two places in one frame")

    @property
    def people(self) -> Int[np.ndarray, " people"]:
        """Return the numbers of the people."""
        return np.unique(self.person)

    @property
    def duration_s(self) -> float:
        """Return the time from the first to the last frame."""
        if not len(self.frame):
            return 0.0
        return float(self.frame.max() - self.frame.min()) / self.frame_rate_hz
