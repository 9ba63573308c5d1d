"""Where on the body: the zones that evidence, coverage and alerts speak of."""

from enum import StrEnum


class BodyZone(StrEnum):
    """One zone of a generic body; never a picture of anybody."""

    TORSO_FRONT = "torso_front"
    TORSO_BACK = "torso_back"
    WAIST = "waist"
    LEGS = "legs"
    ARMS = "arms"
    FEET = "feet"
    BAG = "bag"


ZONES: tuple[BodyZone, ...] = tuple(BodyZone)
ZONE_INDEX: dict[BodyZone, int] = {zone: row for row, zone in enumerate(ZONES)}
