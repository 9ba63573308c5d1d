import sqlite3
from pathlib import Path

import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.store.contract import StoreError
from standex.edges.store.migrations import MIGRATIONS, Migration
from standex.edges.store.sql_store import SqlStore
from standex.edges.store.sqlite_store import SqliteServer, open_sqlite

SECOND = Migration(
    version=2,
    name="an index more",
    statements=("CREATE INDEX more ON store_entries (kind)",),
)
BROKEN = Migration(version=2, name="broken", statements=("CREATE TABLE x (a {whole})", "NONSENSE"))


def open_with(path: Path, *more, upgrade=False) -> SqlStore:
    server = SqliteServer(path, create=True)
    clock = SimulatedClock(1)
    return SqlStore(server, clock=clock, upgrade=upgrade, migrations=(*MIGRATIONS, *more))


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    return {name for (name,) in rows}


def test_steps_are_numbered_without_gaps() -> None:
    assert [step.version for step in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_an_older_store_is_brought_up_only_when_that_is_asked_for(tmp_path, kept) -> None:
    path = tmp_path / "s.db"
    old = open_with(path)
    assert (old.found_version, old.version()) == (0, 1)
    old.append([kept.entry("a")])
    old.close()
    with pytest.raises(StoreError, match=r"older software.*standex store migrate"):
        open_with(path, SECOND)
    assert "more" not in tables(path)
    new = open_with(path, SECOND, upgrade=True)
    assert (new.found_version, new.version()) == (1, 2)
    assert [s.entry for s in new.read("events")] == [kept.entry("a")]
    new.close()


def test_a_newer_store_is_refused_and_left_alone(tmp_path) -> None:
    path = tmp_path / "s.db"
    open_with(path, SECOND).close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer software.*version 2.*knows up to 1"):
        open_sqlite(path, clock=SimulatedClock(1), upgrade=True)
    assert path.read_bytes() == before


def test_a_step_that_fails_changes_nothing(tmp_path) -> None:
    path = tmp_path / "s.db"
    open_with(path).close()
    with pytest.raises(StoreError, match="NONSENSE"):
        open_with(path, BROKEN, upgrade=True)
    assert "x" not in tables(path)
    again = open_with(path)
    assert again.version() == 1
    again.close()


def test_no_tables_are_made_where_a_store_should_be(tmp_path) -> None:
    path = tmp_path / "s.db"
    path.touch()
    with pytest.raises(StoreError, match="no store"):
        open_sqlite(path, clock=SimulatedClock(1), create=False)
    assert tables(path) == set()


@pytest.mark.slow
def test_steps_and_parts_on_the_other_server(postgresql, clock) -> None:
    from standex.edges.store.postgresql_store import PostgresqlServer  # noqa: PLC0415 - optional

    server = PostgresqlServer(postgresql.new_url(), password=None)
    SqlStore(server, clock=clock).close()
    with pytest.raises(StoreError, match="NONSENSE"):
        SqlStore(server, clock=clock, upgrade=True, migrations=(*MIGRATIONS, BROKEN))
    new = SqlStore(server, clock=clock, upgrade=True, migrations=(*MIGRATIONS, SECOND))
    assert (new.found_version, new.version()) == (1, 2)
    new.close()
    with pytest.raises(StoreError, match="newer software"):
        SqlStore(server, clock=clock)
