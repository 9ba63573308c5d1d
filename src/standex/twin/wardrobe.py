"""What people wear and carry, drawn by chance from ranges that are fixed here.

Ranges are for 8-18 GHz and were written down before anything was scored with them; nothing is tuned
to a detector. Cloth, plastics, skin and water follow the works below; leather, paper and the inert
simulants have the customary ranges of the field, which nobody here has measured. Gaps, sizes and
shares of garments are estimates of everyday clothes and things.

Items are generic: a dielectric slab within published ranges, a metal plate, and benign things of
everyday sizes. What a thing looks like to a wave follows from its ``CarriedItem`` alone:

* permittivity 0: metal; above ``WATER_LIKE`` water behind thin plastic; else a homogeneous slab;
* benign metal smaller than ``BUNCH_M`` is a bunch of pieces (keys), a larger one lies under glass
  (telephone).

References:
    Gabriel, Lau, Gabriel, Phys. Med. Biol. 41 (1996) 2271 (skin).
    Kaatze, J. Chem. Eng. Data 34 (1989) 371 (water).
    Yamada, Textiles 2 (2022) 50 (dielectric properties of textiles, a review).
    Perez-Campos et al., Materials 16 (2023) 4428 (heaps of fabric, by density and moisture).
    Riddle, Baker-Jarvis, Krupka, IEEE Trans. Microw. Theory Tech. 51 (2003) 727 (plastics).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.twin.layers import Layer

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloth:
    """A kind of garment, as ranges.

    Attributes:
        thickness_m: of the cloth.
        permittivity: effective, fibres and air.
        loss_tangent: of a dry cloth.
        gap_m: air under it, from the tightest fold to the widest.
    """

    thickness_m: Range
    permittivity: Range
    loss_tangent: Range
    gap_m: Range


# Thin woven cotton; knitted wool; lined or quilted synthetics and denim; heavy wool.
SHIRT = Cloth(
    thickness_m=(0.3e-3, 0.8e-3), permittivity=(1.3, 1.7), loss_tangent=(0.02, 0.10),
    gap_m=(0.0, 6e-3),
)  # fmt: skip
JUMPER = Cloth(
    thickness_m=(2e-3, 4e-3), permittivity=(1.2, 1.4), loss_tangent=(0.02, 0.10),
    gap_m=(0.0, 8e-3),
)  # fmt: skip
JACKET = Cloth(
    thickness_m=(1e-3, 3e-3), permittivity=(1.4, 1.8), loss_tangent=(0.02, 0.10),
    gap_m=(2e-3, 15e-3),
)  # fmt: skip
COAT = Cloth(
    thickness_m=(2e-3, 4e-3), permittivity=(1.2, 1.6), loss_tangent=(0.02, 0.10),
    gap_m=(3e-3, 25e-3),
)  # fmt: skip
TROUSERS = Cloth(
    thickness_m=(0.6e-3, 1.2e-3), permittivity=(1.5, 1.8), loss_tangent=(0.03, 0.10),
    gap_m=(0.0, 8e-3),
)  # fmt: skip
OUTER: tuple[tuple[float, Cloth | None], ...] = (
    (0.35, None),
    (0.20, JUMPER),
    (0.25, JACKET),
    (0.20, COAT),
)
SHIRT_UNDER_M = (0.0, 2e-3)  # air under a shirt that something else is worn over
FOLD_LENGTH_M = (0.08, 0.30)
N_WAVES = 24

BELT_SHARE = 0.6
BELT_HEIGHT_M, BELT_THICKNESS_M = (0.025, 0.040), (3e-3, 5e-3)
LEATHER_PERMITTIVITY, LEATHER_LOSS = (2.0, 3.0), (0.03, 0.10)
BUCKLE_WIDTH_M, BUCKLE_HEIGHT_M, BUCKLE_THICKNESS_M = (0.040, 0.065), (0.030, 0.045), 5e-3
BACKPACK_SHARE = 0.15
BACKPACK_DEPTH_M, BACKPACK_GAP_M = (0.08, 0.15), (5e-3, 40e-3)
BACKPACK_WIDTH_M, BACKPACK_HEIGHT_M = 0.28, 0.40
BACKPACK_CLOTH = Layer(thickness_m=0.8e-3, permittivity=2.0, loss_tangent=0.03)
# Clothes, paper and air: a mean over the bag, dry, and how uneven it is from place to place.
FILLING_PERMITTIVITY, FILLING_LOSS = (1.05, 1.40), (0.005, 0.03)
FILLING_SPREAD = 0.6

ITEM_GAP_M = (0.0, 4e-3)  # between an item and the skin
OVER_ITEM_M = (0.5e-3, 4e-3)  # between what is worn over a shirt and the shirt over an item
WATER_LIKE = 20.0
BUNCH_M = 0.075
GLASS = Layer(thickness_m=0.7e-3, permittivity=6.0, loss_tangent=0.02)
BOTTLE = Layer(thickness_m=0.4e-3, permittivity=3.0, loss_tangent=0.01)

Thing = Literal[
    "reference", "metal_plate", "telephone", "keys", "wallet", "bottle", "book"
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingRanges:
    """A kind of thing, as ranges; ``area_m2`` fixes the height from the width where it is set."""

    item_class: str
    width_m: Range
    height_m: Range
    thickness_m: Range
    permittivity: Range = (0.0, 0.0)
    loss_tangent: Range = (0.0, 0.0)
    area_m2: float | None = None


THINGS: dict[Thing, ThingRanges] = {
    # The generic reference object: 200 cm2, 30 mm, the range of inert simulants.
    "reference": ThingRanges(
        item_class="threat_dielectric", width_m=(0.11, 0.16), height_m=(0.12, 0.19),
        thickness_m=(0.030, 0.030), permittivity=(2.6, 3.2), loss_tangent=(0.005, 0.02),
        area_m2=0.020,
    ),
    "metal_plate": ThingRanges(
        item_class="threat_metal", width_m=(0.08, 0.14), height_m=(0.12, 0.20),
        thickness_m=(0.02, 0.04),
    ),
    "telephone": ThingRanges(
        item_class="benign_metal", width_m=(0.065, 0.080), height_m=(0.135, 0.165),
        thickness_m=(0.007, 0.010),
    ),
    "keys": ThingRanges(
        item_class="benign_metal", width_m=(0.03, 0.06), height_m=(0.05, 0.07),
        thickness_m=(0.002, 0.008),
    ),
    "wallet": ThingRanges(
        item_class="benign_dielectric", width_m=(0.08, 0.12), height_m=(0.08, 0.11),
        thickness_m=(0.008, 0.020), permittivity=(2.0, 3.0), loss_tangent=(0.03, 0.10),
    ),
    # A flat bottle, a flask or a gel pack.
    "bottle": ThingRanges(
        item_class="benign_dielectric", width_m=(0.07, 0.10), height_m=(0.12, 0.18),
        thickness_m=(0.02, 0.04), permittivity=(56.0, 56.0), loss_tangent=(0.6, 0.6),
    ),
    "book": ThingRanges(
        item_class="benign_dielectric", width_m=(0.11, 0.15), height_m=(0.17, 0.21),
        thickness_m=(0.010, 0.030), permittivity=(2.0, 3.0), loss_tangent=(0.03, 0.10),
    ),
}  # fmt: skip


def draw_thing(
    thing: Thing, *, person: int, zone: BodyZone, rng: np.random.Generator
) -> CarriedItem:
    """Return one thing of a kind on a person, ready for the truth.

    Args:
        thing: its kind.
        person: who carries it.
        zone: where.
        rng: source of chance.
    """
    ranges = THINGS[thing]
    width_m = rng.uniform(*ranges.width_m)
    height_m = rng.uniform(*ranges.height_m)
    return CarriedItem(
        person=person,
        item_class=ranges.item_class,
        zone=zone,
        width_m=width_m,
        height_m=height_m if ranges.area_m2 is None else ranges.area_m2 / width_m,
        thickness_m=rng.uniform(*ranges.thickness_m),
        permittivity=rng.uniform(*ranges.permittivity),
        loss_tangent=rng.uniform(*ranges.loss_tangent),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Folds:
    """How far cloth stands off, 0 to 1, as a smooth random field over the body at rest.

    A sum of waves is close to Gaussian; its distribution function makes it evenly spread.
    """

    wave_rad_per_m: Float[np.ndarray, "w 3"]
    phase_rad: Float[np.ndarray, " w"]

    @classmethod
    def draw(cls, rng: np.random.Generator) -> "Folds":
        """Draw a field; folds run in all directions."""
        direction = rng.normal(size=(N_WAVES, 3))
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        length_m = rng.uniform(*FOLD_LENGTH_M, size=N_WAVES)
        return cls(
            wave_rad_per_m=direction * (2 * np.pi / length_m)[:, None],
            phase_rad=rng.uniform(0, 2 * np.pi, size=N_WAVES),
        )

    def share(self, position_m: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " n"]:
        """Return where between the tightest and the widest the cloth is."""
        height = np.cos(position_m @ self.wave_rad_per_m.T + self.phase_rad).sum(axis=1)
        # Logistic approximation of the normal distribution function, within 0.01.
        return 1 / (1 + np.exp(-1.702 * height * np.sqrt(2 / N_WAVES)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Filling:
    """What a bag is filled with, apart from the items in it.

    Attributes:
        index: mean refractive index, n' - j n''.
        folds: where it is denser.
    """

    index: complex
    folds: Folds

    def share(self, place_m: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, " n"]:
        """Return how dense it is over its mean, at places along the bag's depth and up."""
        place = np.column_stack([place_m[:, 0], np.zeros(len(place_m)), place_m[:, 1]])
        return 1 + FILLING_SPREAD * (2 * self.folds.share(place) - 1)


