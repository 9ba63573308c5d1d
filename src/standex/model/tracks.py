"""The people being followed, and what following them needs to remember between two scans."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.model.observation import Coverage, Health, Positions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Modes:
    """What each person's state is if they walk on, and if they stand or turn.

    Attributes:
        mean: x, y (m), vx, vy (m/s), site frame, given the mode.
        covariance: of ``mean``, given the mode.
        probability: of each mode; rows sum to one.
    """

    mean: Float[np.ndarray, "n modes 4"]
    covariance: Float[np.ndarray, "n modes 4 4"]
    probability: Float[np.ndarray, "n modes"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SensorMemory:
    """What is remembered of one sensor that gives positions.

    Attributes:
        last_scan: its latest scan in order of time.
        n_repeats: how many scans in a row brought the very same positions.
        n_bursts: how many in a row brought far more positions than usual.
        offset_site_m: by how much it places people beyond where the others place them.
        offset_covariance_site_m2: of that.
        sure_track_id: people whom its last scan saw beyond doubt.
        problem: what is said to be wrong with it, until it is over.
    """

    last_scan: Positions
    n_repeats: int
    n_bursts: int
    offset_site_m: Float[np.ndarray, " 2"]
    offset_covariance_site_m2: Float[np.ndarray, "2 2"]
    sure_track_id: Int[np.ndarray, " sure"]
    problem: Health | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TakenScan:
    """A scan that was taken in lately: what a late one has to be put before.

    Attributes:
        before: the tracks before it, without a memory of their own.
        scan: as it came.
        coverage: of its sensor at that time.
        begun: track begun at each row, 0 where none was.
    """

    before: "Tracks"
    scan: Positions
    coverage: Coverage | None
    begun: Int[np.ndarray, " rows"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackMemory:
    """What following people needs to remember beside the people.

    Attributes:
        sensors: that gave positions.
        recent: scans taken in within the lag, oldest first.
        waiting: scans from a time far ahead, until another sensor is there, too.
    """

    sensors: Mapping[str, SensorMemory] = field(default_factory=dict[str, SensorMemory])
    recent: tuple[TakenScan, ...] = ()
    waiting: tuple[Positions, ...] = ()


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
        descriptor: short-lived clothing descriptor of each, or no columns; NaN where none is known.
        p_object: P(it is a thing that was set down, and no person).
        modes: behind ``mean`` and ``covariance``; None where nothing is known of them.
        memory: of the tracker.
    """

    t_utc_ns: int
    track_id: Int[np.ndarray, " n"]
    mean: Float[np.ndarray, "n 4"]
    covariance: Float[np.ndarray, "n 4 4"]
    existence: Float[np.ndarray, " n"]
    is_confirmed: Bool[np.ndarray, " n"]
    last_seen_utc_ns: Int[np.ndarray, " n"]
    next_track_id: int
    descriptor: Float[np.ndarray, "n k"]
    p_object: Float[np.ndarray, " n"]
    modes: Modes | None = None
    memory: TrackMemory = field(default_factory=TrackMemory)

    @property
    def is_present(self) -> Bool[np.ndarray, " n"]:
        """Return who counts as a person and is rather still there than gone."""
        return self.is_confirmed & (self.existence >= 0.5)


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
        descriptor=np.zeros((0, 0)),
        p_object=np.zeros(0),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Association:
    """Which track each position of one scan belongs to, as marginal weights.

    Only near pairs are held, row by row; a pair that is not there has weight 0.

    Attributes:
        sensor_id: of the scan.
        t_utc_ns: of the scan.
        first_pair: where the pairs of each row begin, and the number of pairs.
        pair_track_id: track of each pair, ascending within a row.
        pair_weight: P(row belongs to track); those of a row and its ``nobody`` sum to one.
        nobody: P(row is clutter or a person not yet tracked).
    """

    sensor_id: str
    t_utc_ns: int
    first_pair: Int[np.ndarray, " rows_and_one"]
    pair_track_id: Int[np.ndarray, " pairs"]
    pair_weight: Float[np.ndarray, " pairs"]
    nobody: Float[np.ndarray, " rows"]

    def of_row(self, row: int) -> tuple[Int[np.ndarray, " near"], Float[np.ndarray, " near"]]:
        """Return the tracks that a row may belong to, and how probably."""
        near = slice(int(self.first_pair[row]), int(self.first_pair[row + 1]))
        return self.pair_track_id[near], self.pair_weight[near]


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
