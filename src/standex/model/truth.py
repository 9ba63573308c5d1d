"""Who carried what, when: kept apart, and never read by the station."""

from dataclasses import dataclass

from standex.model.zones import BodyZone


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedItem:
    """One item on one person of a recording.

    Attributes:
        person: number of the person in the recording.
        item_class: one of the site's item classes.
        zone: where it is worn.
        width_m: across the body.
        height_m: up the body.
        thickness_m: out from the body.
        permittivity: relative, real part; 0 for metal.
        loss_tangent: of a dielectric.
    """

    person: int
    item_class: str
    zone: BodyZone
    width_m: float
    height_m: float
    thickness_m: float
    permittivity: float
    loss_tangent: float


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
