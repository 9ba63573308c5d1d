from dataclasses import replace

import numpy as np
import pytest

from standex.edges.privacy.identity_fields import found_in
from standex.edges.privacy.schemas import keys_of
from standex.edges.service.sensor_says import SensorSay
from standex.edges.service.shift_tally import (
    COLLECTION,
    EDGES,
    LEAST_KEPT,
    SensorTally,
    ShiftTallies,
)
from standex.edges.store.contract import DataClass
from standex.model.picture import PassageKind
from standex.testing.examples import example_passage, example_picture

S = 10**9
SHIFT_H = 8.0
SHIFT_NS = round(SHIFT_H * 3600 * S)


class Says:
    """Has a sensor say of each person what is set."""

    def __init__(self) -> None:
        self.said = 1.0

    def looked(self, passage):
        del passage
        one = SensorSay(sensor_id="mw", calibration_id="c-1", has_looked=True, log_factor=self.said)
        return (one,)


@pytest.fixture
def says() -> Says:
    return Says()


@pytest.fixture
def make(kept, clock, says):
    def tallies(**changes) -> ShiftTallies:
        facts = {"shift_hours": SHIFT_H, "leaves_out": lambda: False}
        return ShiftTallies(
            kept.store, says.looked, clock=clock, retention=kept.retention, **(facts | changes)
        )

    return tallies


@pytest.fixture
def leave(clock, fakes, made):
    """Return a function by which so many people leave, one a second."""
    site = fakes.site()
    empty = example_picture(site)

    def go(tallies, n, *, alert_id="", kind=PassageKind.PERSON) -> None:
        one = example_passage(site, track_id=7, position_site_m=(1.0, 2.0))
        here = example_picture(site, replace(one, kind=kind))
        for _ in range(n):
            tallies(here, ())
            clock.advance(1.0)
            gone = replace(made.closed(7, alert_id=alert_id), t_utc_ns=clock.utc_ns())
            tallies(empty, (gone,))
        tallies.work()

    return go


def shifts_over(tallies, clock):
    clock.advance(SHIFT_H * 3600)
    return tallies.over()


def test_people_without_an_alarm_are_counted_by_shift_and_sensor(make, leave, says, clock) -> None:
    tallies = make()
    says.said = 0.6
    leave(tallies, 12)
    says.said = -0.6
    leave(tallies, 12)
    ((shift,), (one,)) = (found := shifts_over(tallies, clock)), found[0].sensors
    assert shift.from_utc_ns % SHIFT_NS == 0
    assert (one.sensor_id, one.calibration_id, one.n) == ("mw", "c-1", 24)
    assert one.mean == pytest.approx(0.0, abs=1e-12)
    assert one.squares == pytest.approx(24 * 0.36)
    assert one.factor_sum == pytest.approx(12 * (np.exp(0.6) + np.exp(-0.6)))
    assert sum(one.counts) == 24
    assert one.counts[EDGES.index(0.5) + 1] == one.counts[EDGES.index(-1.0) + 1] == 12


def test_alarms_things_and_people_during_a_walk_test_are_left_out(make, leave, clock) -> None:
    tallies = make()
    leave(tallies, 30, alert_id="survey-000001")
    leave(tallies, 30, kind=PassageKind.THING)
    leave(walking := make(leaves_out=lambda: True), 30)
    assert shifts_over(tallies, clock) == shifts_over(walking, clock) == ()


def test_a_shift_with_few_people_is_not_kept_for_it_would_be_about_them(
    make, leave, clock, kept
) -> None:
    tallies = make()
    leave(tallies, LEAST_KEPT - 1)
    assert not list(kept.store.find(COLLECTION))
    leave(tallies, 1)
    (document,) = kept.store.find(COLLECTION)
    assert document.data_class is DataClass.OPERATION
    assert document.expires_utc_ns > clock.utc_ns()


def test_a_shift_goes_on_after_a_restart_and_ends_on_time(make, leave, clock) -> None:
    leave(make(), 20)
    leave(make(), 20)
    clock.advance(SHIFT_H * 3600)
    tallies = make()
    leave(tallies, 15)
    assert [one.sensors[0].n for one in shifts_over(tallies, clock)] == [40, 15]


def test_a_shift_that_still_runs_is_not_told(make, leave) -> None:
    tallies = make()
    leave(tallies, 20)
    assert tallies.over() == ()


def test_what_is_kept_has_no_field_about_who_somebody_is(make, leave, kept) -> None:
    leave(make(), 20)
    contents = [one for one in kept.store.contents() if one.place.endswith(COLLECTION)]
    assert contents[0].n == 1
    assert found_in(keys_of(tuple(contents)), {}) == ()


def test_what_is_not_finite_is_not_counted_and_the_rest_stays_in_bounds() -> None:
    tally = SensorTally(sensor_id="mw", calibration_id="c-1")
    assert tally.with_one(float("nan")) is tally
    far = tally.with_one(900.0).with_one(-900.0)
    assert (far.counts[0], far.counts[-1]) == (1, 1)
    assert np.isfinite(far.factor_squares)
