import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standex.edges.store.backup_file import read_backup, write_backup
from standex.edges.store.contract import StoreError

ROWS = [("last", 3), *(("entry", i, *"abcdefgh") for i in range(1, 4)), ("document", *"abcdefgh")]


@pytest.fixture
def path(tmp_path):
    write_backup(tmp_path / "b.gz", {"tables": 1}, ROWS)
    return tmp_path / "b.gz"


def test_rows_come_back(path) -> None:
    last, rows = read_backup(path, tables=1)
    assert last == 3
    assert list(rows) == ROWS[1:]


def test_a_copy_by_newer_software_is_refused(path) -> None:
    with pytest.raises(StoreError, match="newer software"):
        read_backup(path, tables=0)


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 10_000), bit=st.integers(0, 7), cut=st.booleans())
def test_every_change_of_what_it_says_is_found(path, where, bit, cut) -> None:
    whole = gzip.decompress(path.read_bytes())
    changed = bytearray(whole)
    if cut:
        changed = changed[: where % len(whole)]
    else:
        changed[where % len(whole)] ^= 1 << bit
    other = path.with_name("changed.gz")
    other.write_bytes(gzip.compress(changed, mtime=0))
    with pytest.raises(StoreError, match=r"not a whole backup|newer software"):
        list(read_backup(other, tables=1)[1])
    other.write_bytes(path.read_bytes()[: where % (path.stat().st_size - 8)])
    with pytest.raises(StoreError, match="not a whole backup"):
        list(read_backup(other, tables=1)[1])


def test_what_is_something_else_is_refused(tmp_path) -> None:
    (tmp_path / "x").write_bytes(b"hello")
    for name in ("x", "nothing"):
        with pytest.raises(StoreError, match="not a whole backup"):
            read_backup(tmp_path / name, tables=1)


def test_an_older_copy_stays_when_a_new_one_fails(path) -> None:
    def rows():
        yield ("last", 1)
        raise StoreError("the server has gone")

    before = path.read_bytes()
    with pytest.raises(StoreError, match="gone"):
        write_backup(path, {"tables": 1}, rows())
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["b.gz"]
