"""Joint threat assessment: what several experts expect at a site, as priors and weights.

Each expert says how many attempts a year there are, how they fall on the scenarios, and what each
would cost. The whole opinion of an expert is pooled, not its parts: an expert who expects many
attempts, all of one kind, is not to lend their number to another's kinds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from standex.evaluation.rates import rate
from standex.model.errors import StandexError
from standex.planning.classical_model import ClassicalWeights, classical_weights
from standex.planning.elicitation import Counted, Elicitation
from standex.planning.expert_quantiles import (
    Mixture,
    Quantity,
    bin_shares,
    edges_of,
    information,
    pooled,
)

Weighting = Literal["classical", "equal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """P(a person carries an item of a class), and how sure that is.

    Attributes:
        item_class: which.
        per_person: the figure for the site file: the mean, since P of an uncertain rate is its
            expectation.
        low: 5 % of the opinion, or of the count's interval, is below.
        median: half of it.
        high: 95 %.
        basis: in words.
    """

    item_class: str
    per_person: float
    low: float
    median: float
    high: float
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Assessment:
    """What came of it.

    Attributes:
        elicitation: that it is made from.
        weighting: how experts were weighed for ``priors`` and ``scenario_weight``.
        weight: of each expert in that.
        classical: scores on the seed questions; None where not all answered any.
        priors: of the classes that were asked about or counted, whole site or one place and time.
        priors_equal: the same with equal weights.
        priors_by_expert: what each expert alone would make them.
        priors_without: for each expert, the priors with that expert left out.
        place_time_prior: mean prior of each threat class by place and time.
        p_scenario: pooled P(scenario | an attempt).
        scenario_weight: share of the expected consequence, sums to one: how much a figure of the
            evaluation for this scenario should count.
        disagreement_bits: Jensen-Shannon divergence of the experts' scenario probabilities; 0 is
            full agreement, ``log2`` of the number of experts none.
        information_nats: of each expert, over all that was not a seed question.
        place_id: that the priors are for; empty for all.
        time_id: same.
    """

    elicitation: Elicitation
    weighting: Weighting
    weight: Float[np.ndarray, " experts"]
    classical: ClassicalWeights | None
    priors: tuple[Prior, ...]
    priors_equal: tuple[Prior, ...]
    priors_by_expert: tuple[tuple[Prior, ...], ...]
    priors_without: tuple[tuple[Prior, ...], ...]
    place_time_prior: Mapping[tuple[str, str, str], float]
    p_scenario: Float[np.ndarray, " scenarios"]
    scenario_weight: Float[np.ndarray, " scenarios"]
    disagreement_bits: float
    information_nats: Float[np.ndarray, " experts"]
    place_id: str = ""
    time_id: str = ""


def assess(
    given: Elicitation,
    *,
    classes: Sequence[str],
    weighting: Weighting = "classical",
    cutoff: float | None = None,
    place_id: str = "",
    time_id: str = "",
) -> Assessment:
    """Return priors and weights from what the experts said.

    The prior of a threat class is the expected number of its carriers a year over the people a
    year. An expert's own number of attempts and its consequence are taken as independent.

    Args:
        given: what was asked and answered.
        classes: of the site, ``nothing`` first.
        weighting: of the experts.
        cutoff: of the classical model; None to have it optimised.
        place_id: priors for people at this place only.
        time_id: at this time only.

    Raises:
        StandexError: a scenario or a count is of a class that the site does not have; a threat
            class has no scenario; the experts cannot be weighed; place or time is unknown.
    """
    _check_classes(given, classes)
    _check_place(given, place_id, time_id)
    names = [one.expert_id for one in given.experts]
    n = len(names)
    classical = None
    if weighting == "classical" or (given.seeds and _have_all_answered(given)):
        classical = classical_weights(
            given.seeds,
            names=names,
            quantile_p=given.quantile_p,
            overshoot=given.overshoot,
            cutoff=cutoff,
        )
    equal = np.full(n, 1 / n)
    weight = classical.weight if classical and weighting == "classical" else equal

    def priors_with(weight: np.ndarray, *, may_be_zero: bool = True) -> tuple[Prior, ...]:
        return _priors(given, classes, weight, (place_id, time_id), may_be_zero=may_be_zero)

    loss = _loss(given, weight)
    return Assessment(
        elicitation=given,
        weighting=weighting,
        weight=weight,
        classical=classical,
        priors=priors_with(weight, may_be_zero=False),
        priors_equal=priors_with(equal),
        priors_by_expert=tuple(priors_with(alone) for alone in np.eye(n)),
        priors_without=tuple(priors_with(_without(weight, row)) for row in range(n)),
        place_time_prior=_place_time_priors(given, classes, weight),
        p_scenario=_attempts(given, weight) / _attempts(given, weight).sum(),
        scenario_weight=loss / loss.sum(),
        disagreement_bits=_divergence_bits(given.p_scenario),
        information_nats=_mean_information(given),
        place_id=place_id,
        time_id=time_id,
    )


def _have_all_answered(given: Elicitation) -> bool:
    return bool(np.any([seed.is_answered for seed in given.seeds], axis=0).all())


def _check_classes(given: Elicitation, classes: Sequence[str]) -> None:
    asked = [scenario.item_class for scenario in given.scenarios]
    unknown = sorted({*asked, *given.everyday} - set(classes[1:]))
    if unknown:
        raise StandexError(
            f"item class {', '.join(unknown)} is not one of the site's: {', '.join(classes[1:])}"
        )
    threats = [name for name in classes if name.startswith("threat")]
    wrong = sorted({*asked} - set(threats)) + sorted(set(given.everyday) & set(threats))
    if wrong:
        raise StandexError(
            f"item class {', '.join(wrong)}: scenarios are of threat classes, counts of the others"
        )
    missing = [name for name in threats if name not in asked]
    if missing and not given.least_per_person:
        raise StandexError(
            f"no scenario of item class {', '.join(missing)}: a prior of 0 could never be "
            "overruled; add a scenario, or give least_prior_per_person"
        )


def _check_place(given: Elicitation, place_id: str, time_id: str) -> None:
    for what, wanted, known in (
        ("place", place_id, given.place_share),
        ("time", time_id, given.time_share),
    ):
        if wanted and wanted not in known:
            raise StandexError(f"unknown {what} {wanted!r}; there is {', '.join(known)}")


def _without(weight: np.ndarray, row: int) -> np.ndarray:
    """Return the weights with one expert left out; equal ones where nobody else has any."""
    rest = weight.copy()
    rest[row] = 0.0
    if not rest.sum() > 0:
        rest = np.ones(len(weight))
        rest[row] = 0.0
    return rest / rest.sum()


def _priors(
    given: Elicitation,
    classes: Sequence[str],
    weight: np.ndarray,
    where: tuple[str, str],
    *,
    may_be_zero: bool,
) -> tuple[Prior, ...]:
    priors: list[Prior] = []
    for name in classes[1:]:
        if name in given.everyday:
            priors.append(_counted(name, given.everyday[name]))
        elif name.startswith("threat"):
            prior = _threat_prior(given, name, weight, where)
            if not (may_be_zero or prior.per_person > 0):
                there = " at that place and time" if any(where) else ""
                raise StandexError(
                    f"nobody with a weight expects item class {name}{there}, and a prior of 0 "
                    "could never be overruled; give least_prior_per_person"
                )
            priors.append(prior)
    return tuple(priors)


def _counted(name: str, count: Counted) -> Prior:
    """Return the prior from a count, with Jeffreys' rule, so that it is never 0 or 1."""
    interval = rate(name, count.carried, count.looked_at, level=0.9)
    middle = (count.carried + 0.5) / (count.looked_at + 1)
    return Prior(
        item_class=name,
        per_person=middle,
        low=interval.low,
        median=middle,
        high=interval.high,
        basis=f"counted: {count.carried} of {count.looked_at} people; {count.source}",
    )


