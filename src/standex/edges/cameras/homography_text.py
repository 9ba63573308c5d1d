"""Homographies as text: nine numbers in three lines, as the ETH and UCY pedestrian sets have them.

(x, y, w) = H (u, v, 1). Some makers number pixels row first (the ETH set does): then it is
H (v, u, 1). The file says neither that nor its unit.
"""

from pathlib import Path
from typing import Literal

import numpy as np

from standex.edges.cameras.checked import checked_homography
from standex.edges.cameras.opencv_file import METRES, Unit
from standex.edges.trajectories.text_file import parse_numbers, read_lines
from standex.model.errors import DataFileError
from standex.sensing.video.camera import HomographyCamera

PixelOrder = Literal["column, row", "row, column"]


def read_homography(
    path: Path,
    *,
    size_px: tuple[int, int] | None,
    unit: Unit | None = "m",
    pixel_order: PixelOrder = "column, row",
) -> HomographyCamera:
    """Return the view of a homography file.

    Args:
        path: the file.
        size_px: width and height of the picture; must be given.
        unit: of the places that H gives; metres, if not given.
        pixel_order: how it numbers pixels.

    Raises:
        DataFileError: it cannot be read, is not 3 x 3, or has no floor where feet would be.
    """
    if size_px is None:
        raise DataFileError(f"{path}: does not say the size of its pictures; give it")
    layout = "three lines of three numbers"
    matrix = parse_numbers(
        path, read_lines(path), separator=None, widths=(3,), layout=layout
    ).values
    if matrix.shape != (3, 3):
        raise DataFileError(f"{path}: {len(matrix)} lines of numbers; {layout} were expected")
    if pixel_order == "row, column":
        matrix = matrix[:, [1, 0, 2]]
    return checked_homography(
        path,
        size_px=size_px,
        floor_from_picture=np.diag([METRES[unit or "m"], METRES[unit or "m"], 1.0]) @ matrix,
    )
