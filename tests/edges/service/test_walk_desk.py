import numpy as np
import pytest

from standex.edges.service.sensor_says import SensorSays
from standex.edges.service.walk_chart import BASE
from standex.edges.service.walk_desk import LONGEST_S, WalkDesk
from standex.edges.web.service_view import NotThereError, RefusedError, WalkTests
from standex.model.picture import Outcome
from standex.testing.examples import example_passage, example_picture

S = 10**9


@pytest.fixture
def desk(kept, clock, fakes):
    return WalkDesk(
        kept.store,
        site=fakes.site(),
        says=SensorSays(fakes.site(), {}),
        clock=clock,
        retention=kept.retention,
        n_with=2,
        n_without=1,
        every_hours=8.0,
        rng=np.random.default_rng(3),
    )


def walk(desk, clock, fakes, made, test, *, finds=True):
    """Walk what the guide says, until the test is over."""
    k = 0
    while test["ended_utc_ms"] is None:
        carries = "carrying nothing" not in test["guide"]
        clock.advance(1.0)
        outcome = Outcome.ALARM if carries and finds else Outcome.NOTHING_FOUND
        one = made.closed(k, first=clock.utc_ns(), outcome=outcome, p=0.9 if carries else 0.1)
        desk(example_picture(fakes.site()), (one,))
        clock.advance(20.0)
        test, k = desk.end(test["walk_test_id"], by="anna"), k + 1
    return test


def test_a_test_is_walked_as_it_is_guided_and_kept(desk, clock, fakes, made) -> None:
    assert isinstance(desk, WalkTests)
    assert desk.trouble() == "no walk test was made yet"
    test = desk.begin("slab 1", "torso_front", by="anna")
    assert test["guide"].startswith("walk 1 of 3")
    with pytest.raises(RefusedError, match="under way"):
        desk.begin("slab 1", "waist", by="bert")
    done = walk(desk, clock, fakes, made, test)
    assert done["has_passed"] is True
    assert (done["n_with"], done["n_found"], done["n_false"]) == (2, 2, 0)
    assert [one["walk_test_id"] for one in desk.all()] == [done["walk_test_id"]]
    assert desk.trouble() == ""
    chart = desk.chart()
    assert len(chart["log_odds"]) == 2
    assert not chart["drifts"]
    assert [one["walk_test_id"] for one in chart["tests"]] == [done["walk_test_id"]]
    with pytest.raises(NotThereError):
        desk.end(done["walk_test_id"], by="anna")
    clock.advance(9 * 3600.0)
    assert "one is due" in desk.trouble()


def test_a_missed_object_fails_the_test_and_is_told(desk, clock, fakes, made) -> None:
    done = walk(desk, clock, fakes, made, desk.begin("slab 1", "waist", by="anna"), finds=False)
    assert done["has_passed"] is False
    assert "failed: 0 of 2 found" in desk.trouble()
    assert done["guide"].startswith("failed")


def test_a_test_that_nobody_ended_is_over_after_an_hour(desk, clock) -> None:
    desk.begin("slab 1", "waist", by="anna")
    clock.advance(LONGEST_S + 1)
    assert desk.begin("slab 1", "waist", by="anna")["ended_utc_ms"] is None


def test_what_is_not_there_is_refused(desk) -> None:
    with pytest.raises(RefusedError, match="no zone"):
        desk.begin("slab 1", "pocket", by="anna")
    with pytest.raises(NotThereError):
        desk.end("walk-9", by="anna")


def test_a_sensor_that_misses_more_than_at_commissioning_is_told_as_trouble(
    desk, clock, fakes, made
) -> None:
    for k in range(BASE // 2 + 4):  # two walks with the object in a test
        test = desk.begin("slab 1", "waist", by="anna")
        walk(desk, clock, fakes, made, test, finds=k < BASE // 2)
        clock.advance(3600.0)
    (missed, false) = desk.control()["charts"]
    assert (missed["subject"], missed["wrong"], missed["standing"]) == ("", "missed", "worse")
    assert missed["n_base"] == BASE
    assert missed["n_since_wrong"] == missed["n_since"] == len(missed["sums"])
    assert missed["since_utc_ms"] == missed["t_utc_ms"][0]
    assert false["standing"] == "too_few"
    assert "the station misses the reference object more often" in desk.trouble()
    assert "the last walk test failed" in desk.trouble()


def test_what_each_sensor_said_of_the_tester_is_kept_with_the_walk(
    desk, clock, fakes, made, monkeypatch
) -> None:
    said = desk._says.of  # of no calibrations: nothing
    heard = []
    monkeypatch.setattr(
        desk, "_says", type("Says", (), {"of": lambda _, *a: heard.append(a) or said(*a)})()
    )
    test = desk.begin("slab 1", "waist", by="anna")
    here = example_passage(fakes.site(), track_id=0, position_site_m=(1.0, 2.0))
    picture = example_picture(fakes.site(), here)
    clock.advance(1.0)
    desk(picture, ())
    gone = made.closed(0, first=clock.utc_ns(), outcome=Outcome.ALARM)
    desk(example_picture(fakes.site()), (gone,))
    clock.advance(20.0)
    done = desk.end(test["walk_test_id"], by="anna")
    assert done["walks"][0]["result"] in ("right", "false_alarm")
    assert [passage.track_id for passage, _ in heard] == [0]
    (known,) = desk.walks_between(0, clock.utc_ns())
    assert known.first_utc_ns == gone.first_utc_ns
    assert desk.walks_between(clock.utc_ns() + 1, clock.utc_ns() + 2) == ()
    # Nothing is worked out while nobody tests.
    clock.advance(2 * LONGEST_S)
    desk(picture, ())
    desk(example_picture(fakes.site()), (gone,))
    assert len(heard) == 1
    assert not desk.is_under_way


def test_a_test_under_way_is_known_after_a_restart(desk, kept, clock, fakes) -> None:
    desk.begin("slab 1", "waist", by="anna")
    later = WalkDesk(
        kept.store, site=fakes.site(), says=SensorSays(fakes.site(), {}), clock=clock,
        retention=kept.retention, n_with=2, n_without=1, every_hours=8.0,
        rng=np.random.default_rng(3),
    )  # fmt: skip
    assert not later.is_under_way
    later.trouble()
    assert later.is_under_way
