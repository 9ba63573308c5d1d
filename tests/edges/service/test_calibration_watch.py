from dataclasses import replace

import pytest

from standex.edges.calibrations import calibrations_of
from standex.edges.service.calibration_watch import calibration_troubles
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
