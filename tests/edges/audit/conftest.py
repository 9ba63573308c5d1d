"""An audit log of each kind, keys, entries."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from standex.edges.audit.contract import AuditEntry, What
from standex.edges.audit.keys import SigningKey, make_key
from standex.edges.audit.open_audit import open_audit
from standex.edges.audit.sql_log import SqlAuditLog

T0 = 1_760_000_000_000_000_000
HOUR_NS = 3600 * 10**9


def entry(number: int, **changes: object) -> AuditEntry:
    settings = {
        "t_utc_ns": T0 + number * HOUR_NS,
        "who": f"operator-{number % 3}",
        "role": "operator",
        "what": What.INCIDENT_NOTED,
        "of_what": f"demo-{number % 5:06d}",
        "why": f"note {number} — éß",
        "request_id": f"request-{number}",
        "body": {"n": number, "half": number / 2, "inner": {"b": [1, None], "a": True}},
    }
    return AuditEntry(**(settings | changes))


@pytest.fixture(scope="session")
def new_entry() -> Callable[..., AuditEntry]:
    return entry


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return make_key(tmp_path_factory.mktemp("key"))


@pytest.fixture
def postgresql_url(postgresql: Any) -> str:
    """Return an address where a test has tables of its own."""
    return postgresql.new_url()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")
    return f"sqlite:///{tmp_path / 'audit.sqlite'}"


@pytest.fixture
def log(url: str) -> Iterator[SqlAuditLog]:
    log = open_audit(url)
    yield log
    log.close()


@pytest.fixture
def change(url: str) -> Callable[[str], None]:
    """Return a function that does to the log what its owner could: triggers do not hold them."""

    def sqlite(*statements: str) -> None:
        import sqlite3  # noqa: PLC0415

        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in names.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()

    def postgresql(*statements: str) -> None:
        import psycopg  # noqa: PLC0415

        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = replica")  # no triggers
            for statement in statements:
                connection.execute(statement.replace("||char(33)", "||chr(33)"))

    return sqlite if url.startswith("sqlite") else postgresql
