"""What only files can do: be full, locked, read-only, damaged; keep bytes that should be gone."""

import os
import random
import re
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.store.contract import DataClass, StoreError
from standex.edges.store.sqlite_store import open_sqlite

CRASH = """
import os, sys
from pathlib import Path
from standex.edges.clock import SystemClock
from standex.edges.store.contract import DataClass, Entry
from standex.edges.store.sqlite_store import open_sqlite
store = open_sqlite(Path(sys.argv[1]), clock=SystemClock())
for i in range(100000):
    store.append([Entry(entry_id=f"e{i}", stream="s", kind="k", key="", t_utc_ns=1,
        data_class=DataClass.OPERATION, expires_utc_ns=0, body={"i": i})])
    os.write(1, f"{i}\\n".encode())
"""


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture
def store(path, clock):
    opened = open_sqlite(path, clock=clock)
    yield opened
    opened.close()


def found(path: Path, marks: set[bytes]) -> dict[str, set[bytes]]:
    """Return which marks are in which of the store's files."""
    return {
        file.name: inside
        for file in path.parent.iterdir()
        if (inside := set(re.findall(rb"M[0-9a-f]{12}M", file.read_bytes())) & marks)
    }


def test_the_file_is_for_its_owner_alone(store, path) -> None:
    store.check()
    for file in path.parent.iterdir():
        assert file.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_deleted_bytes_are_in_no_file(store, path, kept) -> None:
    rng = random.Random(3)
    old, young = set(), set()

    def mark(marks: set[bytes]) -> str:
        text = f"M{rng.getrandbits(48):012x}M"
        marks.add(text.encode())
        return text

    for i in range(40):
        store.append(
            [
                kept.entry(
                    f"e{i}-{k}",
                    key=mark(old if k % 3 else young),
                    body={"x": mark(old if k % 3 else young) + "." * rng.choice([9, 200, 6000])},
                    expires_utc_ns=kept.T0 + (1 if k % 3 else kept.HOUR),
                )
                for k in range(20)
            ]
        )
        was = store.get("incidents", "i1")
        store.put(
            kept.document(
                version=was.version if was else 0,
                body={"x": mark(old) + "." * rng.choice([9, 200, 6000])},
                expires_utc_ns=kept.T0 + 1,
            )
        )
    assert found(path, old)  # the search can find
    (told,) = store.delete_expired(now_utc_ns=kept.T0 + 1)
    assert told.n_deleted == 40 * 13 + 1
    assert found(path, old) == {}
    assert found(path, young)[path.name] == young
    assert store.faults() == ()


@pytest.mark.slow
def test_bytes_that_a_reader_holds_are_told_as_left_until_they_are_gone(store, path, kept) -> None:
    store.append([kept.entry("a", key="M000000000000M")])
    marks = {b"M000000000000M"}
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM store_entries").fetchall()
    (told,) = store.delete_expired(now_utc_ns=kept.T0 + kept.HOUR)
    assert (told.n_deleted, told.n_left) == (0, 1)
    assert found(path, marks)
    assert store.read("events") == ()
    reader.close()
    (told,) = store.delete_expired(now_utc_ns=kept.T0 + kept.HOUR)
    assert (told.n_deleted, told.n_left) == (1, 0)
    assert told.data_class is DataClass.ALARM
    assert found(path, marks) == {}
    assert store.delete_expired(now_utc_ns=kept.T0 + kept.HOUR) == ()


def test_a_full_disk_keeps_nothing_and_says_so(store, kept) -> None:
    store.append([kept.entry("a")])
    pages = store._writer.alone(lambda link: link.rows("PRAGMA page_count"))[0][0]
    store._writer.alone(lambda link: link.rows(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreError, match="disk is full: make room"):
        store.append([kept.entry("b"), kept.entry("c", body={"x": "." * 100_000})])
    assert len(store.read("events")) == 1
    assert store.append([kept.entry("d")]) == (2,)  # there is room for a small one
    store._writer.alone(lambda link: link.rows("PRAGMA max_page_count = 100000"))
    assert store.append([kept.entry("b")]) == (3,)


def test_files_that_may_not_grow(path, clock, kept) -> None:
    store = open_sqlite(path, clock=clock)
    store.append([kept.entry("a")])
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = max(file.stat().st_size for file in path.parent.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 4096, limits[1]))
    try:
        with pytest.raises(StoreError, match="full"):
            store.append([kept.entry("b", body={"x": "." * 200_000})])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert store.append([kept.entry("b", body={"x": "." * 200_000})]) == (2,)
    store.close()


