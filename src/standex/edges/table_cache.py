"""Beamspace tables kept on disk, by geometry: they take seconds to make, and less to read."""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace_tables import (
    GUARD_CELLS,
    Gate,
    Mapper,
    Side,
    Tables,
    choose_block_shape,
    make_tables,
)
from standex.sensing.microwave.imaging.voxels import Grid

LAYOUT = 1  # raise when what the tables hold changes: older files are then made anew


def geometry_key(
    array: Array,
    grid: Grid,
    *,
    block_shape: tuple[int, int, int],
    tolerance: float,
    guard_cells: int = GUARD_CELLS,
) -> str:
    """Return a name for a geometry: equal for equal antennas, frequencies, voxels and settings.

    Places are rounded to a micrometre, frequencies to a hertz; the times of the sweep do not enter,
    since the tables do not depend on them.
    """
    digest = hashlib.sha256()
    for values, unit in (
        (array.tx_position_m, 1e-6),
        (array.rx_position_m, 1e-6),
        (array.frequency_hz, 1.0),
        (np.array([array.refractive_index]), 1e-6),
        (grid.origin_m, 1e-6),
        (grid.step_m, 1e-9),
        (np.array([*grid.shape, *block_shape, guard_cells, LAYOUT]), 1.0),
        (np.array([tolerance]), 1e-9),
    ):
        digest.update(
            np.rint(np.asarray(values, dtype=np.float64) / unit).astype(np.int64).tobytes()
        )
        digest.update(str(np.shape(values)).encode())
    return digest.hexdigest()[:32]


def default_folder() -> Path:
    """Return where tables are kept unless told otherwise: the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "standex" / "tables"


def cached_tables(
    array: Array,
    grid: Grid,
    *,
    block_shape: tuple[int, int, int] | None = None,
    tolerance: float,
    map_blocks: Mapper,
    folder: Path | None = None,
    guard_cells: int = GUARD_CELLS,
) -> Tables:
    """Return the tables of a geometry, from disk where they are there.

    A file that cannot be read is made anew; a folder that cannot be written to costs only the time
    of the next start.

    Args:
        array: the antennas.
        grid: the voxels.
        block_shape: voxels of a block, or None for the shape that promises the least work.
        tolerance: see ``make_tables``.
        map_blocks: see ``make_tables``.
        folder: that keeps the tables; None keeps nothing.
        guard_cells: see ``make_tables``.
    """
    shape = block_shape or choose_block_shape(array, grid, tolerance=tolerance)

    def make() -> Tables:
        return make_tables(
            array,
            grid,
            block_shape=shape,
            tolerance=tolerance,
            map_blocks=map_blocks,
            guard_cells=guard_cells,
        )

    if folder is None:
        return make()
    key = geometry_key(array, grid, block_shape=shape, tolerance=tolerance, guard_cells=guard_cells)
    path = folder / f"{key}.npz"
    try:
        return _read(path, array, grid, shape, tolerance)
    except Exception:  # noqa: BLE001 - no file yet, or a damaged one: that may raise anything
        tables = make()
    _write(path, tables)
    return tables


def _write(path: Path, tables: Tables) -> None:
    """Write whole or not at all; failing is harmless."""
    arrays = {"phasors": tables.phasors, "phasors_at": tables.phasors_at}
    for name, side in (("tx", tables.tx), ("rx", tables.rx)):
        for field in ("rank", "basis", "basis_at", "scale"):
            arrays[f"{name}_{field}"] = getattr(side, field)
    gate = tables.gate
    arrays |= {
        "offset_m": gate.offset_m,
        "fourier": gate.fourier,
        "k_rad_per_m": gate.k_rad_per_m,
        "carrier_rad_per_m": np.array(gate.carrier_rad_per_m),
    }
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            temporary = Path(file.name)
        try:
            with temporary.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)
            temporary.replace(path)
        finally:  # a part is left neither by a full disk nor by somebody who will not wait
            temporary.unlink(missing_ok=True)


def _read(
    path: Path, array: Array, grid: Grid, shape: tuple[int, int, int], tolerance: float
) -> Tables:
    # NumPy leaves a file open that it cannot read; this one is closed whatever happens.
    with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
        sides = [
            Side(
                **{
                    field: file[f"{name}_{field}"]
                    for field in ("rank", "basis", "basis_at", "scale")
                }
            )
            for name in ("tx", "rx")
        ]
        gate = Gate(
            offset_m=file["offset_m"],
            fourier=file["fourier"],
            k_rad_per_m=file["k_rad_per_m"],
            carrier_rad_per_m=float(file["carrier_rad_per_m"]),
        )
        return Tables(
            array=array,
            grid=grid,
            block_shape=shape,
            tolerance=tolerance,
            gate=gate,
            tx=sides[0],
            rx=sides[1],
            phasors=file["phasors"],
            phasors_at=file["phasors_at"],
        )
