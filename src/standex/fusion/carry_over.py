"""The ledger goes along: from who somebody was before, and with a bag from hand to hand.

What was found on one person says of another what it says if they are the same, and nothing if they
are not. With p = P(it was this one), by the same law as attachment,

    l'(c) = log[ p e^l(c) + (1 - p) sum over c' of pi(c') e^l(c') ],

pi being the prior. So p = 0 changes nothing, p = 1 is as if there had never been two, and carrying
twice, with p and q, is carrying once with p q.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from standex.model.picture import LedgerEntry
from standex.model.zones import ZONE_INDEX, BodyZone

NEGLIGIBLE = 1e-6  # as in attachment

Key = tuple[str, str, BodyZone | None]


def key_of(entry: LedgerEntry) -> Key:
    """Return what tells one word of one look from another."""
    return entry.sensor_id, entry.look_id, entry.zone


def carried(
    sources: Mapping[int, tuple[tuple[LedgerEntry, ...], float]],
    *,
    log_prior: Float[np.ndarray, "zones classes"],
    zone_share: Float[np.ndarray, " zones"],
) -> tuple[LedgerEntry, ...]:
    """Return the entries of a ledger for whom they may be about.

    A look that several of the sources share is one entry: its likelihood is the mixture over them.

    Args:
        sources: entries and P(they are about this one), by track number; the probabilities sum
            to one at most.
        log_prior: per zone and class.
        zone_share: how the prior of a person is split over the zones.

    Raises:
        ValueError: a probability is outside [0, 1], or they sum to more than one.
    """
    total = sum(p for _, p in sources.values())
    if not (all(0 <= p <= 1 for _, p in sources.values()) and total <= 1 + 1e-9):
        of = {number: p for number, (_, p) in sources.items()}
        raise ValueError(f"probabilities must lie in [0, 1] and sum to one at most, got {of}")
    if len(sources) == 1:
        ((number, (entries, p)),) = sources.items()
        if p <= NEGLIGIBLE or not entries:
            return ()
        if len(set(map(key_of, entries))) == len(entries):
            return _alone(number, entries, p, log_prior, zone_share)
    looks: dict[Key, list[tuple[int, LedgerEntry, float]]] = {}
    for number, (entries, p) in sorted(sources.items()):
        for entry in entries if p > NEGLIGIBLE else ():
            looks.setdefault(key_of(entry), []).append((number, entry, p))
    return tuple(_mixed(parts, log_prior, zone_share) for parts in looks.values())


def _alone(
    number: int,
    entries: tuple[LedgerEntry, ...],
    p: float,
    log_prior: Float[np.ndarray, "zones classes"],
    zone_share: Float[np.ndarray, " zones"],
) -> tuple[LedgerEntry, ...]:
    """Return what ``_mixed`` makes of each, where there is one source: a whole ledger in one go."""
    if p >= 1:
        return tuple(replace(entry, carried_from=number) for entry in entries)
    by_zone = np.exp(log_prior)
    whole = zone_share @ by_zone
    prior = np.array(
        [whole if one.zone is None else by_zone[ZONE_INDEX[one.zone]] for one in entries]
    )
    prior /= prior.sum(axis=1, keepdims=True)
    said = np.array([entry.log_likelihood for entry in entries])
    peak = said.max(axis=1, keepdims=True)
    here = p * np.exp(said - peak)
    elsewhere = (1 - p) * np.sum(here * prior, axis=1, keepdims=True) / p
    after = peak + np.log(np.maximum(here + elsewhere, 1e-300))
    return tuple(
        replace(
            entry,
            log_likelihood=row,
            attachment=min(p * entry.attachment, 1.0),
            carried_from=number,
        )
        for entry, row in zip(entries, after, strict=True)
    )


def _mixed(
    parts: list[tuple[int, LedgerEntry, float]],
    log_prior: Float[np.ndarray, "zones classes"],
    zone_share: Float[np.ndarray, " zones"],
) -> LedgerEntry:
    number, first, _ = max(parts, key=lambda part: part[2])
    total = sum(p for _, _, p in parts)
    attachment = sum(p * entry.attachment for _, entry, p in parts)
    if len(parts) == 1 and total >= 1:
        return replace(first, carried_from=number)
    row = None if first.zone is None else ZONE_INDEX[first.zone]
    prior = zone_share @ np.exp(log_prior) if row is None else np.exp(log_prior[row])
    prior = prior / prior.sum()
    peak = max(float(entry.log_likelihood.max()) for _, entry, _ in parts)
    theirs = [(p, np.exp(entry.log_likelihood - peak)) for _, entry, p in parts]
    here = sum((p * likelihood for p, likelihood in theirs), np.zeros(len(prior)))
    # If it was none of them, the look was at somebody of whom the prior is all that is known.
    elsewhere = max(0.0, 1 - total) * float(here @ prior) / total
    return replace(
        first,
        log_likelihood=peak + np.log(np.maximum(here + elsewhere, 1e-300)),
        attachment=min(attachment, 1.0),
        carried_from=number,
    )


def left_behind(
    entries: tuple[LedgerEntry, ...],
    p_gone: float,
    *,
    zone: BodyZone,
    log_prior: Float[np.ndarray, "zones classes"],
    zone_share: Float[np.ndarray, " zones"],
) -> tuple[LedgerEntry, ...]:
    """Return a ledger after what it says of ``zone`` has gone away with a probability.

    Args:
        entries: of one person.
        p_gone: P(what was looked at there is theirs no more).
        zone: of the body.
        log_prior: per zone and class.
        zone_share: how the prior of a person is split over the zones.
    """
    kept: list[LedgerEntry] = []
    for entry in entries:
        if entry.zone is not zone or p_gone <= NEGLIGIBLE:
            kept.append(entry)
        elif 1 - p_gone > NEGLIGIBLE:
            source = {1: ((entry,), 1 - p_gone)}
            (still,) = carried(source, log_prior=log_prior, zone_share=zone_share)
            kept.append(replace(still, carried_from=entry.carried_from))
    return tuple(kept)
