"""How the service itself is: its troubles, said to the station as health and listed in words."""

from collections.abc import Callable, Mapping
from typing import final

from standex.edges.clock import Clock
from standex.edges.service.trouble_codes import Trouble
from standex.model.observation import Health, HealthReason, HealthState

SERVICE = "service"
_FAILED = frozenset({"store", "audit", "checkpoint", "sources"})


@final
class ServiceHealth:
    """Remembers the troubles of the parts around the watch; used in one event loop."""

    def __init__(self, say: Callable[[Health], object], *, clock: Clock) -> None:
        """Say what changes by ``say``, which must not wait."""
        self._say = say
        self._clock = clock
        self._troubles: dict[str, str] = {}

    def update(self, troubles: Mapping[str, str]) -> None:
        """Take what is wrong now, by part; said when a part begins or ends to be in trouble."""
        said = {name: text for name, text in troubles.items() if text}
        for name in {*said, *self._troubles}:
            if (name in said) != (name in self._troubles):
                self._tell(name, said.get(name, ""))
        self._troubles = said

    def troubles(self) -> tuple[Trouble, ...]:
        """Return what is wrong, by part."""
        return tuple(
            Trouble(part=name, words=text) for name, text in sorted(self._troubles.items())
        )

    def _tell(self, name: str, message: str) -> None:
        bad = HealthState.FAILED if name in _FAILED else HealthState.DEGRADED
        self._say(
            Health(
                sensor_id=f"{SERVICE}:{name}",
                t_utc_ns=self._clock.utc_ns(),
                state=bad if message else HealthState.OK,
                reason=HealthReason.DATA_QUALITY if message else HealthReason.NONE,
                message=message,
            )
        )
