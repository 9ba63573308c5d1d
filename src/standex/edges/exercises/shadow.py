"""The shadow: a station of its own, in a process of its own, that sees only simulated people.

It shares nothing with the real one. Its numbers of people and of alarms come from ranges that the
real ones never reach, and whatever happens to it ends the exercise and nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from standex.edges.child_process import Line, settle_in
from standex.edges.clock import SteadyClock
from standex.edges.exercises.shifted import shifted
from standex.edges.incidents.station_events import LAST_DIGITS, spoken
from standex.edges.recording.reader import Recording
from standex.model.calibration import Calibration
from standex.model.errors import StandexError
from standex.model.event import Event
from standex.model.hand_over import no_hand_over
from standex.model.picture import Picture
from standex.model.site import OperatingPoint, Site
from standex.model.tracks import TrackMemory
from standex.station import Station
from standex.tracking.tracker import CrowdTracker

PICTURE_PERIOD_S = 0.1
FIRST_APART = 500  # the last digits of who comes next, and of the first simulated person
ALERTS_APART = 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShadowPlan:
    """What a shadow shall play.

    Attributes:
        site: where; its id is that of the exercise, so that no alarm is called like a real one.
        calibrations: that hold now.
        operating_point: that holds now.
        recording: what the sensors said of the simulated people.
        first_track_id: number of the first simulated person.
        n_alerts: alarms that count as raised before.
    """

    site: Site
    calibrations: Mapping[str, Calibration]
    operating_point: OperatingPoint | None
    recording: Path
    first_track_id: int
    n_alerts: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShadowStep:
    """What a shadow says, a few times a second.

    Attributes:
        at_s: since the beginning of its recording.
        picture: without what nobody asks for.
        events: since the last one.
    """

    at_s: float
    picture: Picture
    events: tuple[Event, ...]


def first_numbers(real: Picture | None, *, now_utc_ns: int) -> tuple[int, int]:
    """Return the number of the first simulated person, and how many alarms were before theirs.

    Numbers of people count up from 1 in the real picture, and never come near to the time of day.
    Their last digits, which are what people read, are not far from those of real ones: nobody
    should tell an exercise by its numbers. The name of an alarm holds that of its exercise.
    """
    second = now_utc_ns // 10**9
    coming = 1 if real is None else real.tracks.next_track_id
    n_alerts = 0 if real is None else real.n_alerts
    return second * LAST_DIGITS + (coming + FIRST_APART) % LAST_DIGITS, n_alerts + ALERTS_APART


def shadow_steps(
    plan: ShadowPlan, recording: Recording, *, start_utc_ns: int
) -> Iterator[tuple[int, Picture, tuple[Event, ...]]]:
    """Yield time, picture and events of each step, as fast as it goes.

    Args:
        plan: what to play.
        recording: of the plan, opened.
        start_utc_ns: when it begins.

    Raises:
        RecordingError: it cannot be read.
    """
    station = Station.of(plan.site, {}, plan.calibrations)
    if isinstance(station.tracker, CrowdTracker):
        station.tracker.warm_up()
    picture = station.start(start_utc_ns)
    picture = replace(
        picture,
        tracks=replace(picture.tracks, next_track_id=plan.first_track_id),
        n_alerts=plan.n_alerts,
        operating_point=plan.operating_point,
    )
    by_ns = start_utc_ns - recording.started_utc_ns
    tracks_by = plan.first_track_id - 1
    for _, t_utc_ns, observations in recording.steps():
        yield t_utc_ns + by_ns, picture, ()
        now = tuple(shifted(one, by_ns=by_ns, tracks_by=tracks_by) for one in observations)
        picture, events, _ = station.update(picture, now)
        yield t_utc_ns + by_ns, picture, events


def play_shadow(line: Line, plan: ShadowPlan) -> None:
    """Play an exercise at its pace; the main function of the shadow's process.

    It says ``ready``, is told the time of now and of its beginning, says a step at a time, and
    None at the end; a text is what went wrong.
    """
    settle_in()
    try:
        try:
            recording = Recording.open(plan.recording)
            clock = SteadyClock()
            # Compiled before it is said to be ready: nothing must be late then.
            next(iter(shadow_steps(plan, recording, start_utc_ns=clock.utc_ns())), None)
            line.send("ready")
            now_utc_ns, start_utc_ns = line.recv()
            ahead_ns = clock.utc_ns() - now_utc_ns
            said_utc_ns, events = 0, []
            for due_utc_ns, picture, said in shadow_steps(
                plan, recording, start_utc_ns=start_utc_ns
            ):
                clock.wait_until_utc_ns(due_utc_ns + ahead_ns)
                events += said
                if said or due_utc_ns - said_utc_ns >= PICTURE_PERIOD_S * 1e9:
                    line.send(
                        ShadowStep(
                            at_s=(due_utc_ns - start_utc_ns) * 1e-9,
                            picture=slim(picture),
                            events=tuple(events),
                        )
                    )
                    said_utc_ns, events = due_utc_ns, []
            line.send(None)
        except (EOFError, OSError):
            raise
        except StandexError as error:
            line.send(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and ends only this
            line.send(f"{type(error).__name__}: {error}")
        line.recv()  # until the parent hangs up
    except (EOFError, OSError):
        return


def slim(picture: Picture) -> Picture:
    """Return a picture without what only the next step needs, in numbers as people read them."""
    tracks = replace(picture.tracks, memory=TrackMemory(), modes=None)
    tasks = tuple(
        replace(one, reason=one.reason.replace(str(one.track_id), str(spoken(one.track_id))))
        for one in picture.tasking.open
    )
    return replace(
        picture,
        tasking=replace(picture.tasking, open=tasks),
        tracks=tracks,
        history=(),
        coverage={},
        health={},
        hand_over=no_hand_over(picture.t_utc_ns),
        left={},
    )
