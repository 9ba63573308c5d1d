import numpy as np
import pytest

from standex.edges.spectra import file_bytes
from standex.edges.spectra.file_bytes import FileBytes, read_bytes
from standex.model.errors import DataFileError

FILE = FileBytes(bytes(range(16)), "f")


def test_what_stands_at_a_place() -> None:
    assert FILE.unpack("<HB", 1, "x") == (0x0201, 3)
    np.testing.assert_array_equal(FILE.array("u1", 12, 4, "x"), [12, 13, 14, 15])
    assert FileBytes(b"ab\0c", "f").text(0, 4, "x") == "ab"


@pytest.mark.parametrize("offset", [-1, 13, 2**60])
def test_nothing_is_read_beyond_the_file(offset: int) -> None:
    for read in (
        lambda: FILE.unpack("<i", offset, "the header"),
        lambda: FILE.array("<f4", offset, 1, "the header"),
        lambda: FILE.text(offset, 4, "the header"),
    ):
        with pytest.raises(DataFileError, match="f: the header should stand at bytes"):
            read()


@pytest.mark.parametrize("n", [-1, 2**40])
def test_huge_claims_are_refused_before_anything_is_made(n: int) -> None:
    with pytest.raises(DataFileError, match=f"claims {n} values"):
        FILE.array("<f8", 0, n, "x")


def test_files_are_read_up_to_a_limit(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(file_bytes, "MAX_BYTES", 3)
    (tmp_path / "a").write_bytes(b"abc")
    assert read_bytes(tmp_path / "a") == b"abc"
    (tmp_path / "a").write_bytes(b"abcd")
    with pytest.raises(DataFileError, match="larger than 3 bytes"):
        read_bytes(tmp_path / "a")
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(DataFileError, match="empty"):
        read_bytes(tmp_path / "a")
