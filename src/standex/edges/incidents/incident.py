"""One incident: a person, or a thing, that a check was requested for, and what came of it.

The life of an incident goes new, acknowledged, in progress, resolved, closed. Beside it stands
what became of the person: they may have gone before anybody acknowledged (returned unacknowledged,
in the words of ISA-18.2), and the incident stays all the same until somebody closes it.
"""

from dataclasses import dataclass
from enum import StrEnum

from standex.model.errors import StandexError
from standex.model.zones import BodyZone


class ActionRefusedError(StandexError):
    """The incident is not in a state in which that can be done; says in which it is."""


class State(StrEnum):
    """How far people are with an incident."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"


class Reach(StrEnum):
    """Where the person is, as far as the system knows.

    Attributes:
        FOLLOWED: they are on the plan.
        LOST: not seen for some seconds, and not known to have left.
        GONE: their passage has ended.
    """

    FOLLOWED = "followed"
    LOST = "lost"
    GONE = "gone"


class Priority(StrEnum):
    """How urgent; three, so that people can tell them apart.

    Attributes:
        LOW: a check when somebody is free.
        MEDIUM: a check now.
        HIGH: before everything else.
    """

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """Return a number that is higher for what is more urgent."""
        return list(Priority).index(self)

    @property
    def raised(self) -> "Priority":
        """Return the next higher one, or the highest."""
        return list(Priority)[min(self.rank + 1, 2)]


class Disposition(StrEnum):
    """What it was, by those who looked; it feeds the evaluation.

    Attributes:
        THREAT: what the site looks for.
        BENIGN: something else that looked like it, or nothing.
        SYSTEM_FAULT: a sensor or the software was at fault.
        DRILL: an exercise or a test.
    """

    THREAT = "threat"
    BENIGN = "benign"
    SYSTEM_FAULT = "system_fault"
    DRILL = "drill"


class Subject(StrEnum):
    """What the incident is about."""

    PERSON = "person"
    THING = "thing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line of the history of an incident.

    Attributes:
        t_utc_ns: when.
        by: account, or ``station``.
        what: such as ``acknowledge``.
        text: in plain words.
        request_id: of the action, or empty; the same one is done once.
    """

    t_utc_ns: int
    by: str
    what: str
    text: str
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident at one moment.

    Attributes:
        incident_id: the alert's id.
        subject: a person or a thing.
        opened_utc_ns: when the check was requested.
        changed_utc_ns: of the last line of the history.
        state: how far people are.
        priority: never falls while it is open.
        reach: where the person is.
        track_id: the number on the plan, as it is now.
        level_id: floor.
        x_site_m: where they were last.
        y_site_m: same.
        seen_utc_ns: when that was.
        zone: where on the body, or None.
        p_threat: as it is now.
        p_highest: the highest so far.
        prior: before any look.
        coverage: the least covered of the wanted zones.
        sensors: whose evidence counted.
        reason: in plain words.
        exit_utc_ns: when they are out of reach, as expected; 0 where that is not known.
        owner: account, or empty.
        offered_to: account that it was handed to and that has not taken it yet, or empty.
        responder: account of who is on the way, or empty.
        escalations: how often it was escalated.
        escalate_utc_ns: when it is escalated by itself; 0 for not any more.
        shelved_until_utc_ns: put aside until then; 0 for not.
        disposition: what it was, when it is closed.
        same_as: the incident that goes on with this person, or empty.
        version: counts up with each change.
        history: oldest first.
        exercise: the exercise whose simulated person it is about, or empty for a real one.
        is_exercise_over: whether that exercise has ended, so that everybody may know of it.
    """

    incident_id: str
    subject: Subject
    opened_utc_ns: int
    changed_utc_ns: int
    state: State
    priority: Priority
    reach: Reach
    track_id: int
    level_id: str
    x_site_m: float
    y_site_m: float
    seen_utc_ns: int
    zone: BodyZone | None
    p_threat: float
    p_highest: float
    prior: float
    coverage: float
    sensors: tuple[str, ...]
    reason: str
    exit_utc_ns: int = 0
    owner: str = ""
    offered_to: str = ""
    responder: str = ""
    escalations: int = 0
    escalate_utc_ns: int = 0
    shelved_until_utc_ns: int = 0
    disposition: Disposition | None = None
    same_as: str = ""
    version: int = 1
    history: tuple[Happening, ...] = ()
    exercise: str = ""
    is_exercise_over: bool = False

    @property
    def is_open(self) -> bool:
        """Return whether anybody has still to do something."""
        return self.state is not State.CLOSED

    @property
    def is_acknowledged(self) -> bool:
        """Return whether somebody has seen it."""
        return self.state is not State.NEW

    @property
    def is_shelved(self) -> bool:
        """Return whether it is put aside."""
        return self.shelved_until_utc_ns > 0

    @property
    def is_returned_unacknowledged(self) -> bool:
        """Return whether the person has gone, and nobody has acknowledged (ISA-18.2)."""
        return self.state is State.NEW and self.reach is Reach.GONE

    def was_done(self, request_id: str) -> bool:
        """Return whether this request was carried out already."""
        return any(one.request_id == request_id for one in self.history if one.request_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a site does with incidents.

    Attributes:
        medium_from_p: posterior probability from which an incident is of medium priority.
        high_from_p: same, for high.
        escalate_after_s: unacknowledged for so long, it is escalated by itself; then again.
        max_escalations: by itself; people may go on.
        lost_after_s: not seen for so long, the person is lost from sight.
        longest_shelved_s: nothing is put aside for longer.
        flood_n: more new incidents than that ...
        flood_s: ... in so long is a flood.
        calm_n: fewer than that in as long, and it is over.
        kept_s: after opening; then it is deleted.

    References:
        EEMUA 191: more than ten alarms in ten minutes are a flood; below five it is over.
    """

    medium_from_p: float = 0.5
    high_from_p: float = 0.9
    escalate_after_s: float = 30.0
    max_escalations: int = 3
    lost_after_s: float = 3.0
    longest_shelved_s: float = 1800.0
    flood_n: int = 10
    flood_s: float = 600.0
    calm_n: int = 5
    kept_s: float = 72 * 3600.0

    def __post_init__(self) -> None:
        if not 0 < self.medium_from_p < self.high_from_p < 1:
            raise ValueError(
                f"0 < medium_from_p < high_from_p < 1 is wanted, got {self.medium_from_p} and "
                f"{self.high_from_p}"
            )
        if not 0 < self.kept_s <= 72 * 3600:
            raise ValueError(f"kept_s must be above 0 and at most 72 h, got {self.kept_s}")
        if not 0 < self.calm_n <= self.flood_n:
            raise ValueError(f"0 < calm_n <= flood_n is wanted: {self.calm_n}, {self.flood_n}")

    def priority_of(self, p_threat: float) -> Priority:
        """Return how urgent it is by how probable it is; what is no number is high."""
        if p_threat < self.medium_from_p:
            return Priority.LOW
        return Priority.MEDIUM if p_threat < self.high_from_p else Priority.HIGH
