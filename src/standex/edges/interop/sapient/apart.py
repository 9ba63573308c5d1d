"""A SAPIENT source in a process of its own: what other makers' machines send is read there.

Reading, checking and placing reports costs as much as watching the people; here it costs the watch
nothing, and bytes that would bring a parser down bring down a process that is started again.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, final

from standex.edges.child_process import Child, Line, settle_in, start_child
from standex.edges.clock import Clock, LedClock
from standex.edges.interop.anchor import Anchor
from standex.edges.interop.sapient.admission import Admission, Claim, OnRefusal, Refusal
from standex.edges.interop.sapient.errors import SapientError
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.interop.sapient.sapient_source import Address, NodeAlert, SapientSource
from standex.model.errors import StandexError
from standex.model.observation import Health
from standex.model.record import Record
from standex.model.site import Site
from standex.model.tasking import Task

GATHER_S = 0.01  # what comes within it goes over together: a message costs more than a record
TELL_S = 0.1
LEAD_S = 1.0
START_S = 30.0
_POLL_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """All that the other process needs to listen for nodes.

    Attributes:
        site: whose sensors the nodes are.
        node_id: of this station as a fusion node.
        anchor: of the site.
        host: where nodes connect to.
        port: the same; 0 for any that is free.
        certificate: file of this side's certificate; None for plain TCP, in networks apart.
        key: file of its key.
        clients_ca: file of the authority that nodes' certificates must come from.
        sensor_ids: whose nodes are let in; None for all of the site.
    """

    site: Site
    node_id: str
    anchor: Anchor
    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None
    clients_ca: Path | None = None
    sensor_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    number: int
    claim: Claim


@dataclass(frozen=True, slots=True)
class _Answer:
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What is wrong with nodes now."""

    troubles: Mapping[str, Health]


@dataclass(frozen=True, slots=True)
class _Listens:
    """It listens; until a node connects, that is what is wrong with it."""

    port: int
    troubles: Mapping[str, Health]


@dataclass(frozen=True, slots=True)
class _Failed:
    message: str


@dataclass(frozen=True, slots=True)
class _Lead:
    """How far the clock of this station is ahead of the computer's pace."""

    offset_ns: int


@final
class ApartSapientSource:
    """Satisfies ``LiveSource``, ``BatchSource``, ``TellingSource`` and ``Tasked``.

    Made and entered, it listens; left, its process is gone. What the process asks or tells is
    answered here, where the papers and the audit are.
    """

    def __init__(
        self,
        listening: Listening,
        *,
        clock: Clock,
        admission: Admission,
        on_refusal: OnRefusal,
        on_alert: Callable[[NodeAlert], object],
    ) -> None:
        """Make it; nothing runs before it is entered.

        Args:
            listening: where, for whom.
            clock: of the service; the other process is led by it.
            admission: says who may be which sensor; called in a thread of its own.
            on_refusal: told what was not let in, in the thread that reads ``batches``.
            on_alert: told what nodes raise by themselves; the same.
        """
        self._listening = listening
        self._clock = clock
        self._admission, self._on_refusal, self._on_alert = admission, on_refusal, on_alert
        self._child: Child | None = None
        self._sending = threading.Lock()
        self._is_over = threading.Event()
        self._asked = ThreadPoolExecutor(1, thread_name_prefix="sapient papers")
        self._troubles: Mapping[str, Health] = {}
        self._port = 0
        self._led_ns: int | None = None

    def __enter__(self) -> "ApartSapientSource":
        """Start the process, and wait until it listens.

        Raises:
            StandexError: the port cannot be opened, the certificate not be read, and so on.
        """
        offset_ns = LedClock.offset_of(self._clock)
        self._child = start_child(_work, self._listening, offset_ns, name="standex-sapient")
        try:
            self._await_port(self._child)
        except BaseException:
            self._drop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the process."""
        self.close()
        self._drop()

    @property
    def port(self) -> int:
        """Return where it listens, once entered."""
        return self._port

    def records(self) -> Iterator[Record]:
        """Yield records of all nodes until the source is closed."""
        return (record for batch in self.batches() for record in batch)

    def batches(self) -> Iterator[Sequence[Record]]:
        """Yield what has come since the last time, until the source is closed.

        Raises:
            StandexError: the process has ended.
        """
        child = self._child
        if child is None:
            raise StandexError("not entered: there is no process that listens")
        while not self._is_over.is_set():
            word = self._next_word(child)
            if isinstance(word, list):
                yield word
            elif word is not None:
                self._heed(word)

    def close(self) -> None:
        """Let ``records`` come to its end; may be called from any thread."""
        self._is_over.set()

    def troubles(self) -> Mapping[str, Health]:
        """Return what is wrong with nodes now, by sensor."""
        return self._troubles

    def take(self, task: Task, /) -> None:
        """Give a task to its node."""
        self._send(task)

    def _await_port(self, child: Child) -> None:
        waited_s = 0.0
        while not isinstance(word := self._next_word(child), _Listens):
            if word is None:
                waited_s += _POLL_S
            if isinstance(word, _Failed):
                raise SapientError(word.message)
            if self._is_over.is_set() or waited_s > START_S:
                raise SapientError(f"the process that listens did not start in {START_S:g} s")
            if word is not None:
                self._heed(word)
        self._port, self._troubles = word.port, word.troubles

    def _next_word(self, child: Child) -> Any:
        """Return what the process says next, or None when it has been silent for a while."""
        try:
            return child.line.recv() if child.line.poll(_POLL_S) else None
        except (EOFError, OSError) as error:
            raise StandexError("the process that reads SAPIENT has ended") from error

    def _heed(self, word: Any) -> None:
        match word:
            case _Told():
                self._troubles = word.troubles
                self._lead_on()
            case _Question():
                self._asked.submit(self._answer, word)
            case Refusal():
                self._on_refusal(word)
            case NodeAlert():
                self._on_alert(word)
            case _Failed():
                raise StandexError(word.message)
            case _:
                raise StandexError(f"the process that reads SAPIENT said {type(word).__name__}")

    def _answer(self, question: _Question) -> None:
        try:
            reason = self._admission(question.claim)
        except Exception as error:  # noqa: BLE001 - who cannot be checked is not let in
            reason = f"papers cannot be checked: {error}"
        self._send(_Answer(question.number, reason))

    def _lead_on(self) -> None:
        """Take the other process along where this one's clock is led elsewhere."""
        offset_ns = LedClock.offset_of(self._clock)
        if self._led_ns is None or abs(offset_ns - self._led_ns) > LedClock.STEADY_NS:
            self._led_ns = offset_ns
            self._send(_Lead(offset_ns))

    def _send(self, word: object) -> None:
        child = self._child
        if child is None:
            return
        # Gone: that is said where its words are read.
        with self._sending, suppress(OSError, ValueError):
            child.line.send(word)

    def _drop(self) -> None:
        child, self._child = self._child, None
        self._asked.shutdown(wait=False, cancel_futures=True)
        if child is not None:
            child.stop()


