"""The rules of one connection from nodes, as a fusion node keeps them; without any socket.

A direct connection carries one node, which registers first and speaks for nobody else. A connection
to somebody's middleware carries all nodes that it relays; the middleware has answered them.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol, final, runtime_checkable

from standex.edges.clock import Clock
from standex.edges.interop.sapient.admission import Claim, NodeBook
from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.generated.alert_pb2 import Alert
from standex.edges.interop.sapient.generated.detection_report_pb2 import DetectionReport
from standex.edges.interop.sapient.generated.registration_pb2 import Registration
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.generated.status_report_pb2 import StatusReport
from standex.edges.interop.sapient.generated.task_ack_pb2 import TaskAck
from standex.edges.interop.sapient.messages import decoded, kind_of, utc_ns_of
from standex.edges.interop.sapient.replies import alert_ack, error_of, registration_ack
from standex.edges.interop.sapient.validation import TimeRules, problems_of

MOST_BAD_IN_A_ROW = 50
ERROR_EVERY_S = 0.1
CLOCK_KNOWN_S = 10.0  # so long after a message that came in time its node's clock is believed
_REMEMBERED_REPORTS = 8192
_REMEMBERED_S = 30.0  # of what is older the time is wrong already
_TOKEN = "Bearer "  # noqa: S105 - the word before one


@runtime_checkable
class NodeListener(Protocol):
    """Is told what the nodes of a site say, all of it checked."""

    def registered(self, sensor_id: str, registration: Registration, /) -> None:
        """A node is there."""
        ...

    def status(self, sensor_id: str, report: StatusReport, /) -> None:
        """It says how it is."""
        ...

    def detection(self, sensor_id: str, report: DetectionReport, t_utc_ns: int, /) -> None:
        """It has seen something."""
        ...

    def missed(self, sensor_id: str, t_utc_ns: int, /, *, is_held_up: bool) -> None:
        """It has seen something that is not taken: too late, or its time is wrong."""
        ...

    def alert(self, sensor_id: str, alert: Alert, t_utc_ns: int, /) -> None:
        """It raises an alert of its own."""
        ...

    def task_answered(self, sensor_id: str, answer: TaskAck, /) -> None:
        """It says what came of a task."""
        ...

    def gone(self, sensor_id: str, why: str, /) -> None:
        """Its connection has ended."""
        ...


@dataclass(slots=True)
class _Node:
    sensor_id: str
    in_time_utc_ns: int = 0
    scan_utc_ns: int = 0
    reports: deque[tuple[int, str]] = field(default_factory=deque[tuple[int, str]])
    known_reports: set[str] = field(default_factory=set[str])


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """The other side of a connection.

    Attributes:
        address: for people.
        certificate_der: under TLS, checked against the authority; or empty.
        is_relay: whether it is somebody's middleware, which relays many nodes.
    """

    address: str
    certificate_der: bytes = b""
    is_relay: bool = False


@final
class FusionLink:
    """One connection; all methods are called in the event loop.

    Attributes:
        closing: why the connection is to be ended, or empty.
        n_messages: that came.
        n_bad: of these, refused.
    """

    def __init__(
        self,
        *,
        own_id: str,
        book: NodeBook,
        listener: NodeListener,
        peer: Peer,
        clock: Clock,
        send: Callable[[SapientMessage], object],
        rules: TimeRules | None = None,
    ) -> None:
        """Wait for a registration.

        Args:
            own_id: of this fusion node.
            book: of all links.
            listener: told what is taken.
            peer: the other side.
            clock: that times are held against.
            send: puts an answer on its way, at once.
            rules: of times.
        """
        self.closing = ""
        self.n_messages = self.n_bad = 0
        self._own_id = own_id
        self._book = book
        self._listener = listener
        self._peer = peer
        self._clock = clock
        self._send = send
        self._rules = rules or TimeRules()
        self._nodes: dict[str, _Node] = {}
        self._n_bad_in_a_row = self._error_utc_ns = 0

    @property
    def is_registered(self) -> bool:
        """Return whether any node has registered here."""
        return bool(self._nodes)

    def take(self, packet: bytes) -> None:
        """Take one message; whatever is wrong with it is answered, counted, and no more."""
        self.n_messages += 1
        now = self._clock.utc_ns()
        try:
            message = decoded(packet)
        except SapientError as error:
            self._refuse(packet, (str(error),), node_id="", now=now)
            return
        problems = problems_of(message)
        if problems:
            self._refuse(packet, problems, node_id=message.node_id, now=now)
            return
        late = self._time_problem(message, now)
        if late:
            # A hitch of the line makes a whole scan late: that is no reason to cut the line.
            self._refuse(packet, (late,), node_id=message.node_id, now=now, is_rubbish=False)
            return
        problem = self._handle(message, now)
        if problem:
            self._refuse(packet, (problem,), node_id=message.node_id, now=now)
        else:
            self._n_bad_in_a_row = 0

    def _time_problem(self, message: SapientMessage, now: int) -> str:
        """Return what is wrong with a message's time; a sighting that is lost by it is told."""
        node = self._nodes.get(message.node_id)
        is_known = node is not None and 0 <= now - node.in_time_utc_ns <= CLOCK_KNOWN_S * 1e9
        late = self._rules.problem(message, now_utc_ns=now, is_clock_known=is_known)
        if node is None or not self._book.holds(message.node_id, self):
            return late
        if not late:
            node.in_time_utc_ns = now
        elif kind_of(message) == "detection_report":
            t_utc_ns = utc_ns_of(message)
            is_held_up = is_known and t_utc_ns < now
            self._listener.missed(node.sensor_id, t_utc_ns, is_held_up=is_held_up)
        return late

    def tell(self, message: SapientMessage) -> bool:
        """Send a message to a node on this link; return whether that could be done."""
        return bool(self._send(message))

    def ended(self, why: str) -> None:
        """Take note that the connection has ended."""
        for node_id in self._book.release(self):
            self._listener.gone(self._nodes[node_id].sensor_id, why)
        self._nodes.clear()

    def _handle(self, message: SapientMessage, now: int) -> str:
        """Do what a well-formed message asks for; return what is wrong with it, or nothing."""
        kind = kind_of(message)
        if kind == "registration":
            return self._register(message, now)
        node = self._nodes.get(message.node_id)
        if node is None or not self._book.holds(message.node_id, self):
            if self._peer.is_relay and message.node_id not in self._book.nodes:
                return ""  # a node of somebody else, or the middleware itself
            if kind == "error":
                return ""  # answering errors with errors goes round
            return f"node_id: {message.node_id} has not registered on this connection"
        self._book.heard(message.node_id, now_utc_ns=now)
        if kind == "detection_report":
            return self._detection(message, node)
        return self._other(message, kind, node.sensor_id, now)

    def _other(self, message: SapientMessage, kind: str, sensor_id: str, now: int) -> str:
        match kind:
            case "status_report":
                self._listener.status(sensor_id, message.status_report)
            case "alert":
                self._listener.alert(sensor_id, message.alert, utc_ns_of(message))
                self._send(
                    alert_ack(
                        own_id=self._own_id,
                        node_id=message.node_id,
                        t_utc_ns=now,
                        alert_id=message.alert.alert_id,
                    )
                )
            case "task_ack":
                self._listener.task_answered(sensor_id, message.task_ack)
            case "error" | "alert_ack":
                pass
            case _:
                return f"{kind}: not for a fusion node from one of its nodes"
        return ""

    def _register(self, message: SapientMessage, now: int) -> str:
        node_id = message.node_id
        if self._peer.is_relay and node_id not in self._book.nodes:
            return ""
        said = message.additional_information
        claim = Claim(
            node_id=node_id,
            sensor_id=self._book.nodes[node_id].sensor_id if node_id in self._book.nodes else "",
            address=self._peer.address,
            certificate_der=self._peer.certificate_der,
            token=said.removeprefix(_TOKEN).strip() if said.startswith(_TOKEN) else "",
        )
        if self._nodes and node_id not in self._nodes and not self._peer.is_relay:
            reason = f"node {next(iter(self._nodes))} has registered on this connection"
        else:
            reason = self._book.claim(claim, self, now_utc_ns=now)
        if not self._peer.is_relay:
            self._send(
                registration_ack(
                    own_id=self._own_id,
                    node_id=node_id,
                    t_utc_ns=now,
                    reasons=(reason,) if reason else (),
                )
            )
        if reason:
            self._book.refuse(
                t_utc_ns=now, address=self._peer.address, node_id=node_id, reason=reason
            )
            self._count_bad()
            if not self._peer.is_relay:
                self.closing = reason
            return ""
        self._nodes.setdefault(node_id, _Node(sensor_id=claim.sensor_id))
        self._listener.registered(claim.sensor_id, message.registration)
        return ""

    def _detection(self, message: SapientMessage, node: _Node) -> str:
        t_utc_ns = utc_ns_of(message)
        problem = self._rules.scan_problem(t_utc_ns, before_utc_ns=node.scan_utc_ns)
        if problem:
            self._listener.missed(node.sensor_id, t_utc_ns, is_held_up=False)
            return problem
        report = message.detection_report
        report_id, reports, known = report.report_id, node.reports, node.known_reports
        if report_id in known:
            return f"report_id: {report_id} has come before"
        known.add(report_id)
        reports.append((t_utc_ns, report_id))
        oldest_utc_ns = t_utc_ns - round(_REMEMBERED_S * 1e9)
        while len(reports) > _REMEMBERED_REPORTS or reports[0][0] < oldest_utc_ns:
            known.discard(reports.popleft()[1])
        node.scan_utc_ns = t_utc_ns
        self._listener.detection(node.sensor_id, report, t_utc_ns)
        return ""

    def _refuse(
        self,
        packet: bytes,
        problems: tuple[str, ...],
        *,
        node_id: str,
        now: int,
        is_rubbish: bool = True,
    ) -> None:
        self._book.refuse(
            t_utc_ns=now, address=self._peer.address, node_id=node_id, reason="; ".join(problems)
        )
        self._count_bad(is_rubbish=is_rubbish)
        # Of a flood not every message is answered.
        if self.n_bad <= MOST_BAD_IN_A_ROW or abs(now - self._error_utc_ns) >= ERROR_EVERY_S * 1e9:
            self._error_utc_ns = now
            to = node_id if node_id in self._nodes else ""
            self._send(error_of(packet, problems, own_id=self._own_id, t_utc_ns=now, node_id=to))

    def _count_bad(self, *, is_rubbish: bool = True) -> None:
        self.n_bad += 1
        self._n_bad_in_a_row += is_rubbish
        if self._n_bad_in_a_row >= MOST_BAD_IN_A_ROW:
            self.closing = f"{MOST_BAD_IN_A_ROW} bad messages in a row"
