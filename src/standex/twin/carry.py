"""Who carries what, drawn by seed."""

from dataclasses import dataclass, replace

import numpy as np

from standex.model.truth import CarriedItem, Truth
from standex.model.zones import BodyZone
from standex.twin.residue import ResidueModel, with_residues


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryModel:
    """Shares of people who carry an item of each class, and where.

    Objects are generic: dielectric slabs within published ranges of permittivity, metal plates,
    and benign things of everyday sizes.

    Attributes:
        share: P(class) for the classes that the twin makes; the rest carry nothing.
        zones: equally likely places of a threat item.
        benign_zones: of a benign one.
        residue: what is on the clothes of whom; None where no sensor reads residues.
    """

    share: dict[str, float]
    zones: tuple[BodyZone, ...] = (BodyZone.TORSO_FRONT, BodyZone.WAIST)
    benign_zones: tuple[BodyZone, ...] = (BodyZone.TORSO_FRONT, BodyZone.WAIST)
    residue: ResidueModel | None = None


EXERCISE = CarryModel(
    share={
        "threat_dielectric": 0.10,
        "threat_metal": 0.10,
        "benign_metal": 0.10,
        "benign_dielectric": 0.10,
    }
)
# The same people with the same things, and residues on them.
TRACE_EXERCISE = replace(EXERCISE, residue=ResidueModel())


def draw_truth(people: np.ndarray, model: CarryModel, *, seed: int) -> Truth:
    """Return who carries what.

    Args:
        people: their numbers in the recording.
        model: shares and places.
        seed: each person's draw depends on the seed and their number alone.

    Raises:
        ValueError: a share is negative, they sum to more than one, or the twin cannot make a class.
    """
    names = list(model.share)
    share = np.array([model.share[name] for name in names])
    # Ten times 0.1 may come to a little over one.
    if not (np.all(share >= 0) and share.sum() <= 1 + 1e-9):
        raise ValueError(f"shares must be >= 0 and sum to 1 at most, got {model.share}")
    edges = np.cumsum(share)
    items: list[CarriedItem] = []
    for person in people:
        rng = np.random.default_rng([seed, 1, int(person)])
        row = int(np.searchsorted(edges, rng.random(), side="right"))
        if row < len(names):
            items.append(_draw_item(int(person), names[row], model, rng))
    if model.residue is None:
        return Truth(seed=seed, items=tuple(items))
    everybody = (int(person) for person in people)
    return Truth(seed=seed, items=with_residues(everybody, tuple(items), model.residue, seed=seed))


def _draw_item(person: int, name: str, model: CarryModel, rng: np.random.Generator) -> CarriedItem:
    zones = model.zones if name.startswith("threat") else model.benign_zones
    zone = zones[rng.integers(len(zones))]
    if name == "threat_dielectric":
        width, height = rng.uniform(0.10, 0.18), rng.uniform(0.10, 0.22)
        thickness, permittivity, loss = rng.uniform(0.02, 0.04), rng.uniform(2.6, 3.2), 0.01
    elif name == "threat_metal":
        width, height = rng.uniform(0.08, 0.14), rng.uniform(0.12, 0.20)
        thickness, permittivity, loss = rng.uniform(0.02, 0.04), 0.0, 0.0
    elif name == "benign_metal":
        width, height = rng.uniform(0.03, 0.08), rng.uniform(0.03, 0.15)
        thickness, permittivity, loss = rng.uniform(0.004, 0.010), 0.0, 0.0
    elif name == "benign_dielectric":
        width, height = rng.uniform(0.06, 0.11), rng.uniform(0.08, 0.15)
        thickness = rng.uniform(0.005, 0.020)
        permittivity, loss = rng.uniform(2.0, 3.0), 0.05
    else:
        raise ValueError(f"the twin cannot make an item of class {name!r}")
    return CarriedItem(
        person=person,
        item_class=name,
        zone=zone,
        width_m=float(width),
        height_m=float(height),
        thickness_m=float(thickness),
        permittivity=float(permittivity),
        loss_tangent=float(loss),
    )
