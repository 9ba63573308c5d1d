import os

import pytest

from standex.edges.service.atomic_file import sync_folder, write_atomically


def test_what_is_written_takes_the_place_of_what_was(tmp_path) -> None:
    path = tmp_path / "a"
    for content in (b"one", b"", b"x" * 100_000):
        write_atomically(path, content)
        assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600
    sync_folder(tmp_path)


def test_what_was_there_stays_when_it_cannot_be_written(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a"
    write_atomically(path, b"before")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"after")
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_bears_the_time_that_it_is_given(tmp_path) -> None:
    # Retention holds the age of a file against a clock that a step of the system's does not move.
    write_atomically(tmp_path / "a", b"one", t_utc_ns=1_760_000_000_123_456_789)
    assert (tmp_path / "a").stat().st_mtime_ns == 1_760_000_000_123_456_789
