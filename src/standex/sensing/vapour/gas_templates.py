"""How the channels of a gas array answer a substance: a shape in time, a pattern over channels."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

LEAST_TIME_S = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GasTemplates:
    """Substances as a gas array answers them; names and classes are the site's.

    Attributes:
        names: of the substances.
        item_class: of each.
        pattern: log response of each channel to each substance at full strength, rows of unit
            norm; negative where a conductance falls.
        rise_s: time constant of each channel while the gas is there.
        decay_s: after it has gone.
    """

    names: tuple[str, ...]
    item_class: tuple[str, ...]
    pattern: Float[np.ndarray, "substances channels"]
    rise_s: Float[np.ndarray, " channels"]
    decay_s: Float[np.ndarray, " channels"]

    def __post_init__(self) -> None:
        n, channels = self.pattern.shape
        if not n or not channels:
            raise ValueError(f"templates of shape {self.pattern.shape} hold nothing")
        if len(self.names) != n or len(self.item_class) != n or len(set(self.names)) != n:
            raise ValueError(
                f"{n} patterns need as many different names and as many classes, got "
                f"{self.names} and {self.item_class}"
            )
        if not np.isfinite(self.pattern).all() or not np.allclose(
            np.linalg.norm(self.pattern, axis=1), 1.0
        ):
            raise ValueError("patterns must be finite, each of norm 1; see templates()")
        times_s = np.concatenate([self.rise_s, self.decay_s])
        if not np.all((times_s >= LEAST_TIME_S) & (times_s < np.inf)):
            raise ValueError(f"rise_s and decay_s must be at least {LEAST_TIME_S} s and finite")

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the item classes that occur, each once, in alphabetical order."""
        return tuple(sorted(set(self.item_class)))


def templates(
    names: tuple[str, ...],
    item_class: tuple[str, ...],
    pattern: Float[np.ndarray, "substances channels"],
    *,
    rise_s: Float[np.ndarray, " channels"],
    decay_s: Float[np.ndarray, " channels"],
) -> GasTemplates:
    """Return templates of patterns of any strength.

    Raises:
        ValueError: a pattern is zero or not finite, or lengths do not fit.
    """
    norm = np.linalg.norm(pattern, axis=1, keepdims=True)
    if not np.all((norm > 0) & np.isfinite(norm)):
        raise ValueError(f"each pattern must be finite and not zero, norms are {norm.ravel()}")
    return GasTemplates(
        names=names,
        item_class=item_class,
        pattern=pattern / norm,
        rise_s=rise_s,
        decay_s=decay_s,
    )


def response_shapes(
    t_s: Float[np.ndarray, " n"],
    *,
    onset_s: Float[np.ndarray, " m"],
    exposure_s: Float[np.ndarray, " m"],
    rise_s: Float[np.ndarray, " channels"],
    decay_s: Float[np.ndarray, " channels"],
) -> Float[np.ndarray, "n channels m"]:
    """Return the answer of each channel to gas that comes at once, stays, and goes.

    First-order kinetics: 1 - exp(-t / rise) while it is there, from where that got to
    exp(-t / decay) afterwards. The answer to gas that stays for ever tends to 1.

    Args:
        t_s: times of the samples.
        onset_s: when the gas comes.
        exposure_s: how long it stays.
        rise_s: of each channel.
        decay_s: of each channel.

    References:
        Gardner, Bartlett, Electronic Noses, 1999, chapter 5 (first-order response).
    """
    since = t_s[:, None, None] - onset_s[None, None, :]
    with_gas = np.clip(since, 0.0, exposure_s[None, None, :])
    after = np.maximum(since - exposure_s[None, None, :], 0.0)
    rise = -np.expm1(-with_gas / rise_s[None, :, None])
    return rise * np.exp(-after / decay_s[None, :, None])
