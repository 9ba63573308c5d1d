"""All that can be exchanged: what a plug-in, a laboratory or another algorithm may replace.

Each port is a Protocol, matched by shape. ``standex.testing`` has one public check per port.
Parameters are positional, so a plain function with other parameter names matches too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from standex.model.event import Event, Task
from standex.model.hints import Hints
from standex.model.observation import Coverage, Evidence, Observation, Positions
from standex.model.picture import Association, Passage, Picture, Snapshot, Tracks
from standex.model.record import Record


@runtime_checkable
class Technology(Protocol):
    """One sensor's way from raw records to observations.

    Its state is a value of its own making (a background, a drift, or None); records of one sensor
    come in order.
    """

    def start(self) -> Any:
        """Return the state before the first record."""
        ...

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return the next state and what the record says.

        Raises:
            RecordError: this record cannot be used; the state stays as it was.
        """
        ...


@runtime_checkable
class Calibratable(Protocol):
    """A technology whose scores a calibration can turn into likelihoods."""

    @property
    def sensor_kind(self) -> str:
        """Return the kind of calibration that its scores need."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackUpdate:
    """Tracks after a scan, and which of its rows belong to whom."""

    tracks: Tracks
    association: Association


@runtime_checkable
class Tracker(Protocol):
    """Follows people from scan to scan."""

    def __call__(
        self, tracks: Tracks, positions: Positions, coverage: Mapping[str, Coverage], /
    ) -> TrackUpdate:
        """Return the tracks with ``positions`` taken in.

        ``coverage`` holds the latest coverage of each sensor: who was not seen where nobody
        looked is not gone.
        """
        ...


@runtime_checkable
class Fuser(Protocol):
    """Attaches evidence and coverage to people and keeps their ledgers."""

    def attach(
        self,
        passages: Mapping[int, Passage],
        look: tuple[Evidence, ...],
        snapshot: Snapshot,
        association: Association | None,
        /,
    ) -> Mapping[int, Passage]:
        """Return the passages with one look (all zones of it) taken in."""
        ...

    def cover(
        self, passages: Mapping[int, Passage], coverage: Coverage, snapshot: Snapshot, /
    ) -> Mapping[int, Passage]:
        """Return the passages with what a sensor could see taken in."""
        ...


@runtime_checkable
class Decider(Protocol):
    """Says what is known about people."""

    def __call__(self, picture: Picture, /) -> tuple[Picture, tuple[Event, ...]]:
        """Return the picture with its verdicts brought up to date, and what changed."""
        ...


@runtime_checkable
class Scheduler(Protocol):
    """Says where to look next."""

    def __call__(self, picture: Picture, /) -> tuple[Hints, tuple[Task, ...]]:
        """Return hints for every sensor and tasks for those that can be tasked."""
        ...


@runtime_checkable
class Instrument(Protocol):
    """A device of the twin: what it would deliver at a time."""

    @property
    def rate_hz(self) -> float:
        """Records a second."""
        ...

    def record(self, scene: Any, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return the record of the dwell around ``t_utc_ns``; None when the device is dead."""
        ...


@runtime_checkable
class Source(Protocol):
    """Where records come from: devices, a recording, the twin."""

    def records(self) -> Iterator[Record]:
        """Yield records of all its sensors, in order of time for each sensor."""
        ...


@runtime_checkable
class Sink(Protocol):
    """Where what happened goes: a recording, a console, another system."""

    def publish(
        self, t_utc_ns: int, observations: tuple[Observation, ...], events: tuple[Event, ...], /
    ) -> None:
        """Take what one step of the station heard and said."""
        ...