def draw_filling(rng: np.random.Generator) -> Filling:
    """Return what a bag is filled with."""
    permittivity, loss = rng.uniform(*FILLING_PERMITTIVITY), rng.uniform(*FILLING_LOSS)
    index = complex(np.sqrt(permittivity * (1 - 1j * loss)))
    return Filling(index=index, folds=Folds.draw(rng))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outfit:
    """What one person wears.

    Attributes:
        shirt: next to the skin.
        shirt_gap_m: under it, tightest and widest.
        outer: over the shirt, or None.
        outer_gap_m: under it.
        trousers: on the legs.
        trousers_gap_m: under them.
        folds: of all of it.
        belt: its leather, or None.
        belt_height_m: how broad it is.
        buckle_width_m: of its metal plate.
        buckle_height_m: of its metal plate.
        backpack_m: how deep its backpack is; worn where something is in it, or ``has_backpack``.
        has_backpack: whether it is worn even when empty.
    """

    shirt: Layer
    shirt_gap_m: Range
    outer: Layer | None
    outer_gap_m: Range
    trousers: Layer
    trousers_gap_m: Range
    folds: Folds
    belt: Layer | None
    belt_height_m: float
    buckle_width_m: float
    buckle_height_m: float
    backpack_m: float
    has_backpack: bool

    def items(self, person: int) -> tuple[CarriedItem, ...]:
        """Return what of it a truth should list: the buckle of a belt."""
        if self.belt is None:
            return ()
        buckle = CarriedItem(
            person=person,
            item_class="benign_metal",
            zone=BodyZone.WAIST,
            width_m=self.buckle_width_m,
            height_m=self.buckle_height_m,
            thickness_m=self.belt.thickness_m + BUCKLE_THICKNESS_M,
            permittivity=0.0,
            loss_tangent=0.0,
        )
        return (buckle,)


