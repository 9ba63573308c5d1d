"""The life of a task: asked, refused or given, answered or not; and the doses that it leaves."""

from collections.abc import Iterable
from dataclasses import replace

from standex.decision.interlock import refusal
from standex.model.event import Event, Order, Ordered, OrderKind, TaskClosed, TaskResult
from standex.model.observation import Evidence, GaussianFootprint, Health, Observation
from standex.model.picture import Picture
from standex.model.site import Site
from standex.model.tasking import Arming, Dose, Task, Tasking

ANSWER_S = 2.0  # after its dwell and the site's lag, a task without an answer has none
REFUSED_S = 5.0  # the same refusal for the same person is said once in so long
MAX_ARMED_S = 12 * 3600.0  # one shift


def with_tasks(
    picture: Picture,
    wanted: Iterable[Task],
    observations: tuple[Observation, ...],
    *,
    site: Site,
) -> tuple[Picture, tuple[Event, ...]]:
    """Return the picture with tasks answered, closed and given, and what to say of it.

    Args:
        picture: with the observations taken in.
        wanted: tasks that the scheduler asks for, the most wanted first.
        observations: of this step; evidence that names its task answers it.
        site: for the rules.

    Raises:
        KeyError: a task is for a sensor that the site does not have.
    """
    if not (wanted or picture.tasking.open or picture.tasking.doses or picture.tasking.refused):
        return picture, ()
    picture, closed = _answered(picture, observations, site)
    picture = replace(picture, tasking=_without_old(picture, site))
    events: list[Event] = list(closed)
    for task in wanted:
        picture, said = _given(picture, task, site)
        events += said
    return picture, tuple(events)


def obeying(picture: Picture, order: Order, *, site: Site) -> tuple[Picture, tuple[Event, ...]]:
    """Return the picture after an order, and what to say of it.

    Raises:
        ValueError: the order is for a sensor that takes no tasks, says nobody or no reason, arms
            for longer than a shift, or sets an operating point that is none or that nobody else
            confirmed.
    """
    if not (order.by and order.why):
        raise ValueError("an order must say by whom it is given, and why")
    if order.kind is OrderKind.SET_OPERATING_POINT:
        return _set(picture, order)
    takes = {spec.sensor_id for spec in site.sensors if spec.tasks is not None}
    if order.sensor_id and order.sensor_id not in takes:
        known = ", ".join(sorted(takes)) or "none"
        raise ValueError(f"sensor {order.sensor_id!r} takes no tasks; those that do: {known}")
    concerned = {order.sensor_id} if order.sensor_id else takes
    tasking = picture.tasking
    events: list[Event] = [Ordered(t_utc_ns=order.t_utc_ns, order=order)]
    if order.kind is OrderKind.ARM:
        long_s = (order.until_utc_ns - order.t_utc_ns) * 1e-9
        if not 0 < long_s <= MAX_ARMED_S:
            raise ValueError(
                f"a sensor is armed for up to {MAX_ARMED_S:g} s, until_utc_ns asks for {long_s:g} s"
            )
        given = {
            name: Arming(
                sensor_id=name,
                t_utc_ns=order.t_utc_ns,
                until_utc_ns=order.until_utc_ns,
                by=order.by,
                why=order.why,
            )
            for name in sorted(concerned)
        }
        return replace(picture, tasking=replace(tasking, armed={**tasking.armed, **given})), (
            *events,
        )
    armed = {name: one for name, one in tasking.armed.items() if name not in concerned}
    stopped = [task for task in tasking.open if task.sensor_id in concerned]
    events += [
        _closed(picture, task, TaskResult.STOPPED, f"{order.kind.value} by {order.by}: {order.why}")
        for task in stopped
    ]
    left = tuple(task for task in tasking.open if task.sensor_id not in concerned)
    return replace(picture, tasking=replace(tasking, armed=armed, open=left)), tuple(events)


def _set(picture: Picture, order: Order) -> tuple[Picture, tuple[Event, ...]]:
    if order.sensor_id:
        raise ValueError("an operating point is the site's, not a sensor's")
    if order.operating_point is None:
        raise ValueError("the order does not say which operating point")
    if not order.confirmed_by or order.confirmed_by == order.by:
        raise ValueError(
            f"an operating point is set by two people: {order.by} gave it, "
            f"{order.confirmed_by or 'nobody'} confirmed it"
        )
    said = Ordered(t_utc_ns=order.t_utc_ns, order=order)
    return replace(picture, operating_point=order.operating_point), (said,)


