"""How likely somebody who begins to be followed is somebody who was followed before.

Three ways lead from a departed person to a newcomer: they walked on as they were walking, they took
another way at a walk, or they came back in their own time. Against them stands that the newcomer
has never been here. Clothing, where both descriptors are known, counts for itself.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float

from standex.model.hand_over import Departed, Ending, Flow, Seen
from standex.tracking.flow import fresh_per_s, log_normal, log_std_of

NEVER = -1e9  # log weight of what cannot be
FAR_M, FAR_M_PER_S = 3.0, 0.7
APPEARS_S = 4.0  # within about this time whoever walks on is in sight again


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospects:
    """What becomes of people by where they ended; what is missing to one never appears again.

    Attributes:
        p_on: P(walked on, into sight again).
        p_round: P(into sight again at a walk, by another way).
        p_back: P(comes back later).
    """

    p_on: float
    p_round: float
    p_back: float


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Reunion:
    """What is stated of how people come again.

    Who walks on keeps the velocity they were last seen with, less a deviation that fades (an
    Ornstein-Uhlenbeck process), so their place spreads with time. Who goes round needs about the
    time of the straight way at a walk. Who comes back takes a log-normal time. The last two are
    drawn, area by area of the plan, towards what joins have shown.

    Attributes:
        gap: prospects of who ended in a gap, or in sight.
        edge: of who ended at the edge of what is looked at.
        line: of who ended beyond an exit line.
        wander_m_per_s: standard deviation of the deviation from that velocity, per axis.
        wander_s: its correlation time.
        speed_std_m_per_s: of the velocity of people in general, per axis.
        walking_m_per_s: speed of a walk.
        detour: of another way, over the straight one.
        detour_log_std: of its time.
        entrance_width_m: across which people come into sight.
        fresh_prior_per_s: rate of people never followed before, per area, until counted.
        fresh_prior_s: as much counting is that prior worth.
        return_median_s: time until somebody comes back, until counted.
        return_log_std: of that.
        flow_prior_weight: as many people are the priors of share and time of a way worth.
        descriptor_within: standard deviation of a component of the descriptor, same person.
        descriptor_between: the same from person to person.
        descriptor_bound: largest log-likelihood ratio that clothing may give, for or against;
            tails of clothing are no Gaussians.
        max_walk_s: nobody walks on unseen for longer; it bounds the work.
    """

    gap: Prospects = Prospects(p_on=0.7, p_round=0.2, p_back=0.05)
    edge: Prospects = Prospects(p_on=0.2, p_round=0.1, p_back=0.1)
    line: Prospects = Prospects(p_on=0.02, p_round=0.03, p_back=0.1)
    wander_m_per_s: float = 0.4
    wander_s: float = 3.0
    speed_std_m_per_s: float = 1.2
    walking_m_per_s: float = 1.3
    detour: float = 1.3
    detour_log_std: float = 0.5
    entrance_width_m: float = 4.0
    fresh_prior_per_s: float = 0.05
    fresh_prior_s: float = 60.0
    return_median_s: float = 60.0
    return_log_std: float = 1.0
    flow_prior_weight: float = 3.0
    descriptor_within: float = 0.1
    descriptor_between: float = 0.4
    descriptor_bound: float = 12.0
    max_walk_s: float = 20.0

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing.

        Raises:
            ValueError: a setting is outside its range; it is named with its value.
        """
        for name in ("wander_m_per_s", "wander_s", "speed_std_m_per_s", "walking_m_per_s",
                     "detour", "detour_log_std", "entrance_width_m", "fresh_prior_per_s",
                     "fresh_prior_s", "return_median_s", "return_log_std", "flow_prior_weight",
                     "descriptor_within", "descriptor_between", "max_walk_s"):  # fmt: skip
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be finite and above 0, got {getattr(self, name)}")
        if not 0 <= self.descriptor_bound < np.inf:
            raise ValueError(f"descriptor_bound must not be below 0, got {self.descriptor_bound}")
        for one in (self.gap, self.edge, self.line):
            parts = (one.p_on, one.p_round, one.p_back)
            if not (min(parts) > 0 and sum(parts) < 1):
                raise ValueError(f"prospects must be above 0 and sum to less than 1, got {one}")

    def prospects(self, endings: tuple[Ending, ...]) -> Float[np.ndarray, "n 3"]:
        """Return P(walked on), P(went round), P(comes back) of who ended there."""
        of = {
            ending: (one.p_on, one.p_round, one.p_back)
            for ending, one in (
                (Ending.GAP, self.gap),
                (Ending.EDGE, self.edge),
                (Ending.LINE, self.line),
            )
        }
        return np.array([of[ending] for ending in endings]).reshape(-1, 3)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weights:
    """Log weights of departed people (rows) and newcomers (columns), and what they are made of.

    Attributes:
        total: log of P(they are one) over P(they are two), for the pair alone.
        walked_on: part of the first of the three ways.
        went: part of the other two.
        clothing: log-likelihood ratio of the descriptors; 0 where one is not known.
        off_m: from where the departed one would be by walking on.
        took_s: between the two sights.
    """

    total: Float[np.ndarray, "n m"]
    walked_on: Float[np.ndarray, "n m"]
    went: Float[np.ndarray, "n m"]
    clothing: Float[np.ndarray, "n m"]
    off_m: Float[np.ndarray, "n m"]
    took_s: Float[np.ndarray, "n m"]


