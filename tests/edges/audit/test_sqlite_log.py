"""The log in a file: who may read it, and what is said when it cannot be used."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from standex.edges.audit.contract import AuditError
from standex.edges.audit.sqlite_log import open_sqlite
from standex.edges.audit.verify import verify


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    open_sqlite(tmp_path / "a.sqlite").close()
    assert (tmp_path / "a.sqlite").stat().st_mode & 0o777 == 0o600


def test_reading_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="there is no audit log"):
        open_sqlite(tmp_path / "a.sqlite", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_other_files_and_databases_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database " * 1000)
    with pytest.raises(AuditError, match="cannot be used"):
        open_sqlite(tmp_path / "text")
    connection = sqlite3.connect(tmp_path / "other")
    connection.execute("CREATE TABLE something (a)")
    connection.close()
    with pytest.raises(AuditError, match="audit_about"):
        open_sqlite(tmp_path / "other", read_only=True)
    with pytest.raises(AuditError):
        open_sqlite(tmp_path / "missing" / "a.sqlite")


def test_a_full_disk_writes_nothing_and_says_so(tmp_path: Path, new_entry: Callable) -> None:
    log = open_sqlite(tmp_path / "a.sqlite")
    rows = log.append([new_entry(1)])
    n_pages = log._database.execute("PRAGMA page_count")[0][0]
    log._database.execute(f"PRAGMA max_page_count = {n_pages + 1}")
    with pytest.raises(AuditError, match=r"full.*make room"):
        log.append([new_entry(n, body={"a": "x" * 5000}) for n in range(2, 20)])
    assert log.rows() == rows
    log._database.execute("PRAGMA max_page_count = 100000")
    log.append([new_entry(2)])
    assert verify(log).is_whole
    log.close()


def test_a_damaged_file_is_told(tmp_path: Path, new_entry: Callable) -> None:
    path = tmp_path / "a.sqlite"
    log = open_sqlite(path)
    log.append([new_entry(n) for n in range(50)])
    log.close()
    data = bytearray(path.read_bytes())
    page = data.index(b"note 20") // 4096 * 4096
    data[page : page + 16] = b"\xff" * 16
    path.write_bytes(data)
    log = open_sqlite(path, read_only=True)
    assert str(path) in log.check()
    assert not verify(log).is_whole
    log.close()


KILLED = """
import sys
from pathlib import Path
from standex.edges.audit.contract import AuditEntry, What
from standex.edges.audit.sqlite_log import open_sqlite
log = open_sqlite(Path(sys.argv[1]))
for n in range(10**6):
    entry = AuditEntry(t_utc_ns=n, who="a", role="", what=What.STOPPED, of_what="", why="",
                       request_id=f"{sys.argv[2]}-{n}")
    print(log.append([entry])[0].seq, flush=True)
"""


@pytest.mark.slow
def test_what_was_said_to_be_written_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    for run in range(3):
        command = [sys.executable, "-c", KILLED, str(path), str(run)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            last = [int(writer.stdout.readline()) for _ in range(20 + run)][-1]
            os.kill(writer.pid, signal.SIGKILL)
            said = [int(line) for line in writer.stdout.read().split("\n")[:-1] if line]
        log = open_sqlite(path)
        assert log.last()[0] >= max([last, *said])
        assert verify(log).is_whole
        log.close()
