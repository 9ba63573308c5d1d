from dataclasses import replace

import numpy as np
import pytest

from standex.decision.interlock import (
    distance_to_beam_m,
    refusal,
    same_person,
    shots_at_person,
    shots_at_place,
)
from standex.model.observation import HealthReason, HealthState
from standex.model.picture import Joined
from standex.model.tasking import Arming, Dose, Tasking
from standex.model.zones import BodyZone
from standex.testing.examples import T_UTC_NS

S = 10**9
ALONE = (-2.4, 2.5, -1.2, 0.0)  # at the spot in half a second


def dose(track_id=1, *, ago_s=1.0, place=(-3.0, 2.5), n_shots=2) -> Dose:
    return Dose(
        task_id=f"laser-{track_id}-{ago_s}",
        sensor_id="laser",
        t_utc_ns=T_UTC_NS - round(ago_s * S),
        track_id=track_id,
        position_site_m=np.array(place, dtype=np.float64),
        n_shots=n_shots,
    )


@pytest.fixture
def refused(laser_site, people, task):
    def ask(*places, tasking=None, spec_changes=None, rule_changes=None, exercise=False, **changes):
        picture = people(laser_site, *(places or (ALONE,)))
        if tasking is not None:
            picture = replace(picture, tasking=tasking)
        spec = laser_site.sensor("laser")
        if rule_changes:
            spec = replace(spec, tasks=replace(spec.tasks, **rule_changes))
        if spec_changes:
            spec = replace(spec, **spec_changes)
        return refusal(task(**changes), spec, picture, is_exercise=exercise)

    return ask


def test_somebody_alone_at_the_spot_may_be_looked_at(refused) -> None:
    assert refused() == ""


def test_a_sensor_without_rules_takes_no_tasks(refused) -> None:
    assert "takes no tasks" in refused(spec_changes={"tasks": None})


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (HealthState.FAILED, HealthReason.DISCONNECTED),
        (HealthState.DEGRADED, HealthReason.INTERLOCK),
    ],
)
def test_a_sensor_that_is_not_well_is_not_asked(laser_site, people, task, state, reason) -> None:
    picture = people(laser_site, ALONE)
    ill = replace(picture.health["laser"], state=state, reason=reason, message="door open")
    picture = replace(picture, health={**picture.health, "laser": ill})
    spec = laser_site.sensor("laser")
    assert "door open" in refusal(task(), spec, picture, is_exercise=False)
    unheard = replace(picture, health={})
    assert "not been heard" in refusal(task(), spec, unheard, is_exercise=False)


def test_it_must_be_armed_by_somebody_for_that_time(refused) -> None:
    unarmed = {"is_armed": False}
    assert "not armed" in refused(rule_changes=unarmed)
    # Standing arming in an exercise is for an exercise.
    in_exercise = {"is_armed": False, "is_armed_in_exercise": True}
    assert refused(rule_changes=in_exercise, exercise=True) == ""
    assert "not armed" in refused(rule_changes=in_exercise, exercise=False)

    def armed(from_s: float, to_s: float) -> Tasking:
        one = Arming(
            sensor_id="laser",
            t_utc_ns=T_UTC_NS + round(from_s * S),
            until_utc_ns=T_UTC_NS + round(to_s * S),
            by="supervisor-1",
            why="shift",
        )
        return Tasking(armed={"laser": one})

    assert refused(rule_changes=unarmed, tasking=armed(-10, 10)) == ""
    # What counts is the time of the look, not that of the question.
    assert "is over" in refused(rule_changes=unarmed, tasking=armed(-10, 0.4))


def test_reach_zone_and_hazard_distance(refused) -> None:
    assert "reaches 0.6 m" in refused(place=(-3.0, 3.2))
    assert "feet" in refused(zone=BodyZone.FEET)
    assert "hazard distance" in refused(rule_changes={"nearest_m": 20.0})
    assert "not known" in refused(place=(np.nan, 2.5))


