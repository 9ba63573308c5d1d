"""The twin as a source: its instruments in a process of their own, records at their time.

The twin computes a little ahead. When it cannot keep up, frames of heavy instruments whose time
has passed are left out, newest frame first: their numbers go on counting, so that the gap shows.
"""

import contextlib
import heapq
import queue
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any, final

from standex.edges.child_process import Child, Line, settle_in, start_child
from standex.edges.clock import Clock, SystemClock
from standex.edges.plugins import build_instruments
from standex.model.errors import StandexError
from standex.model.ports import Instrument, Tasked
from standex.model.record import Record
from standex.model.site import Site
from standex.model.tasking import Task
from standex.model.trajectories import Trajectories
from standex.model.truth import Truth
from standex.twin.faults import Fault
from standex.twin.scene import Scene

AHEAD_S = 0.6
AFTER_S = 2.5  # the sensors go on looking when the last person has left, so that tracks end
_MOST_WAITING = 256
_POLL_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwinPlan:
    """What the twin shall play.

    Attributes:
        site: whose instruments.
        trajectories: who walks where, site frame.
        truth: who carries what.
        seed: of everything that the instruments draw.
        heavy: sensors whose late frames are left out.
        faults: by sensor.
        duration_s: how long; None until the last person has left.
    """

    site: Site
    trajectories: Trajectories
    truth: Truth
    seed: int
    heavy: Collection[str] = ()
    faults: Mapping[str, tuple[Fault, ...]]
    duration_s: float | None = None


@final
class TwinSource:
    """Satisfies the ``Source`` port, in real time."""

    def __init__(
        self,
        plan: TwinPlan,
        *,
        clock: Clock,
        build: Callable[[Site, int], Mapping[str, Instrument]] = build_instruments,
    ) -> None:
        """Make a source; nothing runs before it is entered.

        Args:
            plan: what to play.
            clock: the computer's; another process cannot read any other.
            build: makes the instruments, in the twin's process.
        """
        self._plan = plan
        self._clock = clock
        self._build = build
        self._child: Child | None = None
        self._is_over = threading.Event()
        self._arrived: queue.Queue[Any] = queue.Queue(_MOST_WAITING)
        self._start_utc_ns: int | None = None
        self._shed: dict[str, int] = {}

    def __enter__(self) -> "TwinSource":
        """Start the twin's process and wait until its instruments stand.

        Raises:
            StandexError: they cannot be built.
        """
        self._child = start_child(_play, self._plan, self._build, name="standex-twin")
        try:
            self._next_word()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the twin's process."""
        self.close()
        child, self._child = self._child, None
        if child is not None:
            child.stop()

    @property
    def shed(self) -> Mapping[str, int]:
        """Return by sensor how many frames the twin has left out."""
        return dict(self._shed)

    def begin(self, start_utc_ns: int) -> None:
        """Let people walk from ``start_utc_ns`` on."""
        if self._child is None:
            raise ValueError("enter the source before it begins")
        self._child.line.send(start_utc_ns)
        self._start_utc_ns = start_utc_ns

    def take(self, task: Task, /) -> None:
        """Send a task to its instrument; one that comes when the twin has ended is lost.

        May be called from another thread than that of ``records``.
        """
        if self._child is not None:
            with contextlib.suppress(OSError):
                self._child.line.send(task)

    def close(self) -> None:
        """Let ``records`` come to its end; may be called from another thread."""
        self._is_over.set()

    def records(self) -> Iterator[Record]:
        """Yield each record at its time.

        Raises:
            StandexError: the twin's process has ended before its time.
        """
        if self._start_utc_ns is None:
            self.begin(self._clock.utc_ns() + round(AHEAD_S * 1e9))
        threading.Thread(target=self._listen, daemon=True).start()
        # Records of instruments that take tasks are made late, and overtake those made ahead.
        waiting: list[tuple[int, int, Record]] = []
        is_done, n = False, 0
        while not self._is_over.is_set() and (waiting or not is_done):
            wait_s = self._left_s(waiting[0][0]) if waiting else _POLL_S
            if waiting and wait_s <= 0:
                yield heapq.heappop(waiting)[2]
                continue
            if is_done or len(waiting) >= _MOST_WAITING:
                self._is_over.wait(min(max(wait_s, 0.0), _POLL_S))
                continue
            try:
                word = self._arrived.get(timeout=min(wait_s, _POLL_S))
            except queue.Empty:
                continue
            match word:
                case (Record() as record, dict() as shed):
                    self._shed = shed
                    heapq.heappush(waiting, (record.t_utc_ns, n, record))
                    n += 1
                case None:
                    is_done = True
                case _:
                    raise StandexError(f"the twin has stopped: {word}")

    def _left_s(self, t_utc_ns: int) -> float:
        return (t_utc_ns - self._clock.utc_ns()) * 1e-9

    def _listen(self) -> None:
        """Move what the twin sends into the queue; the queue's bound holds the twin back."""
        while not self._is_over.is_set():
            try:
                word = self._next_word()
            except StandexError as error:
                word = str(error)
            while not self._is_over.is_set():
                try:
                    self._arrived.put(word, timeout=_POLL_S)
                    break
                except queue.Full:
                    continue
            if word is None or isinstance(word, str):
                return

    def _next_word(self) -> Any:
        child = self._child
        try:
            while child is not None and not child.line.poll(_POLL_S):
                if self._is_over.is_set():
                    return None
            word = None if child is None else child.line.recv()
        except (EOFError, OSError) as error:
            if self._is_over.is_set():
                return None
            raise StandexError("its process has ended (out of memory?)") from error
        if isinstance(word, str) and word != "ready":
            raise StandexError(word)
        return word


