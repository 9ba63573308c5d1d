"""ETH/UCY annotations ``obsmat.txt``: ``frame id x z y vx vz vy``, every k-th frame.

References:
    Pellegrini, Ess, Schindler, van Gool, You'll never walk alone, ICCV 2009.
    Lerner, Chrysanthou, Lischinski, Crowds by example, Eurographics 2007.
"""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from standex.edges.trajectories.assemble import assembled
from standex.edges.trajectories.stated import Unit, agreed_frame_rate_hz, agreed_unit
from standex.edges.trajectories.text_file import parse_numbers, read_lines
from standex.model.errors import DataFileError
from standex.model.trajectories import Trajectories

LAYOUT = "frame id x z y vx vz vy"
# The velocities are smoothed, but over many steps their ratio to the steps is good to a per cent.
_RATE_TOLERANCE = 0.2
# Slower steps are mostly annotation noise.
_MIN_SPEED_M_PER_S = 0.3
_MIN_STEPS = 10


def read_obsmat(
    path: Path, *, unit: Unit | None = None, frame_rate_hz: float | None = None
) -> Trajectories:
    """Read an ``obsmat`` file; columns x and y are the plane, in metres by definition.

    The file does not state its frame rate, but it holds velocities in m/s: a given frame rate is
    held against the one at which positions and velocities agree. This finds the usual mistake,
    to give the annotations per second (2.5) instead of the video's frames per second (25).

    Args:
        path: the file.
        unit: None or 'm'.
        frame_rate_hz: frames per second of the numbering of the frame column; must be given.

    Raises:
        DataFileError: the file cannot be read as such, the frame rate is missing or contradicts
            the velocities.
    """
    agreed_unit(path, in_file="m", given=unit, looked_for="the format's definition")
    table = parse_numbers(path, read_lines(path), separator=None, widths=(8,), layout=LAYOUT)
    implied_hz = _implied_frame_rate_hz(table.values)
    hint = "" if implied_hz is None else f"; its velocities fit {implied_hz:.3g} frames a second"
    rate_hz = agreed_frame_rate_hz(
        path,
        in_file=None,
        given=frame_rate_hz,
        looked_for=f"nothing, the format has no place for it{hint}",
    )
    if implied_hz is not None and not (
        1 / (1 + _RATE_TOLERANCE) < rate_hz / implied_hz < 1 + _RATE_TOLERANCE
    ):
        raise DataFileError(
            f"{path}: frame_rate_hz={rate_hz:g} was given, but the file's velocities fit its "
            f"positions at {implied_hz:.3g} Hz; give the frames per second of the frame column's "
            "numbering, not the annotations per second"
        )
    return assembled(
        path,
        person=table.values[:, 1],
        frame=table.values[:, 0],
        position=table.values[:, [2, 4]],
        height=None,
        unit="m",
        frame_rate_hz=rate_hz,
        line=table.line,
    )


def _implied_frame_rate_hz(values: Float[np.ndarray, "rows 8"]) -> float | None:
    """Return the frame rate at which steps and velocities agree, None where nobody moves."""
    rows = values[np.lexsort((values[:, 0], values[:, 1]))]
    with np.errstate(all="ignore"):
        step_m = np.hypot(*np.diff(rows[:, [2, 4]], axis=0).T)
        frames = np.diff(rows[:, 0])
        speed_m_per_s = np.hypot(rows[:-1, 5], rows[:-1, 7])
        use = (
            (np.diff(rows[:, 1]) == 0)
            & (frames > 0)
            & (step_m > 0)
            & (speed_m_per_s > _MIN_SPEED_M_PER_S)
        )
        ratio_hz = speed_m_per_s[use] * frames[use] / step_m[use]
    ratio_hz = ratio_hz[np.isfinite(ratio_hz) & (ratio_hz > 0)]
    return float(np.median(ratio_hz)) if len(ratio_hz) >= _MIN_STEPS else None
