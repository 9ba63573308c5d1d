"""What the station says to the world: alerts, verdicts, ends, joins, things, health, tasks."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from standex.model.observation import Health
from standex.model.picture import Outcome
from standex.model.site import OperatingPoint
from standex.model.tasking import Task
from standex.model.zones import BodyZone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alert:
    """A check is requested: who (a place, never a name), where on the body, why, how sure.

    Attributes:
        alert_id: one per person and passage.
        t_utc_ns: when it was raised.
        track_id: the person on the plan.
        level_id: floor.
        position_site_m: x, y.
        zone: where on the body, or None.
        p_threat: posterior probability.
        prior: probability before any look, so that the reader sees what the looks added.
        coverage: the least covered of the wanted zones.
        seconds_in_reach: until the person crosses the exit line, or -1 when not known.
        sensors: whose evidence counted.
        reason: in plain words.
    """

    alert_id: str
    t_utc_ns: int
    track_id: int
    level_id: str
    position_site_m: Float[np.ndarray, " 2"]
    zone: BodyZone | None
    p_threat: float
    prior: float
    coverage: float
    seconds_in_reach: float
    sensors: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChanged:
    """The outcome for a person changed."""

    t_utc_ns: int
    track_id: int
    before: Outcome
    after: Outcome
    p_threat: float
    coverage: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PassageClosed:
    """A person left; this is what was known at the end.

    Attributes:
        t_utc_ns: when the passage was closed.
        track_id: the person on the plan.
        first_utc_ns: first confirmed.
        last_utc_ns: last seen.
        outcome: final, never ``PENDING``.
        p_threat: final posterior.
        zone: most probable zone of a threat.
        covered: by zone, in the order of ``ZONES``.
        n_looks: looks in the ledger.
        alert_id: of the alert, or empty.
        reason: in plain words.
    """

    t_utc_ns: int
    track_id: int
    first_utc_ns: int
    last_utc_ns: int
    outcome: Outcome
    p_threat: float
    zone: BodyZone | None
    covered: Float[np.ndarray, " zones"]
    n_looks: int
    alert_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthChanged:
    """A sensor's state or reason changed."""

    t_utc_ns: int
    before: Health | None
    after: Health


class TaskResult(StrEnum):
    """What came of a task.

    Attributes:
        DONE: the sensor looked, and said what it saw.
        REFUSED: it was never given to the sensor.
        NOT_DONE: the sensor could not, and emitted nothing.
        NO_ANSWER: the sensor did not say anything in time; its shots count as fired.
        STOPPED: sensors were stopped before.
    """

    DONE = "done"
    REFUSED = "refused"
    NOT_DONE = "not_done"
    NO_ANSWER = "no_answer"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskClosed:
    """What came of a task.

    Attributes:
        t_utc_ns: when it was known.
        task_id: which task.
        sensor_id: that was, or would have been, asked.
        track_id: for whom.
        result: what came of it.
        p_threat: of that person after it; None when they are gone.
        reason: in plain words.
    """

    t_utc_ns: int
    task_id: str
    sensor_id: str
    track_id: int
    result: TaskResult
    p_threat: float | None
    reason: str


class OrderKind(StrEnum):
    """What people with the right to may order.

    Attributes:
        ARM: a tasked sensor may be used for a while.
        DISARM: it may not any more.
        STOP: all tasks end and nothing is armed: the stop button.
        SET_OPERATING_POINT: checks are requested at another operating point; two people say so.
    """

    ARM = "arm"
    DISARM = "disarm"
    STOP = "stop"
    SET_OPERATING_POINT = "set_operating_point"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A person's order to the station; who may give it is settled before it gets here.

    Attributes:
        t_utc_ns: when.
        kind: what.
        sensor_id: which sensor; empty for all.
        by: who, as the site's accounts are called.
        why: in plain words.
        until_utc_ns: of ARM: when it ends by itself.
        operating_point: of SET_OPERATING_POINT: what holds from then on.
        confirmed_by: of SET_OPERATING_POINT: the second person, not the one who gives it.
    """

    t_utc_ns: int
    kind: OrderKind
    sensor_id: str
    by: str
    why: str
    until_utc_ns: int = 0
    operating_point: OperatingPoint | None = None
    confirmed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """An order was taken."""

    t_utc_ns: int
    order: Order


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRejoined:
    """Somebody newly followed is probably a person who was followed before.

    The ledger goes along, with that probability. It is said when it begins to hold, when it
    changes to another person, when it is taken back and when it has become final.

    Attributes:
        t_utc_ns: when it was found.
        track_id: the person on the plan.
        earlier_track_id: the number that they had before; 0 when a join is taken back.
        p_same: P(it is the same person).
        is_final: whether it can no longer change.
        reason: in plain words.
    """

    t_utc_ns: int
    track_id: int
    earlier_track_id: int
    p_same: float
    is_final: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThingLeft:
    """A thing stands where somebody set it down, and they have gone away.

    Attributes:
        t_utc_ns: when it was found.
        track_id: the thing on the plan.
        level_id: floor.
        position_site_m: x, y.
        set_down_by: who most probably set it down, or 0.
        p_threat: posterior probability that a threat is in it.
        coverage: P(the reference object in it would have been detected).
        alert_id: of the alert that goes with it, or empty.
        reason: in plain words.
    """

    t_utc_ns: int
    track_id: int
    level_id: str
    position_site_m: Float[np.ndarray, " 2"]
    set_down_by: int
    p_threat: float
    coverage: float
    alert_id: str
    reason: str


Event = (
    Alert
    | VerdictChanged
    | PassageClosed
    | HealthChanged
    | Task
    | TaskClosed
    | Ordered
    | PersonRejoined
    | ThingLeft
)
