"""Writes the audit log from any thread and any event loop, many entries with one commit.

One thread writes. An entry that is awaited is on the disk; one that cannot be written raises, and
whatever was to be audited must not be done. Heads are signed after so many rows or so many seconds,
and copied to the other places at once; a place that fails is told in ``problem`` and is given all
it missed as soon as it is there again.
"""

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import final

from standex.edges.audit.chain import checked
from standex.edges.audit.contract import (
    AuditEntry,
    AuditError,
    AuditLog,
    AuditRow,
    RequestClashError,
    Seal,
    SignedHead,
)
from standex.edges.audit.heads import copy_head, sign_head
from standex.edges.audit.keys import SigningKey
from standex.edges.clock import Clock

QUEUE_LENGTH = 10_000
_GROUP = 256
_LOOK_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadRule:
    """When a head is signed.

    Attributes:
        every_rows: after so many rows,
        every_s: or when the oldest row without a signature is that old,
        beat_s: or when nothing was signed for that long, so that an old head tells of a cut.
    """

    every_rows: int = 16
    every_s: float = 60.0
    beat_s: float = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    entry: AuditEntry
    done: "Future[AuditRow]"


@final
class AuditWriter:
    """The one writer of a log; entered and left, or closed. It is an ``AuditLog`` itself."""

    def __init__(
        self,
        log: AuditLog,
        *,
        clock: Clock,
        key: SigningKey | None = None,
        copies: Sequence[Path] = (),
        rule: HeadRule | None = None,
    ) -> None:
        """Start the thread.

        Args:
            log: closed by whoever opened it, after this.
            clock: that heads are signed by.
            key: that they are signed with; None for no heads.
            copies: files that they are copied to.
            rule: when.
        """
        self._log = log
        self._clock, self._key, self._rule = clock, key, rule or HeadRule()
        self._jobs: queue.Queue[_Job | None] = queue.Queue(QUEUE_LENGTH)
        self._lock = threading.Lock()
        self._is_closed = False
        self._trouble = ""
        self._missing: dict[Path, list[SignedHead]] = {path: [] for path in copies}
        self._copy_trouble: dict[Path, str] = {}
        self._n_unsigned = 0
        self._unsigned_utc_ns = self._signed_utc_ns = clock.utc_ns()
        self._thread = threading.Thread(target=self._work, name="audit", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str:
        """Return what is wrong now, in words, or nothing."""
        with self._lock:
            return "; ".join(filter(None, (self._trouble, *self._copy_trouble.values())))

    def submit(self, entry: AuditEntry, /) -> "Future[AuditRow]":
        """Give an entry to be written; the answer comes when it is on the disk.

        Raises:
            AuditError: too many are waiting, or this was closed.
            ValueError: the entry is no plain text and JSON, or too long.
        """
        job = _Job(entry=checked(entry), done=Future())
        with self._lock:  # so that nothing comes after the end
            if self._is_closed:
                raise AuditError("the audit log was closed: the service is stopping")
            try:
                self._jobs.put_nowait(job)
            except queue.Full as error:
                raise AuditError(
                    f"{QUEUE_LENGTH} entries wait for the audit log: its disk is too slow or gone"
                ) from error
        return job.done

    async def write(self, entry: AuditEntry, /) -> AuditRow:
        """Write an entry; it is on the disk when this returns.

        Raises:
            AuditError: it was not written.
            ValueError: the entry is no plain text and JSON, or too long.
        """
        # Shielded: who stops waiting does not take back what is being written.
        return await asyncio.shield(asyncio.wrap_future(self.submit(entry)))

    def append(self, entries: Sequence[AuditEntry], /) -> tuple[AuditRow, ...]:
        """Write entries from a thread that may wait, each for itself; as ``write``.

        Raises:
            AuditError: one was not written; others may have been.
            ValueError: an entry is no plain text and JSON, or too long; nothing was written.
        """
        jobs = [self.submit(entry) for entry in [checked(entry) for entry in entries]]
        return tuple(job.result() for job in jobs)

    @property
    def log_id(self) -> str:
        """Return what the log is called."""
        return self._log.log_id

    def last(self) -> tuple[int, str]:
        """Return number and hash of the last row."""
        return self._log.last()

    def rows(self, *, after: int = 0, limit: int = 1000) -> tuple[AuditRow, ...]:
        """Return the first rows with a number above ``after``, in order."""
        return self._log.rows(after=after, limit=limit)

    def newest(
        self,
        *,
        before: int = 0,
        limit: int = 100,
        who: str = "",
        what: str = "",
        of_what: str = "",
    ) -> tuple[AuditRow, ...]:
        """Return the last rows, newest first; see ``AuditLog``."""
        return self._log.newest(before=before, limit=limit, who=who, what=what, of_what=of_what)

    def keep_head(self, head: SignedHead, /) -> None:
        """Keep a signed head beside the rows."""
        self._log.keep_head(head)

    def heads(self) -> tuple[SignedHead, ...]:
        """Return the signed heads, by time."""
        return self._log.heads()

    def seals(self) -> tuple[Seal, ...]:
        """Return the seals, in order."""
        return self._log.seals()

    def drop(self, seal: Seal, /) -> int:
        """Keep the seal and delete its rows; see ``AuditLog``."""
        return self._log.drop(seal)

    def check(self) -> str:
        """Return what is wrong with the files or tables themselves, or nothing."""
        return self._log.check()

    def close(self) -> None:
        """Write what waits, sign the end, and stop; the log itself stays open."""
        with self._lock:
            is_first, self._is_closed = not self._is_closed, True
        if is_first:
            self._jobs.put(None)
        self._thread.join()

    def __enter__(self) -> "AuditWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _work(self) -> None:
        is_open = True
        while is_open:
            try:
                jobs: list[_Job | None] = [self._jobs.get(timeout=_LOOK_S)]
            except queue.Empty:
                jobs = []
            while jobs and len(jobs) < _GROUP and not self._jobs.empty():
                jobs.append(self._jobs.get_nowait())
            is_open = None not in jobs
            self._write([job for job in jobs if job is not None])
            if self._key is not None and self._is_due(at_end=not is_open):
                self._sign(self._key)
            self._copy()

    def _write(self, jobs: Sequence[_Job]) -> None:
        jobs = [job for job in jobs if job.done.set_running_or_notify_cancel()]
        if not jobs:
            return
        try:
            rows = self._log.append([job.entry for job in jobs])
        except (AuditError, ValueError) as error:
            if len(jobs) > 1:  # one of them may be to blame: each for itself
                for job in jobs:
                    self._write_alone(job)
            else:
                self._refuse(jobs[0], error)
            return
        for job, row in zip(jobs, rows, strict=True):
            self._accept(job, row)

    def _write_alone(self, job: _Job) -> None:
        try:
            row = self._log.append([job.entry])[0]
        except (AuditError, ValueError) as error:
            self._refuse(job, error)
        else:
            self._accept(job, row)

    def _accept(self, job: _Job, row: AuditRow) -> None:
        if not self._n_unsigned:
            self._unsigned_utc_ns = self._clock.utc_ns()
        self._n_unsigned += 1
        self._tell("")
        job.done.set_result(row)

    def _refuse(self, job: _Job, error: Exception) -> None:
        if not isinstance(error, RequestClashError | ValueError):
            self._tell(str(error))
        job.done.set_exception(error)

    def _is_due(self, *, at_end: bool) -> bool:
        now_utc_ns = self._clock.utc_ns()
        # Absolute: a clock that was set back must not silence the heads for an hour.
        since_row_s = abs(now_utc_ns - self._unsigned_utc_ns) * 1e-9
        since_head_s = abs(now_utc_ns - self._signed_utc_ns) * 1e-9
        if not self._n_unsigned:
            return since_head_s >= self._rule.beat_s
        is_many = self._n_unsigned >= self._rule.every_rows
        return at_end or is_many or since_row_s >= self._rule.every_s

    def _sign(self, key: SigningKey) -> None:
        try:
            head = sign_head(self._log, key, t_utc_ns=self._clock.utc_ns())
            self._log.keep_head(head)
        except AuditError as error:
            self._tell(str(error))
            return
        self._n_unsigned, self._signed_utc_ns = 0, head.t_utc_ns
        for missing in self._missing.values():
            missing.append(head)

    def _copy(self) -> None:
        for path, missing in self._missing.items():
            words = ""
            try:
                while missing:
                    copy_head(missing[0], path)
                    del missing[0]
            except AuditError as error:
                words = str(error)
                del missing[:-1000]  # of a place that is gone for long, the newest say it all
            with self._lock:
                self._copy_trouble[path] = words

    def _tell(self, trouble: str) -> None:
        with self._lock:
            self._trouble = trouble
