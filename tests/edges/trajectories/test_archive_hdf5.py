import sys
from pathlib import Path

import numpy as np
import pytest

from standex.edges.trajectories.archive_hdf5 import read_archive_hdf5
from standex.model.errors import DataFileError, StandexError

h5py = pytest.importorskip("h5py", reason="the optional package h5py is not installed")

ROWS = [(1, 0, 10.0, 20.0, 170.0), (1, 1, 15.0, 20.0, 170.0), (2, 0, 0.0, 0.0, 160.0)]
KINDS = [("id", "i8"), ("frame", "i8"), ("x", "f8"), ("y", "f8"), ("z", "f8")]


def write(tmp_path: Path, rows=ROWS, kinds=KINDS, *, name="trajectory", root=None, **table) -> Path:
    path = tmp_path / "walk.h5"
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset(
            name, data=np.array([row[: len(kinds)] for row in rows], dtype=kinds)
        )
        dataset.attrs.update(table)
        file.attrs.update(root or {})
    return path


@pytest.mark.parametrize("where", ["root", "table"])
def test_unit_and_frame_rate_come_from_the_attributes(tmp_path: Path, where: str) -> None:
    units = {"x": "x-coordinate (centimeter [cm])", "y": "y-coordinate (centimeter [cm])"}
    fps = {"root": {"fps": 25.0}} if where == "root" else {"fps": 25}
    trajectories = read_archive_hdf5(write(tmp_path, **units, **fps))
    assert trajectories.frame_rate_hz == 25
    np.testing.assert_allclose(trajectories.position_m, [[0.1, 0.2], [0.15, 0.2], [0, 0]])
    np.testing.assert_allclose(trajectories.height_m, [1.7, 1.7, 1.6])


def test_arguments_fill_what_the_file_does_not_say(tmp_path: Path) -> None:
    path = write(tmp_path, kinds=KINDS[:4])
    with pytest.raises(DataFileError, match=r"unit.*looked for.*attributes x and y"):
        read_archive_hdf5(path, frame_rate_hz=25)
    with pytest.raises(DataFileError, match=r"looked for an attribute fps"):
        read_archive_hdf5(path, unit="cm")
    trajectories = read_archive_hdf5(path, unit="cm", frame_rate_hz=25)
    assert np.isnan(trajectories.height_m).all()


@pytest.mark.parametrize(
    ("file", "arguments", "message"),
    [
        ({"fps": 25, "x": "[m]"}, {"unit": "cm"}, "'m'.*unit='cm'"),
        ({"fps": 25, "x": "[m]"}, {"frame_rate_hz": 16}, "25 Hz.*frame_rate_hz=16"),
        ({"fps": 25, "x": "[m]", "y": "[cm]"}, {}, "cm and m"),
        ({"fps": 25, "x": "[mm]"}, {}, "unit mm"),
        ({"fps": "fast", "x": "[m]"}, {}, "fps"),
        ({"fps": [25, 16], "x": "[m]"}, {}, "fps"),
        ({"name": "positions"}, {}, "no table 'trajectory'"),
        ({"kinds": KINDS[:3]}, {}, r"missing: y"),
        ({"rows": []}, {"unit": "m", "frame_rate_hz": 25}, "no positions"),
        (
            {"rows": [(1, 0, np.nan, 0.0, 0.0)]},
            {"unit": "m", "frame_rate_hz": 25},
            "row 1: NaN",
        ),
        ({"kinds": [("id", "S3"), *KINDS[1:]], "rows": [("ab", 0, 0, 0, 0)]}, {}, "damaged"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, file: dict, arguments: dict, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        read_archive_hdf5(write(tmp_path, **file), **arguments)


def test_a_group_is_no_table(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "walk.h5", "w") as file:
        file.create_group("trajectory")
    with pytest.raises(DataFileError, match="no table 'trajectory'"):
        read_archive_hdf5(tmp_path / "walk.h5")


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_truncated_file_is_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path, rows=ROWS[:1] * 500, fps=25, x="[m]")
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(DataFileError, match="damaged, truncated or not from the archive"):
        read_archive_hdf5(path)


def test_missing_package_says_how_to_install_it(tmp_path: Path, monkeypatch) -> None:
    path = write(tmp_path)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(StandexError, match=r"pip install 'standex\[hdf5\]'"):
        read_archive_hdf5(path)
