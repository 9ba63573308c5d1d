"""Every value of the model goes to JSON and comes back as it was, and fits its schema."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.recording.codec import decode, encode, from_bytes, json_schema, to_bytes
from standex.edges.recording.layout import EventMessage, StepMessage
from standex.model.event import Alert, Event, VerdictChanged
from standex.model.hand_over import Flow, Travel
from standex.model.hints import Hints, no_hints
from standex.model.observation import Coverage, Evidence, Health, Observation, Positions
from standex.model.picture import Outcome
from standex.model.record import Record
from standex.model.tasking import Tasking


def assert_same(one: Any, other: Any) -> None:
    """Assert that two values are the same to the last bit and the last type."""
    assert type(one) is type(other)
    if dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, np.ndarray):
        assert (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_same(left, right)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        for key in one:
            assert_same(one[key], other[key])
    else:
        assert repr(one) == repr(other)


def every_value(examples: Any) -> list[tuple[Any, Any]]:
    values = [(Observation, value) for value in examples.all_observations()]
    values += [(Event, value) for value in examples.all_events()]
    values += [(Record, examples.record()), (Hints, examples.hints()), (Hints, no_hints(5))]
    step = StepMessage(step=1, t_utc_ns=2**62, n_events=0, observations=examples.all_observations())
    said = EventMessage(step=1, index=0, event=examples.alert())
    return [*values, (StepMessage, step), (EventMessage, said)]


def test_every_value_of_the_model_survives(examples: Any) -> None:
    for hint, value in every_value(examples):
        text = to_bytes(encode(value))
        again = decode(hint, from_bytes(text))
        assert_same(value, again)
        assert to_bytes(encode(again)) == text
        assert_same(value, decode(type(value), from_bytes(text)))


def test_the_examples_are_every_observation_and_every_event(examples: Any) -> None:
    assert {type(value) for value in examples.all_observations()} == set(get_args(Observation))
    assert {type(value) for value in examples.all_events()} == set(get_args(Event))


def test_every_message_fits_its_schema(examples: Any, check_schema: Any) -> None:
    for hint, value in every_value(examples):
        check_schema(json.loads(to_bytes(encode(value))), json_schema(hint))


def test_the_schema_refuses_what_is_wrong(examples: Any, check_schema: Any) -> None:
    data = encode(examples.evidence())
    for change in (
        {"t_utc_ns": 1.5},
        {"zone": "head"},
        {"footprint": {"type": "GaussianFootprint"}},
        {"score": {"a": "b"}},
        {"type": "Health"},
    ):
        with pytest.raises(AssertionError):
            check_schema(data | change, json_schema(Evidence))
    with pytest.raises(AssertionError):
        check_schema({"type": "Health"}, json_schema(Observation))


def assert_viewable(schema: dict[str, Any]) -> None:
    """Assert the rules that viewers of MCAP files have for a JSON Schema."""
    assert schema["type"] in {"object", "array", "string", "boolean", "integer", "number"}
    if schema["type"] == "object":
        for part in schema["properties"].values():
            assert_viewable(part)
    if schema["type"] == "array":
        assert schema["items"]["type"] != "array"
        assert_viewable(schema["items"])


@pytest.mark.parametrize(
    "hint",
    [Record, Hints, StepMessage, EventMessage, Observation, Event, Positions, Coverage, Health],
)
def test_viewers_understand_the_schemas(hint: Any) -> None:
    assert_viewable(json_schema(hint))


@given(st.floats(), st.integers(-(2**63), 2**63 - 1), st.text())
def test_scalars_survive(number: float, t_utc_ns: int, reason: str) -> None:
    value = VerdictChanged(
        t_utc_ns=t_utc_ns,
        track_id=1,
        before=Outcome.PENDING,
        after=Outcome.ALARM,
        p_threat=number,
        coverage=1.0,
        reason=reason,
    )
    assert_same(value, decode(Event, from_bytes(to_bytes(encode(value)))))


def test_none_is_left_out_and_comes_back(examples: Any) -> None:
    data = encode(dataclasses.replace(examples.evidence(), zone=None, patch=None))
    assert "zone" not in data
    assert "patch" not in data
    again = decode(Evidence, data)
    assert again.zone is None
    assert again.patch is None


def test_a_field_that_an_older_file_does_not_have_takes_its_default(examples: Any) -> None:
    data = encode(examples.evidence())
    del data["position_row"], data["score"]
    again = decode(Evidence, data)
    assert again.position_row == -1
    assert again.score == {}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"t_utc_ns": 1.5}, r"Alert\.t_utc_ns: expected int"),
        ({"t_utc_ns": True}, r"Alert\.t_utc_ns: expected an integer"),
        ({"zone": "head"}, r"Alert\.zone: 'head'"),
        ({"p_threat": "much"}, r"Alert\.p_threat: expected a number"),
        ({"p_threat": False}, r"Alert\.p_threat: expected a number"),
        ({"sensors": "mw-1"}, r"Alert\.sensors: expected list"),
        ({"reason": 3}, r"Alert\.reason: expected str"),
        ({"type": "Nothing"}, "expected Alert or VerdictChanged"),
        (
            {"position_site_m": {"dtype": "<f8", "shape": [3], "values": [1, 2, 3]}},
            r"Alert\.position_site_m: expected Float",
        ),
    ],
)
def test_says_which_field_is_wrong(examples: Any, change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        decode(Event, encode(examples.alert()) | change)


def test_refuses_a_missing_field_and_what_is_no_object(examples: Any) -> None:
    data = encode(examples.alert())
    del data["reason"]
    with pytest.raises(ValueError, match="reason"):
        decode(Alert, data)
    with pytest.raises(ValueError, match="expected dict"):
        decode(Event, 3)


def test_refuses_json_that_is_not_strict() -> None:
    with pytest.raises(ValueError, match="NaN is not JSON"):
        from_bytes(b'{"a": NaN}')


def test_refuses_a_type_without_an_exact_form() -> None:
    @dataclass(frozen=True)
    class Odd:
        value: set[int]

    with pytest.raises(TypeError, match="set"):
        encode(Odd(value=set()))
    with pytest.raises(TypeError, match="not a dataclass"):
        encode(3)


def test_mappings_with_other_keys_and_mixed_tuples_come_back() -> None:
    flow = Flow(
        since_utc_ns=5,
        travel={(0, 1): Travel(weight=1.5, mean_log_s=0.1, squares_log_s=np.inf)},
        n_left={3: 0.25},
    )
    back = decode(Flow, from_bytes(to_bytes(encode(flow))))
    assert_same(back, flow)
    tasking = Tasking(refused={("laser", 7): (12, "too near")})
    assert decode(Tasking, from_bytes(to_bytes(encode(tasking)))).refused == tasking.refused
    assert json_schema(Tasking)["properties"]["refused"]["type"] == "array"
    for wrong in ({"0": 1}, [1, 2], "x"):
        with pytest.raises(ValueError, match="expected"):
            decode(tuple[int, str], wrong)
        with pytest.raises(ValueError, match="expected"):
            decode(Mapping[int, str], [wrong])
