"""A log by its address."""

from pathlib import Path

import pytest

from standex.edges.audit.contract import AuditError
from standex.edges.audit.open_audit import open_audit


def test_a_file_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "with space.sqlite"
    log = open_audit(f"sqlite:///{tmp_path}/with%20space.sqlite")
    log_id = log.log_id
    log.close()
    assert path.exists()
    log = open_audit(f"sqlite:///{path}", read_only=True)
    assert log.log_id == log_id
    log.close()


@pytest.mark.parametrize(("url", "words"), [
    ("mysql://host/a", "no audit log has the address mysql"),
    ("/a/path", "write sqlite:///PATH"),
    ("sqlite://", "write sqlite:///PATH"),
    ("postgresql://user:word@host/a", "holds a password"),
    ("postgresql://standex@/a?host=/nowhere", "PostgreSQL cannot be used"),
])  # fmt: skip
def test_what_is_no_address_is_refused(url: str, words: str) -> None:
    pytest.importorskip("psycopg", reason="install standex[postgresql]")
    with pytest.raises(AuditError, match=words) as told:
        open_audit(url)
    assert "word@" not in str(told.value)


def test_a_file_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_audit("sqlite:a.db").close()
    assert (tmp_path / "a.db").exists()
