"""Nodes that speak SAPIENT as a live source: they connect to us, or we to their middleware."""

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import final

from standex.edges.clock import Clock
from standex.edges.interop.record_queue import RecordQueue
from standex.edges.interop.sapient.admission import (
    Admission,
    NodeBook,
    OnRefusal,
    admit_all,
    ignore_refusal,
)
from standex.edges.interop.sapient.connection import Connection
from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.framing import MOST_BYTES
from standex.edges.interop.sapient.fusion_link import FusionLink, Peer
from standex.edges.interop.sapient.generated.alert_pb2 import Alert
from standex.edges.interop.sapient.generated.detection_report_pb2 import DetectionReport
from standex.edges.interop.sapient.generated.registration_pb2 import Registration
from standex.edges.interop.sapient.generated.status_report_pb2 import StatusReport
from standex.edges.interop.sapient.generated.task_ack_pb2 import TaskAck
from standex.edges.interop.sapient.loop_thread import LoopThread
from standex.edges.interop.sapient.node_feed import FeedCounts, NodeFeed
from standex.edges.interop.sapient.node_settings import nodes_of
from standex.edges.interop.sapient.own_node import STATUS_INTERVAL_S, OwnNode
from standex.edges.interop.sapient.places import Places
from standex.edges.interop.sapient.reconnecting import keep_connected
from standex.edges.interop.sapient.replies import task_message
from standex.edges.interop.sapient.validation import TimeRules
from standex.edges.interop.sapient.words import plain
from standex.model.observation import Health
from standex.model.record import Record
from standex.model.tasking import Task

TICK_S = 0.005
REGISTER_WITHIN_S = 10.0
MOST_CONNECTIONS = 256
ADMIT_AGAIN_S = 30.0
_MOST_ALERTS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to listen, or to connect to.

    Attributes:
        host: name or number.
        port: 0 to listen: any that is free.
        tls: context of the side that we are; None is plain TCP, for networks apart.
        server_name: that the certificate of the other side must have; empty for ``host``.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    server_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAlert:
    """An alert that a node raised by itself: shown and logged, never a verdict."""

    sensor_id: str
    t_utc_ns: int
    kind: str
    description: str


def _ignore_alert(_: NodeAlert) -> None:
    """Tell nobody."""


