"""The ledger of one person: every look, what it said, and what all of them come to.

log posterior(zone, class) = log prior + sum over looks of w_k l_k(class) + constant.

It is recomputed from its entries, in any order; the weights follow from how alike the looks are:
those of one sensor by what it states itself, those of two by what the site states of them.
"""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from math import fsum

import numpy as np
from jaxtyping import Float

from standex.model.picture import LedgerEntry
from standex.model.site import Correlations
from standex.model.zones import ZONE_INDEX, BodyZone

INDEPENDENT: Correlations = {}  # where nothing is stated of any two sensors


def entry_weights(
    entries: tuple[LedgerEntry, ...], between: Correlations = INDEPENDENT
) -> Float[np.ndarray, " k"]:
    """Return how much each entry counts, 0 to 1.

    n looks of one sensor at one zone, any two with correlation rho, are worth n / (1 + (n - 1) rho)
    independent ones (the effective sample size of an exchangeable sample), so each counts
    1 / (1 + (n - 1) rho). Looks count by their attachment: half a look is half a witness.

    Looks of sensors that the site states to be dependent are discounted further, by
    ``shared_weights``: looks at one zone, or looks of sensors that cannot tell a zone.

    Args:
        entries: of one person, in any order.
        between: correlation of two sensors.

    References:
        Kish, Survey Sampling, 1965, section 5.4 (design effect).
    """
    n: defaultdict[tuple[str, BodyZone | None], float] = defaultdict(float)
    for entry in entries:
        if entry.counts:
            n[entry.sensor_id, entry.zone] += entry.attachment
    alone = np.array(
        [
            1 / (1 + max(n[e.sensor_id, e.zone] - 1, 0) * e.correlation) if e.counts else 0.0
            for e in entries
        ]
    )
    if not between:
        return alone
    worth: defaultdict[tuple[str, BodyZone | None], list[float]] = defaultdict(list)
    for entry, weight in zip(entries, alone.tolist(), strict=True):
        worth[entry.sensor_id, entry.zone].append(weight * entry.attachment)
    share: dict[tuple[str, BodyZone | None], float] = {}
    for zone in {zone for _, zone in worth}:
        at_zone = {name: fsum(some) for (name, where), some in worth.items() if where is zone}
        shared = shared_weights(at_zone, between)
        share |= {(name, zone): weight for name, weight in shared.items()}
    return alone * np.array([share[e.sensor_id, e.zone] for e in entries])


def shared_weights(worth: Mapping[str, float], between: Correlations) -> dict[str, float]:
    """Return by how much the looks of each sensor count beside those of dependent sensors.

    Looks are matched one to one, sensor to sensor, down to fractions: the u-th effective look of
    a sensor is one of the u-th looks of all sensors that have so many. With n_s effective looks
    and correlations rho_st,

        w_s = (1 / n_s) * integral from 0 to n_s of du / (1 + sum over t with n_t > u of rho_st).

    Sensors with the same n and one correlation are worth n k / (1 + (k - 1) rho), as k looks of
    one sensor are. Two sensors are worth max + (1 - rho) / (1 + rho) * min of their looks. With
    correlations inside [0, 1] any number of sensors is worth at most the sum of all looks and at
    least the most that one of them has: of k looks at one u, each counts 1 / k or more.

    Args:
        worth: effective looks n_s of each sensor, by its name.
        between: correlation of two sensors, inside [0, 1].

    References:
        Kish, Survey Sampling, 1965, section 5.4 (design effect).
        Alon, Spencer, The Probabilistic Method, 4th ed., section 6.5 (sum of 1 / (1 + degree), as
        a number of independent members that is always reached).
    """
    weights = dict.fromkeys(worth, 1.0)
    for name, looks in worth.items():
        others = [
            (worth[other], correlation)
            for other in sorted(worth)
            if (correlation := between.get(frozenset((name, other)), 0.0)) > 0 and other != name
        ]
        if looks > 0 and any(theirs > 0 for theirs, _ in others):
            edges = sorted({0.0, looks, *(min(theirs, looks) for theirs, _ in others)})
            counted = fsum(
                (high - low) / (1 + sum(rho for theirs, rho in others if theirs > low))
                for low, high in pairwise(edges)
            )
            weights[name] = min(counted / looks, 1.0)
    return weights


def log_posterior(
    entries: tuple[LedgerEntry, ...],
    log_prior: Float[np.ndarray, "zones classes"],
    zone_share: Float[np.ndarray, " zones"],
    between: Correlations = INDEPENDENT,
) -> Float[np.ndarray, "zones classes"]:
    """Return the normalised log posterior of every zone.

    An entry without a zone says the same of each zone, if the look was at that one: for zone z it
    is log[u_z p(e|c) + sum over the other zones y of u_y p(e | prior of y)], u the zone shares.
    """
    # Sorted, so that the sum is the same to the last bit whatever the order of arrival.
    ordered = tuple(sorted(entries, key=_key))
    total = log_prior.copy()
    prior = np.exp(log_prior)
    for entry, weight in zip(ordered, entry_weights(ordered, between), strict=True):
        if weight == 0:
            continue
        if entry.zone is not None:
            total[ZONE_INDEX[entry.zone]] += weight * entry.log_likelihood
            continue
        likelihood = np.exp(entry.log_likelihood - entry.log_likelihood.max())
        expected = zone_share * (prior @ likelihood)
        others = (1 - np.eye(len(expected))) @ expected
        mixed = zone_share[:, None] * likelihood + others[:, None]
        total += weight * np.log(np.maximum(mixed, 1e-300))
    peak = total.max(axis=1, keepdims=True)
    return total - peak - np.log(np.exp(total - peak).sum(axis=1, keepdims=True))


def _key(entry: LedgerEntry) -> tuple[str, str, str]:
    return entry.sensor_id, entry.look_id, entry.zone or ""
