from standex.edges.incidents.actions import Act, Action, acted
from standex.edges.incidents.filing import (
    document_of,
    entries_of,
    expiry,
    known_expired,
    ledger_document,
    stored_events,
    stored_incidents,
)
from standex.edges.incidents.incident import Rules
from standex.edges.incidents.station_events import opened
from standex.edges.recording.codec import encode
from standex.edges.store.contract import DataClass, Entry

RULES = Rules()


def test_an_incident_comes_back_as_it_was(made, store) -> None:
    incident = opened(made.alert(), RULES)
    store.put(document_of(incident, version=0, rules=RULES))
    ((back, version),) = stored_incidents(store)
    assert back == incident
    assert version == 1


def test_it_is_alarm_evidence_and_has_an_end(made) -> None:
    incident = opened(made.alert(), RULES)
    for document in (
        document_of(incident, version=0, rules=RULES),
        ledger_document(incident, {"steps": []}, version=0, rules=RULES),
    ):
        assert document.data_class is DataClass.ALARM
        assert document.expires_utc_ns == made.T0 + 72 * 3600 * made.S
    end = expiry(incident, RULES)
    assert known_expired([incident], now_utc_ns=end - 1, rules=RULES) == frozenset()
    assert known_expired([incident], now_utc_ns=end, rules=RULES) == {"survey-000001"}


def test_only_new_lines_go_to_the_log(made) -> None:
    incident = opened(made.alert(), RULES)
    action = Action(act=Act.TAKE, by="anna", t_utc_ns=made.T0 + 1, request_id="anna:k")
    (first,) = entries_of(None, incident, RULES)
    (second,) = entries_of(incident, acted(incident, action, RULES), RULES)
    assert (first.kind, second.kind) == ("alarm", "take")
    assert second.entry_id == "survey-000001/anna:k"
    assert second.body["by"] == "anna"


def test_what_the_station_said_is_read_back_page_by_page(made, store) -> None:
    store.append(
        [
            Entry(
                entry_id=f"e{n}",
                stream="events",
                kind="alert",
                key=str(n),
                t_utc_ns=made.T0,
                data_class=DataClass.ALARM,
                expires_utc_ns=made.T0 + made.S,
                body=encode(made.alert(n)) if n % 2 else {"type": "HealthChanged"},
            )
            for n in range(1, 1101)
        ]
    )
    ids = [event.alert_id for event in stored_events(store)]
    assert ids == [f"survey-{n:06d}" for n in range(1, 1101, 2)]
