"""An audit log of each kind, keys, entries; PostgreSQL is started here where it is installed."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

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


@pytest.fixture(scope="session")
def postgresql_folder() -> Iterator[Path]:
    """Start a server without a port, and return the folder of its socket."""
    found = [shutil.which("initdb"), *Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    binaries = [Path(str(path)).parent for path in found if path]
    if not binaries or shutil.which("runuser") is None:
        pytest.skip("PostgreSQL is not installed: install the package postgresql")
    pytest.importorskip("psycopg", reason="install standex[postgresql]")
    folder = Path(tempfile.mkdtemp(prefix="standex-pg-"))
    root = os.geteuid() == 0
    prefix = ["runuser", "-u", "postgres", "--"] if root else []
    if root:
        try:
            user = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("there is no user postgres: install the package postgresql")
        os.chown(folder, user.pw_uid, user.pw_gid)

    def call(*words: str) -> None:
        subprocess.run([*prefix, *words], check=True, capture_output=True, cwd=folder)

    data = folder / "data"
    call(str(binaries[0] / "initdb"), "-D", str(data), "-U", "standex", "-A", "trust", "-E", "UTF8")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off"
    control = str(binaries[0] / "pg_ctl")
    call(control, "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start")
    yield folder
    call(control, "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_folder: Path) -> str:
    """Return an address where a test has tables of its own."""
    import psycopg  # noqa: PLC0415

    name = f"audit_{os.urandom(6).hex()}"
    server = f"postgresql://standex@/postgres?host={postgresql_folder}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    return f"{server}&options=-csearch_path%3D{name}"


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
