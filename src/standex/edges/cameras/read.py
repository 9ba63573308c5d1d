"""Calibrations of cameras of any known format: recognised by what is in the file."""

from pathlib import Path

from standex.edges.cameras.camera_json import read_camera_json
from standex.edges.cameras.homography_text import PixelOrder, read_homography
from standex.edges.cameras.opencv_file import Unit, read_opencv
from standex.edges.cameras.opencv_storage import text_of, xml_of
from standex.edges.cameras.points_file import is_points, read_clicked
from standex.edges.cameras.tsai import read_tsai
from standex.edges.trajectories.text_file import excerpt
from standex.model.errors import DataFileError
from standex.sensing.video.camera import FloorView

KNOWN_FORMATS = (
    "this software's JSON, OpenCV's FileStorage (YAML, XML), Tsai XML (PETS), a homography (three "
    "lines of three numbers), known points (CSV u_px,v_px,x_m,y_m)"
)


def read_view(
    path: str | Path,
    *,
    size_px: tuple[int, int] | None = None,
    unit: Unit | None = None,
    pose_path: Path | None = None,
    pixel_order: PixelOrder = "column, row",
) -> FloorView:
    """Return the view of a floor that a calibration file describes.

    Args:
        path: the file.
        size_px: width and height of the pictures, where the file does not say them.
        unit: of lengths, where the file does not say it.
        pose_path: with the pose, where it stands in another file (OpenCV, WILDTRACK).
        pixel_order: of a homography file.

    Raises:
        DataFileError: it is missing, foreign, damaged, silent about something that is needed, for
            another size, or has no floor where feet would be.
    """
    path = Path(path)
    text = text_of(path).lstrip()
    if text.startswith("{"):
        view = read_camera_json(path)
    elif text.startswith("<"):
        root = xml_of(path, text)
        is_tsai = root.tag == "Camera" and root.find("Geometry") is not None
        view = (
            read_tsai(path)
            if is_tsai
            else read_opencv(path, unit=unit, pose_path=pose_path, size_px=size_px)
        )
    elif text.startswith("%YAML") or "opencv-matrix" in text:
        view = read_opencv(path, unit=unit, pose_path=pose_path, size_px=size_px)
    elif is_points(text.split("\n", 1)[0]):
        view = read_clicked(path, size_px=size_px)
    elif _are_numbers(text):
        view = read_homography(path, size_px=size_px, unit=unit, pixel_order=pixel_order)
    else:
        raise DataFileError(
            f"{path}: not a known format of camera calibrations (it begins "
            f"{excerpt(text.split(chr(10), 1)[0])}); known are {KNOWN_FORMATS}"
        )
    said = (view.width_px, view.height_px)
    if size_px is not None and said != size_px:
        raise DataFileError(
            f"{path}: is for pictures of {said[0]} x {said[1]}, not {size_px[0]} x {size_px[1]}; "
            "calibrate at the size that is delivered"
        )
    return view


def _are_numbers(text: str) -> bool:
    rows = (line.strip() for line in text.split("\n"))
    first = next((row for row in rows if row and not row.startswith("#")), "")
    try:
        return len([float(field) for field in first.split()]) == 3
    except ValueError:
        return False
