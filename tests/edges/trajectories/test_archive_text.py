import gzip
from pathlib import Path

import numpy as np
import pytest

from standex.edges.trajectories.archive_text import read_archive_text
from standex.model.errors import DataFileError

ROWS = {
    "cm": "1 98 460.12 189.09 176\n1 99 453.59 189.76 176\n2\t98\t0\t0\t180\n",
    "m": "1\t98\t4.6012\t1.8909\t1.76\n\n1 99 4.5359 1.8976 1.76\n2 98 0 0 1.8\n",
}


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "walk.txt"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        ("# framerate: 25 fps\n# id frame x/cm y/cm z/cm", "cm"),
        ("# framerate: 25.00\n# unit: cm\n# PersID Frame X Y Z", "cm"),
        ("#framerate: 25\n#geometry: a.xml\n#X,Y,Z: the coordinates (in centimetres)", "cm"),
        ("#framerate : 25 Hz\n# (in German)\n# unit = m", "m"),
        ("# raw file: /x/mm/run.trc\n# Frame rate: 25fps\n# id frame x/m y/m z/m", "m"),
    ],
)
def test_unit_and_frame_rate_come_from_the_head(tmp_path: Path, head: str, unit: str) -> None:
    trajectories = read_archive_text(write(tmp_path, f"{head}\n{ROWS[unit]}"))
    assert trajectories.frame_rate_hz == 25
    np.testing.assert_array_equal(trajectories.person, [1, 1, 2])
    np.testing.assert_array_equal(trajectories.frame, [98, 99, 98])
    np.testing.assert_allclose(trajectories.height_m, [1.76, 1.76, 1.8])
    np.testing.assert_allclose(
        trajectories.position_m, [[4.6012, 1.8909], [4.5359, 1.8976], [0, 0]]
    )


def test_four_columns_without_head_need_both_arguments(tmp_path: Path) -> None:
    path = write(tmp_path, "1 0 1.0 2.0\n1 1 1.1 2.0\n")
    with pytest.raises(DataFileError, match="unit"):
        read_archive_text(path, frame_rate_hz=16)
    with pytest.raises(DataFileError, match="frame_rate_hz"):
        read_archive_text(path, unit="m")
    trajectories = read_archive_text(path, unit="m", frame_rate_hz=16)
    assert trajectories.duration_s == 1 / 16
    assert np.isnan(trajectories.height_m).all()


def test_packed_file_reads_alike(tmp_path: Path) -> None:
    text = "# framerate: 25\n# id frame x/cm y/cm z/cm\n" + ROWS["cm"]
    plain = read_archive_text(write(tmp_path, text))
    (tmp_path / "walk.txt.gz").write_bytes(gzip.compress(text.encode()))
    packed = read_archive_text(tmp_path / "walk.txt.gz")
    assert packed.name == plain.name == "walk"
    np.testing.assert_array_equal(packed.position_m, plain.position_m)


@pytest.mark.parametrize(
    ("head", "arguments", "message"),
    [
        ("# framerate: 25\n# unit: m", {"unit": "cm"}, "'m'.*unit='cm'"),
        ("# framerate: 25\n# unit: m", {"frame_rate_hz": 2.5}, "25 Hz.*frame_rate_hz=2.5"),
        ("# framerate: 25\n# unit: ft", {}, "line 2: unit 'ft' is not known"),
        ("# framerate: 25\n# x/mm y/mm", {"unit": "m"}, "line 2: unit 'mm' is not known"),
        (
            "# unit: m\n# x/cm y/cm",
            {"frame_rate_hz": 25},
            "line 2: the head says both 'm' and 'cm'",
        ),
        ("# framerate: 25,00\n# unit: m", {}, "line 1: frame rate '25,00' is not understood"),
        ("# framerate:\n# unit: m", {}, "line 1: frame rate '' is not understood"),
        ("# framerate: 0\n# unit: m", {}, "must be positive"),
        ("# framerate: 25\n# framerate: 16\n# unit: m", {}, "line 2: the head says both 25 and 16"),
        ("# framerate: 25\n# frame id x/m y/m", {}, "line 2: the columns are frame id x/m y/m"),
        ("# framerate: 25\n# unit: m\n1 2 3", {}, "line 3: 3 columns where id frame x y"),
        ("# framerate: 25\n# unit: m\n1 a 3 4 5", {}, "line 3: not numbers"),
        ("# framerate: 25\n# unit: m\n1 1 nan 4 5", {}, "line 3: NaN"),
        ("# framerate: 25\n# unit: m\n1 98 1 1 1", {}, "person 1 is at two places in frame 98"),
        ("# framerate: 25\n# unit: m\n3 0 0 0 1\n3 1 9 9 1", {}, "unit .m. or the frame rate"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, head: str, arguments: dict, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        read_archive_text(write(tmp_path, f"{head}\n1 98 4.6 1.8 1.7\n"), **arguments)
