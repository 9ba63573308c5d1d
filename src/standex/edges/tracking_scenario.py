"""Files of synthetic crowds (.npz): measurements of one sensor and the truth behind them.

Arrays: ``meta`` (JSON: width, height, dt, sigma, pd, clutter), ``scan_t``, ``z`` cut by ``z_ptr``,
``z_src`` (truth behind each measurement, -1 for clutter), ``truth_id`` and ``truth_x`` cut by
``truth_ptr``.
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from standex.evaluation.tracking_scans import Whereabouts
from standex.evaluation.tracking_sensor import Floor, SensorScans, VirtualSensor
from standex.model.errors import DataFileError

ARRAYS = ("meta", "scan_t", "z_ptr", "z", "z_src", "truth_ptr", "truth_id", "truth_x")
META = ("n", "width", "height", "sigma", "pd", "clutter")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenario:
    """A synthetic crowd.

    Attributes:
        name: of the file.
        n_people: at once, as the file says.
        truth: who was where.
        scans: what the sensor reported.
    """

    name: str
    n_people: int
    truth: Whereabouts
    scans: SensorScans


def read_scenario(path: Path, *, n_scans: int | None = None) -> Scenario:
    """Read a synthetic crowd, all of it or its first scans.

    Raises:
        DataFileError: the file is missing, damaged or of another kind.
    """
    try:
        with np.load(path) as file:
            missing = [name for name in ARRAYS if name not in file.files]
            if missing:
                raise DataFileError(f"{path}: no synthetic crowd, it lacks {', '.join(missing)}")
            arrays = {name: file[name] for name in ARRAYS}
        meta: dict[str, Any] = json.loads(str(arrays["meta"]))
        missing = [name for name in META if name not in meta]
        if missing:
            raise DataFileError(f"{path}: its meta lacks {', '.join(missing)}")
        return _scenario(path, arrays, meta, n_scans)
    except FileNotFoundError as error:
        raise DataFileError(f"{path}: there is no such file") from error
    except (OSError, ValueError, TypeError, KeyError, IndexError, zipfile.BadZipFile) as error:
        raise DataFileError(f"{path}: cannot be read as a synthetic crowd ({error})") from error


def _scenario(
    path: Path, arrays: dict[str, np.ndarray], meta: dict[str, Any], n_scans: int | None
) -> Scenario:
    t_utc_ns = np.round(arrays["scan_t"] * 1e9).astype(np.int64)
    truth = Whereabouts(
        t_utc_ns=t_utc_ns,
        first_row=arrays["truth_ptr"].astype(np.int64),
        who=arrays["truth_id"].astype(np.int64),
        position_site_m=arrays["truth_x"][:, :2].astype(np.float64),
    ).cut(0, n_scans)
    sensor = VirtualSensor(
        sigma_m=float(meta["sigma"]),
        p_detect=float(meta["pd"]),
        clutter_per_m2=float(meta["clutter"]),
    )
    hall = Floor(
        min_site_m=np.zeros(2), max_site_m=np.array([meta["width"], meta["height"]], dtype=float)
    )
    bounds = arrays["z_ptr"].astype(np.int64)
    rows = [slice(int(bounds[scan]), int(bounds[scan + 1])) for scan in range(len(truth.t_utc_ns))]
    place, source = arrays["z"].astype(np.float64), arrays["z_src"].astype(np.int64)
    return Scenario(
        name=path.stem,
        n_people=int(meta["n"]),
        truth=truth,
        scans=SensorScans(
            positions=tuple(
                sensor.positions(place[row], t)
                for row, t in zip(rows, truth.t_utc_ns.tolist(), strict=True)
            ),
            coverage=hall.coverage(
                p_report=sensor.p_detect, sensor_id=sensor.sensor_id, level_id=sensor.level_id
            ),
            source=tuple(source[row] for row in rows),
        ),
    )
