"""Whatever comes over a connection: it is taken or refused, and what is given on can be used."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standex.edges.clock import SimulatedClock
from standex.edges.interop.sapient.admission import NodeBook
from standex.edges.interop.sapient.fusion_link import MOST_BAD_IN_A_ROW, FusionLink, Peer
from standex.edges.interop.sapient.node_settings import nodes_of
from standex.edges.interop.sapient.sapient_source import SapientSource
from standex.edges.interop.sapient.technology import build
from standex.model.hints import no_hints

T0 = 1_760_000_000_000_000_000
SAME_SITE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
numbers = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from([0.0, -0.0, 5e-324, 1.7e308, -1.7e308, 180.0, 90.0, 1e9]),
)
texts = st.one_of(st.text(max_size=20), st.sampled_from(["nan", "1 0 1", "1e308 0 1e308", "waist"]))


def fill(message, data: st.DataObject, depth: int = 0) -> None:
    """Write over some of the fields of a message, all of them of their own kinds."""
    for field in message.DESCRIPTOR.fields:
        if field.name.endswith("_id") or not data.draw(st.booleans()):
            continue
        if field.message_type is not None:
            if depth < 3 and field.name != "timestamp":
                inner = getattr(message, field.name)
                fill(inner.add() if field.is_repeated else inner, data, depth + 1)
        elif field.is_repeated:
            continue
        elif field.enum_type is not None:
            setattr(message, field.name, data.draw(st.integers(0, 9)))
        elif field.cpp_type in {field.CPPTYPE_DOUBLE, field.CPPTYPE_FLOAT}:
            value = data.draw(numbers)
            is_small = field.cpp_type == field.CPPTYPE_FLOAT and math.isfinite(value)
            setattr(message, field.name, float(np.clip(value, -3e38, 3e38)) if is_small else value)
        elif field.cpp_type == field.CPPTYPE_STRING and field.type == field.TYPE_STRING:
            setattr(message, field.name, data.draw(texts))


@pytest.mark.slow
@SAME_SITE
@given(data=st.data())
def test_any_message_of_a_registered_node_leaves_records_that_can_be_read(
    own, words, data: st.DataObject
) -> None:
    clock = SimulatedClock(T0)
    source = SapientSource(own, clock=clock)
    book = NodeBook(nodes_of(own.site))
    link = FusionLink(
        own_id=own.node_id, book=book, listener=source, peer=Peer(address="there"),
        clock=clock, send=lambda message: bool(message.SerializeToString()),
    )  # fmt: skip
    link.take(words.registration().SerializeToString())
    link.take(words.status().SerializeToString())
    for _ in range(data.draw(st.integers(1, 4))):
        message = data.draw(st.sampled_from([words.detection, words.status]))(t_utc_ns=T0)
        kind = message.WhichOneof("content")
        fill(getattr(message, kind), data)
        link.take(message.SerializeToString())
    feed = source._feeds["radar-0"]
    technology = build(own.site.sensors[0], own.site, None)
    state = technology.start()
    for step in range(4):
        for record in feed.tick(T0 + (step + 1) * 200_000_000):
            state, said = technology.perceive(state, record, no_hints(T0))
            assert said
    source.troubles()


@pytest.mark.slow
@SAME_SITE
@given(data=st.data())
def test_any_change_of_the_bytes_is_survived(own, words, data: st.DataObject) -> None:
    clock = SimulatedClock(T0)
    source = SapientSource(own, clock=clock)
    link = FusionLink(
        own_id=own.node_id, book=NodeBook(nodes_of(own.site)), listener=source,
        peer=Peer(address="there"), clock=clock,
        send=lambda message: bool(message.SerializeToString()),
    )  # fmt: skip
    for make in (words.registration, words.status, words.detection):
        packet = bytearray(make().SerializeToString())
        for _ in range(data.draw(st.integers(0, 3))):
            at = data.draw(st.integers(0, len(packet) - 1))
            packet[at] ^= 1 << data.draw(st.integers(0, 7))
        link.take(bytes(packet[: data.draw(st.integers(0, len(packet)))] if
                        data.draw(st.booleans()) else packet))  # fmt: skip
    assert link.n_bad <= link.n_messages == 3 < MOST_BAD_IN_A_ROW
