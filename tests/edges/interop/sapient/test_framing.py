"""Bytes cut into messages, however they come, and never more memory than came in."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.interop.sapient.framing import MOST_BYTES, Deframer, FramingError, framed


def all_of(deframer: Deframer, data: bytes) -> list[bytes]:
    got: list[bytes] = []
    while packets := deframer.feed(data):
        got += packets
        data = b""
    return got


@pytest.mark.slow
@given(
    messages=st.lists(st.binary(max_size=40), max_size=8),
    cuts=st.lists(st.integers(0, 400), max_size=12),
)
def test_any_cut_gives_the_same_messages(messages: list[bytes], cuts: list[int]) -> None:
    wire = b"".join(framed(message) for message in messages)
    at = sorted({0, len(wire), *(cut % (len(wire) + 1) for cut in cuts)})
    deframer = Deframer()
    got = [one for a, b in pairwise(at) for one in all_of(deframer, wire[a:b])]
    assert got == messages
    assert deframer.n_waiting == 0


@given(data=st.binary(max_size=200))
def test_anything_at_all_is_messages_or_an_error(data: bytes) -> None:
    deframer = Deframer(most_bytes=64)
    try:
        got = all_of(deframer, data)
    except FramingError:
        return
    assert sum(len(one) + 4 for one in got) + deframer.n_waiting == len(data)


def test_a_claim_of_two_gigabytes_costs_nothing() -> None:
    tracemalloc.start()
    with pytest.raises(FramingError, match=r"2147483648 bytes, 1048576 are allowed"):
        Deframer().feed((1 << 31).to_bytes(4, "little"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100_000


def test_what_came_before_a_bad_length_is_taken() -> None:
    deframer = Deframer()
    assert deframer.feed(framed(b"good") + b"\xff" * 8) == [b"good"]
    with pytest.raises(FramingError):
        deframer.feed(b"")


def test_the_limit_itself_is_allowed() -> None:
    assert len(Deframer().feed(framed(bytes(MOST_BYTES)))[0]) == MOST_BYTES
