from dataclasses import replace

import numpy as np
import pytest

from standex.decision.tasks import ANSWER_S, obeying, with_tasks
from standex.model.event import Order, Ordered, OrderKind, TaskClosed, TaskResult
from standex.model.observation import Evidence, GaussianFootprint
from standex.model.tasking import Task
from standex.testing.examples import T_UTC_NS

S = 10**9
ALONE = (-2.4, 2.5, -1.2, 0.0)


def said(task_id: str) -> Evidence:
    footprint = GaussianFootprint(
        position_site_m=np.array([-3.0, 2.5]),
        covariance_site_m2=0.01 * np.eye(2),
        clutter_per_m2=0.01,
        task_id=task_id,
    )
    return Evidence(
        sensor_id="laser",
        look_id="1",
        t_utc_ns=T_UTC_NS,
        t_first_utc_ns=T_UTC_NS,
        t_last_utc_ns=T_UTC_NS,
        footprint=footprint,
        zone=None,
        log_likelihood=np.zeros(6),
        log_clutter=0.0,
        correlation=0.0,
        calibration_id="",
        reason="nothing but cotton",
    )


def later(picture, seconds: float):
    return replace(picture, t_utc_ns=picture.t_utc_ns + round(seconds * S))


@pytest.fixture
def given(laser_site, people, task):
    picture = people(laser_site, ALONE)
    return with_tasks(picture, (task(),), (), site=laser_site)


def test_a_task_is_given_and_its_shots_count_at_once(given) -> None:
    picture, events = given
    assert [type(event) for event in events] == [Task]
    assert [dose.n_shots for dose in picture.tasking.doses] == [2]
    assert picture.tasking.n_tasks == 1


def test_an_answer_closes_it(given, laser_site) -> None:
    picture, (task,) = given
    after, events = with_tasks(picture, (), (said(task.task_id),), site=laser_site)
    (closed,) = events
    assert isinstance(closed, TaskClosed)
    assert (closed.result, closed.reason) == (TaskResult.DONE, "nothing but cotton")
    assert after.tasking.open == ()
    # The shots stay.
    assert len(after.tasking.doses) == 1


def test_another_tasks_answer_does_not(given, laser_site) -> None:
    picture, _ = given
    after, events = with_tasks(picture, (), (said("other"),), site=laser_site)
    assert events == ()
    assert len(after.tasking.open) == 1


def test_without_an_answer_it_ends_and_its_shots_count_as_fired(given, laser_site) -> None:
    picture, _ = given
    almost = later(picture, 0.5 + 0.3 + laser_site.lag_s + ANSWER_S - 0.01)
    assert with_tasks(almost, (), (), site=laser_site)[1] == ()
    after, (closed,) = with_tasks(later(almost, 0.02), (), (), site=laser_site)
    assert closed.result is TaskResult.NO_ANSWER
    assert after.tasking.open == ()
    assert len(after.tasking.doses) == 1


def test_what_the_sensor_could_not_do_leaves_no_dose(given, laser_site) -> None:
    picture, (task,) = given
    word = replace(
        picture.health["laser"], message="somebody stood in the line", not_done_task_id=task.task_id
    )
    after, (closed,) = with_tasks(picture, (), (word,), site=laser_site)
    assert (closed.result, closed.reason) == (TaskResult.NOT_DONE, "somebody stood in the line")
    assert after.tasking.open == ()
    assert after.tasking.doses == ()


def test_a_refusal_is_said_once(laser_site, people, task) -> None:
    picture = people(laser_site, ALONE)
    off = task(place=(-3.0, 3.5))
    picture, (closed,) = with_tasks(picture, (off,), (), site=laser_site)
    assert closed.result is TaskResult.REFUSED
    assert "reaches" in closed.reason
    assert picture.tasking.doses == ()
    again = with_tasks(later(picture, 0.1), (off,), (), site=laser_site)
    assert again[1] == ()
    much_later = with_tasks(later(picture, 10.0), (off,), (), site=laser_site)
    assert len(much_later[1]) == 1


