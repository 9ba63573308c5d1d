"""A database server of the tests' own, and stores on either kind of server."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.store.contract import DataClass, Document, Entry
from standex.edges.store.open_store import open_store

T0 = 1_760_000_000_000_000_000
HOUR = 3600 * 10**9
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@dataclass(frozen=True)
class PostgresqlServer:
    """A running one, for everybody on this computer who can reach its folder."""

    folder: Path
    control: Callable[..., None]
    number: Iterator[int]

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def new_url(self) -> str:
        """Return the address of an empty place in it."""
        name = f"t{next(self.number)}"
        self.sql(f"CREATE SCHEMA {name}")
        return f"{self.url}&options=-csearch_path%3D{name}"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def sql(self, statement: str) -> None:
        import psycopg  # noqa: PLC0415 - optional

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def restart(self) -> None:
        self.control("restart", "-m", "immediate")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'psycopg[binary]'")
    if not PROGRAMS:
        pytest.skip("no PostgreSQL server is installed: apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_other:
        shutil.chown(folder, "postgres")

    def call(program: str, *arguments: str) -> None:
        command = [*as_other, str(PROGRAMS[-1] / program), "-D", str(folder / "data"), *arguments]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def control(*arguments: str) -> None:
        # Its output must not be a pipe: the server would hold that open.
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_wal_size=64MB"
        call("pg_ctl", *arguments, "-w", "-l", str(folder / "log"), "-o", options)

    try:
        call("initdb", "--auth=trust", "--no-sync", "--username=postgres")
        control("start")
        try:
            yield PostgresqlServer(folder=folder, control=control, number=count(1))
        finally:
            control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(T0)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request, tmp_path) -> str:
    """Return the address of a place where there is no store yet."""
    if request.param == "sqlite":
        return f"sqlite://{tmp_path / 'store.db'}"
    return request.getfixturevalue("postgresql").new_url()


@pytest.fixture
def store(url, clock):
    opened = open_store(url, clock=clock)
    yield opened
    opened.close()


class Fakes:
    """What is in this file, for tests: imports between test files do not work."""

    T0, HOUR = T0, HOUR

    @staticmethod
    def entry(entry_id="e1", **changes) -> Entry:
        plain = Entry(
            entry_id=entry_id,
            stream="events",
            kind="alert",
            key="a-1",
            t_utc_ns=T0,
            data_class=DataClass.ALARM,
            expires_utc_ns=T0 + HOUR,
            body={"zone": "waist"},
        )
        return replace(plain, **changes)

    @staticmethod
    def document(document_id="i1", **changes) -> Document:
        plain = Document(
            collection="incidents",
            document_id=document_id,
            data_class=DataClass.ALARM,
            expires_utc_ns=T0 + HOUR,
            version=0,
            body={"state": "new"},
        )
        return replace(plain, **changes)


@pytest.fixture(scope="session")
def kept() -> type[Fakes]:
    return Fakes
