"""Watches a running station and keeps a bundle of every alarmed passage.

It is a sink (``publish``) and a listener (``step``) of the single writer; both only remember what
they are given. Bundles are made and written by a thread of their own, twice for each alarm: at
once, so that one is there when the power fails, and when the passage has ended. What cannot be
written is tried again until it can.
"""

import queue
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, final

from standex.edges.clock import Clock
from standex.edges.evidence.bundle import FORM, EvidenceError, Manifest, Stage
from standex.edges.evidence.carried import carried_over
from standex.edges.evidence.clip import clip_bytes, of_person
from standex.edges.evidence.crops import HeldFrames, crop_files
from standex.edges.evidence.curves import curves_files, patches_file
from standex.edges.evidence.heard import HeardLook, HeardLooks
from standex.edges.evidence.ledger import ledger_document, pictures_of
from standex.edges.evidence.ring import HeldStep, StepRing
from standex.edges.evidence.shelf import EvidenceShelf
from standex.edges.recording.codec import encode, to_bytes
from standex.model.curves import Heard
from standex.model.errors import StandexError
from standex.model.event import Alert, Event
from standex.model.observation import Coverage, Evidence, Observation
from standex.model.picture import Passage, Picture
from standex.model.ports import Technology
from standex.model.record import Record

_RETRY_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRule:
    """What is kept of an alarmed passage.

    Attributes:
        site_id: where.
        site_toml: the site description that the station runs with.
        software_version: of this software.
        is_simulated: whether the sensors are those of the twin.
        keep_s: how long a bundle may stay, from the alarm on.
        ring_s: how much of the time before the alarm is in the clip.
        after_s: so long after its end a passage is taken for whole: until then, somebody who is
            found again goes on in the same bundle.
        open_s: after so long a passage that has not ended is taken for whole.
        has_pictures: whether pictures on a generic figure are kept.
        has_curves: whether spectra and traces of looks are kept.
        has_crops: whether masked crops from cameras are kept.
    """

    site_id: str
    site_toml: str
    software_version: str
    is_simulated: bool
    keep_s: float
    ring_s: float = 90.0
    after_s: float = 5.0
    open_s: float = 300.0
    has_pictures: bool = True
    has_curves: bool = True
    has_crops: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Job:
    """An alarm with all that a bundle of it is made from."""

    stage: Stage
    alert: Alert
    passage: Passage
    steps: tuple[HeldStep, ...]
    coverage: tuple[Coverage, ...]
    looks: Mapping[int, HeardLook]
    frames: tuple[Heard, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Open:
    """An alarm whose passage goes on.

    Attributes:
        alert: as it was said.
        passage: as it was last.
        seen_utc_ns: when.
    """

    alert: Alert
    passage: Passage
    seen_utc_ns: int


@final
class EvidenceKeeper:
    """Keeps the evidence of every alarm; entered and left, or closed."""

    def __init__(
        self,
        shelf: EvidenceShelf,
        *,
        rule: EvidenceRule,
        clock: Clock,
        technologies: Mapping[str, Technology] | None = None,
    ) -> None:
        """Start the thread.

        Args:
            shelf: where bundles go.
            rule: what is in them, and for how long.
            clock: for the time at which they are written.
            technologies: of the station, by sensor: those that can are asked for curves.
        """
        self._shelf, self._rule, self._clock = shelf, rule, clock
        self._ring = StepRing(ring_s=rule.ring_s)
        self._heard = HeardLooks(technologies or {}, ring_s=rule.ring_s)
        self._frames = HeldFrames((technologies or {}) if rule.has_crops else {})
        self._open: dict[str, _Open] = {}
        self._jobs: queue.Queue[_Job | None] = queue.Queue()
        self._ends = threading.Event()
        self._trouble = ""
        self._thread = threading.Thread(target=self._work, name="evidence", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str:
        """Return what is wrong now, in words, or nothing."""
        return self._trouble

    def publish(
        self, t_utc_ns: int, observations: tuple[Observation, ...], events: tuple[Event, ...], /
    ) -> None:
        """Remember a step of the station for a while."""
        self._ring.add(t_utc_ns, observations, events)

    def heard(self, state: Any, record: Record, observations: Sequence[Observation], /) -> None:
        """Remember for a while what a look was told on; see ``HeardLooks.add``."""
        if self._rule.has_curves:
            self._heard.add(state, record, observations)
        self._frames.add(state, record)

    def step(self, picture: Picture, events: tuple[Event, ...], /) -> None:
        """Take in what the picture is after the step that was published last."""
        self._ring.place(picture.tracks)
        alarmed = {one.alert_id: one for one in picture.passages.values() if one.alert_id}
        for event in events:
            if isinstance(event, Alert):
                # Without a passage there is nothing but the alert itself.
                passage = alarmed.get(event.alert_id) or picture.passages.get(event.track_id)
                if passage is not None:
                    self._open[event.alert_id] = _Open(
                        alert=event, passage=passage, seen_utc_ns=picture.t_utc_ns
                    )
                    self._give(Stage.FIRST, event, passage)

        def is_over(since_utc_ns: int, time_s: float) -> bool:
            return picture.t_utc_ns - since_utc_ns >= time_s * 1e9

        for alert_id in list(self._open):
            if alert_id in alarmed:
                self._open[alert_id] = replace(
                    self._open[alert_id],
                    passage=alarmed[alert_id],
                    seen_utc_ns=picture.t_utc_ns,
                )
            one = self._open[alert_id]
            is_gone = alert_id not in alarmed and is_over(one.seen_utc_ns, self._rule.after_s)
            if is_gone or is_over(one.alert.t_utc_ns, self._rule.open_s):
                del self._open[alert_id]
                self._give(Stage.WHOLE, one.alert, one.passage)
        needed = min((one.alert.t_utc_ns for one in self._open.values()), default=None)
        for held in (self._ring, self._heard):
            held.forget(now_utc_ns=picture.t_utc_ns, needed_from_utc_ns=needed)
        self._frames.forget(now_utc_ns=picture.t_utc_ns)

    def close(self) -> None:
        """Write what is open as it is, and stop."""
        if self._ends.is_set():
            return
        for one in self._open.values():
            self._give(Stage.WHOLE, one.alert, one.passage)
        self._open.clear()
        self._ends.set()
        self._jobs.put(None)
        self._thread.join()

    def __enter__(self) -> "EvidenceKeeper":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _give(self, stage: Stage, alert: Alert, passage: Passage) -> None:
        self._jobs.put(
            _Job(
                stage=stage,
                alert=alert,
                passage=passage,
                steps=self._ring.steps(),
                coverage=tuple(self._ring.coverage.values()),
                looks=self._heard.of(passage),
                # Of the moment of the alarm alone: later ones would show no more of the clothes.
                frames=self._frames.held() if stage is Stage.FIRST else (),
            )
        )

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            manifest = contents = None
            while True:
                try:
                    if manifest is None or contents is None:
                        manifest, contents = self._made(job)
                    self._shelf.write(manifest, contents)
                    self._trouble = ""
                    break
                except (StandexError, OSError) as error:
                    self._trouble = f"the evidence of {job.alert.alert_id}: {error}"
                except Exception as error:  # noqa: BLE001 - the evidence of others is still to come
                    self._trouble = f"no evidence of {job.alert.alert_id}: {error!r:.300}"
                    break
                if self._ends.wait(_RETRY_S):
                    break

    def _made(self, job: _Job) -> tuple[Manifest, dict[str, bytes]]:
        rule, alert, passage = self._rule, job.alert, job.passage
        if passage.alert_id != alert.alert_id:
            passage = replace(passage, alert_id=alert.alert_id)
        begin_utc_ns = alert.t_utc_ns - round(rule.ring_s * 1e9)
        recent = [step for step in job.steps if step.t_utc_ns >= begin_utc_ns]
        steps = of_person(recent, passage)
        first_utc_ns = min((step.t_utc_ns for step in steps), default=alert.t_utc_ns)
        clip = clip_bytes(
            steps,
            coverage=job.coverage,
            site_id=rule.site_id,
            site_toml=rule.site_toml,
            software_version=rule.software_version,
            started_utc_ns=first_utc_ns,
            is_simulated=rule.is_simulated,
        )
        ledger = ledger_document(passage)
        contents = {
            "alert.json": to_bytes(encode(alert)),
            "ledger.json": to_bytes(ledger),
            "clip.mcap": clip,
            "site.toml": rule.site_toml.encode(),
            **self._of_looks(job, passage, ledger),
        }
        manifest = Manifest(
            form=FORM,
            alert_id=alert.alert_id,
            stage=job.stage.value,
            site_id=rule.site_id,
            is_simulated=rule.is_simulated,
            t_alert_utc_ns=alert.t_utc_ns,
            first_utc_ns=first_utc_ns,
            last_utc_ns=max((step.t_utc_ns for step in steps), default=alert.t_utc_ns),
            n_steps=len(steps),
            written_utc_ns=self._clock.utc_ns(),
            expires_utc_ns=alert.t_utc_ns + round(rule.keep_s * 1e9),
            software_version=rule.software_version,
            calibrations=calibrations_in(steps),
            replaces="",
            key_id="",
            files=(),
        )
        return manifest, contents

    def _of_looks(self, job: _Job, passage: Passage, ledger: Mapping[str, Any]) -> dict[str, bytes]:
        """Return what shows the looks and the person; what only the first bundle has, from it."""
        made: dict[str, bytes] = {}
        if self._rule.has_pictures:
            made = {**pictures_of(passage), **patches_file(passage)}
        made |= curves_files(job.looks, self._heard.explaining)
        made |= crop_files(
            job.frames, cropping=self._frames.cropping, steps=job.steps, passage=passage
        )
        if job.stage is Stage.WHOLE:
            with suppress(EvidenceError):
                return carried_over(self._shelf.read(job.alert.alert_id), ledger, made)
        return made


def calibrations_in(steps: Sequence[HeldStep]) -> dict[str, str]:
    """Return the version of the calibration behind each sensor's last look."""
    return {
        entry.sensor_id: entry.calibration_id
        for step in steps
        for entry in step.observations
        if isinstance(entry, Evidence)
    }
