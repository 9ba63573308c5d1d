"""What stands against each sensor: its own word, and what the service sees from outside.

A technology says how its sensor is; the service knows whether records come at all, in time, and
whether they can be followed. Both speak through one ``Health`` per sensor, the worst of them: a
technology that says OK with each record must not talk over a clock that runs backwards.
"""

from typing import final

from standex.model.observation import Health, HealthReason, HealthState, Observation

_RANK = {HealthState.OK: 0, HealthState.DEGRADED: 1, HealthState.FAILED: 2}


SOURCE = "source"
"""Cause of what the source of a sensor's records says against it."""


@final
class HealthBoard:
    """Remembers what stands against each sensor, and says the worst of it."""

    def __init__(self) -> None:
        self._own: dict[str, Health] = {}
        self._standing: dict[str, dict[str, Health]] = {}

    def through(self, observations: tuple[Observation, ...]) -> tuple[Observation, ...]:
        """Return observations with each sensor's own word made the worst that stands."""
        return tuple(
            self._said(entry) if isinstance(entry, Health) else entry for entry in observations
        )

    def stand(
        self,
        sensor_id: str,
        cause: str,
        *,
        t_utc_ns: int,
        state: HealthState,
        reason: HealthReason,
        message: str,
    ) -> Health | None:
        """Put a cause against a sensor, and return what to say now; None when it stood already."""
        standing = self._standing.setdefault(sensor_id, {})
        is_new = cause not in standing
        standing[cause] = Health(
            sensor_id=sensor_id, t_utc_ns=t_utc_ns, state=state, reason=reason, message=message
        )
        return self._worst(sensor_id, t_utc_ns) if is_new else None

    def clear(self, sensor_id: str, cause: str, *, t_utc_ns: int) -> Health | None:
        """Take a cause away, and return what to say now; None when it did not stand."""
        if self._standing.get(sensor_id, {}).pop(cause, None) is None:
            return None
        return self._worst(sensor_id, t_utc_ns)

    def _said(self, health: Health) -> Health:
        self._own[health.sensor_id] = health
        return self._worst(health.sensor_id, health.t_utc_ns)

    def _worst(self, sensor_id: str, t_utc_ns: int) -> Health:
        fine = Health(
            sensor_id=sensor_id,
            t_utc_ns=t_utc_ns,
            state=HealthState.OK,
            reason=HealthReason.NONE,
            message="",
        )
        own = self._own.get(sensor_id, fine)
        standing = self._standing.get(sensor_id, {})
        # Among equals the source comes first: it knows why, where others see only what is missing.
        # Then what the service sees: it is why the rest is old.
        words = [*(standing[cause] for cause in sorted(standing, key=_not_source)), own]
        worst = max(words, key=lambda word: _RANK[word.state])
        return Health(
            sensor_id=sensor_id,
            t_utc_ns=t_utc_ns,
            state=worst.state,
            reason=worst.reason,
            message=worst.message,
        )


def _not_source(cause: str) -> bool:
    return cause != SOURCE
