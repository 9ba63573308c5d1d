"""Alerts on the maps of others: Cursor on Target to a TAK server, or to a mesh by datagrams.

A server acknowledges nothing. So what still stands is said again whenever the connection was lost;
the same uid replaces itself there. A connection that leads nowhere is given up within seconds.
"""

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import final

from standex.edges.clock import Clock
from standex.edges.interop.cot_message import (
    UNKNOWN_GROUND,
    CotEvent,
    Locates,
    cot_ping,
    cot_protobuf,
    cot_xml,
)
from standex.edges.interop.event_json import Sender
from standex.edges.interop.outbox import Outbox, OutboxCounts
from standex.model.errors import StandexError
from standex.model.event import Alert, Event, ThingLeft
from standex.model.observation import Observation
from standex.model.picture import Picture

CONNECT_S = 5.0
GIVE_UP_MS = 4000  # for what was sent and not acknowledged by the other side's TCP
PING_PERIOD_S = 15.0
ALERT_STALE_S = 600.0
PERSON_STALE_S = 3.0
PEOPLE_PERIOD_S = 1.0
PLACE_ERROR_M = 1.0
_READ = 65_536


class CotTransport(StrEnum):
    """How it goes out."""

    TLS = "tls"
    TCP = "tcp"
    UDP = "udp"


@dataclass(frozen=True, slots=True, kw_only=True)
class CotSettings:
    """Where to.

    Attributes:
        host: of the TAK server, or a multicast group.
        port: 8089 with TLS by custom, 8087 by TCP, 6969 by UDP.
        transport: how.
        is_protobuf: TAK's protobuf instead of XML.
        ca_file: who signed the server's certificate; None for the system's list.
        certificate_file: our own.
        key_file: that goes with it.
        alert_type: of the type tree, for alerts; some sites want ``b-a-o-tbl``, which rings.
    """

    host: str
    port: int = 8089
    transport: CotTransport = CotTransport.TLS
    is_protobuf: bool = False
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    alert_type: str = UNKNOWN_GROUND


