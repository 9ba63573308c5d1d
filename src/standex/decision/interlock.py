"""Whether a task may be given to its sensor: arming, shots per person and per place, a clear line.

The hardware interlock of a laser stands behind this and rules whatever is decided here. Where
something is not known (a sensor that has not been heard of, a person who may be another), the
answer is no.
"""

import numpy as np
from jaxtyping import Float

from standex.model.observation import HealthReason, HealthState
from standex.model.picture import Picture
from standex.model.site import SensorSpec
from standex.model.tasking import Task, TaskRules

SPREAD_SIGMAS = 2.0  # by so many standard deviations nearer than expected, others are taken to be
CONFIRM_M = 3.0  # from the sensor's beam, beyond which nobody is weighed; it bounds the work


def refusal(task: Task, spec: SensorSpec, picture: Picture, *, is_exercise: bool) -> str:
    """Return why a task may not be given, in plain words; empty where it may.

    Args:
        task: asked for.
        spec: of its sensor.
        picture: as it stands.
        is_exercise: whether the site is in exercise mode.

    References:
        IEC 60825-1 for what the rules of a site rest on: exposure adds up over a day, for whoever
        is hit, so shots are counted by person and, as people come back under new numbers, by
        place.
    """
    rules = spec.tasks
    if rules is None:
        return f"{spec.sensor_id} takes no tasks"
    return (
        _not_ready(spec, picture)
        or _not_armed(spec, rules, picture, task.t_look_utc_ns, is_exercise=is_exercise)
        or _out_of_reach(task, spec, rules)
        or _busy(task, rules, picture)
        or _too_many(task, rules, picture)
        or _not_clear(task, spec, rules, picture)
    )


def lasting_refusal(task: Task, spec: SensorSpec, picture: Picture, *, is_exercise: bool) -> str:
    """Return why a task may not be given now, nor in a moment: staff should know.

    Args:
        task: see ``refusal``, as are the others.
        spec: of its sensor.
        picture: as it stands.
        is_exercise: whether the site is in exercise mode.
    """
    rules = spec.tasks
    if rules is None:
        return f"{spec.sensor_id} takes no tasks"
    return (
        _not_ready(spec, picture)
        or _not_armed(spec, rules, picture, task.t_look_utc_ns, is_exercise=is_exercise)
        or _too_many(task, rules, picture)
    )


def same_person(track_id: int, picture: Picture) -> frozenset[int]:
    """Return all numbers that a person is, or may be, known under; joins of low p count, too."""
    numbers = {track_id}
    waiting = [track_id]
    while waiting:
        one = waiting.pop()
        passage = picture.passages.get(one) or picture.left.get(one)
        if passage is None or passage.joined is None or passage.joined.track_id in numbers:
            continue
        numbers.add(passage.joined.track_id)
        waiting.append(passage.joined.track_id)
    return frozenset(numbers)


def shots_at_person(task: Task, picture: Picture) -> int:
    """Return how many shots the person has had of the task's sensor, those to come included."""
    numbers = same_person(task.track_id, picture)
    return sum(
        dose.n_shots
        for dose in picture.tasking.doses
        if dose.sensor_id == task.sensor_id and dose.track_id in numbers
    )


def shots_at_place(task: Task, rules: TaskRules, picture: Picture) -> int:
    """Return how many shots fell near the task's place within the time for which they count."""
    since_utc_ns = task.t_look_utc_ns - round(rules.place_s * 1e9)
    return sum(
        dose.n_shots
        for dose in picture.tasking.doses
        if dose.sensor_id == task.sensor_id
        and dose.t_utc_ns >= since_utc_ns
        and np.hypot(*(dose.position_site_m - task.position_site_m)) <= rules.place_m
    )


def _not_ready(spec: SensorSpec, picture: Picture) -> str:
    health = picture.health.get(spec.sensor_id)
    if health is None:
        return f"{spec.sensor_id} has not been heard of yet"
    if health.state is HealthState.FAILED or health.reason is HealthReason.INTERLOCK:
        said = health.message or health.reason.value
        return f"{spec.sensor_id} is not ready: {said}"
    return ""


