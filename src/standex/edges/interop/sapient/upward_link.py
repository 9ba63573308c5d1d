"""The rules of one connection to a node above: registration first, then as it asks; no socket.

What a node above may ask for is little: how often detections are reported, a status, the
registration again, and, where the service allows it, that all sensors stop. It can neither arm a
sensor nor point one: who may do so is settled at the site.
"""

from collections.abc import Callable
from typing import final

from standex.edges.clock import Clock
from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.generated.alert_ack_pb2 import AlertAck
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.generated.task_ack_pb2 import TaskAck
from standex.edges.interop.sapient.generated.task_pb2 import Task
from standex.edges.interop.sapient.messages import decoded, kind_of, new_message
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.interop.sapient.replies import error_of
from standex.edges.interop.sapient.validation import TimeRules, problems_of
from standex.edges.interop.sapient.words import plain

DEFAULT_PERIOD_S = 0.2
PERIODS_S = {
    Task.DISCRETE_THRESHOLD_LOW: 1.0,
    Task.DISCRETE_THRESHOLD_MEDIUM: 0.2,
    Task.DISCRETE_THRESHOLD_HIGH: 0.1,
}
MOST_BAD_IN_A_ROW = 50

OnStop = Callable[[str, str], str]
"""Asked to stop all sensors: by which node, and why; returns why not, or an empty text."""


def refuse_stop(_by: str, _why: str) -> str:
    """Leave the stop button to the site."""
    return "sensors are stopped at the site, not from here"


@final
class UpwardLink:
    """One connection; all methods are called in the event loop.

    Attributes:
        closing: why the connection is to be ended, or empty.
        is_accepted: whether the node above has taken the registration.
        period_s: between two scans of detections, as asked for.
        wants_status: whether a full status has been asked for.
    """

    def __init__(
        self,
        own: OwnNode,
        *,
        clock: Clock,
        send: Callable[[SapientMessage], object],
        on_stop: OnStop = refuse_stop,
        on_alert_ack: Callable[[str], object] = plain,
        rules: TimeRules | None = None,
    ) -> None:
        """Register at once.

        Args:
            own: this station.
            clock: for times of messages.
            send: puts a message on its way.
            on_stop: asked to stop all sensors.
            on_alert_ack: told the alert that the node above has taken, or cancelled.
            rules: of times.
        """
        self.closing = ""
        self.is_accepted = self.wants_status = False
        self.period_s = DEFAULT_PERIOD_S
        self.problem = "no answer to the registration yet"
        self._own = own
        self._clock = clock
        self._send = send
        self._on_stop = on_stop
        self._on_alert_ack = on_alert_ack
        self._rules = rules or TimeRules()
        self._rate_tasks: dict[str, float] = {}
        self._n_bad_in_a_row = 0
        self._register()

    def _register(self) -> None:
        self._send(self._own.registration(self._clock.utc_ns()))

    def ended(self, why: str) -> None:
        """Take note that the connection has ended."""
        self.is_accepted = False
        self.problem = why

    def take(self, packet: bytes) -> None:
        """Take one message."""
        now = self._clock.utc_ns()
        try:
            message = decoded(packet)
            problems = problems_of(message)
            late = self._rules.problem(message, now_utc_ns=now)
            problems = (*problems, late) if late and not problems else problems
        except SapientError as error:
            message, problems = SapientMessage(), (str(error),)
        if not problems and message.destination_id not in ("", self._own.node_id):
            problems = (f"destination_id: this node is {self._own.node_id}",)
        if problems:
            self._n_bad_in_a_row += 1
            if self._n_bad_in_a_row >= MOST_BAD_IN_A_ROW:
                self.closing = f"{MOST_BAD_IN_A_ROW} bad messages in a row"
            if kind_of(message) != "error":  # errors answered with errors go round
                self._send(error_of(packet, problems, own_id=self._own.node_id, t_utc_ns=now))
            return
        self._n_bad_in_a_row = 0
        self._handle(message, now)

    def _handle(self, message: SapientMessage, now: int) -> None:
        kind = kind_of(message)
        if kind == "registration_ack":
            answer = message.registration_ack
            self.is_accepted = answer.acceptance
            said = "; ".join(plain(one) for one in answer.ack_response_reason[:4])
            self.problem = "" if answer.acceptance else f"registration refused: {said}"
            self.wants_status = True
            if not answer.acceptance:
                self.closing = self.problem
        elif kind == "task":
            reason = self._do(message.task, message.node_id)
            self._answer(message.task.task_id, message.node_id, reason, now)
        elif kind == "alert_ack":
            if message.alert_ack.alert_ack_status != AlertAck.ALERT_ACK_STATUS_REJECTED:
                self._on_alert_ack(message.alert_ack.alert_id)
        elif kind == "error":
            said = "; ".join(plain(one) for one in message.error.error_message[:4])
            self.problem = f"the node above reports an error: {said}"

    def _do(self, task: Task, by: str) -> str:
        """Do what is asked; return why not, or an empty text."""
        if task.control == Task.CONTROL_STOP:
            if self._rate_tasks.pop(task.task_id, None) is None:
                return "there is no such task"
            self.period_s = next(reversed(self._rate_tasks.values()), DEFAULT_PERIOD_S)
            return ""
        if task.control != Task.CONTROL_START:
            return "tasks here are started and stopped, not paused"
        if task.region:
            return "regions are settled at the site; the whole site is reported"
        return self._command(task, by)

    def _command(self, task: Task, by: str) -> str:
        command = task.command
        kind = command.WhichOneof("command") if task.HasField("command") else None
        if kind == "detection_report_rate" and command.detection_report_rate in PERIODS_S:
            self.period_s = PERIODS_S[command.detection_report_rate]
            self._rate_tasks[task.task_id] = self.period_s
            while len(self._rate_tasks) > 16:
                del self._rate_tasks[next(iter(self._rate_tasks))]
            return ""
        if kind == "request":
            return self._request(command.request, by, plain(task.task_description))
        return f"{kind or 'a task without a command'} is not done from here"

    def _request(self, request: str, by: str, why: str) -> str:
        match request.strip().lower():
            case "status":
                self.wants_status = True
                return ""
            case "registration":
                self._register()
                return ""
            case "stop":
                return self._on_stop(by, why or "asked for by the node above")
            case other:
                return (
                    f"request {plain(other)!r} is not known; known are status, registration, stop"
                )

    def _answer(self, task_id: str, to: str, reason: str, now: int) -> None:
        for status in (
            (TaskAck.TASK_STATUS_REJECTED,)
            if reason
            else (TaskAck.TASK_STATUS_ACCEPTED, TaskAck.TASK_STATUS_COMPLETED)
        ):
            message = new_message(node_id=self._own.node_id, t_utc_ns=now, destination_id=to)
            message.task_ack.task_id, message.task_ack.task_status = task_id, status
            message.task_ack.reason.extend([reason] if reason else [])
            self._send(message)
