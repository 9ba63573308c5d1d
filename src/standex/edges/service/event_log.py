"""What the station says, as entries of the store's log.

Each event has an id of its own making: said again after a restart, it is kept once. Events of an
alarmed passage stay as long as the alarm; what only tells where people were goes with the tracks.
"""

from collections.abc import Callable
from typing import final

from standex.edges.recording.codec import decode, encode
from standex.edges.recording.layout import event_kind
from standex.edges.store.contract import DataClass, Entry, Store
from standex.edges.store.retention import Retention
from standex.model.event import (
    Alert,
    Event,
    HealthChanged,
    Ordered,
    PassageClosed,
    PersonRejoined,
    TaskClosed,
    ThingLeft,
    VerdictChanged,
)
from standex.model.picture import Picture
from standex.model.tasking import Task

STREAM = "events"
ALERTS = "alerts"
"""The stream of alerts alone: small, so that a restart finds the last ones at once."""
_NEWEST = 200


def key_of(event: Event) -> str:
    """Return of what an event is: an alert, a sensor, a task or a person's number."""
    match event:
        case Alert():
            return event.alert_id
        case HealthChanged():
            return event.after.sensor_id
        case Ordered():
            return event.order.sensor_id or "all"
        case Task() | TaskClosed():
            return event.task_id
        case PassageClosed() | ThingLeft():
            return event.alert_id or str(event.track_id)
        case VerdictChanged() | PersonRejoined():
            return str(event.track_id)


def class_of(event: Event) -> DataClass:
    """Return of which class of data an event is, and so for how long it stays."""
    match event:
        case Alert():
            return DataClass.ALARM
        case PassageClosed() | ThingLeft():
            return DataClass.ALARM if event.alert_id else DataClass.TRACK
        case HealthChanged() | Ordered():
            return DataClass.OPERATION
        case _:
            return DataClass.TRACK


def entries_of(event: Event, *, site_id: str, retention: Retention) -> tuple[Entry, ...]:
    """Return the entries that keep an event."""
    kind, key = event_kind(type(event)), key_of(event)
    data_class = class_of(event)

    def entry(stream: str, entry_id: str) -> Entry:
        return Entry(
            entry_id=entry_id,
            stream=stream,
            kind=kind,
            key=key,
            t_utc_ns=event.t_utc_ns,
            data_class=data_class,
            expires_utc_ns=retention.expires_utc_ns(data_class, event.t_utc_ns),
            body=encode(event),
        )

    # An alert has an id for ever; all else happens to one thing at one time once.
    what = "" if isinstance(event, Alert) else f"/{event.t_utc_ns}{_more(event)}"
    made = entry(STREAM, f"{site_id}/{kind}/{key}{what}")
    if isinstance(event, Alert):
        return made, entry(ALERTS, f"{site_id}/{ALERTS}/{key}")
    return (made,)


def last_alerts(store: Store) -> tuple[Alert, ...]:
    """Return the last alerts that were kept, newest first.

    Raises:
        StoreError: the store cannot be read.
        ValueError: what is kept is no alert.
    """
    return tuple(decode(Alert, stored.entry.body) for stored in store.newest(ALERTS, limit=_NEWEST))


@final
class EventLog:
    """Hands what the station says to the store; a listener of the single writer.

    Attributes:
        n_refused: urgent events that there was no room for.
    """

    def __init__(
        self, keep: Callable[[tuple[Entry, ...]], bool], *, site_id: str, retention: Retention
    ) -> None:
        """Keep events by ``keep``, which must not wait and returns False when it has no room."""
        self.n_refused = 0
        self._keep = keep
        self._site_id = site_id
        self._retention = retention

    def __call__(self, picture: Picture, events: tuple[Event, ...]) -> None:
        """Take the events of one step."""
        del picture
        self.take(events)

    def take(self, events: tuple[Event, ...]) -> None:
        """Take events; those of one step are kept all or none."""
        made = tuple(
            entry
            for event in events
            for entry in entries_of(event, site_id=self._site_id, retention=self._retention)
        )
        if made and not self._keep(made):
            self.n_refused += len(made)


def _more(event: Event) -> str:
    """Return what tells apart events of one kind, of one thing, at one time."""
    parts: tuple[object, ...] = ()
    match event:
        case VerdictChanged():
            parts = (event.after.value,)
        case PersonRejoined():
            sure = "final" if event.is_final else f"{event.p_same:.6g}"
            parts = (event.earlier_track_id, sure)
        case HealthChanged():
            parts = (event.after.state.value, event.after.reason.value)
        case Ordered():
            parts = (event.order.kind.value,)
        case TaskClosed():
            parts = (event.result.value,)
        case ThingLeft() | PassageClosed():
            parts = (event.track_id,)
        case _:
            pass
    return "".join(f"/{part}" for part in parts)
