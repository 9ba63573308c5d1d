"""One exercise under way: its shadow, and who of the simulated people is who on the plan."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any, final

import numpy as np

from standex.edges.child_process import Child, start_child
from standex.edges.clock import Clock
from standex.edges.exercises.exercise_file import Exercise
from standex.edges.exercises.score import End, Seen
from standex.edges.exercises.shadow import ShadowPlan, ShadowStep, play_shadow
from standex.model.errors import StandexError
from standex.model.event import Alert, Event
from standex.model.picture import Picture

LEAD_S = 0.5
READY_S = 180.0  # a busy computer takes long to start a process
_POLL_S = 0.1

Offer = Callable[[Picture, tuple[Event, ...]], object]
"""Takes a picture of the shadow, and what it said."""


@final
class Injection:
    """Plays an exercise in a thread, until it is over or told to end."""

    def __init__(
        self,
        exercise: Exercise,
        plan: ShadowPlan,
        *,
        clock: Clock,
        offer: Offer,
        is_done: Callable[[], bool],
        after_s: float,
        on_step: Callable[[], object],
        on_end: Callable[[End, str, str], object],
        play: Callable[..., None] = play_shadow,
    ) -> None:
        """Make one; nothing runs before ``start``.

        Args:
            exercise: what is played.
            plan: for the shadow.
            clock: of the service.
            offer: takes pictures and events of the shadow.
            is_done: whether nothing is left for people to do about it.
            after_s: how long they have for that after everybody has left.
            on_step: called now and then.
            on_end: told once how it ended: how, in words, by whom.
            play: main function of the shadow's process.
        """
        self.exercise = exercise
        self._plan = plan
        self._clock = clock
        self._offer = offer
        self._is_done = is_done
        self._after_s = after_s
        self._on_step = on_step
        self._on_end = on_end
        self._play = play
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._wanted: tuple[End, str, str] | None = None
        self._thread = threading.Thread(target=self._work, name="exercise", daemon=True)
        self._at_s = -LEAD_S
        self._picture: Picture | None = None
        self._votes: dict[int, Counter[int]] = defaultdict(Counter)
        self._alarms: dict[str, int | None] = {}

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self, end: End, *, detail: str, by: str, wait_s: float) -> None:
        """Let it end, and wait for that."""
        with self._lock:
            if self._wanted is None:
                self._wanted = (end, detail, by)
        self._is_over.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(wait_s)

    @property
    def picture(self) -> Picture | None:
        """Return what the shadow knows now, or None before its first word."""
        with self._lock:
            return self._picture

    def seen(self) -> Seen:
        """Return what the shadow has shown so far."""
        with self._lock:
            tracks: dict[int, int] = {}
            for track_id, votes in sorted(self._votes.items()):
                tracks[votes.most_common(1)[0][0]] = track_id
            return Seen(at_s=self._at_s, tracks=tracks, alarms=dict(self._alarms))

    def _work(self) -> None:
        child: Child | None = None
        how = (End.OVER, "", "")
        try:
            child = start_child(self._play, self._plan, name="standex-exercise")
            self._follow(child)
            if not self._is_over.is_set():
                self._linger()
        except (StandexError, OSError) as error:
            how = (End.BROKEN_OFF, str(error), "")
        except Exception as error:  # noqa: BLE001 - told; the watch knows nothing of it
            how = (End.BROKEN_OFF, f"{type(error).__name__}: {error}", "")
        finally:
            if child is not None:
                child.stop()
            with self._lock:
                self._picture = None
                how = self._wanted or how
            self._on_end(*how)

    def _follow(self, child: Child) -> None:
        began = self._clock.utc_ns()
        while (word := self._word(child)) is not _NOTHING_YET or not self._is_over.is_set():
            match word:
                case ShadowStep():
                    self._took(word)
                case "ready":
                    now = self._clock.utc_ns()
                    began = 0
                    child.line.send((now, now + round(LEAD_S * 1e9)))
                case None:
                    return
                case str():
                    raise StandexError(word)
                case _:
                    if began and (self._clock.utc_ns() - began) * 1e-9 > READY_S:
                        raise StandexError(f"its process did not start within {READY_S:.0f} s")
            if self._is_over.is_set():
                return

    def _word(self, child: Child) -> Any:
        try:
            if child.line.poll(_POLL_S):
                return child.line.recv()
        except (EOFError, OSError) as error:
            raise StandexError("its process has ended") from error
        return _NOTHING_YET

    def _took(self, step: ShadowStep) -> None:
        tracks = step.picture.tracks
        t_s = step.at_s
        with self._lock:
            self._at_s, self._picture = t_s, step.picture
            for row in np.flatnonzero(tracks.is_confirmed):
                person = self.exercise.nearest(tracks.mean[row, :2], t_s)
                if person is not None:
                    self._votes[int(tracks.track_id[row])][person] += 1
            for event in step.events:
                if isinstance(event, Alert):
                    whose = self.exercise.nearest(event.position_site_m, t_s)
                    self._alarms[event.alert_id] = whose
        self._offer(step.picture, step.events)
        self._on_step()

    def _linger(self) -> None:
        """Give people time for what the exercise has left them, and show nobody meanwhile."""
        until = self._clock.utc_ns() + round(self._after_s * 1e9)
        with self._lock:
            last = self._picture
            if last is not None:
                self._picture = _without_people(last)
        while not self._is_over.is_set() and self._clock.utc_ns() < until and not self._is_done():
            self._on_step()
            self._is_over.wait(2 * _POLL_S)


def _without_people(picture: Picture) -> Picture:
    """Return a picture of the same passages with nobody on the plan: the recording is over."""
    tracks = picture.tracks
    return replace(picture, tracks=replace(tracks, is_confirmed=np.zeros_like(tracks.is_confirmed)))


_NOTHING_YET = object()
