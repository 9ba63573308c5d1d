"""All that can be exchanged: what a plug-in, a laboratory or another algorithm may replace.

Each port is a Protocol, matched by shape. ``standex.testing`` has one public check per port.
Parameters are positional, so a plain function with other parameter names matches too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, UInt8

from standex.model.curves import Curves, Heard
from standex.model.event import Event, Task
from standex.model.hand_over import HandOverState, Join
from standex.model.hints import Hints
from standex.model.observation import Coverage, Evidence, Health, Observation, Positions
from standex.model.picture import Passage, Picture
from standex.model.record import Record
from standex.model.tracks import Association, Snapshot, Tracks


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


@runtime_checkable
class Explaining(Protocol):
    """A technology that can show what a look measured and what explains it.

    Asked only when an alarm is kept, beside the running station and never in its way.
    """

    def explained(self, heard: Heard, look: Evidence, /) -> Curves | None:
        """Return what ``look``, said on the record that was heard, is made of; None where nothing.

        Raises:
            RecordError: the record cannot be read.
        """
        ...


@runtime_checkable
class Cropping(Protocol):
    """A camera's technology that can cut one person out of a frame, masked.

    Asked only where a site keeps such crops, when an alarm is kept.
    """

    def cropped(
        self, heard: Heard, position_site_m: Float[np.ndarray, " 2"], /
    ) -> UInt8[np.ndarray, "h w 3"] | None:
        """Return who stood there (BGR), face and everybody else masked; None if unsure.

        Raises:
            RecordError: the record cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackUpdate:
    """Tracks after a scan, and which of its rows belong to whom.

    Attributes:
        tracks: after the scan.
        association: of its rows.
        problems: what is found to be wrong with a sensor, when it begins.
        over: problems, as they were told, that are over.
    """

    tracks: Tracks
    association: Association
    problems: tuple[Health, ...] = ()
    over: tuple[Health, ...] = ()


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
class StepTracker(Tracker, Protocol):
    """A tracker that takes the scans of one step together, sooner than one by one."""

    def together(
        self, tracks: Tracks, scans: Sequence[tuple[Positions, Coverage | None]], /
    ) -> tuple[TrackUpdate, ...]:
        """Return for each scan, with the coverage of its sensor, what taking it in would.

        The tracks of the last are those to go on with.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HandOverUpdate:
    """Who is known again after a scan.

    Attributes:
        state: to go on with.
        joins: all that stand, provisional or just become final; and, with nobody as the earlier
            person, those that are taken back.
    """

    state: HandOverState
    joins: tuple[Join, ...]


@runtime_checkable
class HandOver(Protocol):
    """Joins people who are followed anew with those they were before."""

    def __call__(
        self, state: HandOverState, tracks: Tracks, coverage: Mapping[str, Coverage], /
    ) -> HandOverUpdate:
        """Return who is whom, after a scan was taken into ``tracks``.

        Everybody is joined with one other person at most. A join may change until it is final.
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

    def attach_drifted(
        self,
        passages: Mapping[int, Passage],
        look: tuple[Evidence, ...],
        history: tuple[Snapshot, ...],
        /,
    ) -> Mapping[int, Passage]:
        """Return the passages with one look at air that came from where people were before."""
        ...

    def cover(
        self, passages: Mapping[int, Passage], coverage: Coverage, snapshot: Snapshot, /
    ) -> Mapping[int, Passage]:
        """Return the passages with what a sensor could see taken in."""
        ...

    def join(self, later: Passage, earlier: Passage | None, p_same: float, /) -> Passage:
        """Return ``later`` with what is known of ``earlier``, if that is the same person.

        Of joins only the last one counts; None takes it back.
        """
        ...

    def move(
        self, passages: Mapping[int, Passage], from_whom: Mapping[int, float], to_whom: int, /
    ) -> Mapping[int, Passage]:
        """Return the passages after a bag went, with what is known of it, to another.

        ``from_whom`` gives P(it was theirs); what is missing to one came from nobody known.
        """
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
class Tasked(Protocol):
    """A device, or the source that its records come from, that is told where to look."""

    def take(self, task: Task, /) -> None:
        """Remember a task; it is carried out when its time comes, or not at all."""
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
