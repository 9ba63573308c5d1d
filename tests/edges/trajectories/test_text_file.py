import gzip
from pathlib import Path

import numpy as np
import pytest

from standex.edges.trajectories import text_file
from standex.edges.trajectories.text_file import (
    excerpt,
    parse_numbers,
    read_lines,
    read_start,
    recording_name,
)
from standex.model.errors import DataFileError

PATH = Path("walk.txt")


def parse(lines: list[str], **changed):
    settings = {"separator": None, "widths": (2, 3), "layout": "a b [c]"} | changed
    return parse_numbers(PATH, lines, **settings)


@pytest.mark.parametrize("name", ["a/walk.txt", "a/walk.txt.gz", "walk.csv.gz", "walk"])
def test_name_is_bare(name: str) -> None:
    assert recording_name(Path(name)) == "walk"


def test_plain_and_packed_text_read_alike(tmp_path: Path) -> None:
    content = "\ufeff# Größe\r\n1 2\n".encode()
    (tmp_path / "plain").write_bytes(content)
    (tmp_path / "packed").write_bytes(gzip.compress(content))
    assert read_lines(tmp_path / "plain") == read_lines(tmp_path / "packed")
    assert read_lines(tmp_path / "plain") == ["# Größe\r", "1 2", ""]
    assert read_start(tmp_path / "packed", size=5) == content[:5]


def test_damaged_gzip_is_refused(tmp_path: Path) -> None:
    whole = gzip.compress(np.random.default_rng(1).bytes(5000))
    for content in (whole[:4000], whole[:3], whole[:-4] + b"abcd", b"\x1f\x8b\x00\x00"):
        (tmp_path / "a.gz").write_bytes(content)
        with pytest.raises(DataFileError, match="damaged or truncated"):
            read_lines(tmp_path / "a.gz")


def test_a_small_file_cannot_unpack_to_more_than_the_memory(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(text_file, "MAX_BYTES", 1000)
    (tmp_path / "a.gz").write_bytes(gzip.compress(b" " * 1001))
    with pytest.raises(DataFileError, match="more than 1000 bytes"):
        read_lines(tmp_path / "a.gz")


def test_what_is_no_text_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"1 2\0")
    for name, message in (
        ("binary", "binary data"),
        ("missing", "cannot be read"),
        (".", "cannot"),
    ):
        with pytest.raises(DataFileError, match=message):
            read_lines(tmp_path / name)


def test_rows_keep_their_line_numbers() -> None:
    table = parse(["# head", "", "1\t2.5 ", "  # remark", "-3e1 4\r"])
    np.testing.assert_array_equal(table.values, [[1, 2.5], [-30, 4]])
    np.testing.assert_array_equal(table.line, [3, 5])


def test_lines_before_the_first_are_passed_over() -> None:
    table = parse(["a,b", "1,2"], separator=",", first_line=2)
    np.testing.assert_array_equal(table.line, [2])


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["1 2", "1 2 3"], r"line 2: 3 columns where a b \[c\] was expected"),
        (["#", "1"], r"line 2: 1 columns"),
        (["1 2 3 4"], r"line 1: 4 columns"),
        (["1 2", "1 two"], r"line 2: not numbers: '1 two'"),
        (["1 1_0"], r"line 1: not numbers"),
        (["1 1,5"], r"line 1: not numbers"),
        (["1 2", "1 nan", "inf 1"], r"line 2: NaN or infinite values \(2 such rows"),
        (["1 1e999"], r"line 1: NaN or infinite"),
        (["# only", ""], r"no row of numbers"),
    ],
)
def test_broken_rows_are_named(lines: list[str], message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        parse(lines)


def test_excerpt_is_short() -> None:
    assert len(excerpt("x" * 10_000)) < 70
