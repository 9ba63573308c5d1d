"""Who carried what, when: kept apart, and never read by the station."""

import math
from dataclasses import dataclass

from standex.model.zones import BodyZone


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedItem:
    """One item on one person of a recording, a residue on the clothes, or both.

    A residue alone (hand cream, sugar) is an item of class ``benign_residue`` without a size.

    Attributes:
        person: number of the person in the recording.
        item_class: one of the site's item classes.
        zone: where it is worn.
        width_m: across the body.
        height_m: up the body.
        thickness_m: out from the body.
        permittivity: relative, real part; 0 for metal.
        loss_tangent: of a dielectric.
        residue: substance on the clothes at ``zone``, by the name that the twin has for it; empty
            for none.
        residue_ug_per_cm2: how much of it there, averaged over a spot of a few centimetres.
        residue_spread_ug_per_cm2: other zones that it got to, and how much of it there.
    """

    person: int
    item_class: str
    zone: BodyZone
    width_m: float
    height_m: float
    thickness_m: float
    permittivity: float
    loss_tangent: float
    residue: str = ""
    residue_ug_per_cm2: float = 0.0
    residue_spread_ug_per_cm2: tuple[tuple[BodyZone, float], ...] = ()

    def __post_init__(self) -> None:
        for ug_per_cm2 in self.residue_by_zone.values():
            if not 0 <= ug_per_cm2 < math.inf:
                raise ValueError(f"a loading must be >= 0 and finite, got {ug_per_cm2} ug/cm2")
        if not self.residue and any(self.residue_by_zone.values()):
            raise ValueError(f"a residue without a name: {self.residue_by_zone}")

    @property
    def is_object(self) -> bool:
        """Return whether there is a thing to it, and not a residue alone."""
        return min(self.width_m, self.height_m, self.thickness_m) > 0

    @property
    def residue_by_zone(self) -> dict[BodyZone, float]:
        """Return how much residue is where, ug/cm2; the zone of the item comes first."""
        return {self.zone: self.residue_ug_per_cm2, **dict(self.residue_spread_ug_per_cm2)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """The sealed side of a run of the twin.

    Attributes:
        seed: that made it.
        items: who carried what; people who carry nothing are not listed.
    """

    seed: int
    items: tuple[CarriedItem, ...]

    def of(self, person: int) -> CarriedItem | None:
        """Return what that person carried."""
        for item in self.items:
            if item.person == person:
                return item
        return None
