"""One recording against the truth about it: what was said then, and to whom it was true."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from standex.edges.calibrations import calibrations_of
from standex.edges.recording.reader import RecordedStep, Recording
from standex.edges.settings import parse_site
from standex.edges.truth_file import KnownTruth
from standex.evaluation.closed_loop import Step
from standex.evaluation.score import Tally
from standex.evaluation.twin_run import TwinRun
from standex.model.errors import StandexError
from standex.model.event import Alert, Ordered, PassageClosed, TaskClosed, TaskResult
from standex.model.hints import Hints, no_hints
from standex.model.picture import Outcome, Passage, Picture
from standex.model.record import Record
from standex.model.trajectories import Trajectories
from standex.station import Station
from standex.twin.scene import Scene


def _ignore(_: int) -> None:
    """Report to nobody."""


def recorded_run(
    path: Path, known: KnownTruth, *, on_step: Callable[[int], None] = _ignore
) -> TwinRun:
    """Return what became of everybody in a recording.

    Alerts and ends of passages are those that were recorded. The picture is made again from the
    recorded observations, for the posteriors between them; looks are counted as they were taken.
    Only people count whose whole way lies inside the recording: what would have become of the
    others, nobody knows.

    Args:
        path: of the recording.
        known: who walked where and carried what.
        on_step: told the number of steps played after each.

    Raises:
        StandexError: the recording cannot be read, or nobody of the truth was there from beginning
            to end.
    """
    recording = Recording.open(path)
    site = parse_site(recording.site_toml, where=f"in {path}")
    station = Station.of(site, {}, calibrations_of(site))
    start_utc_ns = known.start_utc_ns or recording.started_utc_ns
    scene = Scene(trajectories=known.trajectories, truth=known.truth, start_utc_ns=start_utc_ns)
    people = whole_ways(known.trajectories, start_utc_ns, _span(recording))
    if not people:
        raise StandexError(
            f"{path}: nobody of the truth was there from beginning to end of their way; is it the "
            "truth of another recording, or is ways_start_utc_ns wrong?"
        )
    items = tuple(item for item in known.truth.items if item.person in people)
    tally = Tally(
        scene=scene,
        truth=replace(known.truth, items=items),
        people=people,
        known_factors=known.factors,
        is_threat=site.items.is_threat,
    )
    picture = station.start(recording.started_utc_ns)
    n_alerts, n_tasks_done, last_utc_ns = 0, Counter[str](), recording.started_utc_ns
    for n_steps, step in enumerate(recording.whole_steps(), start=1):
        picture, hints = _next(station, picture, step)
        tally.take(_as_step(step, picture, hints))
        for event in step.events:
            n_alerts += isinstance(event, Alert)
            if isinstance(event, TaskClosed) and event.result is TaskResult.DONE:
                n_tasks_done[event.sensor_id] += 1
        last_utc_ns = max(last_utc_ns, step.t_utc_ns)
        on_step(n_steps)
    tally.closed += [_cut_off(one, last_utc_ns) for one in picture.passages.values()]
    return TwinRun(
        seed=known.truth.seed,
        outcomes=tally.outcomes(),
        n_stray_alerts=len(tally.stray_alerts),
        looks=(),
        n_records={},
        n_alerts=n_alerts,
        duration_s=(last_utc_ns - recording.started_utc_ns) * 1e-9,
        n_tasks_done=dict(n_tasks_done),
        association=tally.looks.counts(),
    )


def _next(station: Station, picture: Picture, step: RecordedStep) -> tuple[Picture, Hints]:
    orders = [event.order for event in step.events if isinstance(event, Ordered)]
    if orders and not step.observations:
        for order in orders:
            picture, _ = station.obey(picture, order)
        return picture, no_hints(step.t_utc_ns)
    picture, _, hints = station.update(picture, step.observations)
    return picture, hints


def _as_step(step: RecordedStep, picture: Picture, hints: Hints) -> Step:
    record = Record(
        sensor_id=step.observations[0].sensor_id if step.observations else "",
        t_utc_ns=step.t_utc_ns,
        kind="",
        sequence=step.step,
        arrays={},
    )
    return Step(
        record=record,
        observations=step.observations,
        picture=picture,
        events=step.events,
        hints=hints,
    )


def whole_ways(
    trajectories: Trajectories, start_utc_ns: int, span_utc_ns: tuple[int, int]
) -> list[int]:
    """Return whose first and last frame lie inside a span of time.

    Args:
        trajectories: everybody's ways.
        start_utc_ns: time of frame zero.
        span_utc_ns: first and last time.
    """
    t_utc_ns = start_utc_ns + np.round(
        trajectories.frame / trajectories.frame_rate_hz * 1e9
    ).astype(np.int64)
    inside = (t_utc_ns >= span_utc_ns[0]) & (t_utc_ns <= span_utc_ns[1])
    left_out = set(trajectories.person[~inside].tolist())
    return [int(person) for person in trajectories.people if int(person) not in left_out]


def _span(recording: Recording) -> tuple[int, int]:
    """Return the first and the last time that a recording speaks of."""
    last_utc_ns = max((step.t_utc_ns for step in recording.whole_steps()), default=0)
    return recording.started_utc_ns, max(last_utc_ns, recording.started_utc_ns)


def _cut_off(passage: Passage, t_utc_ns: int) -> PassageClosed:
    """Return a passage that had not ended, as far as was known at the end of the recording."""
    verdict = passage.verdict
    is_pending = verdict.outcome is Outcome.PENDING
    return PassageClosed(
        t_utc_ns=t_utc_ns,
        track_id=passage.track_id,
        first_utc_ns=passage.first_utc_ns,
        last_utc_ns=passage.last_utc_ns,
        outcome=Outcome.NOT_SCREENED if is_pending else verdict.outcome,
        p_threat=verdict.p_threat,
        zone=verdict.zone,
        covered=passage.covered,
        n_looks=len({entry.look_id for entry in passage.entries}),
        alert_id=passage.alert_id,
        reason=verdict.reason,
    )
