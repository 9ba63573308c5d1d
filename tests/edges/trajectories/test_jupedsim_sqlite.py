import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from standex.edges.trajectories.jupedsim_sqlite import read_jupedsim_sqlite
from standex.model.errors import DataFileError

ROWS = [(0, 1, 1.0, 2.0), (1, 1, 1.1, 2.0), (0, 2, 5.0, 5.0)]


def write(tmp_path: Path, *, rows=ROWS, metadata=(("version", "2"), ("fps", "10.0"))) -> Path:
    # A name with characters that mean something in a URI.
    path = tmp_path / "run?1#%.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "CREATE TABLE trajectory_data(frame INTEGER NOT NULL, id INTEGER NOT NULL, "
            "pos_x REAL, pos_y REAL, ori_x REAL, ori_y REAL)"
        )
        connection.execute("CREATE TABLE metadata(key TEXT NOT NULL UNIQUE, value TEXT NOT NULL)")
        connection.executemany("INSERT INTO trajectory_data VALUES(?, ?, ?, ?, 0, 1)", rows)
        connection.executemany("INSERT INTO metadata VALUES(?, ?)", metadata)
    return path


def test_positions_are_sorted_by_person(tmp_path: Path) -> None:
    trajectories = read_jupedsim_sqlite(write(tmp_path), unit="m", frame_rate_hz=10)
    np.testing.assert_array_equal(trajectories.person, [1, 1, 2])
    np.testing.assert_array_equal(trajectories.frame, [0, 1, 0])
    np.testing.assert_array_equal(trajectories.position_m, [[1, 2], [1.1, 2], [5, 5]])
    assert trajectories.frame_rate_hz == 10
    assert np.isnan(trajectories.height_m).all()


@pytest.mark.parametrize(
    ("file", "arguments", "message"),
    [
        ({}, {"unit": "cm"}, "'m'.*unit='cm'"),
        ({}, {"frame_rate_hz": 25}, "10 Hz.*frame_rate_hz=25"),
        ({"metadata": [("fps", "10")]}, {}, "version None is not known"),
        ({"metadata": [("fps", "10"), ("version", "3")]}, {}, "version 3 is not known"),
        ({"metadata": [("version", "2")]}, {}, "looked for the key fps"),
        ({"metadata": [("version", "2"), ("fps", "fast")]}, {}, "fps .* is 'fast'"),
        ({"metadata": [("version", "2"), ("fps", "nan")]}, {}, "must be positive and finite"),
        ({"rows": []}, {}, "no positions"),
        ({"rows": [(0, 1, None, 0)]}, {}, "row 1: NaN"),
        ({"rows": [(0, 1, "left", 0)]}, {}, "damaged"),
        ({"rows": [(0, 1, 0, 0), (0, 1, 1, 0)]}, {}, "person 1 is at two places in frame 0"),
        ({"rows": [(0, 1, 0, 0), (1, 1, 100, 0)]}, {}, "unit .m. or the frame rate .10 Hz."),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, file: dict, arguments: dict, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        read_jupedsim_sqlite(write(tmp_path, **file), **arguments)


def test_foreign_data_base_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "foreign.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE a(b)")
    with pytest.raises(DataFileError, match=r"no such table.*trajectory_data\(frame, id"):
        read_jupedsim_sqlite(path)


def test_damage_inside_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, rows=[(frame, 1, 0.0, 0.0) for frame in range(2000)])
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\x77" * (len(content) - 4096))
    with pytest.raises(DataFileError, match="damaged, truncated or not from JuPedSim"):
        read_jupedsim_sqlite(path)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.3, 0.6, 0.99, 0.9999])
def test_truncated_file_is_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path, rows=[(frame, 1, 0.0, 0.0) for frame in range(2000)])
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataFileError, match="SQLite file is truncated"):
        read_jupedsim_sqlite(path)


def test_missing_file_is_refused_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        read_jupedsim_sqlite(tmp_path / "missing.sqlite")
    assert not list(tmp_path.iterdir())