@final
class CotSink:
    """Satisfies ``Sink``; ``people`` is for ``Outputs.listeners``. Nothing here ever waits."""

    def __init__(
        self, settings: CotSettings, *, sender: Sender, locate: Locates, clock: Clock
    ) -> None:
        """Start; the first message connects.

        Args:
            settings: where to.
            sender: who speaks.
            locate: from the site frame to the earth: only a site with a surveyed anchor can.
            clock: for what has become stale meanwhile.

        Raises:
            StandexError: a certificate or a package is missing.
        """
        self._settings = settings
        self._sender = sender
        self._locate = locate
        self._clock = clock
        self._context = _tls(settings) if settings.transport is CotTransport.TLS else None
        if settings.is_protobuf:
            cot_protobuf(cot_ping("standex", clock.utc_ns()), is_stream=True)
        self._socket: socket.socket | None = None
        self._standing: dict[str, CotEvent] = {}
        self._people_utc_ns = self._heard_utc_ns = 0
        self._outbox = Outbox[CotEvent](self._send, name=f"CoT {settings.host}", idle=self._idle)

    def publish(
        self, t_utc_ns: int, observations: tuple[Observation, ...], events: tuple[Event, ...], /
    ) -> None:
        """Send alerts and things on; never waits.

        Raises:
            OutboxFullError: more alerts wait than can be kept.
        """
        del t_utc_ns, observations
        for event in events:
            if isinstance(event, Alert | ThingLeft):
                self._outbox.put(self._of(event), urgent=True)

    def people(self, picture: Picture, events: tuple[Event, ...], /) -> None:
        """Send on where people are, once a second; only where it is switched on."""
        del events
        if picture.t_utc_ns - self._people_utc_ns < PEOPLE_PERIOD_S * 1e9:
            return
        self._people_utc_ns = picture.t_utc_ns
        for passage in picture.passages.values():
            x_m, y_m = (float(value) for value in passage.position_site_m)
            self._outbox.put(
                CotEvent(
                    uid=f"standex.{self._sender.site_id}.{passage.kind.value}.{passage.track_id}",
                    cot_type=UNKNOWN_GROUND,
                    t_utc_ns=picture.t_utc_ns,
                    stale_utc_ns=picture.t_utc_ns + int(PERSON_STALE_S * 1e9),
                    point=self._locate(x_m, y_m),
                    error_m=PLACE_ERROR_M,
                    callsign=f"{passage.kind.value} {passage.track_id}",
                    remarks="",
                    is_exercise=self._sender.is_exercise,
                ),
                urgent=False,
            )

    def counts(self) -> OutboxCounts:
        """Return how it goes."""
        return self._outbox.counts()

    def close(self) -> bool:
        """Send what waits while it goes, and disconnect; whether everything went out."""
        is_through = self._outbox.close()
        self._disconnect()
        return is_through

    def _of(self, event: Alert | ThingLeft) -> CotEvent:
        x_m, y_m = (float(value) for value in event.position_site_m)
        is_alert = isinstance(event, Alert)
        # One mark a person: the alert of a thing replaces that of whoever carried it.
        about = event.alert_id or f"thing.{event.track_id}"
        words = "check requested" if is_alert else "thing left behind"
        meant = "SIMULATED, " if self._sender.is_simulated else ""
        return CotEvent(
            uid=f"standex.{self._sender.site_id}.{about}",
            cot_type=self._settings.alert_type,
            t_utc_ns=event.t_utc_ns,
            stale_utc_ns=event.t_utc_ns + int(ALERT_STALE_S * 1e9),
            point=self._locate(x_m, y_m),
            error_m=PLACE_ERROR_M,
            callsign=f"{words} ({self._sender.site_id})",
            remarks=f"{meant}{words}: probability {event.p_threat:.2f}; {event.reason}",
            is_exercise=self._sender.is_exercise,
            stands=True,
        )

    def _send(self, event: CotEvent) -> None:
        """Send one event; in the outbox's thread, like all below."""
        now = self._clock.utc_ns()
        if not event.stands and event.stale_utc_ns < now:
            return  # where somebody was is of no use
        try:
            opened = self._opened(now)
            self._give(opened, event)
        except OSError:
            self._disconnect()
            raise
        if event.stands:
            self._standing[event.uid] = event

    def _opened(self, now_utc_ns: int) -> socket.socket:
        if self._socket is not None:
            self._read_away(self._socket)
            return self._socket
        self._socket = self._connect()
        self._heard_utc_ns = now_utc_ns
        self._standing = {
            uid: event for uid, event in self._standing.items() if event.stale_utc_ns > now_utc_ns
        }
        for event in self._standing.values():
            self._give(self._socket, event)
        return self._socket

    def _connect(self) -> socket.socket:
        settings = self._settings
        if settings.transport is CotTransport.UDP:
            opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            opened.connect((settings.host, settings.port))
            return opened
        opened = socket.create_connection((settings.host, settings.port), timeout=CONNECT_S)
        try:
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GIVE_UP_MS)
            if self._context is not None:
                opened = self._context.wrap_socket(opened, server_hostname=settings.host)
        except BaseException:
            opened.close()
            raise
        return opened

    def _give(self, opened: socket.socket, event: CotEvent) -> None:
        self._write(opened, cot_xml(event))

    def _write(self, opened: socket.socket, xml: bytes) -> None:
        if self._settings.is_protobuf:
            is_stream = self._settings.transport is not CotTransport.UDP
            opened.sendall(cot_protobuf(xml, is_stream=is_stream))
        else:
            opened.sendall(xml)

    def _idle(self) -> None:
        """Notice a server that has gone, and tell it that we have not."""
        if self._socket is None:
            self._opened(self._clock.utc_ns())  # an alert must not be what finds out
            return
        now = self._clock.utc_ns()
        try:
            self._read_away(self._socket)
            is_stream = self._settings.transport is not CotTransport.UDP
            if is_stream and abs(now - self._heard_utc_ns) > PING_PERIOD_S * 1e9:
                self._heard_utc_ns = now
                self._write(self._socket, cot_ping(f"standex.{self._sender.site_id}", now))
        except OSError:
            self._disconnect()
            raise

    def _read_away(self, opened: socket.socket) -> None:
        """Throw away what the server sends, so that it need not wait for us.

        Raises:
            ConnectionError: it has closed the connection.
        """
        if self._settings.transport is CotTransport.UDP:
            return
        opened.settimeout(0.0)
        try:
            for _ in range(64):
                if not opened.recv(_READ):
                    raise ConnectionResetError("the server has closed the connection")
        except (BlockingIOError, ssl.SSLWantReadError):
            pass  # nothing there
        finally:
            opened.settimeout(CONNECT_S)

    def _disconnect(self) -> None:
        opened, self._socket = self._socket, None
        if opened is not None:
            with suppress(OSError):
                opened.close()


def _tls(settings: CotSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if settings.certificate_file is not None:
            context.load_cert_chain(settings.certificate_file, settings.key_file)
    except (OSError, ssl.SSLError) as error:
        raise StandexError(f"CoT: a certificate or key file cannot be used ({error})") from error
    return context
