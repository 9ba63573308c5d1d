"""All that the web needs of the service, and nothing more.

The web runs in a thread and an event loop of its own, so that a stall here never stalls the watch.
What is called here is called from other threads than the station's, and whatever is not ``async``
may block: the app calls it in a worker thread. Values that are handed over are never changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from standex.edges.access.roles import Permission, Role
from standex.edges.audit.contract import AuditLog
from standex.edges.clock import Clock
from standex.edges.exercises.shown import ShownExercise
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.incidents.incident import Incident
from standex.edges.live_status import LiveStatus
from standex.edges.service.trouble_codes import Trouble
from standex.edges.store.contract import Store
from standex.model.errors import StandexError
from standex.model.event import Order
from standex.model.site import OperatingPoint, Site

Json = Mapping[str, Any]


class RefusedError(StandexError):
    """Somebody may not do that, or not now; the message can be shown to them.

    Attributes:
        retry_after_s: when to try again; 0 where that would not help.
    """

    def __init__(self, message: str, /, *, retry_after_s: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NotThereError(StandexError):
    """There is no such thing, or not any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is signed in.

    Attributes:
        account_id: as the audit calls them.
        roles: at this site.
        session_id: which of their sessions; never the token.
        csrf_token: that a request with a cookie must carry in a header, too.
        expires_utc_ns: when they must sign in again, at the latest.
    """

    account_id: str
    roles: frozenset[Role]
    session_id: str
    csrf_token: str
    expires_utc_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A session that has just begun.

    Attributes:
        token: the secret; told once, to whom it belongs.
        caller: who.
    """

    token: str
    caller: Caller


@runtime_checkable
class SignIn(Protocol):
    """Sessions of people; see ``standex.edges.access``."""

    async def with_password(self, account_id: str, password: str, /, *, address: str) -> Begun:
        """Begin a session.

        Raises:
            RefusedError: in the same words and time whatever was wrong.
        """
        ...

    async def with_link(self, link_token: str, /, *, address: str) -> Begun:
        """Begin a session by a link that works once.

        Raises:
            RefusedError: it does not work, or not any more.
        """
        ...

    async def oidc_begin(self) -> str:
        """Return where to send the browser.

        Raises:
            RefusedError: the site has no such provider.
        """
        ...

    async def oidc_finish(self, query: Mapping[str, str], /, *, address: str) -> Begun:
        """Begin a session with what the provider sent back.

        Raises:
            RefusedError: it is not what was asked for, or the person has no role here.
        """
        ...

    def caller(self, token: str, /) -> Caller | None:
        """Return whose token it is, and count it as a sign of life; None when it is nobody's."""
        ...

    def end(self, token: str, /) -> None:
        """End a session."""
        ...

    async def aclose(self) -> None:
        """Close connections; called in the web's event loop when it ends."""
        ...

    async def change_password(self, account_id: str, old: str, new: str, /) -> None:
        """Change a password.

        Raises:
            RefusedError: the old one is wrong, or the new one is too weak.
        """
        ...


@runtime_checkable
class Accounts(Protocol):
    """Who may sign in, as what; each account as plain data without any secret."""

    def all(self) -> Sequence[Json]:
        """Return ``account_id``, ``roles``, ``is_disabled`` of each."""
        ...

    def add(self, account_id: str, roles: frozenset[Role], /) -> str:
        """Add one, and return the token of a sign-in link that works once.

        Raises:
            RefusedError: there is one of that name, or the name will not do.
        """
        ...

    def set_roles(self, account_id: str, roles: frozenset[Role], /) -> None:
        """Change what somebody is.

        Raises:
            NotThereError: nobody is called so.
            RefusedError: nobody would be left who can manage accounts.
        """
        ...

    def disable(self, account_id: str, /) -> None:
        """Let somebody in no more, and end their sessions.

        Raises:
            NotThereError: nobody is called so.
            RefusedError: nobody would be left who can manage accounts.
        """
        ...

    def enable(self, account_id: str, /) -> None:
        """Let somebody in again.

        Raises:
            NotThereError: nobody is called so.
            RefusedError: not now.
        """
        ...

    def present(self, permission: Permission, /) -> Sequence[str]:
        """Return the ids of those who are signed in and may do something here."""
        ...

    def new_link(self, account_id: str, /) -> str:
        """Return the token of a sign-in link that works once, for who forgot a password.

        Raises:
            NotThereError: nobody is called so.
        """
        ...


@runtime_checkable
class Evidence(Protocol):
    """What sensors delivered of an alarmed passage; see ``standex.edges.evidence``."""

    def of(self, alert_id: str, /) -> Json:
        """Return the manifest of a bundle: ``files``, each with ``name`` and ``sha256``.

        Raises:
            NotThereError: there is none.
        """
        ...

    def content(self, alert_id: str, name: str, /) -> tuple[bytes, str]:
        """Return one file of it and its media type.

        Raises:
            NotThereError: there is none of that name.
        """
        ...


