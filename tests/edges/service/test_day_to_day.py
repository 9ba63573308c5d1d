import numpy as np
import pytest

from neighbours import loaded
from standex.edges.calibrations import calibrations_of
from standex.edges.clock import SimulatedClock
from standex.edges.service import shift_tally
from standex.edges.service.around import Setup
from standex.edges.service.day_to_day import day_to_day
from standex.edges.service.sensor_says import SensorSays
from standex.edges.service.shift_tally import ShiftTallies
from standex.edges.service.walk_desk import WalkDesk
from standex.edges.settings import load_site
from standex.edges.store.contract import StoreError
from standex.model.event import PassageClosed
from standex.station import Station


@pytest.fixture
def day(config, kept, fakes, clock):
    setup = Setup(
        config=config,
        site=fakes.site(),
        site_name="survey",
        site_toml=fakes.site_toml(),
        clock=clock,
        say=lambda _: None,
        show=lambda _: None,
    )
    return day_to_day(setup, kept, {})


def test_what_is_to_be_done_is_told_by_part(day) -> None:
    assert day.look()["walk test"] == "no walk test was made yet"
    assert day.look().keys() == {"walk test", "calibrations"}


def test_a_store_that_is_gone_is_said_and_does_not_end_the_look(day, monkeypatch) -> None:
    def gone(*_, **__):
        raise StoreError("the store is gone")

    monkeypatch.setattr(day.walks, "_store", type("Gone", (), {"find": gone})())
    monkeypatch.setattr(day.tallies, "_store", type("Gone", (), {"find": gone})())
    assert day.look() == {"walk test": "the store is gone", "calibrations": "the store is gone"}


def test_people_who_leave_while_a_walk_test_goes_on_are_not_tallied(day) -> None:
    assert not day.tallies._leaves_out()
    day.walks.begin("slab 1", "waist", by="anna")
    assert day.tallies._leaves_out()


@pytest.mark.slow
def test_walks_and_tallies_follow_a_real_station_to_the_end_of_each_passage(
    kept, monkeypatch
) -> None:
    """Of three people the third alarms; the first is a tester, and the object is missed."""
    people = loaded("browser/recorded.py", name="recorded")
    monkeypatch.setattr(shift_tally, "LEAST_KEPT", 1)
    site = load_site("metro")
    calibrations = calibrations_of(site)
    imager = people._imager(site)
    calibration_id = calibrations[imager.calibration].calibration_id
    began = max(one.made_utc_ns for one in calibrations.values()) + people.HOUR_NS
    clock = SimulatedClock(began)
    says = SensorSays(site, calibrations)
    facts = {"clock": clock, "retention": kept.retention}
    walks = WalkDesk(
        kept.store, site=site, says=says, n_with=1, n_without=0, every_hours=8.0,
        rng=np.random.default_rng(0), **facts,
    )  # fmt: skip
    tallies = ShiftTallies(
        kept.store, says.looked, shift_hours=8.0, leaves_out=lambda: walks.is_under_way, **facts
    )
    station = Station.of(site, {}, calibrations)
    picture, closed = station.start(began), []
    test = walks.begin("slab 1", "waist", by="anna")
    for n in range(round(people.LENGTH_S * 1e9 / people.STEP_NS) + 80):
        clock.advance(people.STEP_NS * 1e-9)
        since_ns = n * people.STEP_NS
        seen = people._seen(site, calibration_id, began + since_ns, since_ns * 1e-9)
        picture, events, _ = station.update(picture, tuple(seen))
        walks(picture, events)
        tallies(picture, events)
        closed += [one for one in events if isinstance(one, PassageClosed)]
        if closed and test["ended_utc_ms"] is None:
            test = walks.end(test["walk_test_id"], by="anna")
            walks.trouble()
        if len(closed) == 3:
            break
    tallies.work()
    clock.advance(9 * 3600.0)
    quiet = [one for one in closed if not one.alert_id]
    assert len(quiet) == 2
    ((shift,), (tally,)) = (over := tallies.over()), over[0].sensors
    assert (tally.sensor_id, tally.calibration_id) == (imager.sensor_id, calibration_id)
    assert tally.n == 1  # without the tester
    assert shift.from_utc_ns <= began
    ((walk,),) = [one.walks for one in walks.tests()]
    assert walk.first_utc_ns == closed[0].first_utc_ns
    assert [one.sensor_id for one in walk.sensors if one.has_looked] == [imager.sensor_id]
    assert walk.p_alarm == site.operating_point.p_alarm
