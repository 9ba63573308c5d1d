import json
from collections.abc import Callable
from pathlib import Path

import pytest

from standex.edges import cli
from standex.edges.clock import SimulatedClock
from standex.edges.commands import privacy
from standex.edges.privacy.identity_fields import SchemaField
from standex.edges.store.open_store import open_store

SERVICE = """
[[sources]]
name = "people"
kind = "twin"
"""


@pytest.fixture
def standex(monkeypatch: pytest.MonkeyPatch, capsys, tmp_path: Path) -> Callable:
    fields = [SchemaField(where="Alert", field="alert_id")]
    monkeypatch.setattr(privacy, "known_fields", lambda: fields)  # all of them take seconds
    monkeypatch.chdir(tmp_path)
    (tmp_path / "service.toml").write_text(SERVICE)

    def call(*words: str) -> tuple[int, str]:
        code = cli.main(["privacy", "report", *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return call


def test_a_service_that_is_as_set(standex: Callable, tmp_path: Path) -> None:
    code, told = standex("gate")
    assert code == 0, told
    assert "# Privacy report" in told
    open_store(f"sqlite://{tmp_path / 'store.db'}", clock=SimulatedClock(1)).close()
    code, told = standex("gate", "--json")
    document = json.loads(told)
    assert (code, document["findings"]) == (0, [])
    assert [one["name"] for one in document["folders"]][:2] == [
        "recordings of steps, no raw records", "evidence of alarmed passages",
    ]  # fmt: skip


def test_a_page_is_written(standex: Callable, tmp_path: Path) -> None:
    for name, start in (("a.html", "<!doctype html>"), ("a.md", "# Privacy")):
        code, told = standex("gate", "--out", f"pages/{name}")
        assert code == 0, told
        assert (tmp_path / "pages" / name).read_text().startswith(start)
    (tmp_path / "file").touch()
    assert standex("gate", "--out", "file/a.md")[0] == 2


def test_what_is_wrong_makes_it_fail(standex: Callable, tmp_path: Path) -> None:
    plain = '[outputs.mqtt]\nhost = "broker"\nis_plain = true\n'
    (tmp_path / "service.toml").write_text(SERVICE + plain)
    code, told = standex("gate", "--out", "a.md")
    assert code == 1
    assert "in the clear" in told
    assert standex("gate", "--config", "nowhere.toml")[0] == 2
