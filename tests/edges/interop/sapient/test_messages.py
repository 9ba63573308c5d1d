"""Bytes, times and JSON of messages."""

import json

import pytest
from google.protobuf import descriptor_pool
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.generated.pool import POOL
from standex.edges.interop.sapient.messages import (
    as_json,
    decoded,
    from_json,
    kind_of,
    new_message,
    utc_ns_of,
)


@given(t_utc_ns=st.integers(0, 10**19))
def test_time_there_and_back(t_utc_ns: int) -> None:
    assert utc_ns_of(new_message(node_id="n", t_utc_ns=t_utc_ns)) == t_utc_ns


@given(packet=st.binary(max_size=120))
def test_any_bytes_are_a_message_or_an_error(packet: bytes) -> None:
    try:
        decoded(packet)
    except SapientError:
        return


def test_nesting_is_bounded() -> None:
    """A classification within a classification, a hundred thousand times, is refused in time."""
    inner = b""
    for _ in range(3000):
        n = len(inner)
        inner = b"\x22" + bytes([n & 127 | 128, n >> 7 & 127 | 128, n >> 14]) + inner
    for tag in (b"\x1a", b"\x5a", b"\x3a"):
        n = len(inner)
        inner = tag + bytes([n & 127 | 128, n >> 7 & 127 | 128, n >> 14]) + inner
    with pytest.raises(SapientError):
        decoded(inner)


def test_json_there_and_back(words) -> None:
    message = words.detection()
    assert from_json(json.dumps(as_json(message))) == message
    assert kind_of(message) == "detection_report"
    with pytest.raises(SapientError, match="JSON"):
        from_json('{"node_id": 3}')


def test_lives_beside_other_packages_of_the_same_messages() -> None:
    """The common pool stays free: somebody else's ``sapient_msg`` may be imported, too."""
    assert POOL.FindMessageTypeByName("sapient_msg.bsi_flex_335_v2_0.SapientMessage")
    with pytest.raises(KeyError):
        descriptor_pool.Default().FindMessageTypeByName(
            "sapient_msg.bsi_flex_335_v2_0.SapientMessage"
        )