def _play(
    line: Line, plan: TwinPlan, build: Callable[[Site, int], Mapping[str, Instrument]]
) -> None:
    """Run the instruments; the main function of the twin's process."""
    settle_in()
    try:
        try:
            instruments = with_faults(build(plan.site, plan.seed), plan.faults)
            line.send("ready")
            start_utc_ns: int = line.recv()
            scene = Scene(
                trajectories=plan.trajectories, truth=plan.truth, start_utc_ns=start_utc_ns
            )
            end_utc_ns = scene.end_utc_ns + round(AFTER_S * 1e9)
            if plan.duration_s is not None:
                end_utc_ns = min(end_utc_ns, start_utc_ns + round(plan.duration_s * 1e9))
            shed: dict[str, int] = {}
            for record in play(
                instruments,
                scene,
                end_utc_ns,
                heavy=plan.heavy,
                clock=SystemClock(),
                shed=shed,
                tasks=partial(_arrived_tasks, line),
            ):
                line.send((record, shed))
            line.send(None)
        except (EOFError, OSError):
            raise
        except StandexError as error:
            line.send(str(error))
        except Exception as error:  # noqa: BLE001 - foreign code; the parent says what it was
            line.send(f"{type(error).__name__}: {error}")
        line.recv()  # until the parent hangs up
    except (EOFError, OSError):
        return


def _arrived_tasks(line: Line) -> Iterator[Task]:
    """Yield the tasks that have come in since the last call."""
    while line.poll(0):
        word = line.recv()
        if isinstance(word, Task):
            yield word


def no_tasks() -> tuple[Task, ...]:
    """Return no tasks, for a twin that nobody asks for anything."""
    return ()


def play(
    instruments: Mapping[str, Instrument],
    scene: Scene,
    end_utc_ns: int,
    *,
    heavy: Collection[str],
    clock: Clock,
    shed: dict[str, int],
    tasks: Callable[[], Iterable[Task]] = no_tasks,
) -> Iterator[Record]:
    """Yield the records of all instruments in order of time, at most ``AHEAD_S`` ahead.

    Those of instruments that take tasks are made when their time has come, not ahead: a task for
    the next moment must reach them before. They are yielded when they are made.

    A heavy frame whose time has passed is left out and counted in ``shed``; light frames are
    never left out. Where one heavy instrument had to leave a frame out, the others that did not
    leave out their next one too, or their share of one where they are slower: else the first in
    line would starve the rest. A dead device gives no record and no number.
    """
    # Who takes tasks is always made at its time, and never left out.
    ahead = [name for name, one in instruments.items() if not isinstance(one, Tasked)]
    names, owed = list(instruments), dict.fromkeys((n for n in heavy if n in ahead), 0.0)
    ahead_ns = [
        0 if isinstance(one, Tasked) else round(AHEAD_S * 1e9) for one in instruments.values()
    ]
    turns = [
        (start - ahead_ns[row], row, 0, 0)
        for row, start in enumerate(_first_turns(instruments, scene, heavy))
    ]
    heapq.heapify(turns)
    while turns:
        due_utc_ns, row, turn, sequence = heapq.heappop(turns)
        t_utc_ns = due_utc_ns + ahead_ns[row]
        if t_utc_ns > end_utc_ns:
            continue
        name = names[row]
        clock.wait_until_utc_ns(due_utc_ns)
        for task in tasks():
            taker = instruments.get(task.sensor_id)
            if isinstance(taker, Tasked):
                taker.take(task)
        is_late = name in owed and clock.utc_ns() > t_utc_ns
        is_shed = is_late or owed.get(name, 0.0) > 1 - 1e-9
        record = None
        if is_shed:
            shed[name] = shed.get(name, 0) + 1
            if owed[name] > 1 - 1e-9:
                owed[name] -= 1.0
            else:
                for other in owed.keys() - {name}:
                    share = instruments[other].rate_hz / instruments[name].rate_hz
                    owed[other] = min(owed[other] + min(share, 1.0), 1.0)
        else:
            record = instruments[name].record(scene, t_utc_ns, sequence)
        # From the count, not from the last time: rounding must not add up.
        first_utc_ns = t_utc_ns - round(turn * 1e9 / instruments[name].rate_hz)
        then = first_utc_ns + round((turn + 1) * 1e9 / instruments[name].rate_hz)
        number = sequence + (is_shed or record is not None)
        heapq.heappush(turns, (then - ahead_ns[row], row, turn + 1, number))
        if record is not None:
            yield record


def _first_turns(
    instruments: Mapping[str, Instrument], scene: Scene, heavy: Collection[str]
) -> Iterator[int]:
    """Yield the first time of each instrument; heavy ones take turns, as panels in sight do."""
    n_heavy = sum(name in heavy for name in instruments)
    place = 0
    for name, instrument in instruments.items():
        wait_s = place / n_heavy / instrument.rate_hz if name in heavy else 0.0
        place += name in heavy
        yield scene.start_utc_ns + round(wait_s * 1e9)


def with_faults(
    instruments: Mapping[str, Instrument], faults: Mapping[str, tuple[Fault, ...]]
) -> dict[str, Instrument]:
    """Return instruments that will fail as told.

    Raises:
        StandexError: a fault is for a sensor that is not there, or that cannot have faults.
    """
    failing: dict[str, Any] = dict(instruments)
    for name, planned in faults.items():
        if name not in failing:
            raise StandexError(
                f"a fault was asked for sensor {name!r}, which the site does not have; "
                f"it has {', '.join(instruments)}"
            )
        if not hasattr(failing[name], "faults"):
            raise StandexError(f"the twin's instrument of sensor {name!r} cannot have faults")
        failing[name] = replace(failing[name], faults=planned)
    return failing
