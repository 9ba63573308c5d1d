"""The floor that people can walk on: the level's area without its walls."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from standex.model.errors import SiteError
from standex.model.site import Level
from standex.twin.crowd.extra import shapely
from standex.twin.crowd.plan import CrowdPlan, Opening

HALF_WALL_M = 0.05
GRID_M = 1e-4
SIDE_M = 0.30  # nobody is sent closer than this to the end of an opening or to a wall
INSET_M = 0.30  # people appear and vanish this far inside an opening


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """What is walked on.

    Attributes:
        area: a polygon in one piece, obstacles are holes.
        clear: the part of it that is ``SIDE_M`` away from any wall.
    """

    area: Any
    clear: Any

    @property
    def wkt(self) -> str:
        """Return the area as text."""
        return str(shapely().to_wkt(self.area, rounding_precision=9))

    def covers(self, position_site_m: Float[np.ndarray, "n 2"]) -> Bool[np.ndarray, " n"]:
        """Return which places can be walked on."""
        points = shapely().points(position_site_m)
        return np.asarray(shapely().covers(self.area, points), dtype=bool).reshape(-1)

    def is_clear(self, position_site_m: Float[np.ndarray, "n 2"]) -> Bool[np.ndarray, " n"]:
        """Return which places are also away from walls."""
        points = shapely().points(position_site_m)
        return np.asarray(shapely().covers(self.clear, points), dtype=bool).reshape(-1)

    def sees(self, a_site_m: Float[np.ndarray, " 2"], b_site_m: Float[np.ndarray, " 2"]) -> bool:
        """Return whether the straight way between two places is free of walls."""
        return bool(shapely().covers(self.area, shapely().linestrings([a_site_m, b_site_m])))

    def inward(self, opening: Opening) -> Float[np.ndarray, " 2"] | None:
        """Return the direction into the floor at an opening on its edge, or None elsewhere."""
        along = (opening.to_site_m - opening.from_site_m) / opening.width_m
        across = np.array([-along[1], along[0]])
        middle = (opening.from_site_m + opening.to_site_m) / 2
        left, right = self.covers(np.stack([middle + INSET_M * across, middle - INSET_M * across]))
        if left == right:
            return None
        return across if left else -across


def ground_of(plan: CrowdPlan) -> Ground:
    """Return the floor of a crowd, and refuse a plan that does not fit onto it.

    Raises:
        SiteError: the openings do not lie on one connected floor, or a place is not on it.
        StandexError: the extra ``crowd`` is missing.
    """
    area = _area(plan.level, np.stack([_middle(one) for one in plan.openings]) if plan.openings
                 else plan.platforms[0].door_site_m)  # fmt: skip
    ground = Ground(area=area, clear=area.buffer(-SIDE_M))
    _check(plan, ground)
    return ground


def _middle(opening: Opening) -> np.ndarray:
    return (opening.from_site_m + opening.to_site_m) / 2


def _area(level: Level, inside_site_m: np.ndarray) -> Any:
    """Return the piece of the level, cut by its walls, that most of the places lie at."""
    package = shapely()
    floor = package.box(*level.min_site_m, *level.max_site_m)
    if len(level.wall_site_m):
        walls = package.buffer(
            package.linestrings(level.wall_site_m),
            HALF_WALL_M,
            cap_style="square",
            join_style="mitre",
        )
        floor = floor.difference(package.union_all(walls))
    # To a tenth of a millimetre: rounding leaves slivers that the router refuses.
    parts = package.get_parts(package.set_precision(floor, GRID_M).simplify(GRID_M))
    pieces = [part for part in parts if part.area > 0]
    if not pieces:
        raise SiteError(f"crowd: level {level.level_id!r} has no floor between its walls")
    places = package.points(inside_site_m)
    near = [
        int(np.sum(package.dwithin(piece, places, INSET_M))) * 1e6 + float(piece.area)
        for piece in pieces
    ]
    return pieces[int(np.argmax(near))]


def _check(plan: CrowdPlan, ground: Ground) -> None:
    where = f"floor of level {plan.level.level_id!r}"
    for opening in plan.openings:
        along = np.linspace(0, 1, 5)[1:-1, None] * (opening.to_site_m - opening.from_site_m)
        inward = ground.inward(opening)
        at = opening.from_site_m + along + (0.0 if inward is None else INSET_M * inward)
        if not ground.covers(at).all():
            raise SiteError(f"crowd: opening {opening.name!r} does not lie on the {where}")
    for turnstiles in plan.turnstiles:
        for lane in range(len(turnstiles.head_site_m)):
            place = turnstiles.place_site_m(lane)
            if not ground.covers(place).all():
                raise SiteError(
                    f"crowd: turnstiles {turnstiles.name!r}: places of lane {lane + 1} do not lie "
                    f"on the {where}, such as {place[~ground.covers(place)][0].tolist()}"
                )
    for platform in plan.platforms:
        if not ground.covers(platform.door_site_m).all():
            raise SiteError(f"crowd: platform {platform.name!r}: a door is not on the {where}")
        corners = np.stack([platform.waiting_min_site_m, platform.waiting_max_site_m])
        if not ground.covers(corners).all():
            raise SiteError(f"crowd: platform {platform.name!r}: its area is not on the {where}")
