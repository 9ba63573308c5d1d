"""What waits to be sent to another system: bounded, sent by a thread of its own.

Whoever puts a message in never waits. Where the other side is slow or gone, ordinary messages
(positions, health) make room for newer ones, and urgent ones (alarms) wait until they are through.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, final

from standex.model.errors import StandexError

T = TypeVar("T")

N_ORDINARY = 256
N_URGENT = 10_000
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 5.0  # an alarm waits no longer after the other side is back
IDLE_S = 1.0


class OutboxFullError(StandexError):
    """So many urgent messages wait that no more are taken."""


class UndeliverableError(Exception):
    """The other side will never take this message; another may go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxCounts:
    """How it goes.

    Attributes:
        n_sent: messages that the other side has.
        n_dropped: ordinary ones that made room for newer ones.
        n_undeliverable: that the other side will never take.
        n_failures: attempts that failed.
        n_waiting: ordinary ones.
        n_waiting_urgent: urgent ones.
        problem: what the last attempt failed with, or empty when it did not.
    """

    n_sent: int
    n_dropped: int
    n_undeliverable: int
    n_failures: int
    n_waiting: int
    n_waiting_urgent: int
    problem: str


@final
class Outbox(Generic[T]):
    """What every sink of this kind holds one of. All methods may be called from any thread."""

    def __init__(
        self,
        send: Callable[[T], None],
        *,
        name: str,
        idle: Callable[[], None] | None = None,
        n_ordinary: int = N_ORDINARY,
        n_urgent: int = N_URGENT,
        first_pause_s: float = FIRST_PAUSE_S,
        longest_pause_s: float = LONGEST_PAUSE_S,
        idle_s: float = IDLE_S,
    ) -> None:
        """Start the thread.

        Args:
            send: gives one message to the other side; whatever it raises, the message is tried
                again after a pause, but for :class:`UndeliverableError`. Connecting is its
                business.
            name: of the thread, for people.
            idle: called in the same thread when nothing was sent for ``idle_s``; raises where
                the other side is away, so that it is known before there is something to send.
            n_ordinary: ordinary messages that wait at most.
            n_urgent: urgent messages that wait at most.
            first_pause_s: after a failure; doubled with each one up to ``longest_pause_s``.
            longest_pause_s: see there.
            idle_s: see there.
        """
        self._send = send
        self._idle = idle
        self._name = name
        self._n_ordinary, self._n_urgent = n_ordinary, n_urgent
        self._first_pause_s, self._longest_pause_s = first_pause_s, longest_pause_s
        self._idle_s = idle_s
        self._ordinary: deque[T] = deque()
        self._urgent: deque[T] = deque()
        self._changed = threading.Condition()
        self._is_closing = False
        self._is_over = threading.Event()
        self._hurries = threading.Event()
        self._n_sent = self._n_dropped = self._n_undeliverable = self._n_failures = 0
        self._problem = ""
        self._thread = threading.Thread(target=self._work, name=f"outbox {name}", daemon=True)
        self._thread.start()

    def put(self, message: T, *, urgent: bool) -> None:
        """Take a message to be sent; never waits.

        Raises:
            OutboxFullError: it is urgent, and too many wait already: somebody must be told.
        """
        with self._changed:
            if urgent:
                if len(self._urgent) >= self._n_urgent:
                    raise OutboxFullError(
                        f"{self._name}: {self._n_urgent} urgent messages wait already, no more "
                        f"are taken; see to the other side ({self._problem or 'it is slow'})"
                    )
                self._urgent.append(message)
            else:
                if len(self._ordinary) >= self._n_ordinary:
                    self._ordinary.popleft()
                    self._n_dropped += 1
                self._ordinary.append(message)
            self._changed.notify_all()

    def counts(self) -> OutboxCounts:
        """Return how it goes."""
        with self._changed:
            return OutboxCounts(
                n_sent=self._n_sent,
                n_dropped=self._n_dropped,
                n_undeliverable=self._n_undeliverable,
                n_failures=self._n_failures,
                n_waiting=len(self._ordinary),
                n_waiting_urgent=len(self._urgent),
                problem=self._problem,
            )

    def close(self, *, wait_s: float = 2.0) -> bool:
        """Send what waits, as long as the other side takes it, and end the thread.

        Returns:
            Whether everything went out.
        """
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._hurries.set()  # one last attempt, without the rest of the pause
        self._thread.join(wait_s)
        self._is_over.set()
        with self._changed:
            return not self._urgent and not self._ordinary

    def _work(self) -> None:
        pause_s = 0.0
        while not self._is_over.is_set():
            if pause_s:
                self._hurries.wait(pause_s)
            queue = self._next()
            if queue is None:
                return
            if not queue:
                self._guarded_idle()
                continue
            is_through = self._attempt(queue)
            with self._changed:
                if not is_through and self._is_closing:
                    return
            pause_s = (
                0.0
                if is_through
                else min(max(2 * pause_s, self._first_pause_s), self._longest_pause_s)
            )

    def _next(self) -> deque[T] | None:
        """Return the queue to send from, empty after ``idle_s`` without one; None at the end."""
        with self._changed:
            if not self._urgent and not self._ordinary:
                if self._is_closing:
                    return None
                self._changed.wait(self._idle_s)
            return self._urgent or self._ordinary

    def _attempt(self, queue: deque[T]) -> bool:
        with self._changed:
            message = queue[0]
        try:
            self._send(message)
        except UndeliverableError as error:
            with self._changed:
                self._n_undeliverable += 1
                self._problem = str(error)
                self._remove(queue, message)
            return True
        except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
            with self._changed:
                self._n_failures += 1
                self._problem = str(error) or type(error).__name__
            return False
        with self._changed:
            self._n_sent += 1
            self._problem = ""
            self._remove(queue, message)
        return True

    @staticmethod
    def _remove(queue: deque[T], message: T) -> None:
        # An ordinary one may have made room for a newer one meanwhile.
        if queue and queue[0] is message:
            queue.popleft()

    def _guarded_idle(self) -> None:
        if self._idle is not None and not self._is_closing:
            problem = ""
            try:
                self._idle()
            except Exception as error:  # noqa: BLE001 - told when somebody asks
                problem = str(error) or type(error).__name__
            with self._changed:
                self._n_failures += bool(problem)
                self._problem = problem
