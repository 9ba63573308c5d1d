"""Every endpoint against every role and nobody: the whole table, as it is served."""

import hashlib

import pytest
from fastapi import FastAPI

from standex.edges.access.roles import ALLOWED, Role, may
from standex.edges.audit.sqlite_log import open_sqlite as open_audit
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.store.sqlite_store import open_sqlite as open_store
from standex.edges.web.app import endpoints, make_app
from standex.edges.web.permissions import ASKED, Open

pytestmark = pytest.mark.slow  # making an app takes half a second

FILLED = {
    "{incident_id}": "survey-000001",
    "{file:path}": "alert.json",
    "{number}": "0",
    "{proposal_id}": "none",
    "{walk_test_id}": "b",
    "{exercise_id}": "b",
    "{recording_id}": "a",
    "{account_id}": "anna",
    "{path:path}": "some/page",
}
POINT = {"p_alarm": 0.3, "min_coverage": 0.5, "wanted_zones": ["waist"], "why": "too many"}
BODIES = {
    "/session": {"account_id": "operator", "password": "right"},
    "/session/link": {"link_token": "right"},
    "/session/password": {"old": "right", "new": "longer than that"},
    "/actions": {"act": "acknowledge"},
    "/shelving": {"for_s": 60, "text": "cleaner known"},
    "/public-alert": {"text": "leave the hall"},
    "/orders/stop": {},
    "/orders/arm": {"sensor_id": "cam-entry", "for_s": 60, "why": "shift"},
    "/orders/disarm": {},
    "/proposals": POINT,
    "/decline": {"why": "not now"},
    "/walk-tests": {"reference_object": "slab", "zone": "waist"},
    "/declined": {"screened_otherwise": True},
    "/exercises": {"exercise": "one passage"},
    "/site-file/check": {"toml": ""},
    "/site-file/draft": {"toml": ""},
    "/accounts": {"account_id": "ben", "roles": ["viewer"]},
    "/roles": {"roles": ["viewer"]},
}
HTTP = sorted(key for key in ASKED if key[0] != "WEBSOCKET")


def call(client, method, path):
    for pattern, value in FILLED.items():
        path = path.replace(pattern, value)
    body = next((b for end, b in BODIES.items() if path.endswith(end)), None)
    if method == "GET" and path.endswith("shift-report"):
        path += "?from_utc_ms=1&to_utc_ms=2"
    cookies = {}
    if path.endswith("callback"):  # in the browser that was sent away
        path += "?code=good&state=mine"
        cookies = {"cookie": "standex-openid=mine"}
    key = hashlib.sha256(f"{method} {path}".encode()).hexdigest()
    more = {} if method == "GET" or body is None else {"json": body}
    return client.request(
        method, path, follow_redirects=False, headers={"idempotency-key": key, **cookies}, **more
    )


@pytest.mark.parametrize("who", [None, *Role])
def test_the_whole_table(client, who) -> None:
    wrong = []
    for method, path in HTTP:
        asked = ASKED[method, path]
        if (method, path) == ("DELETE", "/api/v1/session"):
            continue  # it would end the session that the rest is tried with
        status = call(client(who), method, path).status_code
        if asked is Open.PUBLIC:
            is_right = status not in (401, 403)
        elif who is None:
            is_right = status == 401
        elif asked is Open.SIGNED_IN or may(frozenset({who}), asked):
            is_right = status not in (401, 403, 422, 500)
        else:
            is_right = status == 403
        if not is_right:
            wrong.append(f"{who}: {method} {path}: {status}")
    assert wrong == []


def test_nobody_is_told_anything_before_they_sign_in(client) -> None:
    """Not even that what they sent cannot be understood."""
    answer = client().request("POST", "/api/v1/orders/arm", content=b"{")
    assert answer.status_code == 401


def test_each_permission_of_the_table_is_somebodys() -> None:
    asked = {one for one in ASKED.values() if not isinstance(one, Open)}
    assert asked <= {one for allowed in ALLOWED.values() for one in allowed}


def test_an_endpoint_past_the_guard_stops_the_start(app, service, monkeypatch) -> None:
    assert sorted(set(endpoints(app))) == sorted(ASKED)
    monkeypatch.delitem(ASKED, ("GET", "/metrics"))
    with pytest.raises(ValueError, match="GET /metrics: served, and not in the table"):
        make_app(service.view)
    bare = FastAPI()
    with pytest.raises(ValueError, match="past the guard"):
        endpoints(bare)


def test_no_page_describes_the_api_to_strangers(client) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/api/v1/openapi.json", "/api/v1/nothing"):
        assert client().get(path).status_code in (401, 404)
    document = client("viewer").get("/api/v1/openapi.json").json()
    assert "/api/v1/incidents" in document["paths"]
    assert "PictureMessage" in document["components"]["schemas"]


def test_on_the_real_store_and_audit(client, replaced, site, clock, made, tmp_path) -> None:
    store = open_store(tmp_path / "store.sqlite", clock=clock)
    audit = open_audit(tmp_path / "audit.sqlite")
    try:
        desk = IncidentDesk(site, store=store, clock=clock)
        desk.offer(made.picture([made.passage(site)]), (made.alert(),))
        desk.step()
        app = make_app(replaced(store=store, audit=audit, desk=desk), is_secure=False)
        path = "/api/v1/incidents/survey-000001"
        for _ in range(2):
            for n, act in enumerate(("acknowledge", "accept", "nothing_found")):
                body = {"act": act, "text": "so"}
                answer = client("operator", app).post(f"{path}/actions", body, key=f"key-{n:08}")
                assert answer.is_success
            assert client("operator", app).get(f"{path}/why").json()["steps"]
            assert client("viewer", app).get(path).status_code == 403
        assert answer.json()["state"] == "resolved"
        rows = client("auditor", app).get("/api/v1/audit").json()
        assert [row["what"] for row in reversed(rows)] == [
            "incident_acknowledged", "incident_taken", "incident_resolved", "evidence_seen",
            "refused", "audit_seen",
        ]  # fmt: skip
        later = IncidentDesk(site, store=store, clock=clock)
        later.recover()
        assert later.get("survey-000001") == desk.get("survey-000001")
        kept = [one.entry.kind for one in store.read("incidents")]
        assert kept == ["alarm", "acknowledge", "accept", "nothing_found"]
    finally:
        store.close()
        audit.close()
