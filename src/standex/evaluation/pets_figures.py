"""Boxes and tracks of one camera held against annotated people: recall, precision, feet, identity.

A found box is right where it overlaps an annotated one, each matched once, so that as many as
possible match. Frames of a video are no independent cases: intervals are from blocks of frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.optimize import linear_sum_assignment

from standex.evaluation.tracking_intervals import N_RESAMPLES, Figure
from standex.evaluation.tracking_scans import Whereabouts
from standex.sensing.video.boxes import overlap
from standex.sensing.video.camera import FloorView

BLOCK_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FoundPeople:
    """How the boxes of some frames fared.

    Attributes:
        n_right: found boxes that match, by frame.
        n_found: boxes.
        n_there: annotated people.
        foot_off: foot point minus the annotated one, across and down, as shares of the annotated
            height; of matched boxes.
    """

    n_right: Int[np.ndarray, " frames"]
    n_found: Int[np.ndarray, " frames"]
    n_there: Int[np.ndarray, " frames"]
    foot_off: Float[np.ndarray, "matched 2"]

    def figures(self, *, block: int, rng: np.random.Generator) -> dict[str, Figure]:
        """Return recall and precision with their intervals, and medians of foot errors."""
        return {
            "recall": over_blocks(self.n_right, self.n_there, block=block, rng=rng),
            "precision": over_blocks(self.n_right, self.n_found, block=block, rng=rng),
        }


def found_people(
    found: Sequence[Float[np.ndarray, "_ 4"]],
    there: Sequence[Float[np.ndarray, "_ 4"]],
    *,
    least_overlap: float,
) -> FoundPeople:
    """Match boxes with annotated people, frame by frame.

    Args:
        found: corners, one array a frame.
        there: corners of annotated people.
        least_overlap: intersection over union of a match.

    Raises:
        ValueError: the numbers of frames differ.
    """
    counts: list[tuple[int, int, int]] = []
    off = [np.zeros((0, 2))]
    for mine, truth in zip(found, there, strict=True):
        table = overlap(mine, truth)
        # Any match above the limit is worth more than all that could be gained by overlap.
        i, j = linear_sum_assignment(-(table + 1e3 * (table >= least_overlap)))
        good = table[i, j] >= least_overlap
        i, j = i[good], j[good]
        counts.append((len(i), len(mine), len(truth)))
        high = truth[j, 3] - truth[j, 1]
        across = (mine[i, 0] + mine[i, 2] - truth[j, 0] - truth[j, 2]) / 2
        off.append(np.column_stack([across, mine[i, 3] - truth[j, 3]]) / high[:, None])
    n_right, n_found, n_there = np.array(counts, dtype=np.int64).reshape(-1, 3).T
    return FoundPeople(
        n_right=n_right, n_found=n_found, n_there=n_there, foot_off=np.concatenate(off)
    )


def over_blocks(
    part: Int[np.ndarray, " frames"],
    whole: Int[np.ndarray, " frames"],
    *,
    block: int,
    rng: np.random.Generator,
    level: float = 0.95,
) -> Figure:
    """Return the ratio of two sums over frames with a circular block bootstrap interval.

    Args:
        part: of each frame.
        whole: of each frame.
        block: frames in a block.
        rng: which blocks are drawn.
        level: of the interval.

    Raises:
        ValueError: ``block`` is not positive, or there is no frame.

    References:
        Politis, Romano, in: Exploring the Limits of Bootstrap, Wiley 1992, 263 (circular blocks).
    """
    n = len(part)
    if block < 1 or not n:
        raise ValueError(f"block must be at least 1, got {block}, of {n} frames")
    low = high = np.nan
    n_blocks = n // block
    if n_blocks >= 4:
        rows = (rng.integers(n, size=(N_RESAMPLES, n_blocks, 1)) + np.arange(block)) % n
        below = whole[rows].sum(axis=(1, 2))
        drawn = part[rows].sum(axis=(1, 2))[below > 0] / below[below > 0]
        if len(drawn):
            low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2]).tolist()
    total = int(whole.sum())
    return Figure(
        value=int(part.sum()) / total if total else np.nan,
        low=low,
        high=high,
        interval=f"block bootstrap, {block} frames",
    )


def annotated_on_floor(
    corner_px: Sequence[Float[np.ndarray, "_ 4"]],
    person: Sequence[Int[np.ndarray, "_"]],
    t_utc_ns: Int[np.ndarray, " frames"],
    view: FloorView,
) -> Whereabouts:
    """Return where the feet of annotated boxes are on the floor.

    Args:
        corner_px: one array a frame.
        person: number of each box.
        t_utc_ns: of each frame.
        view: of the camera, in the pixels of the boxes.
    """
    who: list[np.ndarray] = [np.zeros(0, dtype=np.int64)]
    place: list[np.ndarray] = [np.zeros((0, 2))]
    for corner, number in zip(corner_px, person, strict=True):
        foot_px = np.column_stack([(corner[:, 0] + corner[:, 2]) / 2, corner[:, 3]])
        floor = view.to_floor(foot_px, np.ones(foot_px.shape))
        who.append(number[floor.is_on_floor])
        place.append(floor.position_m[floor.is_on_floor])
    return Whereabouts(
        t_utc_ns=t_utc_ns,
        first_row=np.cumsum([len(one) for one in who]),
        who=np.concatenate(who),
        position_site_m=np.concatenate(place),
    )


def speeds_m_per_s(walks: Whereabouts, *, over_s: float = 1.0) -> Float[np.ndarray, " steps"]:
    """Return how fast everybody moved, over steps of so long, each step counted once.

    Args:
        walks: numbered people at places.
        over_s: from place to place; long enough that jitter of feet does not count as walking.
    """
    t_s = (walks.t_utc_ns - walks.t_utc_ns[0]) * 1e-9 if len(walks.t_utc_ns) else np.zeros(0)
    found: list[float] = []
    for person in np.unique(walks.who):
        rows = walks.who == person
        at_s, place = t_s[walks.scan[rows]], walks.position_site_m[rows]
        then = np.searchsorted(at_s, at_s + over_s - 1e-6)
        ok = then < len(at_s)
        first, then = np.flatnonzero(ok), then[ok]
        dt_s = at_s[then] - at_s[first]
        way_m = np.hypot(*(place[then] - place[first]).T)
        found += (way_m / dt_s)[dt_s < 1.5 * over_s].tolist()
    return np.array(found)
