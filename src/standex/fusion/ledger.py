"""The ledger of one person: every look, what it said, and what all of them come to.

log posterior(zone, class) = log prior + sum over looks of w_k l_k(class) + constant.

It is recomputed from its entries, in any order; the weights follow from how alike the looks are.
"""

from collections import defaultdict

import numpy as np
from jaxtyping import Float

from standex.model.picture import LedgerEntry
from standex.model.zones import ZONE_INDEX, BodyZone


def entry_weights(entries: tuple[LedgerEntry, ...]) -> Float[np.ndarray, " k"]:
    """Return how much each entry counts, 0 to 1.

    n looks of one sensor at one zone, any two with correlation rho, are worth n / (1 + (n - 1) rho)
    independent ones (the effective sample size of an exchangeable sample), so each counts
    1 / (1 + (n - 1) rho). Looks count by their attachment: half a look is half a witness.

    References:
        Kish, Survey Sampling, 1965, section 5.4 (design effect).
    """
    n: defaultdict[tuple[str, BodyZone | None], float] = defaultdict(float)
    for entry in entries:
        if entry.counts:
            n[entry.sensor_id, entry.zone] += entry.attachment
    return np.array(
        [
            1 / (1 + max(n[e.sensor_id, e.zone] - 1, 0) * e.correlation) if e.counts else 0.0
            for e in entries
        ]
    )


def log_posterior(
    entries: tuple[LedgerEntry, ...],
    log_prior: Float[np.ndarray, "zones classes"],
    zone_share: Float[np.ndarray, " zones"],
) -> Float[np.ndarray, "zones classes"]:
    """Return the normalised log posterior of every zone.

    An entry without a zone says the same of each zone, if the look was at that one: for zone z it
    is log[u_z p(e|c) + sum over the other zones y of u_y p(e | prior of y)], u the zone shares.
    """
    # Sorted, so that the sum is the same to the last bit whatever the order of arrival.
    ordered = tuple(sorted(entries, key=_key))
    total = log_prior.copy()
    prior = np.exp(log_prior)
    for entry, weight in zip(ordered, entry_weights(ordered), strict=True):
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
