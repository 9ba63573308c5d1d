"""What a node above may ask for, and what it is told when it may not."""

from dataclasses import dataclass, field

import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.generated.task_ack_pb2 import TaskAck
from standex.edges.interop.sapient.generated.task_pb2 import Task
from standex.edges.interop.sapient.ids import ulid
from standex.edges.interop.sapient.messages import kind_of, new_message
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.interop.sapient.replies import registration_ack
from standex.edges.interop.sapient.upward_link import (
    DEFAULT_PERIOD_S,
    MOST_BAD_IN_A_ROW,
    UpwardLink,
    refuse_stop,
)
from standex.edges.interop.sapient.validation import problems_of

T0 = 1_760_000_000_000_000_000
ABOVE = "cee8b0c3-b739-49f5-9bd4-b5353b5ebb98"


@dataclass
class Above:
    own: OwnNode
    sent: list[SapientMessage] = field(default_factory=list)
    stops: list[tuple[str, str]] = field(default_factory=list)
    acks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        def stop(by: str, why: str) -> str:
            self.stops.append((by, why))
            return ""

        self.link = UpwardLink(
            self.own, clock=SimulatedClock(T0), send=self.sent.append, on_stop=stop,
            on_alert_ack=self.acks.append,
        )  # fmt: skip

    def say(self, message: SapientMessage) -> None:
        self.link.take(message.SerializeToString())

    def task(self, control: int = Task.CONTROL_START, task_id: str = "") -> SapientMessage:
        message = new_message(node_id=ABOVE, t_utc_ns=T0, destination_id=self.own.node_id)
        message.task.task_id, message.task.control = task_id or ulid(T0), control
        return message

    def answer_to(self, message: SapientMessage) -> TaskAck:
        n = len(self.sent)
        self.say(message)
        assert all(problems_of(one) == () for one in self.sent)
        answer = next(one for one in self.sent[n:] if kind_of(one) == "task_ack")
        assert answer.destination_id == ABOVE
        return answer.task_ack


@pytest.fixture
def above(own: OwnNode) -> Above:
    return Above(own)


def test_registers_first_and_waits(above: Above, own: OwnNode) -> None:
    assert [kind_of(message) for message in above.sent] == ["registration"]
    assert not above.link.is_accepted
    above.say(registration_ack(own_id=ABOVE, node_id=own.node_id, t_utc_ns=T0))
    assert above.link.is_accepted
    assert above.link.wants_status
    above.link.ended("gone")
    assert not above.link.is_accepted


def test_a_refusal_is_told_and_ends_it(above: Above, own: OwnNode) -> None:
    above.say(
        registration_ack(own_id=ABOVE, node_id=own.node_id, t_utc_ns=T0, reasons=("full\x07",))
    )
    assert above.link.closing == "registration refused: full"


def test_rates_are_taken_and_given_back(above: Above) -> None:
    fast = above.task()
    fast.task.command.detection_report_rate = Task.DISCRETE_THRESHOLD_HIGH
    assert above.answer_to(fast).task_status == TaskAck.TASK_STATUS_ACCEPTED
    assert above.sent[-1].task_ack.task_status == TaskAck.TASK_STATUS_COMPLETED
    assert above.link.period_s == 0.1
    stop = above.task(Task.CONTROL_STOP, fast.task.task_id)
    assert above.answer_to(stop).task_status == TaskAck.TASK_STATUS_ACCEPTED
    assert above.link.period_s == DEFAULT_PERIOD_S
    assert "no such task" in above.answer_to(stop).reason[0]


def test_requests(above: Above) -> None:
    for request in ("Status", "registration", "stop"):
        message = above.task()
        message.task.command.request = request
        message.task.task_description = "drill"
        assert above.answer_to(message).task_status == TaskAck.TASK_STATUS_ACCEPTED
    assert above.link.wants_status
    assert sum(kind_of(message) == "registration" for message in above.sent) == 2
    assert above.stops == [(ABOVE, "drill")]
    assert "at the site" in refuse_stop("a", "b")


@pytest.mark.parametrize("what", ["arm", "look_at", "mode", "pause", "region", "nothing"])
def test_what_is_settled_at_the_site_is_rejected_with_a_reason(above: Above, what: str) -> None:
    message = above.task(Task.CONTROL_PAUSE if what == "pause" else Task.CONTROL_START)
    if what == "arm":
        message.task.command.request = "arm laser-1"
    elif what == "look_at":
        place = message.task.command.look_at.location_list.locations.add()
        place.x, place.y, place.coordinate_system, place.datum = 1.0, 2.0, 1, 1
    elif what == "mode":
        message.task.command.mode_change = "off"
    elif what == "region":
        region = message.task.region.add(type=1, region_id=ulid(T0), region_name="x")
        place = region.region_area.location_list.locations.add()
        place.x, place.y, place.coordinate_system, place.datum = 1.0, 2.0, 1, 1
    answer = above.answer_to(message)
    assert answer.task_status == TaskAck.TASK_STATUS_REJECTED
    assert answer.reason[0]
    assert above.stops == []


def test_alerts_are_ticked_off_when_taken_and_not_when_rejected(above: Above) -> None:
    for status in (1, 2, 3):
        message = new_message(node_id=ABOVE, t_utc_ns=T0)
        message.alert_ack.alert_id = f"0{status}" + "0" * 24
        message.alert_ack.alert_ack_status = status
        above.say(message)
    assert above.acks == ["01" + "0" * 24, "03" + "0" * 24]


def test_bad_messages_are_answered_and_too_many_end_it(above: Above) -> None:
    other = above.task()
    other.destination_id = ABOVE
    above.say(other)
    assert "destination_id" in above.sent[-1].error.error_message[0]
    late = above.task()
    late.timestamp.seconds -= 5
    above.say(late)
    assert "-5.000 s" in above.sent[-1].error.error_message[0]
    error = new_message(node_id=ABOVE, t_utc_ns=T0)
    error.error.packet = b"x"
    error.error.error_message.append("too late")
    above.say(error)
    assert "too late" in above.link.problem
    for _ in range(MOST_BAD_IN_A_ROW):
        above.link.take(b"\xff")
    assert "in a row" in above.link.closing
