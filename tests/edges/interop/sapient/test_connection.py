"""One connection: cut, limited, ended."""

import asyncio
from collections.abc import Callable

import pytest

from standex.edges.interop.sapient.connection import MOST_UNSENT_BYTES, Connection
from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.framing import framed
from standex.edges.interop.sapient.fusion_link import Peer


class Link:
    def __init__(self) -> None:
        self.closing, self.packets, self.why = "", list[bytes](), ""

    def take(self, packet: bytes, /) -> None:
        self.packets.append(packet)
        if packet == b"bye":
            self.closing = "told to"

    def ended(self, why: str, /) -> None:
        self.why = why


class Wire(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written, self.unsent, self.closed, self.aborted = b"", 0, False, False

    def get_extra_info(self, name, default=None):
        return ("127.0.0.1", 5) if name == "peername" else default

    def write(self, data) -> None:
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = self.aborted = True


def connected(test: Callable[[Connection, Link, Wire], None], **settings: int) -> None:
    async def run() -> None:
        link, wire = Link(), Wire()
        peers: list[Peer] = []
        connection = Connection(lambda _, peer: peers.append(peer) or link, **settings)
        connection.connection_made(wire)
        assert peers[0].address == "127.0.0.1:5"
        test(connection, link, wire)
        connection.connection_lost(None)
        assert connection.ended.done()
        assert "ended" in link.why

    asyncio.run(run())


def test_takes_messages_in_slices_of_three_bytes() -> None:
    def test(connection: Connection, link: Link, _: Wire) -> None:
        wire = framed(b"first") + framed(b"second")
        for at in range(0, len(wire), 3):
            connection.data_received(wire[at : at + 3])
        assert link.packets == [b"first", b"second"]

    connected(test)


def test_ends_on_a_claim_that_cannot_be(words) -> None:
    def test(connection: Connection, link: Link, wire: Wire) -> None:
        connection.data_received(framed(b"good") + b"\xff\xff\xff\xff")
        assert link.packets == [b"good"]
        assert wire.closed
        assert "4294967295 bytes" in connection.why_ended
        connection.data_received(framed(b"more"))
        assert link.packets == [b"good"]
        assert not connection.send(words.status())

    connected(test)


def test_ends_when_the_link_says_so() -> None:
    def test(connection: Connection, link: Link, wire: Wire) -> None:
        connection.data_received(framed(b"bye") + framed(b"more"))
        assert (link.packets, wire.closed, connection.why_ended) == ([b"bye"], True, "told to")

    connected(test)


def test_who_does_not_read_is_let_go(words) -> None:
    def test(connection: Connection, _: Link, wire: Wire) -> None:
        assert connection.send(words.status())
        assert wire.written[4:] != b""
        wire.unsent = MOST_UNSENT_BYTES + 1
        assert not connection.send(words.status())
        assert wire.aborted
        assert "does not read" in connection.why_ended

    connected(test)


def test_too_long_a_message_is_not_sent(words) -> None:
    def test(connection: Connection, _: Link, wire: Wire) -> None:
        with pytest.raises(SapientError, match="50 are allowed"):
            connection.send(words.registration())
        assert wire.written == b""
        connection.abort("enough")
        assert wire.aborted

    connected(test, most_bytes=50)
