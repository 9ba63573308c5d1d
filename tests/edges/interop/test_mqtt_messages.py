import base64
import json
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.interop.mqtt_messages import (
    RECORD_SCHEMA,
    STATUS_SCHEMA,
    TASK_SCHEMA,
    parse_record,
    parse_status,
    task_document,
)
from standex.model.errors import RecordError
from standex.model.observation import HealthReason, HealthState
from standex.model.tasking import Task
from standex.model.zones import BodyZone

GOOD = {
    "time_utc_ns": 1_760_000_000_000_000_000,
    "sequence": 7,
    "kind": "video.floor_positions",
    "arrays": {"position_sensor_m": [[1.0, 2]], "sigma_m": [0.1], "score": [0.9]},
}


def parse(document, most_bytes: int = 100_000):
    payload = document if isinstance(document, bytes) else json.dumps(document).encode()
    return parse_record(payload, sensor_id="s", next_sequence=42, most_bytes=most_bytes)


def test_a_record_comes_through() -> None:
    record = parse(GOOD)
    assert (record.sensor_id, record.sequence, record.kind) == ("s", 7, GOOD["kind"])
    assert record.t_utc_ns == GOOD["time_utc_ns"]
    np.testing.assert_array_equal(record.arrays["position_sensor_m"], [[1.0, 2.0]])
    assert record.arrays["position_sensor_m"].dtype == np.float64
    assert parse({key: GOOD[key] for key in GOOD if key != "sequence"}).sequence == 42


def test_nobody_there_keeps_the_width_of_its_rows() -> None:
    empty = parse(GOOD | {"arrays": {"position_sensor_m": [], "sigma_m": [], "score": []}})
    assert empty.arrays["position_sensor_m"].shape == (0, 2)
    assert empty.arrays["sigma_m"].shape == (0,)


@pytest.mark.parametrize("dtype", ["<f4", "<f8", "<c16", "|u1", "<i8"])
def test_packed_arrays_come_through_bit_for_bit(dtype: str, rng) -> None:
    array = (100 * rng.random((3, 4))).astype(dtype)
    packed = {
        "dtype": dtype,
        "shape": [3, 4],
        "base64": base64.b64encode(array.tobytes()).decode(),
    }
    got = parse(GOOD | {"arrays": {"a": packed}}).arrays["a"]
    assert got.dtype == array.dtype
    np.testing.assert_array_equal(got, array)


def packed(**changes):
    zeros = base64.b64encode(bytes(16)).decode()
    return {"arrays": {"a": {"dtype": "<f8", "shape": [2], "base64": zeros} | changes}}


WRONG = [
    {"time_utc_ns": -1},
    {"time_utc_ns": 1.5},
    {"time_utc_ns": True},
    {"time_utc_ns": "now"},
    {"time_utc_ns": None},
    {"sequence": -3},
    {"kind": ""},
    {"kind": "x" * 1000},
    {"kind": 3},
    {"arrays": []},
    {"arrays": {f"a{i}": [1] for i in range(100)}},
    {"arrays": {"a": "text"}},
    {"arrays": {"a": ["text"]}},
    {"arrays": {"a": [[1], [1, 2]]}},
    {"arrays": {"a": [None]}},
    {"arrays": {"a": None}},
    {"arrays": {"a": True}},
    {"arrays": {"": [1]}},
    {"arrays": {"a": [{"b": 1}]}},
    {"arrays": {"x" * 300: [1]}},
    {"unknown": 1},
    packed(dtype="O"),
    packed(dtype="|S1000000"),
    packed(shape=[2**40, 2**40]),
    packed(shape=[-1]),
    packed(shape=[3]),
    packed(shape="2"),
    packed(shape=[1] * 20),
    packed(base64=5),
    packed(base64="!!"),
    packed(base64=base64.b64encode(np.array([np.nan, 1.0]).tobytes()).decode()),
    packed(more=1),
]


@pytest.mark.parametrize("change", WRONG, ids=lambda change: str(change)[:40])
def test_what_is_wrong_is_refused_in_words(change: dict) -> None:
    with pytest.raises(RecordError, match=r"a message of s is no record: .+"):
        parse(GOOD | change)


def test_a_message_that_is_too_large_is_not_even_read() -> None:
    with pytest.raises(RecordError, match="bytes"):
        parse(GOOD, most_bytes=20)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_record_or_refused(payload: bytes) -> None:
    for read in (parse, lambda p: parse_status(p, sensor_id="s", t_utc_ns=0, most_bytes=1000)):
        with suppress(RecordError):
            read(payload)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "more"]), json_values, max_size=5))
def test_any_object_is_a_record_or_refused(change: dict) -> None:
    try:
        record = parse(GOOD | change)
    except RecordError:
        return
    assert all(array.dtype.kind in "fbciu" for array in record.arrays.values())


def test_a_status_comes_through() -> None:
    def read(document):
        return parse_status(
            json.dumps(document).encode(), sensor_id="s", t_utc_ns=5, most_bytes=1000
        )

    said = read({"state": "failed", "reason": "disconnected", "message": "gone\x00\n" + "x" * 900})
    assert (said.state, said.reason) == (HealthState.FAILED, HealthReason.DISCONNECTED)
    assert said.t_utc_ns == 5
    assert said.message.isprintable()
    assert len(said.message) <= 500
    assert read({"state": "ok"}).reason is HealthReason.NONE
    for wrong in ({}, {"state": "fine"}, {"state": "ok", "reason": "?"}, {"state": "ok", "x": 1}):
        with pytest.raises(RecordError):
            read(wrong)


def test_a_task_says_where_and_when_and_not_at_whom() -> None:
    task = Task(
        task_id="t-1",
        t_utc_ns=1,
        sensor_id="s",
        track_id=17,
        position_site_m=np.array([1.0, 2.0]),
        t_look_utc_ns=2,
        zone=BodyZone.WAIST,
        reason="why",
    )
    document = task_document(task)
    assert set(document) == set(TASK_SCHEMA["properties"])
    assert 17 not in document.values()
    assert document["zone"] == "waist"


def test_the_schemas_name_what_is_read() -> None:
    assert set(RECORD_SCHEMA["properties"]) == set(GOOD)
    assert set(RECORD_SCHEMA["required"]) <= set(GOOD)
    assert "state" in STATUS_SCHEMA["properties"]
    for schema in (RECORD_SCHEMA, STATUS_SCHEMA, TASK_SCHEMA):
        assert schema["additionalProperties"] is False
