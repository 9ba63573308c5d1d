"""Unit and frame rate: what a file says, what the caller says, and whether the two agree."""

import math
from pathlib import Path
from typing import Literal

from standex.model.errors import DataFileError

Unit = Literal["m", "cm"]
M_PER_UNIT: dict[Unit, float] = {"m": 1.0, "cm": 0.01}


def agreed_unit(path: Path, *, in_file: Unit | None, given: Unit | None, looked_for: str) -> Unit:
    """Return the unit of a file's positions.

    Args:
        path: the file, for the message.
        in_file: what the file says, None where it says nothing.
        given: what the caller says, None where the file is to be believed.
        looked_for: the places where the reader looked, for the message.

    Raises:
        DataFileError: nobody says it, or the two contradict each other.
    """
    if in_file is not None and given is not None and in_file != given:
        raise DataFileError(
            f"{path}: the file says that its unit is {in_file!r}, the argument says "
            f"unit={given!r}; leave the argument out, or correct the file"
        )
    unit = in_file or given
    if unit is None:
        raise DataFileError(
            f"{path}: the unit of the positions is not known (looked for {looked_for}); "
            "give unit='m' or unit='cm'"
        )
    return unit


def agreed_frame_rate_hz(
    path: Path, *, in_file: float | None, given: float | None, looked_for: str
) -> float:
    """Return how many frames of a file's numbering make a second.

    Args:
        path: the file, for the message.
        in_file: what the file says, None where it says nothing.
        given: what the caller says, None where the file is to be believed.
        looked_for: the places where the reader looked, for the message.

    Raises:
        DataFileError: nobody says it, the two contradict each other, or it is not positive.
    """
    for value, whose in ((in_file, "the file"), (given, "the argument")):
        if value is not None and not (math.isfinite(value) and value > 0):
            raise DataFileError(
                f"{path}: {whose} gives a frame rate of {value:g}; it must be positive and finite"
            )
    if in_file is not None and given is not None and not math.isclose(in_file, given, rel_tol=1e-6):
        raise DataFileError(
            f"{path}: the file says that its frame rate is {in_file:g} Hz, the argument says "
            f"frame_rate_hz={given:g}; leave the argument out, or correct the file"
        )
    frame_rate_hz = in_file if in_file is not None else given
    if frame_rate_hz is None:
        raise DataFileError(
            f"{path}: the frame rate is not known (looked for {looked_for}); "
            "give frame_rate_hz, the frames per second of the frame column's numbering"
        )
    return float(frame_rate_hz)
