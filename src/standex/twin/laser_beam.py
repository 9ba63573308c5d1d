"""Where a laser beam ends: on whom, on which zone, or on nobody.

A person is an upright elliptic column around their place, arms included; what the beam meets
first is what it hits. Heights of zones are shares of the person's height.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.twin.residue import loading_of
from standex.twin.scene import PeopleNow, Scene

HALF_WIDTH_M, HALF_DEPTH_M = 0.24, 0.14  # of a person 1.75 m tall, arms included
TRUNK_SHARE = 0.72  # of the half width; beyond it is an arm
CLEAR_M = 0.10  # of free space that a light barrier wants around the beam

# Upper end of each zone, as a share of the height; above the last one are neck and head.
_UP_TO: tuple[tuple[float, BodyZone], ...] = (
    (0.07, BodyZone.FEET),
    (0.51, BodyZone.LEGS),
    (0.62, BodyZone.WAIST),
    (0.83, BodyZone.TORSO_FRONT),
)
_AIM_AT: dict[BodyZone, float] = {
    BodyZone.TORSO_FRONT: 0.72,
    BodyZone.TORSO_BACK: 0.72,
    BodyZone.WAIST: 0.57,
    BodyZone.LEGS: 0.33,
    BodyZone.ARMS: 0.66,
    BodyZone.FEET: 0.04,
    BodyZone.BAG: 0.72,
}
_FABRICS = ("cotton", "polyester", "nylon", "wool", "leather-like")
_FABRIC_SHARE = (0.38, 0.30, 0.15, 0.12, 0.05)
_STREAM = 16  # of chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a beam ends on.

    Attributes:
        person: number in the recording; None for nobody.
        zone: of that person; None for the head, and for nobody.
        range_m: from the telescope.
    """

    person: int | None
    zone: BodyZone | None
    range_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloth:
    """What one zone of one person wears.

    Attributes:
        fabric: by name.
        fluorescence: relative to what the fabric usually has.
        tilt: of the fluorescence over the axis.
        covering: share of a spot that a residue there covers.
    """

    fabric: str
    fluorescence: float
    tilt: float
    covering: float


def aim_point(
    people: PeopleNow, row: int, zone: BodyZone | None, eye_m: Float[np.ndarray, " 3"]
) -> Float[np.ndarray, " 3"]:
    """Return where to aim for a zone of a person; the chest for None, and an arm at the side."""
    zone = zone or BodyZone.TORSO_FRONT
    place, tall_m = people.position_site_m[row], float(people.height_m[row])
    at = np.array([place[0], place[1], _AIM_AT[zone] * tall_m])
    if zone is BodyZone.ARMS:
        ahead = (place - eye_m[:2]) / max(float(np.hypot(*(place - eye_m[:2]))), 1e-9)
        half_m, _ = _half(people, row, ahead)
        at[:2] += 0.86 * half_m * np.array([-ahead[1], ahead[0]])
    return at


def hit(
    people: PeopleNow, *, eye_m: Float[np.ndarray, " 3"], aim_m: Float[np.ndarray, " 3"]
) -> Hit | None:
    """Return the first person on the line from ``eye_m`` over ``aim_m``, or None.

    Args:
        people: who is where.
        eye_m: of the laser, site frame.
        aim_m: any point of the line.
    """
    flat = aim_m[:2] - eye_m[:2]
    far = float(np.hypot(*flat))
    if far < 1e-6:
        return None  # straight down: nobody stands inside the laser
    ahead, rise = flat / far, float(aim_m[2] - eye_m[2]) / far
    nearest: Hit | None = None
    for row in range(len(people.person)):
        way = people.position_site_m[row] - eye_m[:2]
        along, aside = float(way @ ahead), float(way[0] * ahead[1] - way[1] * ahead[0])
        half_m, deep_m = _half(people, row, ahead)
        if along <= deep_m or abs(aside) >= half_m:
            continue
        reached_m = along - deep_m * float(np.sqrt(1 - (aside / half_m) ** 2))
        up_m = float(eye_m[2]) + rise * reached_m
        share = up_m / float(people.height_m[row])
        if not 0 <= share < 1:
            continue
        range_m = reached_m * float(np.hypot(1.0, rise))
        if nearest is None or range_m < nearest.range_m:
            facing = -float(ahead @ _front(people, row))
            zone = _zone(share, abs(aside) / half_m, facing)
            nearest = Hit(person=int(people.person[row]), zone=zone, range_m=range_m)
    return nearest


