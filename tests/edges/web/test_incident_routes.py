import pytest

from standex.edges.incidents.actions import Act
from standex.edges.web.incident_routes import NOTED_AS

pytestmark = pytest.mark.slow
API = "/api/v1"
ONE = f"{API}/incidents/survey-000001"


def act(client, act, *, who="operator", key="key-00000001", **more):
    return client(who).post(f"{ONE}/actions", {"act": act, **more}, key=key)


def test_the_list_and_the_card(client) -> None:
    found = client("operator").get("/api/v1/incidents").json()
    assert found["overview"]["order"] == ["survey-000001"]
    card = client("operator").get(ONE).json()
    assert card == found["incidents"][0]
    assert card["state"] == "new"
    assert "acknowledge" in card["possible"]
    assert client("operator").get("/api/v1/incidents/none").status_code == 404


def test_why_and_pictures_are_told_and_who_looked_is_kept(client, service) -> None:
    for _ in range(2):
        why = client("operator").get(f"{ONE}/why").json()
        assert why["steps"]
        assert client("operator").get(f"{ONE}/patches").json() == []
    assert [one.of_what for one in service.audit.entries] == [
        "survey-000001/why",
        "survey-000001/patches",
    ]
    service.audit.error = "the disk is full"
    assert client("supervisor").get(f"{ONE}/evidence").status_code == 503


def test_evidence_is_given_file_by_file(client, service) -> None:
    assert client("operator").get(f"{ONE}/evidence").json()["files"]
    file = client("operator").get(f"{ONE}/evidence/alert.json")
    assert (file.content, file.headers["content-disposition"]) == (b"{}", "inline")
    assert client("operator").get(f"{ONE}/evidence/../../passwd").status_code == 404
    assert service.what == ["evidence_seen"] * 2


def test_a_crop_is_given_to_a_supervisor_alone_and_every_look_is_in_the_audit(
    client, service
) -> None:
    crop = client("supervisor").get(f"{ONE}/crops/0")
    assert (crop.status_code, crop.content) == (200, b"\x89PNG")
    assert crop.headers["content-type"] == "image/png"
    assert client("supervisor").get(f"{ONE}/crops/1").status_code == 404
    for role in ("operator", "viewer", "engineer", "auditor"):
        assert client(role).get(f"{ONE}/crops/0").status_code == 403
    looks = [one for one in service.audit.entries if one.what == "evidence_seen"]
    assert [one.of_what for one in looks][:1] == ["survey-000001/crop-000.png"]


def test_no_crop_comes_by_the_way_of_other_files(client) -> None:
    for role in ("operator", "supervisor"):
        for name in ("crop-000.png", "./crop-000.png", "%63rop-000.png", "x/../crop-000.png"):
            answer = client(role).get(f"{ONE}/evidence/{name}")
            assert answer.status_code == 404
            assert b"PNG" not in answer.content


def test_the_whole_way_of_an_incident(client, service) -> None:
    assert act(client, "acknowledge").json()["state"] == "acknowledged"
    assert act(client, "acknowledge").json()["state"] == "acknowledged"
    assert act(client, "acknowledge", key="key-00000002").status_code == 409
    assert act(client, "accept", key="key-00000003").json()["responder"] == "operator"
    assert act(client, "close", key="key-00000004").status_code == 409
    closed = act(client, "close", key="key-00000005", disposition="benign").json()
    assert (closed["state"], closed["disposition"]) == ("closed", "benign")
    assert service.what == ["incident_acknowledged", "incident_taken", "incident_closed"]
    assert service.audit.entries[-1].body["disposition"] == "benign"
    assert act(client, "fly", key="key-00000006").status_code == 422


def test_who_works_on_incidents_is_told_whom_to_hand_one_over_to(client, service) -> None:
    service.accounts.known |= {"operator": ["operator"], "boris": ["supervisor"]}
    for who in ("operator", "supervisor"):
        names = client(who).get("/api/v1/colleagues").json()
        assert names == [one for one in ("anna", "boris", "operator") if one != who]
    for who in ("viewer", "engineer", "evaluator", "auditor"):
        assert client(who).get("/api/v1/colleagues").status_code == 403


def test_reasons_are_told_as_codes_beside_the_words(client) -> None:
    card = client("operator").get(ONE).json()
    assert card["reason"]
    assert isinstance(card["reason_parts"], list)
    why = client("operator").get(f"{ONE}/why").json()
    assert all("reason_parts" in said for step in why["steps"] for said in step["said"])


def test_shelving_asks_for_more_than_working(client) -> None:
    assert act(client, "shelve", text="why").status_code == 409
    body = {"for_s": 600, "text": "cleaner with a machine"}
    assert client("operator").post(f"{ONE}/shelving", body).status_code == 403
    shelved = client("supervisor").post(f"{ONE}/shelving", body).json()
    assert shelved["shelved_until_utc_ms"] is not None
    body = {"for_s": 0, "text": "back again"}
    back = client("supervisor").post(f"{ONE}/shelving", body, key="key-00000002").json()
    assert back["shelved_until_utc_ms"] is None


def test_a_public_warning_needs_a_supervisor_and_goes_out_once(client, service) -> None:
    body = {"text": "leave the hall by the north exit"}
    for _ in range(2):
        assert client("supervisor").post(f"{ONE}/public-alert", body).status_code == 200
    ((incident, by, text),) = service.warnings
    assert (incident.incident_id, by, text) == ("survey-000001", "supervisor", body["text"])


def test_nothing_is_done_when_the_store_cannot_keep_it(client, store) -> None:
    store.error = "the disk is full"
    assert act(client, "acknowledge").status_code == 503
    store.error = None
    assert client("operator").get(ONE).json()["state"] == "new"


def test_a_shift_has_a_report(client) -> None:
    path = "/api/v1/shift-report"
    report = client("operator").get(f"{path}?from_utc_ms=0&to_utc_ms=2000000000000").json()
    assert report["n_incidents"] == 1
    assert client("operator").get(f"{path}?from_utc_ms=2&to_utc_ms=2").status_code == 409


def test_every_act_has_a_word_in_the_audit() -> None:
    assert set(NOTED_AS) == set(Act)


def test_an_exercise_is_marked_for_who_may_know_alone(client, service, made) -> None:
    desk = service.view.desk
    drill = "survey-x1-000101"
    desk.offer(made.picture(), (made.alert(101, alert_id=drill),), exercise="exercise-1")
    desk.step()
    path = f"{API}/incidents/{drill}"
    assert client("operator").get(path).json()["exercise"] == ""
    assert client("supervisor").get(path).json()["exercise"] == "exercise-1"
    listed = client("operator").get(f"{API}/incidents").json()["incidents"]
    assert {one["exercise"] for one in listed} == {""}
    acted = client("operator").post(f"{path}/actions", {"act": "acknowledge"})
    assert acted.json()["exercise"] == ""
    assert service.audit.entries[-1].body["exercise"] == "exercise-1"
    desk.end_exercise("exercise-1", text="over")
    assert client("operator").get(path).json()["exercise"] == "exercise-1"
