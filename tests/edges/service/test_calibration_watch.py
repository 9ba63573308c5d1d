from dataclasses import replace
from datetime import UTC, datetime

import pytest

from standex.edges.calibrations import calibrations_of
from standex.edges.clock import SimulatedClock
from standex.edges.service.calibration_drift import BASE_SHIFTS
from standex.edges.service.calibration_watch import CalibrationWatch, calibration_troubles
from standex.edges.service.shift_tally import SensorTally, ShiftTally
from standex.edges.service.trouble_codes import trouble_parts
from standex.edges.settings import load_site

DAY_NS = 86_400 * 10**9


def test_what_runs_out_is_told_before_it_has() -> None:
    site = load_site("metro")
    calibrations = calibrations_of(site)
    first = min(one.expires_utc_ns for one in calibrations.values())
    assert not calibration_troubles(site, calibrations, now_utc_ns=first - 40 * DAY_NS)
    soon = calibration_troubles(site, calibrations, now_utc_ns=first - 10 * DAY_NS)
    assert "runs out in 10 days" in soon[0]
    over = calibration_troubles(site, calibrations, now_utc_ns=first + DAY_NS)
    assert "ran out 1 days ago" in over[0]


@pytest.mark.parametrize(("exercise", "n"), [(True, 0), (False, 1)])
def test_a_simulated_calibration_has_no_place_in_live_duty(exercise, n) -> None:
    site = replace(load_site("metro"), exercise=exercise)
    told = calibration_troubles(site, calibrations_of(site), now_utc_ns=0)
    assert bool([one for one in told if "counts for nothing" in one]) is bool(n)


def test_one_that_is_not_there_is_told_first() -> None:
    told = calibration_troubles(load_site("metro"), {}, now_utc_ns=0)
    assert "is not there" in told[0]


def shifts_of(site, calibrations, rng, *, off):
    spec = next(one for one in site.sensors if one.calibration)
    known = calibrations[spec.calibration]
    rows = []
    for k in range(BASE_SHIFTS + 21):
        tally = SensorTally(sensor_id=spec.sensor_id, calibration_id=known.calibration_id)
        for said in rng.normal(off if k >= BASE_SHIFTS else 0.0, 1.0, 60):
            tally = tally.with_one(float(said))
        rows.append(ShiftTally(from_utc_ns=known.made_utc_ns + k * DAY_NS, sensors=(tally,)))
    return spec, known, rows


@pytest.mark.parametrize(("off", "n"), [(0.0, 0), (1.5, 1)])
def test_a_calibration_that_no_longer_fits_is_told_with_its_chart(rng, off, n) -> None:
    site = load_site("metro")
    calibrations = calibrations_of(site)
    spec, known, rows = shifts_of(site, calibrations, rng, off=off)
    over = tuple(rows)
    clock = SimulatedClock(known.made_utc_ns + 42 * DAY_NS)
    watch = CalibrationWatch(site, calibrations, lambda: over, clock=clock, shift_hours=8.0)
    told = [one for one in watch.troubles() if "without an alarm" in one]
    assert len(told) == n
    said = watch.charts()
    charts = {one["sensor_id"]: one for one in said["charts"]}
    assert charts.keys() == {one.sensor_id for one in site.sensors if one.calibration}
    mine = charts.pop(spec.sensor_id)
    assert mine["standing"] == ("higher" if n else "as_calibrated")
    assert (mine["since_utc_ms"] is not None) is bool(n)
    assert len(mine["t_utc_ms"]) == len(mine["off"]) == len(mine["low"]) == len(rows)
    assert mine["expires_utc_ms"] > said["now_utc_ms"] > mine["made_utc_ms"]
    assert len(mine["base_share"]) == len(said["edges"]) + 1
    # Of the others nothing is known, and that is what is said of them.
    assert {one["standing"] for one in charts.values()} == {"too_few"}
    assert {one["mean_factor"] for one in charts.values()} == {None}
    if n:
        day = datetime.fromtimestamp(mine["since_utc_ms"] / 1000, UTC).date().isoformat()
        assert f"since {day}" in told[0]
        (part,) = trouble_parts(told[0])
        assert part == {
            "code": "calibration_more",
            "values": {"sensor": spec.sensor_id, "day": day},
        }