def is_line_clear(
    people: PeopleNow,
    *,
    eye_m: Float[np.ndarray, " 3"],
    aim_m: Float[np.ndarray, " 3"],
    target: int | None,
) -> bool:
    """Return whether nobody but ``target`` stands in the beam, or within ``CLEAR_M`` of it."""
    flat = aim_m[:2] - eye_m[:2]
    far = float(np.hypot(*flat))
    if far < 1e-6:
        return False
    ahead, rise = flat / far, float(aim_m[2] - eye_m[2]) / far
    for row in range(len(people.person)):
        if int(people.person[row]) == target:
            continue
        way = people.position_site_m[row] - eye_m[:2]
        along, aside = float(way @ ahead), float(way[0] * ahead[1] - way[1] * ahead[0])
        half_m, _ = _half(people, row, ahead)
        beam_z_m = float(eye_m[2]) + rise * along
        is_under = beam_z_m > float(people.height_m[row]) + CLEAR_M
        if 0 < along < far and abs(aside) < half_m + CLEAR_M and not is_under:
            return False
    return True


def cloth_of(scene: Scene, person: int, zone: BodyZone | None) -> Cloth:
    """Return what a person wears at a zone; drawn once, from the seed and the two alone.

    The head is bare: skin is of the same stuff as leather.
    """
    row = 99 if zone is None else list(BodyZone).index(zone)
    rng = np.random.default_rng([scene.truth.seed, _STREAM, person, row])
    fabric = str(rng.choice(_FABRICS, p=_FABRIC_SHARE))
    return Cloth(
        fabric=fabric if zone is not None else "leather-like",
        fluorescence=float(rng.lognormal(0.0, 0.6)),
        tilt=float(np.clip(rng.normal(0.0, 0.2), -0.6, 0.6)),
        covering=float(rng.uniform(0.3, 1.0)),
    )


def residues_at(scene: Scene, at: Hit) -> tuple[tuple[str, float], ...]:
    """Return substances and loadings, ug/cm2, where a beam ends."""
    if at.person is None or at.zone is None:
        return ()
    items: tuple[CarriedItem, ...] = scene.truth.items
    found = loading_of(items, person=at.person, zone=at.zone)
    if at.zone is BodyZone.TORSO_BACK:  # a backpack is what the back shows
        in_bag = loading_of(items, person=at.person, zone=BodyZone.BAG)
        return in_bag or found
    return found


def _front(people: PeopleNow, row: int) -> np.ndarray:
    heading = float(people.heading_rad[row])
    return np.array([np.cos(heading), np.sin(heading)])


def _half(people: PeopleNow, row: int, ahead: np.ndarray) -> tuple[float, float]:
    """Return half the width across, and half the depth along, of a person as seen that way."""
    scale = float(people.height_m[row]) / 1.75
    along = float(ahead @ _front(people, row))
    across = np.sqrt(max(1 - along**2, 0.0))
    wide, deep = HALF_WIDTH_M * scale, HALF_DEPTH_M * scale
    return float(np.hypot(wide * along, deep * across)), float(
        np.hypot(deep * along, wide * across)
    )


def _zone(share_up: float, share_aside: float, facing: float) -> BodyZone | None:
    """Return the zone at a height and a place across; ``facing`` is 1 from the front."""
    found = next((zone for up_to, zone in _UP_TO if share_up < up_to), None)
    if found in {BodyZone.WAIST, BodyZone.TORSO_FRONT}:
        if share_aside > TRUNK_SHARE or abs(facing) < 0.5:
            return BodyZone.ARMS
        if found is BodyZone.TORSO_FRONT and facing < 0:
            return BodyZone.TORSO_BACK
    return found
