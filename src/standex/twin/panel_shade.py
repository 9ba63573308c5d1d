"""A person with a backpack as a screen between two panels: opaque, but for the bag.

The body stops the wave (muscle takes 30 dB and more within its thickness); its outline, part by
part and height by height, is that of its facets along the rays. A bag is a box behind the back,
filled unevenly with something light, in which its items take the place of the filling. Rays go
straight through it: what they lose and how much later they come follows from the lengths within.

Left out: clothes on the body (a few millimetres at its edges), the cloth of the bag (its path
excess is below a millimetre), straps, and how the box turns with the trunk (3 degrees).

References:
    Gabriel, Lau, Gabriel, Phys. Med. Biol. 41 (1996) 2271 (muscle).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.twin.body import LEFT_LEG, RIGHT_LEG, posed
from standex.twin.dress import Dressed, behind
from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.panel_transmission import Upright, slab_transmission
from standex.twin.planes import water_permittivity
from standex.twin.scene import PeopleNow
from standex.twin.wardrobe import (
    BACKPACK_HEIGHT_M,
    BACKPACK_WIDTH_M,
    WATER_LIKE,
    Filling,
    draw_filling,
    draw_outfit,
)

Slope = tuple[float, float]  # along and up, for every metre across
CELL_M = 0.008
ALONG_M, UP_M = 0.56, (0.35, 1.95)  # the part of the plane that is looked at
OFFSETS = (-0.25, 0.25)  # of a cell: where rays go through a bag, so that edges are half as coarse
LEAST_SLOPE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Box:
    """A box with its faces along the axes of a plane: along, across, up.

    Attributes:
        low_m: corner.
        high_m: opposite corner.
    """

    low_m: Float[np.ndarray, " 3"]
    high_m: Float[np.ndarray, " 3"]

    def chord_m(
        self, along_m: Float[np.ndarray, " n"], up_m: Float[np.ndarray, " n"], slope: Slope
    ) -> Float[np.ndarray, " n"]:
        """Return how long rays through these places of the plane are inside."""
        first, last = np.full(len(along_m), self.low_m[1]), np.full(len(along_m), self.high_m[1])
        for axis, at, rise in ((0, along_m, slope[0]), (2, up_m, slope[1])):
            rise = rise if abs(rise) > LEAST_SLOPE else LEAST_SLOPE  # noqa: PLW2901
            ends = (self.low_m[axis] - at) / rise, (self.high_m[axis] - at) / rise
            first = np.maximum(first, np.minimum(*ends))
            last = np.minimum(last, np.maximum(*ends))
        return np.maximum(last - first, 0.0) * np.sqrt(1 + slope[0] ** 2 + slope[1] ** 2)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bag:
    """A backpack in the plane that its wearer walks in.

    Attributes:
        box: its outside.
        filling: what it is filled with.
        items: what else is in it, and where.
    """

    box: Box
    filling: Filling
    items: tuple[tuple[CarriedItem, Box], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Person:
    """Satisfies ``panel_transmission.Screen``.

    Attributes:
        plane: that the person walks in.
        cell_m: cells.
        area_m2: of one.
        outline_m: places on the skin, in the plane's axes.
        part: of the body, of each.
        bag: what is worn on the back, or None.
    """

    plane: Upright
    cell_m: Float[np.ndarray, "cells 2"]
    area_m2: float
    outline_m: Float[np.ndarray, "n 3"]
    part: Int[np.ndarray, " n"]
    bag: Bag | None

    def seen(self, slope_along: float, slope_up: float, /) -> "Seen":
        """Return the person for rays of one direction."""
        slope = (slope_along, slope_up)
        opaque, bag = self._opaque(slope), self.bag
        if bag is None:
            rows = np.flatnonzero(opaque > 0)
            return Seen(
                rows=rows,
                open_share=1 - opaque[rows],
                bag=None,
                in_bag=rows[:0],
                filled_share=np.zeros(0),
                lengths_m=(),
            )
        is_in_bag = bag.box.chord_m(self.cell_m[:, 0], self.cell_m[:, 1], slope) > 0
        rows = np.flatnonzero((opaque > 0) | is_in_bag)
        in_bag = np.flatnonzero(is_in_bag[rows])
        cell = self.cell_m[rows[in_bag]]
        lengths: list[tuple[np.ndarray, tuple[np.ndarray, ...]]] = []
        for off in OFFSETS:
            along, up = cell[:, 0] + off * CELL_M, cell[:, 1]
            inside = tuple(box.chord_m(along, up, slope) for _, box in bag.items)
            lengths.append((bag.box.chord_m(along, up, slope), inside))
        return Seen(
            rows=rows,
            open_share=1 - opaque[rows],
            bag=bag,
            in_bag=in_bag,
            filled_share=bag.filling.share(cell - bag.box.low_m[[0, 2]]),
            lengths_m=tuple(lengths),
        )

    def _opaque(self, slope: Slope) -> np.ndarray:
        """Return which share of each cell the body covers, part by part and row by row."""
        along = self.outline_m[:, 0] - slope[0] * self.outline_m[:, 1]
        up = self.outline_m[:, 2] - slope[1] * self.outline_m[:, 1]
        n = round((UP_M[1] - UP_M[0]) / CELL_M)
        row = np.floor((up - UP_M[0]) / CELL_M).astype(np.int64)
        cell_row = np.floor((self.cell_m[:, 1] - UP_M[0]) / CELL_M).astype(np.int64)
        covered = np.zeros(len(self.cell_m))
        for part in np.unique(self.part):
            mine = (self.part == part) & (row >= 0) & (row < n)
            if not mine.any():
                continue
            low, high = np.full(n, np.inf), np.full(n, -np.inf)
            np.minimum.at(low, row[mine], along[mine])
            np.maximum.at(high, row[mine], along[mine])
            known = np.flatnonzero(np.isfinite(low))
            rows = np.arange(n)
            # Legs go on down to the floor below their lowest facet.
            lowest = 0 if part in (LEFT_LEG, RIGHT_LEG) else known[0]
            ends = (rows >= lowest) & (rows <= known[-1])
            low = np.where(ends, np.interp(rows, known, low[known]), np.inf)
            high = np.where(ends, np.interp(rows, known, high[known]), -np.inf)
            inside = np.minimum(high[cell_row], self.cell_m[:, 0] + CELL_M / 2) - np.maximum(
                low[cell_row], self.cell_m[:, 0] - CELL_M / 2
            )
            covered = np.maximum(covered, np.clip(inside / CELL_M, 0.0, 1.0))
        return covered


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """A person along one direction; satisfies ``panel_transmission.Sight``.

    Attributes:
        rows: cells that the person changes.
        open_share: what the body leaves of each of them.
        bag: what is worn on the back, or None.
        in_bag: which of them the bag is before.
        filled_share: how dense its filling is there, over its mean.
        lengths_m: inside the bag and inside each of its items; once for each of ``OFFSETS``.
    """

    rows: Int[np.ndarray, " n"]
    open_share: Float[np.ndarray, " n"]
    bag: Bag | None
    in_bag: Int[np.ndarray, " m"]
    filled_share: Float[np.ndarray, " m"]
    lengths_m: tuple[tuple[np.ndarray, tuple[np.ndarray, ...]], ...]

    def at(self, k_rad_per_m: float, /) -> Complex[np.ndarray, " n"]:
        """Return which share of the amplitude those cells let through, with its phase."""
        through = self.open_share.astype(np.complex128)
        if self.bag is None or not len(self.in_bag):
            return through
        n_bag = 1 + (self.bag.filling.index - 1) * self.filled_share
        passed = np.zeros(len(self.in_bag), dtype=np.complex128)
        for length_m, of_items in self.lengths_m:
            one = np.exp(-1j * k_rad_per_m * (n_bag - 1) * length_m)
            for (item, _), inside_m in zip(self.bag.items, of_items, strict=True):
                hit = inside_m > 0
                one[hit] *= item_transmission(item, inside_m[hit], n_bag[hit], k_rad_per_m)
            passed += one / len(self.lengths_m)
        through[self.in_bag] *= passed
        return through


def person_screen(dressed: Dressed, people: PeopleNow, row: int, *, seed: int) -> Person:
    """Return somebody as a screen in the plane that they walk in.

    Args:
        dressed: body, clothes and items.
        people: who is where.
        row: of the person.
        seed: of the truth: the filling of a bag depends on it and on the person alone.
    """
    body = dressed.body
    position, _ = posed(body, walked_m=float(people.walked_m[row]))
    along = np.arange(-ALONG_M, ALONG_M, CELL_M) + CELL_M / 2
    up = np.arange(round((UP_M[1] - UP_M[0]) / CELL_M)) * CELL_M + UP_M[0] + CELL_M / 2
    cells = np.stack(np.meshgrid(along, up, indexing="ij"), axis=-1).reshape(-1, 2)
    bag = _bag(dressed, position, int(people.person[row]), seed)
    # Cells that no ray finds covered would only cost time.
    low = float(position[:, 0].min()) if bag is None else float(bag.box.low_m[0])
    near = (cells[:, 0] > min(low, float(position[:, 0].min())) - 0.15) & (
        cells[:, 0] < float(position[:, 0].max()) + 0.15
    )
    near &= cells[:, 1] < float(position[:, 2].max()) + 0.1
    return Person(
        plane=Upright.at(people.position_site_m[row], float(people.heading_rad[row])),
        cell_m=cells[near],
        area_m2=CELL_M**2,
        outline_m=position,
        part=body.part,
        bag=bag,
    )


def item_transmission(
    item: CarriedItem,
    length_m: Float[np.ndarray, " n"],
    n_around: Complex[np.ndarray, " n"],
    k_rad_per_m: float,
) -> Complex[np.ndarray, " n"]:
    """Return what an item lets through, over the same length of what is around it.

    Args:
        item: metal, water-like, or a homogeneous dielectric.
        length_m: of each ray inside.
        n_around: refractive index of the surroundings.
        k_rad_per_m: in vacuum.
    """
    if not item.permittivity:
        return np.zeros(len(length_m), dtype=np.complex128)
    if item.permittivity >= WATER_LIKE:
        frequency = np.array([k_rad_per_m * LIGHT_M_PER_S / 2 / np.pi])
        permittivity = complex(water_permittivity(frequency)[0])
    else:
        permittivity = item.permittivity * (1 - 1j * item.loss_tangent)
    index = np.sqrt(permittivity) / n_around
    return slab_transmission(index, length_m, k_rad_per_m * n_around)


def _bag(dressed: Dressed, position_m: np.ndarray, person: int, seed: int) -> Bag | None:
    in_bag = [n for n, item in enumerate(dressed.items) if item.zone == BodyZone.BAG]
    outfit = draw_outfit(np.random.default_rng([seed, 5, person]))
    if not (outfit.has_backpack or in_bag):
        return None
    back = position_m[behind(dressed.body)]
    back_m = float(back[:, 0].mean())
    middle, half = back.mean(axis=0), np.array([0.0, BACKPACK_WIDTH_M / 2, BACKPACK_HEIGHT_M / 2])
    low, high = middle - half, middle + half
    low[0], high[0] = back_m - outfit.backpack_m, back_m
    items: list[tuple[CarriedItem, Box]] = []
    for number in in_bag:
        mine = dressed.item == number
        if mine.any():
            up_m = float(dressed.planes.planes[int(dressed.stack[mine][0])].raised_m)
            items.append(
                (
                    dressed.items[number],
                    _item_box(dressed.items[number], position_m[dressed.row[mine]], up_m),
                )
            )
    filling = draw_filling(np.random.default_rng([seed, 10, person]))
    return Bag(box=Box(low_m=low, high_m=high), filling=filling, items=tuple(items))


def _item_box(item: CarriedItem, under_m: np.ndarray, up_m: float) -> Box:
    """Return where an item is whose face is ``up_m`` off the back."""
    middle = (under_m.min(axis=0) + under_m.max(axis=0)) / 2
    back_m = float(under_m[:, 0].mean())
    half = np.array([0.0, item.width_m / 2, item.height_m / 2])
    low, high = middle - half, middle + half
    low[0], high[0] = back_m - up_m, back_m - up_m + item.thickness_m
    return Box(low_m=low, high_m=high)
