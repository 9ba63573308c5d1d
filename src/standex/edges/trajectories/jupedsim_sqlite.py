"""SQLite files of the simulator JuPedSim.

Tables ``trajectory_data(frame, id, pos_x, pos_y, ...)`` and ``metadata(key, value)`` with
``version`` and ``fps``; positions in metres by definition.

References:
    Chraibi et al., JuPedSim, an open framework for simulating and analyzing the dynamics of
    pedestrians.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import numpy as np

from standex.edges.trajectories.assemble import assembled
from standex.edges.trajectories.stated import Unit, agreed_frame_rate_hz, agreed_unit
from standex.edges.trajectories.text_file import excerpt, read_start
from standex.model.errors import DataFileError
from standex.model.trajectories import Trajectories

SQLITE_MAGIC = b"SQLite format 3\0"
# 1 and 2 differ in how they keep the geometry, which is not read here.
_VERSIONS = ("1", "2")


def read_jupedsim_sqlite(
    path: Path, *, unit: Unit | None = None, frame_rate_hz: float | None = None
) -> Trajectories:
    """Read the positions of a JuPedSim trajectory file.

    Args:
        path: the file.
        unit: None or 'm'.
        frame_rate_hz: None, or what the file says.

    Raises:
        DataFileError: the file cannot be read as such, or an argument contradicts it.
    """
    agreed_unit(path, in_file="m", given=unit, looked_for="the format's definition")
    _refuse_truncated(path)
    try:
        # Read-only: a mistyped path must not leave an empty data base behind.
        uri = f"file:{quote(str(path.absolute()))}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            metadata = {
                str(key): str(value)
                for key, value in connection.execute("SELECT key, value FROM metadata")
            }
            cursor = connection.execute("SELECT id, frame, pos_x, pos_y FROM trajectory_data")
            rows = np.fromiter(cursor, dtype=np.dtype((float, 4)))
    except (sqlite3.Error, TypeError, ValueError, OverflowError) as error:
        raise DataFileError(
            f"{path}: the SQLite file is damaged, truncated or not from JuPedSim ({error}); tables "
            "trajectory_data(frame, id, pos_x, pos_y) and metadata(key, value) were expected"
        ) from error
    if metadata.get("version") not in _VERSIONS:
        raise DataFileError(
            f"{path}: JuPedSim trajectory version {metadata.get('version')} is not known; "
            f"known are {', '.join(_VERSIONS)}"
        )
    rate_hz = agreed_frame_rate_hz(
        path,
        in_file=_frame_rate_hz(path, metadata),
        given=frame_rate_hz,
        looked_for="the key fps in the table metadata",
    )
    return assembled(
        path,
        person=rows[:, 0],
        frame=rows[:, 1],
        position=rows[:, 2:],
        height=None,
        unit="m",
        frame_rate_hz=rate_hz,
    )


def _refuse_truncated(path: Path) -> None:
    """Hold the size against the header's: SQLite reads the missing end of a page as zeros.

    References:
        SQLite, Database file format, section 1.3.
    """
    header = read_start(path, size=100)
    if len(header) < 100:
        raise DataFileError(f"{path}: the SQLite file is truncated; fetch it again")
    page_bytes = int.from_bytes(header[16:18], "big")
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    pages = int.from_bytes(header[28:32], "big")
    # Writers of old did not keep the number of pages; then these two counters differ.
    if header[24:28] == header[92:96] and path.stat().st_size < pages * page_bytes:
        raise DataFileError(
            f"{path}: the SQLite file is truncated, {path.stat().st_size} of "
            f"{pages * page_bytes} bytes are there; fetch it again"
        )


def _frame_rate_hz(path: Path, metadata: dict[str, str]) -> float | None:
    if "fps" not in metadata:
        return None
    try:
        return float(metadata["fps"])
    except ValueError as error:
        raise DataFileError(
            f"{path}: fps in the table metadata is {excerpt(metadata['fps'])}; "
            "a number was expected"
        ) from error
