"""Imaging panels as a plug-in: settings checked, tables of the geometry kept on disk."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

import numpy as np
from threadpoolctl import threadpool_limits

from standex.edges.table_cache import cached_tables, default_folder, geometry_key
from standex.model.calibration import Calibration
from standex.model.errors import SiteError
from standex.model.ports import Technology
from standex.model.site import SensorSpec, Site
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace_tables import Tables
from standex.sensing.microwave.imaging.voxels import Grid
from standex.sensing.microwave.panel_evidence import KIND, SCORES
from standex.sensing.microwave.panel_technology import ImagingPanels
from standex.sensing.microwave.sphere_echo import Sphere

WANTED = (
    "voxel_m", "from_x_m", "to_x_m", "half_width_m", "from_z_m", "to_z_m", "tolerance", "beam_m",
    "clear_m", "obscured_at",
)  # fmt: skip
OPTIONAL = ("reflector_radius_m", "reflector_x_m", "reflector_y_m", "reflector_z_m")
BLOCK = (8, 8, 8)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TableStore:
    """Makes or finds the tables of a geometry; the last few stay in memory.

    Attributes:
        folder: that keeps them.
        tolerance: see ``make_tables``.
        n_threads: for making them.
        held: by geometry.
    """

    folder: Path
    tolerance: float
    n_threads: int = 2
    held: dict[str, Tables] = field(default_factory=dict[str, Tables], repr=False)

    def __call__(self, array: Array, grid: Grid) -> Tables:
        """Return the tables of one pair of panels."""
        key = geometry_key(array, grid, block_shape=BLOCK, tolerance=self.tolerance)
        found = self.held.get(key)
        if found is None:
            with threadpool_limits(limits=1, user_api="blas"), ThreadPoolExecutor(
                self.n_threads
            ) as pool:
                found = cached_tables(
                    array,
                    grid,
                    block_shape=BLOCK,
                    tolerance=self.tolerance,
                    map_blocks=pool.map,
                    folder=self.folder,
                )
            self.held[key] = found
        return found


def build(spec: SensorSpec, site: Site, calibration: Calibration | None) -> Technology:
    """Return the technology of one sensor with imaging panels; entry point ``imaging-panels``.

    Raises:
        SiteError: a setting is missing, unknown or impossible, or the calibration is of another
            kind or order of scores.
    """
    _refuse_calibration(spec, calibration)
    s = _numbers(spec)
    voxel = s["voxel_m"]
    low = np.array([s["from_x_m"], -s["half_width_m"], s["from_z_m"]])
    high = np.array([s["to_x_m"], s["half_width_m"], s["to_z_m"]])
    if not (0.002 <= voxel <= 0.03 and (high - low > 0.25).all()):
        raise SiteError(
            f"sensor {spec.sensor_id}: the box from x {low[0]} to {high[0]}, y {low[1]} to "
            f"{high[1]}, z {low[2]} to {high[2]} m with voxel_m {voxel} cannot hold a trunk: "
            "0.25 m or more each way and voxel_m from 0.002 to 0.03 are needed"
        )
    shape = np.rint((high - low) / voxel).astype(int) + 1
    sphere = None
    if s["reflector_radius_m"]:
        sphere = Sphere(
            position_m=np.array([s[f"reflector_{axis}_m"] for axis in "xyz"]),
            radius_m=s["reflector_radius_m"],
        )
    return ImagingPanels(
        spec=spec,
        class_names=site.items.names,
        calibration=calibration,
        grid=Grid(
            origin_m=low,
            step_m=np.full(3, voxel),
            shape=(int(shape[0]), int(shape[1]), int(shape[2])),
        ),
        tables_of=TableStore(folder=default_folder(), tolerance=s["tolerance"]),
        beam_m=s["beam_m"],
        clear_m=s["clear_m"],
        obscured_at=s["obscured_at"],
        sphere=sphere,
    )


def _refuse_calibration(spec: SensorSpec, calibration: Calibration | None) -> None:
    if calibration is None:
        return
    name = f"sensor {spec.sensor_id}: calibration {calibration.calibration_id}"
    if calibration.sensor_kind != KIND:
        raise SiteError(f"{name} is for {calibration.sensor_kind}, not {KIND}")
    if calibration.feature_names != SCORES:
        raise SiteError(
            f"{name} has the scores {calibration.feature_names}, this version makes {SCORES}; "
            "calibrate again"
        )


def _numbers(spec: SensorSpec) -> dict[str, float]:
    unknown = sorted(set(spec.settings) - {*WANTED, *OPTIONAL})
    if unknown:
        raise SiteError(
            f"sensor {spec.sensor_id}: unknown settings {', '.join(unknown)}; imaging panels have "
            f"{', '.join((*WANTED, *OPTIONAL))}"
        )
    numbers = dict.fromkeys(OPTIONAL, 0.0)
    for name in (*WANTED, *OPTIONAL):
        value = spec.settings.get(name)
        if value is None and name in OPTIONAL:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            raise SiteError(f"sensor {spec.sensor_id}: settings need a number {name!r}")
        numbers[name] = float(value)
    return numbers
