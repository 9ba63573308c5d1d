"""Residues on clothes and bags: who has which substance where, and how much of it.

Whoever handled a substance has most of it where the thing is worn, less on the arms (the hands
reach there) and on the zones next to it. People who handled nothing have everyday residues.
Loadings are log-normal, as surface loadings after handling are.

References:
    Chirico et al., Sensors 16 (2016) 8: 100 to 1000 ug/cm2 for films, and fingerprints.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone

_STREAM = 15  # of chance; those of other draws are in their own modules

# Zones that a residue rubs off to, nearest first.
_BESIDE: dict[BodyZone, tuple[BodyZone, ...]] = {
    BodyZone.TORSO_FRONT: (BodyZone.WAIST,),
    BodyZone.TORSO_BACK: (BodyZone.WAIST,),
    BodyZone.WAIST: (BodyZone.TORSO_FRONT, BodyZone.LEGS),
    BodyZone.LEGS: (BodyZone.WAIST, BodyZone.FEET),
    BodyZone.ARMS: (BodyZone.TORSO_FRONT,),
    BodyZone.FEET: (BodyZone.LEGS,),
    BodyZone.BAG: (BodyZone.TORSO_BACK,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidueModel:
    """Shares of people with residues, and how much.

    Attributes:
        threats: substances that stand in for those of a threat, equally likely.
        benign: everyday ones.
        threat_share: P(residue | a threat is carried).
        benign_share: P(an everyday residue | no residue of a threat).
        median_ug_per_cm2: at the zone of the thing.
        log_sigma: standard deviation of the natural logarithm of a loading.
        smear: median loading on the arms and on the zones beside, of the one at the thing.
        benign_median_ug_per_cm2: of an everyday residue.
        max_ug_per_cm2: no more sticks to a cloth.
    """

    threats: tuple[str, ...] = ("simulant-a", "simulant-b")
    benign: tuple[str, ...] = ("sugar-like", "detergent-like", "hand-cream-like")
    threat_share: float = 0.9
    benign_share: float = 0.25
    # 95 % of the loadings inside the published 100 to 1000 ug/cm2.
    median_ug_per_cm2: float = math.sqrt(100.0 * 1000.0)
    log_sigma: float = math.log(1000.0 / 100.0) / (2 * 1.96)
    smear: float = 0.15
    benign_median_ug_per_cm2: float = 150.0
    max_ug_per_cm2: float = 5000.0

    def __post_init__(self) -> None:
        for name, share in (
            ("threat_share", self.threat_share),
            ("benign_share", self.benign_share),
            ("smear", self.smear),
        ):
            if not 0 <= share <= 1:
                raise ValueError(f"{name} must be inside [0, 1], got {share}")
        if not self.threats or not self.benign:
            raise ValueError("threats and benign must each name a substance")
        for name, at in (
            ("median_ug_per_cm2", self.median_ug_per_cm2),
            ("benign_median_ug_per_cm2", self.benign_median_ug_per_cm2),
            ("max_ug_per_cm2", self.max_ug_per_cm2),
        ):
            if not 0 < at < math.inf:
                raise ValueError(f"{name} must be positive and finite, got {at}")
        if not 0 <= self.log_sigma < 3:
            raise ValueError(f"log_sigma must be inside [0, 3), got {self.log_sigma}")


def with_residues(
    people: Iterable[int], items: tuple[CarriedItem, ...], model: ResidueModel, *, seed: int
) -> tuple[CarriedItem, ...]:
    """Return the items with residues on them, and everyday residues on people without an item.

    Nothing else about an item changes, and residues have a stream of chance of their own: the
    same people carry the same things with this and without.

    Args:
        people: their numbers in the recording.
        items: what they carry.
        model: how much of what.
        seed: each person's draw depends on the seed and their number alone.
    """
    mine = {item.person: item for item in reversed(items)}  # the first of each person
    changed = {id(item): item for item in items}
    alone: list[CarriedItem] = []
    for person in people:
        rng = np.random.default_rng([seed, _STREAM, int(person)])
        item = mine.get(int(person))
        is_threat = item is not None and item.item_class.startswith("threat")
        is_sticky = rng.random() < model.threat_share
        is_creamed = rng.random() < model.benign_share
        if item is not None and is_threat and is_sticky:
            changed[id(item)] = _smeared(item, model, rng)
        elif is_creamed:
            substance = str(rng.choice(model.benign))
            ug_per_cm2 = _loading(model.benign_median_ug_per_cm2, model, rng)
            where = (BodyZone.ARMS, BodyZone.TORSO_FRONT, BodyZone.WAIST, BodyZone.LEGS)
            zone = where[rng.integers(len(where))]
            if item is None:
                alone.append(_residue_alone(int(person), zone, substance, ug_per_cm2))
            else:
                changed[id(item)] = replace(
                    item, residue=substance, residue_spread_ug_per_cm2=((zone, ug_per_cm2),)
                )
    return (*(changed[id(item)] for item in items), *alone)


def loading_of(
    items: Iterable[CarriedItem], *, person: int, zone: BodyZone
) -> tuple[tuple[str, float], ...]:
    """Return substances and loadings, ug/cm2, on one zone of one person."""
    return tuple(
        (item.residue, item.residue_by_zone[zone])
        for item in items
        if item.person == person and item.residue_by_zone.get(zone, 0.0) > 0
    )


def _smeared(item: CarriedItem, model: ResidueModel, rng: np.random.Generator) -> CarriedItem:
    here = _loading(model.median_ug_per_cm2, model, rng)
    spread: list[tuple[BodyZone, float]] = []
    for zone in (BodyZone.ARMS, *_BESIDE[item.zone]):
        share = model.smear * float(rng.lognormal(0.0, model.log_sigma))
        if zone is not item.zone:
            spread.append((zone, here * min(share, 1.0)))
    return replace(
        item,
        residue=str(rng.choice(model.threats)),
        residue_ug_per_cm2=here,
        residue_spread_ug_per_cm2=tuple(spread),
    )


def _loading(median_ug_per_cm2: float, model: ResidueModel, rng: np.random.Generator) -> float:
    drawn = median_ug_per_cm2 * float(rng.lognormal(0.0, model.log_sigma))
    return min(drawn, model.max_ug_per_cm2)


def _residue_alone(person: int, zone: BodyZone, substance: str, ug_per_cm2: float) -> CarriedItem:
    return CarriedItem(
        person=person,
        item_class="benign_residue",
        zone=zone,
        width_m=0.0,
        height_m=0.0,
        thickness_m=0.0,
        permittivity=1.0,
        loss_tangent=0.0,
        residue=substance,
        residue_ug_per_cm2=ug_per_cm2,
    )
