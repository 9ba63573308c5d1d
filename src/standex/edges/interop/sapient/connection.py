"""One TCP connection that carries messages of the standard, in either direction."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol, cast, final, runtime_checkable

from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.framing import MOST_BYTES, Deframer, FramingError, framed
from standex.edges.interop.sapient.fusion_link import Peer
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage

MOST_UNSENT_BYTES = 4 << 20
"""Who does not read what we send is let go; nobody else waits for them."""


GIVE_UP_MS = 4000
"""So long what was sent may stay without a word from the other side's computer."""


@runtime_checkable
class Link(Protocol):
    """The rules of a connection."""

    @property
    def closing(self) -> str:
        """Return why the connection is to be ended, or an empty text."""
        ...

    def take(self, packet: bytes, /) -> None:
        """Take one message."""
        ...

    def ended(self, why: str, /) -> None:
        """Take note that the connection has ended."""
        ...


@runtime_checkable
class _Tls(Protocol):
    def getpeercert(self, binary_form: bool) -> bytes | None: ...


def _give_up_early(transport: asyncio.BaseTransport) -> None:
    """Have the kernel end the connection when packets vanish, with or without anything to send.

    Without it a line that was unplugged looks well for a quarter of an hour.
    """
    opened = transport.get_extra_info("socket")
    for level, name, value in (
        (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPIDLE", 2),
        (socket.IPPROTO_TCP, "TCP_KEEPINTVL", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPCNT", 2),
        (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", GIVE_UP_MS),
    ):
        if opened is not None and hasattr(socket, name):
            with suppress(OSError):  # no TCP: a test's own pipe
                opened.setsockopt(level, getattr(socket, name), value)


@final
class Connection(asyncio.Protocol):
    """Cuts what comes into messages for a link, and puts messages of the link on the wire."""

    def __init__(
        self,
        make_link: Callable[["Connection", Peer], Link],
        *,
        is_relay: bool = False,
        most_bytes: int = MOST_BYTES,
        on_end: Callable[["Connection"], object] | None = None,
    ) -> None:
        """Wait for the connection; ``make_link`` is called when it stands."""
        self.peer = Peer(address="nowhere")
        self.link: Link | None = None
        self.why_ended = ""
        self.ended = asyncio.get_running_loop().create_future()
        self._make_link = make_link
        self._is_relay = is_relay
        self._deframer = Deframer(most_bytes=most_bytes)
        self._most_bytes = most_bytes
        self._on_end = on_end
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        _give_up_early(transport)
        name = transport.get_extra_info("peername")
        tls = cast("_Tls | None", transport.get_extra_info("ssl_object"))
        certificate = None if tls is None else tls.getpeercert(True)
        self.peer = Peer(
            address=f"{name[0]}:{name[1]}" if isinstance(name, tuple) else "unknown",
            certificate_der=certificate or b"",
            is_relay=self._is_relay,
        )
        self.link = self._make_link(self, self.peer)

    def data_received(self, data: bytes) -> None:
        """Take what has come."""
        link = self.link
        if link is None or self.why_ended:
            return
        try:
            # What came whole before a length that cannot be believed is still taken.
            while packets := self._deframer.feed(data):
                data = b""
                for packet in packets:
                    link.take(packet)
                    if link.closing:
                        self.close(link.closing)
                        return
        except FramingError as error:
            self.close(str(error))

    def send(self, message: SapientMessage) -> bool:
        """Put a message on the wire; return whether that could be done.

        Raises:
            SapientError: the message is longer than may be sent.
        """
        transport = self._transport
        if transport is None or transport.is_closing():
            return False
        packet = message.SerializeToString()
        if len(packet) > self._most_bytes:
            raise SapientError(f"a message of {len(packet)} bytes, {self._most_bytes} are allowed")
        if transport.get_write_buffer_size() > MOST_UNSENT_BYTES:
            self.close("it does not read what is sent to it")
            transport.abort()
            return False
        transport.write(framed(packet))
        return True

    def close(self, why: str) -> None:
        """End the connection."""
        self.why_ended = self.why_ended or why
        if self._transport is not None:
            self._transport.close()

    def abort(self, why: str) -> None:
        """End the connection at once, whatever has not been sent yet."""
        self.why_ended = self.why_ended or why
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Say to the link that it is over."""
        self.why_ended = self.why_ended or (str(exc) if exc else "the other side has closed it")
        if self.link is not None:
            self.link.ended(f"its connection has ended: {self.why_ended}")
        if not self.ended.done():
            self.ended.set_result(None)
        if self._on_end is not None:
            self._on_end(self)
