"""From columns of numbers to trajectories, after the checks that every format shares."""

from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from standex.edges.trajectories.stated import M_PER_UNIT, Unit
from standex.edges.trajectories.text_file import recording_name
from standex.model.errors import DataFileError
from standex.model.trajectories import Trajectories

# The fastest sprinters reach 12.4 m/s for a moment; nobody holds it for half of a recording.
MAX_MEDIAN_SPEED_M_PER_S = 12.0
# Broken tracks of two or three frames occur; a wrong unit or frame rate moves everybody.
MAX_FAST_SHARE = 0.1
# Grid coordinates of maps reach 1e7 m.
MAX_POSITION_M = 1e8
# Larger whole numbers are not exact in a float.
MAX_WHOLE = 2.0**53


def assembled(
    path: Path,
    *,
    person: Float[np.ndarray, " rows"],
    frame: Float[np.ndarray, " rows"],
    position: Float[np.ndarray, "rows 2"],
    height: Float[np.ndarray, " rows"] | None,
    unit: Unit,
    frame_rate_hz: float,
    line: Int[np.ndarray, " rows"] | None = None,
) -> Trajectories:
    """Sort rows by person and frame, turn them to metres and check that people walk like people.

    Args:
        path: the file, for the name of the recording and for messages.
        person: number of the person.
        frame: frame number.
        position: x, y in ``unit``.
        height: z in ``unit``, None where the format has none.
        unit: of position and height.
        frame_rate_hz: frames of the frame column's numbering per second.
        line: line of each row in a text file; else rows are counted from 1 in messages.

    Raises:
        DataFileError: no rows, values that are not finite or not whole numbers where they must
            be, a person twice in one frame, or positions or speeds that no person can have.
    """
    if not len(person):
        raise DataFileError(f"{path}: holds no positions")

    def where(rows: np.ndarray) -> str:
        row = int(np.flatnonzero(rows)[0])
        return f"{path}, row {row + 1}" if line is None else f"{path}, line {line[row]}"

    z = np.zeros(len(person)) if height is None else height
    broken = np.asarray(~np.isfinite(np.column_stack((person, frame, position, z))).all(axis=1))
    if broken.any():
        raise DataFileError(
            f"{where(broken)}: NaN or infinite values ({np.sum(broken)} such rows in all); "
            "remove them"
        )
    for name, values in (("id", person), ("frame", frame)):
        odd = (values != np.round(values)) | (np.abs(values) > MAX_WHOLE)
        if odd.any():
            raise DataFileError(
                f"{where(odd)}: {name} {values[odd][0]:g} is not a whole number; check the order "
                "of the columns"
            )
    position_m = position * M_PER_UNIT[unit]
    far = np.asarray((np.abs(position_m) > MAX_POSITION_M).any(axis=1))
    if far.any():
        raise DataFileError(
            f"{where(far)}: position {position_m[far][0]} m lies outside the Earth; "
            "check the columns and the unit"
        )
    order = np.lexsort((frame, person))
    same = np.diff(person[order]) == 0
    twice = np.zeros(len(person), bool)
    twice[order[1:]] = same & (np.diff(frame[order]) == 0)
    if twice.any():
        raise DataFileError(
            f"{where(twice)}: person {person[twice][0]:.0f} is at two places in frame "
            f"{frame[twice][0]:.0f}; check the order of the columns, or remove one"
        )
    trajectories = Trajectories(
        name=recording_name(path),
        person=person[order].astype(np.int64),
        frame=frame[order].astype(np.int64),
        position_m=position_m[order],
        height_m=np.full(len(person), np.nan) if height is None else z[order] * M_PER_UNIT[unit],
        frame_rate_hz=frame_rate_hz,
    )
    _refuse_absurd_speeds(path, trajectories, unit=unit)
    return trajectories


def median_speeds_m_per_s(trajectories: Trajectories) -> Float[np.ndarray, " people"]:
    """Return each person's median speed from one row to the next; NaN for people with one row."""
    same = np.diff(trajectories.person) == 0
    with np.errstate(all="ignore"):
        dt_s = np.diff(trajectories.frame) / trajectories.frame_rate_hz
        speed_m_per_s = np.hypot(*np.diff(trajectories.position_m, axis=0).T) / np.abs(dt_s)
    starts = np.flatnonzero(np.concatenate(([True], ~same)))
    ends = np.append(starts[1:], len(trajectories.person)) - 1
    return np.array(
        [
            np.median(speed_m_per_s[start:end]) if end > start else np.nan
            for start, end in zip(starts, ends, strict=True)
        ]
    )


def _refuse_absurd_speeds(path: Path, trajectories: Trajectories, *, unit: Unit) -> None:
    speed_m_per_s = median_speeds_m_per_s(trajectories)
    speed_m_per_s = speed_m_per_s[np.isfinite(speed_m_per_s)]
    fast = speed_m_per_s > MAX_MEDIAN_SPEED_M_PER_S
    if np.sum(fast) > MAX_FAST_SHARE * len(fast):
        raise DataFileError(
            f"{path}: {np.sum(fast)} of {len(fast)} people walk faster than "
            f"{MAX_MEDIAN_SPEED_M_PER_S:g} m/s on median (half of the people faster than "
            f"{np.median(speed_m_per_s):.3g} m/s); the unit ({unit}) or the frame rate "
            f"({trajectories.frame_rate_hz:g} Hz) must be wrong"
        )
