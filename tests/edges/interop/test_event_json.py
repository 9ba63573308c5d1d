import json

from standex.edges.interop.event_json import (
    Sender,
    event_document,
    people_document,
    utc_text,
)
from standex.model.event import Alert, Ordered, PersonRejoined, Task, TaskClosed
from standex.testing.examples import T_UTC_NS, example_events, example_passage, example_picture

SENDER = Sender(site_id="hall", is_exercise=True, is_simulated=False)


def test_a_time_is_text_with_milliseconds() -> None:
    assert utc_text(0) == "1970-01-01T00:00:00.000Z"
    assert utc_text(1_767_225_600_123_999_999) == "2026-01-01T00:00:00.123Z"


def test_every_event_is_told_or_nobody_elses_business(fakes) -> None:
    for event in example_events(fakes.site()):
        document = event_document(event, SENDER)
        if isinstance(event, Task | TaskClosed | Ordered | PersonRejoined):
            assert document is None
            continue
        assert document is not None
        json.dumps(document, allow_nan=False)
        assert document["time_utc_ns"] == event.t_utc_ns
        assert document["exercise"] is True
        assert document["simulated"] is False
        assert document["site"] == "hall"
        assert document["id"]


def test_what_was_sent_twice_has_the_same_id(fakes) -> None:
    events = example_events(fakes.site())
    ids = [d["id"] for e in events if (d := event_document(e, SENDER))]
    assert len(set(ids)) == len(ids)
    (alert,) = (event for event in events if isinstance(event, Alert))
    assert event_document(alert, SENDER)["id"] == alert.alert_id


def test_people_are_places_on_the_plan(fakes) -> None:
    site = fakes.site()
    passage = example_passage(site, track_id=3, position_site_m=(1.234, 2.0))
    document = people_document(example_picture(site, passage), SENDER)
    assert document["time_utc_ns"] == T_UTC_NS
    assert document["people"] == [
        {
            "track_id": 3,
            "kind": "person",
            "x_m": 1.23,
            "y_m": 2.0,
            "age_s": 0.0,
            "outcome": "pending",
        }
    ]
