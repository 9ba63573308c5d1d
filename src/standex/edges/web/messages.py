"""What goes in and out over HTTP, as types: OpenAPI and the console's client are made from these.

Times are milliseconds since the Unix epoch, UTC: nanoseconds are beyond the whole numbers that a
browser can count with.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from standex.edges.access.roles import ALLOWED, Permission, Role
from standex.edges.incidents.actions import Act, possible
from standex.edges.incidents.incident import (
    Disposition,
    Incident,
    Priority,
    Reach,
    State,
    Subject,
)
from standex.edges.incidents.overview import Overview
from standex.edges.incidents.reason_codes import ReasonPart, reason_parts
from standex.edges.web.service_view import Caller
from standex.model.zones import BodyZone

Name = Annotated[str, Field(min_length=1, max_length=100)]
Words = Annotated[str, Field(max_length=2000)]
Said = Annotated[str, Field(min_length=3, max_length=2000)]
Secret = Annotated[str, Field(min_length=1, max_length=1024)]
UtcMs = Annotated[int, Field(ge=0, le=10**14)]


class Asked(BaseModel):
    """The body of a request: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class AskedJson(BaseModel):
    """The same, with words of a list among its fields."""

    model_config = ConfigDict(extra="forbid")


class SignInAsked(Asked):
    """Name and password of an account."""

    account_id: Name
    password: Secret


class LinkAsked(Asked):
    """The token of a sign-in link."""

    link_token: Secret


class PasswordAsked(Asked):
    """A new password, and the old one; empty for who came by a link."""

    old: Annotated[str, Field(max_length=1024)] = ""
    new: Secret


class Me(BaseModel):
    """Who is signed in, and what they may."""

    account_id: str
    roles: list[Role]
    permissions: list[Permission]
    csrf_token: str
    expires_utc_ms: int
    token: str | None = None

    @classmethod
    def of(cls, caller: Caller, *, token: str | None = None) -> "Me":
        """Return it of a caller; the token only for who asked for no cookie."""
        return cls(
            account_id=caller.account_id,
            roles=sorted(caller.roles),
            permissions=[
                one for one in Permission if any(one in ALLOWED[role] for role in caller.roles)
            ],
            csrf_token=caller.csrf_token,
            expires_utc_ms=caller.expires_utc_ns // 1_000_000,
            token=token,
        )


class ActionAsked(AskedJson):
    """Something to be done with an incident.

    Attributes:
        act: what; shelving has an endpoint of its own.
        text: why, or what there is to say.
        to: account, of a hand-over.
        disposition: of closing and dismissing.
    """

    act: Act
    text: Words = ""
    to: Annotated[str, Field(max_length=100)] = ""
    disposition: Disposition | None = None


class ShelvingAsked(AskedJson):
    """Put an incident aside, or take it back (``for_s`` 0)."""

    for_s: Annotated[float, Field(ge=0, le=86400)]
    text: Said


class ArmAsked(Asked):
    """Let a tasked sensor be used for a while."""

    sensor_id: Name
    for_s: Annotated[float, Field(gt=0, le=8 * 3600)]
    why: Said


class WhyAsked(Asked):
    """A reason, in plain words."""

    why: Said


class StopAsked(Asked):
    """The stop button; a reason can be given later."""

    sensor_id: Annotated[str, Field(max_length=100)] = ""
    why: Words = ""


class PublicAlertAsked(Asked):
    """A public warning, in words that the public can use."""

    text: Said


class PointAsked(AskedJson):
    """Another operating point."""

    p_alarm: Annotated[float, Field(gt=0, lt=1)]
    min_coverage: Annotated[float, Field(gt=0, lt=1)]
    wanted_zones: Annotated[list[BodyZone], Field(min_length=1, max_length=7)]
    why: Said


class WalkTestAsked(AskedJson):
    """A walk with a reference object."""

    reference_object: Name
    zone: BodyZone


class DeclinedAsked(Asked):
    """Somebody chose another way of screening: counted, and never a suspicion."""

    screened_otherwise: bool


class ExerciseAsked(Asked):
    """Which exercise."""

    exercise: Name


class SiteFileAsked(Asked):
    """The text of a site file."""

    toml: Annotated[str, Field(max_length=200_000)]


class AccountAsked(AskedJson):
    """A new account."""

    account_id: Name
    roles: Annotated[list[Role], Field(min_length=1, max_length=6)]


class RolesAsked(AskedJson):
    """What somebody is from now on."""

    roles: Annotated[list[Role], Field(max_length=6)]


