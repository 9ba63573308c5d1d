import gzip
import json
import sqlite3
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from standex.edges.trajectories.assemble import median_speeds_m_per_s
from standex.edges.trajectories.read import read_trajectories
from standex.model.errors import DataFileError
from standex.model.trajectories import Trajectories

ARCHIVE = b"# framerate: 25\n# id frame x/m y/m z/m\n1 0 1 2 1.7\n1 1 1 2.04 1.7\n"
OBSMAT = b"1 1 0 0 2 0 0 1\n11 1 0 0 2.4 0 0 1\n"
PIXELS = b"id,frame,u_px,v_px\n1,0,100,200\n1,20,101,200\n"
H = b'{"homog": [[0.02, 0, 0], [0, 0.02, 0], [0, 0, 1]], "unit": "m"}'


def sqlite_bytes(folder: Path) -> bytes:
    path = folder / "made.sqlite"
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE trajectory_data(frame, id, pos_x, pos_y)")
        connection.execute("CREATE TABLE metadata(key, value)")
        connection.execute("INSERT INTO trajectory_data VALUES(0, 1, 1, 2), (1, 1, 1, 2.04)")
        connection.execute("INSERT INTO metadata VALUES('fps', '25'), ('version', '2')")
    return path.read_bytes()


def hdf5_bytes(folder: Path) -> bytes:
    import h5py  # noqa: PLC0415 - optional

    path = folder / "made.h5"
    kinds = [("id", "i8"), ("frame", "i8"), ("x", "f8"), ("y", "f8")]
    with h5py.File(path, "w") as file:
        rows = np.array([(1, 0, 1, 2), (1, 1, 1, 2.04)], dtype=kinds)
        table = file.create_dataset("trajectory", data=rows)
        table.attrs.update({"fps": 25, "x": "[m]"})
    return path.read_bytes()


@pytest.mark.parametrize("name", ["walk", "walk.sqlite", "walk.txt.gz", "walk.h5"])
@pytest.mark.parametrize("kind", ["archive", "archive gz", "obsmat", "pixels", "sqlite", "hdf5"])
def test_format_is_recognised_by_content(tmp_path: Path, kind: str, name: str) -> None:
    if kind == "hdf5" and not find_spec("h5py"):
        pytest.skip("the optional package h5py is not installed")
    make = {
        "archive": lambda: ARCHIVE,
        "archive gz": lambda: gzip.compress(ARCHIVE),
        "obsmat": lambda: OBSMAT,
        "pixels": lambda: PIXELS,
        "sqlite": lambda: sqlite_bytes(tmp_path),
        "hdf5": lambda: hdf5_bytes(tmp_path),
    }[kind]
    (tmp_path / name).write_bytes(make())
    (tmp_path / "H.json").write_bytes(H)
    homography = {"homography_path": tmp_path / "H.json"} if kind == "pixels" else {}
    trajectories = read_trajectories(str(tmp_path / name), frame_rate_hz=25, **homography)
    np.testing.assert_array_equal(trajectories.person, [1, 1])
    assert trajectories.position_m[0, 1] in (2.0, 4.0)


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (b"", {}, "the file is empty"),
        (b" \n\n", {}, "not a known format"),
        (b"# only a remark\n", {}, "no row of numbers"),
        (b"# Title\n\nSome words here.\n", {}, "line 3: "),
        (b"time;x;y\n1;2;3\n", {}, "not a known format .*'time;x;y'.*pixel table"),
        (b"1 2 3\n", {}, "line 1: 3 columns"),
        (b"\x89PNG\r\n\x1a\n\0\0", {}, "not a known format"),
        (PIXELS, {"frame_rate_hz": 25}, "give homography_path"),
        (ARCHIVE, {"homography_path": "H.json"}, "homography_path=H.json was given"),
        (ARCHIVE, {"unit": "cm"}, "'m'.*unit='cm'"),
        (gzip.compress(b"SQLite format 3\0"), {}, "unpack this file first"),
        (b"SQLite format 3\0", {}, "truncated"),
        pytest.param(
            b"\x89HDF\r\n\x1a\n",
            {},
            "damaged",
            marks=pytest.mark.skipif(not find_spec("h5py"), reason="h5py is not installed"),
        ),
    ],
)
def test_foreign_files_and_wrong_arguments_are_refused(
    tmp_path: Path, content: bytes, arguments: dict, message: str
) -> None:
    (tmp_path / "walk").write_bytes(content)
    with pytest.raises(DataFileError, match=message):
        read_trajectories(tmp_path / "walk", **arguments)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        read_trajectories(tmp_path / "missing.txt")


def seeds(folder: Path) -> list[bytes]:
    made = [ARCHIVE, OBSMAT, PIXELS, gzip.compress(ARCHIVE), sqlite_bytes(folder)]
    return [*made, hdf5_bytes(folder)] if find_spec("h5py") else made


@pytest.mark.slow
@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.data(), arbitrary=st.binary(max_size=300))
def test_any_bytes_give_trajectories_or_a_data_file_error(
    tmp_path: Path, data: st.DataObject, arbitrary: bytes
) -> None:
    """Try bytes as they come, files with some bytes replaced, and files cut short."""
    content = arbitrary
    if data.draw(st.booleans()):
        whole = data.draw(st.sampled_from(seeds(tmp_path)))
        start = data.draw(st.integers(0, len(whole)))
        content = whole[:start] + arbitrary[:8]
        content += whole[len(content) :] if data.draw(st.booleans()) else b""
    (tmp_path / "walk").write_bytes(content)
    (tmp_path / "H.json").write_bytes(H)
    homography = {"homography_path": tmp_path / "H.json", "frame_rate_hz": 25.0}
    for arguments in ({}, {"unit": "m", "frame_rate_hz": 25.0}, homography):
        with suppress(DataFileError):
            result = read_trajectories(tmp_path / "walk", **arguments)
            assert isinstance(result, Trajectories)


