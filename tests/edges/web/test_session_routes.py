from typing import Any

import pytest

from standex.edges.web.app import make_app

pytestmark = pytest.mark.slow
SESSION = "/api/v1/session"


def test_signing_in_sets_a_cookie_that_no_script_reads(client) -> None:
    answer = client().post(SESSION, {"account_id": "operator", "password": "right"})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    me = answer.json()
    assert me["token"] is None
    assert "work_incidents" in me["permissions"]
    assert "shelve" not in me["permissions"]


def test_a_program_gets_a_token_and_no_cookie(client) -> None:
    body = {"account_id": "operator", "password": "right"}
    answer = client().post(f"{SESSION}?as_token=true", body)
    assert answer.json()["token"] == "token-operator"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("password", "status"), [("wrong", 401), ("slow", 429)])
def test_who_is_wrong_or_too_fast_is_not_let_in(client, password, status) -> None:
    answer = client().post(SESSION, {"account_id": "operator", "password": password})
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == ("7" if status == 429 else None)


def test_links_and_providers_let_in_too(client) -> None:
    assert client().post(f"{SESSION}/link", {"link_token": "right"}).json()["account_id"]
    assert client().post(f"{SESSION}/link", {"link_token": "old"}).status_code == 401


def test_who_comes_back_from_the_provider_is_who_was_sent_there(client) -> None:
    browser, callback = client(), f"{SESSION}/oidc/callback"
    there = browser.get(f"{SESSION}/oidc", follow_redirects=False)
    assert (there.status_code, there.headers["location"][:8]) == (303, "https://")
    assert "SameSite=Lax" in there.headers["set-cookie"]
    state = there.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert f"state={state}" in there.headers["location"]

    def back(query: str, cookie: str | None) -> Any:
        headers = {"cookie": f"standex-openid={cookie}"} if cookie else {}
        return client().get(f"{callback}?{query}", headers=headers, follow_redirects=False)

    # Another browser that is led to the end of what somebody else began.
    assert back(f"code=good&state={state}", None).status_code == 401
    assert back(f"code=good&state={state}", "another").status_code == 401
    assert back("code=good&state=", "").status_code == 401
    mine = back(f"code=good&state={state}", state)
    assert mine.status_code == 303
    session, gone = mine.headers.get_list("set-cookie")
    assert "standex=token-operator" in session
    assert gone.startswith("standex-openid=; Max-Age=0")
    assert back(f"code=bad&state={state}", state).status_code == 401


def test_the_provider_is_not_asked_for_a_flood(client, service) -> None:
    browser = client(None, make_app(service.view, is_secure=False))
    answers = [browser.get(f"{SESSION}/oidc", follow_redirects=False) for _ in range(21)]
    assert [one.status_code for one in answers[:20]] == [303] * 20
    assert answers[20].status_code == 429
    assert int(answers[20].headers["retry-after"]) >= 1


def test_signing_out_ends_it_everywhere(client) -> None:
    answer = client("operator").request("DELETE", SESSION)
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert client("operator").get(SESSION).status_code == 401


def test_a_password_is_changed_by_who_knows_the_old_one(client) -> None:
    good = client("operator").post(f"{SESSION}/password", {"old": "right", "new": "n" * 12})
    bad = client("operator").post(f"{SESSION}/password", {"old": "wrong", "new": "n" * 12})
    assert (good.status_code, bad.status_code) == (200, 409)
