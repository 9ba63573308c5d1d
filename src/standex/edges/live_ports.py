"""What a live run is made of beside the station: sources that can be ended, where one perceives."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from standex.model.hints import Hints
from standex.model.observation import Health, Observation
from standex.model.ports import Source
from standex.model.record import Record


@runtime_checkable
class LiveSource(Source, Protocol):
    """A source that can be told to end."""

    def close(self) -> None:
        """Let ``records`` come to its end; called from another thread."""
        ...


@runtime_checkable
class BatchSource(Protocol):
    """A source that may have several records at once."""

    def batches(self) -> Iterator[Sequence[Record]]:
        """Yield what there is, as ``records`` would yield it one by one."""
        ...


@runtime_checkable
class TellingSource(Protocol):
    """A source that knows what is wrong with its devices."""

    def troubles(self) -> Mapping[str, Health]:
        """Return what is wrong now, by sensor; who is well is not in it."""
        ...


@runtime_checkable
class Perceiver(Protocol):
    """Where records are perceived, such as a ``PerceivePool``."""

    def is_heavy(self, sensor_id: str) -> bool:
        """Return whether a sensor's records take long."""
        ...

    async def perceive(
        self, state: Any, record: Record, hints: Hints
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return the sensor's next state and what its record says."""
        ...
