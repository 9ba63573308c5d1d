"""Recorded trajectories of any known format: recognised by what is in the file."""

import os
from pathlib import Path

from standex.edges.trajectories.archive_hdf5 import HDF5_MAGIC, read_archive_hdf5
from standex.edges.trajectories.archive_text import read_archive_text
from standex.edges.trajectories.jupedsim_sqlite import SQLITE_MAGIC, read_jupedsim_sqlite
from standex.edges.trajectories.obsmat import read_obsmat
from standex.edges.trajectories.pixel_table import is_header, read_pixel_table
from standex.edges.trajectories.stated import Unit
from standex.edges.trajectories.text_file import GZIP_MAGIC, excerpt, read_start
from standex.model.errors import DataFileError
from standex.model.trajectories import Trajectories

KNOWN_FORMATS = (
    "archive text 'id frame x y [z]', archive HDF5, ETH/UCY obsmat 'frame id x z y vx vz vy', "
    "pixel table 'id,frame,u_px,v_px' (text also as gzip), JuPedSim SQLite"
)
# Heads of text files are a few lines; the first row of numbers must lie within.
_START_BYTES = 2**16


def read_trajectories(
    path: str | os.PathLike[str],
    *,
    unit: Unit | None = None,
    frame_rate_hz: float | None = None,
    homography_path: str | os.PathLike[str] | None = None,
) -> Trajectories:
    """Read recorded trajectories, whatever the format.

    Unit and frame rate are taken from the file. Where the file does not say them they must be
    given, and where it does an argument must not contradict it: a guess would make people walk
    at a wrong speed without anybody noticing.

    Files that are annotated every k-th frame only (obsmat, pixel tables) still count all frames
    of the video in their frame column. ``frame_rate_hz`` here and in the result is the frames
    per second of that numbering, not the annotations per second.

    Args:
        path: the file; text may be packed with gzip.
        unit: of the positions in the file (for a pixel table: behind the homography).
        frame_rate_hz: frames per second of the frame column's numbering.
        homography_path: 3 x 3 matrix from pixels to the floor; for pixel tables only.

    Raises:
        DataFileError: the file is missing, foreign, damaged, or silent about unit or frame rate.
        StandexError: an HDF5 file, and the optional package h5py is not installed.
    """
    path = Path(path)
    start = read_start(path, size=_START_BYTES)
    if not start:
        raise DataFileError(f"{path}: the file is empty")
    line = "" if start.startswith((HDF5_MAGIC, SQLITE_MAGIC)) else _first_row(path, start)
    if is_header(line):
        if homography_path is None:
            raise DataFileError(
                f"{path}: a table of pixels; give homography_path, the 3 x 3 matrix to the floor"
            )
        return read_pixel_table(
            path, homography_path=Path(homography_path), unit=unit, frame_rate_hz=frame_rate_hz
        )
    if homography_path is not None:
        raise DataFileError(
            f"{path}: homography_path={os.fspath(homography_path)} was given, but the file is not "
            "a table of pixels 'id,frame,u_px,v_px'; leave it out"
        )
    if start.startswith((HDF5_MAGIC, SQLITE_MAGIC)):
        _refuse_packed(path)
    if start.startswith(HDF5_MAGIC):
        return read_archive_hdf5(path, unit=unit, frame_rate_hz=frame_rate_hz)
    if start.startswith(SQLITE_MAGIC):
        return read_jupedsim_sqlite(path, unit=unit, frame_rate_hz=frame_rate_hz)
    if _is_numbers(line) and len(line.split()) == 8:
        return read_obsmat(path, unit=unit, frame_rate_hz=frame_rate_hz)
    if _is_numbers(line) or start.lstrip().startswith((b"#", b"\xef\xbb\xbf#")):
        return read_archive_text(path, unit=unit, frame_rate_hz=frame_rate_hz)
    raise DataFileError(
        f"{path}: not a known format of trajectories (the first line is {excerpt(line)}); "
        f"known are {KNOWN_FORMATS}"
    )


def _first_row(path: Path, start: bytes) -> str:
    """Return the first line of a text file that is neither blank nor a remark."""
    if b"\0" in start:
        raise DataFileError(
            f"{path}: not a known format of trajectories; known are {KNOWN_FORMATS}"
        )
    lines = start.decode("utf-8-sig", errors="replace").split("\n")
    rows = (line.strip() for line in lines)
    return next((row for row in rows if row and not row.startswith("#")), "")


def _is_numbers(line: str) -> bool:
    try:
        return len([float(field) for field in line.split()]) > 1
    except ValueError:
        return False


def _refuse_packed(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(GZIP_MAGIC)) == GZIP_MAGIC:
            raise DataFileError(f"{path}: only text is read from gzip; unpack this file first")
