"""CAP alerts that a person has confirmed; nothing goes out by itself.

A draft is made at somebody's wish from an alert of the station, is shown to people, and goes out
only when one of them says so, before it expires. Outside production, and wherever a site is in
exercise mode or its sensors are simulated, it says Exercise or Test, whatever anybody wishes.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from standex.edges.clock import Clock
from standex.edges.interop.cap_document import CapAlert, CapMessage, CapStatus, cap_xml
from standex.edges.interop.cot_message import Locates
from standex.edges.interop.event_json import Sender
from standex.edges.interop.outbox import Outbox, OutboxCounts
from standex.model.errors import StandexError
from standex.model.event import Alert

DRAFT_LASTS_S = 600.0
ALERT_LASTS_S = 3600.0
MOST_DRAFTS = 100
RADIUS_KM = 0.05


class CapError(StandexError):
    """A draft cannot be made, or cannot go out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapSettings:
    """How this site speaks in CAP.

    Attributes:
        sender: who is responsible for its alerts, such as ``control-room@station.example``.
        restriction: whom they are for, in words.
        area: of the site, in words.
        instruction: what whoever reads it is to do.
        is_production: whether alerts may be meant at all.
    """

    sender: str
    restriction: str
    area: str
    instruction: str
    is_production: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CapDraft:
    """What would go out.

    Attributes:
        draft_id: to confirm it by.
        alert_id: of the station's alert that it is about.
        alert: what it says.
        made_by: whose wish it was.
        expires_utc_ns: it cannot be confirmed any more then.
    """

    draft_id: str
    alert_id: str
    alert: CapAlert
    made_by: str
    expires_utc_ns: int


Tells = Callable[[str, str, str], object]
"""Told what was done (draft, confirm, discard, cancel), by whom, and to which draft: the audit."""


