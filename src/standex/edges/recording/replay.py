"""Plays a recording through a station again: as it was, or what if.

Nothing is made up on the way: the recorded observations go through ``update`` in the recorded
order. What another station would have asked its sensors to do is not in a recording.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from standex.edges.recording.codec import encode, to_bytes
from standex.edges.recording.reader import RecordedStep, Recording
from standex.model.event import Event, Order, Ordered, OrderKind
from standex.model.hints import Hints
from standex.model.observation import Observation
from standex.model.picture import Picture


@runtime_checkable
class Replayable(Protocol):
    """The part of a station that a replay needs."""

    def start(self, t_utc_ns: int) -> Picture:
        """Return the picture before the first observation."""
        ...

    def update(
        self, picture: Picture, observations: tuple[Observation, ...], /
    ) -> tuple[Picture, tuple[Event, ...], Hints]:
        """Return the picture with ``observations`` taken in, what to say, and where to look."""
        ...

    def obey(self, picture: Picture, order: Order, /) -> tuple[Picture, tuple[Event, ...]]:
        """Return the picture after somebody's order, and what to say."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplayResult:
    """A recording played again as it was.

    Attributes:
        events: made again.
        n_steps: played.
        is_identical: whether every step made the recorded events again, bit for bit.
        first_difference: where not, in words, or empty.
    """

    events: tuple[Event, ...]
    n_steps: int
    is_identical: bool
    first_difference: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WhatIfResult:
    """A recording played through another station.

    Attributes:
        events: made now.
        n_steps: played.
    """

    events: tuple[Event, ...]
    n_steps: int


def _ignore(_: int) -> None:
    """Report to nobody."""


def replay(
    recording: Recording, station: Replayable, *, on_step: Callable[[int], None] = _ignore
) -> ReplayResult:
    """Play ``recording`` through the station it was made with, and compare the events.

    A recording whose end is missing is compared as far as it goes. In the live profile, patches
    and clothing descriptors are not recorded: a tracker or a hand-over that uses descriptors may
    differ.

    Args:
        recording: what to play.
        station: made from ``recording.site_toml``, as it was then.
        on_step: told the number of steps played after each, of ``recording.n_steps``.

    Raises:
        RecordingError: a message cannot be read.
    """
    events: list[Event] = []
    n_steps, first_difference = 0, ""
    for step, made in _play(recording, station):
        n_steps += 1
        events.extend(made)
        first_difference = first_difference or _difference(step, made)
        on_step(n_steps)
    return ReplayResult(
        events=tuple(events),
        n_steps=n_steps,
        is_identical=not first_difference,
        first_difference=first_difference,
    )


def what_if(
    recording: Recording, station: Replayable, *, on_step: Callable[[int], None] = _ignore
) -> WhatIfResult:
    """Play ``recording`` through another station: other thresholds, other calibrations.

    Args:
        recording: what to play.
        station: any.
        on_step: told the number of steps played after each, of ``recording.n_steps``.

    Raises:
        RecordingError: a message cannot be read.
    """
    events: list[Event] = []
    n_steps = 0
    for _, made in _play(recording, station, keeps_point=True):
        n_steps += 1
        events.extend(made)
        on_step(n_steps)
    return WhatIfResult(events=tuple(events), n_steps=n_steps)


def _play(
    recording: Recording, station: Replayable, *, keeps_point: bool = False
) -> Iterator[tuple[RecordedStep, tuple[Event, ...]]]:
    picture = station.start(recording.started_utc_ns)
    for step in recording.whole_steps():
        orders = [event.order for event in step.events if isinstance(event, Ordered)]
        if orders and not step.observations:
            made: tuple[Event, ...] = ()
            for order in orders:
                if keeps_point and order.kind is OrderKind.SET_OPERATING_POINT:
                    continue  # what is asked is another one
                picture, said = station.obey(picture, order)
                made += said
        else:
            picture, made, _ = station.update(picture, step.observations)
        yield step, made


def _difference(step: RecordedStep, made: tuple[Event, ...]) -> str:
    """Return the first difference between recorded and re-made events, or nothing."""
    before = [encode(event) for event in step.events]
    now = [encode(event) for event in made]
    if [to_bytes(event) for event in before] == [to_bytes(event) for event in now]:
        return ""
    at = f"step {step.step} at {step.t_utc_ns} ns"
    for index, (old, new) in enumerate(zip(before, now, strict=False)):
        for name in sorted(old.keys() | new.keys()):
            if _text(old.get(name)) != _text(new.get(name)):
                return (
                    f"{at}: {name} of event {index} ({old['type']}) was "
                    f"{_text(old.get(name))}, is {_text(new.get(name))}"
                )
    kinds = ", ".join(event["type"] for event in (before or now))
    return f"{at}: {len(before)} events were recorded, {len(now)} are made now ({kinds})"


def _text(data: Any) -> str:
    return to_bytes({"": data}).decode()[4:-1]
