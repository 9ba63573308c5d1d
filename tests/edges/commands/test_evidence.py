import json
from collections.abc import Callable
from pathlib import Path

import pytest

from standex.edges import cli
from standex.edges.audit.keys import make_key
from standex.edges.audit.open_audit import open_audit
from standex.edges.evidence.bundle import FORM, Manifest
from standex.edges.evidence.shelf import EvidenceShelf

T0 = 1_760_000_000_000_000_000


@pytest.fixture
def standex(monkeypatch: pytest.MonkeyPatch, capsys, tmp_path: Path) -> Callable:
    monkeypatch.chdir(tmp_path)
    key = make_key(tmp_path / "keys")
    shelf = EvidenceShelf(tmp_path / "evidence", prove=lambda _: None, key=key)
    manifest = Manifest(
        form=FORM,
        alert_id="demo-000001",
        stage="first",
        site_id="demo",
        is_simulated=True,
        t_alert_utc_ns=T0,
        first_utc_ns=T0,
        last_utc_ns=T0,
        n_steps=0,
        written_utc_ns=T0,
        expires_utc_ns=T0 + 3600 * 10**9,
        software_version="0.1.0",
        calibrations={},
        replaces="",
        key_id="",
        files=(),
    )
    shelf.write(manifest, {"alert.json": b"{}"})

    def call(*words: str) -> tuple[int, str]:
        code = cli.main([*words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return call


def test_bundles_are_listed(standex: Callable) -> None:
    code, told = standex("evidence", "list", "evidence")
    assert code == 0
    assert "demo-000001" in told
    assert "SIMULATED" in told
    assert "until 2025-10-09T09:53:20Z" in told
    document = json.loads(standex("evidence", "list", "evidence", "--json")[1])
    assert document["bundles"][0]["alert_id"] == "demo-000001"


def test_a_bundle_is_taken_along_and_verified(standex: Callable, tmp_path: Path) -> None:
    words = ["--out", "taken", "--why", "asked by the police", "--audit", "audit.db"]
    code, told = standex("evidence", "export", "evidence", "demo-000001", *words)
    assert code == 0, told
    trust = ["--public-key", "keys/audit.pub"]
    code, told = standex("evidence", "verify", "taken", "evidence/demo-000001.zip", *trust)
    assert code == 0, told
    assert told.count("whole") == 2
    log = open_audit(f"sqlite:{tmp_path / 'audit.db'}", read_only=True)
    (row,) = log.rows()
    log.close()
    assert (row.what, row.of_what) == ("evidence_exported", "demo-000001")
    assert row.why == "asked by the police"
    (tmp_path / "taken" / "alert.json").write_bytes(b"{ }")
    code, told = standex("evidence", "verify", "taken", *trust)
    assert code == 1
    assert "alert.json is not what was written" in told


def test_what_is_no_bundle_is_not_whole(standex: Callable, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"x")
    code, told = standex("evidence", "verify", "x.zip", "--json")
    document = json.loads(told)
    assert (code, document["is_whole"]) == (1, False)
    assert not document["bundles"][0]["is_signature_checked"]


def test_errors_are_told_in_a_line(standex: Callable) -> None:
    out = ["--out", "taken", "--why", "x", "--audit", "audit.db"]
    make = ["evidence", "make", "x.mcap", "--folder", "evidence", "--audit", "audit.db"]
    for words in (
        ["evidence", "list", "nowhere"],
        ["evidence", "export", "evidence", "demo-9", *out],
        [*make],
        [*make, "--keep-hours", "100"],
    ):
        code, told = standex(*words)
        assert (code, told.count("\n")) == (2, 1), words
