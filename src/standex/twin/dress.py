"""A body with what it wears and carries: facets at their heights, and the planes they refer to."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.twin.body import HEAD, ITEM, LEFT_LEG, RIGHT_LEG, TRUNK, Body, make_body
from standex.twin.layers import Layer
from standex.twin.planes import Plane, Planes
from standex.twin.wardrobe import (
    BACKPACK_CLOTH,
    BACKPACK_GAP_M,
    BACKPACK_HEIGHT_M,
    BACKPACK_WIDTH_M,
    BOTTLE,
    BUCKLE_THICKNESS_M,
    BUNCH_M,
    GLASS,
    ITEM_GAP_M,
    OVER_ITEM_M,
    WATER_LIKE,
    Outfit,
    Range,
    draw_outfit,
)

N_FOLDS = 12  # gaps are rounded to so many steps, so that tables stay few
NO_ITEM = -1
# Middle of each zone that things are carried in: height at a person of 1.75 m, side, room.
_TRUNK_PLACES: dict[BodyZone, tuple[float, float, float, float]] = {
    BodyZone.TORSO_FRONT: (1.24, 1.0, 0.07, 0.06),
    BodyZone.TORSO_BACK: (1.24, -1.0, 0.07, 0.06),
    BodyZone.WAIST: (0.93, 1.0, 0.11, 0.03),
    BodyZone.BAG: (1.18, -1.0, 0.04, 0.05),
}
BELT_Z_M = 1.00


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dressed:
    """A body and all that reflects on it.

    Attributes:
        body: bare.
        row: the body facet that each dressed facet lies over.
        height_m: above it.
        stack: plane of each.
        item: row of ``items`` that each belongs to, or ``NO_ITEM``.
        planes: what the stacks are.
        items: that were put on it.
    """

    body: Body
    row: Int[np.ndarray, " m"]
    height_m: Float[np.ndarray, " m"]
    stack: Int[np.ndarray, " m"]
    item: Int[np.ndarray, " m"]
    planes: Planes
    items: tuple[CarriedItem, ...]


class _Pile:
    """Facets and planes, as they are piled up."""

    def __init__(self) -> None:
        self.planes: list[Plane] = []
        self.facets: list[tuple[np.ndarray, int, float, int]] = []

    def add(self, rows: np.ndarray, plane: Plane, item: int = NO_ITEM) -> None:
        if len(rows):
            self.facets.append((rows, len(self.planes), plane.at_m, item))
            self.planes.append(plane)


def dress(
    items: tuple[CarriedItem, ...], *, seed: int, person: int, pitch_m: float, lowest_m: float
) -> Dressed:
    """Return a person's body, dressed, with ``items`` on it.

    Body and clothes depend on seed and person alone, and every item on its own number too: a
    passage with an item and one without it are otherwise the same. Where items overlap, the
    threat is the one that is seen, then the one listed first.

    Args:
        items: of this person.
        seed: of the truth.
        person: number in the recording.
        pitch_m: width of a facet.
        lowest_m: facets below are left out.
    """
    body = _body(None, seed, person, pitch_m, lowest_m)
    outfit = draw_outfit(np.random.default_rng([seed, 5, person]))
    worn = outfit.items(person)
    pile, free = _Pile(), np.ones(len(body.part), dtype=bool)
    order = sorted(range(len(items)), key=lambda n: not items[n].item_class.startswith("threat"))
    for number in order:
        item = items[number]
        if item in worn:
            continue  # comes with the outfit
        rng = np.random.default_rng([seed, 6, person, number])
        rows = _place(item, body, rng, (seed, person, pitch_m, lowest_m))
        rows = rows[free[rows]]
        _put_on(pile, item, rows, _over_item(outfit, item.zone, rng), rng, number)
        free[rows] = False
    _belt(pile, body, outfit, free)
    _clothe(pile, body, outfit, free)
    if outfit.has_backpack or any(item.zone == BodyZone.BAG for item in items):
        air = Layer(thickness_m=0.0, permittivity=1.0)
        up = outfit.backpack_m
        bag = Plane(layers=(BACKPACK_CLOTH,), backing=air, raised_m=up, at_m=up)
        pile.add(behind(body), bag)
    row, stack, height_m, item_row = (
        np.concatenate([np.broadcast_to(entry[c], len(entry[0])) for entry in pile.facets])
        for c in range(4)
    )
    return Dressed(
        body=body,
        row=row,
        height_m=height_m,
        stack=stack,
        item=item_row,
        planes=Planes(planes=tuple(pile.planes)),
        items=items,
    )


def _body(
    item: CarriedItem | None, seed: int, person: int, pitch_m: float, lowest_m: float
) -> Body:
    # The stream of ``scene.Scene.body``, so that people are as tall here as there.
    rng = np.random.default_rng([seed, 2, person])
    return make_body(item, pitch_m=pitch_m, lowest_m=lowest_m, rng=rng)


def _place(
    item: CarriedItem,
    body: Body,
    rng: np.random.Generator,
    origin: tuple[int, int, float, float],
) -> np.ndarray:
    """Return the facets under an item: threats where ``body`` puts them, others about the zone."""
    offset = rng.uniform(-1, 1, size=2)
    if item.item_class.startswith("threat") and item.zone != BodyZone.BAG:
        return np.flatnonzero(_body(item, *origin).stack == ITEM)
    if item.zone not in _TRUNK_PLACES:
        return np.flatnonzero(_body(item, *origin).stack == ITEM)
    z_m, side, room_y_m, room_z_m = _TRUNK_PLACES[item.zone]
    y, z = body.position_m[:, 1], body.position_m[:, 2]
    near = (body.part == TRUNK) & (body.normal[:, 0] * side > 0.2)
    near &= np.abs(y - offset[0] * room_y_m) <= item.width_m / 2
    near &= np.abs(z - z_m * body.scale - offset[1] * room_z_m) <= item.height_m / 2
    return np.flatnonzero(near)


def behind(body: Body) -> np.ndarray:
    """Return the facets of the back that a backpack covers."""
    z_m = _TRUNK_PLACES[BodyZone.BAG][0] * body.scale
    near = (body.part == TRUNK) & (body.normal[:, 0] < -0.6)
    near &= np.abs(body.position_m[:, 1]) <= BACKPACK_WIDTH_M / 2
    return np.flatnonzero(near & (np.abs(body.position_m[:, 2] - z_m) <= BACKPACK_HEIGHT_M / 2))


def _over_item(outfit: Outfit, zone: BodyZone, rng: np.random.Generator) -> tuple[Layer, ...]:
    """Return what is worn over an item, pressed against it; the cloth of a bag stands off."""
    gap = Layer(thickness_m=rng.uniform(*OVER_ITEM_M), permittivity=1.0)
    if zone == BodyZone.BAG:
        return ()
    if zone in (BodyZone.LEGS, BodyZone.FEET):
        return (outfit.trousers,)
    return (outfit.outer, gap, outfit.shirt) if outfit.outer else (outfit.shirt,)


def _put_on(
    pile: _Pile,
    item: CarriedItem,
    rows: np.ndarray,
    over: tuple[Layer, ...],
    rng: np.random.Generator,
    number: int,
) -> None:
    gap_m = rng.uniform(*(BACKPACK_GAP_M if item.zone == BodyZone.BAG else ITEM_GAP_M))
    up_m = gap_m + item.thickness_m
    if item.permittivity >= WATER_LIKE:
        water = Plane(layers=(*over, BOTTLE), backing="water", raised_m=up_m, at_m=up_m)
        pile.add(rows, water, number)
    elif item.permittivity:
        slab = Layer(
            thickness_m=item.thickness_m,
            permittivity=item.permittivity,
            loss_tangent=item.loss_tangent,
        )
        for plane in slab_planes(over, slab, gap_m):
            pile.add(rows, plane, number)
    elif item.item_class == "benign_metal" and max(item.width_m, item.height_m) < BUNCH_M:
        # A bunch: a third of its places hold a piece, each at a height of its own.
        level = rng.integers(0, 6, size=len(rows))
        for step in (0, 1):
            high_m = up_m * (0.5 + 0.5 * step)
            metal = Plane(layers=over, backing="metal", raised_m=high_m, at_m=high_m)
            pile.add(rows[level == step], metal, number)
        skin = Plane(layers=over)
        pile.add(rows[level > 1], skin, number)
    else:
        face = (*over, GLASS) if item.item_class == "benign_metal" else over
        pile.add(rows, Plane(layers=face, backing="metal", raised_m=up_m, at_m=up_m), number)


def slab_planes(over: tuple[Layer, ...], slab: Layer, gap_m: float) -> tuple[Plane, Plane]:
    """Return a slab that is ``gap_m`` off the skin as its front and what comes from behind it.

    Args:
        over: layers on the slab, from the outside in.
        slab: the slab itself.
        gap_m: air between slab and skin.
    """
    up_m = gap_m + slab.thickness_m
    front = Plane(layers=over, backing=slab, raised_m=up_m, at_m=up_m)
    apparent_m = up_m - slab.thickness_m / float(np.sqrt(slab.permittivity)) - gap_m
    air = Layer(thickness_m=gap_m, permittivity=1.0)
    return front, Plane(layers=(*over, slab, air), at_m=apparent_m, without=front)


def _belt(pile: _Pile, body: Body, outfit: Outfit, free: np.ndarray) -> None:
    if outfit.belt is None:
        return
    z = body.position_m[:, 2] - BELT_Z_M * body.scale
    over = () if outfit.outer is None else (outfit.outer,)
    buckle = free & (body.part == TRUNK) & (body.normal[:, 0] > 0.2)
    buckle &= np.abs(body.position_m[:, 1]) <= outfit.buckle_width_m / 2
    buckle &= np.abs(z) <= outfit.buckle_height_m / 2
    up_m = outfit.belt.thickness_m + BUCKLE_THICKNESS_M
    pile.add(np.flatnonzero(buckle), Plane(layers=over, backing="metal", raised_m=up_m, at_m=up_m))
    strip = free & ~buckle & (body.part == TRUNK) & (np.abs(z) <= outfit.belt_height_m / 2)
    pile.add(np.flatnonzero(strip), Plane(layers=(*over, outfit.belt, outfit.trousers)))
    free[buckle | strip] = False


def _clothe(pile: _Pile, body: Body, outfit: Outfit, free: np.ndarray) -> None:
    """Put cloth over all that is free; every step of its folds is a plane."""
    legs = (body.part == LEFT_LEG) | (body.part == RIGHT_LEG)
    head = body.part == HEAD
    level = (outfit.folds.share(body.position_m) * N_FOLDS).astype(np.int64)
    shirt_under = Layer(thickness_m=outfit.shirt_gap_m[0], permittivity=1.0)
    pile.add(np.flatnonzero(free & head), Plane(layers=()))
    for step in range(N_FOLDS):
        here = free & (np.clip(level, 0, N_FOLDS - 1) == step)
        gap = _gap(outfit.trousers_gap_m, step)
        pile.add(np.flatnonzero(here & legs), Plane(layers=(outfit.trousers, gap)))
        if outfit.outer is None:
            layers = (outfit.shirt, _gap(outfit.shirt_gap_m, step))
        else:
            layers = (outfit.outer, _gap(outfit.outer_gap_m, step), outfit.shirt, shirt_under)
        pile.add(np.flatnonzero(here & ~legs & ~head), Plane(layers=layers))


def _gap(between_m: Range, step: int) -> Layer:
    low, high = between_m
    return Layer(thickness_m=low + (high - low) * (step + 0.5) / N_FOLDS, permittivity=1.0)
