"""Uncertain numbers as experts state them: quantiles, their densities, and mixtures of these."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.errors import StandexError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantity:
    """One uncertain number, and what each expert said of it.

    Attributes:
        name: of the number, for messages.
        answers: one row per expert, quantiles in rising order; a row of NaN where there is none.
        is_log: whether "no opinion" is uniform in the logarithm; then all is positive.
        realisation: what it turned out to be; NaN where nobody knows.
    """

    name: str
    answers: Float[np.ndarray, "experts k"]
    is_log: bool
    realisation: float = float("nan")

    def __post_init__(self) -> None:
        given = self.answers[self.is_answered]
        if not np.isfinite(given).all() or np.isinf(self.realisation):
            raise StandexError(f"{self.name}: a quantile or the realisation is not finite")
        if np.any(np.diff(given, axis=1) <= 0):
            row = given[np.any(np.diff(given, axis=1) <= 0, axis=1)][0]
            raise StandexError(f"{self.name}: quantiles must ascend, got {row.tolist()}")
        if self.is_log and (np.any(given <= 0) or self.realisation <= 0):
            raise StandexError(
                f"{self.name}: on a logarithmic scale all must be above 0; give a small number "
                "instead of 0, or the scale 'uniform'"
            )

    @property
    def is_answered(self) -> np.ndarray:
        """Return which experts said something."""
        return np.asarray(~np.isnan(self.answers).all(axis=1))

    @property
    def scaled(self) -> Float[np.ndarray, "experts k"]:
        """Return the answers on the scale of the background."""
        return np.log(self.answers) if self.is_log else self.answers

    @property
    def scaled_realisation(self) -> float:
        """Return the realisation on the scale of the background."""
        return float(np.log(self.realisation)) if self.is_log else self.realisation

    def intrinsic_range(self, overshoot: float) -> tuple[float, float]:
        """Return from where to where the background reaches, on its scale.

        The smallest interval with all quantiles of all experts and the realisation, longer by
        ``overshoot`` of its length at each end.

        References:
            Cooke, Experts in Uncertainty, 1991, chapter 12.
        """
        if not 0 < overshoot < 10:
            raise ValueError(f"overshoot must be inside (0, 10), got {overshoot}")
        known = np.append(self.scaled[self.is_answered].ravel(), self.scaled_realisation)
        known = known[~np.isnan(known)]
        if len(known) < 2:
            raise StandexError(f"{self.name}: nobody said anything of it")
        low, high = float(known.min()), float(known.max())
        more = overshoot * (high - low)
        return low - more, high + more


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mixture:
    """A linear pool of densities that are each uniform between their quantiles.

    Of all densities with the stated quantiles that is the one with the least information relative
    to the background, which is uniform, or uniform in the logarithm.

    Attributes:
        weight: of each component, sums to one together with ``p_zero``.
        edge: ends and quantiles of each component, on the scale of the background.
        p: probability between two edges.
        is_log: whether that scale is logarithmic.
        p_zero: P(the number is exactly zero); with a logarithmic scale only.
    """

    weight: Float[np.ndarray, " n"]
    edge: Float[np.ndarray, "n edges"]
    p: Float[np.ndarray, " bins"]
    is_log: bool
    p_zero: float = 0.0

    def __post_init__(self) -> None:
        total = float(self.weight.sum()) + self.p_zero
        if np.any(self.weight < 0) or not np.isclose(total, 1.0):
            raise ValueError(f"weights must be >= 0 and sum to 1, they sum to {total}")
        if self.edge.shape[1] != len(self.p) + 1 or np.any(np.diff(self.edge, axis=1) <= 0):
            raise ValueError("edges must ascend, one more than there are bins")

    def mean(self) -> float:
        """Return the expected value."""
        low, high = self.edge[:, :-1], self.edge[:, 1:]
        if self.is_log:
            middle = np.exp(low) * np.expm1(high - low) / (high - low)
        else:
            middle = (low + high) / 2
        return float(self.weight @ (middle @ self.p))

    def quantile(self, p: float) -> float:
        """Return the value that is not exceeded with probability ``p``.

        Exact: the distribution function is straight between two edges of any component.
        """
        if not 0 < p < 1:
            raise ValueError(f"p must be inside (0, 1), got {p}")
        if p <= self.p_zero:
            return 0.0
        used = self.weight > 0
        below = np.concatenate([[0.0], np.cumsum(self.p)])
        below[-1] = 1.0
        at = np.unique(self.edge[used])
        cdf = self.p_zero + sum(
            weight * np.interp(at, edge, below)
            for weight, edge in zip(self.weight[used], self.edge[used], strict=True)
        )
        value = float(np.interp(p, cdf, at))
        return float(np.exp(value)) if self.is_log else value


def bin_shares(quantile_p: Float[np.ndarray, " k"]) -> Float[np.ndarray, " bins"]:
    """Return the probability below, between and above quantiles, such as 5, 45, 45 and 5 %.

    Raises:
        ValueError: they are not inside (0, 1) or do not ascend.
    """
    edges = np.concatenate([[0.0], quantile_p, [1.0]])
    if not np.all(np.diff(edges) > 0):
        raise ValueError(f"quantiles must ascend inside (0, 1), got {quantile_p.tolist()}")
    return np.diff(edges)


def edges_of(quantity: Quantity, *, overshoot: float) -> Float[np.ndarray, "experts edges"]:
    """Return each expert's edges between the ends of the intrinsic range; NaN without answer."""
    low, high = quantity.intrinsic_range(overshoot)
    scaled = quantity.scaled
    ends = np.where(quantity.is_answered[:, None], [[low, high]], np.nan)
    return np.column_stack([ends[:, :1], scaled, ends[:, 1:]])


def pooled(
    quantity: Quantity,
    weight: Float[np.ndarray, " experts"],
    *,
    quantile_p: Float[np.ndarray, " k"],
    overshoot: float,
) -> Mixture:
    """Return the linear pool of what the experts said.

    Experts who said nothing of it are left out, and the other weights scaled up.

    Raises:
        StandexError: nobody with a weight said anything of it.
    """
    used = quantity.is_answered & (weight > 0)
    if not used.any():
        raise StandexError(f"{quantity.name}: nobody with a weight said anything of it")
    return Mixture(
        weight=weight[used] / weight[used].sum(),
        edge=edges_of(quantity, overshoot=overshoot)[used],
        p=bin_shares(quantile_p),
        is_log=quantity.is_log,
    )


def information(
    quantity: Quantity, *, quantile_p: Float[np.ndarray, " k"], overshoot: float
) -> Float[np.ndarray, " experts"]:
    """Return the information of each expert's density relative to the background, nats.

    ``sum_i p_i ln(p_i / r_i)`` with r_i the share of the intrinsic range in bin i; NaN where there
    is no answer. It compares experts on one question; it has no meaning by itself, since it grows
    with the range that the others span.

    References:
        Cooke, Experts in Uncertainty, 1991, chapter 12.
    """
    p = bin_shares(quantile_p)
    edges = edges_of(quantity, overshoot=overshoot)
    share = np.diff(edges, axis=1) / (edges[:, -1:] - edges[:, :1])
    return np.asarray((p * np.log(p / share)).sum(axis=1))
