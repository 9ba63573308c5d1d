import pytest

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
    there = client().get(f"{SESSION}/oidc", follow_redirects=False)
    assert (there.status_code, there.headers["location"][:8]) == (303, "https://")
    back = client().get(f"{SESSION}/oidc/callback?code=good", follow_redirects=False)
    assert back.status_code == 303
    assert "standex=token-operator" in back.headers["set-cookie"]
    assert client().get(f"{SESSION}/oidc/callback?code=bad").status_code == 401


def test_signing_out_ends_it_everywhere(client) -> None:
    answer = client("operator").request("DELETE", SESSION)
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert client("operator").get(SESSION).status_code == 401


def test_a_password_is_changed_by_who_knows_the_old_one(client) -> None:
    good = client("operator").post(f"{SESSION}/password", {"old": "right", "new": "n" * 12})
    bad = client("operator").post(f"{SESSION}/password", {"old": "wrong", "new": "n" * 12})
    assert (good.status_code, bad.status_code) == (200, 409)
