"""The log on a server: what is only true there."""

from collections.abc import Callable

import pytest

from standex.edges.audit.contract import AuditError
from standex.edges.audit.open_audit import open_audit
from standex.edges.audit.verify import verify

pytestmark = pytest.mark.slow


def test_a_lost_connection_fails_once_and_is_made_again(
    postgresql_url: str, new_entry: Callable
) -> None:
    import psycopg  # noqa: PLC0415

    log = open_audit(postgresql_url)
    log.append([new_entry(1)])
    with psycopg.connect(postgresql_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    with pytest.raises(AuditError, match="see that the server runs"):
        log.append([new_entry(2)])
    log.append([new_entry(2)])
    result = verify(log)
    assert (result.is_whole, result.n_rows) == (True, 2)
    assert log.check() == ""
    log.close()


def test_its_tables_cannot_be_emptied(postgresql_url: str, new_entry: Callable) -> None:
    log = open_audit(postgresql_url)
    log.append([new_entry(1)])
    for table in ("audit_rows", "audit_heads", "audit_seals", "audit_about"):
        with pytest.raises(AuditError, match="not changed"):
            log._database.execute(f"TRUNCATE {table}")
    with pytest.raises(AuditError, match="not changed"):
        log._database.execute(
            "INSERT INTO audit_about VALUES ('log_id', 'x') "
            "ON CONFLICT (name) DO UPDATE SET value = 'x'"
        )
    log.close()


def test_reading_makes_no_tables(postgresql_url: str) -> None:
    with pytest.raises(AuditError, match="audit_about"):
        open_audit(postgresql_url, read_only=True)
    open_audit(postgresql_url).close()
    log = open_audit(postgresql_url, read_only=True)
    assert log.rows() == ()
    log.close()