@pytest.mark.slow
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@example(text="1e308 1 1 1\n1 1 1 1")
@example(text="1 -9007199254740992 1 1\n1 9007199254740992 1 1")
@given(
    text=st.lists(
        st.lists(
            st.one_of(st.floats().map(repr), st.integers(-3, 3).map(str)), min_size=3, max_size=8
        ).map(" ".join),
        max_size=4,
    ).map("\n".join)
)
def test_any_numbers_give_trajectories_or_a_data_file_error(tmp_path: Path, text: str) -> None:
    for content in (text, PIXELS.decode() + text.replace(" ", ",")):
        (tmp_path / "walk").write_text(content)
        (tmp_path / "H.json").write_text(json.dumps([[0.02, 0, 1], [0, 0.03, 1], [0, -0.001, 1]]))
        pixels = content.startswith("id")
        with suppress(DataFileError):
            read_trajectories(
                tmp_path / "walk",
                unit="m",
                frame_rate_hz=25,
                homography_path=tmp_path / "H.json" if pixels else None,
            )


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "arguments", "people", "rate_hz", "duration_s", "speed_m_per_s"),
    [
        ("juelich/entrance_bottleneck_040_c_56_h-.txt", {}, 75, 25, 66, 0.14),
        ("juelich/AO_300_bottleneck_16fps.txt", {}, 348, 16, 60, 0.36),
        ("juelich/bi_corr_400_b_03_unit_cm.txt", {}, 480, 25, 130, 1.03),
        ("juelich/UNI_CORR_500_01.txt", {"unit": "m"}, 148, 25, 76, 1.45),
        ("juelich/corner_16fps.txt", {"unit": "m"}, 137, 16, None, None),
        ("juelich/bottleneck_2014_00_01a.h5", {}, 46, 25, None, None),
        ("madras_lyon_2022/Topview_1A.txt", {}, 85, 30, 10, 0.7),
        ("madras_lyon_2022/Topview_2A.txt", {}, 77, 30, 10, 0.6),
        ("ucy/students03/obsmat.txt", {"frame_rate_hz": 25}, 428, 25, 216, 0.62),
        ("ucy/zara01/obsmat.txt", {"frame_rate_hz": 25}, 148, 25, 360, 1.19),
        ("ucy/zara02/obsmat.txt", {"frame_rate_hz": 25}, 204, 25, 420, 1.04),
    ],
)
def test_recorded_sets(
    data_dir: Path, file, arguments, people, rate_hz, duration_s, speed_m_per_s
) -> None:
    if file.endswith(".h5"):
        pytest.importorskip("h5py", reason="the optional package h5py is not installed")
    trajectories = read_trajectories(data_dir / "trajectories" / file, **arguments)
    assert len(trajectories.people) == people
    assert trajectories.frame_rate_hz == rate_hz
    if duration_s is not None:
        assert trajectories.duration_s == pytest.approx(duration_s, abs=1)
        speeds = row_speeds_m_per_s(trajectories)
        assert np.median(speeds) == pytest.approx(speed_m_per_s, abs=0.03)


@pytest.mark.data
@pytest.mark.slow
def test_station_concourse(data_dir: Path) -> None:
    folder = data_dir / "trajectories" / "grand_central"
    trajectories = read_trajectories(
        folder / "tracks_px.csv.gz",
        unit="m",
        frame_rate_hz=25,
        homography_path=folder / "H_px_to_m.json",
    )
    assert len(trajectories.people) == 5963
    assert trajectories.duration_s == pytest.approx(2400, abs=30)
    assert np.median(row_speeds_m_per_s(trajectories)) == pytest.approx(0.72, abs=0.03)
    assert np.nanmax(median_speeds_m_per_s(trajectories)) < 12


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "arguments", "message"),
    [
        ("juelich/UNI_CORR_500_01.txt", {}, "unit='m'"),
        ("juelich/corner_16fps.txt", {}, "unit='m'"),
        ("juelich/bi_corr_400_b_03_unit_cm.txt", {"unit": "m"}, "'cm'.*unit='m'"),
        ("ucy/zara01/obsmat.txt", {"frame_rate_hz": 2.5}, "2.5 was given.*at 25 Hz"),
        ("ucy/zara01/groups.txt", {}, "line 1: 2 columns"),
        ("README.md", {}, "line 3"),
    ],
)
def test_traps_of_the_recorded_sets(data_dir: Path, file, arguments, message) -> None:
    with pytest.raises(DataFileError, match=message):
        read_trajectories(data_dir / "trajectories" / file, **arguments)


def row_speeds_m_per_s(trajectories: Trajectories) -> np.ndarray:
    """Return the speed of each step, of all people together."""
    same = np.diff(trajectories.person) == 0
    dt_s = np.diff(trajectories.frame)[same] / trajectories.frame_rate_hz
    return np.hypot(*np.diff(trajectories.position_m, axis=0)[same].T) / dt_s