@final
class CapDesk:
    """Holds drafts until a person decides. All methods may be called from any thread."""

    def __init__(
        self,
        settings: CapSettings,
        *,
        sender: Sender,
        send: Callable[[bytes], None],
        tell: Tells,
        clock: Clock,
        locate: Locates | None = None,
    ) -> None:
        """Start with no drafts.

        Args:
            settings: how this site speaks.
            sender: which site, and whether it is an exercise.
            send: gives a document to the other side, and raises where it does not take it; called
                in a thread of its own, again and again until it goes.
            tell: writes to the audit; where it raises, nothing goes out.
            clock: of drafts and documents.
            locate: from the site frame to the earth; None leaves the place in words.
        """
        self._settings = settings
        self._sender = sender
        self._tell = tell
        self._clock = clock
        self._locate = locate
        self._lock = threading.Lock()
        self._drafts: dict[str, CapDraft] = {}
        self._sent: dict[str, CapAlert] = {}
        self._n_made = 0
        self._outbox = Outbox[bytes](send, name="CAP")

    @property
    def status(self) -> CapStatus:
        """Return what every document of this station says of itself."""
        if self._sender.is_simulated:
            return CapStatus.TEST
        if self._sender.is_exercise or not self._settings.is_production:
            return CapStatus.EXERCISE
        return CapStatus.ACTUAL

    def draft(self, event: Alert, *, by: str, words: str = "") -> CapDraft:
        """Return a draft about an alert, for a person to look at.

        Args:
            event: the alert.
            by: whose wish it is.
            words: what whoever reads it is to do; empty for what the settings say.

        Raises:
            CapError: nobody wishes it, too many drafts wait, or it would break the standard.
        """
        now = self._clock.utc_ns()
        with self._lock:
            self._forget(now)
            if len(self._drafts) >= MOST_DRAFTS:
                raise CapError(f"{MOST_DRAFTS} drafts wait already; confirm or discard some")
            self._n_made += 1
            number = self._n_made
        draft = CapDraft(
            draft_id=f"cap-{number}",
            alert_id=event.alert_id,
            alert=self._about(event, now, number, words),
            made_by=_person(by),
            expires_utc_ns=now + int(DRAFT_LASTS_S * 1e9),
        )
        return self._kept(draft)

    def cancel(self, draft_id: str, *, by: str) -> CapDraft:
        """Return a draft that takes back a document which has gone out.

        Raises:
            CapError: no such document has gone out.
        """
        now = self._clock.utc_ns()
        with self._lock:
            before = self._sent.get(draft_id)
            if before is None:
                raise CapError(f"no CAP alert {draft_id!r} has gone out: nothing to cancel")
            self._n_made += 1
            number = self._n_made
        alert = replace(
            before,
            identifier=self._identifier(now, number),
            sent_utc_ns=now,
            message=CapMessage.CANCEL,
            references=(before.reference,),
            headline=f"cancelled: {before.headline}",
            status=self.status,
        )
        draft = CapDraft(
            draft_id=f"cap-{number}",
            alert_id="",
            alert=alert,
            made_by=_person(by),
            expires_utc_ns=now + int(DRAFT_LASTS_S * 1e9),
        )
        return self._kept(draft)

    def confirm(self, draft_id: str, *, by: str) -> bytes:
        """Let a draft go out, in a person's name, and return the document.

        Raises:
            CapError: there is no such draft any more, or nobody confirms it.
        """
        person, now = _person(by), self._clock.utc_ns()
        with self._lock:
            self._forget(now)
            draft = self._drafts.get(draft_id)
            if draft is None:
                raise CapError(f"no draft {draft_id!r}: it was sent, discarded, or has expired")
            alert = replace(draft.alert, sent_utc_ns=now, status=self.status)
            document = _document(alert)
            self._tell(
                "confirm", person, draft_id
            )  # before it goes: what is not written is not done
            del self._drafts[draft_id]
            self._sent[draft_id] = alert
        self._outbox.put(document, urgent=True)
        return document

    def discard(self, draft_id: str, *, by: str) -> None:
        """Forget a draft.

        Raises:
            CapError: there is no such draft.
        """
        with self._lock:
            if draft_id not in self._drafts:
                raise CapError(f"no draft {draft_id!r}: it was sent, discarded, or has expired")
            self._tell("discard", _person(by), draft_id)
            del self._drafts[draft_id]

    def drafts(self) -> tuple[CapDraft, ...]:
        """Return the drafts that wait for a person."""
        with self._lock:
            self._forget(self._clock.utc_ns())
            return tuple(self._drafts.values())

    def counts(self) -> OutboxCounts:
        """Return how sending goes."""
        return self._outbox.counts()

    def close(self) -> bool:
        """Send what was confirmed while it goes; whether everything went out."""
        return self._outbox.close()

    def _kept(self, draft: CapDraft) -> CapDraft:
        _document(draft.alert)
        with self._lock:
            self._tell("draft", draft.made_by, draft.draft_id)
            self._drafts[draft.draft_id] = draft
        return draft

    def _forget(self, now_utc_ns: int) -> None:
        self._drafts = {
            name: draft for name, draft in self._drafts.items() if draft.expires_utc_ns > now_utc_ns
        }
        self._sent = {
            name: alert for name, alert in self._sent.items() if alert.expires_utc_ns > now_utc_ns
        }

    def _identifier(self, now_utc_ns: int, number: int) -> str:
        site = "".join(c if c.isalnum() else "-" for c in self._sender.site_id)
        return f"standex.{site}.{now_utc_ns // 10**6}.{number}"

    def _about(self, event: Alert, now_utc_ns: int, number: int, words: str) -> CapAlert:
        circle = None
        if self._locate is not None:
            at = self._locate(*(float(value) for value in event.position_site_m))
            circle = (at.latitude_deg, at.longitude_deg, RADIUS_KM)
        meant = self.status is CapStatus.ACTUAL
        return CapAlert(
            identifier=self._identifier(now_utc_ns, number),
            sender=self._settings.sender,
            sent_utc_ns=now_utc_ns,
            status=self.status,
            message=CapMessage.ALERT,
            restriction=self._settings.restriction,
            event="Check of a person requested",
            severity="Severe" if meant else "Unknown",
            # A sensor has not observed what only a check can find.
            certainty="Likely" if event.p_threat > 0.5 else "Possible",
            expires_utc_ns=now_utc_ns + int(ALERT_LASTS_S * 1e9),
            headline=("" if meant else f"{self.status.value.upper()}: ") + "check requested",
            description=f"probability {event.p_threat:.2f}; {event.reason}",
            instruction=words or self._settings.instruction,
            area=f"{self._settings.area}, {event.level_id}",
            circle=circle,
            note="" if meant else f"{self.status.value}: nothing has happened",
        )


def _document(alert: CapAlert) -> bytes:
    try:
        return cap_xml(alert)
    except ValueError as error:
        raise CapError(str(error)) from error


def _person(by: str) -> str:
    if not by.strip():
        raise CapError("a CAP alert is made and confirmed by a person: say who")
    return by.strip()


def into_folder(folder: Path) -> Callable[[bytes], None]:
    """Return what gives documents to another system as files, each whole or not there.

    Args:
        folder: that the other system takes ``*.xml`` from; made where it is missing.
    """

    def send(document: bytes) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(document).hexdigest()[:32]  # the same one twice is one file
        part = folder / f"{name}.part"
        with part.open("wb") as file:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
        part.rename(folder / f"{name}.xml")

    return send
