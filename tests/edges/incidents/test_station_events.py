from dataclasses import replace

import numpy as np
import pytest

from standex.edges.incidents.actions import Act, Action, acted
from standex.edges.incidents.incident import Priority, Reach, Rules, State, Subject
from standex.edges.incidents.station_events import after_events, after_picture, after_time, opened
from standex.model.event import PersonRejoined, ThingLeft

RULES = Rules()
EXIT = frozenset({"exit"})


@pytest.fixture
def step(site):
    def call(incidents, *events):
        return after_events(incidents, events, site=site, rules=RULES)

    return call


@pytest.fixture
def seen(made):
    def call(incidents, *passages, t_utc_ns=made.T0):
        picture = made.picture(passages, t_utc_ns=t_utc_ns)
        return after_picture(incidents, picture, rules=RULES, exit_line_ids=EXIT)

    return call


def rejoined(later, earlier, *, is_final=False, p_same=0.9, t_utc_ns=0):
    return PersonRejoined(
        t_utc_ns=t_utc_ns,
        track_id=later,
        earlier_track_id=earlier,
        p_same=p_same,
        is_final=is_final,
        reason="came out of the gap in time",
    )


def test_an_alert_opens_one_incident_however_often_it_is_said(made, step) -> None:
    once = step({}, made.alert())
    assert list(once) == ["survey-000001"]
    one = once["survey-000001"]
    assert (one.priority, one.reach) == (Priority.MEDIUM, Reach.FOLLOWED)
    assert one.exit_utc_ns == made.T0 + 6 * made.S
    assert step(once, made.alert()) == once


def test_a_person_is_followed_and_priority_only_rises(made, step, seen, site) -> None:
    known = step({}, made.alert())
    higher = seen(known, made.passage(site, p_threat=0.95, t_utc_ns=made.T0 + made.S))
    one = higher["survey-000001"]
    assert (one.priority, one.p_highest, one.x_site_m) == (Priority.HIGH, 0.95, 2.0)
    assert one.history[-1].what == "raised"
    lower = seen(higher, made.passage(site, p_threat=0.2))["survey-000001"]
    assert (lower.priority, lower.p_threat, lower.p_highest) == (Priority.HIGH, 0.2, 0.95)
    assert lower.version == one.version  # a change of place alone is no news


def test_who_is_not_seen_is_lost_and_found_again(made, step, seen, site) -> None:
    known = step({}, made.alert())
    lost = seen(known, t_utc_ns=made.T0 + 4 * made.S)
    assert lost["survey-000001"].reach is Reach.LOST
    t_utc_ns = made.T0 + 5 * made.S
    back = seen(lost, made.passage(site, t_utc_ns=t_utc_ns), t_utc_ns=t_utc_ns)
    assert back["survey-000001"].reach is Reach.FOLLOWED
    assert [line.what for line in back["survey-000001"].history][-2:] == ["lost", "found_again"]


def test_who_leaves_before_anybody_acknowledged_has_returned_unacknowledged(made, step) -> None:
    gone = step({}, made.alert(), made.closed())["survey-000001"]
    assert gone.is_open
    assert gone.is_returned_unacknowledged
    assert "nobody had acknowledged" in gone.history[-1].text
    again = step({"survey-000001": gone}, made.closed())
    assert again["survey-000001"] is gone


def test_an_incident_goes_along_with_the_person(made, step, seen, site) -> None:
    known = step({}, made.alert())
    later = made.passage(site, 9, alert_id="survey-000001")
    moved = seen(step(known, rejoined(9, 1)), later)["survey-000001"]
    assert moved.track_id == 9
    assert "followed under number 9" in moved.history[-1].text
    final = step(known, rejoined(9, 1, is_final=True))["survey-000001"]
    assert final.track_id == 9


def test_two_alarms_of_one_person_are_one_incident(made, step) -> None:
    both = step({}, made.alert(1), made.alert(2), rejoined(2, 1, is_final=True))
    assert both["survey-000001"].same_as == "survey-000002"
    assert both["survey-000002"].same_as == ""
    unsure = step({}, made.alert(1), made.alert(2), rejoined(2, 1, is_final=True, p_same=0.3))
    assert unsure["survey-000001"].same_as == ""


def test_a_join_of_others_changes_nothing(made, step) -> None:
    known = step({}, made.alert())
    assert step(known, rejoined(7, 6), rejoined(7, 0)) == known


def thing(made, **changes):
    values = {
        "t_utc_ns": made.T0,
        "track_id": 5,
        "level_id": "concourse",
        "position_site_m": np.array([0.5, 0.5]),
        "set_down_by": 1,
        "p_threat": 0.2,
        "coverage": 0.5,
        "alert_id": "",
        "reason": "left for 60 s",
    }
    return ThingLeft(**values | changes)


def test_a_thing_left_is_an_incident_of_its_own_or_of_its_alert(made, step) -> None:
    own = step({}, thing(made))["survey-thing-5"]
    assert (own.subject, own.priority) == (Subject.THING, Priority.LOW)
    left = step({}, made.alert(), thing(made, alert_id="survey-000001"))
    assert list(left) == ["survey-000001"]
    assert left["survey-000001"].subject is Subject.THING
    assert left["survey-000001"].track_id == 5


def test_what_nobody_acknowledges_escalates_three_times(made) -> None:
    incident = opened(made.alert(p_threat=0.3), RULES)
    known = {"a": incident}
    priorities = []
    for second in range(0, 200, 10):
        known = after_time(known, now_utc_ns=made.T0 + second * made.S, rules=RULES)
        priorities.append(known["a"].priority)
    assert known["a"].escalations == RULES.max_escalations
    assert known["a"].escalate_utc_ns == 0
    assert priorities[0] is Priority.LOW
    assert priorities[3] is Priority.MEDIUM
    assert priorities[-1] is Priority.HIGH


def test_shelving_ends_by_itself(made) -> None:
    until = made.T0 + 60 * made.S
    action = Action(
        act=Act.SHELVE, by="a", t_utc_ns=made.T0, request_id="r", text="why", until_utc_ns=until
    )
    shelved = acted(opened(made.alert(), RULES), action, RULES)
    before = after_time({"a": shelved}, now_utc_ns=until - 1, rules=RULES)["a"]
    after = after_time({"a": shelved}, now_utc_ns=until, rules=RULES)["a"]
    assert before.is_shelved
    assert not after.is_shelved
    assert after.history[-1].by == "station"


def test_closed_incidents_rest(made, seen, site) -> None:
    closed = replace(opened(made.alert(), RULES), state=State.CLOSED)
    known = {"survey-000001": closed}
    assert seen(known, made.passage(site, p_threat=0.99)) == known
    assert after_time(known, now_utc_ns=made.T0 + 10**12, rules=RULES) == known
