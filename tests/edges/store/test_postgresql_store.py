"""What only a server can do: go away, be read-only, keep bytes in its tables."""

import re
import threading

import pytest

from standex.edges.store.contract import DataClass, StoreError
from standex.edges.store.open_store import open_store
from standex.edges.store.postgresql_store import PostgresqlServer, open_postgresql


@pytest.fixture
def address(postgresql) -> str:
    return postgresql.new_url()


@pytest.fixture
def store(address, clock):
    opened = open_store(address, clock=clock)
    yield opened
    opened.close()


@pytest.mark.slow
def test_deleted_bytes_are_in_no_table(store, postgresql, kept) -> None:
    def in_tables(mark: bytes) -> bool:
        postgresql.sql("CHECKPOINT")
        files = [f for f in (postgresql.data / "base").rglob("*") if f.is_file()]
        return any(mark in file.read_bytes() for file in files)

    gone, stays = "Mgone-after-an-hour", "Mstays-for-longer"
    for i, mark in enumerate([gone, stays] * 30):
        store.append(
            [
                kept.entry(
                    f"{mark}-{i}",
                    key=mark,
                    body={"x": mark + "." * 300},
                    expires_utc_ns=kept.T0 + (1 if mark == gone else kept.HOUR),
                )
            ]
        )
    document = store.put(kept.document(body={"x": gone}, expires_utc_ns=kept.T0 + 1))
    store.put(kept.document(version=document.version, expires_utc_ns=kept.T0 + 1))
    assert in_tables(gone.encode())
    (told,) = store.delete_expired(now_utc_ns=kept.T0 + 1)
    assert (told.data_class, told.n_deleted, told.n_left) == (DataClass.ALARM, 31, 0)
    assert not in_tables(gone.encode())
    assert in_tables(stays.encode())


@pytest.mark.slow
def test_a_server_that_was_restarted_is_found_again(store, postgresql, kept) -> None:
    store.append([kept.entry("a")])
    assert store.get("incidents", "i1") is None
    postgresql.restart()
    assert [s.entry for s in store.read("events")] == [kept.entry("a")]
    assert store.append([kept.entry("a"), kept.entry("b")]) == (1, 2)
    store.check()


@pytest.mark.slow
def test_a_link_that_is_cut_within_a_transaction_is_an_error_once(store, postgresql, kept) -> None:
    def cut(link) -> None:
        (pid,) = link.rows("SELECT pg_backend_pid()")[0]
        postgresql.sql(f"SELECT pg_terminate_backend({pid})")
        link.rows("SELECT 1")

    with pytest.raises(StoreError, match="cannot be reached"):
        store._writer.do(cut)
    assert store.append([kept.entry("a")]) == (1,)


@pytest.mark.slow
def test_two_services_write_in_turn(store, address, clock, kept) -> None:
    other = open_store(address, clock=clock)

    def write(one, name: str) -> None:
        for i in range(30):
            one.append([kept.entry(f"{name}{i}")])

    jobs = [
        threading.Thread(target=write, args=(one, name))
        for name, one in (("a", store), ("b", other))
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert [s.sequence for s in store.read("events")] == list(range(1, 61))
    other.close()


@pytest.mark.slow
def test_a_copy_goes_from_one_kind_of_server_to_the_other(store, tmp_path, clock, kept) -> None:
    entries = [kept.entry(f"e{i}", body={"s": "\0é", "n": i}) for i in range(5)]
    with_file = open_store(f"sqlite:///{tmp_path}/a.db", clock=clock)
    with_file.append(entries)
    with_file.put(kept.document())
    with_file.backup(tmp_path / "copy.gz")
    store.restore(tmp_path / "copy.gz")
    assert store.read("events") == with_file.read("events")
    store.backup(tmp_path / "back.gz")
    assert (tmp_path / "back.gz").read_bytes() == (tmp_path / "copy.gz").read_bytes()
    with_file.close()


@pytest.mark.slow
def test_a_server_that_may_only_be_read_is_refused(address, clock) -> None:
    read_only = address + "%20-cdefault_transaction_read_only%3Don"
    with pytest.raises(StoreError, match="PostgreSQL postgres@"):
        open_postgresql(read_only, password=None, clock=clock)


def test_a_server_that_is_not_there_is_said(clock, tmp_path) -> None:
    url = f"postgresql://standex@/things?host={tmp_path}"
    with pytest.raises(StoreError, match=r"standex@.*/things: it cannot be reached"):
        open_postgresql(url, password="secret-word", clock=clock)


def test_an_address_that_is_none_is_said() -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        PostgresqlServer("postgresql://h/db?no_such_setting=1", password=None)


def test_a_host_elsewhere_must_prove_who_it_is_and_no_secret_is_shown() -> None:
    far = PostgresqlServer("postgresql://u@db.site:5433/d", password="secret-word")
    assert far.where == "PostgreSQL u@db.site:5433/d"
    assert far._settings["sslmode"] == "verify-full"
    chosen = PostgresqlServer("postgresql://u@db.site/d?sslmode=require", password=None)
    assert chosen._settings["sslmode"] == "require"
    for near in ("postgresql:///d", "postgresql://u@localhost/d", "postgresql:///d?host=/run/pg"):
        assert "sslmode" not in PostgresqlServer(near, password=None)._settings
    assert not re.search("secret-word", far.where)


def test_without_the_driver_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setattr("standex.edges.store.postgresql_store.psycopg", None)
    with pytest.raises(StoreError, match=r"standex\[postgresql\]"):
        PostgresqlServer("postgresql:///d", password=None)
