import pytest

from standex.edges.web.app import make_app
from standex.edges.web.service_view import RefusedError

pytestmark = pytest.mark.slow
POINT = "/api/v1/operating-point"
ASKED = {"p_alarm": 0.3, "min_coverage": 0.5, "wanted_zones": ["waist"], "why": "too many alarms"}


def propose(client, who="supervisor"):
    return client(who).post(f"{POINT}/proposals", ASKED).json()["proposal_id"]


def test_it_takes_two_people(client, service) -> None:
    name = propose(client)
    own = client("supervisor").post(f"{POINT}/proposals/{name}/confirm", key="key-00000002")
    assert own.status_code == 409
    assert service.points == []
    other = client("second").post(f"{POINT}/proposals/{name}/confirm")
    assert (other.json()["state"], other.json()["decider"]) == ("confirmed", "second")
    (point,) = service.points
    assert point.p_alarm == 0.3
    third = client("third").post(f"{POINT}/proposals/{name}/confirm", key="key-00000003")
    assert third.status_code == 409
    assert len(service.points) == 1
    assert service.what == [
        "operating_point_proposed", "operating_point_confirmed", "refused",
        "operating_point_confirmed", "operating_point_confirmed", "refused",
    ]  # fmt: skip


def test_it_can_be_declined_and_runs_out(client, clock, service) -> None:
    name = propose(client)
    path = f"{POINT}/proposals/{name}/decline"
    answer = client("second").post(path, {"why": "it is not"}).json()
    assert answer["state"] == "declined"
    client("supervisor")
    other = client("engineer").post(f"{POINT}/proposals", ASKED).json()["proposal_id"]
    clock.advance(3601)
    late = client("second").post(f"{POINT}/proposals/{other}/confirm", key="key-00000009")
    assert late.status_code == 409
    states = {one["state"] for one in client("engineer").get(f"{POINT}/proposals").json()}
    assert states == {"declined", "expired"}
    assert service.points == []


def test_what_is_no_operating_point_is_refused(client) -> None:
    for wrong in ({"p_alarm": 0}, {"wanted_zones": []}, {"wanted_zones": ["head"]}, {"why": ""}):
        answer = client("supervisor").post(f"{POINT}/proposals", ASKED | wrong)
        assert answer.status_code == 422
    assert client("second").post(f"{POINT}/proposals/none/confirm").status_code == 404


def test_everybody_sees_which_one_holds(client, site) -> None:
    found = client("viewer").get(POINT).json()
    assert found["p_alarm"] == site.operating_point.p_alarm


def test_what_could_not_be_made_to_hold_is_tried_again(client, replaced, service) -> None:
    def refuse(_) -> None:
        raise RefusedError("the station is not running", retry_after_s=2.0)

    name = propose(client)
    path = f"{POINT}/proposals/{name}/confirm"
    app = make_app(replaced(apply_operating_point=refuse), is_secure=False)
    assert client("second", app).post(path).status_code == 429
    assert client("second").post(path).json()["state"] == "confirmed"
    assert len(service.points) == 1
