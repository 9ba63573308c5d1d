import pytest

from standex.edges.access.access_event import AccessAction, AccessEvent
from standex.edges.audit.contract import AuditError, What


def event(action, *, is_done=True) -> AccessEvent:
    return AccessEvent(action=action, t_utc_ns=5, by="", of="anna", is_done=is_done, address="::1")


@pytest.mark.parametrize("action", list(AccessAction))
@pytest.mark.parametrize("is_done", [True, False])
def test_whatever_is_done_about_access_is_in_the_audit(kept, action, is_done) -> None:
    kept.notes.told(event(action, is_done=is_done))
    row = kept.audit.rows()[-1]
    assert row.who == "anna"
    assert action.value in row.body
    is_refusal = row.what in (What.REFUSED, What.SIGN_IN_REFUSED, What.SENSOR_REFUSED)
    assert is_refusal is not is_done


def test_the_service_writes_with_and_without_waiting(kept) -> None:
    kept.notes.say_now(What.SERVICE_STARTED, "survey", "a test")
    kept.notes.say(What.OVERLOAD, "x" * 999, "too much", {"n": 3})
    kept.audit.close()
    assert [row.what for row in kept.audit.rows()] == ["service_started", "overload"]
    assert {row.who for row in kept.audit.rows()} == {"service"}
    kept.notes.say(What.OVERLOAD, "x")
    assert kept.notes.n_lost == 1
    with pytest.raises(AuditError):
        kept.notes.say_now(What.OVERLOAD, "x")
