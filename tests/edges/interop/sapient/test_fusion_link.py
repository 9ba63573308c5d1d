"""The rules of a connection: who may speak, of what, and what a mistake costs."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.interop.sapient.admission import NodeBook
from standex.edges.interop.sapient.fusion_link import (
    CLOCK_KNOWN_S,
    MOST_BAD_IN_A_ROW,
    FusionLink,
    Peer,
)
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.ids import ulid
from standex.edges.interop.sapient.messages import kind_of
from standex.edges.interop.sapient.node_settings import nodes_of
from standex.edges.interop.sapient.replies import error_of
from standex.edges.interop.sapient.validation import problems_of
from standex.model.site import Site

T0, MS = 1_760_000_000_000_000_000, 1_000_000


@dataclass
class Heard:
    said: list[tuple[str, ...]] = field(default_factory=list)

    def registered(self, sensor_id, registration, /):
        self.said.append(("registered", sensor_id))

    def status(self, sensor_id, report, /):
        self.said.append(("status", sensor_id))

    def detection(self, sensor_id, report, t_utc_ns, /):
        self.said.append(("detection", sensor_id))

    def missed(self, sensor_id, t_utc_ns, /, *, is_held_up):
        self.said.append(("missed", sensor_id, "held up" if is_held_up else "wrong time"))

    def alert(self, sensor_id, alert, t_utc_ns, /):
        self.said.append(("alert", sensor_id))

    def task_answered(self, sensor_id, answer, /):
        self.said.append(("task_answered", sensor_id))

    def gone(self, sensor_id, why, /):
        self.said.append(("gone", sensor_id, why))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(T0)


@pytest.fixture
def sent() -> list[SapientMessage]:
    return []


@pytest.fixture
def book(site: Site) -> NodeBook:
    return NodeBook(nodes_of(site))


@pytest.fixture
def make(heard, clock, sent, book, words) -> Callable[..., FusionLink]:
    def link(*, is_relay: bool = False) -> FusionLink:
        return FusionLink(
            own_id=words.own_id,
            book=book,
            listener=heard,
            peer=Peer(address="there", is_relay=is_relay),
            clock=clock,
            send=lambda message: sent.append(message) or True,
        )

    return link


def take(link: FusionLink, *messages: SapientMessage) -> None:
    for message in messages:
        link.take(message.SerializeToString())


def test_a_node_registers_and_reports(make, words, heard, sent) -> None:
    link = make()
    take(link, words.registration(), words.status(), words.detection())
    assert heard.said == [
        ("registered", "radar-0"), ("status", "radar-0"), ("detection", "radar-0")
    ]  # fmt: skip
    assert sent[0].registration_ack.acceptance
    assert len(sent) == 1
    link.ended("it ended")
    assert heard.said[-1] == ("gone", "radar-0", "it ended")


def test_who_has_not_registered_is_not_heard(make, words, heard, sent) -> None:
    link = make()
    take(link, words.detection())
    assert heard.said == []
    assert "has not registered" in sent[0].error.error_message[0]
    assert sent[0].error.packet == words.detection().SerializeToString()[:0] or sent[0].error.packet


def test_a_stranger_is_refused_and_let_go(make, words, sent, book) -> None:
    link = make()
    message = words.registration()
    message.node_id = "cee8b0c3-b739-49f5-9bd4-b5353b5ebb98"
    take(link, message)
    assert not sent[0].registration_ack.acceptance
    assert "not of this site" in sent[0].registration_ack.ack_response_reason[0]
    assert "not of this site" in link.closing
    assert book.n_refused == 1


def test_nobody_speaks_for_another(make, words, heard, sent) -> None:
    """A second registration on a connection, and reports in another's name, are refused."""
    first, second = make(), make()
    take(first, words.registration(0))
    take(second, words.registration(1), words.detection(0))
    assert heard.said == [("registered", "radar-0"), ("registered", "radar-1")]
    assert "has not registered on this connection" in sent[-1].error.error_message[0]
    take(second, words.registration(0))
    assert not sent[-1].registration_ack.acceptance
    assert "has registered on this connection" in second.closing


def test_a_node_that_is_connected_cannot_be_taken_over(make, words, sent) -> None:
    first, thief = make(), make()
    take(first, words.registration())
    take(thief, words.registration())
    assert "connected already" in thief.closing
    take(first, words.detection())
    assert kind_of(sent[-1]) == "registration_ack"


def test_a_replay_is_refused(make, words, heard, sent, clock) -> None:
    link = make()
    detection = words.detection()
    take(link, words.registration(), detection, detection)
    assert "has come before" in sent[-1].error.error_message[0]
    clock.advance(1.0)
    take(link, detection)
    assert "-1.000 s from this node's clock" in sent[-1].error.error_message[0]
    assert heard.said.count(("detection", "radar-0")) == 1


