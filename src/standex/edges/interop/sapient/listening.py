"""For people who bring up a node: a connection that takes everything, and says what is wrong."""

import asyncio
from collections.abc import Callable
from typing import Any, final

from standex.edges.clock import Clock
from standex.edges.interop.sapient.connection import Connection, Link
from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.fusion_link import Peer
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.messages import as_json, decoded, kind_of
from standex.edges.interop.sapient.reconnecting import Where
from standex.edges.interop.sapient.replies import alert_ack, error_of, registration_ack
from standex.edges.interop.sapient.validation import TimeRules, problems_of

Show = Callable[[dict[str, Any]], object]
_Sends = Callable[[SapientMessage], bool]


@final
class ListeningLink:
    """Shows every message with its problems, and answers as a fusion node that knows everybody."""

    def __init__(
        self, *, own_id: str, peer: Peer, clock: Clock, send: _Sends, show: Show, is_answering: bool
    ) -> None:
        """Show what comes from ``peer``; answer it, or not."""
        self.closing = ""
        self._own_id, self._peer, self._clock = own_id, peer, clock
        self._send, self._show, self._is_answering = send, show, is_answering
        self._rules = TimeRules()

    def take(self, packet: bytes) -> None:
        """Show one message."""
        now = self._clock.utc_ns()
        try:
            message = decoded(packet)
        except SapientError as error:
            self._show({"from": self._peer.address, "problems": [str(error)]})
            return
        problems = [*problems_of(message)]
        late = self._rules.problem(message, now_utc_ns=now)
        problems += [late] if late else []
        self._show({"from": self._peer.address, "problems": problems, "message": as_json(message)})
        if self._is_answering:
            self._answer(packet, message, problems, now)

    def _answer(
        self, packet: bytes, message: SapientMessage, problems: list[str], now: int
    ) -> None:
        kind, node_id = kind_of(message), message.node_id
        if problems and kind not in {"registration", "error"}:
            self._send(error_of(packet, problems, own_id=self._own_id, t_utc_ns=now))
        elif kind == "registration":
            self._send(
                registration_ack(
                    own_id=self._own_id, node_id=node_id, t_utc_ns=now, reasons=problems
                )
            )
        elif kind == "alert":
            self._send(
                alert_ack(
                    own_id=self._own_id,
                    node_id=node_id,
                    t_utc_ns=now,
                    alert_id=message.alert.alert_id,
                )
            )

    def ended(self, why: str) -> None:
        """Show that the connection has ended."""
        self._show({"from": self._peer.address, "ended": why})


async def listen(
    where: Where,
    *,
    own_id: str,
    clock: Clock,
    show: Show,
    seconds: float | None = None,
    on_open: Callable[[int], object] | None = None,
) -> None:
    """Listen for nodes, and show what they say, for so long or for ever.

    Raises:
        SapientError: the port cannot be opened.
    """
    open_now: set[Connection] = set()

    def link(connection: Connection, peer: Peer) -> Link:
        open_now.add(connection)
        show({"from": peer.address, "begun": True})
        return ListeningLink(
            own_id=own_id, peer=peer, clock=clock, send=connection.send, show=show,
            is_answering=True,
        )  # fmt: skip

    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(
            lambda: Connection(link, on_end=open_now.discard), where.host, where.port, ssl=where.tls
        )
    except OSError as error:
        raise SapientError(f"cannot listen on {where.host}:{where.port}: {error}") from error
    try:
        if on_open is not None:
            on_open(server.sockets[0].getsockname()[1])
        await (asyncio.sleep(seconds) if seconds is not None else loop.create_future())
    finally:
        server.close()
        for connection in tuple(open_now):
            connection.abort("listening has ended")
        await asyncio.sleep(0)


async def send(
    where: Where,
    messages: tuple[SapientMessage, ...],
    *,
    own_id: str,
    clock: Clock,
    show: Show,
    gap_s: float,
    wait_s: float,
    is_restamped: bool = True,
) -> None:
    """Send messages one after the other, and show what comes back.

    Args:
        where: to send to.
        messages: in order.
        own_id: for answers that name this side.
        clock: for their times.
        show: given what comes back.
        gap_s: between two messages.
        wait_s: for answers, after the last one.
        is_restamped: every message gets the time at which it is sent, as validators want it.

    Raises:
        SapientError: there is no connection.
    """

    def link(connection: Connection, peer: Peer) -> Link:
        return ListeningLink(
            own_id=own_id, peer=peer, clock=clock, send=connection.send, show=show,
            is_answering=False,
        )  # fmt: skip

    loop = asyncio.get_running_loop()
    try:
        _, connection = await loop.create_connection(
            lambda: Connection(link), where.host, where.port, ssl=where.tls,
            server_hostname=None if where.tls is None else where.server_name or where.host,
        )  # fmt: skip
    except OSError as error:
        raise SapientError(f"cannot connect to {where.host}:{where.port}: {error}") from error
    for message in messages:
        if is_restamped:
            stamp = divmod(clock.utc_ns(), 1_000_000_000)
            message.timestamp.seconds, message.timestamp.nanos = stamp
        if not connection.send(message):
            break
        await asyncio.sleep(gap_s)
    await asyncio.wait([connection.ended], timeout=wait_s)
    connection.close("all is sent")
    await asyncio.wait([connection.ended], timeout=1.0)