def weights(
    model: Reunion, departed: Departed, newcomers: Seen, flow: Flow, *, t_utc_ns: int
) -> Weights:
    """Return how likely each newcomer is each departed person, against two different people.

    Args:
        model: what is stated.
        departed: as last seen.
        newcomers: as first confirmed; who came before the other was last seen is another.
        flow: learned.
        t_utc_ns: now; who should have appeared long ago and has not, will not.
    """
    last = departed.last
    took_s = (newcomers.t_utc_ns[None, :] - last.t_utc_ns[:, None]) * 1e-9
    fresh = np.array(
        [
            fresh_per_s(
                flow,
                area,
                t_utc_ns=t_utc_ns,
                prior_per_s=model.fresh_prior_per_s,
                prior_s=model.fresh_prior_s,
            )
            for area in newcomers.area.tolist()
        ]
    )
    prospects = model.prospects(departed.ending)
    walked_on, off_m = _walked_on(model, last, newcomers, took_s, prospects[:, 0], fresh)
    went = _went(model, last, newcomers, flow, took_s, prospects[:, 1:], fresh)
    clothing = _clothing(model, last.descriptor, newcomers.descriptor)
    age_s = (t_utc_ns - last.t_utc_ns) * 1e-9
    never_seen = 1 - prospects[:, 0] * -np.expm1(-np.maximum(age_s, 0) / APPEARS_S)
    total = np.logaddexp(walked_on, went) + clothing - np.log(never_seen)[:, None]
    possible = (took_s > 0) & (last.track_id[:, None] != newcomers.track_id[None, :])
    return Weights(
        total=np.where(possible & np.isfinite(total), total, NEVER),
        walked_on=walked_on,
        went=went,
        clothing=clothing,
        off_m=off_m,
        took_s=took_s,
    )


def _walked_on(
    model: Reunion,
    last: Seen,
    newcomers: Seen,
    took_s: Float[np.ndarray, "n m"],
    p_on: Float[np.ndarray, " n"],
    fresh: Float[np.ndarray, " m"],
) -> tuple[Float[np.ndarray, "n m"], Float[np.ndarray, "n m"]]:
    """Return the log ratio of place and velocity, and the distance from the expected place.

    Newcomers stand as densely at an entrance as their rate over its width and their speed.
    """
    weight = np.full(took_s.shape, NEVER)
    off_m = np.full(took_s.shape, np.nan)
    i, j = np.nonzero((took_s > 0) & (took_s <= model.max_walk_s))
    t_s = took_s[i, j]
    walked_m = last.mean[i, :2] + t_s[:, None] * last.mean[i, 2:] - newcomers.mean[j, :2]
    # Who is further off than anybody may go astray is not weighed: it bounds the work.
    near = np.hypot(walked_m[:, 0], walked_m[:, 1]) <= FAR_M + FAR_M_PER_S * t_s
    i, j, t_s = i[near], j[near], t_s[near]
    if not len(i):
        return weight, off_m
    forward = np.tile(np.eye(4), (len(i), 1, 1))
    forward[:, [0, 1], [2, 3]] = t_s[:, None]
    innovation = newcomers.mean[j] - (forward @ last.mean[i, :, None])[:, :, 0]
    covariance = forward @ last.covariance[i] @ forward.transpose(0, 2, 1)
    covariance += wander(t_s, std_m_per_s=model.wander_m_per_s, time_s=model.wander_s)
    covariance += newcomers.covariance[j]
    speed = model.speed_std_m_per_s**2 * np.eye(2) + newcomers.covariance[j][:, 2:, 2:]
    per_m2 = fresh[j] / (model.entrance_width_m * model.walking_m_per_s)
    weight[i, j] = (
        np.log(p_on[i])
        + _log_gaussian(innovation, covariance)
        - np.log(per_m2)
        - _log_gaussian(newcomers.mean[j, 2:], speed)
    )
    off_m[i, j] = np.hypot(innovation[:, 0], innovation[:, 1])
    return weight, off_m


