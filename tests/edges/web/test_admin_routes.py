import pytest

pytestmark = pytest.mark.slow
API = "/api/v1"


def test_an_account_comes_in_by_a_link_that_is_told_once(client, store, service) -> None:
    body = {"account_id": "ben", "roles": ["operator"]}
    first = client("engineer").post(f"{API}/accounts", body).json()
    again = client("engineer").post(f"{API}/accounts", body).json()
    assert first == {"account_id": "ben", "link_token": "link-once"}
    assert again == {"account_id": "ben", "link_token": ""}
    assert "link-once" not in repr(store.documents)
    assert "link-once" not in repr(service.audit.entries)
    taken = client("engineer").post(f"{API}/accounts", body, key="key-00000002")
    assert taken.status_code == 409


def test_accounts_are_changed_by_others(client, service) -> None:
    engineer = client("engineer")
    path = f"{API}/accounts"
    changed = engineer.request("PUT", f"{path}/anna/roles", json={"roles": ["viewer"]})
    assert changed.is_success
    assert engineer.get(path).json() == [
        {"account_id": "anna", "roles": ["viewer"], "is_disabled": False}
    ]
    assert engineer.post(f"{path}/anna/link", key="key-00000003").json()["link_token"]
    assert engineer.post(f"{path}/anna/disable", key="key-00000004").is_success
    assert engineer.post(f"{path}/anna/disable", key="key-00000005").status_code == 404
    assert service.accounts.known == {}


def test_who_was_switched_off_is_let_in_again_by_another_and_it_is_audited(client, service) -> None:
    engineer, path = client("engineer"), f"{API}/accounts/anna"
    assert engineer.post(f"{path}/disable", key="key-00000001").is_success
    for who in ("operator", "supervisor", "auditor"):
        assert client(who).post(f"{path}/enable", key="key-00000002").status_code == 403
    assert engineer.post(f"{path}/enable", key="key-00000003").is_success
    assert service.accounts.known == {"anna": ["operator"]}
    entry = service.audit.entries[-1]
    assert (entry.what.value, entry.of_what, entry.body["enabled"]) == (
        "account_changed", "anna", True,
    )  # fmt: skip
    oneself = engineer.post(f"{API}/accounts/engineer/enable", key="key-00000004")
    assert oneself.status_code == 409
    assert engineer.post(f"{API}/accounts/nobody/enable", key="key-00000005").status_code == 404


def test_the_audit_is_read_backwards_and_that_is_audited(client) -> None:
    client("operator").post(f"{API}/orders/stop")
    rows = client("auditor").get(f"{API}/audit").json()
    assert [row["what"] for row in rows] == ["audit_seen", "stopped"]
    assert rows[1]["who"] == "operator"
    older = client("auditor").get(f"{API}/audit?before={rows[0]['seq']}&limit=1").json()
    assert older == rows[1:]
    assert client("auditor").get(f"{API}/audit/verification").json()["is_whole"]
    assert client("auditor").get(f"{API}/privacy").json() == {"kept": []}


def test_recordings_are_marked_as_replay(client, service) -> None:
    evaluator = client("evaluator")
    assert evaluator.get(f"{API}/recordings").json()[0]["recording_id"] == "a"
    assert evaluator.get(f"{API}/recordings/a/timeline").json()["marks"] == []
    pictures = evaluator.get(f"{API}/recordings/a/pictures?from_s=3&to_s=5").json()
    assert (pictures[0]["at_s"], pictures[0]["is_replay"]) == (3.0, True)
    assert evaluator.get(f"{API}/recordings/a/highest").json()["people"] == []
    assert evaluator.get(f"{API}/recordings/a/pictures?from_s=5&to_s=5").status_code == 409
    assert evaluator.get(f"{API}/recordings/a/pictures?to_s=80000").status_code == 409
    assert "replay_seen" in service.what


def test_a_site_file_is_checked_and_kept_as_a_draft(client, fakes, service) -> None:
    engineer = client("engineer")
    good = {"toml": fakes.site_toml()}
    checked = engineer.post(f"{API}/site-file/check", good).json()
    assert checked["problems"] == []
    assert checked["plan"]["levels"]
    bad = engineer.post(f"{API}/site-file/check", {"toml": "site_id = 3"}).json()
    assert bad["problems"]
    assert bad["plan"] is None
    assert engineer.get(f"{API}/site-file").json()["draft"] is None
    for n in range(2):
        headers = {"idempotency-key": f"key-0000000{n}"}
        kept = engineer.request("PUT", f"{API}/site-file/draft", json=good, headers=headers)
        assert kept.is_success
    assert engineer.get(f"{API}/site-file").json()["draft"] == good["toml"]
    assert service.what == ["site_changed", "site_changed"]
