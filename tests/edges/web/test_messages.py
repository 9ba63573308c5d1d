import pytest
from pydantic import ValidationError

from standex.edges.incidents.incident import Rules
from standex.edges.incidents.overview import overview
from standex.edges.incidents.station_events import opened
from standex.edges.web.messages import ActionAsked, IncidentOut, Me, OverviewOut, SignInAsked


def test_an_incident_is_told_in_milliseconds(made) -> None:
    out = IncidentOut.of(opened(made.alert(), Rules()))
    assert out.opened_utc_ms * 1_000_000 == made.T0
    assert out.exit_utc_ms == out.opened_utc_ms + 6000
    assert out.shelved_until_utc_ms is None
    assert out.history[0].what == "alarm"
    assert out.opened_utc_ms < 2**53


def test_a_flood_is_told(made) -> None:
    some = [opened(made.alert(n), Rules()) for n in range(20)]
    out = OverviewOut.of(overview(some, now_utc_ns=made.T0 + 1, rules=Rules()))
    assert out.is_flood
    assert len(out.groups[0].incident_ids) == 20


def test_a_caller_is_told_what_they_may(service) -> None:
    me = Me.of(service.sign_in.caller("token-auditor"), token="t")
    assert me.permissions == ["see_figures", "know_exercises", "see_privacy", "see_audit"]
    assert me.token == "t"


def test_nothing_unknown_is_taken() -> None:
    with pytest.raises(ValidationError):
        SignInAsked.model_validate({"account_id": "a", "password": "b", "role": "engineer"})
    with pytest.raises(ValidationError):
        ActionAsked.model_validate({"act": "close", "by": "somebody else"})
