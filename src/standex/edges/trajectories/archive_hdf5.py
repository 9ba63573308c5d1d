"""HDF5 files of the Pedestrian Dynamics Data Archive: a table ``trajectory``, attribute ``fps``.

References:
    Pedestrian Dynamics Data Archive, Forschungszentrum Juelich, doi 10.34735/ped.da.
"""

import re
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.trajectories.assemble import assembled
from standex.edges.trajectories.stated import Unit, agreed_frame_rate_hz, agreed_unit
from standex.model.errors import DataFileError, StandexError
from standex.model.trajectories import Trajectories

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_COLUMNS = ("id", "frame", "x", "y")


def read_archive_hdf5(
    path: Path, *, unit: Unit | None = None, frame_rate_hz: float | None = None
) -> Trajectories:
    """Read an archive HDF5 file; z, where there is one, is taken for the height of the head.

    Args:
        path: the file.
        unit: of the positions, where the attributes ``x`` and ``y`` of the table do not say it.
        frame_rate_hz: where no attribute ``fps`` says it.

    Raises:
        StandexError: the optional package h5py is missing.
        DataFileError: the file cannot be read as such, or unit or frame rate stay unknown.
    """
    try:
        import h5py  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise StandexError(
            f"{path}: HDF5 files need the package h5py; install it with pip install 'standex[hdf5]'"
        ) from error
    try:
        with h5py.File(path, "r") as file:
            columns, attributes = _contents(path, file, group_type=h5py.Dataset)
    # What libhdf5 finds wrong comes up as any of these.
    except (OSError, RuntimeError, ValueError, TypeError, KeyError, OverflowError) as error:
        raise DataFileError(
            f"{path}: the HDF5 file is damaged, truncated or not from the archive ({error}); "
            "fetch it again"
        ) from error
    agreed = agreed_unit(
        path,
        in_file=_unit(path, attributes),
        given=unit,
        looked_for="'[m]' or '[cm]' in the attributes x and y of the table trajectory",
    )
    rate_hz = agreed_frame_rate_hz(
        path,
        in_file=_frame_rate_hz(path, attributes),
        given=frame_rate_hz,
        looked_for="an attribute fps at the table trajectory or at the root",
    )
    return assembled(
        path,
        person=columns["id"],
        frame=columns["frame"],
        position=np.column_stack((columns["x"], columns["y"])),
        height=columns.get("z"),
        unit=agreed,
        frame_rate_hz=rate_hz,
    )


def _contents(
    path: Path, file: Any, *, group_type: type
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return the table's columns as floats, and the attributes of root and table."""
    table = file.get("trajectory")
    names = (table.dtype.names or ()) if isinstance(table, group_type) else ()
    missing = [name for name in _COLUMNS if name not in names]
    if missing:
        raise DataFileError(
            f"{path}: no table 'trajectory' with the columns {', '.join(_COLUMNS)} "
            f"(missing: {', '.join(missing)}); not an HDF5 file of the archive"
        )
    rows = table[()].reshape(-1)
    wanted = (*_COLUMNS, "z") if "z" in names else _COLUMNS
    columns = {name: np.asarray(rows[name], dtype=float) for name in wanted}
    return columns, {**dict(file.attrs), **dict(table.attrs)}


def _unit(path: Path, attributes: dict[str, Any]) -> Unit | None:
    words = {match[1] for name in ("x", "y") for match in [_bracket(attributes.get(name))] if match}
    if not words:
        return None
    if words == {"m"}:
        return "m"
    if words == {"cm"}:
        return "cm"
    raise DataFileError(
        f"{path}: the attributes x and y name the unit {' and '.join(sorted(words))}; "
        "turn the file to m or cm"
    )


def _bracket(text: Any) -> re.Match[str] | None:
    return re.search(
        r"\[(\w+)\]", text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    )


def _frame_rate_hz(path: Path, attributes: dict[str, Any]) -> float | None:
    if "fps" not in attributes:
        return None
    try:
        return float(np.asarray(attributes["fps"], dtype=float).reshape(()))
    except (TypeError, ValueError) as error:
        raise DataFileError(
            f"{path}: the attribute fps is {attributes['fps']!r}, a number was expected"
        ) from error
