"""The way to an MQTT broker: settings, TLS, and a client that comes back by itself.

MQTT 5, so that the broker is told how large a packet may be: it then keeps larger ones from us,
and memory is bounded before anything is read.
"""

import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from standex.model.errors import StandexError

if TYPE_CHECKING:
    from paho.mqtt.client import Client

ROOT = "standex/v1"
MOST_BYTES = 1_048_576
KEEPALIVE_S = 2  # a broker that answers no more is seen within twice that
FIRST_RETRY_S, LONGEST_RETRY_S = 1, 15
_PACKET_SPARE = 65_536  # for the topic and the properties


class MqttError(StandexError):
    """The broker cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """How to reach a broker.

    Attributes:
        host: of the broker.
        port: 8883 with TLS, 1883 by custom without.
        client_id: unique at the broker; empty lets the broker choose.
        username: at the broker; empty for none.
        password_file: file with the password and nothing else; None for none.
        ca_file: who signed the broker's certificate; None for the system's list.
        certificate_file: our own, where the broker asks for one.
        key_file: that goes with it.
        is_plain: without TLS. Only to this computer, or with ``allows_plain_network``.
        allows_plain_network: without TLS over a network: for a closed bench only.
        most_bytes: of one message.
    """

    host: str
    port: int = 8883
    client_id: str = ""
    username: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    is_plain: bool = False
    allows_plain_network: bool = False
    most_bytes: int = MOST_BYTES

    def __post_init__(self) -> None:
        if not 0 < self.port < 65_536:
            raise ValueError(f"port must be from 1 to 65535, got {self.port}")
        if self.is_plain and not self.allows_plain_network and not _is_this_computer(self.host):
            raise MqttError(
                f"MQTT to {self.host} without TLS: what sensors say could be read and changed on "
                "the way; use TLS, or say allows_plain_network on a closed bench"
            )


def make_client(settings: MqttSettings) -> "Client":
    """Return a client that is not connected yet; ``connect`` starts it.

    Raises:
        MqttError: the package is missing, or a file of the settings cannot be used.
    """
    try:
        from paho.mqtt.client import Client  # noqa: PLC0415
        from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion  # noqa: PLC0415
    except ImportError as error:
        raise MqttError("MQTT needs the package paho-mqtt: pip install 'standex[mqtt]'") from error
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=settings.client_id,
        protocol=MQTTProtocolVersion.MQTTv5,
    )
    client.reconnect_delay_set(FIRST_RETRY_S, LONGEST_RETRY_S)
    client.max_queued_messages_set(1000)
    if settings.username:
        client.username_pw_set(settings.username, _password(settings))
    if not settings.is_plain:
        client.tls_set_context(_tls(settings))
    return client


def connect(client: "Client", settings: MqttSettings) -> None:
    """Connect in the background, and again whenever the connection is lost."""
    from paho.mqtt.packettypes import PacketTypes  # noqa: PLC0415
    from paho.mqtt.properties import Properties  # noqa: PLC0415

    # Properties takes any name that MQTT 5 knows; its attributes are made as they are set.
    properties: Any = Properties(PacketTypes.CONNECT)
    properties.MaximumPacketSize = settings.most_bytes + _PACKET_SPARE
    client.connect_async(
        settings.host,
        settings.port,
        keepalive=KEEPALIVE_S,
        clean_start=True,
        properties=properties,
    )
    client.loop_start()


def disconnect(client: "Client") -> None:
    """Say goodbye and end the client's thread; the last will is not sent."""
    client.disconnect()
    client.loop_stop()


def topic_word(name: str) -> str:
    """Return a name as one level of a topic.

    Raises:
        MqttError: it has a character that means something in a topic.
    """
    if not name or len(name) > 200 or any(char in "/+#\0" or ord(char) < 32 for char in name):
        raise MqttError(f"{name!r} cannot be part of an MQTT topic: no '/', '+', '#' or controls")
    return name


def _password(settings: MqttSettings) -> str | None:
    if settings.password_file is None:
        return None
    try:
        return settings.password_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MqttError(f"MQTT: the password file cannot be read ({error})") from error


def _tls(settings: MqttSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if settings.certificate_file is not None:
            context.load_cert_chain(settings.certificate_file, settings.key_file)
    except (OSError, ssl.SSLError) as error:
        raise MqttError(f"MQTT: a certificate or key file cannot be used ({error})") from error
    return context


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
