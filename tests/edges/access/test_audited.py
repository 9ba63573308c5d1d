import pytest

from standex.edges.access.access_event import AccessAction, AccessEvent
from standex.edges.access.audited import NOBODY, entry_of, tell_into
from standex.edges.audit.contract import What
from standex.edges.audit.open_audit import open_audit


def event(action: AccessAction, *, is_done: bool = True, by: str = "kim") -> AccessEvent:
    return AccessEvent(
        action=action,
        t_utc_ns=7,
        by=by,
        of="lee",
        is_done=is_done,
        detail="password",
        address="192.0.2.1",
    )


@pytest.mark.parametrize("action", list(AccessAction))
def test_every_action_has_a_row_and_a_refusal_another(action: AccessAction) -> None:
    done, refused = entry_of(event(action)), entry_of(event(action, is_done=False))
    assert (done.who, done.of_what, done.t_utc_ns) == ("kim", "lee", 7)
    assert done.what != refused.what
    assert refused.what in {What.REFUSED, What.SIGN_IN_REFUSED, What.SENSOR_REFUSED}
    assert done.body["action"] == action.value
    assert done.request_id != refused.request_id


def test_rows_are_on_the_disk_when_it_returns(tmp_path) -> None:
    log = open_audit(f"sqlite:{tmp_path / 'audit.db'}")
    try:
        tell = tell_into(log)
        tell(event(AccessAction.SIGN_IN))
        tell(event(AccessAction.SIGN_IN, is_done=False, by=""))
        assert [(row.what, row.who) for row in log.rows()] == [
            (What.SIGNED_IN, "kim"),
            (What.SIGN_IN_REFUSED, NOBODY),
        ]
    finally:
        log.close()