def _not_armed(
    spec: SensorSpec, rules: TaskRules, picture: Picture, t_utc_ns: int, *, is_exercise: bool
) -> str:
    if rules.is_armed or (is_exercise and rules.is_armed_in_exercise):
        return ""
    arming = picture.tasking.armed.get(spec.sensor_id)
    if arming is None:
        return f"{spec.sensor_id} is not armed: a supervisor has to"
    if not arming.t_utc_ns <= t_utc_ns <= arming.until_utc_ns:
        return f"{spec.sensor_id} was armed by {arming.by}, and that is over: to be renewed"
    return ""


def _out_of_reach(task: Task, spec: SensorSpec, rules: TaskRules) -> str:
    if task.zone is not None and task.zone not in rules.zones:
        return f"{spec.sensor_id} cannot be aimed at {task.zone.value}"
    if not np.isfinite(task.position_site_m).all():
        return "the place is not known"
    off_m = float(np.hypot(*(task.position_site_m - rules.spot_site_m)))
    if off_m > rules.reach_m:
        return f"{off_m:.2f} m from the spot, it reaches {rules.reach_m:g} m"
    away_m = float(np.hypot(*(task.position_site_m - spec.site_from_sensor.translation_m[:2])))
    if away_m < rules.nearest_m:
        return f"{away_m:.2f} m from the sensor, nearer than the hazard distance"
    return ""


def _busy(task: Task, rules: TaskRules, picture: Picture) -> str:
    for other in picture.tasking.open:
        apart_s = abs(other.t_look_utc_ns - task.t_look_utc_ns) * 1e-9
        if other.sensor_id == task.sensor_id and apart_s < rules.dwell_s:
            return f"{task.sensor_id} looks at person {other.track_id} then"
    return ""


def _too_many(task: Task, rules: TaskRules, picture: Picture) -> str:
    had = shots_at_person(task, picture)
    if had + rules.shots_per_task > rules.max_shots_per_person:
        return f"{had} of {rules.max_shots_per_person} shots were fired at this person"
    fell = shots_at_place(task, rules, picture)
    if fell + rules.shots_per_task > rules.max_shots_per_place:
        return (
            f"{fell} of {rules.max_shots_per_place} shots within {rules.place_s:g} s fell at this "
            "place, whoever stood there"
        )
    return ""


def _not_clear(task: Task, spec: SensorSpec, rules: TaskRules, picture: Picture) -> str:
    tracks = picture.tracks
    family = same_person(task.track_id, picture)
    others = np.array([int(number) not in family for number in tracks.track_id], dtype=bool)
    # Whoever is not confirmed may yet be somebody.
    if not others.any():
        return ""
    dt_s = (task.t_look_utc_ns - tracks.t_utc_ns) * 1e-9
    place = tracks.mean[others, :2] + dt_s * tracks.mean[others, 2:]
    spread_m = np.sqrt(np.maximum(tracks.covariance[others, 0, 0], tracks.covariance[others, 1, 1]))
    off_m = distance_to_beam_m(place, spec.site_from_sensor.translation_m[:2], task.position_site_m)
    is_near = off_m < rules.clear_m + np.minimum(SPREAD_SIGMAS * spread_m, CONFIRM_M)
    if is_near.any():
        who = int(tracks.track_id[others][np.argmin(np.where(is_near, off_m, np.inf))])
        return (
            f"the line is not clear: person {who} is expected {off_m[is_near].min():.2f} m from it"
        )
    return ""


def distance_to_beam_m(
    place_site_m: Float[np.ndarray, "n 2"],
    from_site_m: Float[np.ndarray, " 2"],
    to_site_m: Float[np.ndarray, " 2"],
) -> Float[np.ndarray, " n"]:
    """Return how far each place is from the straight way between two points."""
    along = to_site_m - from_site_m
    length_sq = max(float(along @ along), 1e-12)
    share = np.clip((place_site_m - from_site_m) @ along / length_sq, 0.0, 1.0)
    return np.hypot(*(place_site_m - from_site_m - share[:, None] * along).T)