def test_doses_are_kept_while_the_person_may_come_back(given, laser_site) -> None:
    picture, (task,) = given
    picture, _ = with_tasks(picture, (), (said(task.task_id),), site=laser_site)
    hour = later(picture, 3600.0)
    assert len(with_tasks(hour, (), (), site=laser_site)[0].tasking.doses) == 1
    gone = replace(hour, passages={}, left={})
    assert with_tasks(gone, (), (), site=laser_site)[0].tasking.doses == ()


def test_nothing_asked_nothing_done(laser_site, people) -> None:
    picture = people(laser_site, ALONE)
    assert with_tasks(picture, (), (), site=laser_site) == (picture, ())


def order(kind: OrderKind, **changes) -> Order:
    fields = {
        "t_utc_ns": T_UTC_NS,
        "kind": kind,
        "sensor_id": "laser",
        "by": "supervisor-1",
        "why": "shift",
        "until_utc_ns": T_UTC_NS + 3600 * S,
    }
    return Order(**(fields | changes))


def test_arming_and_disarming(laser_site, people) -> None:
    picture = people(laser_site, ALONE)
    picture, events = obeying(picture, order(OrderKind.ARM), site=laser_site)
    assert isinstance(events[0], Ordered)
    assert picture.tasking.armed["laser"].by == "supervisor-1"
    picture, _ = obeying(picture, order(OrderKind.DISARM), site=laser_site)
    assert not picture.tasking.armed


def test_the_stop_button_ends_all_tasks_and_disarms(given, laser_site) -> None:
    picture, _ = given
    picture, _ = obeying(picture, order(OrderKind.ARM), site=laser_site)
    picture, events = obeying(picture, order(OrderKind.STOP, sensor_id=""), site=laser_site)
    assert [type(event) for event in events] == [Ordered, TaskClosed]
    assert events[1].result is TaskResult.STOPPED
    assert picture.tasking.open == ()
    assert not picture.tasking.armed
    assert len(picture.tasking.doses) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"by": ""}, "by whom"),
        ({"why": ""}, "and why"),
        ({"sensor_id": "cam-exit"}, "takes no tasks"),
        ({"until_utc_ns": T_UTC_NS}, "armed for up to"),
        ({"until_utc_ns": T_UTC_NS + 13 * 3600 * S}, "armed for up to"),
    ],
)
def test_orders_that_mean_nothing_are_refused(laser_site, people, changes, why) -> None:
    with pytest.raises(ValueError, match=why):
        obeying(people(laser_site, ALONE), order(OrderKind.ARM, **changes), site=laser_site)


def test_two_people_set_the_operating_point(laser_site, people) -> None:
    before = people(laser_site, ALONE)
    point = laser_site.operating_point
    wanted = order(
        OrderKind.SET_OPERATING_POINT,
        sensor_id="",
        operating_point=replace(point, p_alarm=0.6),
        confirmed_by="supervisor-2",
    )
    assert before.point(point) is point
    after, events = obeying(before, wanted, site=laser_site)
    assert [event.order for event in events] == [wanted]
    assert after.point(point).p_alarm == 0.6
    assert after.point(point).min_coverage == point.min_coverage
    assert after.tasking is before.tasking


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"confirmed_by": ""}, "nobody confirmed"),
        ({"confirmed_by": "supervisor-1"}, "two people"),
        ({"operating_point": None}, "does not say which"),
        ({"sensor_id": "laser"}, "the site's"),
        ({"by": ""}, "by whom"),
    ],
)
def test_one_person_alone_sets_nothing(laser_site, people, changes, why) -> None:
    point = replace(laser_site.operating_point, p_alarm=0.6)
    fields = {"sensor_id": "", "operating_point": point, "confirmed_by": "supervisor-2"}
    wanted = order(OrderKind.SET_OPERATING_POINT, **(fields | changes))
    with pytest.raises(ValueError, match=why):
        obeying(people(laser_site, ALONE), wanted, site=laser_site)
