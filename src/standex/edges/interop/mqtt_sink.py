"""What the station says, over MQTT: alerts kept until the broker has them, the rest as it goes.

Topics under ``standex/v1/SITE``: ``alerts`` and ``things`` (QoS 1), ``passages`` and ``verdicts``
(QoS 0), ``sensors/SENSOR/health`` (QoS 1, retained), ``people`` (QoS 0, only where it is switched
on), and ``service`` (retained, with a last will). :mod:`onvif_profile_m` says it in ONVIF's words.
"""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from standex.edges.interop.event_json import Sender, event_document, people_document
from standex.edges.interop.mqtt_link import (
    ROOT,
    MqttSettings,
    connect,
    disconnect,
    make_client,
    topic_word,
)
from standex.edges.interop.outbox import Outbox, OutboxCounts, UndeliverableError
from standex.model.event import Alert, Event, HealthChanged, ThingLeft
from standex.model.observation import Observation
from standex.model.picture import Picture

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessageInfo

ACKNOWLEDGED_S = 5.0
PEOPLE_PERIOD_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttMessage:
    """One message to be published.

    Attributes:
        topic: where.
        payload: JSON.
        qos: 0 as it goes, 1 until the broker has acknowledged it.
        is_retained: kept by the broker for who comes later.
        is_urgent: waits until it is through, whatever happens.
    """

    topic: str
    payload: bytes
    qos: int = 0
    is_retained: bool = False
    is_urgent: bool = False


Translates = Callable[[Event], MqttMessage | None]
"""From an event to a message, or to nothing."""


def standex_messages(sender: Sender, *, root: str = ROOT) -> Translates:
    """Return what makes messages of the own form.

    Raises:
        MqttError: the site's name cannot be part of a topic.
    """
    base = f"{root}/{topic_word(sender.site_id)}"

    def translate(event: Event) -> MqttMessage | None:
        document = event_document(event, sender)
        if document is None:
            return None
        topic = f"{base}/{document['type']}s"
        is_health = isinstance(event, HealthChanged)
        if isinstance(event, HealthChanged):
            topic = f"{base}/sensors/{_safe(event.after.sensor_id)}/health"
        is_urgent = isinstance(event, Alert | ThingLeft)
        return MqttMessage(
            topic=topic,
            payload=json_bytes(document),
            qos=1 if is_urgent or is_health else 0,
            is_retained=is_health,
            is_urgent=is_urgent,
        )

    return translate


@final
class MqttSink:
    """Satisfies ``Sink``; ``people`` is for ``Outputs.listeners``. Nothing here ever waits."""

    def __init__(
        self,
        settings: MqttSettings,
        *,
        sender: Sender,
        translate: Translates | None = None,
        root: str = ROOT,
    ) -> None:
        """Start to connect, in the background.

        Args:
            settings: how to reach the broker.
            sender: who speaks.
            translate: from events to messages; None for the own form.
            root: first words of the own topics.

        Raises:
            MqttError: the settings or the site's name cannot be used.
        """
        self._settings = settings
        self._sender = sender
        self._translate = translate or standex_messages(sender, root=root)
        self._base = f"{root}/{topic_word(sender.site_id)}"
        self._people_utc_ns = 0
        self._in_flight: tuple[MqttMessage, MQTTMessageInfo] | None = None
        self._is_up = threading.Event()
        self._client = self._connected()
        self._outbox = Outbox[MqttMessage](
            self._send, name=f"MQTT {settings.host}", idle=self._idle
        )

    def publish(
        self, t_utc_ns: int, observations: tuple[Observation, ...], events: tuple[Event, ...], /
    ) -> None:
        """Send the events on; never waits.

        Raises:
            OutboxFullError: more alerts wait than can be kept.
        """
        del t_utc_ns, observations  # what sensors say in detail stays in the site
        for event in events:
            message = self._translate(event)
            if message is not None:
                self._outbox.put(message, urgent=message.is_urgent)

    def people(self, picture: Picture, events: tuple[Event, ...], /) -> None:
        """Send on where people are, some times a second; only where it is switched on."""
        del events
        if picture.t_utc_ns - self._people_utc_ns < PEOPLE_PERIOD_S * 1e9:
            return
        self._people_utc_ns = picture.t_utc_ns
        payload = json_bytes(people_document(picture, self._sender))
        self._outbox.put(MqttMessage(topic=f"{self._base}/people", payload=payload), urgent=False)

    def counts(self) -> OutboxCounts:
        """Return how it goes."""
        return self._outbox.counts()

    def close(self) -> bool:
        """Send what waits while the broker takes it, say goodbye; whether everything went out."""
        is_through = self._outbox.close()
        if self._client.is_connected():
            info = self._client.publish(self._service_topic, self._state("stopped"), 1, retain=True)
            try:
                info.wait_for_publish(1.0)
            except (RuntimeError, ValueError):
                is_through = False
        disconnect(self._client)
        return is_through

    @property
    def _service_topic(self) -> str:
        return f"{self._base}/service"

    def _state(self, state: str) -> bytes:
        return json_bytes({"type": "service", "site": self._sender.site_id, "state": state})

    def _connected(self) -> "Client":
        client = make_client(self._settings)
        client.will_set(self._service_topic, self._state("lost"), qos=1, retain=True)

        def on_connect(*args: Any) -> None:
            if not args[3].is_failure:
                args[0].publish(self._service_topic, self._state("running"), 1, retain=True)
                self._is_up.set()

        def on_disconnect(*_: Any) -> None:
            self._is_up.clear()

        client.on_connect = on_connect
        client.on_disconnect = on_disconnect
        connect(client, self._settings)
        return client

    def _idle(self) -> None:
        if not self._is_up.is_set():
            raise ConnectionError(self._nobody())

    def _nobody(self) -> str:
        return f"no broker at {self._settings.host}:{self._settings.port}"

    def _send(self, message: MqttMessage) -> None:
        """Give one message to the broker, and wait until it has said so; in the outbox's thread."""
        if len(message.payload) > self._settings.most_bytes:
            raise UndeliverableError(f"{len(message.payload)} bytes are more than the broker takes")
        # The same message again: it still waits in the client, which sends it after reconnecting.
        before, self._in_flight = self._in_flight, None
        if before is not None and before[0] is message:
            info = before[1]
        else:
            if not self._is_up.wait(ACKNOWLEDGED_S):
                raise ConnectionError(self._nobody())
            info = self._client.publish(
                message.topic, message.payload, message.qos, retain=message.is_retained
            )
        if message.qos:
            info.wait_for_publish(ACKNOWLEDGED_S)
            if not info.is_published():
                self._in_flight = (message, info)
                raise TimeoutError("the broker has not acknowledged a message")


def json_bytes(document: Mapping[str, Any]) -> bytes:
    """Return strict JSON; a number that JSON does not know becomes null."""
    return json.dumps(_plain(document), allow_nan=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        entries: Mapping[str, Any] = value
        return {key: _plain(entry) for key, entry in entries.items()}
    if isinstance(value, list):
        rows: list[Any] = value
        return [_plain(entry) for entry in rows]
    if isinstance(value, float) and not abs(value) < float("inf"):
        return None
    return value


def _safe(name: str) -> str:
    """Return a name that the site did not choose (a sink, a source) as a word of a topic."""
    return "".join("-" if c in "/+#" or ord(c) < 32 else c for c in name)[:200] or "-"
