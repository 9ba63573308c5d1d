"""Imaging panels as a plug-in: settings checked, tables of the geometry kept on disk."""

from collections.abc import Mapping
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
from standex.sensing.microwave.panel_surface import TRUNK_Z_M
from standex.sensing.microwave.panel_technology import ImagingPanels
from standex.sensing.microwave.sphere_echo import Sphere

WANTED = (
    "voxel_m", "from_x_m", "to_x_m", "half_width_m", "from_z_m", "to_z_m", "tolerance", "beam_m",
    "clear_m", "obscured_at",
)  # fmt: skip
REFLECTOR = ("reflector_radius_m", "reflector_x_m", "reflector_y_m", "reflector_z_m")
SWITCHES = ("transmission",)  # whether bags are looked through
BLOCK = (8, 8, 8)
UP_TO = {"tolerance": 0.5, "beam_m": 100.0, "clear_m": 100.0, "obscured_at": 1.0}
KEPT = 8  # geometries in memory: four pairs of panels, before and after a new survey


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
            with (
                threadpool_limits(limits=1, user_api="blas"),
                ThreadPoolExecutor(self.n_threads) as pool,
            ):
                found = cached_tables(
                    array,
                    grid,
                    block_shape=BLOCK,
                    tolerance=self.tolerance,
                    map_blocks=pool.map,
                    folder=self.folder,
                )
            while len(self.held) >= KEPT:
                del self.held[next(iter(self.held))]
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
    holds_trunk = low[2] <= TRUNK_Z_M[0] and high[2] >= TRUNK_Z_M[1]
    if not (0.002 <= voxel <= 0.03 and (high - low > 0.25).all() and holds_trunk):
        raise SiteError(
            f"sensor {spec.sensor_id}: the box from x {low[0]} to {high[0]}, y {low[1]} to "
            f"{high[1]}, z {low[2]} to {high[2]} m with voxel_m {voxel} cannot hold a trunk: "
            f"0.25 m or more each way, z from {TRUNK_Z_M[0]} or lower to {TRUNK_Z_M[1]} m or "
            "higher, and voxel_m from 0.002 to 0.03 are needed"
        )
    shape = np.rint((high - low) / voxel).astype(int) + 1
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
        sphere=_sphere(spec, s),
        transmission=_switch(spec, "transmission"),
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


def _switch(spec: SensorSpec, name: str) -> bool:
    value = spec.settings.get(name, False)
    if not isinstance(value, bool):
        raise SiteError(f"sensor {spec.sensor_id}: {name} must be true or false, got {value!r}")
    return value


def _sphere(spec: SensorSpec, s: Mapping[str, float]) -> Sphere | None:
    given = [name for name in REFLECTOR if name in s]
    if not given:
        return None
    missing = [name for name in REFLECTOR if name not in s]
    if missing or not s["reflector_radius_m"] > 0:
        raise SiteError(
            f"sensor {spec.sensor_id}: a reflector needs {', '.join(REFLECTOR)} and a positive "
            f"radius; missing {', '.join(missing) or 'none'}, "
            f"reflector_radius_m {s.get('reflector_radius_m')}"
        )
    return Sphere(
        position_m=np.array([s[name] for name in REFLECTOR[1:]]), radius_m=s["reflector_radius_m"]
    )


def _numbers(spec: SensorSpec) -> dict[str, float]:
    """Return the settings that are given, all numbers; none that is wanted is missing."""
    known = (*WANTED, *REFLECTOR, *SWITCHES)
    unknown = sorted(set(spec.settings) - set(known))
    if unknown:
        raise SiteError(
            f"sensor {spec.sensor_id}: unknown settings {', '.join(unknown)}; imaging panels have "
            f"{', '.join(known)}"
        )
    numbers: dict[str, float] = {}
    for name in (*WANTED, *REFLECTOR):
        value = spec.settings.get(name)
        if value is None and name in REFLECTOR:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            raise SiteError(f"sensor {spec.sensor_id}: settings need a number {name!r}")
        numbers[name] = float(value)
    for name, most in UP_TO.items():
        if not 0 < numbers[name] <= most:
            raise SiteError(
                f"sensor {spec.sensor_id}: {name} must be above 0 and at most {most:g}, "
                f"got {numbers[name]:g}"
            )
    return numbers
