"""What the station shows beside what is true, moment by moment."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from standex.evaluation.chain_run import ChainLog, Sample

SHOWN_M = 1.0
HANDED_M = 0.6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """What is shown and what is true at one moment.

    Attributes:
        sample: what is shown.
        person: who is there.
        position_site_m: where.
        away_m: of each track from each person.
    """

    sample: Sample
    person: Int[np.ndarray, " people"]
    position_site_m: Float[np.ndarray, "people 2"]
    away_m: Float[np.ndarray, "tracks people"]

    def row_of(self, person: int) -> int:
        """Return the column of a person, -1 for who is not there."""
        return _row(self.person, person)

    def track_row(self, track_id: int) -> int:
        """Return the row of a track, -1 for one that is not followed."""
        return _row(self.sample.track_id, track_id)

    def nearest_person(self, track_row: int) -> tuple[int, float]:
        """Return who is nearest to a track, and how far; 0 for nobody."""
        if not len(self.person):
            return 0, np.inf
        k = int(np.argmin(self.away_m[track_row]))
        return int(self.person[k]), float(self.away_m[track_row, k])

    def is_right(self, person: int, track_id: int) -> bool:
        """Return whether a track is followed and the nearest to a person."""
        k, row = self.row_of(person), self.track_row(track_id)
        if k < 0 or row < 0:
            return False
        return bool(int(np.argmin(self.away_m[:, k])) == row and self.away_m[row, k] < SHOWN_M)

    def is_handed_over(self, person: int, track_id: int) -> bool:
        """Return whether a track can be handed over as that person."""
        row = self.track_row(track_id)
        if row < 0:
            return False
        nearest, away_m = self.nearest_person(row)
        return nearest == person and away_m <= HANDED_M


def _row(numbers: Int[np.ndarray, " n"], number: int) -> int:
    k = int(np.searchsorted(numbers, number))
    return k if k < len(numbers) and numbers[k] == number else -1


def moments_of(log: ChainLog, scene: Any) -> tuple[Moment, ...]:
    """Return what is shown beside what is true, moment by moment."""
    out: list[Moment] = []
    for sample in log.samples:
        now = scene.at(sample.t_utc_ns)
        off = sample.position_site_m[:, None] - now.position_site_m[None]
        away_m = np.hypot(off[..., 0], off[..., 1])
        out.append(
            Moment(
                sample=sample,
                person=now.person,
                position_site_m=now.position_site_m,
                away_m=away_m,
            )
        )
    return tuple(out)
