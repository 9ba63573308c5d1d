"""Sensors over MQTT as a live source: any language, one JSON object a record.

The broker says who may speak for whom: its access list binds each user, or each client
certificate, to the topics of one sensor (the how-to has the lines). Beyond that nothing here
believes a message: size, form, numbers and names are checked before anything is made of it, and
what does not hold is refused, counted, and told as health of that sensor alone.
"""

import json
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from standex.edges.clock import Clock
from standex.edges.interop.mqtt_link import (
    ROOT,
    MqttSettings,
    connect,
    disconnect,
    make_client,
    topic_word,
)
from standex.edges.interop.mqtt_messages import parse_record, parse_status, task_document
from standex.edges.interop.record_queue import RecordQueue
from standex.model.errors import RecordError
from standex.model.observation import Health, HealthReason, HealthState
from standex.model.record import Record
from standex.model.tasking import Task

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttCounts:
    """What came of the messages of one sensor.

    Attributes:
        n_records: made into records.
        n_refused: that did not hold.
        n_repeated: that came twice, as QoS 1 allows; the second is left out.
        n_dropped: records that made room for newer ones of the same sensor.
    """

    n_records: int = 0
    n_refused: int = 0
    n_repeated: int = 0
    n_dropped: int = 0


@final
class MqttSource:
    """Satisfies ``LiveSource``, ``TellingSource`` and ``Tasked``."""

    def __init__(
        self,
        settings: MqttSettings,
        *,
        site_id: str,
        sensors: Collection[str],
        clock: Clock,
        root: str = ROOT,
    ) -> None:
        """Make a source; the broker is asked for when records are.

        Args:
            settings: how to reach the broker.
            site_id: of the site, a word of the topics.
            sensors: whose records come this way; nobody else is listened to.
            clock: for the time of health.
            root: first words of the topics.

        Raises:
            MqttError: the settings cannot be used, or a name cannot be part of a topic.
        """
        self._settings = settings
        self._clock = clock
        self._base = {
            name: f"{root}/{topic_word(site_id)}/sensors/{topic_word(name)}" for name in sensors
        }
        self._topics = {
            f"{base}/{word}": (name, word)
            for name, base in self._base.items()
            for word in ("record", "status")
        }
        self._queue = RecordQueue()
        self._lock = threading.Lock()
        self._next_sequence = dict.fromkeys(self._base, 0)
        self._n_records = dict.fromkeys(self._base, 0)
        self._n_refused = dict.fromkeys(self._base, 0)
        self._n_repeated = dict.fromkeys(self._base, 0)
        self._last: dict[str, tuple[int, int]] = {}
        self._said: dict[str, Health] = {}
        self._bad: dict[str, Health] = {}
        self._away = "the broker has not been reached yet"
        self._client = self._make_client()

    def records(self) -> Iterator[Record]:
        """Yield records as they come, until the source is closed."""
        connect(self._client, self._settings)
        try:
            yield from self._queue.records()
        finally:
            disconnect(self._client)

    def close(self) -> None:
        """Let ``records`` come to its end; may be called from another thread."""
        self._queue.close()

    def troubles(self) -> Mapping[str, Health]:
        """Return what is wrong now, by sensor: the broker, what it says itself, what it sends."""
        with self._lock:
            if self._away:
                return {
                    name: self._health(
                        name,
                        HealthReason.DISCONNECTED,
                        f"no MQTT broker at {self._settings.host}:{self._settings.port}: "
                        f"{self._away}",
                    )
                    for name in self._base
                }
            return {**self._bad, **self._said}

    def counts(self) -> Mapping[str, MqttCounts]:
        """Return what came of the messages of each sensor."""
        dropped = self._queue.dropped()
        with self._lock:
            return {
                name: MqttCounts(
                    n_records=self._n_records[name],
                    n_refused=self._n_refused[name],
                    n_repeated=self._n_repeated[name],
                    n_dropped=dropped.get(name, 0),
                )
                for name in self._base
            }

    def take(self, task: Task, /) -> None:
        """Tell a sensor where to look, unless the broker is away: a task that is late is none."""
        base = self._base.get(task.sensor_id)
        if base is None or not self._client.is_connected():
            return
        from paho.mqtt.packettypes import PacketTypes  # noqa: PLC0415
        from paho.mqtt.properties import Properties  # noqa: PLC0415

        left_s = (task.t_look_utc_ns - self._clock.utc_ns()) * 1e-9
        # Attributes of Properties are made as they are set.
        properties: Any = Properties(PacketTypes.PUBLISH)
        properties.MessageExpiryInterval = max(1, int(left_s) + 1)
        payload = json.dumps(task_document(task), separators=(",", ":"))
        self._client.publish(f"{base}/task", payload, qos=1, properties=properties)

    def _make_client(self) -> "Client":
        client = make_client(self._settings)

        def on_connect(*args: Any) -> None:
            client, reason = args[0], args[3]
            if reason.is_failure:
                self._set_away(f"it refuses: {reason}")
                return
            self._set_away("")
            client.subscribe([(topic, 1) for topic in self._topics])

        def on_connect_fail(*_: Any) -> None:
            self._set_away("nobody answers")

        def on_disconnect(*args: Any) -> None:
            self._set_away(f"the connection is lost ({args[3]})")

        def on_message(_client: Any, _data: Any, message: "MQTTMessage") -> None:
            # Nothing may end the thread of the client.
            with suppress(Exception):
                self._hear(message.topic, bytes(message.payload), is_retained=message.retain)

        client.on_connect = on_connect
        client.on_connect_fail = on_connect_fail
        client.on_disconnect = on_disconnect
        client.on_message = on_message
        return client

    def _hear(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        known = self._topics.get(topic)
        if known is None:
            return
        name, word = known
        try:
            if word == "status":
                self._hear_status(name, payload)
            else:
                self._hear_record(name, payload, is_retained=is_retained)
        except RecordError as error:
            with self._lock:
                self._n_refused[name] += 1
                self._bad[name] = self._health(name, HealthReason.BAD_RECORD, str(error))

    def _hear_record(self, name: str, payload: bytes, *, is_retained: bool) -> None:
        if is_retained:
            raise RecordError(f"a record of {name} was retained by the broker: it is of the past")
        record = parse_record(
            payload,
            sensor_id=name,
            next_sequence=self._next_sequence[name],
            most_bytes=self._settings.most_bytes,
        )
        stamp = (record.t_utc_ns, record.sequence)
        with self._lock:
            if self._last.get(name) == stamp:
                self._n_repeated[name] += 1
                return
            self._last[name] = stamp
            self._next_sequence[name] = record.sequence + 1
            self._n_records[name] += 1
            self._bad.pop(name, None)
        self._queue.put(record)

    def _hear_status(self, name: str, payload: bytes) -> None:
        if not payload:  # a status that was retained and is taken back
            with self._lock:
                self._said.pop(name, None)
            return
        said = parse_status(
            payload,
            sensor_id=name,
            t_utc_ns=self._clock.utc_ns(),
            most_bytes=self._settings.most_bytes,
        )
        with self._lock:
            if said.state is HealthState.OK:
                self._said.pop(name, None)
            else:
                self._said[name] = said

    def _set_away(self, why: str) -> None:
        with self._lock:
            self._away = why

    def _health(self, name: str, reason: HealthReason, message: str) -> Health:
        return Health(
            sensor_id=name,
            t_utc_ns=self._clock.utc_ns(),
            state=HealthState.FAILED,
            reason=reason,
            message=message,
        )
