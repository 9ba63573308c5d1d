"""All that is remembered: tracks, passages with their ledgers, health, coverage."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from standex.model.hand_over import HandOverState, no_hand_over
from standex.model.observation import Coverage, Health, Patch
from standex.model.site import OperatingPoint
from standex.model.tasking import Tasking
from standex.model.tracks import Snapshot, Tracks
from standex.model.zones import ZONES, BodyZone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LedgerEntry:
    """What one look said about one zone of one person, and how much of it is theirs.

    The weight that an entry has in the posterior is not stored: it follows from all entries
    of the ledger, in any order.

    Attributes:
        sensor_id: who looked.
        look_id: which look.
        t_utc_ns: when.
        zone: which zone, or None when the sensor cannot tell.
        log_likelihood: per item class, after attachment.
        attachment: P(the look was at this person).
        correlation: as the sensor states it.
        counts: False for evidence without a valid calibration: shown, weight 0.
        reason: in plain words.
        score: the features behind it.
        patch: the picture that goes with it.
        carried_from: the earlier number of the person, or the bag or person that a bag's entry
            was taken over from; 0 for a look at this person.
    """

    sensor_id: str
    look_id: str
    t_utc_ns: int
    zone: BodyZone | None
    log_likelihood: Float[np.ndarray, " classes"]
    attachment: float
    correlation: float
    counts: bool
    reason: str
    score: dict[str, float]
    patch: Patch | None
    carried_from: int = 0


class Outcome(StrEnum):
    """What is known about a person; nobody is ever declared safe."""

    PENDING = "pending"
    NOTHING_FOUND = "nothing_found"
    ALARM = "alarm"
    NOT_SCREENED = "not_screened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """An outcome and why.

    Attributes:
        outcome: one of four.
        p_threat: posterior probability that the person carries a threat item.
        zone: where it most probably is.
        coverage: the least covered of the zones that the site wants looked at.
        reason: in plain words.
    """

    outcome: Outcome
    p_threat: float
    zone: BodyZone | None
    coverage: float
    reason: str


class PassageKind(StrEnum):
    """What is on its way: a person, or a thing that somebody set down."""

    PERSON = "person"
    THING = "thing"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLine:
    """When somebody reaches the next line ahead, counted from when they were last followed.

    Infinite where not even that is to be expected: for those who stand.

    Attributes:
        line_id: which line.
        not_before_s: not even at a run.
        earliest_s: earlier with a probability of 5 %.
        median_s: as likely earlier as later.
        latest_s: later with a probability of 5 %.
    """

    line_id: str
    not_before_s: float
    earliest_s: float
    median_s: float
    latest_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joined:
    """Whom this person was before, and what was taken over from there.

    Attributes:
        track_id: the earlier number.
        p_same: P(it is the same person).
        entries: of the earlier passage, as they were when taken over.
        covered: of the earlier passage, the same.
        own_covered: of this passage alone.
        alert_id: of the alert that came along, or empty.
    """

    track_id: int
    p_same: float
    entries: tuple[LedgerEntry, ...]
    covered: Float[np.ndarray, " zones"]
    own_covered: Float[np.ndarray, " zones"]
    alert_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passage:
    """One person's way through the site, as far as the system followed it.

    Attributes:
        track_id: the person, for the length of this passage.
        first_utc_ns: first confirmed.
        last_utc_ns: last seen.
        position_site_m: x, y when last seen.
        velocity_site_m_per_s: when last seen.
        is_past_screening: whether every sensor that could look lies behind.
        covered: P(the reference object would have been detected), by zone.
        entries: the ledger.
        log_posterior: per zone and class, recomputed from the ledger.
        verdict: as it stands.
        alert_id: of the one incident of this person, or empty.
        kind: a person, or a thing that was set down.
        next_line: when they reach the next line ahead; None when none is.
        joined: whom they were before, or None.
        set_down_by: of a thing: P(this person set it down), by track number.
        is_left: of a thing: whether whoever set it down has gone away.
    """

    track_id: int
    first_utc_ns: int
    last_utc_ns: int
    position_site_m: Float[np.ndarray, " 2"]
    velocity_site_m_per_s: Float[np.ndarray, " 2"]
    is_past_screening: bool
    covered: Float[np.ndarray, " zones"]
    entries: tuple[LedgerEntry, ...]
    log_posterior: Float[np.ndarray, "zones classes"]
    verdict: Verdict
    alert_id: str = ""
    kind: PassageKind = PassageKind.PERSON
    next_line: NextLine | None = None
    joined: Joined | None = None
    set_down_by: Mapping[int, float] = field(default_factory=dict[int, float])
    is_left: bool = False

    def coverage_of(self, zone: BodyZone) -> float:
        """Return how well ``zone`` was looked at, 0 to 1."""
        return float(self.covered[ZONES.index(zone)])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """Everything the station remembers at one moment.

    Attributes:
        t_utc_ns: latest time that any observation spoke of.
        tracks: the people being followed.
        history: where they were, oldest first.
        passages: of everybody in the site and of those just gone, by track number.
        health: latest word of each sensor.
        coverage: latest coverage of each sensor.
        n_alerts: alerts raised so far.
        hand_over: who ended lately, and whom newcomers may be.
        left: closed passages of people who may still come back, by track number.
        tasking: what is asked of sensors, and what they have done.
        operating_point: as two people ordered while the station ran; None for the site's own.
    """

    t_utc_ns: int
    tracks: Tracks
    history: tuple[Snapshot, ...]
    passages: Mapping[int, Passage]
    health: Mapping[str, Health]
    coverage: Mapping[str, Coverage]
    n_alerts: int
    hand_over: HandOverState = field(default_factory=lambda: no_hand_over(0))
    left: Mapping[int, Passage] = field(default_factory=dict[int, Passage])
    tasking: Tasking = field(default_factory=Tasking)
    operating_point: OperatingPoint | None = None

    def point(self, site_point: OperatingPoint) -> OperatingPoint:
        """Return the operating point that holds now, of a site with ``site_point``."""
        return site_point if self.operating_point is None else self.operating_point

    @property
    def superseded(self) -> frozenset[int]:
        """Return the numbers of people who are rather followed under a later number."""
        return frozenset(
            passage.joined.track_id
            for passage in self.passages.values()
            if passage.joined is not None and passage.joined.p_same >= 0.5
        )
