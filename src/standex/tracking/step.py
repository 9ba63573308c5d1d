"""What one scan does to everybody who is followed: plain NumPy, and the law for the compiled one.

Predict; find near pairs; marginal weights of all associations by belief propagation; take the
positions in, each as much as it is a person's; and P(there is such a person).
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.model.tracks import Modes
from standex.tracking.association import marginals, worth
from standex.tracking.existence import Seen, p_report_at, update_existence
from standex.tracking.gating import Pairs, near_pairs, select
from standex.tracking.motion import Motion, combined, largest_eigenvalue, predict
from standex.tracking.walls import SLACK_STD, crosses, kept_before


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class People:
    """Who is followed before a scan, one per row.

    Attributes:
        place_site_m: where each was.
        modes: states then.
        existence: P(there is such a person).
        is_confirmed: whether it counts as a person.
    """

    place_site_m: Float[np.ndarray, "n 2"]
    modes: Modes
    existence: Float[np.ndarray, " n"]
    is_confirmed: Bool[np.ndarray, " n"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """What a sensor says, and what it could have said.

    Attributes:
        position_site_m: x, y.
        covariance_site_m2: of each.
        nobody_per_m2: density of positions that are of nobody who is followed.
        seen: what the sensor covers, or None.
        wall_site_m: segments, from and to.
    """

    position_site_m: Float[np.ndarray, "rows 2"]
    covariance_site_m2: Float[np.ndarray, "rows 2 2"]
    nobody_per_m2: float
    seen: Seen | None
    wall_site_m: Float[np.ndarray, "walls 2 2"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepSettings:
    """Settings of one step; see ``CrowdTracker`` for what each means.

    Attributes:
        gate: largest Mahalanobis distance.
        sharpness: exponent of the weights with which states take positions.
        min_p_report: P(reported) of somebody who was reported where coverage says less.
        max_pairs_per_track: positions weighed for one track.
        lost_std_m: a track known worse than this takes no positions.
        survive: P(still there after the step), unseen.
        area_site_m: lower left and upper right corner of where people are followed.
        survive_outside: factor on ``survive`` for whoever is expected outside of it.
        max_gain: log odds that a scan adds to existence, at most.
        max_loss: log odds that it takes, at most.
    """

    gate: float
    sharpness: float
    min_p_report: float
    max_pairs_per_track: int
    lost_std_m: float
    survive: float
    area_site_m: Float[np.ndarray, "2 2"]
    survive_outside: float
    max_gain: float
    max_loss: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """Everybody after a scan, and whose its rows are.

    Attributes:
        mean: of each state, whatever the mode.
        covariance: of it.
        modes: behind them.
        existence: P(there is such a person).
        is_lost: known too badly to take positions.
        track_row: of each near pair, ascending.
        position_row: of each near pair.
        of_position: P(the position is the track's), as the position sees it.
        missed: P(the track made no position).
        nobody: P(the position is of nobody who is followed).
    """

    mean: Float[np.ndarray, "n 4"]
    covariance: Float[np.ndarray, "n 4 4"]
    modes: Modes
    existence: Float[np.ndarray, " n"]
    is_lost: Bool[np.ndarray, " n"]
    track_row: Int[np.ndarray, " pairs"]
    position_row: Int[np.ndarray, " pairs"]
    of_position: Float[np.ndarray, " pairs"]
    missed: Float[np.ndarray, " n"]
    nobody: Float[np.ndarray, " rows"]


class StepOf(Protocol):
    """A way to compute a step."""

    def __call__(
        self, people: People, heard: Heard, motion: Motion, settings: StepSettings, *, dt_s: float
    ) -> Step:
        """Return everybody after a scan that comes ``dt_s`` after the last one."""
        ...


def plain_step(
    people: People, heard: Heard, motion: Motion, settings: StepSettings, *, dt_s: float
) -> Step:
    """Return everybody after a scan, in NumPy."""
    n, rows = len(people.existence), len(heard.position_site_m)
    modes = predict(people.modes, motion, dt_s=dt_s)
    mean, covariance = combined(modes)
    shift = kept_before(people.place_site_m, mean, heard.wall_site_m)
    mean, modes = mean + shift, _shifted(modes, shift)
    widest_m2 = largest_eigenvalue(heard.covariance_site_m2).max(initial=0.0)
    limit_m2 = settings.lost_std_m**2 + widest_m2
    is_lost = people.is_confirmed & (largest_eigenvalue(covariance[:, :2, :2]) > limit_m2)
    low, high = settings.area_site_m
    outside = ((mean[:, :2] < low) | (mean[:, :2] > high)).any(axis=1)
    existence = people.existence * settings.survive
    existence = np.where(outside, existence * settings.survive_outside, existence)
    p_report, least = p_report_at(heard.seen, mean[:, :2], covariance[:, :2, :2])
    pairs = near_pairs(
        modes,
        mean[:, :2],
        heard.position_site_m,
        heard.covariance_site_m2,
        gate=settings.gate,
        max_pairs_per_track=settings.max_pairs_per_track,
    )
    pairs = _possible(pairs, people, heard, is_lost)
    # A sensor may report somebody just outside of what it says it covers.
    seen = existence * np.maximum(p_report, settings.min_p_report)
    over_missed = np.log(seen / (1 - existence * least) / heard.nobody_per_m2)
    log_weight = pairs.log_likelihood + over_missed[pairs.track_row]
    keep = worth(pairs, log_weight, n_tracks=n, n_positions=rows)
    pairs = select(pairs, keep)
    share = marginals(pairs, log_weight[keep], n_tracks=n, n_positions=rows)
    modes = _taken(modes, pairs, heard, share.of_track, share.missed, settings.sharpness)
    mean, covariance = combined(modes)
    shift = kept_before(people.place_site_m, mean, heard.wall_site_m)
    return Step(
        mean=mean + shift,
        covariance=covariance,
        modes=_shifted(modes, shift),
        existence=update_existence(
            existence,
            p_report=least,
            missed=share.missed,
            max_gain=settings.max_gain,
            max_loss=settings.max_loss,
        ),
        is_lost=is_lost,
        track_row=pairs.track_row,
        position_row=pairs.position_row,
        of_position=share.of_position,
        missed=share.missed,
        nobody=share.nobody,
    )


def _possible(pairs: Pairs, people: People, heard: Heard, is_lost: Bool[np.ndarray, " n"]) -> Pairs:
    """Return the pairs of tracks that take positions, with no wall between."""
    slack_m = SLACK_STD * np.sqrt(largest_eigenvalue(heard.covariance_site_m2))
    keep = ~is_lost[pairs.track_row] & ~crosses(
        people.place_site_m[pairs.track_row],
        heard.position_site_m[pairs.position_row],
        heard.wall_site_m,
        slack_m=slack_m[pairs.position_row],
    )
    return select(pairs, keep)


def _shifted(modes: Modes, shift: Float[np.ndarray, "n 4"]) -> Modes:
    if not shift.any():
        return modes
    return Modes(
        mean=modes.mean + shift[:, None],
        covariance=modes.covariance,
        probability=modes.probability,
    )


def _taken(
    modes: Modes,
    pairs: Pairs,
    heard: Heard,
    of_track: Float[np.ndarray, " pairs"],
    missed: Float[np.ndarray, " n"],
    sharpness: float,
) -> Modes:
    """Return the modes with positions taken in, each by its share (probabilistic data association).

    The shares are raised to ``sharpness`` first. At 1 this is the mean over all associations, which
    draws two close tracks together; the larger, the nearer to the likeliest association alone.

    References:
        Bar-Shalom, Daum, Huang, IEEE Control Systems 29(6) (2009) 82.
        Fitzgerald, IEEE Trans. Aerospace and Electronic Systems 21 (1985) 822 (coalescence).
    """
    n = len(missed)
    row, position = pairs.track_row, pairs.position_row
    sharp, none = of_track**sharpness, missed**sharpness
    total = np.bincount(row, sharp, n) + none
    likelihood = pairs.likelihood / np.maximum(pairs.likelihood.sum(axis=1), 1e-300)[:, None]
    share = (sharp / total[row])[:, None] * likelihood
    probability = (none / total)[:, None] * modes.probability
    np.add.at(probability, row, share)
    weight = share / np.maximum(probability[row], 1e-300)
    p = modes.covariance[row]
    s = p[:, :, :2, :2] + heard.covariance_site_m2[position, None]
    gain = p[:, :, :, :2] @ inverse_2x2(s)
    innovation_m = heard.position_site_m[position, None] - modes.mean[row, :, :2]
    step = np.einsum("pmkl,pml->pmk", gain, innovation_m)
    shift = np.zeros_like(modes.mean)
    np.add.at(shift, row, weight[:, :, None] * step)
    change = np.einsum("pmk,pml->pmkl", step, step) - gain @ p[:, :, :2]
    covariance = modes.covariance.copy()
    np.add.at(covariance, row, weight[:, :, None, None] * change)
    covariance -= np.einsum("nmk,nml->nmkl", shift, shift)
    return Modes(
        mean=modes.mean + shift,
        covariance=(covariance + covariance.transpose(0, 1, 3, 2)) / 2,
        probability=probability / probability.sum(axis=1, keepdims=True),
    )


def inverse_2x2(matrix: Float[np.ndarray, "*n 2 2"]) -> Float[np.ndarray, "*n 2 2"]:
    """Return the inverses of symmetric, positive definite matrices, in closed form."""
    a, b, d = matrix[..., 0, 0], matrix[..., 0, 1], matrix[..., 1, 1]
    adjugate = np.stack([d, -b, -b, a], axis=-1).reshape(matrix.shape)
    return adjugate / (a * d - b * b)[..., None, None]
