"""Ways through the site: which places one person walks to, in order."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from jaxtyping import Float

from standex.twin.crowd.ground import INSET_M, SIDE_M, Ground
from standex.twin.crowd.plan import CrowdPlan, Flow, Opening

LegKind = Literal["pass", "queue", "leave", "board"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leg:
    """One part of a way.

    Attributes:
        kind: what happens at its end.
        name: opening, turnstiles or platform there.
        target_site_m: where to walk; of a queue, the middle of its heads.
        ahead_site: unit vector in which the place is walked through.
        left_over_m: length of all legs after this one.
    """

    kind: LegKind
    name: str
    target_site_m: Float[np.ndarray, " 2"]
    ahead_site: Float[np.ndarray, " 2"]
    left_over_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Route:
    """One person's way.

    Attributes:
        start_site_m: where they come in.
        legs: from there on.
        length_m: of the whole, straight from place to place.
    """

    start_site_m: Float[np.ndarray, " 2"]
    legs: tuple[Leg, ...]
    length_m: float


def route_of(
    plan: CrowdPlan, ground: Ground, flow: Flow, *, across: float, aside_m: float = 0.0
) -> Route:
    """Return the way of one person of a flow.

    Args:
        plan: with all places.
        ground: what is walked on.
        flow: from where to where.
        across: where in the flow's band, 0 right to 1 left.
        aside_m: further to the left, for those beside each other.
    """
    names = (flow.from_name, *flow.via, flow.to_name)
    middles = [_middle(plan, name) for name in names]
    share = flow.band[0] + across * (flow.band[1] - flow.band[0])
    last = len(names) - 1
    places: list[np.ndarray] = []
    ways: list[np.ndarray] = []
    for row, name in enumerate(names):
        opening = plan.opening(name)
        onward = middles[min(row + 1, last)] - middles[max(row - 1, 0)]
        onward = onward / max(float(np.hypot(*onward)), 1e-9)
        if opening is None:
            ways.append(onward)
            places.append(_door(plan, name, across))
            continue
        inset_m = 0.0
        if row in (0, last):
            onward = _through(opening, ground, onward, is_way_in=row == 0)
            inset_m = INSET_M if row == 0 else -INSET_M
        ways.append(onward)
        places.append(_point(opening, onward, share, aside_m) + inset_m * onward)
    lengths = [float(np.hypot(*(b - a))) for a, b in pairwise(places)]
    legs = tuple(
        Leg(
            kind=_kind(plan, name, is_last=row == last),
            name=name,
            target_site_m=places[row],
            ahead_site=ways[row],
            left_over_m=sum(lengths[row:]),
        )
        for row, name in enumerate(names)
        if row > 0
    )
    return Route(start_site_m=places[0], legs=legs, length_m=sum(lengths))


def _kind(plan: CrowdPlan, name: str, *, is_last: bool) -> LegKind:
    if plan.platform(name) is not None:
        return "board"
    if plan.opening(name) is None:
        return "queue"
    return "leave" if is_last else "pass"


def _middle(plan: CrowdPlan, name: str) -> np.ndarray:
    opening = plan.opening(name)
    if opening is not None:
        return (opening.from_site_m + opening.to_site_m) / 2
    platform = plan.platform(name)
    if platform is not None:
        return platform.door_site_m.mean(axis=0)
    (turnstiles,) = (one for one in plan.turnstiles if one.name == name)
    return turnstiles.head_site_m.mean(axis=0)


def _door(plan: CrowdPlan, name: str, across: float) -> np.ndarray:
    """Return the door of a train that somebody takes, or the middle of a row of lanes."""
    platform = plan.platform(name)
    if platform is None:
        return _middle(plan, name)
    row = min(int(across * len(platform.door_site_m)), len(platform.door_site_m) - 1)
    return platform.door_site_m[row]


def _through(
    opening: Opening, ground: Ground, onward: np.ndarray, *, is_way_in: bool
) -> np.ndarray:
    """Return the direction square through an opening: off the edge of the floor, or else onward."""
    inward = ground.inward(opening)
    if inward is not None:
        return inward if is_way_in else -inward
    along = (opening.to_site_m - opening.from_site_m) / opening.width_m
    across = np.array([-along[1], along[0]])
    return across if float(across @ onward) >= 0 else -across


def _point(opening: Opening, ahead: np.ndarray, share: float, aside_m: float) -> np.ndarray:
    """Return the place across an opening, counted from the right hand of whoever walks ahead."""
    right = np.array([ahead[1], -ahead[0]])
    along = opening.to_site_m - opening.from_site_m
    is_to_right = float(along @ right) > 0
    first, last = (
        (opening.to_site_m, opening.from_site_m)
        if is_to_right
        else (opening.from_site_m, opening.to_site_m)
    )
    width_m = opening.width_m
    side_m = min(SIDE_M, width_m / 2)
    at_m = side_m + share * (width_m - 2 * side_m) + aside_m
    at_m = float(np.clip(at_m, side_m, width_m - side_m))
    return first + at_m / width_m * (last - first)
