"""What experts are asked about a site, and what they answered."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.errors import StandexError
from standex.planning.expert_quantiles import Quantity

SUM_WITHIN = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One thing that might happen: an item class, carried past at a place and a time.

    Attributes:
        scenario_id: to call it by.
        title: in words.
        item_class: one of the site's.
        place_id: where.
        time_id: when.
        carriers: people who carry an item of the class, per attempt.
    """

    scenario_id: str
    title: str
    item_class: str
    place_id: str
    time_id: str
    carriers: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Expert:
    """Who said it: a code and the nation or body that sent them; never a name."""

    expert_id: str
    nation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many of so many people were seen to carry an everyday item."""

    carried: int
    looked_at: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Elicitation:
    """All that was asked and answered.

    Attributes:
        quantile_p: of all quantiles, such as 0.05, 0.5, 0.95.
        overshoot: of the intrinsic ranges.
        people_per_year: who pass the sensors.
        place_share: of these people, by place; sums to one.
        time_share: the same by time, taken to be alike at each place.
        scenarios: that were asked about.
        experts: who answered.
        seeds: questions with known answers.
        attempts_per_year: at this site; on a logarithmic scale.
        p_scenario: P(scenario | an attempt) by each expert; rows sum to one.
        consequence: of each scenario, if it is not stopped; on a logarithmic scale.
        everyday: counts of what people carry anyway, by item class.
        least_per_person: no prior is below; nobody's imagination is complete. 0: no such limit.
    """

    quantile_p: Float[np.ndarray, " k"]
    overshoot: float
    people_per_year: float
    place_share: Mapping[str, float]
    time_share: Mapping[str, float]
    scenarios: tuple[Scenario, ...]
    experts: tuple[Expert, ...]
    seeds: tuple[Quantity, ...]
    attempts_per_year: Quantity
    p_scenario: Float[np.ndarray, "experts scenarios"]
    consequence: tuple[Quantity, ...]
    everyday: Mapping[str, Counted]
    least_per_person: float = 0.0

    def __post_init__(self) -> None:
        if len(self.experts) < 2:
            raise StandexError(
                f"{len(self.experts)} expert: a joint assessment needs two at least; the opinion "
                "of one is theirs"
            )
        for row, expert in zip(self.p_scenario, self.experts, strict=True):
            # A NaN compares False, and is refused with the rest.
            if not (np.all(row >= 0) and abs(row.sum() - 1) <= SUM_WITHIN):
                raise StandexError(
                    f"expert {expert.expert_id}: the probabilities of the scenarios must be >= 0 "
                    f"and sum to 1, they sum to {row.sum():g}"
                )
        for what, shares in (("places", self.place_share), ("times", self.time_share)):
            total = sum(shares.values())
            if not (min(shares.values()) > 0 and abs(total - 1) <= SUM_WITHIN):
                raise StandexError(
                    f"{what}: the shares of people must be > 0 and sum to 1, they sum to {total:g}"
                )
        for quantity in (self.attempts_per_year, *self.consequence):
            if not quantity.is_log:
                raise ValueError(f"{quantity.name}: must be on a logarithmic scale")
            silent = np.flatnonzero(~quantity.is_answered)
            if len(silent):
                names = ", ".join(self.experts[row].expert_id for row in silent)
                raise StandexError(f"{quantity.name}: no answer of expert {names}")
