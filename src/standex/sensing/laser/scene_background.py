"""What the scene itself has shown in the last seconds, without learning a residue away."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.sensing.laser.joint_fit import JointFit

REMARKABLE_Z = 4.0
MIN_SHARE = 0.3  # of what the nuisances leave, explained by one entry: then that is what it is
EDGE = 1.1  # over the largest singular value squared that noise alone has
MAX_GROUP_SHARE = 0.5
MIN_GROUPS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SceneBackground:
    """What unremarkable shots of the last seconds left over; state in, state out.

    Attributes:
        memory_s: how long a shot is kept.
        max_per_group: shots kept of one group (one task at one person), the latest.
        residual_counts: shots less their nuisances.
        sigma_counts: noise of each channel of each, from its own light.
        t_utc_ns: of each.
        group: of each.
    """

    memory_s: float
    max_per_group: int
    residual_counts: Float[np.ndarray, "rows channels"]
    sigma_counts: Float[np.ndarray, "rows channels"]
    t_utc_ns: Int[np.ndarray, " rows"]
    group: tuple[str, ...]

    @classmethod
    def empty(
        cls, *, n_channels: int, memory_s: float = 60.0, max_per_group: int = 4
    ) -> "SceneBackground":
        """Return one that has seen nothing.

        Raises:
            ValueError: ``memory_s`` is not above 0, or ``max_per_group`` is below 1.
        """
        if not memory_s > 0 or max_per_group < 1:
            raise ValueError(
                f"memory_s must be above 0 and max_per_group at least 1, "
                f"got {memory_s} and {max_per_group}"
            )
        return cls(
            memory_s=memory_s,
            max_per_group=max_per_group,
            residual_counts=np.zeros((0, n_channels)),
            sigma_counts=np.zeros((0, n_channels)),
            t_utc_ns=np.zeros(0, dtype=np.int64),
            group=(),
        )


def is_unremarkable(
    signal_counts: Float[np.ndarray, "shots channels"],
    *,
    fit: JointFit,
    guarded: Int[np.ndarray, " guarded"],
) -> Bool[np.ndarray, " shots"]:
    """Return which shots may be learnt from.

    A shot is refused when a guarded entry stands out (z > 4) and explains a good part (0.3) of
    the chi-square in excess: a residue does both. An unknown fabric leaves more than any one
    entry explains, and may be learnt although some entries resemble it.

    Args:
        signal_counts: dark taken off.
        fit: without learnt directions.
        guarded: rows of the library that must never be learnt away.

    Raises:
        ValueError: a spectrum is not finite, or of other channels.
    """
    z = fit.z(signal_counts)[:, guarded]
    left = fit.residual(signal_counts)
    along = np.maximum(left @ fit.matrix[:, guarded], 0) ** 2
    chi_square = np.einsum("ij,ij->i", left, left)
    excess = chi_square * (1 - 1 / fit.inflation(signal_counts))
    is_like = (z > REMARKABLE_Z) & (along > MIN_SHARE * excess[:, None])
    return ~is_like.any(axis=1)


def learn(
    scene: SceneBackground,
    signal_counts: Float[np.ndarray, "shots channels"],
    *,
    fit: JointFit,
    guarded: Int[np.ndarray, " guarded"],
    t_utc_ns: int,
    group: str,
) -> SceneBackground:
    """Return the scene with the unremarkable ones of these shots in it, and old ones gone.

    Args:
        scene: so far.
        signal_counts: shots of one group, dark taken off.
        fit: without learnt directions.
        guarded: rows of the library that must never be learnt away.
        t_utc_ns: of the shots.
        group: whose they are: the task, or the person.

    Raises:
        ValueError: time runs backwards, or see ``is_unremarkable``.
    """
    if len(scene.t_utc_ns) and t_utc_ns < scene.t_utc_ns[-1]:
        raise ValueError(
            f"shots must come in time order: {t_utc_ns} after {int(scene.t_utc_ns[-1])}"
        )
    good = is_unremarkable(signal_counts, fit=fit, guarded=guarded)
    fresh = fit.residual(signal_counts[good]) / fit.weight
    noise = np.sqrt(fit.model.noise.variance_counts2(signal_counts[good] - fresh))
    residual = np.concatenate([scene.residual_counts, fresh])
    times = np.concatenate([scene.t_utc_ns, np.full(len(fresh), t_utc_ns, dtype=np.int64)])
    groups = np.array([*scene.group, *[group] * len(fresh)], dtype=object)
    kept = times >= t_utc_ns - int(scene.memory_s * 1e9)
    surplus = np.flatnonzero(kept & (groups == group))[: -scene.max_per_group]
    kept[surplus] = False
    return replace(
        scene,
        residual_counts=residual[kept],
        sigma_counts=np.concatenate([scene.sigma_counts, noise])[kept],
        t_utc_ns=times[kept],
        group=tuple(str(name) for name in groups[kept]),
    )


def directions(
    scene: SceneBackground,
    *,
    fit: JointFit,
    guarded: Int[np.ndarray, " guarded"],
    not_of_group: str,
    max_directions: int = 3,
    min_retained: float = 0.8,
) -> Float[np.ndarray, "directions channels"]:
    """Return what the scene has in common beyond the nuisances, in counts, strongest first.

    Principal directions of the kept shots, each accepted only if

    - it stands above what noise alone gives (the edge of Marchenko and Pastur);
    - it is no group's own: the group about to be judged is left out, there are three others at
      least, and no one of them holds more than half of it. What a person carries through all of
      his own shots is therefore never taken for his background;
    - every guarded entry keeps at least ``min_retained`` of its length, and so of its z, beside
      all accepted directions together. A residue that every group shows (a dirty window, a fault,
      an attempt to teach it) resembles its own entry and is refused, and so is all that is
      weaker: part of it may be that residue's noise.

    What this cannot tell apart: a residue that lies on one fabric in one and the same proportion in
    several groups; of that fabric's direction, a part up to the stated loss may be the residue.

    Args:
        scene: so far.
        fit: without learnt directions; weights and nuisances.
        guarded: rows of the library that must never be learnt away.
        not_of_group: the group about to be judged; its own shots are left out.
        max_directions: at most.
        min_retained: of each guarded entry, in (0, 1].

    Raises:
        ValueError: ``min_retained`` is outside (0, 1].

    References:
        Marchenko, Pastur, Math. USSR Sb. 1 (1967) 457.
    """
    if not 0 < min_retained <= 1:
        raise ValueError(f"min_retained must be in (0, 1], got {min_retained}")
    groups = np.array(scene.group, dtype=object)
    others = groups != not_of_group
    groups = groups[others]
    none = np.zeros((0, len(fit.weight)))
    if len(set(groups.tolist())) < MIN_GROUPS:
        return none
    # Each shot over its own noise, or bright shots' noise would look like something in common.
    sigma = scene.sigma_counts[others]
    white = scene.residual_counts[others] / sigma
    typical = sigma.mean(axis=0) * fit.weight
    n_free = len(fit.weight) - fit.basis.shape[1]
    noise_edge = EDGE * (np.sqrt(n_free) + np.sqrt(len(white))) ** 2
    shots, size, rows = np.linalg.svd(white, full_matrices=False)
    entries = fit.matrix[:, : fit.n_entries][:, guarded].astype(np.float64)
    accepted = np.zeros((0, len(fit.weight)))
    for i in range(len(size)):
        if size[i] ** 2 <= noise_edge or len(accepted) == max_directions:
            break
        if max(np.sum(shots[groups == g, i] ** 2) for g in set(groups.tolist())) > MAX_GROUP_SHARE:
            continue
        one = rows[i] * typical
        one = one - fit.basis @ (fit.basis.T @ one)
        one = one - accepted.T @ (accepted @ one)
        more = np.concatenate([accepted, one[None] / np.linalg.norm(one)])
        lost = np.sum((more @ entries) ** 2, axis=0)
        if not (1 - lost >= min_retained**2).all():
            break
        accepted = more
    return accepted / fit.weight
