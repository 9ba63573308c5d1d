import json

import pytest

from standex.edges.audit.contract import AuditError, RequestClashError
from standex.edges.incidents.incident import ActionRefusedError
from standex.edges.store.contract import ConflictError, StoreError
from standex.edges.web.problems import MEDIA_TYPE, response_to
from standex.edges.web.service_view import NotThereError, RefusedError
from standex.model.errors import StandexError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RefusedError("no"), 409),
        (RefusedError("wait", retry_after_s=2.5), 429),
        (NotThereError("no"), 404),
        (ActionRefusedError("no"), 409),
        (ConflictError("no"), 409),
        (StoreError("no"), 503),
        (AuditError("no"), 503),
        (StandexError("no"), 400),
    ],
)
def test_each_error_has_its_status(error, status) -> None:
    answer = response_to(error)
    assert answer.status_code == status
    assert answer.media_type == MEDIA_TYPE
    assert json.loads(answer.body)["detail"] == str(error)
    assert ("retry-after" in answer.headers) == (status in (429, 503))


def test_a_key_that_the_audit_knows_for_something_else_is_the_clients_fault() -> None:
    assert response_to(RequestClashError("row 7")).status_code == 422


def test_what_is_unforeseen_tells_nothing_to_the_client(caplog) -> None:
    answer = response_to(KeyError("a secret"))
    assert answer.status_code == 500
    assert b"secret" not in answer.body
    assert "a secret" in caplog.text


@pytest.mark.slow
def test_a_request_that_cannot_be_understood_is_not_repeated_to_the_log(client) -> None:
    answer = client().post("/api/v1/session", {"account_id": 3, "password": ["my secret"]})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert "my secret" not in answer.text
    assert any(line.startswith("body.password") for line in answer.json()["where"])


@pytest.mark.slow
def test_a_way_that_is_not_there_is_a_problem_too(client) -> None:
    for method in ("GET", "DELETE"):
        answer = client("viewer").request(method, "/api/v1/nothing")
        assert answer.status_code in (404, 405)
        assert answer.headers["content-type"] == MEDIA_TYPE