def test_one_look_at_a_time(refused, task) -> None:
    waiting = Tasking(open=(task(9, at_s=0.7),))
    assert "person 9" in refused(tasking=waiting)
    assert refused(tasking=Tasking(open=(task(9, at_s=0.9),))) == ""


def test_shots_at_a_person_add_up(refused) -> None:
    assert refused(tasking=Tasking(doses=(dose(),))) == ""
    twice = Tasking(doses=(dose(), dose(ago_s=200.0, place=(-2.6, 2.5))))
    assert "4 of 4 shots were fired at this person" in refused(tasking=twice)


def test_who_is_known_again_has_the_shots_of_before(laser_site, people, task) -> None:
    picture = people(laser_site, ALONE)
    before = Joined(
        track_id=77,
        p_same=0.3,
        entries=(),
        covered=np.zeros(7),
        own_covered=np.zeros(7),
    )
    person = replace(picture.passages[1], joined=before)
    doses = (dose(77, ago_s=100.0), dose(77, ago_s=99.0))
    picture = replace(picture, passages={1: person}, tasking=Tasking(doses=doses))
    assert same_person(1, picture) == {1, 77}
    assert shots_at_person(task(), picture) == 4
    assert "this person" in refusal(task(), laser_site.sensor("laser"), picture, is_exercise=False)


def test_shots_at_a_place_count_whoever_stood_there(
    refused, laser_site, people, task, rules
) -> None:
    others = tuple(dose(track_id=k, ago_s=k) for k in (20, 21, 22))
    assert "whoever stood there" in refused(tasking=Tasking(doses=others))
    long_ago = tuple(dose(track_id=k, ago_s=61.0) for k in (20, 21, 22))
    assert refused(tasking=Tasking(doses=long_ago)) == ""
    beside = tuple(dose(track_id=k, place=(-3.0, 3.05)) for k in (20, 21, 22))
    assert refused(tasking=Tasking(doses=beside)) == ""
    picture = replace(people(laser_site, ALONE), tasking=Tasking(doses=others))
    assert shots_at_place(task(), rules, picture) == 6


def test_nobody_else_may_be_near_the_beam(refused, laser_site) -> None:
    x, y = laser_site.sensor("laser").site_from_sensor.translation_m[:2]
    middle = ((x - 3.0) / 2, (y + 2.5) / 2)
    assert "not clear" in refused(ALONE, (*middle, 0.0, 0.0))
    # Where they will be counts, not where they are.
    assert "not clear" in refused(ALONE, (middle[0] + 1.0, middle[1], -2.0, 0.0))
    assert refused(ALONE, (middle[0], middle[1], 6.0, 0.0)) == ""
    # Behind the person is not before them.
    assert refused(ALONE, (-3.0, 4.5, 0.0, 0.0)) == ""


def test_who_is_not_confirmed_may_yet_be_somebody(laser_site, people, task) -> None:
    x, y = laser_site.sensor("laser").site_from_sensor.translation_m[:2]
    picture = people(laser_site, ALONE, ((x - 3.0) / 2, (y + 2.5) / 2, 0.0, 0.0))
    tracks = replace(picture.tracks, is_confirmed=np.array([True, False]))
    picture = replace(picture, tracks=tracks)
    spec = laser_site.sensor("laser")
    assert "not clear" in refusal(task(), spec, picture, is_exercise=False)


def test_the_beam_is_a_segment() -> None:
    place = np.array([[0.0, 1.0], [2.0, 0.5], [-3.0, 0.0], [5.0, 4.0]])
    off_m = distance_to_beam_m(place, np.zeros(2), np.array([2.0, 0.0]))
    np.testing.assert_allclose(off_m, [1.0, 0.5, 3.0, 5.0])
    to_itself = distance_to_beam_m(place[:1], np.zeros(2), np.zeros(2))
    np.testing.assert_allclose(to_itself, [1.0])
