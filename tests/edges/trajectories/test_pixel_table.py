import json
from pathlib import Path

import numpy as np
import pytest

from standex.edges.trajectories.pixel_table import is_header, read_pixel_table
from standex.model.errors import DataFileError

# A camera that looks down at a slant: w falls towards the horizon at v = 1000.
H = [[0.02, 0.0, -5.0], [0.0, 0.03, 4.0], [0.0, -0.001, 1.0]]


def write(tmp_path: Path, rows: str = "1,0,100,200\n1,20,110,200\n", matrix="") -> dict:
    (tmp_path / "tracks.csv").write_text("id,frame,u_px,v_px\n" + rows)
    (tmp_path / "H").write_text(matrix or json.dumps({"homog": H, "unit": "m"}))
    return {"path": tmp_path / "tracks.csv", "homography_path": tmp_path / "H"}


def test_known_floor_points_come_back(tmp_path: Path, rng: np.random.Generator) -> None:
    floor_m = rng.uniform(-8, 8, size=(12, 2)) + [0, 20]
    image = np.column_stack((floor_m, np.ones(12))) @ np.linalg.inv(H).T
    pixels = image[:, :2] / image[:, 2:]
    rows = "".join(f"{i},{20 * i},{float(u)!r},{float(v)!r}\n" for i, (u, v) in enumerate(pixels))
    trajectories = read_pixel_table(**write(tmp_path, rows), frame_rate_hz=25)
    np.testing.assert_allclose(trajectories.position_m, floor_m, rtol=1e-9)
    assert trajectories.duration_s == pytest.approx(11 * 20 / 25)


@pytest.mark.parametrize(
    "matrix",
    [
        json.dumps({"homog": H}),
        json.dumps(H),
        json.dumps((-np.array(H)).tolist()),  # the scale and sign of H are free
        "\n".join(" ".join(map(repr, row)) for row in H),
    ],
)
def test_all_ways_to_write_the_homography_agree(tmp_path: Path, matrix: str) -> None:
    expected = read_pixel_table(**write(tmp_path), frame_rate_hz=25)
    files = write(tmp_path, matrix=matrix)
    with pytest.raises(DataFileError, match="unit='m' or unit='cm'"):
        read_pixel_table(**files, frame_rate_hz=25)
    metres = read_pixel_table(**files, frame_rate_hz=25, unit="m")
    centimetres = read_pixel_table(**files, frame_rate_hz=25, unit="cm")
    np.testing.assert_allclose(metres.position_m, expected.position_m)
    np.testing.assert_allclose(centimetres.position_m, expected.position_m / 100)


@pytest.mark.parametrize(
    ("files", "arguments", "message"),
    [
        ({}, {}, "give frame_rate_hz"),
        ({}, {"frame_rate_hz": 25, "unit": "cm"}, "'m'.*unit='cm'"),
        ({"rows": "1,0,5\n"}, {"frame_rate_hz": 25}, "line 2: 3 columns where id,frame,u_px,v_px"),
        ({"rows": "1,0,5,1\n1,1,,5\n"}, {"frame_rate_hz": 25}, "line 3: not numbers"),
        ({"rows": "1,0,5,nan\n"}, {"frame_rate_hz": 25}, "line 2: NaN"),
        ({"rows": ""}, {"frame_rate_hz": 25}, "no row of numbers"),
        (
            {"rows": "1,0,5,5\n1,1,5,6\n1,2,9,1200\n"},
            {"frame_rate_hz": 25},
            "line 4.*on or beyond the horizon",
        ),
        ({"rows": "1,0,5,1e308\n1,1,5,6\n1,2,5,6\n"}, {"frame_rate_hz": 25}, "line 2.*horizon"),
    ],
)
def test_bad_tables_are_refused(tmp_path: Path, files: dict, arguments: dict, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        read_pixel_table(**write(tmp_path, **files), **arguments)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ("1 0 0\n0 1 0\n", "3 x 3"),
        ("1 0 0\n0 1 0\n0 1\n", "line 3: 2 columns where three lines of three numbers"),
        ("1 0 0\n0 1 0\n0 2 0\n", "singular"),
        ("1 0 0\n0 0 0\n0 2 0\n", "singular"),
        ('{"homog": [[1, 2], [3]]}', "no 3 x 3 matrix"),
        ('{"matrix": []}', "3 x 3"),
        ('{"homog": "abc"}', "no 3 x 3 matrix"),
        ('{"homog": [[1, 0, 0], [0, 1, 0], [0, 0, NaN]]}', "finite"),
        ('{"homog": ', "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        (json.dumps({"homog": H, "unit": "ft"}), '"unit" is'),
    ],
)
def test_bad_homographies_are_refused(tmp_path: Path, matrix: str, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        read_pixel_table(**write(tmp_path, matrix=matrix), frame_rate_hz=25, unit="m")


def test_header_is_needed(tmp_path: Path) -> None:
    files = write(tmp_path)
    files["path"].write_text("1,0,100,200\n")
    with pytest.raises(DataFileError, match="no header line id,frame,u_px,v_px"):
        read_pixel_table(**files, frame_rate_hz=25)
    assert is_header(' "id", frame,u_px,V_px\r')
    assert not is_header("id,frame,x,y")
