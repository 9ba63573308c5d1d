import json

import pytest

from standex.edges.cli import main
from standex.edges.clock import SystemClock
from standex.edges.store.contract import DataClass, Entry
from standex.edges.store.open_store import open_store

NEVER = {"data_class": DataClass.OPERATION, "expires_utc_ns": 0}


@pytest.fixture
def command(monkeypatch):
    """Return a call of the command."""
    monkeypatch.delenv("STANDEX_STORE", raising=False)
    return lambda *words: main(["store", *words])


def entry(entry_id: str, **changes) -> Entry:
    plain = {
        "stream": "health", "kind": "walk-test", "key": "", "t_utc_ns": SystemClock().utc_ns(),
        "body": {"score": 1}, **NEVER, **changes,
    }  # fmt: skip
    return Entry(entry_id=entry_id, **plain)


@pytest.fixture
def address(tmp_path, command, capsys) -> str:
    address = f"sqlite://{tmp_path}/s.db"
    assert command("migrate", "--store", address) == 0
    capsys.readouterr()
    return address


def keep(address: str, *entries: Entry) -> None:
    store = open_store(address, clock=SystemClock())
    store.append(entries)
    store.close()


def test_a_store_is_made_once(tmp_path, command, capsys) -> None:
    address = f"sqlite://{tmp_path}/s.db"
    assert command("check", "--store", address) == 2
    assert "standex store migrate" in capsys.readouterr().err
    assert command("migrate", "--store", address) == 0
    assert "made, version 1" in capsys.readouterr().out
    assert command("migrate", "--store", address, "--json") == 0
    assert json.loads(capsys.readouterr().out)["from"] == 1


def test_which_store_must_be_said(address, command, capsys, monkeypatch) -> None:
    assert command("check") == 2
    assert "STANDEX_STORE" in capsys.readouterr().err
    monkeypatch.setenv("STANDEX_STORE", address)
    assert command("check") == 0
    assert "whole" in capsys.readouterr().out


def test_what_is_overdue_is_a_finding(address, command, capsys) -> None:
    keep(address, entry("a"))
    assert command("check", "--store", address, "--json") == 0
    assert json.loads(capsys.readouterr().out)["faults"] == []
    keep(address, entry("b", data_class=DataClass.ALARM, expires_utc_ns=5))
    assert command("check", "--store", address) == 1
    assert "1 should be gone" in capsys.readouterr().out


def test_contents_are_listed(address, command, capsys) -> None:
    assert command("contents", "--store", address) == 0
    assert "nothing is kept" in capsys.readouterr().out
    keep(address, entry("a"))
    assert command("contents", "--store", address, "--json") == 0
    (one,) = json.loads(capsys.readouterr().out)["contents"]
    assert (one["place"], one["data_class"], one["n"]) == ("log/health", "operation", 1)
    assert command("contents", "--store", address) == 0
    assert "never" in capsys.readouterr().out


def test_a_copy_goes_there_and_back(address, tmp_path, command, capsys) -> None:
    keep(address, entry("a"), entry("b", data_class=DataClass.ALARM, expires_utc_ns=5))
    copy, other = tmp_path / "copy.gz", f"sqlite://{tmp_path}/other.db"
    assert command("backup", str(copy), "--store", address) == 0
    assert command("restore", str(copy), "--store", other, "--json") == 0
    said = capsys.readouterr().out
    assert json.loads(said[said.index("{") :])["left_out"] == 1
    assert command("restore", str(copy), "--store", other) == 2
    assert "not empty" in capsys.readouterr().err
    copy.write_bytes(copy.read_bytes()[:50])
    assert command("restore", str(copy), "--store", f"sqlite://{tmp_path}/third.db") == 2
    assert "not a whole backup" in capsys.readouterr().err
