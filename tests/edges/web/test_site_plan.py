import json

import numpy as np

from standex.edges.settings import load_site, shipped_sites
from standex.edges.web.site_plan import coverage_field, plan_of, point_of


def test_every_shipped_site_has_a_plan_of_plain_numbers() -> None:
    for name in shipped_sites():
        site = load_site(name)
        plan = json.loads(json.dumps(plan_of(site, is_simulated=True), allow_nan=False))
        assert [one["sensor_id"] for one in plan["sensors"]] == [s.sensor_id for s in site.sensors]
        assert len(plan["levels"]) == len(site.levels)
        for sensor, spec in zip(plan["sensors"], site.sensors, strict=True):
            forward = spec.site_from_sensor.rotation[:2, 0]
            bearing = sensor["bearing_rad"]
            ahead = np.array([np.cos(bearing), np.sin(bearing)])
            assert ahead @ forward > 0.999 * np.hypot(*forward)
            assert sensor["is_tasked"] == (sensor["reach"] is not None)


def test_coverage_is_whole_percents_row_by_row(site, helpers) -> None:
    field = coverage_field(helpers.coverage_of(site), site)
    assert (field["n_x"], field["n_y"]) == (2, 3)
    assert field["p_report_percent"] == [90] * 6
    assert field["p_detect_percent"] == [25] * 6


def test_the_operating_point_is_told(site) -> None:
    assert point_of(site)["p_alarm"] == site.operating_point.p_alarm
