from pathlib import Path

import pytest

from standex.edges.cameras.camera_json import save_view
from standex.edges.cameras.read import read_view
from standex.model.errors import DataFileError
from standex.sensing.video.camera import Camera, HomographyCamera

HOMOGRAPHY = "# of the door\n0.02 0 -6.4\n0 0 10\n0 0.01 -1\n"
CLICKED = "u_px,v_px,x_m,y_m\n100,400,0,0\n540,400,4,0\n420,200,4,6\n220,200,0,6\n"
YAML = """%YAML:1.0
---
K: !!opencv-matrix
   rows: 3
   cols: 3
   dt: d
   data: [ 900., 0., 630., 0., 910., 470., 0., 0., 1. ]
rvec: [ 2.0943951, 0., 0. ]
tvec: [ 0., 2.165, 1.25 ]
"""
TSAI = """<Camera><Geometry width="768" height="576" dpx="0.005" dpy="0.005"/>
<Intrinsic focal="5.5" kappa1="0.005" cx="384" cy="288" sx="1"/>
<Extrinsic tx="0" ty="0" tz="10000" rx="2.0943951" ry="0" rz="0"/></Camera>"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "view"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "kind"),
    [(HOMOGRAPHY, HomographyCamera), (CLICKED, HomographyCamera), (YAML, Camera)],
    ids=["homography", "clicked", "opencv"],
)
def test_knows_formats_without_a_size(text: str, kind: type, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    view = read_view(path, size_px=(640, 480), unit="m")
    assert isinstance(view, kind)
    assert (view.width_px, view.height_px) == (640, 480)
    with pytest.raises(DataFileError, match="size of its pictures"):
        read_view(path, unit="m")


def test_knows_formats_with_a_size(views, tmp_path: Path) -> None:
    assert isinstance(read_view(written(tmp_path, TSAI)), Camera)
    save_view(views.a_camera(), tmp_path / "view", provenance="a test")
    assert isinstance(read_view(str(tmp_path / "view")), Camera)
    with pytest.raises(DataFileError, match="is for pictures of 1280 x 960, not 640 x 480"):
        read_view(tmp_path / "view", size_px=(640, 480))


@pytest.mark.parametrize("text", ["", "hello\n", "1,2,3\n", "<svg/>", "1 2 3 4\n", "\0\1"])
def test_refuses_what_is_foreign(text: str, tmp_path: Path) -> None:
    with pytest.raises(DataFileError):
        read_view(written(tmp_path, text), size_px=(640, 480), unit="m")


def test_names_what_it_knows(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"begins 'hello'.*Tsai XML"):
        read_view(written(tmp_path, "hello\n"))