def test_a_lock_is_said(store, path, kept) -> None:
    store._writer.alone(lambda link: link.rows("PRAGMA busy_timeout = 20"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another program has locked it"):
        store.append([kept.entry("a")])
    other.execute("ROLLBACK")
    other.close()
    assert store.append([kept.entry("a")]) == (1,)


def test_what_is_no_store_is_left_as_it_is(path, clock) -> None:
    path.write_bytes(b"something else" * 1000)
    with pytest.raises(StoreError, match=r"is no store.*restore"):
        open_sqlite(path, clock=clock)
    assert path.read_bytes() == b"something else" * 1000


def test_damage_is_said(path, clock, kept) -> None:
    store = open_sqlite(path, clock=clock)
    for i in range(50):
        store.append([kept.entry(f"e{i}", body={"x": "." * 500})])
    store.close()
    whole = bytearray(path.read_bytes())
    for page in range(4, len(whole) // 4096):
        whole[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(whole)
    store = open_sqlite(path, clock=clock)
    with pytest.raises(StoreError, match=r"damaged.*standex store restore"):
        store.read("events")
    store.close()


def test_no_folder_no_store(tmp_path, clock) -> None:
    with pytest.raises(StoreError, match="its folder is there"):
        open_sqlite(tmp_path / "nowhere" / "store.db", clock=clock)
    with pytest.raises(StoreError, match="standex store migrate"):
        open_sqlite(tmp_path / "store.db", clock=clock, create=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
def test_a_store_that_may_not_be_written_to(path, clock, kept) -> None:
    store = open_sqlite(path, clock=clock)
    store.append([kept.entry("a")])
    store.close()
    script = (
        "import os, sys\nfrom pathlib import Path\n"
        "from standex.edges.clock import SystemClock\n"
        "from standex.edges.store.contract import StoreError\n"
        "from standex.edges.store.sqlite_store import open_sqlite\n"
        "os.setuid(65534)\n"
        "try:\n  open_sqlite(Path(sys.argv[1]), clock=SystemClock())\n"
        "except StoreError as error:\n  print(error)\n"
    )
    for folder in [path.parent, *path.parent.parents][:3]:
        folder.chmod(0o755)
    path.chmod(0o444)
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert re.search("cannot be made or opened|may not be written to", done.stdout), done


@pytest.mark.slow
def test_what_was_acknowledged_is_there_after_a_kill(path, clock) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CRASH, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        acknowledged = -1
        for line in process.stdout:
            acknowledged = int(line)
            if acknowledged == 60:
                process.kill()
    store = open_sqlite(path, clock=clock)
    kept_ids = [s.entry.body["i"] for s in store.read("s", limit=100_000)]
    store.close()
    assert acknowledged >= 60
    assert kept_ids == list(range(len(kept_ids)))
    # The last one may have been kept without a word.
    assert acknowledged + 1 <= len(kept_ids) <= acknowledged + 2


def test_large_stores_are_rewritten_once_an_hour(store, kept, monkeypatch) -> None:
    monkeypatch.setattr("standex.edges.store.sqlite_store._SMALL_BYTES", 0)
    done = []
    vacuumed = store._server._is_due
    monkeypatch.setattr(
        type(store._server), "_is_due", lambda _, now: done.append(vacuumed(now)) or done[-1]
    )
    for hours in (0.0, 0.5, 1.0, 1.2, 0.1):
        store.delete_expired(now_utc_ns=kept.T0 + round(hours * kept.HOUR))
    assert done == [True, False, True, False, True]


def test_the_clock_is_asked_for_documents_only(path, kept) -> None:
    store = open_sqlite(path, clock=SimulatedClock(5))
    store.put(kept.document())
    store.close()
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT made_utc_ns FROM store_documents").fetchall()
    connection.close()
    assert rows == [(5,)]
