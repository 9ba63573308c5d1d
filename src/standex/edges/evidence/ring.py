"""The last steps of the station, in memory: what a clip is cut from."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from jaxtyping import Float, Int

from standex.edges.recording.privacy import without_body_data
from standex.model.event import Event
from standex.model.observation import Coverage, Observation
from standex.model.tracks import Tracks


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """Where everybody was after a step.

    Attributes:
        track_id: of each person.
        position_site_m: x, y.
    """

    track_id: Int[np.ndarray, " n"]
    position_site_m: Float[np.ndarray, "n 2"]


NOWHERE = Places(track_id=np.zeros(0, dtype=np.int64), position_site_m=np.zeros((0, 2)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldStep:
    """One step, without body images, clothing descriptors and coverage.

    Attributes:
        t_utc_ns: as published.
        observations: in their order.
        events: that came of them.
        places: of everybody, after it.
    """

    t_utc_ns: int
    observations: tuple[Observation, ...]
    events: tuple[Event, ...]
    places: Places


@final
class StepRing:
    """Holds the steps of the last seconds, longer while somebody needs them.

    Attributes:
        coverage: the latest of each sensor.
    """

    def __init__(self, *, ring_s: float) -> None:
        """Start empty.

        Raises:
            ValueError: ``ring_s`` is not positive.
        """
        if not ring_s > 0:
            raise ValueError(f"ring_s must be positive, got {ring_s}")
        self.coverage: dict[str, Coverage] = {}
        self._ring_ns = round(ring_s * 1e9)
        self._steps: deque[HeldStep] = deque()

    def add(
        self, t_utc_ns: int, observations: Sequence[Observation], events: tuple[Event, ...]
    ) -> None:
        """Take in a step; where everybody is comes with ``place``."""
        kept: list[Observation] = []
        for entry in observations:
            if isinstance(entry, Coverage):
                self.coverage[entry.sensor_id] = entry
            else:
                kept.append(without_body_data(entry))
        places = self._steps[-1].places if self._steps else NOWHERE
        self._steps.append(
            HeldStep(t_utc_ns=t_utc_ns, observations=tuple(kept), events=events, places=places)
        )

    def place(self, tracks: Tracks) -> None:
        """Say where everybody is after the step that was taken in last."""
        if self._steps:
            places = Places(track_id=tracks.track_id, position_site_m=tracks.mean[:, :2].copy())
            self._steps[-1] = replace(self._steps[-1], places=places)

    def forget(self, *, now_utc_ns: int, needed_from_utc_ns: int | None = None) -> None:
        """Let go of steps that are too old, unless one from that time on is needed."""
        limit_utc_ns = now_utc_ns - self._ring_ns
        if needed_from_utc_ns is not None:
            limit_utc_ns = min(limit_utc_ns, needed_from_utc_ns - self._ring_ns)
        while self._steps and self._steps[0].t_utc_ns < limit_utc_ns:
            self._steps.popleft()

    def steps(self) -> tuple[HeldStep, ...]:
        """Return the steps that are held, oldest first."""
        return tuple(self._steps)