def test_what_is_not_taken_for_its_time_is_told_of_its_sensor(
    make, words, heard, sent, clock
) -> None:
    """Late within seconds of what came in time is no wrong clock: the node cannot mend it."""
    link = make()
    take(link, words.registration(), words.detection())
    clock.advance(2.0)
    take(link, words.detection(t_utc_ns=T0 + 100 * MS))
    assert heard.said[-1] == ("missed", "radar-0", "held up")
    assert "this station is too slow" in sent[-1].error.error_message[0]
    take(link, words.detection(t_utc_ns=clock.utc_ns() + 200 * MS))
    assert heard.said[-1] == ("missed", "radar-0", "wrong time")
    clock.advance(2 * CLOCK_KNOWN_S)
    take(link, words.detection(t_utc_ns=clock.utc_ns() - 1_000 * MS))
    assert heard.said[-1] == ("missed", "radar-0", "wrong time")
    assert "set both by NTP or PTP" in sent[-1].error.error_message[0]
    take(link, words.detection(t_utc_ns=clock.utc_ns()))
    take(link, words.detection(t_utc_ns=clock.utc_ns() + 10 * MS))  # too soon for another scan
    assert heard.said[-2:] == [("detection", "radar-0"), ("missed", "radar-0", "wrong time")]


def test_a_sighting_of_another_s_node_is_nobody_s(make, words, heard, clock) -> None:
    first, stranger = make(), make()
    take(first, words.registration(0))
    take(stranger, words.registration(1))
    clock.advance(2.0)
    take(stranger, words.detection(0))
    assert not [said for said in heard.said if said[0] == "missed"]


def test_reports_of_long_ago_are_not_remembered(make, words, clock) -> None:
    link = make()
    take(link, words.registration())
    for _ in range(50):
        clock.advance(1.0)
        take(link, words.detection(t_utc_ns=clock.utc_ns()))
    (node,) = link._nodes.values()
    assert len(node.reports) == len(node.known_reports) == 31


def test_scans_keep_apart_and_in_order(make, words, heard, sent, clock) -> None:
    link = make()
    take(link, words.registration(), words.detection(), words.detection())
    clock.advance(0.2)
    take(link, words.detection(t_utc_ns=T0 + 32 * MS))
    assert "0.032 s after" in sent[-1].error.error_message[0]
    take(link, words.detection(t_utc_ns=T0 + 80 * MS))
    take(link, words.detection(t_utc_ns=T0 + 79 * MS))
    assert "earlier" in sent[-1].error.error_message[0]
    assert heard.said.count(("detection", "radar-0")) == 3


def test_alerts_and_answers(make, words, heard, sent) -> None:
    link = make()
    alert = words.status()
    alert.alert.alert_id = ulid(T0)
    answer = words.status()
    answer.task_ack.task_id, answer.task_ack.task_status = ulid(T0), 1
    task = words.status()
    task.task.task_id, task.task.control = ulid(T0), 1
    take(link, words.registration(), alert, answer, task)
    assert heard.said[1:] == [("alert", "radar-0"), ("task_answered", "radar-0")]
    assert sent[1].alert_ack.alert_id == alert.alert.alert_id
    assert "not for a fusion node" in sent[2].error.error_message[0]
    assert all(problems_of(message) == () for message in sent)


def test_errors_are_not_answered_with_errors(make, words, sent) -> None:
    link = make()
    error = error_of(b"x", ("y",), own_id=words.nodes[0], t_utc_ns=T0)
    take(link, error)
    take(link, words.registration(), error)
    assert [kind_of(message) for message in sent] == ["registration_ack"]


def test_who_sends_nothing_but_rubbish_is_let_go(make, book) -> None:
    link = make()
    for _ in range(MOST_BAD_IN_A_ROW):
        assert link.closing == ""
        link.take(b"\xff\xff")
    assert "in a row" in link.closing
    assert (link.n_bad, book.n_refused) == (MOST_BAD_IN_A_ROW, MOST_BAD_IN_A_ROW)


def test_a_hitch_of_the_line_does_not_cut_it(make, words, heard, sent, clock) -> None:
    """Whole scans that come too late are left out and counted; of the errors not all are sent."""
    link = make()
    take(link, words.registration())
    clock.advance(1.0)
    for _ in range(400):
        take(link, words.detection())
    assert link.closing == ""
    assert link.n_bad == 400
    assert len(sent) <= 1 + MOST_BAD_IN_A_ROW
    take(link, words.detection(t_utc_ns=T0 + 1000 * MS))
    assert heard.said[-1] == ("detection", "radar-0")


def test_middleware_relays_many_and_others(make, words, heard, sent) -> None:
    link = make(is_relay=True)
    stranger = words.registration()
    stranger.node_id = "cee8b0c3-b739-49f5-9bd4-b5353b5ebb98"
    take(link, stranger, words.registration(0), words.registration(1), words.detection(1))
    assert heard.said == [
        ("registered", "radar-0"), ("registered", "radar-1"), ("detection", "radar-1")
    ]  # fmt: skip
    assert sent == []
    assert link.closing == ""
    assert link.tell(words.status())


def test_a_token_comes_with_the_registration(site: Site, heard, clock, words) -> None:
    claims = []
    book = NodeBook(nodes_of(site), admission=lambda claim: claims.append(claim) or "")
    link = FusionLink(
        own_id=words.own_id, book=book, listener=heard, clock=clock, send=lambda _: True,
        peer=Peer(address="there", certificate_der=b"der"),
    )  # fmt: skip
    take(link, words.registration(token="secret"))
    assert (claims[0].token, claims[0].certificate_der) == ("secret", b"der")
    assert claims[0].sensor_id == "radar-0"
    assert link.is_registered
