"""Whole passages: one person under two numbers, and a bag that goes from hand to hand."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from standex.fusion.carry_over import carried, key_of, left_behind
from standex.fusion.ledger import log_posterior
from standex.model.picture import Joined, LedgerEntry, Passage, PassageKind
from standex.model.site import Correlations
from standex.model.zones import ZONE_INDEX, BodyZone

SURE = 0.5  # from this probability on two numbers are one incident
BAG = ZONE_INDEX[BodyZone.BAG]


def joined_with(
    later: Passage,
    earlier: Passage | None,
    p_same: float,
    *,
    log_prior: Float[np.ndarray, "zones classes"],
    zone_share: Float[np.ndarray, " zones"],
    between: Correlations,
) -> Passage:
    """Return the later passage with what is known of the earlier one, if it is the same person.

    Only the last join counts: what an earlier one brought is taken out first, so it may be called
    again whenever the join or the earlier passage has changed. An alert goes along where the two
    are rather one person than two.

    Args:
        later: of the newer number.
        earlier: of the older one; None takes back what was joined.
        p_same: P(one person).
        log_prior: per zone and class.
        zone_share: how the prior of a person is split over the zones.
        between: correlation of two sensors.
    """
    before = later.joined
    if before is None and earlier is None:
        return later
    own = later.entries
    own_covered = own_coverage(later)
    alert_id = later.alert_id
    if before is not None:
        own = tuple(entry for entry in own if entry.carried_from != before.track_id)
        if alert_id and alert_id == before.alert_id:
            alert_id = ""
    if earlier is None:
        entries, covered, joined = own, own_covered, None
    else:
        known = {key_of(entry) for entry in own}
        theirs = carried(
            {earlier.track_id: (earlier.entries, p_same)},
            log_prior=log_prior,
            zone_share=zone_share,
        )
        entries = own + tuple(entry for entry in theirs if key_of(entry) not in known)
        covered = np.maximum(own_covered, p_same * earlier.covered)
        is_one = p_same >= SURE and bool(earlier.alert_id)
        joined = Joined(
            track_id=earlier.track_id,
            p_same=p_same,
            entries=earlier.entries,
            covered=earlier.covered,
            own_covered=own_covered,
            alert_id=earlier.alert_id if is_one and not alert_id else "",
        )
        alert_id = alert_id or joined.alert_id
    return replace(
        later,
        entries=entries,
        covered=covered,
        alert_id=alert_id,
        joined=joined,
        log_posterior=log_posterior(entries, log_prior, zone_share, between),
    )


def own_coverage(passage: Passage) -> Float[np.ndarray, " zones"]:
    """Return what was covered under this number alone."""
    return passage.covered if passage.joined is None else passage.joined.own_covered


def with_coverage(passage: Passage, p_detect: Float[np.ndarray, " zones"]) -> Passage:
    """Return the passage with more coverage of its own; the best look counts."""
    covered = np.maximum(passage.covered, p_detect)
    if passage.joined is None:
        return replace(passage, covered=covered)
    own = np.maximum(passage.joined.own_covered, p_detect)
    return replace(passage, covered=covered, joined=replace(passage.joined, own_covered=own))


def moved(
    passages: Mapping[int, Passage],
    from_whom: Mapping[int, float],
    to_whom: int,
    *,
    log_prior: Float[np.ndarray, "zones classes"],
    zone_share: Float[np.ndarray, " zones"],
    between: Correlations,
) -> dict[int, Passage]:
    """Return the passages after a bag, with what is known of it, went to another.

    Whoever may have given it keeps what was said of their bag with what is left of probability,
    and so little of its coverage: what they may carry now, nobody looked at. Whoever takes a bag
    has at most the coverage of the worse of the two, unless it is their own.

    Args:
        passages: of people and things.
        from_whom: P(it was theirs), by track number; sums to one at most.
        to_whom: the thing that was set down, or the person who took it up.
        log_prior: per zone and class.
        zone_share: how the prior of a person is split over the zones.
        between: correlation of two sensors.
    """
    prior = {"log_prior": log_prior, "zone_share": zone_share}
    givers = {number: p for number, p in sorted(from_whom.items()) if p > 0 and number in passages}
    if not givers:
        return dict(passages)
    receiver = passages[to_whom]
    bags = {number: (_of_bag(passages[number].entries), p) for number, p in givers.items()}
    known = {key_of(entry) for entry in receiver.entries}
    brought = tuple(e for e in carried(bags, **prior) if key_of(e) not in known)
    after = dict(passages)
    for number, p in givers.items():
        giver = passages[number]
        kept = left_behind(giver.entries, p, zone=BodyZone.BAG, **prior)
        after[number] = _without_bag(
            replace(
                giver,
                entries=kept,
                log_posterior=log_posterior(kept, log_prior, zone_share, between),
            ),
            p,
        )
    entries = receiver.entries + brought
    after[to_whom] = _with_bag(
        replace(
            receiver,
            entries=entries,
            log_posterior=log_posterior(entries, log_prior, zone_share, between),
        ),
        {number: passages[number] for number in givers},
        givers,
    )
    return after


def _of_bag(entries: tuple[LedgerEntry, ...]) -> tuple[LedgerEntry, ...]:
    return tuple(entry for entry in entries if entry.zone is BodyZone.BAG)


def _without_bag(giver: Passage, p: float) -> Passage:
    covered = giver.covered.copy()
    covered[BAG] *= 1 - p
    joined = giver.joined
    if joined is not None:
        own = joined.own_covered.copy()
        own[BAG] *= 1 - p
        joined = replace(joined, own_covered=own)
    return replace(giver, covered=covered, joined=joined)


def _with_bag(
    receiver: Passage, givers: Mapping[int, Passage], p_of: Mapping[int, float]
) -> Passage:
    covered = receiver.covered.copy()
    if receiver.kind is PassageKind.THING:
        brought = sum(p_of[number] * giver.covered[BAG] for number, giver in givers.items())
        covered[BAG] = max(covered[BAG], brought)
    else:
        own = covered[BAG]
        covered[BAG] = (1 - sum(p_of.values())) * own
        for number, giver in givers.items():
            theirs, is_own = giver.covered[BAG], giver.set_down_by.get(receiver.track_id, 0.0)
            covered[BAG] += p_of[number] * (is_own * theirs + (1 - is_own) * min(own, theirs))
    if receiver.joined is not None:
        own_covered = receiver.joined.own_covered.copy()
        own_covered[BAG] = covered[BAG]
        receiver = replace(receiver, joined=replace(receiver.joined, own_covered=own_covered))
    return replace(receiver, covered=covered)
