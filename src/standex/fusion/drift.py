"""Whose air was it: a look at an inlet, shared among people of whom several may add to it."""

import numpy as np
from jaxtyping import Float, Int

from standex.model.observation import DriftFootprint
from standex.model.tracks import Snapshot

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(32)
# On 0 to 1; exact for polynomials up to degree 63, which is that many people at one inlet.
HALF, SHARE = 0.5 * (NODES + 1), 0.5 * NODE_WEIGHTS
MAX_GAP_S = 1.0  # to a snapshot, from any moment that one stands for


def thinned(history: tuple[Snapshot, ...], *, step_s: float) -> tuple[Snapshot, ...]:
    """Return a snapshot every ``step_s`` at most, the oldest and the newest among them.

    Air spreads over metres while it drifts: where people were every half second is enough for it,
    and a minute of that takes little room.

    Args:
        history: oldest first.
        step_s: least time between two of them.
    """
    kept: list[Snapshot] = []
    for past in history:
        if not kept or (past.t_utc_ns - kept[-1].t_utc_ns) * 1e-9 >= step_s or past is history[-1]:
            kept.append(past)
    return tuple(kept)


def drift_weights(
    footprint: DriftFootprint, history: tuple[Snapshot, ...], *, t_utc_ns: int
) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Return everybody who was there, departed people too, and P(they contributed).

    A person contributed with the largest weight that the footprint has anywhere on their way, each
    place blurred by how surely it is known (five points of a Gaussian). The largest, not a sum: the
    moments of one way are not independent, and the result must not hang on how many of them were
    kept. Several may have contributed: the weights do not sum to anything. Where the footprint does
    not reach there is none.

    Args:
        footprint: of the look.
        history: where people were, oldest first, as far back as the footprint reaches.
        t_utc_ns: of the look.

    Raises:
        ValueError: the footprint has no cells, its axes do not ascend, or a weight is not inside
            [0, 1].
    """
    _check(footprint)
    ages = [(t_utc_ns - past.t_utc_ns) * 1e-9 for past in history]
    reach_s = float(footprint.age_s[-1]) + MAX_GAP_S
    near = [
        (age, past)
        for age, past in zip(ages, history, strict=True)
        if -MAX_GAP_S <= age <= reach_s and len(past.track_id)
    ]
    if not near:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    age_s = np.concatenate([np.full(len(past.track_id), age) for age, past in near])
    place = np.concatenate([past.position_site_m for _, past in near])
    spread = np.concatenate([past.covariance_site_m2 for _, past in near])
    track_id, row = np.unique(
        np.concatenate([past.track_id for _, past in near]), return_inverse=True
    )
    seen = np.zeros(len(age_s))
    for offset, share in _sigma_points(spread):
        seen += share * _weight_at(footprint, age_s, place + offset)
    weight = np.zeros(len(track_id))
    np.maximum.at(weight, row, np.clip(seen, 0.0, 1.0))
    return track_id.astype(np.int64), weight


def shared(
    log_likelihood: Float[np.ndarray, " classes"],
    log_clutter: float,
    weight: Float[np.ndarray, " n"],
    state: Float[np.ndarray, "n classes"],
) -> Float[np.ndarray, "n classes"]:
    """Return what a look says about each person when several may have added to it.

    Each person contributes by themselves with their weight. Whoever contributes and carries
    something is a source; the air of people who carry nothing takes nothing away from it. The look
    shows one of the sources, each as likely: p(e) is the mean of p(e | class) over them. Without a
    source it shows what clean people smell of, p(e | nothing); without a contributor, clutter. For
    person i of class c all others' contributions and classes are summed over, exactly: with N other
    sources, E[1 / (1 + N)] is the integral of E[x^N] over 0 to 1.

    As with any look: where the weight is 0 the result is the same for every class; and it speaks
    for a class no more than it would for somebody who alone can have caused it, as long as what
    others may carry explains it no worse than ``nothing`` does.

    Args:
        log_likelihood: log p(e | class), the first class being ``nothing``.
        log_clutter: log p(e | nobody contributed), same constant.
        weight: P(contributed) of each person.
        state: class of each person without this look; rows sum to one.

    Raises:
        ValueError: a weight is not inside [0, 1], or a likelihood is not finite.
    """
    if not np.all((weight >= 0) & (weight <= 1)):
        raise ValueError(f"weights must be inside [0, 1], got {weight}")
    if not (np.isfinite(log_likelihood).all() and np.isfinite(log_clutter)):
        raise ValueError(f"likelihoods must be finite, got {log_likelihood}, {log_clutter}")
    peak = max(float(log_likelihood.max()), log_clutter)
    likelihood, clutter = np.exp(log_likelihood - peak), float(np.exp(log_clutter - peak))
    clean = state[:, 0]
    source = weight * (1 - clean)
    quiet = 1 - source
    absent = 1 - weight
    says = weight * (state[:, 1:] @ likelihood[1:])  # source j, and what a look at it alone says
    # P(no source) and E[x^N], of all but one and of all but two.
    factor = quiet[:, None] + source[:, None] * HALF
    result = np.empty((len(weight), len(likelihood)))
    for person in range(len(weight)):
        rest = np.delete(np.arange(len(weight)), person)
        no_source, nobody = float(np.prod(quiet[rest])), float(np.prod(absent[rest]))
        others = _without_each(factor[rest])
        mixed = float(says[rest] @ (others @ SHARE))  # one of the other sources, without the person
        with_one = float(says[rest] @ (others @ (SHARE * HALF)))  # the same, the person another
        alone = float(np.prod(factor[rest], axis=0) @ SHARE)  # E[1 / (1 + N)]
        without = nobody * clutter + (no_source - nobody) * likelihood[0] + mixed
        given = likelihood * alone + with_one
        given[0] = no_source * likelihood[0] + mixed
        b = weight[person]
        result[person] = b * given + (1 - b) * without
    return peak + np.log(np.maximum(result, 1e-300))


def _without_each(factor: np.ndarray) -> np.ndarray:
    """Return the product of all rows but each; products from both ends, so nothing is divided."""
    n = len(factor)
    before, after = np.ones_like(factor), np.ones_like(factor)
    for row in range(1, n):
        before[row] = before[row - 1] * factor[row - 1]
        after[n - 1 - row] = after[n - row] * factor[n - row]
    return before * after


def _sigma_points(spread: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """Return offsets and shares that have mean 0 and the covariances."""
    xx, xy, yy = spread[:, 0, 0], spread[:, 0, 1], spread[:, 1, 1]
    first = np.sqrt(np.maximum(xx, 0.0))
    low = np.divide(xy, first, out=np.zeros_like(first), where=first > 0)
    rest = np.sqrt(np.maximum(yy - low**2, 0.0))
    scale = np.sqrt(3.0)
    along = scale * np.stack([first, low], axis=1)
    across = scale * np.stack([np.zeros_like(rest), rest], axis=1)
    return [(0 * along, 1 / 3), *((one, 1 / 6) for one in (along, -along, across, -across))]


def _weight_at(footprint: DriftFootprint, age_s: np.ndarray, place_m: np.ndarray) -> np.ndarray:
    """Return the weight between the grid's cells, linear in each axis; 0 outside its cells."""
    axes = (footprint.age_s, footprint.x_site_m, footprint.y_site_m)
    values = (age_s, place_m[:, 0], place_m[:, 1])
    rows, shares = [], []
    inside = np.ones(len(age_s), dtype=bool)
    for axis, value in zip(axes, values, strict=True):
        edge = 0.5 * float(axis[1] - axis[0]) if len(axis) > 1 else MAX_GAP_S
        last = 0.5 * float(axis[-1] - axis[-2]) if len(axis) > 1 else MAX_GAP_S
        inside &= (value >= axis[0] - edge) & (value <= axis[-1] + last)
        row = np.clip(np.searchsorted(axis, value) - 1, 0, max(len(axis) - 2, 0))
        if len(axis) > 1:
            share = np.clip((value - axis[row]) / (axis[row + 1] - axis[row]), 0.0, 1.0)
        else:
            share = np.zeros(len(value))
        rows.append(row)
        shares.append(share)
    total = np.zeros(len(age_s))
    for corner in range(8):
        part, at = np.ones(len(age_s)), []
        for k, axis in enumerate(axes):
            up = (corner >> k) & 1
            part = part * (shares[k] if up else 1 - shares[k])
            at.append(np.minimum(rows[k] + up, len(axis) - 1))
        total += part * footprint.weight[at[0], at[1], at[2]]
    return np.where(inside, total, 0.0)


def _check(footprint: DriftFootprint) -> None:
    for axis in (footprint.age_s, footprint.x_site_m, footprint.y_site_m):
        if not len(axis) or not np.isfinite(axis).all() or np.any(np.diff(axis) <= 0):
            raise ValueError("a footprint's axes must be finite and ascend, with a cell at least")
    # Written so that a NaN fails.
    if not np.all((footprint.weight >= 0) & (footprint.weight <= 1)):
        raise ValueError("weights of a footprint must be inside [0, 1]")