class Happened(BaseModel):
    """One line of the history of an incident."""

    t_utc_ms: int
    by: str
    what: str
    text: str


class IncidentOut(BaseModel):
    """An incident as it is told to the console."""

    incident_id: str
    version: int
    subject: Subject
    state: State
    priority: Priority
    reach: Reach
    opened_utc_ms: int
    changed_utc_ms: int
    seen_utc_ms: int
    track_id: int
    level_id: str
    x_site_m: float
    y_site_m: float
    zone: BodyZone | None
    p_threat: float
    p_highest: float
    prior: float
    coverage: float
    sensors: list[str]
    reason: str
    reason_parts: list[ReasonPart]
    exit_utc_ms: int | None
    owner: str
    offered_to: str
    responder: str
    escalations: int
    shelved_until_utc_ms: int | None
    is_returned_unacknowledged: bool
    disposition: Disposition | None
    same_as: str
    possible: list[Act]
    history: list[Happened]
    exercise: str

    @classmethod
    def of(cls, one: Incident, *, knows_exercises: bool = False) -> "IncidentOut":
        """Return it of an incident.

        Args:
            one: to tell of.
            knows_exercises: whether who is told may know of an exercise while it runs.
        """
        same = {
            name: getattr(one, name)
            for name in cls.model_fields
            if name in Incident.__dataclass_fields__
            and name not in ("history", "sensors", "exercise")
        }
        return cls(
            **same,
            reason_parts=reason_parts(one.reason),
            opened_utc_ms=one.opened_utc_ns // 1_000_000,
            changed_utc_ms=one.changed_utc_ns // 1_000_000,
            seen_utc_ms=one.seen_utc_ns // 1_000_000,
            sensors=list(one.sensors),
            exit_utc_ms=one.exit_utc_ns // 1_000_000 or None,
            shelved_until_utc_ms=one.shelved_until_utc_ns // 1_000_000 or None,
            is_returned_unacknowledged=one.is_returned_unacknowledged,
            possible=list(possible(one)),
            history=[
                Happened(
                    t_utc_ms=line.t_utc_ns // 1_000_000,
                    by=line.by,
                    what=line.what,
                    text=line.text,
                )
                for line in one.history
            ],
            exercise=one.exercise if knows_exercises or one.is_exercise_over else "",
        )


class GroupOut(BaseModel):
    """Incidents shown as one line in a flood."""

    priority: Priority
    level_id: str
    incident_ids: list[str]


class OverviewOut(BaseModel):
    """In which order incidents are shown."""

    order: list[str]
    shelved: list[str]
    is_flood: bool
    n_recent: int
    groups: list[GroupOut]

    @classmethod
    def of(cls, one: Overview) -> "OverviewOut":
        """Return it of an overview."""
        return cls(
            order=list(one.order),
            shelved=list(one.shelved),
            is_flood=one.is_flood,
            n_recent=one.n_recent,
            groups=[
                GroupOut(
                    priority=group.priority,
                    level_id=group.level_id,
                    incident_ids=list(group.incident_ids),
                )
                for group in one.groups
            ],
        )


class IncidentsOut(BaseModel):
    """All incidents that are kept."""

    incidents: list[IncidentOut]
    overview: OverviewOut


class Done(BaseModel):
    """It was done."""

    detail: str = "done"


class LinkOut(BaseModel):
    """A sign-in link that works once; its token is told this one time."""

    account_id: str
    link_token: str


class AccountOut(BaseModel):
    """An account, without any secret."""

    model_config = ConfigDict(extra="allow")

    account_id: str
    roles: list[Role]
    is_disabled: bool


class AuditRowOut(BaseModel):
    """A row of the audit."""

    seq: int
    t_utc_ms: int
    who: str
    role: str
    what: str
    of_what: str
    why: str
    why_parts: list[ReasonPart]
    body: dict[str, Any]
    row_hash: str


class ProposalOut(BaseModel):
    """An operating point that somebody asks for, and what became of that."""

    proposal_id: str
    p_alarm: float
    min_coverage: float
    wanted_zones: list[BodyZone]
    proposer: str
    why: str
    proposed_utc_ms: int
    expires_utc_ms: int
    state: str
    decider: str


class DeclinedOut(BaseModel):
    """How many chose another way, by day (UTC)."""

    days: dict[str, dict[str, int]]


class CheckedOut(BaseModel):
    """What is wrong with a site file; nothing where it can be used."""

    problems: list[str]
    plan: dict[str, Any] | None
