"""This station as a node of somebody else: what it sees and says, sent upward.

``heard`` is given to the station as a listener. It never waits: the picture is laid by, the latest
one only, and alerts are queued until the node above has taken them. Connecting, sending and
answering happen in a thread of their own.
"""

import asyncio
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import final

from standex.edges.clock import Clock
from standex.edges.interop.sapient.connection import Connection, Link
from standex.edges.interop.sapient.fusion_link import Peer
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.loop_thread import LoopThread
from standex.edges.interop.sapient.own_node import STATUS_INTERVAL_S, OwnNode
from standex.edges.interop.sapient.reconnecting import Where, keep_connected
from standex.edges.interop.sapient.upward_link import OnStop, UpwardLink, refuse_stop
from standex.edges.interop.sapient.upward_reports import UpwardReports
from standex.edges.interop.sapient.validation import TimeRules
from standex.model.event import Alert, Event, PersonRejoined
from standex.model.observation import Health
from standex.model.picture import Picture

ACCEPT_WITHIN_S = 10.0
LEAST_GAP_S = 0.085
"""Between two scans: a little more than validators ask for, since their clock is another."""

MOST_ALERTS = 1000
ALERT_AGAIN_S = 600.0
"""An alert that nobody has acknowledged is sent again with the next connection, for so long."""

_STEP_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class UplinkCounts:
    """How it goes.

    Attributes:
        n_connections: made so far.
        n_detections: sent.
        n_alerts: sent, each again counted again.
        n_waiting: alerts that were never sent.
        n_lost: alerts that had to make room, of over a thousand.
        problem: why nothing goes out now, or empty.
    """

    n_connections: int
    n_detections: int
    n_alerts: int
    n_waiting: int
    n_lost: int
    problem: str


@final
class SapientUplink:
    """Reports to one node above."""

    def __init__(
        self,
        own: OwnNode,
        to: Where,
        *,
        clock: Clock,
        on_stop: OnStop = refuse_stop,
        rules: TimeRules | None = None,
    ) -> None:
        """Begin to connect.

        Args:
            own: this station.
            to: the node above.
            clock: for times of messages.
            on_stop: asked to stop all sensors, in the uplink's thread; returns why not.
            rules: of times of what comes from above.
        """
        self._own, self._to, self._clock = own, to, clock
        self._on_stop, self._rules = on_stop, rules
        self._reports = UpwardReports(own)
        self._lock = threading.Lock()
        self._picture: Picture | None = None
        self._alerts: OrderedDict[str, Alert] = OrderedDict()
        self._unsent: set[str] = set()
        self._n_connections = self._n_detections = self._n_alerts = self._n_lost = 0
        self._problem = "not connected yet"
        self._thread = LoopThread("sapient uplink")
        self._thread.soon(self._begin)
        self._task: asyncio.Task[None] | None = None

    def heard(self, picture: Picture, events: tuple[Event, ...]) -> None:
        """Take the picture and the events of one step of the station."""
        self._picture = picture
        for event in events:
            if isinstance(event, Alert):
                with self._lock:
                    self._alerts[event.alert_id] = event
                    self._unsent.add(event.alert_id)
                    while len(self._alerts) > MOST_ALERTS:
                        oldest, _ = self._alerts.popitem(last=False)
                        self._n_lost += oldest in self._unsent
                        self._unsent.discard(oldest)
            elif isinstance(event, PersonRejoined):
                self._thread.soon(self._reports.rejoined, event)

    def counts(self) -> UplinkCounts:
        """Return how it goes."""
        with self._lock:
            return UplinkCounts(
                n_connections=self._n_connections,
                n_detections=self._n_detections,
                n_alerts=self._n_alerts,
                n_waiting=len(self._unsent),
                n_lost=self._n_lost,
                problem=self._problem,
            )

    def close(self) -> None:
        """Say goodbye and end."""
        self._thread.call(self._end())
        self._thread.close()

    def _begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(
            keep_connected(
                self._to, lambda: Connection(self._link), self._speak, on_problem=self._note
            )
        )

    async def _end(self) -> None:
        task = self._task
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await asyncio.sleep(0)

    def _note(self, problem: str) -> None:
        self._problem = problem

    def _link(self, connection: Connection, _: Peer) -> Link:
        return UpwardLink(
            self._own,
            clock=self._clock,
            send=connection.send,
            on_stop=self._on_stop,
            on_alert_ack=self._acknowledged,
            rules=self._rules,
        )

    def _acknowledged(self, sapient_id: str) -> None:
        now = self._clock.utc_ns()
        with self._lock:
            for alert_id, alert in list(self._alerts.items()):
                if self._reports.alert(alert, t_utc_ns=now).alert.alert_id == sapient_id:
                    del self._alerts[alert_id]
                    self._unsent.discard(alert_id)

    async def _speak(self, connection: Connection) -> None:
        link = connection.link
        if not isinstance(link, UpwardLink):
            return
        self._n_connections += 1
        try:
            loop = asyncio.get_running_loop()
            until_s = loop.time() + ACCEPT_WITHIN_S
            while not link.is_accepted and not connection.ended.done():
                if loop.time() > until_s:
                    connection.close("no answer to the registration")
                await asyncio.sleep(_STEP_S)
            if not connection.ended.done():
                await self._report(connection, link)
        except asyncio.CancelledError:
            now = self._clock.utc_ns()
            connection.send(self._own.status(now, health=(), is_new=False, is_goodbye=True))
            connection.close("this station ends")
            await asyncio.wait([connection.ended], timeout=1.0)
            raise

    async def _report(self, connection: Connection, link: UpwardLink) -> None:
        again = self._unacknowledged()
        status_utc_ns = scan_utc_ns = 0
        said: tuple[Health, ...] = ()
        while not connection.ended.done():
            now = self._clock.utc_ns()
            picture = self._picture
            health = tuple(picture.health.values()) if picture is not None else ()
            is_changed = _states(health) != _states(said) or link.wants_status
            if is_changed or abs(now - status_utc_ns) >= STATUS_INTERVAL_S * 1e9:
                connection.send(self._own.status(now, health=health, is_new=is_changed))
                status_utc_ns, said, link.wants_status = now, health, False
            for alert in (*again, *self._fresh()):
                self._send_alert(connection, alert, now)
            again = ()
            period_ns = max(link.period_s, LEAST_GAP_S) * 1e9
            if picture is not None and abs(now - scan_utc_ns) >= period_ns:
                scan_utc_ns = now
                for message in self._reports.detections(picture, t_utc_ns=now):
                    self._n_detections += connection.send(message)
            self._problem = link.problem
            await asyncio.sleep(_STEP_S)

    def _unacknowledged(self) -> tuple[Alert, ...]:
        now = self._clock.utc_ns()
        with self._lock:
            return tuple(
                alert
                for alert in self._alerts.values()
                if alert.alert_id not in self._unsent
                and (now - alert.t_utc_ns) * 1e-9 < ALERT_AGAIN_S
            )

    def _fresh(self) -> tuple[Alert, ...]:
        with self._lock:
            return tuple(self._alerts[name] for name in self._alerts if name in self._unsent)

    def _send_alert(self, connection: Connection, alert: Alert, now: int) -> None:
        message: SapientMessage = self._reports.alert(alert, t_utc_ns=now)
        if connection.send(message):
            with self._lock:
                self._n_alerts += 1
                self._unsent.discard(alert.alert_id)


def _states(health: tuple[Health, ...]) -> dict[str, tuple[str, str]]:
    return {one.sensor_id: (one.state.value, one.reason.value) for one in health}
