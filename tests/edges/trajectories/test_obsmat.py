from pathlib import Path

import numpy as np
import pytest

from standex.edges.trajectories.obsmat import read_obsmat
from standex.model.errors import DataFileError


def write(tmp_path: Path, *, speed_m_per_s: float = 1.2, rows: int = 20) -> Path:
    """Write one person who walks along y at 25 frames/s, annotated every tenth frame."""
    frame = 1.0 + 10 * np.arange(rows)
    values = np.zeros((rows, 8))
    values[:, 0], values[:, 1], values[:, 2] = frame, 7, 3.0
    values[:, 4], values[:, 7] = speed_m_per_s * frame / 25, speed_m_per_s
    path = tmp_path / "obsmat.txt"
    np.savetxt(path, values, fmt="%14.6e", delimiter="  ")
    return path


def test_plane_is_columns_three_and_five(tmp_path: Path) -> None:
    trajectories = read_obsmat(write(tmp_path), frame_rate_hz=25)
    np.testing.assert_array_equal(trajectories.person, 7)
    np.testing.assert_array_equal(trajectories.frame[:3], [1, 11, 21])
    np.testing.assert_allclose(trajectories.position_m[0], [3.0, 1.2 / 25], rtol=1e-6)
    assert np.isnan(trajectories.height_m).all()
    assert trajectories.duration_s == pytest.approx(190 / 25)


def test_frame_rate_must_be_given_and_a_hint_helps(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"velocities fit 25 frames a second.*frame_rate_hz"):
        read_obsmat(write(tmp_path))


@pytest.mark.parametrize("rate_hz", [2.5, 15.0, 31.0, 250.0])
def test_frame_rate_that_the_velocities_contradict_is_refused(
    tmp_path: Path, rate_hz: float
) -> None:
    with pytest.raises(DataFileError, match=rf"frame_rate_hz={rate_hz:g} was given.*at 25 Hz"):
        read_obsmat(write(tmp_path), frame_rate_hz=rate_hz)


@pytest.mark.parametrize("quiet", [{"speed_m_per_s": 0.0}, {"rows": 2}])
def test_people_who_stand_cannot_contradict(tmp_path: Path, quiet: dict) -> None:
    assert read_obsmat(write(tmp_path, **quiet), frame_rate_hz=2.5).frame_rate_hz == 2.5


def test_unit_is_metres_by_definition(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert len(read_obsmat(path, unit="m", frame_rate_hz=25).person) == 20
    with pytest.raises(DataFileError, match=r"'m'.*unit='cm'"):
        read_obsmat(path, unit="cm", frame_rate_hz=25)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1 2 3 4 5 6 7", "line 21: 7 columns"),
        ("1 2 3 4 5 6 7 x", "line 21: not numbers"),
        ("1 2 nan 4 5 6 7 8", "line 21: NaN"),
        ("1 7 3 4 5 6 7 8", "line 21: person 7 is at two places in frame 1"),
        ("1.5 8 3 4 5 6 7 8", "line 21: frame 1.5 is not a whole number"),
    ],
)
def test_bad_rows_are_named(tmp_path: Path, row: str, message: str) -> None:
    path = write(tmp_path)
    path.write_text(path.read_text() + row + "\n")
    with pytest.raises(DataFileError, match=message):
        read_obsmat(path, frame_rate_hz=25)
