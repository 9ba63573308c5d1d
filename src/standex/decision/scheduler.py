"""The built-in scheduler: tells every sensor where people are, and tasks those that take tasks.

Tasks go where they lower the expected cost of the decisions most, over the next moments, within
reach, dwell, shots and arming; they are planned anew at every step, and only looks that are due are
asked for.
"""

from dataclasses import dataclass, replace
from typing import final

import numpy as np
from jaxtyping import Float

from standex.decision.interlock import lasting_refusal, refusal, shots_at_person
from standex.decision.look_plan import plan_looks
from standex.decision.look_value import Candidate, LookPower, Planned, expected_cost
from standex.model.hints import Hints
from standex.model.picture import Outcome, Passage, PassageKind, Picture
from standex.model.site import OperatingPoint, SensorSpec, Site
from standex.model.tasking import Task, TaskRules
from standex.model.tracks import Tracks
from standex.model.zones import ZONE_INDEX, BodyZone

HORIZON_S = 2.0  # people do as they do now for about so long
DUE_S = 0.25  # looks that begin within so long of the least lead are asked for
LOOKS_AHEAD = 2  # at one person by one sensor: two may decide what one does not
UNCOVERED_COST = 0.02  # of leaving a wanted zone of somebody unlooked at, a miss being near 1


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NeedScheduler:
    """Satisfies the ``Scheduler`` port.

    Attributes:
        point: the site's operating point.
        site: for the sensors that take tasks; None where there are none.
    """

    point: OperatingPoint
    site: Site | None = None

    def __call__(self, picture: Picture, /) -> tuple[Hints, tuple[Task, ...]]:
        """Return where the confirmed people are expected, how much a look would help, and tasks.

        The need of a look is what is uncovered, or how undecided the posterior is, whichever is
        more; it falls with the number of looks already had, so that a crowd is shared fairly.
        """
        point = picture.point(self.point)
        if point is not self.point:  # as was ordered meanwhile
            return replace(self, point=point)(replace(picture, operating_point=None))
        tracks = picture.tracks
        rows = np.flatnonzero(tracks.is_confirmed)
        need = self._needs([picture.passages.get(t) for t in tracks.track_id[rows].tolist()])
        spread = np.sqrt(np.maximum(tracks.covariance[rows, 0, 0], tracks.covariance[rows, 1, 1]))
        hints = Hints(
            t_utc_ns=tracks.t_utc_ns,
            position_site_m=tracks.mean[rows, :2],
            velocity_site_m_per_s=tracks.mean[rows, 2:],
            spread_m=spread,
            need=need,
        )
        return hints, self._tasks(picture)

    def _needs(self, people: list[Passage | None]) -> Float[np.ndarray, " n"]:
        need = np.ones(len(people))
        wanted = [ZONE_INDEX[zone] for zone in self.point.wanted_zones]
        rows = [row for row, passage in enumerate(people) if passage is not None]
        known = [passage for passage in people if passage is not None]
        if not known:
            return need
        covered = np.stack([passage.covered for passage in known])[:, wanted].min(axis=1)
        p = np.array([passage.verdict.p_threat for passage in known])
        n_looks = np.array([len({e.look_id for e in passage.entries}) for passage in known])
        undone = np.maximum(1 - covered, 4 * p * (1 - p)) / (1 + 0.5 * n_looks)
        has_alarmed = [passage.verdict.outcome is Outcome.ALARM for passage in known]
        # Where something is not a number, nothing is known yet.
        need[rows] = np.where(has_alarmed, 0.1, np.nan_to_num(undone, nan=1.0))
        return need

    def _tasks(self, picture: Picture) -> tuple[Task, ...]:
        if self.site is None:
            return ()
        tasked = [(spec, spec.tasks) for spec in self.site.sensors if spec.tasks is not None]
        if not tasked:
            return ()
        looks: list[_Look] = []
        people: list[int] = []
        for sensor, (spec, rules) in enumerate(tasked):
            for look in self._looks(picture, spec, rules, sensor=sensor):
                if look.track_id not in people:
                    people.append(look.track_id)
                looks.append(look)
        if not looks:
            return ()
        candidates = tuple(look.candidate(people.index(look.track_id)) for look in looks)
        p_threat = tuple(_p_threat(picture.passages[number]) for number in people)
        plan = plan_looks(candidates, p_threat, p_alarm=self.point.p_alarm)
        due: dict[tuple[int, int], Planned] = {}
        for one in plan:
            look = looks[one.candidate]
            if one.at_s <= look.rules.lead_s + DUE_S:
                # Another look at the same person waits for what the first one says.
                due.setdefault((look.sensor, look.track_id), one)
        return tuple(self._task(picture, looks[one.candidate], one.at_s) for one in due.values())

    def _looks(
        self, picture: Picture, spec: SensorSpec, rules: TaskRules, *, sensor: int
    ) -> list["_Look"]:
        """Return the looks that a sensor could take at whoever comes by."""
        tracks, superseded = picture.tracks, picture.superseded
        behind_s = max(0.0, (picture.t_utc_ns - tracks.t_utc_ns) * 1e-9)
        waits = {task.track_id for task in picture.tasking.open if task.sensor_id == spec.sensor_id}
        # Until it has done what it was asked already.
        busy_s = max(
            (
                (task.t_look_utc_ns - picture.t_utc_ns) * 1e-9 + rules.dwell_s
                for task in picture.tasking.open
                if task.sensor_id == spec.sensor_id
            ),
            default=0.0,
        )
        looks: list[_Look] = []
        for row in np.flatnonzero(tracks.is_confirmed).tolist():
            track_id = int(tracks.track_id[row])
            passage = picture.passages.get(track_id)
            if passage is None or track_id in superseded or track_id in waits:
                continue
            if passage.kind is PassageKind.THING or passage.verdict.outcome is Outcome.ALARM:
                continue
            window = in_reach_s(tracks, row, rules, from_s=behind_s + max(rules.lead_s, busy_s))
            if window is None:
                continue
            ahead = [
                _Look(
                    spec=spec,
                    rules=rules,
                    sensor=sensor,
                    track_id=track_id,
                    row=row,
                    zone=zone,
                    bonus=bonus,
                    from_s=window[0] - behind_s,
                    to_s=window[1] - behind_s,
                )
                for zone, bonus in self._zones(passage, rules)
            ]
            look = ahead[0]
            # What is refused now is not planned: it would stand in the way of what is not.
            task = self._task(picture, look, look.from_s)
            left = rules.max_shots_per_person - shots_at_person(task, picture)
            n_left = left // max(rules.shots_per_task, 1)
            if n_left < 1:
                continue
            is_exercise = self.site is not None and self.site.exercise
            is_refused = bool(refusal(task, spec, picture, is_exercise=is_exercise))
            # What stands in the way for a moment is not said: it is asked again in a moment.
            is_said = look.is_worth_saying(passage, self.point.p_alarm) and lasting_refusal(
                task, spec, picture, is_exercise=is_exercise
            )
            if not is_refused:
                looks += ahead[: min(n_left, LOOKS_AHEAD)]
            elif is_said:
                looks.append(look)
        return looks

    def _zones(self, passage: Passage, rules: TaskRules) -> list[tuple[BodyZone, float]]:
        """Return the zone of each look ahead, and what covering it is worth; the best first.

        A zone covered by a look before is worth no more for that.
        """
        is_threat = None if self.site is None else self.site.items.is_threat
        found: list[tuple[float, BodyZone, float]] = []
        for zone in rules.zones:
            row = ZONE_INDEX[zone]
            p = float(np.exp(passage.log_posterior[row, is_threat]).sum())
            short = max(0.0, self.point.min_coverage - float(passage.covered[row]))
            is_wanted = zone in self.point.wanted_zones
            bonus = UNCOVERED_COST * short / self.point.min_coverage if is_wanted else 0.0
            found.append((p + bonus, zone, bonus))
        if not found:
            raise ValueError("a tasked sensor has no zones")
        found.sort(key=lambda one: -one[0])
        zones = [(zone, bonus) for _, zone, bonus in found]
        return [*zones, *((zone, 0.0) for zone, _ in zones)][:LOOKS_AHEAD]

    def _task(self, picture: Picture, look: "_Look", at_s: float) -> Task:
        tracks = picture.tracks
        dt_s = (picture.t_utc_ns - tracks.t_utc_ns) * 1e-9 + at_s
        place = tracks.mean[look.row, :2] + dt_s * tracks.mean[look.row, 2:]
        passage = picture.passages[look.track_id]
        p = _p_threat(passage)
        before = expected_cost(p, (), p_alarm=self.point.p_alarm)
        after = expected_cost(p, (look.power,), p_alarm=self.point.p_alarm)
        uncovered = ", not looked at enough yet" if look.bonus > 0 else ""
        return Task(
            task_id=f"{look.spec.sensor_id}-{picture.t_utc_ns}-{look.track_id}",
            t_utc_ns=picture.t_utc_ns,
            sensor_id=look.spec.sensor_id,
            track_id=look.track_id,
            position_site_m=place,
            t_look_utc_ns=picture.t_utc_ns + round(max(at_s, 0.0) * 1e9),
            zone=look.zone,
            reason=(
                f"person {look.track_id} at {p:.1%}: a look at {look.zone.value.replace('_', ' ')} "
                f"lowers the expected cost by {before - after:.2g}{uncovered}"
            ),
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    """A look that one sensor could take at one person."""

    spec: SensorSpec
    rules: TaskRules
    sensor: int
    track_id: int
    row: int
    zone: BodyZone
    bonus: float
    from_s: float
    to_s: float

    @property
    def power(self) -> LookPower:
        return LookPower(p_detect=self.rules.p_detect, p_false=self.rules.p_false)

    def candidate(self, person: int) -> Candidate:
        """Return it as a plan sees it."""
        return Candidate(
            sensor=self.sensor,
            person=person,
            power=self.power,
            from_s=self.from_s,
            to_s=self.to_s,
            dwell_s=self.rules.dwell_s,
            bonus=self.bonus,
        )

    def is_worth_saying(self, passage: Passage, p_alarm: float) -> bool:
        """Whether staff should be told that this look is refused: it would have changed much."""
        p = _p_threat(passage)
        before = expected_cost(p, (), p_alarm=p_alarm)
        return before - expected_cost(p, (self.power,), p_alarm=p_alarm) > UNCOVERED_COST


def in_reach_s(
    tracks: Tracks, row: int, rules: TaskRules, *, from_s: float
) -> tuple[float, float] | None:
    """Return from when to when somebody is where a sensor reaches, from the time of the tracks.

    They go on as they go now. None where they are not, within the horizon.

    Args:
        tracks: as they are.
        row: of the person.
        rules: for the spot.
        from_s: not earlier than that.
    """
    off = tracks.mean[row, :2] - rules.spot_site_m
    velocity = tracks.mean[row, 2:]
    speed_sq = float(velocity @ velocity)
    along, reach_sq = float(off @ velocity), rules.reach_m**2
    to_s = from_s + HORIZON_S
    if speed_sq < 1e-9:
        return (from_s, to_s) if float(off @ off) <= reach_sq else None
    root = along**2 - speed_sq * (float(off @ off) - reach_sq)
    if root < 0:
        return None
    enters = (-along - np.sqrt(root)) / speed_sq
    leaves = (-along + np.sqrt(root)) / speed_sq
    # Not at the very edge: there the least error of the velocity makes a miss.
    inset = 0.2 * (leaves - enters)
    begin, end = max(from_s, enters + inset), min(to_s, leaves - inset)
    return (float(begin), float(end)) if begin <= end else None


def _p_threat(passage: Passage) -> float:
    p = passage.verdict.p_threat
    return float(p) if np.isfinite(p) else 0.5
