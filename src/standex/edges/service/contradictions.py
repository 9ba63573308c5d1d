"""A sensor that contradicts the others: it sees nobody where people are followed, and should.

For each person who is followed where a sensor says it sees people, it is held what it says it would
see (its coverage) against whether any of its positions is there. An honest sensor sees about as
many as it says; one that is turned, mirrored, blind or making things up does not. Small offsets are
not told here but by the tracker, which corrects them. In a crowd so dense that any place is near
somebody, nothing can be told.
"""

import math
import threading
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float, Int

from standex.edges.clock import Clock
from standex.model.event import Event
from standex.model.observation import (
    Coverage,
    Health,
    HealthReason,
    HealthState,
    Observation,
    Positions,
)
from standex.model.picture import Picture
from standex.tracking.existence import p_report_at, seen_by

LEAST_EXPECTED = 10.0  # people times scans
LEAST_SHARE = 0.4  # of what it says it would see
OVER_SHARE = 0.6  # so many again, and it is over
MEMORY_S = 4.0
SEEN_LATELY_S = 0.6
NEAR_M, NEAR_STD = 0.8, 4.0
LEAST_P_REPORT = 0.5  # where it sees less, it is not asked
SILENT_S = 10.0
COUNTED_EVERY_S = 0.15  # one scan tells much what the next one does


@dataclass(slots=True, kw_only=True)
class _Tally:
    t_utc_ns: int
    n_expected: float = 0.0
    n_seen: float = 0.0
    since_utc_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _People:
    """Who is followed after a step."""

    place_site_m: Float[np.ndarray, "n 2"]
    covariance_site_m2: Float[np.ndarray, "n 2 2"]
    last_seen_utc_ns: Int[np.ndarray, " n"]


@final
class Contradictions:
    """A sink and a listener of the single writer; ``troubles`` from any thread."""

    def __init__(self, *, clock: Clock) -> None:
        """Know nothing of any sensor."""
        self._clock = clock
        self._scans: tuple[Positions, ...] = ()
        self._tallies: dict[str, _Tally] = {}
        self._lock = threading.Lock()

    def publish(
        self, t_utc_ns: int, observations: tuple[Observation, ...], events: tuple[Event, ...], /
    ) -> None:
        """Take note of what the sensors said in a step."""
        del t_utc_ns, events
        self._scans = tuple(one for one in observations if isinstance(one, Positions))

    def __call__(self, picture: Picture, events: tuple[Event, ...], /) -> None:
        """Hold it against who is followed after that step."""
        del events
        scans, self._scans = self._scans, ()
        tracks, known = picture.tracks, picture.coverage
        rows = np.flatnonzero(tracks.is_present)
        people = _People(
            place_site_m=tracks.mean[rows, :2],
            covariance_site_m2=tracks.covariance[rows, :2, :2],
            last_seen_utc_ns=tracks.last_seen_utc_ns[rows],
        )
        for scan in scans:
            tally = self._tallies.get(scan.sensor_id)
            gap_ns = abs(scan.t_utc_ns - tally.t_utc_ns) if tally else COUNTED_EVERY_S * 1e9
            if scan.sensor_id in known and gap_ns >= COUNTED_EVERY_S * 1e9:
                self._count(scan, known[scan.sensor_id], people)

    def troubles(self) -> dict[str, Health]:
        """Return what stands against sensors now, by sensor."""
        now = self._clock.utc_ns()
        with self._lock:
            return {
                name: Health(
                    sensor_id=name,
                    t_utc_ns=one.since_utc_ns,
                    state=HealthState.DEGRADED,
                    reason=HealthReason.DATA_QUALITY,
                    message=(
                        f"it contradicts the others: of those who are followed where it sees, it "
                        f"places {one.n_seen / one.n_expected:.0%} of as many as it should; look "
                        "at its survey, its mounting and at who sends under its name"
                    ),
                )
                for name, one in self._tallies.items()
                if one.since_utc_ns and abs(now - one.t_utc_ns) < SILENT_S * 1e9
            }

    def _count(self, scan: Positions, coverage: Coverage, people: "_People") -> None:
        seen = seen_by(coverage)
        lately = np.abs(people.last_seen_utc_ns - scan.t_utc_ns) <= SEEN_LATELY_S * 1e9
        if seen is not None:
            # First by where they are, in few operations: most are in front of other sensors.
            cell = np.floor((people.place_site_m - seen.origin_site_m) / seen.cell_m)
            inside = ((cell >= 0) & (cell < seen.p_report.shape)).all(axis=1) & lately
            ix, iy = cell[inside].astype(np.int64).T
            lately[inside] = seen.p_report[ix, iy] > 0
        place = people.place_site_m[lately]
        p_report, _ = p_report_at(seen, place, people.covariance_site_m2[lately])
        asked = p_report >= LEAST_P_REPORT
        place, p_report = place[asked], p_report[asked]
        with self._lock:
            tally = self._tallies.setdefault(scan.sensor_id, _Tally(t_utc_ns=scan.t_utc_ns))
            dt_s = max((scan.t_utc_ns - tally.t_utc_ns) * 1e-9, 0.0)
            kept = math.exp(-dt_s / MEMORY_S)
            tally.t_utc_ns = scan.t_utc_ns
            tally.n_expected = kept * tally.n_expected + float(p_report.sum())
            tally.n_seen = kept * tally.n_seen + _seen(scan, place)
            share = OVER_SHARE if tally.since_utc_ns else LEAST_SHARE
            if tally.n_seen >= share * tally.n_expected:
                tally.since_utc_ns = 0
            elif not tally.since_utc_ns and tally.n_expected >= LEAST_EXPECTED:
                tally.since_utc_ns = scan.t_utc_ns


def _seen(scan: Positions, place: Float[np.ndarray, "n 2"]) -> int:
    """Return near how many of the places a sensor sees somebody."""
    if not len(place) or not len(scan.position_site_m):
        return 0
    std_m = np.sqrt(np.trace(scan.covariance_site_m2, axis1=1, axis2=2) / 2)
    away_m = np.linalg.norm(place[:, None] - scan.position_site_m[None], axis=2)
    return int((away_m <= np.maximum(NEAR_M, NEAR_STD * std_m)).any(axis=1).sum())
