"""Topics and schemas of the messages."""

import json
from typing import Any

import pytest

from standex.edges.recording.codec import encode, to_bytes
from standex.edges.recording.layout import EventMessage, event_kind, event_schema
from standex.model.event import Alert, HealthChanged, VerdictChanged
from standex.model.observation import Health


def test_topics_of_events() -> None:
    assert [event_kind(cls) for cls in (Alert, VerdictChanged, HealthChanged)] == [
        "alert",
        "verdict_changed",
        "health_changed",
    ]


def test_each_kind_of_event_has_its_own_schema(examples: Any, check_schema: Any) -> None:
    for event in examples.all_events():
        schema = event_schema(type(event))
        message = EventMessage(step=3, index=0, event=event)
        check_schema(json.loads(to_bytes(encode(message))), schema)
        assert schema["title"] == f"standex.{type(event).__name__}Message"
        assert "anyOf" not in schema["properties"]["event"]


def test_refuses_what_is_no_event() -> None:
    with pytest.raises(ValueError, match="no event"):
        event_schema(Health)