# In the other process.


@final
class _Parent:
    """The way back; from any thread."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._lock = threading.Lock()
        self._asking = threading.Condition()
        self._answers: dict[int, str] = {}
        self._n_asked = 0
        self.is_gone = threading.Event()

    def tell(self, word: object) -> None:
        """Say something; when nobody listens any more, the end has come."""
        try:
            with self._lock:
                self._line.send(word)
        except OSError:
            self.hang_up()

    def ask(self, claim: Claim) -> str:
        """Return why a node may not be a sensor, or nothing."""
        with self._asking:
            self._n_asked += 1
            number = self._n_asked
        self.tell(_Question(number, claim))
        with self._asking:
            self._asking.wait_for(lambda: number in self._answers or self.is_gone.is_set())
            return self._answers.pop(number, "this station ends")

    def answered(self, answer: _Answer) -> None:
        """Wake who has asked."""
        with self._asking:
            self._answers[answer.number] = answer.reason
            self._asking.notify_all()

    def hang_up(self) -> None:
        """Let everybody who waits go."""
        self.is_gone.set()
        with self._asking:
            self._asking.notify_all()


def _work(line: Line, listening: Listening, offset_ns: int) -> None:
    settle_in()
    parent, clock = _Parent(line), LedClock(offset_ns)
    try:
        source = _source(listening, parent, clock)
        source.start()
    except StandexError as error:
        parent.tell(_Failed(str(error)))
        return
    except Exception as error:  # noqa: BLE001 - the parent says what it was
        parent.tell(_Failed(f"{type(error).__name__}: {error}"))
        return
    parent.tell(_Listens(source.port, dict(source.troubles())))
    threading.Thread(target=_listen, args=(line, parent, source, clock), daemon=True).start()
    threading.Thread(target=_tell_troubles, args=(parent, source), daemon=True).start()
    for batch in source.batches():
        parent.tell(batch)
        if parent.is_gone.wait(GATHER_S):
            break
    source.close()


def _source(listening: Listening, parent: _Parent, clock: Clock) -> SapientSource:
    from standex.edges.access.tls import server_context  # noqa: PLC0415 - an optional package

    tls = None
    if listening.certificate is not None and listening.key is not None:
        tls = server_context(listening.certificate, listening.key, clients=listening.clients_ca)
    return SapientSource(
        OwnNode(
            node_id=listening.node_id,
            name=listening.site.title,
            site=listening.site,
            anchor=listening.anchor,
        ),
        clock=clock,
        listen=Address(host=listening.host, port=listening.port, tls=tls),
        admission=parent.ask,
        on_refusal=parent.tell,
        on_alert=parent.tell,
        sensor_ids=listening.sensor_ids,
    )


def _listen(line: Line, parent: _Parent, source: SapientSource, clock: LedClock) -> None:
    try:
        while True:
            match line.recv():
                case Task() as task:
                    source.take(task)
                case _Answer() as answer:
                    parent.answered(answer)
                case _Lead(offset_ns):
                    clock.lead(offset_ns)
                case _:
                    pass
    except (EOFError, OSError):
        parent.hang_up()
        source.close()


def _tell_troubles(parent: _Parent, source: SapientSource) -> None:
    while not parent.is_gone.wait(TELL_S):
        parent.tell(_Told(dict(source.troubles())))