def draw_outfit(rng: np.random.Generator) -> Outfit:
    """Return an outfit; the number of draws is always the same."""
    outer_kind = rng.random()
    edges = np.cumsum([share for share, _ in OUTER])
    cloth = OUTER[min(int(np.searchsorted(edges, outer_kind, side="right")), len(OUTER) - 1)][1]
    shirt, shirt_gap_m = _draw_cloth(SHIRT, rng)
    under_m = rng.uniform(*SHIRT_UNDER_M)
    outer, outer_gap_m = _draw_cloth(cloth or JACKET, rng)
    trousers, trousers_gap_m = _draw_cloth(TROUSERS, rng)
    folds = Folds.draw(rng)
    belt = Layer(
        thickness_m=rng.uniform(*BELT_THICKNESS_M),
        permittivity=rng.uniform(*LEATHER_PERMITTIVITY),
        loss_tangent=rng.uniform(*LEATHER_LOSS),
    )
    has_belt, has_backpack = rng.random() < BELT_SHARE, rng.random() < BACKPACK_SHARE
    return Outfit(
        shirt=shirt,
        shirt_gap_m=(under_m, under_m) if cloth else shirt_gap_m,
        outer=outer if cloth else None,
        outer_gap_m=outer_gap_m,
        trousers=trousers,
        trousers_gap_m=trousers_gap_m,
        folds=folds,
        belt=belt if has_belt else None,
        belt_height_m=rng.uniform(*BELT_HEIGHT_M),
        buckle_width_m=rng.uniform(*BUCKLE_WIDTH_M),
        buckle_height_m=rng.uniform(*BUCKLE_HEIGHT_M),
        backpack_m=rng.uniform(*BACKPACK_DEPTH_M),
        has_backpack=has_backpack,
    )


def _draw_cloth(cloth: Cloth, rng: np.random.Generator) -> tuple[Layer, Range]:
    layer = Layer(
        thickness_m=rng.uniform(*cloth.thickness_m),
        permittivity=rng.uniform(*cloth.permittivity),
        loss_tangent=rng.uniform(*cloth.loss_tangent),
    )
    low, high = cloth.gap_m
    return layer, (low, rng.uniform((low + high) / 2, high))
