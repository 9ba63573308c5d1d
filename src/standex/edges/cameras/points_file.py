"""Known points as CSV: clicked in a picture and measured in the site.

Columns ``u_px,v_px,x_m,y_m`` or ``u_px,v_px,x_m,y_m,z_m``; four points on the floor are enough.
"""

from pathlib import Path

import numpy as np

from standex.edges.cameras.checked import checked_homography
from standex.edges.trajectories.text_file import parse_numbers, read_lines
from standex.model.errors import DataFileError
from standex.sensing.video.camera import HomographyCamera
from standex.sensing.video.pose import KnownPoints, fitted_homography

FLAT, IN_SPACE = "u_px,v_px,x_m,y_m", "u_px,v_px,x_m,y_m,z_m"


def read_points(path: Path) -> KnownPoints:
    """Return the points of a file.

    Raises:
        DataFileError: it cannot be read, has another header, or a row is not all numbers.
    """
    lines = read_lines(path)
    header = _packed(next((text for text in lines if text.strip()), ""))
    if header not in (FLAT, IN_SPACE):
        raise DataFileError(
            f"{path}: the first line must be {FLAT} or {IN_SPACE}, it is {header!r}"
        )
    first = next(number for number, text in enumerate(lines, 1) if text.strip())
    n_columns = header.count(",") + 1
    values = parse_numbers(
        path, lines, separator=",", widths=(n_columns,), layout=header, first_line=first + 1
    ).values
    height = values[:, 4] if n_columns == 5 else np.zeros(len(values))
    return KnownPoints(px=values[:, :2], position_m=np.column_stack([values[:, 2:4], height]))


def is_points(line: str) -> bool:
    """Return whether a line is the header of a file of known points."""
    return _packed(line) in (FLAT, IN_SPACE)


def read_clicked(path: Path, *, size_px: tuple[int, int] | None) -> HomographyCamera:
    """Return the view of a floor by four or more points clicked on it.

    Args:
        path: of the points, all on the floor.
        size_px: width and height of the picture; must be given.

    Raises:
        DataFileError: the file or its points cannot be used.
    """
    if size_px is None:
        raise DataFileError(f"{path}: does not say the size of its pictures; give it")
    points = read_points(path)
    try:
        view = fitted_homography(points, width_px=size_px[0], height_px=size_px[1])
    except ValueError as error:
        raise DataFileError(f"{path}: {error}") from error
    return checked_homography(
        path,
        size_px=size_px,
        floor_from_picture=view.floor_from_picture,
        floor_px=points.px.mean(axis=0),
    )


def _packed(line: str) -> str:
    return "".join(line.split()).replace('"', "").lower()
