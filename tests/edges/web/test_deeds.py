import json

import pytest

from standex.edges.audit.contract import What
from standex.model.event import OrderKind

pytestmark = pytest.mark.slow
DECLINED = "/api/v1/declined"


def test_the_same_key_is_done_once_and_answered_alike(client, service) -> None:
    body = {"screened_otherwise": True}
    answers = [client("operator").post(DECLINED, body).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert list(answers[0]["days"].values()) == [{"screened_otherwise": 1, "not_screened": 0}]
    assert service.what == ["screening_declined"]


def test_the_same_key_for_something_else_is_refused(client) -> None:
    client("operator").post(DECLINED, {"screened_otherwise": True})
    answer = client("operator").post(DECLINED, {"screened_otherwise": False})
    assert answer.status_code == 422


def test_the_same_key_of_two_people_is_two_keys(client) -> None:
    for who in ("operator", "supervisor"):
        answer = client(who).post(DECLINED, {"screened_otherwise": True})
    assert sum(day["screened_otherwise"] for day in answer.json()["days"].values()) == 2


@pytest.mark.parametrize("key", ["short", "x" * 65, "with space", ""])
def test_a_deed_needs_a_key(client, key) -> None:
    assert client("operator").post(DECLINED, {"screened_otherwise": True}, key=key).is_error


def test_what_the_audit_does_not_know_does_not_happen(client, service) -> None:
    service.audit.error = "the disk is full"
    answer = client("operator").post(DECLINED, {"screened_otherwise": True})
    assert answer.status_code == 503
    service.audit.error = None
    assert client("operator").get(DECLINED).json() == {"days": {}}


def test_the_stop_button_stops_even_without_an_audit(client, service) -> None:
    service.audit.error = "the disk is full"
    assert client("operator").post("/api/v1/orders/stop").status_code == 503
    assert [order.kind for order in service.orders] == [OrderKind.STOP]


def test_what_was_refused_is_in_the_audit_as_refused(client, service) -> None:
    path = "/api/v1/accounts/engineer/roles"
    answer = client("engineer").request("PUT", path, json={"roles": ["supervisor"]})
    assert answer.status_code == 409
    assert service.what == [What.ACCOUNT_CHANGED, What.REFUSED]


def test_a_text_that_not_every_store_can_hold_is_refused(client, service) -> None:
    for text in ("a\x00b", "a\ud800b"):
        path = "/api/v1/incidents/survey-000001/actions"
        body = json.dumps({"act": "note", "text": text})
        assert client("operator").post(path, content=body, json=None).status_code == 422
    assert service.what == []
