import os

import pytest

from standex.edges.access.account import AccessError
from standex.edges.access.private_file import read_private, write_private


def test_nobody_else_can_read_it_whatever_the_mask(tmp_path) -> None:
    before = os.umask(0)
    try:
        write_private(tmp_path / "key", b"secret")
    finally:
        os.umask(before)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert read_private(tmp_path / "key", what="the key") == b"secret"


def test_an_old_key_is_not_written_over(tmp_path) -> None:
    write_private(tmp_path / "key", b"old")
    with pytest.raises(AccessError, match="already"):
        write_private(tmp_path / "key", b"new")
    assert (tmp_path / "key").read_bytes() == b"old"
    with pytest.raises(AccessError, match="cannot be written"):
        write_private(tmp_path / "no" / "key", b"new")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_read_is_refused(tmp_path, mode: int) -> None:
    write_private(tmp_path / "key", b"secret")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(AccessError, match="chmod 600"):
        read_private(tmp_path / "key", what="the key")


def test_a_key_that_is_not_there_is_told(tmp_path) -> None:
    with pytest.raises(AccessError, match="the key cannot be read"):
        read_private(tmp_path / "key", what="the key")
