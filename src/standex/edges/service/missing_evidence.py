"""Bundles of alarms whose service was gone before it could write them, made from the recordings.

It runs beside the watch, in a process of its own that lets everything else go first: a recording
of minutes goes through a station again.
"""

import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import final

from standex.edges.audit.contract import AuditEntry
from standex.edges.audit.keys import PRIVATE_NAME, read_key
from standex.edges.child_process import Line, settle_in, start_child
from standex.edges.clock import SystemClock
from standex.edges.evidence.bundle import Stage
from standex.edges.evidence.from_recording import keep_from_recording
from standex.edges.evidence.keeper import EvidenceRule
from standex.edges.evidence.shelf import EvidenceShelf
from standex.edges.service.around import Setup, evidence_rule
from standex.edges.service.kept import Kept
from standex.edges.service.rotation import began_utc_ns
from standex.edges.web.replay_digest import begin_as_a_guest
from standex.model.errors import StandexError
from standex.model.event import Alert

_POLL_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be made.

    Attributes:
        recordings: that the alarms are in.
        folder: of the bundles.
        key: file of the key that they are signed with.
        rule: what is in them.
    """

    recordings: tuple[Path, ...]
    folder: Path
    key: Path
    rule: EvidenceRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What came of it.

    Attributes:
        entries: for the audit.
        problems: recordings that cannot be used, in words.
    """

    entries: tuple[AuditEntry, ...]
    problems: tuple[str, ...]


def without_bundle(
    shelf: EvidenceShelf, alerts: Iterable[Alert], *, keep_s: float, now_utc_ns: int
) -> tuple[Alert, ...]:
    """Return the alerts that should have the bundle of a whole passage, and have none."""
    whole = {one.alert_id for one in shelf.all() if one.stage == Stage.WHOLE}
    return tuple(
        alert
        for alert in alerts
        if alert.alert_id not in whole and (now_utc_ns - alert.t_utc_ns) * 1e-9 < keep_s
    )


def recordings_with(alerts: Sequence[Alert], folder: Path) -> tuple[Path, ...]:
    """Return the recordings that alerts are in: of each, the last that began before it."""
    begun = sorted(
        (began, path)
        for path in (folder.glob("*.mcap") if folder.is_dir() else ())
        if (began := began_utc_ns(path)) is not None
    )
    found: set[Path] = set()
    for alert in alerts:
        before = [path for began, path in begun if began <= alert.t_utc_ns]
        found |= set(before[-1:])
    return tuple(sorted(found))


def make_bundles(wanted: Wanted) -> Made:
    """Make what is missing, in this process."""
    entries: list[AuditEntry] = []
    problems: list[str] = []
    shelf = EvidenceShelf(
        wanted.folder, prove=entries.append, key=read_key(wanted.key), is_owner=False
    )
    for path in wanted.recordings:
        try:
            keep_from_recording(path, shelf, rule=wanted.rule, clock=SystemClock())
        except StandexError as error:
            problems.append(f"{path.name}: {error}")
    return Made(entries=tuple(entries), problems=tuple(problems))


@final
class MissingEvidence:
    """Makes what the service before this one could not write.

    Attributes:
        problem: what is still missing, in words; empty when nothing is.
    """

    def __init__(
        self, setup: Setup, kept: Kept, shelf: EvidenceShelf, alerts: Sequence[Alert]
    ) -> None:
        """Take note of the alerts of before.

        Args:
            setup: what is run.
            kept: store and audit.
            shelf: of the bundles.
            alerts: that were raised before this service began.
        """
        self.problem = ""
        self._setup, self._kept, self._shelf, self._alerts = setup, kept, shelf, alerts
        self._is_over = threading.Event()

    def make(self) -> None:
        """Make them; takes as long as it takes, in a process of its own."""
        try:
            missing = self._without()
            if missing:
                self.problem = _words(missing, ())
                made = self._made(missing)
                self._kept.audit.append(made.entries)
                self.problem = _words(self._without(), made.problems)
        except (StandexError, EOFError, OSError) as error:
            self.problem = f"the evidence of before cannot be made: {error}"

    def close(self) -> None:
        """End it, done or not; from any thread."""
        self._is_over.set()

    def _without(self) -> tuple[Alert, ...]:
        return without_bundle(
            self._shelf,
            self._alerts,
            keep_s=self._kept.retention.alarm_s,
            now_utc_ns=self._setup.clock.utc_ns(),
        )

    def _made(self, missing: Sequence[Alert]) -> Made:
        config = self._setup.config
        wanted = Wanted(
            recordings=recordings_with(missing, config.place(config.table.recording.folder)),
            folder=self._shelf.folder,
            key=config.place(config.table.audit.key_folder) / PRIVATE_NAME,
            rule=evidence_rule(self._setup, self._kept),
        )
        if not wanted.recordings:
            return Made(entries=(), problems=())
        child = start_child(_work, wanted, name="standex-evidence")
        try:
            while not child.line.poll(_POLL_S):
                if self._is_over.is_set():
                    return Made(entries=(), problems=("it was not made to the end",))
            return child.line.recv()
        finally:
            child.stop()


def _work(line: Line, wanted: Wanted) -> None:
    settle_in()
    begin_as_a_guest()
    with suppress(EOFError, OSError):
        line.send(make_bundles(wanted))


def _words(missing: Sequence[Alert], problems: Sequence[str]) -> str:
    """Return what is to be told, or nothing."""
    if not missing:
        return ""
    names = ", ".join(alert.alert_id for alert in missing[:3])
    more = " and others" if len(missing) > 3 else ""
    why = f" ({'; '.join(problems)})" if problems else ""
    return f"{len(missing)} alarms of before have no whole bundle: {names}{more}{why}"