def _threat_prior(
    given: Elicitation, name: str, weight: np.ndarray, where: tuple[str, str]
) -> Prior:
    factor = _carriers_per_attempt(given, name, *where) / _people(given, *where)
    edges = edges_of(given.attempts_per_year, overshoot=given.overshoot)
    used = (weight > 0) & (factor > 0)
    if not used.any():
        low = median = high = mean = 0.0
    else:
        mixture = Mixture(
            weight=weight[used],
            edge=edges[used] + np.log(factor[used])[:, None],
            p=bin_shares(given.quantile_p),
            is_log=True,
            p_zero=float(weight[~used].sum()),
        )
        mean = mixture.mean()
        low, median, high = (mixture.quantile(p) for p in (0.05, 0.5, 0.95))
    at_least = max(mean, given.least_per_person)
    if not 0 <= at_least < 1:
        raise StandexError(
            f"item class {name}: the prior comes to {at_least:g} a person, which is no "
            "probability; look at people_per_year and the attempts"
        )
    floored = " (raised to the least prior)" if at_least > mean else ""
    return Prior(
        item_class=name,
        per_person=at_least,
        low=low,
        median=median,
        high=high,
        basis=f"experts: expected carriers a year over people a year{floored}",
    )


def _people(given: Elicitation, place_id: str, time_id: str) -> float:
    share = given.place_share.get(place_id, 1.0) * given.time_share.get(time_id, 1.0)
    return given.people_per_year * share


