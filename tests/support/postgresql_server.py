"""A database server of the tests' own, one for all tests of a process."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest


@dataclass(frozen=True)
class PostgresqlServer:
    """A running one, for everybody on this computer who can reach its folder."""

    folder: Path
    control: Callable[..., None]
    number: Iterator[int]

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def new_url(self) -> str:
        """Return the address of an empty place in it."""
        name = f"t{next(self.number)}"
        self.sql(f"CREATE SCHEMA {name}")
        return f"{self.url}&options=-csearch_path%3D{name}"

    def sql(self, statement: str) -> None:
        import psycopg  # noqa: PLC0415 - optional

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def restart(self) -> None:
        """End it as a crash would, and start it again."""
        self.control("restart", "-m", "immediate")


def programs() -> Path | None:
    """Return the folder of the newest server that is installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """Start a server without a port; it keeps nothing for after the tests."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'psycopg[binary]'")
    folder_of_programs = programs()
    if folder_of_programs is None:
        pytest.skip("no PostgreSQL server is installed: apt install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    as_other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []  # it refuses root
    if as_other:
        shutil.chown(folder, "postgres")

    def call(program: str, *arguments: str) -> None:
        of_server = [str(folder_of_programs / program), "-D", str(folder / "data")]
        command = [*as_other, *of_server, *arguments]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def control(*arguments: str) -> None:
        # Its output must not be a pipe: the server would hold that open.
        options = f"-c listen_addresses='' -k {folder} -c fsync=off -c max_wal_size=64MB"
        call("pg_ctl", *arguments, "-w", "-l", str(folder / "log"), "-o", options)

    try:
        call("initdb", "--auth=trust", "--no-sync", "--username=postgres", "--encoding=UTF8")
        control("start")
        try:
            yield PostgresqlServer(folder=folder, control=control, number=count(1))
        finally:
            control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
