"""The values of the joint fit: what can be in a spectrum, and what a passage's shots say."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.sensing.laser.count_noise import CountNoise
from standex.sensing.laser.nuisance import Nuisance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointModel:
    """What can be in a spectrum, and how noisy that is; no weights yet.

    Attributes:
        library_id: of the entries.
        names: of the entries, in the order of z.
        item_classes: of the entries.
        template: entries on the channels, one a column; float32.
        nuisance: what is fitted beside each.
        noise: of the detector.
        is_compiled: use the kernel for the loops around the product.
    """

    library_id: str
    names: tuple[str, ...]
    item_classes: tuple[str, ...]
    template: Float[np.ndarray, "channels entries"]
    nuisance: Nuisance
    noise: CountNoise
    is_compiled: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PassageScore:
    """What several shots of one passage say together.

    Attributes:
        z: of each entry, all shots together; standard normal without it.
        z_of_shot: of each shot by itself.
    """

    z: Float[np.ndarray, " entries"]
    z_of_shot: Float[np.ndarray, "shots entries"]
