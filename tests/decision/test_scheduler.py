from dataclasses import replace

import numpy as np
import pytest

from standex.decision.scheduler import NeedScheduler, in_reach_s
from standex.model.picture import LedgerEntry, Outcome, Passage
from standex.model.site import Site
from standex.testing import check_scheduler
from standex.testing.examples import T_UTC_NS, example_passage, example_picture


@pytest.fixture(scope="module")
def scheduler(site: Site) -> NeedScheduler:
    return NeedScheduler(point=site.operating_point)


def person(site: Site, *, covered=0.0, p_threat=0.0, n_looks=0, outcome=Outcome.PENDING) -> Passage:
    passage = example_passage(site, track_id=1, position_site_m=(0.0, 1.0), covered=covered)
    entries = tuple(
        LedgerEntry(
            sensor_id="a",
            look_id=str(k // 2),  # two zones a look
            t_utc_ns=T_UTC_NS,
            zone=None,
            log_likelihood=np.zeros(6),
            attachment=1.0,
            correlation=0.0,
            counts=True,
            reason="",
            score={},
            patch=None,
        )
        for k in range(2 * n_looks)
    )
    verdict = replace(passage.verdict, p_threat=p_threat, outcome=outcome)
    return replace(passage, entries=entries, verdict=verdict)


def need(scheduler: NeedScheduler, site: Site, **changes) -> float:
    hints, tasks = scheduler(example_picture(site, person(site, **changes)))
    assert tasks == ()
    return float(hints.need[0])


def test_conforms(scheduler: NeedScheduler, site: Site) -> None:
    check_scheduler(scheduler, site=site)


def test_who_is_not_covered_or_not_decided_needs_a_look(scheduler, site) -> None:
    assert need(scheduler, site) == 1.0
    assert need(scheduler, site, covered=0.75) == 0.25
    assert need(scheduler, site, covered=1.0, p_threat=0.5) == 1.0
    assert need(scheduler, site, covered=1.0, p_threat=0.0) == 0.0


def test_need_falls_with_every_look(scheduler, site) -> None:
    needs = [need(scheduler, site, n_looks=n) for n in range(4)]
    np.testing.assert_allclose(needs, [1, 1 / 1.5, 1 / 2, 1 / 2.5])


def test_who_has_alarmed_comes_last(scheduler, site) -> None:
    assert need(scheduler, site, outcome=Outcome.ALARM, p_threat=0.5) == 0.1


def test_doubt_needs_a_look(scheduler, site) -> None:
    assert need(scheduler, site, covered=np.nan) == 1.0
    assert need(scheduler, site, p_threat=np.nan, covered=1.0) == 1.0


def test_only_the_confirmed_are_hinted_at(scheduler, site) -> None:
    picture = example_picture(site, person(site), replace(person(site), track_id=2))
    confirmed = np.array([False, True])
    picture = replace(picture, tracks=replace(picture.tracks, is_confirmed=confirmed))
    assert len(scheduler(picture)[0].need) == 1


def test_somebody_without_a_passage_needs_a_look(scheduler, site) -> None:
    picture = replace(example_picture(site, person(site, covered=1.0)), passages={})
    assert scheduler(picture)[0].need.tolist() == [1.0]


def test_spread_is_the_larger_axis(scheduler, site) -> None:
    picture = example_picture(site, person(site))
    covariance = np.diag([0.04, 0.25, 1.0, 1.0])[None]
    picture = replace(picture, tracks=replace(picture.tracks, covariance=covariance))
    assert scheduler(picture)[0].spread_m.tolist() == [0.5]


def asked(laser_site: Site, picture) -> list:
    return list(NeedScheduler(point=laser_site.operating_point, site=laser_site)(picture)[1])


def undecided(picture, *numbers: int, p: float = 0.2):
    passages = dict(picture.passages)
    for number in numbers:
        verdict = replace(passages[number].verdict, p_threat=p)
        passages[number] = replace(passages[number], verdict=verdict)
    return replace(picture, passages=passages)


def test_conforms_where_there_are_tasks(laser_site: Site) -> None:
    check_scheduler(
        NeedScheduler(point=laser_site.operating_point, site=laser_site), site=laser_site
    )


def test_who_comes_to_the_spot_is_looked_at_when_they_are_there(laser_site, people) -> None:
    picture = undecided(people(laser_site, (-2.4, 2.5, -1.2, 0.0)), 1)
    (task,) = asked(laser_site, picture)
    away_m = np.hypot(*(task.position_site_m - laser_site.sensor("laser").tasks.spot_site_m))
    assert away_m < 0.6
    assert 0.1 <= (task.t_look_utc_ns - picture.t_utc_ns) * 1e-9 < 0.5
    assert "lowers the expected cost" in task.reason
    # Not yet due, gone by, and never there.
    for x, vx in ((2.0, -1.2), (-4.2, -1.2), (-2.4, 1.2)):
        assert not asked(laser_site, undecided(people(laser_site, (x, 2.5, vx, 0.0)), 1))


def test_of_two_the_one_whom_a_look_decides_goes_first(laser_site, people) -> None:
    both = people(laser_site, (-2.7, 2.1, -1.2, 0.0), (-2.7, 2.9, -1.2, 0.0))
    covered = {k: replace(v, covered=np.ones(7)) for k, v in both.passages.items()}
    picture = undecided(replace(both, passages=covered), 2, p=0.25)
    tasks = asked(laser_site, picture)
    assert [task.track_id for task in tasks] in ([2], [])
    apart = people(laser_site, (-2.7, 2.5, -1.2, 0.0))
    assert [task.track_id for task in asked(laser_site, undecided(apart, 1))] == [1]


def test_who_has_a_task_or_an_alarm_is_not_asked_for_again(laser_site, people) -> None:
    picture = undecided(people(laser_site, (-2.4, 2.5, -1.2, 0.0)), 1)
    (task,) = asked(laser_site, picture)
    waiting = replace(picture, tasking=replace(picture.tasking, open=(task,)))
    assert not asked(laser_site, waiting)
    alarmed = picture.passages[1]
    alarmed = replace(alarmed, verdict=replace(alarmed.verdict, outcome=Outcome.ALARM))
    assert not asked(laser_site, replace(picture, passages={1: alarmed}))


def test_nobody_is_looked_at_for_nothing(laser_site, people) -> None:
    picture = people(laser_site, (-2.4, 2.5, -1.2, 0.0))
    known = replace(picture.passages[1], covered=np.ones(7))
    known = replace(known, verdict=replace(known.verdict, p_threat=1e-9))
    assert not asked(laser_site, replace(picture, passages={1: known}))


def test_the_time_in_reach_by_hand(laser_site, people) -> None:
    rules = laser_site.sensor("laser").tasks
    tracks = people(laser_site, (-2.0, 2.5, -1.0, 0.0)).tracks
    # Inside 0.6 m of x = -3 from 0.4 s to 1.6 s, a fifth of it left out at each end.
    assert in_reach_s(tracks, 0, rules, from_s=0.1) == pytest.approx((0.64, 1.36))
    assert in_reach_s(tracks, 0, rules, from_s=1.0) == pytest.approx((1.0, 1.36))
    standing = people(laser_site, (-3.1, 2.5, 0.0, 0.0)).tracks
    assert in_reach_s(standing, 0, rules, from_s=0.1) == pytest.approx((0.1, 2.1))
    beside = people(laser_site, (-2.0, 3.5, -1.0, 0.0)).tracks
    assert in_reach_s(beside, 0, rules, from_s=0.1) is None


def test_a_refusal_that_lasts_is_asked_for_so_that_it_is_said(laser_site, people) -> None:
    picture = undecided(people(laser_site, (-2.4, 2.5, -1.2, 0.0)), 1)
    disarmed = replace(laser_site.sensor("laser").tasks, is_armed=False)
    sensors = tuple(
        replace(spec, tasks=disarmed) if spec.sensor_id == "laser" else spec
        for spec in laser_site.sensors
    )
    assert len(asked(replace(laser_site, sensors=sensors), picture)) == 1
    # Somebody in the way is gone in a moment: nothing is asked, nothing said.
    x, y = laser_site.sensor("laser").site_from_sensor.translation_m[:2]
    beside = ((x - 2.9) / 2, (y + 2.5) / 2, 0.0, 0.0)
    crossed = undecided(people(laser_site, (-2.4, 2.5, -1.2, 0.0), beside), 1)
    assert not [task for task in asked(laser_site, crossed) if task.track_id == 1]


def test_what_was_asked_before_comes_first(laser_site, people) -> None:
    picture = undecided(people(laser_site, (-2.4, 2.5, -1.2, 0.0)), 1)
    (task,) = asked(laser_site, picture)
    other = replace(task, task_id="other", track_id=99)
    waiting = replace(picture, tasking=replace(picture.tasking, open=(other,)))
    late = asked(laser_site, waiting)
    dwell_s = laser_site.sensor("laser").tasks.dwell_s
    assert all(one.t_look_utc_ns >= other.t_look_utc_ns + dwell_s * 1e9 - 1 for one in late)


def test_where_two_looks_decide_what_one_does_not_the_first_is_asked_for(laser_site, people):
    """One positive look takes 20 % to 91 %, two to 99.8 %; a check is requested from 95 % on."""
    point = replace(laser_site.operating_point, p_alarm=0.95)
    picture = people(laser_site, (-2.4, 2.5, -1.2, 0.0))
    covered = replace(picture.passages[1], covered=np.ones(7))
    picture = undecided(replace(picture, passages={1: covered}), 1)
    tasks = NeedScheduler(point=point, site=laser_site)(picture)[1]
    assert len(tasks) == 1  # the second waits for what the first says
    rules = laser_site.sensor("laser").tasks
    once = replace(rules, max_shots_per_person=rules.shots_per_task)
    sensors = tuple(
        replace(spec, tasks=once) if spec.sensor_id == "laser" else spec
        for spec in laser_site.sensors
    )
    one_left = replace(laser_site, sensors=sensors)
    assert not NeedScheduler(point=point, site=one_left)(picture)[1]
