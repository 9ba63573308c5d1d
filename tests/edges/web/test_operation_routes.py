import pytest

from standex.edges.web.app import make_app
from standex.model.event import OrderKind

pytestmark = pytest.mark.slow
API = "/api/v1"


def test_the_stop_button_gives_the_order_and_is_audited(client, service) -> None:
    assert client("engineer").post(f"{API}/orders/stop").status_code == 200
    assert client("engineer").post(f"{API}/orders/disarm").status_code == 200
    stop, disarm = service.orders
    assert (stop.kind, stop.by, stop.sensor_id) == (OrderKind.STOP, "engineer", "")
    assert disarm.kind is OrderKind.DISARM
    assert service.what[0] == "stopped"


def test_only_what_can_be_told_where_to_look_is_armed(client, service) -> None:
    body = {"sensor_id": "cam-entry", "for_s": 600, "why": "shift begins"}
    assert client("supervisor").post(f"{API}/orders/arm", body).status_code == 409
    assert client("supervisor").post(f"{API}/orders/arm", body | {"sensor_id": "x"}).is_error
    assert service.orders == []


def test_walk_tests_and_exercises(client, service) -> None:
    body = {"reference_object": "slab", "zone": "waist"}
    assert client("operator").post(f"{API}/walk-tests", body).json()["by"] == "operator"
    ended = client("operator").post(f"{API}/walk-tests/b/end", key="key-00000002")
    assert ended.json()["score"] == 1.0
    assert client("operator").post(f"{API}/walk-tests/x/end", key="key-00000003").is_error
    assert client("operator").get(f"{API}/walk-tests").json() == [{"id": "a"}]
    chart = client("evaluator").get(f"{API}/walk-tests/chart").json()
    assert chart == {"tests": [{"id": "a"}], "drifts": False}
    for name in ("walk-tests/control", "calibrations"):
        assert client("evaluator").get(f"{API}/{name}").json()["charts"] == []
        assert client("operator").get(f"{API}/{name}").status_code == 403
    assert service.walk_tests.calls == [("slab", "waist", "operator")]
    begun = client("supervisor").post(f"{API}/exercises", {"exercise": "one"})
    assert begun.json()["id"] == "b"
    assert client("supervisor").post(f"{API}/exercises/b/end", key="key-00000002").is_success
    assert client("supervisor").get(f"{API}/exercises").json() == [{"id": "a"}]
    assert client("evaluator").get(f"{API}/exercises/known").json() == [{"id": "a"}]
    assert client("operator").get(f"{API}/exercises/known").status_code == 403
    assert "walk_test_scored" in service.what


def test_a_part_that_is_not_there_is_said_to_be_missing(client, replaced) -> None:
    app = make_app(replaced(walk_tests=None), is_secure=False)
    answer = client("operator", app).get(f"{API}/walk-tests")
    assert answer.status_code == 501
    assert "walk tests" in answer.json()["detail"]
