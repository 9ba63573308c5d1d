"""An export verifies without a database, and shows every change to it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from standex.edges.audit import export as export_module
from standex.edges.audit import sealing
from standex.edges.audit.contract import AuditError
from standex.edges.audit.export import ExportedLog, export
from standex.edges.audit.heads import sign_head
from standex.edges.audit.sql_log import SqlAuditLog
from standex.edges.audit.verify import Readable, verify

T0 = 1_760_000_000_000_000_000
HOUR_NS = 3600 * 10**9


@pytest.fixture
def exported(
    log: SqlAuditLog, new_entry: Callable, key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.setattr(export_module, "_PAGE", 3)
    log.append([new_entry(n) for n in range(10)])
    log.keep_head(sign_head(log, key, t_utc_ns=T0))
    sealing.seal_expired(log, key, t_utc_ns=T0 + 13 * HOUR_NS, keep_s=11 * 3600)
    path = tmp_path / "audit.jsonl"
    assert export(log, path, key=key, t_utc_ns=T0 + 14 * HOUR_NS) == 8
    return path


def test_an_export_is_the_log(exported: Path, log: SqlAuditLog, key) -> None:
    read = ExportedLog(exported)
    assert isinstance(read, Readable)
    assert isinstance(log, Readable)
    assert read.rows() == log.rows()
    assert read.seals() == log.seals()
    result = verify(read, keys=key.public())
    assert result.is_whole, result.findings
    assert (result.n_rows, result.n_unsigned, result.n_sealed) == (8, 0, 3)


def test_a_line_less_more_moved_or_changed_is_found(exported: Path, key, tmp_path: Path) -> None:
    lines = exported.read_text().splitlines()
    rows = [n for n, line in enumerate(lines) if json.loads(line)["kind"] == "row"]
    hurt = tmp_path / "hurt.jsonl"
    versions = [[*lines[:n], *lines[n + 1 :]] for n in rows]
    versions += [[*lines[:n], lines[n], *lines[n:]] for n in rows]
    versions += [[*lines[:n], lines[n + 1], lines[n], *lines[n + 2 :]] for n in rows[:-1]]
    versions += [[*lines[:n], lines[n].replace("note", "nope"), *lines[n + 1 :]] for n in rows[:-1]]
    versions += [[line for line in lines if '"kind":"seal"' not in line]]
    for version in versions:
        hurt.write_text("\n".join(version) + "\n")
        assert not verify(ExportedLog(hurt), keys=key.public()).is_whole


def test_without_a_key_nothing_is_signed(exported: Path, log: SqlAuditLog, tmp_path: Path) -> None:
    path = tmp_path / "plain.jsonl"
    export(log, path, key=None, t_utc_ns=T0)
    assert len(ExportedLog(path).heads()) == len(ExportedLog(exported).heads()) - 1


def test_an_export_is_never_overwritten(exported: Path, log: SqlAuditLog) -> None:
    before = exported.read_bytes()
    with pytest.raises(AuditError, match="never overwritten"):
        export(log, exported, key=None, t_utc_ns=T0)
    assert exported.read_bytes() == before


def test_where_it_cannot_be_written_nothing_stays(log: SqlAuditLog, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AuditError, match="cannot be written"):
        export(log, tmp_path / "file" / "a.jsonl", key=None, t_utc_ns=T0)


@pytest.mark.parametrize("text", [
    "", "{}", "[]", "nonsense", '{"kind": "row"}', '{"kind": "log", "form": "x", "log_id": "a"}',
    '{"kind": "log", "form": "standex.audit.export.1", "log_id": "a"}\n{"kind": "row", "seq": 1}',
    '{"kind": "log", "form": "standex.audit.export.1", "log_id": "a"}\n{"kind": "what"}',
    "[" * 100_000,
])  # fmt: skip
def test_what_is_no_export_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text)
    with pytest.raises(AuditError):
        ExportedLog(path)
    with pytest.raises(AuditError, match="cannot read"):
        ExportedLog(tmp_path / "missing")
