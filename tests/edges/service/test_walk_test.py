import numpy as np
import pytest

from standex.edges.recording.codec import decode, encode
from standex.edges.service.sensor_says import SensorSay
from standex.edges.service.walk_test import (
    Seen,
    WalkResult,
    WalkTest,
    planned,
    walk_begun,
    walk_ended,
)
from standex.model.picture import Outcome
from standex.model.zones import BodyZone

S = 10**9
T0 = 1_760_000_000 * S


def begun(**changes) -> WalkTest:
    facts = {
        "walk_test_id": "walk-1",
        "site_id": "survey",
        "by": "anna",
        "reference_object": "slab 1",
        "zone": BodyZone.TORSO_FRONT,
        "t_utc_ns": T0,
        "n_with": 3,
        "n_without": 2,
        "rng": np.random.default_rng(1),
    }
    return planned(**(facts | changes))


def walked(test, made, *, finds=True, false=False):
    """Walk through a test; the station finds the object, or it does not."""
    k = 0
    while (row := test.next_row) is not None:
        t = T0 + k * 60 * S
        test = walk_begun(test, t_utc_ns=t)
        alarms = finds if test.walks[row].has_object else false
        one = made.closed(
            k, first=t + S, outcome=Outcome.ALARM if alarms else Outcome.NOTHING_FOUND
        )
        test, k = walk_ended(test, [one], t_utc_ns=t + 20 * S), k + 1
    return test


def test_every_test_has_its_walks_in_an_order_of_its_own() -> None:
    orders = {
        tuple(w.has_object for w in begun(rng=np.random.default_rng(k)).walks) for k in range(30)
    }
    assert len(orders) > 5
    assert all(sum(order) == 3 and len(order) == 5 for order in orders)


@pytest.mark.parametrize(
    ("finds", "false", "passes"), [(True, False, True), (False, False, False), (True, True, False)]
)
def test_a_test_passes_when_all_is_found_and_nothing_else(made, finds, false, passes) -> None:
    test = walked(begun(), made, finds=finds, false=false)
    assert test.has_passed is passes
    assert (test.n_with, test.n_found, test.n_false) == (3, 3 * finds, 2 * false)


@pytest.mark.parametrize("n_people", [0, 2])
def test_a_walk_that_nobody_or_two_went_through_is_walked_once_more(made, n_people) -> None:
    test = walk_begun(begun(), t_utc_ns=T0)
    people = [made.closed(k, first=T0 + S) for k in range(n_people)]
    after = walk_ended(test, people, t_utc_ns=T0 + 9 * S)
    assert len(after.walks) == 6
    assert after.walks[0].result is WalkResult.REPEAT
    assert after.walks[1].has_object == test.walks[0].has_object
    assert not after.has_passed


def test_who_was_there_before_the_walk_does_not_count(made) -> None:
    test = walk_begun(begun(n_without=0), t_utc_ns=T0)
    people = [
        made.closed(1, first=T0 - S, outcome=Outcome.NOTHING_FOUND),
        made.closed(2, first=T0 + S, outcome=Outcome.ALARM),
    ]
    assert walk_ended(test, people, t_utc_ns=T0 + 9 * S).walks[0].result is WalkResult.RIGHT


def test_a_walk_that_was_not_begun_cannot_end(made) -> None:
    with pytest.raises(ValueError, match="begin one"):
        walk_ended(begun(), [], t_utc_ns=T0)
    done = walked(begun(n_with=1, n_without=0), made)
    assert walk_begun(done, t_utc_ns=T0) is done


def test_what_was_seen_of_the_tester_goes_with_the_walk_and_through_the_store(made) -> None:
    test = walk_begun(begun(n_with=1, n_without=0), t_utc_ns=T0)
    say = SensorSay(sensor_id="mw", calibration_id="c-1", has_looked=True, log_factor=2.5)
    seen = {7: Seen(p_highest=0.95, p_alarm=0.4, sensors=(say,))}
    one = made.closed(7, first=T0 + S, outcome=Outcome.ALARM, p=0.2)
    done = walk_ended(test, [one], t_utc_ns=T0 + 9 * S, seen=seen)
    (walk,) = done.walks
    assert (walk.p_threat, walk.p_alarm, walk.sensors) == (0.95, 0.4, (say,))
    assert walk.first_utc_ns == T0 + S
    assert decode(WalkTest, encode(done)) == done
    older = encode(done)
    for name in ("first_utc_ns", "p_alarm", "sensors"):
        del older["walks"][0][name]
    assert decode(WalkTest, older).walks[0].sensors == ()
