import argparse
import io
import json

import pytest

from standex.edges.access.hashing import PasswordHashing
from standex.edges.access.private_file import write_private
from standex.edges.audit.open_audit import open_audit
from standex.edges.clock import SystemClock
from standex.edges.commands import accounts
from standex.edges.store.open_store import open_store
from standex.model.errors import StandexError

PASSWORD = "correct horse battery"


@pytest.fixture
def go(tmp_path, capsys):
    """Return a function that runs an action, and returns what it says as JSON."""

    def run(*words: str, is_json: bool = True, is_audited: bool = True):
        parser = argparse.ArgumentParser()
        accounts.add_arguments(parser)
        where = ["--store", f"sqlite:{tmp_path / 'store.db'}"]
        where += ["--audit", f"sqlite:{tmp_path / 'audit.db'}"] if is_audited else []
        args = parser.parse_args([*words, *where, *(["--json"] if is_json else [])])
        args.json = is_json
        assert accounts.run(args) == 0
        said = capsys.readouterr().out
        return json.loads(said) if is_json else said

    return run


@pytest.fixture
def audited(tmp_path):
    def rows():
        log = open_audit(f"sqlite:{tmp_path / 'audit.db'}", read_only=True)
        try:
            return [(row.what, row.of_what) for row in log.rows()]
        finally:
            log.close()

    return rows


def only(go):
    (account,) = go("list")["accounts"]
    return account


def test_who_is_added_comes_in_by_a_link_and_has_no_password(go, audited) -> None:
    made = go("add", "Kim", "--site", "metro", "--role", "operator", "--hours", "2")
    assert made["account_id"] == "kim"
    assert len(made["link_token"]) == 43
    assert made["address"] is None
    account = only(go)
    assert account["roles"] == {"metro": ["operator"]}
    assert not account["has_password"]
    other = go("link", "kim", "--address", "https://station.example/")
    assert other["address"] == f"https://station.example/#link={other['link_token']}"
    assert audited() == [("account_added", "kim"), ("account_changed", "kim")]


def test_people_read_it_too(go) -> None:
    said = go("add", "kim", "--every-site", "--role", "engineer", "auditor", is_json=False)
    assert "kim comes in once, within 24 h" in said
    assert "kim  *: auditor, engineer  (link only)" in go("list", is_json=False)


def test_nothing_is_done_that_is_not_audited(go) -> None:
    with pytest.raises(StandexError, match="--unaudited"):
        go("add", "kim", "--every-site", "--role", "viewer", is_audited=False)
    go("add", "kim", "--every-site", "--role", "viewer", "--unaudited", is_audited=False)
    assert only(go)["account_id"] == "kim"


@pytest.mark.slow
def test_a_refusal_is_audited_too(go, audited) -> None:
    go("add", "kim", "--site", "metro", "--role", "engineer")
    for words in (
        ("add", "kim", "--every-site", "--role", "viewer"),
        ("roles", "kim", "--site", "metro"),
        ("disable", "kim"),
        ("remove", "kim"),
    ):
        with pytest.raises(StandexError):
            go(*words)
    assert [what for what, _ in audited()].count("refused") == 4
    assert only(go)["is_enabled"]


def test_words_that_will_not_do_change_nothing(go, tmp_path) -> None:
    for words in (
        ("add", "kim o", "--every-site", "--role", "viewer"),
        ("add", "kim", "--site", "nowhere", "--role", "viewer"),
        ("add", "kim", "--every-site", "--role", "viewer", "--hours", "1000"),
        ("link", "nobody"),
        ("password", "nobody"),
        ("sign-out", "nobody"),
    ):
        with pytest.raises(StandexError):
            go(*words)


@pytest.mark.slow
def test_a_password_comes_from_a_file_or_from_stdin(go, tmp_path, monkeypatch) -> None:
    go("add", "kim", "--every-site", "--role", "viewer")
    write_private(tmp_path / "password", f"{PASSWORD}\n".encode())
    go("password", "kim", "--from-file", str(tmp_path / "password"))
    assert only(go)["has_password"]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD} 2\n"))
    go("password", "kim", "--from-file", "-")
    store = open_store(f"sqlite:{tmp_path / 'store.db'}", clock=SystemClock())
    hashing = PasswordHashing()
    try:
        document = store.get("accounts", "kim")
        assert document is not None
        assert hashing._check(f"{PASSWORD} 2", document.body["password_hash"])
    finally:
        store.close()
        hashing.close()


@pytest.mark.slow
def test_a_weak_password_and_one_that_others_read_are_refused(go, tmp_path, monkeypatch) -> None:
    go("add", "kim", "--every-site", "--role", "viewer")
    monkeypatch.setattr("sys.stdin", io.StringIO("password1234\n"))
    with pytest.raises(StandexError, match="common words"):
        go("password", "kim")
    (tmp_path / "password").write_text(PASSWORD)
    (tmp_path / "password").chmod(0o644)
    with pytest.raises(StandexError, match="chmod 600"):
        go("password", "kim", "--from-file", str(tmp_path / "password"))
    assert not only(go)["has_password"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_is_typed_is_typed_twice(go, monkeypatch) -> None:
    go("add", "kim", "--every-site", "--role", "viewer")
    typed = iter([PASSWORD, PASSWORD + "x"])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _: next(typed))
    with pytest.raises(StandexError, match="not the same"):
        go("password", "kim")


@pytest.mark.slow
def test_roles_and_switches(go) -> None:
    go("add", "chief", "--every-site", "--role", "engineer")
    go("add", "kim", "--site", "metro", "--role", "viewer")
    go("roles", "kim", "--site", "metro", "--role", "operator", "auditor")
    kim = go("list")["accounts"][1]
    assert kim["roles"] == {"metro": ["auditor", "operator"]}
    go("disable", "kim")
    assert not go("list")["accounts"][1]["is_enabled"]
    with pytest.raises(StandexError, match="switched off"):
        go("link", "kim")
    go("enable", "kim")
    go("sign-out", "kim")
    go("roles", "kim", "--site", "metro")
    assert go("list")["accounts"][1]["roles"] == {}
    go("remove", "kim")
    assert only(go)["account_id"] == "chief"
