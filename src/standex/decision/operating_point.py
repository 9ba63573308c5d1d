"""When to ask for a check: from costs, from a budget of alarms, or from calibrated likelihoods.

Three ways to the one number ``p_alarm``, the posterior probability from which a check is requested:

* **costs**: the threshold of least expected cost, right where stated probabilities are;
* **a budget** of false alarms, kept by passages that were walked (``decision.conformal``);
* **a budget** without passages, kept where the likelihoods are calibrated (Ville's inequality).
"""

from collections.abc import Mapping

import numpy as np
from scipy.stats import binom

from standex.model.errors import StandexError
from standex.model.items import ItemClasses

MAX_PER_HOUR = 1e6


def checked_priors(items: ItemClasses, prior_per_person: Mapping[str, float]) -> ItemClasses:
    """Return the item classes with other priors; classes that are not named keep theirs.

    Raises:
        StandexError: a class is unknown, a prior is not inside (0, 1), or all of them together
            leave no chance that somebody carries nothing.
    """
    unknown = sorted(set(prior_per_person) - set(items.names[1:]))
    if unknown:
        raise StandexError(
            f"priors of {', '.join(unknown)}: the site's classes are {', '.join(items.names[1:])}"
        )
    for name, prior in prior_per_person.items():
        if not 0 < prior < 1:  # a NaN fails, too
            raise StandexError(f"prior of {name} is {prior}; it must be inside (0, 1)")
    priors = tuple(
        prior_per_person.get(name, before)
        for name, before in zip(items.names[1:], items.prior_per_person, strict=True)
    )
    threats = sum(p for p, t in zip(priors, items.is_threat[1:], strict=True) if t)
    if not threats < 1:
        raise StandexError(
            f"priors of the threat classes sum to {threats:g}: nobody would be without a threat; "
            "give probabilities per person"
        )
    return ItemClasses(names=items.names, prior_per_person=priors)


def p_alarm_of_costs(
    items: ItemClasses, *, cost_of_miss: Mapping[str, float], cost_of_check: float
) -> float:
    """Return the posterior from which a check costs less than none.

    A check of somebody without a threat costs ``cost_of_check``; a threat of class c that goes by
    costs ``cost_of_miss[c]``. Asking for a check is right from p C >= (1 - p) cost_of_check on,
    with C the cost of the classes weighted by their priors: exact where all cost the same, else as
    right as the mix of threats among the suspects is that of the priors.

    Raises:
        StandexError: a cost is not positive and finite, or a threat class has none.

    References:
        Berger, Statistical Decision Theory and Bayesian Analysis, 2nd ed. 1985, section 4.4.
    """
    prior = dict(zip(items.names[1:], items.prior_per_person, strict=True))
    threats = [name for name in prior if name.startswith("threat")]
    missing = sorted(set(threats) - set(cost_of_miss))
    strange = sorted(set(cost_of_miss) - set(threats))
    if missing or strange:
        raise StandexError(
            f"cost of a miss: {_told(missing, 'missing for')}{_told(strange, 'unknown class')}"
            f"the threat classes are {', '.join(threats)}"
        )
    for name, cost in {**cost_of_miss, "a check": cost_of_check}.items():
        if not 0 < cost < np.inf:
            raise StandexError(f"cost of {name} is {cost}; it must be positive and finite")
    total = sum(prior[name] for name in threats)
    miss = sum(prior[name] * cost_of_miss[name] for name in threats) / total
    return cost_of_check / (cost_of_check + miss)


def pfa_of_alarms(alarms_per_hour: float, people_per_hour: float) -> float:
    """Return the false-alarm probability per passage that a budget of alarms an hour leaves.

    All people are taken to be without a threat, so that the budget is kept where there is none.

    Raises:
        StandexError: a number is not positive and finite, or the budget is so large that every
            person could be checked.
    """
    for name, value in (("alarms", alarms_per_hour), ("people", people_per_hour)):
        if not 0 < value <= MAX_PER_HOUR:
            raise StandexError(
                f"{name} per hour is {value}; it must be positive and at most {MAX_PER_HOUR:g}"
            )
    if alarms_per_hour >= people_per_hour:
        raise StandexError(
            f"a budget of {alarms_per_hour:g} alarms for {people_per_hour:g} people an hour lets "
            "every person be checked: no threshold is needed. Give a budget below the number of "
            "people"
        )
    return alarms_per_hour / people_per_hour


def alarms_in_an_hour(
    pfa_per_passage: float, people_per_hour: float, *, share_of_hours: float = 0.95
) -> int:
    """Return the number of false alarms that so large a share of hours does not exceed.

    Passages are taken for independent; what misleads many at once (rain on all coats) makes some
    hours worse.
    """
    return int(binom.ppf(share_of_hours, round(people_per_hour), pfa_per_passage))


def p_alarm_of_ville(pfa_per_passage: float, prior: float) -> float:
    """Return a posterior that hardly anybody without a threat ever reaches: that many at most.

    The posterior odds over the prior odds are a ratio of likelihoods: for people without a threat,
    as the priors mix them, its expectation stays one however many looks are added and whenever one
    stops. So P(it ever reaches 1 / pfa) <= pfa. It needs no passages, and it holds only as far as
    the likelihoods are calibrated and the priors are right; and it is cautious.

    Args:
        pfa_per_passage: the budget, inside (0, 1).
        prior: P(threat) of a person nobody has looked at, inside (0, 1).

    Raises:
        ValueError: one of them is outside (0, 1).

    References:
        Ville, Etude critique de la notion de collectif, 1939.
        Ramdas, Gruenwald, Vovk, Shafer, Statistical Science 38 (2023) 576.
    """
    for name, value in (("pfa_per_passage", pfa_per_passage), ("prior", prior)):
        if not 0 < value < 1:
            raise ValueError(f"{name} must be inside (0, 1), got {value}")
    odds = prior / (1 - prior) / pfa_per_passage
    return odds / (1 + odds)


def _told(names: list[str], word: str) -> str:
    return f"{word} {', '.join(names)}; " if names else ""
