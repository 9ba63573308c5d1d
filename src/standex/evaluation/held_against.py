"""Two levels of simulation held against each other: rates of each, and of their difference.

Rates are per passage. Of a difference the interval is Newcombe's, from the Wilson intervals of the
two; it says how far apart they may be, not only whether they differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from standex.evaluation.rates import Rate, rate
from standex.evaluation.score import PersonOutcome
from standex.model.picture import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How often, of how many.

    Attributes:
        k: how often.
        n: of how many.
    """

    k: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.k <= self.n:
            raise ValueError(f"k = {self.k} is outside 0..{self.n}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One rate at both levels.

    Attributes:
        raw: at raw level.
        surrogate: at surrogate level.
        low: of surrogate minus raw.
        high: of the same.
        level: of all intervals.
    """

    raw: Rate
    surrogate: Rate
    low: float
    high: float
    level: float

    @property
    def agrees(self) -> bool:
        """Return whether the interval of the difference holds 0."""
        return self.low <= 0 <= self.high

    def __str__(self) -> str:
        return (
            f"{self.raw}\n    surrogate, simulated: {self.surrogate.value:.3f} "
            f"({self.surrogate.k} of {self.surrogate.n}); difference "
            f"{self.surrogate.value - self.raw.value:+.3f} ({self.low:+.3f} to {self.high:+.3f})"
            + ("" if self.agrees else "  DIFFERS")
        )


def counts_of(outcomes: Sequence[PersonOutcome]) -> dict[str, Counted]:
    """Return alarms about carriers and clean people, people not screened, by name of the rate.

    A carrier who was not screened is a miss; a clean person who was not screened is no false alarm.
    """

    def alarmed(group: Sequence[PersonOutcome]) -> Counted:
        return Counted(k=sum(o.outcome is Outcome.ALARM for o in group), n=len(group))

    def of(*classes: str) -> list[PersonOutcome]:
        return [o for o in outcomes if o.item_class.startswith(classes)]

    missed = sum(o.outcome is Outcome.NOT_SCREENED for o in outcomes)
    return {
        "PD per passage, dielectric slab": alarmed(of("threat_dielectric")),
        "PD per passage, metal": alarmed(of("threat_metal")),
        "PD per passage, both": alarmed(of("threat")),
        "PFA per passage, nothing carried": alarmed(of("nothing")),
        "PFA per passage, benign object": alarmed(of("benign")),
        "not screened, of all passages": Counted(k=missed, n=len(outcomes)),
    }


def held(name: str, raw: Counted, surrogate: Counted, *, level: float = 0.95) -> Held:
    """Return a rate at both levels, and the interval of the difference.

    Passages count as independent. People who walk together are not quite, so the intervals are a
    little narrow.

    Raises:
        ValueError: there are no passages at one of the levels.

    References:
        Newcombe, Statistics in Medicine 17 (1998) 873, method 10.
    """
    if not raw.n or not surrogate.n:
        raise ValueError(f"{name}: no passages, {raw.n} at raw level, {surrogate.n} surrogate")
    p, q = raw.k / raw.n, surrogate.k / surrogate.n
    p_low, p_high = _wilson(raw, level)
    q_low, q_high = _wilson(surrogate, level)
    return Held(
        raw=rate(name, raw.k, raw.n, level=level),
        surrogate=rate(name, surrogate.k, surrogate.n, level=level),
        low=q - p - float(np.hypot(q - q_low, p_high - p)),
        high=q - p + float(np.hypot(q_high - q, p - p_low)),
        level=level,
    )


def _wilson(counted: Counted, level: float) -> tuple[float, float]:
    z = float(ndtri(0.5 + level / 2))
    p, n = counted.k / counted.n, counted.n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * float(np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)
    return middle - half, middle + half