def _carriers_per_attempt(
    given: Elicitation, name: str, place_id: str, time_id: str
) -> Float[np.ndarray, " experts"]:
    carriers = np.array(
        [
            one.carriers
            if one.item_class == name
            and place_id in ("", one.place_id)
            and time_id in ("", one.time_id)
            else 0.0
            for one in given.scenarios
        ]
    )
    return np.asarray(given.p_scenario @ carriers)


def _expert_means(given: Elicitation, quantity: Quantity) -> Float[np.ndarray, " experts"]:
    each = np.eye(len(given.experts))
    return np.array(
        [
            pooled(quantity, one, quantile_p=given.quantile_p, overshoot=given.overshoot).mean()
            for one in each
        ]
    )


def _attempt_means(given: Elicitation) -> Float[np.ndarray, " experts"]:
    return _expert_means(given, given.attempts_per_year)


def _attempts(given: Elicitation, weight: np.ndarray) -> Float[np.ndarray, " scenarios"]:
    """Return the pooled number of attempts a year of each scenario."""
    return np.asarray((weight * _attempt_means(given)) @ given.p_scenario)


def _loss(given: Elicitation, weight: np.ndarray) -> Float[np.ndarray, " scenarios"]:
    """Return the pooled expected consequence a year of each scenario."""
    each = np.column_stack([_expert_means(given, one) for one in given.consequence])
    return np.asarray((weight * _attempt_means(given)) @ (given.p_scenario * each))


def _place_time_priors(
    given: Elicitation, classes: Sequence[str], weight: np.ndarray
) -> dict[tuple[str, str, str], float]:
    means = _attempt_means(given)
    return {
        (name, place, time): float(
            weight
            @ (means * _carriers_per_attempt(given, name, place, time))
            / _people(given, place, time)
        )
        for name in classes
        if name.startswith("threat")
        for place in given.place_share
        for time in given.time_share
    }


def _divergence_bits(p: Float[np.ndarray, "experts scenarios"]) -> float:
    """Return the Jensen-Shannon divergence of the rows, each weighing the same."""
    middle = p.mean(axis=0)
    said = p > 0
    ratio = np.where(said, p, 1.0) / np.where(said, middle, 1.0)
    return float(np.sum(p * np.log2(ratio)) / len(p))


def _mean_information(given: Elicitation) -> Float[np.ndarray, " experts"]:
    told = [
        information(one, quantile_p=given.quantile_p, overshoot=given.overshoot)
        for one in (given.attempts_per_year, *given.consequence)
    ]
    return np.mean(told, axis=0)
