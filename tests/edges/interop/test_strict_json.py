import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.interop.strict_json import only_keys, parse_object

REFUSED = {
    b"[1]": "JSON object",
    b'{"a": 1, "a": 2}': "twice",
    b'{"a": NaN}': "NaN",
    b'{"a": 1e999}': "not finite",
    b'{"a": 99999999999999999999}': "64 bits",
    b'{"a": ' + b"9" * 5000 + b"}": "64 bits",
    b"\xff\xfe": "UTF-8",
    b'{"a": 1': "not JSON",
    b"": "not JSON",
    b'{"a":' * 100_000: "deeper",
    b"[" * 900_000: "deeper",
    b'{"a": "' + b"x" * 2_000_000 + b'"}': "bytes",
}


@pytest.mark.parametrize(("payload", "why"), REFUSED.items(), ids=lambda v: str(v)[:30])
def test_what_cannot_be_meant_is_refused(payload: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_object(payload, most_bytes=1_000_000)


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.one_of(
            st.integers(-(2**62), 2**62),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(alphabet='abc \\"é', max_size=20),
            st.none(),
            st.lists(st.booleans(), max_size=3),
        ),
        max_size=5,
    )
)
def test_what_is_strict_comes_through_unchanged(data: dict) -> None:
    assert parse_object(json.dumps(data).encode(), most_bytes=10_000) == data


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_refused(payload: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(parse_object(payload, most_bytes=1000), dict)


def test_a_misspelt_key_is_told() -> None:
    only_keys({"a": 1}, ("a", "b"))
    with pytest.raises(ValueError, match="unknown keys 'c'; there are a, b"):
        only_keys({"a": 1, "c": 2}, ("a", "b"))
