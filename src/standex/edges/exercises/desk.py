"""Exercises as the console runs them: begun, shown among real people, scored, and kept.

What an exercise shows comes from its shadow and never from the station: nothing of it is recorded,
sent to other systems, counted, or kept as evidence. At the desk of incidents it is marked.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, final

from standex.edges.audit.contract import What
from standex.edges.clock import Clock
from standex.edges.exercises.exercise_file import Exercise, ExerciseFileError, ExerciseShelf
from standex.edges.exercises.injection import Injection
from standex.edges.exercises.score import (
    End,
    ExerciseRun,
    again,
    begun,
    judged,
    over,
    score_of,
    told,
)
from standex.edges.exercises.shadow import ShadowPlan, first_numbers, play_shadow
from standex.edges.exercises.shown import TOLD_S, ShownExercise
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.incidents.incident import Incident, State
from standex.edges.live_status import LiveStatus
from standex.edges.recording.codec import decode, encode
from standex.edges.store.contract import DataClass, Document, Store, StoreError
from standex.edges.store.retention import Retention
from standex.edges.web.service_view import NotThereError, RefusedError
from standex.model.calibration import Calibration
from standex.model.event import Order, OrderKind
from standex.model.site import Site

COLLECTION = "exercises"
MOST_SHOWN = 200
END_S = 8.0  # longer than its process takes to end
KEEP_EVERY_S = 1.0
THAT_WAS_ONE = "that was an exercise: nobody was there"
_HANDLED = (State.RESOLVED, State.CLOSED)


Tells = Callable[[What, str, str, Mapping[str, Any]], object]
"""Writes something into the audit without waiting; see ``Notes.say``."""


@final
class ExerciseDesk:
    """Runs exercises, one at a time; every method from any thread."""

    def __init__(
        self,
        shelf: ExerciseShelf,
        store: Store,
        incidents: IncidentDesk,
        *,
        site: Site,
        calibrations: Mapping[str, Calibration],
        clock: Clock,
        retention: Retention,
        status: Callable[[], LiveStatus | None],
        tell: Tells,
        after_s: float,
        play: Callable[..., None] = play_shadow,
    ) -> None:
        """Make a desk at which nothing runs.

        Args:
            shelf: what can be begun.
            store: where runs and their scores are kept.
            incidents: where people work on alarms.
            site: where.
            calibrations: that hold.
            clock: of the service.
            retention: how long runs stay.
            status: of the station.
            tell: told, for the audit, how each ended.
            after_s: how long people have for what is left when everybody has gone.
            play: main function of the shadow's process.
        """
        self._shelf = shelf
        self._store = store
        self._incidents = incidents
        self._site = site
        self._calibrations = calibrations
        self._clock = clock
        self._retention = retention
        self._status = status
        self._tell = tell
        self._after_s = after_s
        self._play = play
        # Where both are held, filing comes first; nobody waits for a disk while holding the other.
        self._filing = threading.RLock()
        self._lock = threading.RLock()
        self._run: ExerciseRun | None = None
        self._injection: Injection | None = None
        self._version = 0
        self._kept_utc_ns = 0
        self._ended: ShownExercise | None = None
        self._problem = ""

    # What the service does.

    def recover(self) -> None:
        """Say of what ran when the service went away that it was broken off.

        Raises:
            StoreError: the store cannot be read.
        """
        for run, version in self._stored():
            if run.end is End.RUNS:
                self._version = version
                known = again(run, self._of(run.exercise_id))
                why = "the service was gone while it ran"
                self._finish(known, End.BROKEN_OFF, why, "")
        left = {one.exercise for one in self._incidents.incidents() if not one.is_exercise_over}
        for exercise_id in sorted(left - {""}):
            self._incidents.end_exercise(exercise_id, text=THAT_WAS_ONE)

    def close(self) -> None:
        """End what runs, because the service does."""
        self._stop(End.BROKEN_OFF, "the service was stopped", "")

    def ordered(self, order: Order) -> None:
        """Take note of an order that was given: the stop button stops an exercise, too."""
        if order.kind is OrderKind.STOP:
            self._stop(End.STOPPED, "stop button", order.by)

    def shown(self) -> ShownExercise | None:
        """Return what runs or has just ended."""
        with self._lock:
            run, injection, ended = self._run, self._injection, self._ended
        if run is not None:
            picture = None if injection is None else injection.picture
            return ShownExercise(
                exercise_id=run.exercise_id, exercise=run.exercise, picture=picture
            )
        if ended is not None and (self._clock.utc_ns() - ended.ended_utc_ns) * 1e-9 < TOLD_S:
            return ended
        return None

    @property
    def problem(self) -> str:
        """Return what went wrong with an exercise lately, or nothing."""
        return self._problem if self.shown() is not None else ""

    # What people do.

    def all(self) -> Sequence[Mapping[str, Any]]:
        """Return those that ran and run, newest first, with scores."""
        runs = [run for run, _ in self._stored()]
        with self._lock:
            now = self._run
        if now is not None:
            now = self._judged(now)
            runs = [now, *(one for one in runs if one.exercise_id != now.exercise_id)]
        newest = sorted(runs, key=lambda one: one.begun_utc_ns, reverse=True)
        return [told(one) for one in newest[:MOST_SHOWN]]

    def known(self) -> Sequence[Mapping[str, Any]]:
        """Return what can be begun, and why not where it cannot."""
        return [_known(name, one, problem) for name, one, problem in self._shelf.all()]

    def begin(self, exercise: str, /, *, by: str) -> Mapping[str, Any]:
        """Begin one.

        Raises:
            RefusedError: there is no such exercise, it is not of this site or not simulated, one
                is under way, or there is no picture yet that it could be shown in.
        """
        self._refuse_another()
        try:
            one, recording = self._shelf.opened(exercise)
        except ExerciseFileError as error:
            raise RefusedError(str(error)) from error
        status = self._status()
        if status is None:
            raise RefusedError("the station shows no picture yet", retry_after_s=2.0)
        now = self._clock.utc_ns()
        exercise_id = f"exercise-{now // 10**6}"
        first_track_id, n_alerts = first_numbers(status.picture, now_utc_ns=now)
        plan = ShadowPlan(
            site=replace(self._site, site_id=f"{self._site.site_id}-x{now // 10**9}"),
            calibrations=self._calibrations,
            operating_point=status.picture.operating_point,
            recording=recording.path,
            first_track_id=first_track_id,
            n_alerts=n_alerts,
        )
        injection = Injection(
            one,
            plan,
            clock=self._clock,
            offer=lambda picture, events: self._incidents.offer(
                picture, events, exercise=exercise_id
            ),
            is_done=lambda: self._is_done(exercise_id),
            after_s=self._after_s,
            on_step=self._keep_now_and_then,
            on_end=self._ended_by_itself,
            play=self._play,
        )
        run = begun(one, exercise_id=exercise_id, by=by, t_utc_ns=now)
        with self._filing:
            self._refuse_another()
            self._version = 0
            self._put(run)
            with self._lock:
                self._run, self._injection, self._ended, self._problem = run, injection, None, ""
                self._kept_utc_ns = now
            injection.start()
        return told(run)

    def end(self, exercise_id: str, /, *, by: str) -> Mapping[str, Any]:
        """End it.

        Raises:
            NotThereError: none of that id is under way.
        """
        with self._lock:
            run = self._run
        if run is None or run.exercise_id != exercise_id:
            raise NotThereError(f"no exercise {exercise_id} is under way")
        self._stop(End.ENDED, "", by)
        kept = next((o for o, _ in self._stored() if o.exercise_id == exercise_id), run)
        return told(kept)

    # Inside.

    def _refuse_another(self) -> None:
        with self._lock:
            run = self._run
        if run is not None:
            raise RefusedError(f"the exercise {run.exercise} is under way; end it first")

    def _stop(self, end: End, detail: str, by: str) -> None:
        with self._lock:
            injection = self._injection
        if injection is not None:
            injection.end(end, detail=detail, by=by, wait_s=END_S)

    def _of(self, exercise_id: str) -> dict[str, Incident]:
        return {
            one.incident_id: one
            for one in self._incidents.incidents()
            if one.exercise == exercise_id
        }

    def _is_done(self, exercise_id: str) -> bool:
        return all(one.state in _HANDLED for one in self._of(exercise_id).values())

    def _judged(self, run: ExerciseRun) -> ExerciseRun:
        with self._lock:
            injection = self._injection
        if injection is None or run.end is not End.RUNS:
            return run
        return judged(run, injection.exercise, injection.seen(), self._of(run.exercise_id))

    def _keep_now_and_then(self) -> None:
        """Keep what is known, for a restart; that the store is slow harms the exercise only."""
        now = self._clock.utc_ns()
        with self._lock:
            run = self._run
            if run is None or (now - self._kept_utc_ns) * 1e-9 < KEEP_EVERY_S:
                return
            self._kept_utc_ns = now
        latest = self._judged(run)
        if latest == run:
            return
        with self._filing, suppress(StoreError):
            self._put(latest)
            with self._lock:
                self._run = latest

    def _ended_by_itself(self, end: End, detail: str, by: str) -> None:
        with self._lock:
            run = self._run
        if run is not None:
            self._incidents.step()  # what its shadow said last counts
            self._finish(self._judged(run), end, detail, by)

    def _finish(self, run: ExerciseRun, end: End, detail: str, by: str) -> None:
        now = self._clock.utc_ns()
        run = over(run, end=end, detail=detail, ended_by=by, t_utc_ns=now)
        problem = ""
        if end is End.BROKEN_OFF:
            problem = f"the exercise {run.exercise} was broken off: {detail}"
        with self._filing:
            try:
                self._put(run)
            except StoreError as error:
                problem = f"the score of {run.exercise} could not be kept: {error}"
            with self._lock:
                self._run = self._injection = None
                self._ended = ShownExercise(
                    exercise_id=run.exercise_id, exercise=run.exercise, ended_utc_ns=now
                )
                self._problem = problem
        self._incidents.end_exercise(run.exercise_id, text=THAT_WAS_ONE)
        score = {name: value for name, value in score_of(run).items() if value is not None}
        why = f"{end.value.replace('_', ' ')}{': ' if detail else ''}{detail}"
        body = {"by": by, "begun_by": run.by, "exercise": run.exercise, "score": score}
        self._tell(What.EXERCISE_ENDED, run.exercise_id, why, body)

    def _put(self, run: ExerciseRun) -> None:
        expires = self._retention.expires_utc_ns(DataClass.OPERATION, run.begun_utc_ns)
        kept = self._store.put(
            Document(
                collection=COLLECTION,
                document_id=run.exercise_id,
                data_class=DataClass.OPERATION,
                expires_utc_ns=expires,
                version=self._version,
                body=encode(run),
            )
        )
        self._version = kept.version

    def _stored(self) -> list[tuple[ExerciseRun, int]]:
        known: list[tuple[ExerciseRun, int]] = []
        for one in self._store.find(COLLECTION, limit=10_000):
            with suppress(ValueError):  # of a later version: it is left alone
                known.append((decode(ExerciseRun, one.body), one.version))
        return known


def _known(name: str, one: Exercise | None, problem: str) -> dict[str, Any]:
    return {
        "exercise": name,
        "n_people": 0 if one is None else len(one.injected),
        "n_carrying": 0 if one is None else one.n_carrying,
        "duration_s": 0.0 if one is None else round(one.duration_s, 1),
        "made_utc_ms": None if one is None else one.made_utc_ns // 10**6,
        "problem": problem,
    }


def orders_through(desk: ExerciseDesk, give: Callable[[Order], None]) -> Callable[[Order], None]:
    """Return how orders are given: to the station first, then to the exercise."""

    def order(one: Order) -> None:
        try:
            give(one)
        finally:  # a station that does not answer is no reason to play on
            desk.ordered(one)

    return order
