"""All that is remembered: tracks, passages with their ledgers, health, coverage."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.model.observation import Coverage, Health, Patch
from standex.model.zones import ZONES, BodyZone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tracks:
    """The people being followed, one per row, in order of their numbers.

    Attributes:
        t_utc_ns: time the states hold for.
        track_id: never reused within a run of a station; no meaning outside it.
        mean: x, y (m), vx, vy (m/s), site frame.
        covariance: of ``mean``, in the units of its components.
        existence: P(there is such a person).
        is_confirmed: whether it counts as a person.
        last_seen_utc_ns: last position attached to it.
        next_track_id: number of the next person.
    """

    t_utc_ns: int
    track_id: Int[np.ndarray, " n"]
    mean: Float[np.ndarray, "n 4"]
    covariance: Float[np.ndarray, "n 4 4"]
    existence: Float[np.ndarray, " n"]
    is_confirmed: Bool[np.ndarray, " n"]
    last_seen_utc_ns: Int[np.ndarray, " n"]
    next_track_id: int


def no_tracks(t_utc_ns: int) -> Tracks:
    """Return tracks of nobody."""
    return Tracks(
        t_utc_ns=t_utc_ns,
        track_id=np.zeros(0, dtype=np.int64),
        mean=np.zeros((0, 4)),
        covariance=np.zeros((0, 4, 4)),
        existence=np.zeros(0),
        is_confirmed=np.zeros(0, dtype=bool),
        last_seen_utc_ns=np.zeros(0, dtype=np.int64),
        next_track_id=1,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Association:
    """Which track each position of one scan belongs to, as marginal weights.

    Attributes:
        sensor_id: of the scan.
        t_utc_ns: of the scan.
        track_id: columns of ``weight``.
        weight: P(row belongs to track); a row and its ``nobody`` sum to one.
        nobody: P(row is clutter or a person not yet tracked).
    """

    sensor_id: str
    t_utc_ns: int
    track_id: Int[np.ndarray, " n"]
    weight: Float[np.ndarray, "rows n"]
    nobody: Float[np.ndarray, " rows"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """Where the confirmed people were at one moment; kept as long as any footprint looks back.

    Attributes:
        t_utc_ns: when.
        track_id: who.
        position_site_m: x, y.
        velocity_site_m_per_s: of each.
        covariance_site_m2: of each position.
    """

    t_utc_ns: int
    track_id: Int[np.ndarray, " n"]
    position_site_m: Float[np.ndarray, "n 2"]
    velocity_site_m_per_s: Float[np.ndarray, "n 2"]
    covariance_site_m2: Float[np.ndarray, "n 2 2"]


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
    """

    t_utc_ns: int
    tracks: Tracks
    history: tuple[Snapshot, ...]
    passages: Mapping[int, Passage]
    health: Mapping[str, Health]
    coverage: Mapping[str, Coverage]
    n_alerts: int
