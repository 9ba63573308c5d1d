"""The live connection over a real socket, and the single looks beside it."""

import json

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from standex.edges.web import live_routes
from standex.edges.web.server import WebServer

pytestmark = pytest.mark.slow
API = "/api/v1"


@pytest.fixture
def server(app):
    server = WebServer(app, host="127.0.0.1", port=0)
    server.start()
    yield server
    server.stop()


def live(server, who, **headers):
    if who is not None:
        headers["Authorization"] = f"Bearer token-{who}"
    url = f"ws://127.0.0.1:{server.port}{API}/live"
    return connect(url, additional_headers=headers, open_timeout=5, proxy=None)


def received(socket, n):
    return [json.loads(socket.recv(timeout=5)) for _ in range(n)]


def test_an_operator_sees_people_incidents_and_health(server) -> None:
    with live(server, "operator") as socket:
        got = {message["type"]: message for message in received(socket, 5)}
    assert set(got) == {"hello", "incidents", "health", "picture"}
    assert got["hello"]["is_simulated"]
    assert got["picture"]["people"]["state"] == [2, 0]


def test_an_alarm_is_there_at_once(server, service, made, site) -> None:
    desk = service.view.desk
    with live(server, "operator") as socket:
        received(socket, 4)
        desk.start()
        desk.offer(made.picture([made.passage(site, 3)]), (made.alert(3),))
        for message in iter(lambda: received(socket, 1)[0], None):
            if message["type"] == "incidents":
                break
        desk.close()
    assert message["incidents"][0]["incident_id"] == "survey-000003"


def test_who_may_not_see_incidents_gets_pictures_alone(server) -> None:
    with live(server, "engineer") as socket:
        kinds = {message["type"] for message in received(socket, 8)}
    assert kinds == {"hello", "health", "picture"}


@pytest.mark.parametrize(("who", "code"), [(None, 4401), ("auditor", 4403)])
def test_nobody_else_is_let_in(server, who, code) -> None:
    with live(server, who) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=5)
    assert closed.value.rcvd.code == code


def test_a_page_of_elsewhere_is_not_let_in(server) -> None:
    with pytest.raises(InvalidStatus):
        live(server, "operator", Origin="https://evil.example")


def test_a_session_that_ends_ends_the_connection(server, service, monkeypatch) -> None:
    monkeypatch.setattr(live_routes, "RECHECK_S", 0.1)
    with live(server, "operator") as socket:
        received(socket, 2)
        service.sign_in.ended.add("token-operator")
        with pytest.raises(ConnectionClosed) as closed:
            received(socket, 100)
    assert closed.value.rcvd.code == 4401


def test_there_is_room_for_so_many(server, monkeypatch) -> None:
    monkeypatch.setattr(live_routes, "MAX_WATCHERS", 1)
    with live(server, "operator") as first:
        received(first, 2)
        with live(server, "operator") as second, pytest.raises(ConnectionClosed) as closed:
            second.recv(timeout=5)
    assert closed.value.rcvd.code == 4429


def test_single_looks(client, service) -> None:
    assert client().get(f"{API}/alive").json()["is_alive"]
    plan = client("viewer").get(f"{API}/site").json()
    assert len(plan["sensors"]) == 2
    assert client("viewer").get(f"{API}/site/coverage").json()[0]["n_x"] == 2
    assert client("viewer").get(f"{API}/picture").json()["people"]["state"] == [0, 0]
    assert client("operator").get(f"{API}/picture").json()["people"]["state"] == [2, 0]
    assert client("viewer").get(f"{API}/health").json()["sensors"][1]["state"] == "failed"
    assert b"standex_updates_total" in client("viewer").get("/metrics").content
    service.state["status"] = None
    assert client("viewer").get(f"{API}/picture").status_code == 501
    assert client("viewer").get(f"{API}/site/coverage").json() == []