def _answered(
    picture: Picture, observations: tuple[Observation, ...], site: Site
) -> tuple[Picture, list[Event]]:
    said: dict[str, str] = {}
    not_done: dict[str, str] = {}
    for one in observations:
        if isinstance(one, Evidence) and isinstance(one.footprint, GaussianFootprint):
            said.setdefault(one.footprint.task_id, one.reason)
        if isinstance(one, Health) and one.not_done_task_id:
            not_done[one.not_done_task_id] = one.message
    still_open: list[Task] = []
    events: list[Event] = []
    for task in picture.tasking.open:
        rules = site.sensor(task.sensor_id).tasks
        wait_s = (0.0 if rules is None else rules.dwell_s) + site.lag_s + ANSWER_S
        if task.task_id in said:
            events.append(_closed(picture, task, TaskResult.DONE, said[task.task_id]))
        elif task.task_id in not_done:
            events.append(_closed(picture, task, TaskResult.NOT_DONE, not_done[task.task_id]))
        elif (picture.t_utc_ns - task.t_look_utc_ns) * 1e-9 > wait_s:
            health = picture.health.get(task.sensor_id)
            why = "nothing was heard of it" if health is None else health.message
            reason = f"no answer from {task.sensor_id}; {why or 'it says that it is well'}"
            events.append(_closed(picture, task, TaskResult.NO_ANSWER, reason))
        else:
            still_open.append(task)
    if events:
        # The device itself says that it fired nothing: those shots do not count.
        doses = tuple(one for one in picture.tasking.doses if one.task_id not in not_done)
        tasking = replace(picture.tasking, open=tuple(still_open), doses=doses)
        picture = replace(picture, tasking=tasking)
    return picture, events


def _without_old(picture: Picture, site: Site) -> Tasking:
    """Return the tasking without doses and refusals that no rule asks for any more."""
    tasking, now = picture.tasking, picture.t_utc_ns
    longest_s = {spec.sensor_id: spec.tasks.place_s for spec in site.sensors if spec.tasks}
    doses = tuple(
        dose
        for dose in tasking.doses
        if dose.track_id in picture.passages
        or dose.track_id in picture.left
        or (now - dose.t_utc_ns) * 1e-9 <= longest_s.get(dose.sensor_id, 0.0)
    )
    refused = {
        key: value for key, value in tasking.refused.items() if (now - value[0]) * 1e-9 <= REFUSED_S
    }
    if len(doses) == len(tasking.doses) and len(refused) == len(tasking.refused):
        return tasking
    return replace(tasking, doses=doses, refused=refused)


def _given(picture: Picture, task: Task, site: Site) -> tuple[Picture, list[Event]]:
    spec, tasking = site.sensor(task.sensor_id), picture.tasking
    why_not = refusal(task, spec, picture, is_exercise=site.exercise)
    if why_not:
        key = (task.sensor_id, task.track_id)
        known = tasking.refused.get(key)
        if known is not None and known[1] == _kind_of(why_not):
            return picture, []
        refused = {**tasking.refused, key: (picture.t_utc_ns, _kind_of(why_not))}
        picture = replace(picture, tasking=replace(tasking, refused=refused))
        return picture, [_closed(picture, task, TaskResult.REFUSED, why_not)]
    # Counted as fired from now on: what is only known later may be too late.
    dose = Dose(
        task_id=task.task_id,
        sensor_id=task.sensor_id,
        t_utc_ns=task.t_look_utc_ns,
        track_id=task.track_id,
        position_site_m=task.position_site_m,
        n_shots=0 if spec.tasks is None else spec.tasks.shots_per_task,
    )
    tasking = replace(
        tasking,
        open=(*tasking.open, task),
        doses=(*tasking.doses, dose),
        n_tasks=tasking.n_tasks + 1,
    )
    return replace(picture, tasking=tasking), [task]


def _kind_of(why_not: str) -> str:
    """Return a refusal without its figures, so that it is the same one a moment later."""
    return "".join(letter for letter in why_not if not letter.isdigit())


def _closed(picture: Picture, task: Task, result: TaskResult, reason: str) -> TaskClosed:
    passage = picture.passages.get(task.track_id)
    return TaskClosed(
        t_utc_ns=picture.t_utc_ns,
        task_id=task.task_id,
        sensor_id=task.sensor_id,
        track_id=task.track_id,
        result=result,
        p_threat=None if passage is None else passage.verdict.p_threat,
        reason=reason,
    )
