"""People who got stuck: found, told from people in a queue, and sent a step aside.

Agents of the models used here can freeze for ever face to face. Whoever wants to walk and has not
got anywhere for a while, with nobody ahead who goes the same way, counts as frozen.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from standex.twin.crowd.ground import Ground
from standex.twin.crowd.visit import Visit
from standex.twin.crowd.walkers import Walkers

PATIENCE_S = 3.0
MOVED_M = 0.25
AHEAD_M = 0.9
OFF_PLACE_M = 0.6
ASIDE_M = 0.8
ASIDE_S = 1.2
REROUTE_AFTER = 3  # steps aside that did not help


def frozen(
    visits: Collection[Visit],
    walkers: Walkers,
    where: Mapping[int, np.ndarray],
    *,
    t_s: float,
) -> list[Visit]:
    """Return who is frozen, and take note of who got on.

    Args:
        visits: everybody on the floor.
        walkers: the same.
        where: everybody's place, by agent.
        t_s: now.
    """
    found: list[Visit] = []
    for visit in visits:
        place = where.get(visit.agent)
        if place is None:
            continue
        wants_to_walk = visit.busy is None and (
            visit.mode in ("walking", "boarding") or _is_off_its_place(visit, place)
        )
        if not wants_to_walk or np.hypot(*(place - visit.anchor_site_m)) > MOVED_M:
            visit.rest(place, t_s)
        elif t_s - visit.anchor_s > PATIENCE_S and not _follows(visit, walkers, where, visits):
            found.append(visit)
    return found


def _is_off_its_place(visit: Visit, place_site_m: np.ndarray) -> bool:
    """Return whether somebody queues, but does not stand where they should."""
    if visit.mode != "queueing" or visit.lane is None:
        return False
    return float(np.hypot(*(visit.lane.place_of(visit.agent) - place_site_m))) > OFF_PLACE_M


def _follows(
    visit: Visit, walkers: Walkers, where: Mapping[int, np.ndarray], visits: Collection[Visit]
) -> bool:
    """Return whether somebody close ahead goes the same way, or serves as the end of a queue."""
    place, facing = where[visit.agent], walkers.facing(visit.agent)
    for other in visits:
        there = where.get(other.agent)
        if other is visit or there is None:
            continue
        way = there - place
        away_m = float(np.hypot(*way))
        if not 0 < away_m < AHEAD_M or float(way @ facing) < 0.5 * away_m:
            continue
        in_same_queue = other.mode == "queueing" == visit.mode
        if in_same_queue or float(walkers.facing(other.agent) @ facing) > 0.3:
            return True
    return False


def step_aside(
    place_site_m: np.ndarray,
    facing_site: np.ndarray,
    others_site_m: Sequence[np.ndarray],
    ground: Ground,
    rng: np.random.Generator,
) -> np.ndarray | None:
    """Return a place to the side or behind where there is room, or None.

    Args:
        place_site_m: of whoever is frozen.
        facing_site: where they want to go.
        others_site_m: of those around.
        ground: what is walked on.
        rng: decides between sides that are as good.
    """
    heading = float(np.arctan2(facing_site[1], facing_site[0]))
    angle = heading + np.deg2rad([50.0, -50.0, 90.0, -90.0, 130.0, -130.0, 180.0])
    offered = place_site_m + ASIDE_M * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    fits = [
        place for place in offered[ground.is_clear(offered)] if ground.sees(place_site_m, place)
    ]
    if not fits:
        return None
    room_m = [
        min([float(np.hypot(*(other - place))) for other in others_site_m], default=9.0)
        for place in fits
    ]
    # Room beyond two body widths is no better; a little chance keeps two from choosing alike.
    merit = np.minimum(room_m, 0.8) + rng.uniform(0, 0.3, len(fits))
    return fits[int(np.argmax(merit))]
