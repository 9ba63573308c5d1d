"""Who was where, scan by scan: the shape that truth and a tracker's report share."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from standex.model.tracks import Tracks

Shown = tuple[int, Int[np.ndarray, "_"], Float[np.ndarray, "_ 2"]]  # when, who, where


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Whereabouts:
    """Numbered people at places, in scans that follow one another.

    Attributes:
        t_utc_ns: of each scan.
        first_row: of each scan, and the number of rows at the end.
        who: number of the person (truth) or of the track (report).
        position_site_m: where.
    """

    t_utc_ns: Int[np.ndarray, " scans"]
    first_row: Int[np.ndarray, " bounds"]
    who: Int[np.ndarray, " rows"]
    position_site_m: Float[np.ndarray, "rows 2"]

    def __post_init__(self) -> None:
        n_scans, bounds = len(self.t_utc_ns), self.first_row
        if len(bounds) != n_scans + 1 or bounds[0] != 0 or bounds[-1] != len(self.who):
            raise ValueError(
                f"first_row must have {n_scans + 1} bounds from 0 to {len(self.who)}, "
                f"got {bounds.tolist()[:3]}...{bounds.tolist()[-1:]}"
            )
        if np.any(np.diff(bounds) < 0) or np.any(np.diff(self.t_utc_ns) <= 0):
            raise ValueError("scans must follow one another: times rise, rows are in their order")
        if not np.isfinite(self.position_site_m).all():
            raise ValueError(f"{np.sum(~np.isfinite(self.position_site_m))} places are not finite")
        order = np.lexsort((self.who, self.scan))
        if np.any((np.diff(self.scan[order]) == 0) & (np.diff(self.who[order]) == 0)):
            raise ValueError("somebody is at two places in one scan")

    @property
    def scan(self) -> Int[np.ndarray, " rows"]:
        """Return the scan of each row."""
        return np.repeat(np.arange(len(self.t_utc_ns)), np.diff(self.first_row))

    def at(self, scan: int) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, "n 2"]]:
        """Return who was where in one scan."""
        rows = slice(int(self.first_row[scan]), int(self.first_row[scan + 1]))
        return self.who[rows], self.position_site_m[rows]

    def cut(self, first: int, last: int | None = None) -> "Whereabouts":
        """Return the scans from ``first`` up to, but not with, ``last``."""
        last = len(self.t_utc_ns) if last is None else min(last, len(self.t_utc_ns))
        first = min(first, last)
        low, high = int(self.first_row[first]), int(self.first_row[last])
        return Whereabouts(
            t_utc_ns=self.t_utc_ns[first:last],
            first_row=self.first_row[first : last + 1] - low,
            who=self.who[low:high],
            position_site_m=self.position_site_m[low:high],
        )


def shown(tracks: Tracks) -> Shown:
    """Return what tracks would show a user: the people present, and nothing else of them."""
    rows = tracks.is_present
    return tracks.t_utc_ns, tracks.track_id[rows], tracks.mean[rows, :2]


def reported(scans: Iterable[Shown]) -> Whereabouts:
    """Return what was shown after each scan."""
    every = list(scans)
    return Whereabouts(
        t_utc_ns=np.array([t_utc_ns for t_utc_ns, _, _ in every], dtype=np.int64),
        first_row=np.cumsum([0, *(len(who) for _, who, _ in every)]),
        who=np.concatenate([np.zeros(0, dtype=np.int64), *(who for _, who, _ in every)]),
        position_site_m=np.concatenate([np.zeros((0, 2)), *(place for _, _, place in every)]),
    )


def check_same_scans(truth: Whereabouts, report: Whereabouts) -> None:
    """Refuse a report of other scans than the truth is of.

    Raises:
        ValueError: numbers or times of the scans differ.
    """
    if not np.array_equal(truth.t_utc_ns, report.t_utc_ns):
        raise ValueError(
            f"truth has {len(truth.t_utc_ns)} scans, the report {len(report.t_utc_ns)}, "
            "or their times differ"
        )
