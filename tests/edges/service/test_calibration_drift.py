import math

import numpy as np
import pytest

from standex.edges.service.calibration_drift import (
    BASE_SHIFTS,
    LEAST_PEOPLE,
    Standing,
    drift_of,
    drift_words,
)
from standex.edges.service.shift_tally import SensorTally, ShiftTally

SHIFT_NS = 8 * 3600 * 10**9
T0 = 62_000 * SHIFT_NS


def shift(number, said, *, calibration_id="c-1", sensor_id="mw") -> ShiftTally:
    tally = SensorTally(sensor_id=sensor_id, calibration_id=calibration_id)
    for one in said:
        tally = tally.with_one(float(one))
    return ShiftTally(from_utc_ns=T0 + number * SHIFT_NS, sensors=(tally,))


def shifts(rng, n, *, off=0.0, begin=0, people=100, **changes) -> list[ShiftTally]:
    """People who differ by 1, and shifts that differ by 0.2, as days and nights do."""
    return [
        shift(begin + k, rng.normal(-1.0 + off + rng.normal(0, 0.2), 1.0, people), **changes)
        for k in range(n)
    ]


def drift(rows):
    return drift_of(rows, "mw", "c-1")


def test_too_few_shifts_are_said_to_be_too_few(rng) -> None:
    few = drift(shifts(rng, BASE_SHIFTS - 1))
    assert few.standing is Standing.TOO_FEW
    assert (few.n_base, few.points, few.late_share) == (BASE_SHIFTS - 1, (), ())
    assert drift([]).standing is Standing.TOO_FEW
    assert math.isnan(drift([]).mean_factor)
    assert drift_words("mw", few, day="") == ""
    # Shifts with few people do not count, and neither does what another calibration said.
    assert drift(shifts(rng, 30, people=LEAST_PEOPLE - 1)).n_base == 0
    assert drift(shifts(rng, 30, calibration_id="c-0")).n_base == 0


def test_nothing_is_told_while_nothing_drifts(rng) -> None:
    held = drift(shifts(rng, BASE_SHIFTS + 90))
    assert held.standing is Standing.AS_CALIBRATED
    assert len(held.points) == BASE_SHIFTS + 90
    inside = np.mean([point.low < 0 < point.high for point in held.points])
    assert inside > 0.5  # shifts differ by more than chance between people alone


@pytest.mark.parametrize(
    ("off", "standing", "word"), [(0.6, Standing.HIGHER, "more"), (-0.6, Standing.LOWER, "less")]
)
def test_a_drift_is_told_within_a_week_and_dated(rng, off, standing, word) -> None:
    rows = shifts(rng, BASE_SHIFTS + 30)
    rows += shifts(rng, 21, off=off, begin=BASE_SHIFTS + 30)
    found = drift(rows)
    assert found.standing is standing
    began = (found.since_utc_ns - T0) / SHIFT_NS
    assert BASE_SHIFTS + 24 <= began <= BASE_SHIFTS + 33
    assert np.mean([point.off for point in found.points[-21:]]) == pytest.approx(off, abs=0.25)
    words = drift_words("mw", found, day="2026-11-12")
    assert words.startswith(f"mw: of people without an alarm it says {word} for a threat")
    # Where people moved to is seen in the distribution, too.
    moved = np.cumsum(found.late_share) - np.cumsum(found.base_share)
    assert np.sign(moved[np.abs(moved).argmax()]) == -np.sign(off)


@pytest.mark.slow
def test_a_drift_of_no_consequence_is_not_told(rng) -> None:
    """Of a tenth of what people differ by nobody needs to hear, however sure it is."""
    steady = [shift(k, rng.normal(-1.0, 1.0, 1000)) for k in range(BASE_SHIFTS)]
    small = [shift(BASE_SHIFTS + k, rng.normal(-0.95, 1.0, 1000)) for k in range(21)]
    assert drift(steady + small).standing is Standing.AS_CALIBRATED


def test_factors_whose_mean_is_one_claim_what_they_may(rng) -> None:
    """With log factors normal, mean -s^2/2 and spread s, the mean factor is 1."""
    fair = drift([shift(k, rng.normal(-0.5, 1.0, 300)) for k in range(25)])
    assert fair.mean_factor == pytest.approx(1.0, abs=0.1)
    assert fair.mean_factor_low < 1 < fair.mean_factor_high
    assert not fair.claims_too_much
    bold = drift([shift(k, rng.normal(0.2, 1.0, 300)) for k in range(25)])
    assert bold.claims_too_much
