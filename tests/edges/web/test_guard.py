import pytest

from standex.edges.access.bearer_token import csrf_of
from standex.edges.audit.contract import What
from standex.edges.web.guard import role_words

pytestmark = pytest.mark.slow


def test_a_cookie_alone_changes_nothing(client) -> None:
    """Another site's page can make a browser send the cookie, and never the header."""
    cookie = {"cookie": "standex=token-operator"}
    assert client().get("/api/v1/session", headers=cookie).status_code == 200
    assert client().post("/api/v1/orders/stop", headers=cookie).status_code == 403
    header = {"x-standex-csrf": csrf_of("token-operator")}
    assert client().post("/api/v1/orders/stop", headers=cookie | header).status_code == 200


def test_a_refusal_is_in_the_audit_once_a_day(client, service, clock) -> None:
    for _ in range(3):
        assert client("viewer").get("/api/v1/incidents").status_code == 403
    (row,) = service.audit.entries
    assert (row.what, row.who, row.of_what) == (What.REFUSED, "viewer", "GET /api/v1/incidents")
    clock.advance(86_400)
    client("viewer").get("/api/v1/incidents")
    assert len(service.audit.entries) == 2


def test_who_lost_a_role_may_no_more_at_once(client, service) -> None:
    assert client("operator").get("/api/v1/incidents").status_code == 200
    service.sign_in.roles["operator"] = set()
    assert client("operator").get("/api/v1/incidents").status_code == 403


def test_roles_are_told_in_one_order(service) -> None:
    caller = service.sign_in.caller("token-operator")
    assert role_words(caller) == "operator"
