"""SmellNet: foods under a gas array, one recording a file, one folder per run and food.

Columns NO2, C2H5OH, VOC, CO, Alcohol, LPG, Benzene, Temperature (C), Pressure (hPa), Humidity (%),
Gas_Resistance (kohm), Altitude (m), about a row a second. Channels are unsigned in the files: what
went below zero wrapped around and reads 4294967295. A file may end within a row.

References:
    Feng et al., SmellNet, arXiv:2506.00239 (2025); MIT-MI/SmellNet, MIT licence.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from standex.evaluation.vapour_sessions import Recording
from standex.model.errors import DataFileError

COLUMNS = (
    "NO2", "C2H5OH", "VOC", "CO", "Alcohol", "LPG", "Benzene", "Temperature", "Pressure",
    "Humidity", "Gas_Resistance", "Altitude",
)  # fmt: skip
# Pressure, altitude, temperature and humidity tell the day that a food was measured on, which is as
# good as its name in this set: they are not for telling foods apart.
GAS_COLUMNS = tuple(COLUMNS.index(name) for name in (*COLUMNS[:7], "Gas_Resistance"))
WRAPPED = 2**31
WRAP = 2**32
MAX_GAPS = 0.02  # of the rows of a file that may lack a value
TRAINING, TESTING, LATER = "offline_training", "offline_testing", ("online_nuts", "online_spices")
NUTS = frozenset(
    {"almond", "brazil_nut", "cashew", "chestnuts", "hazelnut", "peanuts", "pecans", "pili_nut",
     "pistachios", "walnuts"}
)  # fmt: skip
MAX_BYTES = 50_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SmellNet:
    """Recordings of foods in three parts.

    Attributes:
        training: runs of the first session.
        testing: one more of each food, of the same session.
        later: of a session weeks later.
        names: of the foods that were trained.
        is_nut: whether each is a nut, else a spice.
    """

    training: tuple[Recording, ...]
    testing: tuple[Recording, ...]
    later: tuple[Recording, ...]
    names: tuple[str, ...]
    is_nut: tuple[bool, ...]


def read_smellnet(folder: Path) -> SmellNet:
    """Read a folder of SmellNet.

    Raises:
        DataFileError: a part is missing or empty, a file cannot be read, or a later food was never
            trained.
    """
    training = _read_part(folder / TRAINING)
    testing = _read_part(folder / TESTING)
    later = tuple(one for name in LATER for one in _read_part(folder / name))
    names = tuple(sorted({one.label for one in training}))
    strange = sorted({one.label for one in (*testing, *later)} - set(names))
    if strange:
        raise DataFileError(f"{folder}: {', '.join(strange)} are in no training run")
    return SmellNet(
        training=training,
        testing=testing,
        later=later,
        names=names,
        is_nut=tuple(name in NUTS for name in names),
    )


def read_recording(path: Path) -> Float[np.ndarray, "n 12"]:
    """Read one file, all columns; rows that lack a value are left out.

    Raises:
        DataFileError: it is missing, too large, has other columns, a value that is no finite
            number, too many rows that lack one, or fewer than ten rows.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise DataFileError(
                f"{path}: larger than {MAX_BYTES} bytes, not a recording of the set"
            )
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataFileError(f"{path}: cannot be read as a table ({error})") from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise DataFileError(f"{path}: columns are not {', '.join(COLUMNS)}")
    whole = [row for row in rows[1:] if len(row) == len(COLUMNS) and all(row)]
    n_gaps = len(rows) - 1 - len(whole)
    if n_gaps > max(MAX_GAPS * len(rows), 1) or len(whole) < 10:
        raise DataFileError(f"{path}: {n_gaps} of {len(rows) - 1} rows lack a value")
    try:
        values = np.array(whole, dtype=np.float64)
    except ValueError as error:
        raise DataFileError(f"{path}: a value is no number ({error})") from error
    if not np.isfinite(values).all():
        raise DataFileError(f"{path}: {np.sum(~np.isfinite(values))} values are not finite")
    return np.where(values >= WRAPPED, values - WRAP, values)


def _read_part(folder: Path) -> tuple[Recording, ...]:
    paths = sorted(folder.glob("*/*.csv"))
    if not paths:
        raise DataFileError(f"{folder}: no recordings (FOOD/*.csv); name the folder of SmellNet")
    return tuple(
        Recording(
            label=path.parent.name,
            name=path.stem,
            response=read_recording(path)[:, GAS_COLUMNS],
        )
        for path in paths
    )
