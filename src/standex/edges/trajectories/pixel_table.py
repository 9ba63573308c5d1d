"""Tables of image positions, CSV ``id,frame,u_px,v_px``, with a homography to the floor."""

import json
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
from jaxtyping import Float

from standex.edges.trajectories.assemble import assembled
from standex.edges.trajectories.stated import Unit, agreed_frame_rate_hz, agreed_unit
from standex.edges.trajectories.text_file import excerpt, parse_numbers, read_lines
from standex.model.errors import DataFileError
from standex.model.trajectories import Trajectories

HEADER = ("id", "frame", "u_px", "v_px")
_MATRIX_KEYS = ("homog", "homography", "H")


def read_pixel_table(
    path: Path,
    *,
    homography_path: Path,
    unit: Unit | None = None,
    frame_rate_hz: float | None = None,
) -> Trajectories:
    """Read a table of pixels, plain or gzip, and carry it to the floor.

    (x, y, w) = H (u, v, 1); the floor position is (x, y) / w.

    Args:
        path: the table.
        homography_path: H, nine numbers in three lines, or JSON: three lists of three, bare or
            under "homog", with an optional "unit" beside it.
        unit: of the floor positions that H gives, where its file does not say it.
        frame_rate_hz: frames per second of the numbering of the frame column; must be given.

    Raises:
        DataFileError: one of the files cannot be read as such, unit or frame rate stay unknown,
            or people stand on or above the horizon of H.
    """
    homography, said_unit = _homography(homography_path)
    agreed = agreed_unit(
        homography_path, in_file=said_unit, given=unit, looked_for='a "unit" beside the matrix'
    )
    rate_hz = agreed_frame_rate_hz(
        path,
        in_file=None,
        given=frame_rate_hz,
        looked_for="nothing, the format has no place for it",
    )
    lines = read_lines(path)
    header = next((n for n, text in enumerate(lines, 1) if is_header(text)), None)
    if header is None:
        raise DataFileError(f"{path}: no header line {','.join(HEADER)}")
    table = parse_numbers(
        path, lines, separator=",", widths=(4,), layout=",".join(HEADER), first_line=header + 1
    )
    pixels = np.column_stack((table.values[:, 2:], np.ones(len(table.values))))
    with np.errstate(all="ignore"):
        carried = pixels @ homography.T
        w = carried[:, 2]
        position = carried[:, :2] / w[:, None]
    # Seen by a camera, the floor lies on one side of its horizon w = 0. The sign of H is free.
    beyond = ~(w * np.sign(np.median(w)) > 0) | ~np.isfinite(position).all(axis=1)
    if beyond.any():
        row = int(np.flatnonzero(beyond)[0])
        raise DataFileError(
            f"{path}, line {table.line[row]}: pixel {table.values[row, 2:]} lies on or beyond the "
            f"horizon of {homography_path}; check that the homography belongs to this camera"
        )
    return assembled(
        path,
        person=table.values[:, 0],
        frame=table.values[:, 1],
        position=position,
        height=None,
        unit=agreed,
        frame_rate_hz=rate_hz,
        line=table.line,
    )


def is_header(text: str) -> bool:
    """Return whether a line is the header of a pixel table."""
    return tuple(field.strip().strip('"').lower() for field in text.split(",")) == HEADER


def _homography(path: Path) -> tuple[Float[np.ndarray, "3 3"], Unit | None]:
    """Return H and the unit that its file names."""
    lines = read_lines(path)
    text = "\n".join(lines)
    unit: Unit | None = None
    if text.lstrip().startswith(("{", "[")):
        matrix, unit = _from_json(path, text)
    else:
        layout = "three lines of three numbers"
        matrix = parse_numbers(path, lines, separator=None, widths=(3,), layout=layout).values
    if matrix.shape != (3, 3) or not np.isfinite(matrix).all():
        raise DataFileError(f"{path}: a homography has 3 x 3 finite numbers, got {matrix.shape}")
    # Scaled, so that the test does not depend on the unit of H.
    scale = np.abs(matrix).max(axis=1, keepdims=True)
    if not scale.all() or np.linalg.matrix_rank(matrix / scale) < 3:
        raise DataFileError(f"{path}: the homography is singular, it maps the image to a line")
    return matrix, unit


def _from_json(path: Path, text: str) -> tuple[Float[np.ndarray, "..."], Unit | None]:
    try:
        content: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataFileError(f"{path}: not valid JSON ({error})") from error
    unit: Any = None
    if isinstance(content, dict):
        fields = cast("dict[str, Any]", content)
        unit = fields.get("unit")
        content = next((fields[key] for key in _MATRIX_KEYS if key in fields), None)
    if unit not in (None, *get_args(Unit)):
        raise DataFileError(f'{path}: "unit" is {excerpt(str(unit))}; "m" or "cm" was expected')
    try:
        return np.array(content, dtype=float), unit
    except (TypeError, ValueError, OverflowError) as error:
        raise DataFileError(
            f'{path}: no 3 x 3 matrix of numbers, bare or under "{_MATRIX_KEYS[0]}"'
        ) from error
