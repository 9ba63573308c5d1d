import json
from pathlib import Path

import numpy as np
import pytest

from standex.edges.cameras.camera_json import read_camera_json, save_lens
from standex.edges.cli import main
from standex.sensing.video.camera import Camera, HomographyCamera
from standex.sensing.video.pose import turned

cv2 = pytest.importorskip("cv2")

LOOK = np.array([[1.0, 0, 0], [0, -0.5, -np.sqrt(0.75)], [0, np.sqrt(0.75), -0.5]])


def a_camera() -> Camera:
    rotation = turned(np.array([0.05, -0.1, 0.15])) @ LOOK
    return Camera(
        width_px=1280,
        height_px=960,
        matrix=np.array([[900.0, 0, 640], [0, 900, 480], [0, 0, 1]]),
        distortion=np.zeros(0),
        rotation=rotation,
        translation_m=-rotation @ np.array([2.0, -1.0, 5.0]),
    )


def points(path: Path, n: int, *, wrong_row: int | None = None) -> str:
    """Write points on the floor as the camera sees them; one may be two metres off."""
    spread = [(150, 400), (1100, 420), (1050, 880), (200, 850), (640, 600), (420, 500),
              (900, 700), (700, 900), (300, 650), (820, 450)]  # fmt: skip
    px = np.array(spread[:n], dtype=float)
    place = a_camera().to_floor(px, np.ones((n, 2))).position_m
    if wrong_row is not None:
        place[wrong_row] += 2.0
    rows = [f"{u},{v},{x},{y}" for (u, v), (x, y) in zip(px, place.tolist(), strict=True)]
    path.write_text("\n".join(["u_px,v_px,x_m,y_m", *rows]) + "\n")
    return str(path)


def call(tmp_path: Path, *words: str) -> int:
    return main(["calibrate", "camera", "--out", str(tmp_path / "out.json"), *words])


def test_pose_by_known_points(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save_lens(a_camera(), tmp_path / "lens.json", provenance="a test")
    frame = tmp_path / "frame.png"
    cv2.imwrite(str(frame), np.full((960, 1280, 3), 90, np.uint8))
    words = ["--points", points(tmp_path / "p.csv", 8), "--frame", str(frame)]
    assert call(tmp_path, *words, "--lens", str(tmp_path / "lens.json")) == 0
    told = capsys.readouterr().out
    assert "hangs at x 2.00, y -1.00, 5.00 m above the floor" in told
    found = read_camera_json(tmp_path / "out.json")
    assert isinstance(found, Camera)
    np.testing.assert_allclose(found.position_m, [2, -1, 5], atol=1e-4)
    picture = cv2.imread(str(tmp_path / "out.png"))
    assert picture.shape == (960, 1280, 3)
    assert (picture != 90).any()


def test_a_bad_point_is_named_and_nothing_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_lens(a_camera(), tmp_path / "lens.json", provenance="a test")
    words = ["--points", points(tmp_path / "p.csv", 10, wrong_row=4)]
    assert call(tmp_path, *words, "--lens", str(tmp_path / "lens.json")) == 2
    told = capsys.readouterr().err
    assert "point 5 is" in told
    assert "no camera was written" in told
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize(("n", "kind"), [(4, HomographyCamera), (5, HomographyCamera), (9, Camera)])
def test_without_a_lens(
    n: int, kind: type, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(tmp_path, "--points", points(tmp_path / "p.csv", n), "--size", "1280x960") == 0
    assert isinstance(read_camera_json(tmp_path / "out.json"), kind)
    assert ("give a fifth to know" in capsys.readouterr().out) == (n == 4)


def test_answers_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--points", points(tmp_path / "p.csv", 5), "--size", "1280x960", "--json"]
    assert call(tmp_path, *words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["kind"] == "homography"
    assert len(document["residual_px"]) == 5
    assert max(document["residual_m"]) < 1e-3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "give --boards"),
        (["--points", "none.csv", "--size", "1280x960"], "cannot be read"),
        (["--points", "POINTS"], "how large are the camera's pictures"),
        (["--points", "POINTS", "--size", "1280"], "two numbers with x"),
        (["--boards", "a.png", "--square-m", "0"], "--square-m must be above 0"),
        (["--boards", "a.png", "--board", "9"], "two numbers with x"),
        (["--boards", "a.png"], "a.png: cannot be read"),
    ],
)
def test_says_what_is_wrong(
    words: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [points(tmp_path / "p.csv", 5) if word == "POINTS" else word for word in words]
    assert call(tmp_path, *given) == 2
    assert told in capsys.readouterr().err


def test_a_frame_of_another_size_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_lens(a_camera(), tmp_path / "lens.json", provenance="a test")
    frame = tmp_path / "frame.png"
    cv2.imwrite(str(frame), np.zeros((480, 640, 3), np.uint8))
    words = ["--points", points(tmp_path / "p.csv", 8), "--frame", str(frame)]
    assert call(tmp_path, *words, "--lens", str(tmp_path / "lens.json")) == 2
    assert "640 x 480, the camera is for 1280 x 960" in capsys.readouterr().err
