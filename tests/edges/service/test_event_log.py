import pytest

from standex.edges.recording.codec import decode
from standex.edges.service.event_log import (
    ALERTS,
    STREAM,
    EventLog,
    class_of,
    entries_of,
    last_alerts,
)
from standex.edges.store.contract import DataClass
from standex.edges.store.retention import Retention
from standex.model.event import Event
from standex.testing.examples import example_events

RETENTION = Retention()


def test_every_event_is_kept_whole_and_for_as_long_as_its_class(fakes) -> None:
    for event in example_events(fakes.site()):
        (entry, *_) = entries_of(event, site_id="survey", retention=RETENTION)
        assert decode(Event, entry.body).t_utc_ns == event.t_utc_ns
        stays_s = (entry.expires_utc_ns - event.t_utc_ns) * 1e-9
        assert stays_s == pytest.approx(RETENTION.seconds(class_of(event)))


def test_an_event_said_again_is_kept_once(kept, made) -> None:
    log = EventLog(
        lambda entries: bool(kept.store.append(entries)), site_id="survey", retention=RETENTION
    )
    events = (made.alert(1), made.closed(8), made.closed(9))
    for _ in range(3):
        log.take(events)
    assert len(kept.store.read(STREAM)) == 3
    assert len(kept.store.read(ALERTS)) == 1


def test_the_ids_of_different_events_differ(fakes, made) -> None:
    events = [*example_events(fakes.site()), made.alert(2), made.closed(3), made.closed(4)]
    ids = [e.entry_id for one in events for e in entries_of(one, site_id="s", retention=RETENTION)]
    assert len(set(ids)) == len(ids)


def test_a_passage_with_an_alarm_stays_with_it(made) -> None:
    assert class_of(made.closed()) is DataClass.TRACK
    assert class_of(made.closed(alert_id="survey-000001")) is DataClass.ALARM


def test_the_last_alerts_are_found_again(kept, made) -> None:
    for number in (1, 2, 3):
        kept.store.append(entries_of(made.alert(number), site_id="survey", retention=RETENTION))
    assert [a.alert_id[-1] for a in last_alerts(kept.store)] == ["3", "2", "1"]


def test_what_finds_no_room_is_counted(made) -> None:
    log = EventLog(lambda _: False, site_id="survey", retention=RETENTION)
    log.take((made.alert(),))
    log.take(())
    assert log.n_refused == 2
