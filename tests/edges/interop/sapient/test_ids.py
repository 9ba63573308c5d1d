"""Identifiers keep to their forms, sort by time, and say the same of the same."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.interop.sapient.ids import is_ulid, is_uuid4, named_ulid, ulid, ulid_of

times = st.integers(0, 4_000_000_000 * 10**9)


@given(first=times, second=times)
def test_sorts_by_time(first: int, second: int) -> None:
    a, b = ulid(first), ulid(second)
    assert is_ulid(a)
    if first // 10**6 != second // 10**6:
        assert (a < b) == (first < second)


def test_the_example_of_the_specification() -> None:
    """01ARZ3NDEKTSV4RRFFQ69G5FAV: https://github.com/ulid/spec, 1469922850259 ms."""
    tail = int("".join(f"{'0123456789ABCDEFGHJKMNPQRSTVWXYZ'.index(c):05b}"
                       for c in "TSV4RRFFQ69G5FAV"), 2)  # fmt: skip
    assert ulid_of(1469922850259 * 10**6, tail.to_bytes(10)) == "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def test_named_is_the_same_each_time() -> None:
    assert named_ulid(5 * 10**9, "a") == named_ulid(5 * 10**9, "a") != named_ulid(5 * 10**9, "b")


def test_forms() -> None:
    assert is_uuid4(str(uuid.uuid4()))
    for wrong in (str(uuid.uuid1()), str(uuid.uuid4()).upper(), "{" + str(uuid.uuid4()) + "}", ""):
        assert not is_uuid4(wrong)
    for wrong in ("8" + "0" * 25, "0" * 25, "0" * 25 + "I", ("0" * 25 + "a")):
        assert not is_ulid(wrong)
    assert not is_ulid("0" * 26 + "\n")
    with pytest.raises(ValueError, match="ten bytes"):
        ulid_of(0, b"")
    with pytest.raises(ValueError, match="1970"):
        ulid_of(-1, bytes(10))