def _went(
    model: Reunion,
    last: Seen,
    newcomers: Seen,
    flow: Flow,
    took_s: Float[np.ndarray, "n m"],
    p_other: Float[np.ndarray, "n 2"],
    fresh: Float[np.ndarray, " m"],
) -> Float[np.ndarray, "n m"]:
    """Return the log ratio of the time, for who took another way or came back."""
    if not took_s.size:
        return np.full(took_s.shape, NEVER)
    p_round, p_back = p_other[:, :1], p_other[:, 1:]
    apart_m = np.hypot(*(newcomers.mean[None, :, :2] - last.mean[:, None, :2]).transpose(2, 0, 1))
    walk_s = np.maximum(apart_m, 1.0) * model.detour / model.walking_m_per_s
    walk = log_normal(took_s, median_s=walk_s, log_std=np.array(model.detour_log_std))
    back = log_normal(
        took_s,
        median_s=np.array(model.return_median_s),
        log_std=np.array(model.return_log_std),
    )
    entries = max(1, len(flow.n_fresh))
    prior = model.flow_prior_weight * (p_round * walk + p_back * back) / entries
    learned, n_left = np.zeros(took_s.shape), np.zeros(took_s.shape)
    for left in sorted({int(area) for area in last.area}):
        rows = np.flatnonzero(last.area == left)
        n_left[rows] = flow.n_left.get(left, 0.0)
        for entered in sorted({int(area) for area in newcomers.area}):
            travel = flow.travel.get((left, entered))
            if travel is not None:
                block = np.ix_(rows, np.flatnonzero(newcomers.area == entered))
                learned[block] = travel.weight * log_normal(
                    took_s[block],
                    median_s=np.array(np.exp(travel.mean_log_s)),
                    log_std=np.array(log_std_of(travel)),
                )
    per_s = (prior + learned) / (model.flow_prior_weight + n_left)
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(per_s) - np.log(fresh), NEVER)


def _clothing(
    model: Reunion, one: Float[np.ndarray, "n k"], other: Float[np.ndarray, "m c"]
) -> Float[np.ndarray, "n m"]:
    """Return the log-likelihood ratio of each two descriptors, 0 where one is not known.

    Components are independent Gaussians alike in all directions, so a rotation of the
    descriptors, as each site and day has its own, changes nothing.
    """
    if one.shape[1] != other.shape[1] or not one.shape[1]:
        return np.zeros((len(one), len(other)))
    same = 2 * model.descriptor_within**2
    different = same + 2 * model.descriptor_between**2
    squared = ((one[:, None, :] - other[None, :, :]) ** 2).sum(axis=2)
    ratio = 0.5 * one.shape[1] * np.log(different / same)
    ratio = ratio - 0.5 * squared * (1 / same - 1 / different)
    bound = model.descriptor_bound
    return np.where(np.isfinite(ratio), np.clip(ratio, -bound, bound), 0.0)


def wander(
    t_s: Float[np.ndarray, " n"], *, std_m_per_s: float, time_s: float
) -> Float[np.ndarray, "n 4 4"]:
    """Return by how much place and velocity have left a straight way after some time.

    The deviation of the velocity is an Ornstein-Uhlenbeck process that begins at zero.

    References:
        Gillespie, Physical Review E 54 (1996) 2084.
    """
    x = t_s / time_s
    fade = np.exp(-x)
    place = std_m_per_s**2 * time_s**2 * (2 * x - 3 + 4 * fade - fade**2)
    both = std_m_per_s**2 * time_s * (1 - fade) ** 2
    speed = std_m_per_s**2 * (1 - fade**2)
    out = np.zeros((len(t_s), 4, 4))
    for axis in (0, 1):
        out[:, axis, axis] = np.maximum(place, 0)
        out[:, axis, axis + 2] = out[:, axis + 2, axis] = both
        out[:, axis + 2, axis + 2] = speed
    return out


def _log_gaussian(
    off: Float[np.ndarray, "n d"], covariance: Float[np.ndarray, "n d d"]
) -> Float[np.ndarray, " n"]:
    squared = np.einsum("ni,ni->n", off, np.linalg.solve(covariance, off[:, :, None])[:, :, 0])
    _, log_determinant = np.linalg.slogdet(covariance)
    return -0.5 * (squared + log_determinant + off.shape[1] * np.log(2 * np.pi))