@runtime_checkable
class WalkTests(Protocol):
    """Daily tests with a reference object; each as plain data."""

    def all(self) -> Sequence[Json]:
        """Return all that are kept, newest first."""
        ...

    def chart(self) -> Json:
        """Return ``tests``, and the walks with the object over months with ``drifts``."""
        ...

    def control(self) -> Json:
        """Return ``charts``: whether station and sensors do as at commissioning."""
        ...

    def begin(self, reference_object: str, zone: str, /, *, by: str) -> Json:
        """Begin one: the next person who is told to walk is the tester.

        Raises:
            RefusedError: one is under way.
        """
        ...

    def end(self, walk_test_id: str, /, *, by: str) -> Json:
        """End it and return its score.

        Raises:
            NotThereError: none of that id is under way.
        """
        ...


@runtime_checkable
class Recordings(Protocol):
    """What was recorded, for those who look back; always labelled as replay."""

    def all(self) -> Sequence[Json]:
        """Return ``recording_id``, ``started_utc_ms``, ``duration_s``, ``is_simulated`` of each."""
        ...

    def timeline(self, recording_id: str, /) -> Json:
        """Return ``marks``: alarms, ends of passages and health, with times.

        Raises:
            NotThereError: there is no such recording.
        """
        ...

    def pictures(
        self, recording_id: str, /, *, from_s: float, to_s: float, step_s: float
    ) -> Sequence[Json]:
        """Return the picture at each step, in the form of the live one.

        Raises:
            NotThereError: there is no such recording.
        """
        ...

    def highest(self, recording_id: str, /) -> Json:
        """Return ``people``: highest posterior of each, when, and what they carried if known.

        Raises:
            NotThereError: there is no such recording.
        """
        ...


@runtime_checkable
class Exercises(Protocol):
    """Simulated passages, injected for training and confidence checks."""

    def all(self) -> Sequence[Json]:
        """Return those that ran and run, newest first, with scores."""
        ...

    def known(self) -> Sequence[Json]:
        """Return what can be begun, with ``problem`` where it cannot."""
        ...

    def begin(self, exercise: str, /, *, by: str) -> Json:
        """Begin one.

        Raises:
            RefusedError: there is no such exercise, or one is under way.
        """
        ...

    def end(self, exercise_id: str, /, *, by: str) -> Json:
        """End it.

        Raises:
            NotThereError: none of that id is under way.
        """
        ...


def _no_exercise() -> None:
    """Return that no exercise is shown."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServiceView:
    """The service, as the web sees it. A part that is None answers 501 with what is missing.

    Attributes:
        site: where.
        site_toml: the same as text.
        is_simulated: whether the sensors are the twin's.
        clock: of the service.
        store: for proposals, counts of who declined, and keys of requests.
        desk: incidents.
        status: how the station is doing, at this moment; None before its first step.
        order: give an order to the station; may wait until it has taken it.
        sign_in: sessions.
        accounts: who may sign in.
        audit: who did what.
        evidence: bundles.
        walk_tests: daily tests.
        calibrations: age of each, and how far what its sensor says has drifted.
        recordings: for replay.
        exercises: for training.
        exercise_shown: the exercise that runs or has just ended.
        apply_operating_point: after the second person; from then on it holds.
        public_alert: let a warning about an incident go out, confirmed by whom, in these words.
        verify_audit: whether every row of the audit is as it was written, and what is not.
        privacy_report: what is kept, where, for how long.
        metrics: in the text form of Prometheus.
        troubles: of the service itself, by part: disk, store, audit, clock.
    """

    site: Site
    site_toml: str
    is_simulated: bool
    clock: Clock
    store: Store
    desk: IncidentDesk
    status: Callable[[], LiveStatus | None]
    order: Callable[[Order], None]
    sign_in: SignIn
    audit: AuditLog
    accounts: Accounts | None = None
    evidence: Evidence | None = None
    walk_tests: WalkTests | None = None
    calibrations: Callable[[], Json] | None = None
    recordings: Recordings | None = None
    exercises: Exercises | None = None
    apply_operating_point: Callable[[OperatingPoint], None] | None = None
    public_alert: Callable[[Incident, str, str], None] | None = None
    verify_audit: Callable[[], Json] | None = None
    privacy_report: Callable[[], Json] | None = None
    metrics: Callable[[LiveStatus], bytes] | None = None
    troubles: Callable[[], Sequence[Trouble]] = tuple
    exercise_shown: Callable[[], ShownExercise | None] = _no_exercise
