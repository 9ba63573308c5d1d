"""The plan of a site as plain data: floors, walls, lines, sensors, and what they cover."""

from typing import Any

import numpy as np

from standex.model.observation import Coverage
from standex.model.site import SensorSpec, Site
from standex.model.zones import ZONES


def plan_of(site: Site, *, is_simulated: bool) -> dict[str, Any]:
    """Return what is fixed about a place; positions in metres of the site frame."""
    return {
        "site_id": site.site_id,
        "title": site.title,
        "is_exercise": site.exercise,
        "is_simulated": is_simulated,
        "levels": [
            {
                "level_id": level.level_id,
                "min_site_m": _rounded(level.min_site_m),
                "max_site_m": _rounded(level.max_site_m),
                "walls_site_m": _rounded(level.wall_site_m),
            }
            for level in site.levels
        ],
        "lines": [
            {
                "line_id": line.line_id,
                "role": line.role.value,
                "level_id": line.level_id,
                "from_site_m": _rounded(line.from_site_m),
                "to_site_m": _rounded(line.to_site_m),
            }
            for line in site.lines
        ],
        "sensors": [_sensor(spec) for spec in site.sensors],
        "zones": [zone.value for zone in ZONES],
        "operating_point": point_of(site),
    }


def point_of(site: Site) -> dict[str, Any]:
    """Return when a check is requested."""
    point = site.operating_point
    return {
        "p_alarm": point.p_alarm,
        "min_coverage": point.min_coverage,
        "wanted_zones": [zone.value for zone in point.wanted_zones],
    }


def coverage_field(coverage: Coverage, site: Site) -> dict[str, Any]:
    """Return what a sensor can see now, cell by cell, in whole percents.

    ``p_detect`` is that of the wanted zone that it sees best.
    """
    wanted = [ZONES.index(zone) for zone in site.operating_point.wanted_zones]
    best = coverage.p_detect[wanted].max(axis=0)
    return {
        "sensor_id": coverage.sensor_id,
        "level_id": coverage.level_id,
        "t_utc_ms": coverage.t_utc_ns // 1_000_000,
        "origin_site_m": _rounded(coverage.origin_site_m),
        "cell_m": coverage.cell_m,
        "n_x": coverage.p_report.shape[0],
        "n_y": coverage.p_report.shape[1],
        "p_report_percent": _percents(coverage.p_report),
        "p_detect_percent": _percents(best),
    }


def _sensor(spec: SensorSpec) -> dict[str, Any]:
    pose = spec.site_from_sensor
    forward = pose.rotation[:, 0]
    return {
        "sensor_id": spec.sensor_id,
        "technology": spec.technology,
        "level_id": spec.level_id,
        "position_site_m": _rounded(pose.translation_m),
        "bearing_rad": round(float(np.arctan2(forward[1], forward[0])), 4),
        "rate_hz": spec.rate_hz,
        "calibration": spec.calibration,
        "is_tasked": spec.tasks is not None,
        "reach": None
        if spec.tasks is None
        else {"spot_site_m": _rounded(spec.tasks.spot_site_m), "reach_m": spec.tasks.reach_m},
    }


def _rounded(values: np.ndarray) -> Any:
    return np.round(np.asarray(values, dtype=float), 3).tolist()


def _percents(p: np.ndarray) -> list[int]:
    return np.rint(100 * np.nan_to_num(np.clip(p, 0, 1))).astype(int).ravel().tolist()
