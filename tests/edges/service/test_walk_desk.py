import numpy as np
import pytest

from standex.edges.service.walk_desk import LONGEST_S, WalkDesk
from standex.edges.web.service_view import NotThereError, RefusedError, WalkTests
from standex.model.picture import Outcome
from standex.testing.examples import example_picture

S = 10**9


@pytest.fixture
def desk(kept, clock):
    return WalkDesk(
        kept.store,
        site_id="survey",
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