@final
class SapientSource:
    """Satisfies ``LiveSource``, ``BatchSource``, ``TellingSource`` and ``Tasked``.

    The connections live in a thread of their own; records are handed over by a queue that is fair
    to every sensor.
    """

    def __init__(
        self,
        own: OwnNode,
        *,
        clock: Clock,
        listen: Address | None = None,
        middleware: Address | None = None,
        admission: Admission = admit_all,
        on_refusal: OnRefusal = ignore_refusal,
        on_alert: Callable[[NodeAlert], object] = _ignore_alert,
        rules: TimeRules | None = None,
        most_bytes: int = MOST_BYTES,
        admit_again_s: float = ADMIT_AGAIN_S,
        sensor_ids: Collection[str] | None = None,
    ) -> None:
        """Make a source; nothing is opened before ``start``.

        Args:
            own: this station as a fusion node; its site names the nodes.
            clock: that times are held against.
            listen: where nodes connect to.
            middleware: somebody's middleware that relays nodes to us.
            admission: says who may be which sensor.
            on_refusal: told what was not let in; called in the source's thread.
            on_alert: told what nodes raise by themselves; the same.
            rules: of times.
            most_bytes: longest message.
            admit_again_s: how often ``admission`` is asked again about who is connected.
            sensor_ids: whose nodes are let in here; None for all of the site.

        Raises:
            SiteError: a sensor's settings cannot be used.
        """
        self._own = own
        self._clock = clock
        self._listen, self._middleware = listen, middleware
        self._rules, self._most_bytes = rules or TimeRules(), most_bytes
        self._admit_again_s = admit_again_s
        nodes = {
            node_id: spec
            for node_id, spec in nodes_of(own.site).items()
            if sensor_ids is None or spec.sensor_id in sensor_ids
        }
        self._book = NodeBook(nodes, admission=admission, on_refusal=on_refusal)
        self._feeds = {
            spec.sensor_id: NodeFeed(spec, self._places(spec.sensor_id)) for spec in nodes.values()
        }
        self._node_of = {spec.sensor_id: node_id for node_id, spec in nodes.items()}
        self._on_alert = on_alert
        self._queue = RecordQueue()
        self._connections: set[Connection] = set()
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread: LoopThread | None = None
        self._starting = threading.Lock()
        self._is_closed = False
        self._port = 0
        self.alerts: deque[NodeAlert] = deque(maxlen=_MOST_ALERTS)

    def _places(self, sensor_id: str) -> Places:
        spec = self._own.site.sensor(sensor_id)
        sigma_m = spec.settings.get("sigma_m", 0.3)
        return Places(
            anchor=self._own.anchor,
            site_from_node=spec.site_from_sensor,
            sigma_m=float(sigma_m) if isinstance(sigma_m, int | float) else 0.3,
            are_errors_m=spec.settings.get("error_unit") == "m",
        )

    @property
    def port(self) -> int:
        """Return where it listens, once started."""
        return self._port

    @property
    def n_refused(self) -> int:
        """Return how much was not let in."""
        return self._book.n_refused

    def counts(self) -> Mapping[str, FeedCounts]:
        """Return what came of each sensor."""
        return {name: feed.counts for name, feed in self._feeds.items()}

    def start(self) -> None:
        """Open the port and the connections; once.

        Raises:
            SapientError: the port cannot be opened.
        """
        with self._starting:
            if self._thread is not None or self._is_closed:
                return
            thread = LoopThread("sapient nodes")
            try:
                thread.call(self._open())
            except OSError as error:
                thread.close()
                where = self._listen
                raise SapientError(
                    f"cannot listen on {where.host if where else ''}:"
                    f"{where.port if where else ''}: {error}"
                ) from error
            self._thread = thread

    def records(self) -> Iterator[Record]:
        """Yield records of all nodes until the source is closed."""
        return (record for batch in self.batches() for record in batch)

    def batches(self) -> Iterator[list[Record]]:
        """Yield what has come since the last time, until the source is closed."""
        self.start()
        return self._queue.batches()

    def close(self) -> None:
        """End all connections, and let ``records`` come to its end."""
        with self._starting:
            self._is_closed = True
            self._queue.close()
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.call(self._shut())
            thread.close()

    def troubles(self) -> Mapping[str, Health]:
        """Return what is wrong with nodes now, by sensor."""
        now, troubles = self._clock.utc_ns(), dict[str, Health]()
        for feed in self._feeds.values():
            troubles.update(feed.troubles(now))
        return troubles

    def take(self, task: Task, /) -> None:
        """Give a task to its node, where one of ours is meant."""
        thread = self._thread
        if task.sensor_id in self._feeds and thread is not None:
            thread.soon(self._give, task)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        if self._listen is not None:
            self._server = await loop.create_server(
                self._connection, self._listen.host, self._listen.port, ssl=self._listen.tls
            )
            self._port = self._server.sockets[0].getsockname()[1]
        self._tasks.add(loop.create_task(self._tick()))
        if self._middleware is not None:
            self._tasks.add(loop.create_task(self._relayed(self._middleware)))

    async def _shut(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close()
        open_now = list(self._connections)
        for connection in open_now:
            connection.close("this station ends")
        if open_now:
            _, late = await asyncio.wait([one.ended for one in open_now], timeout=1.0)
            if late:
                for connection in open_now:
                    connection.abort("this station ends")
                await asyncio.wait(late, timeout=1.0)

    def _connection(self, *, is_relay: bool = False) -> Connection:
        return Connection(
            self._link,
            is_relay=is_relay,
            most_bytes=self._most_bytes,
            on_end=self._connections.discard,
        )

    def _link(self, connection: Connection, peer: Peer) -> FusionLink:
        link = FusionLink(
            own_id=self._own.node_id,
            book=self._book,
            listener=self,
            peer=peer,
            clock=self._clock,
            send=connection.send,
            rules=self._rules,
        )
        loop = asyncio.get_running_loop()
        self._connections.add(connection)
        if len(self._connections) > MOST_CONNECTIONS:
            loop.call_soon(connection.abort, f"over {MOST_CONNECTIONS} connections")
        if not peer.is_relay:
            loop.call_later(REGISTER_WITHIN_S, self._end_unregistered, connection, link)
        return link

    @staticmethod
    def _end_unregistered(connection: Connection, link: FusionLink) -> None:
        if not link.is_registered:
            connection.close(f"no registration within {REGISTER_WITHIN_S:g} s")

    def _expel(self, now: int) -> None:
        """End the connections of nodes whose papers have been revoked or have run out."""
        for node_id, link, reason in self._book.expelled():
            for connection in tuple(self._connections):
                if connection.link is link:
                    self._book.refuse(
                        t_utc_ns=now,
                        address=connection.peer.address,
                        node_id=node_id,
                        reason=reason,
                    )
                    connection.close(reason)

    async def _tick(self) -> None:
        asked_utc_ns = self._clock.utc_ns()
        while True:
            await asyncio.sleep(TICK_S)
            now = self._clock.utc_ns()
            if abs(now - asked_utc_ns) >= self._admit_again_s * 1e9:
                asked_utc_ns = now
                self._expel(now)
            for feed in self._feeds.values():
                for record in feed.tick(now):
                    self._queue.put(record)

    async def _relayed(self, middleware: Address) -> None:
        async def speak(connection: Connection) -> None:
            connection.send(self._own.registration(self._clock.utc_ns()))
            is_new = True
            while not connection.ended.done():
                now = self._clock.utc_ns()
                connection.send(self._own.status(now, health=(), is_new=is_new))
                is_new = False
                await asyncio.wait([connection.ended], timeout=STATUS_INTERVAL_S)

        await keep_connected(middleware, lambda: self._connection(is_relay=True), speak)

    def _give(self, task: Task) -> None:
        feed, node_id = self._feeds[task.sensor_id], self._node_of[task.sensor_id]
        link = self._book.link_of(node_id)
        message = task_message(
            task,
            feed.spec,
            own_id=self._own.node_id,
            node_id=node_id,
            anchor=self._own.anchor,
            t_utc_ns=self._clock.utc_ns(),
        )
        feed.asked(message.task.task_id, task.task_id)
        if not isinstance(link, FusionLink) or not link.tell(message):
            feed.not_done(task.task_id)

    # What the links say, in the loop.

    def registered(self, sensor_id: str, registration: Registration, /) -> None:
        """A node is there."""
        self._feeds[sensor_id].registered(registration, now_utc_ns=self._clock.utc_ns())

    def status(self, sensor_id: str, report: StatusReport, /) -> None:
        """It says how it is."""
        self._feeds[sensor_id].status(report, now_utc_ns=self._clock.utc_ns())

    def detection(self, sensor_id: str, report: DetectionReport, t_utc_ns: int, /) -> None:
        """It has seen something."""
        for record in self._feeds[sensor_id].detection(
            report, t_utc_ns=t_utc_ns, now_utc_ns=self._clock.utc_ns()
        ):
            self._queue.put(record)

    def missed(self, sensor_id: str, t_utc_ns: int, /, *, is_held_up: bool) -> None:
        """It has seen something that is not taken."""
        self._feeds[sensor_id].missed(
            t_utc_ns, now_utc_ns=self._clock.utc_ns(), is_held_up=is_held_up
        )

    def alert(self, sensor_id: str, alert: Alert, t_utc_ns: int, /) -> None:
        """It raises an alert of its own."""
        told = NodeAlert(
            sensor_id=sensor_id,
            t_utc_ns=t_utc_ns,
            kind=Alert.AlertType.Name(alert.alert_type).removeprefix("ALERT_TYPE_").lower(),
            description=plain(alert.description),
        )
        self.alerts.append(told)
        self._on_alert(told)

    def task_answered(self, sensor_id: str, answer: TaskAck, /) -> None:
        """It says what came of a task."""
        self._feeds[sensor_id].task_answered(answer)

    def gone(self, sensor_id: str, why: str, /) -> None:
        """Its connection has ended."""
        self._feeds[sensor_id].gone(why)
