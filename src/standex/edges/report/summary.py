"""What a report is made from: one run, as far as it was kept."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from standex.model.event import Alert, Event
from standex.model.observation import Health
from standex.model.picture import Outcome, Passage
from standex.model.site import Site


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackLine:
    """The way of one person over the floor, thinned.

    Attributes:
        track_id: the person on the plan.
        outcome: what was known at the end.
        t_utc_ns: of each position.
        position_site_m: x, y.
    """

    track_id: int
    outcome: Outcome
    t_utc_ns: Int[np.ndarray, " n"]
    position_site_m: Float[np.ndarray, "n 2"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SensorHistory:
    """How one sensor was over the run.

    Attributes:
        sensor_id: which.
        changes: its health, whenever state or reason changed; empty: it was never heard of.
        t_utc_ns: of the rows below.
        p_report: mean over its grid of P(it reports a person there).
        p_detect: P(reference object detected) at its best place and wanted zone; all zero for a
            sensor that only positions.
    """

    sensor_id: str
    changes: tuple[Health, ...]
    t_utc_ns: Int[np.ndarray, " n"]
    p_report: Float[np.ndarray, " n"]
    p_detect: Float[np.ndarray, " n"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What was counted but not kept, because memory is bounded."""

    n_people: int = 0
    n_ledgers: int = 0
    n_events: int = 0
    n_health_changes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunSummary:
    """One run of a station, as far as it was kept.

    Attributes:
        site: where.
        first_utc_ns: first time the picture spoke of.
        last_utc_ns: last one.
        n_updates: updates of the picture.
        n_people: passages that ended, by outcome; also of those who were not kept.
        n_tasks: tasks given to sensors.
        passages: those that ended, in order of their end.
        inside: those that had not ended.
        tracks: of both.
        events: in order; alerts, verdicts, ends, health, tasks.
        sensors: one per sensor of the site, in its order.
        left_out: what was counted and not kept.
    """

    site: Site
    first_utc_ns: int
    last_utc_ns: int
    n_updates: int
    n_people: Mapping[Outcome, int]
    n_tasks: int
    passages: tuple[Passage, ...]
    inside: tuple[Passage, ...]
    tracks: tuple[TrackLine, ...]
    events: tuple[Event, ...]
    sensors: tuple[SensorHistory, ...]
    left_out: LeftOut

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """The alerts, in order."""
        return tuple(event for event in self.events if isinstance(event, Alert))

    @property
    def duration_s(self) -> float:
        """Length of the run."""
        return (self.last_utc_ns - self.first_utc_ns) * 1e-9

    def passage(self, track_id: int) -> Passage | None:
        """Return the passage of that person, or None when it was not kept."""
        for passage in (*self.passages, *self.inside):
            if passage.track_id == track_id:
                return passage
        return None
