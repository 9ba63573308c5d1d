"""What is due now and then: deleting what is old, following the system clock, looking at space."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

from standex.edges.audit.contract import What
from standex.edges.audit.sealing import seal_expired
from standex.edges.clock import Clock, SteadyClock
from standex.edges.service.kept import Kept
from standex.edges.service.rotation import delete_old
from standex.edges.store.contract import DataClass, Deletion
from standex.model.errors import StandexError

LEAST_FREE_BYTES = 512 * 1024 * 1024
PROVE_EVERY_S = 600.0
SEAL_EVERY_S = 86_400.0


@dataclass(slots=True, kw_only=True)
class _Proof:
    since_utc_ns: int
    n_deleted: dict[str, int] = field(default_factory=dict[str, int])


@final
class Housekeeper:
    """Keeps the house in order; called in a worker thread, one call at a time.

    Attributes:
        troubles: what is wrong, in plain words, by subject.
    """

    def __init__(
        self,
        kept: Kept,
        *,
        clock: Clock,
        recordings: Path,
        folder: Path,
        checkpoint: Path,
        evidence: Callable[[int], int],
    ) -> None:
        """Make it.

        Args:
            kept: store, audit and retention.
            clock: of the service.
            recordings: folder of the recordings.
            folder: whose free space is looked at.
            checkpoint: file of the last picture; of a service that is gone it must go, too.
            evidence: deletes the bundles whose time is over at a time; returns how many.
        """
        self.troubles: dict[str, str] = {}
        self._kept = kept
        self._clock = clock
        self._recordings = recordings
        self._folder = folder
        self._checkpoint = checkpoint
        self._evidence = evidence
        self._proof = _Proof(since_utc_ns=clock.utc_ns())
        self._sealed_utc_ns = 0
        self._off_s = 0.0

    def tidy(self) -> None:
        """Do all that is due; what fails is told in ``troubles``, and tried again next time."""
        now = self._clock.utc_ns()
        for name, call in (
            ("retention", self._delete_from_store),
            ("recordings", self._delete_recordings),
            ("evidence", self._delete_evidence),
            ("picture", self._delete_checkpoint),
            ("audit", self._seal),
            ("space", self._look_at_space),
            ("clock", self._follow_clock),
        ):
            try:
                trouble = call(now)
            except (StandexError, OSError) as error:
                trouble = f"{name}: {error}"
            if trouble:
                self.troubles[name] = trouble
            else:
                self.troubles.pop(name, None)
        self.prove()

    def prove(self, *, is_last: bool = False) -> None:
        """Write into the audit what was deleted, every ten minutes."""
        now = self._clock.utc_ns()
        is_due = abs(now - self._proof.since_utc_ns) >= PROVE_EVERY_S * 1e9
        if not (is_due or is_last):
            return
        deleted, since = self._proof.n_deleted, self._proof.since_utc_ns
        self._proof = _Proof(since_utc_ns=now)
        if deleted:
            body = {"n_deleted": deleted, "from_utc_ns": since, "to_utc_ns": now}
            self._kept.notes.say(What.DATA_DELETED, "retention", "as set", body)

    def _delete_from_store(self, now: int) -> str:
        left: list[str] = []

        def prove(deletion: Deletion) -> None:
            self._count(deletion.data_class, deletion.n_deleted)
            if deletion.n_left:
                left.append(f"{deletion.n_left} of class {deletion.data_class.value}")

        self._kept.retention.enforce(self._kept.store, now_utc_ns=now, prove=prove)
        return f"overdue and could not be deleted: {', '.join(left)}" if left else ""

    def _delete_recordings(self, now: int) -> str:
        keep_s = self._kept.retention.track_s
        gone = delete_old(self._recordings, now_utc_ns=now, keep_s=keep_s)
        self._count(DataClass.TRACK, len(gone))
        return ""

    def _delete_evidence(self, now: int) -> str:
        self._count(DataClass.ALARM, self._evidence(now))
        return ""

    def _delete_checkpoint(self, now: int) -> str:
        try:
            written_utc_ns = self._checkpoint.stat().st_mtime_ns
        except FileNotFoundError:
            return ""
        if (now - written_utc_ns) * 1e-9 >= self._kept.retention.track_s:
            self._checkpoint.unlink(missing_ok=True)
            self._count(DataClass.TRACK, 1)
        return ""

    def _seal(self, now: int) -> str:
        if abs(now - self._sealed_utc_ns) < SEAL_EVERY_S * 1e9:
            return ""
        self._sealed_utc_ns = now
        keep_s = round(self._kept.retention.audit_s)
        seal_expired(self._kept.audit, self._kept.key, t_utc_ns=now, keep_s=keep_s)
        return ""

    def _look_at_space(self, now: int) -> str:
        del now
        free = shutil.disk_usage(self._folder).free
        if free >= LEAST_FREE_BYTES:
            return ""
        return (
            f"{free >> 20} MiB are free in {self._folder}, {LEAST_FREE_BYTES >> 20} are wanted: "
            "make room before nothing can be kept"
        )

    def _follow_clock(self, now: int) -> str:
        del now
        if not isinstance(self._clock, SteadyClock):
            return ""
        before, self._off_s = self._off_s, self._clock.off_s()
        if abs(self._off_s) <= SteadyClock.FOLLOWED_S:
            return ""
        if abs(before) <= SteadyClock.FOLLOWED_S:
            self._kept.notes.say(
                What.CLOCK_STEPPED, "clock", f"the system clock went {self._off_s:+.1f} s off"
            )
        return (
            f"the system clock was stepped and is {self._off_s:+.1f} s off; the service keeps its "
            "own time: find out which is right, then start it again at a quiet moment"
        )

    def _count(self, data_class: DataClass, n: int) -> None:
        if n:
            counted = self._proof.n_deleted
            counted[data_class.value] = counted.get(data_class.value, 0) + n
