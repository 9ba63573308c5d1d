"""A site that is easy to reckon with, and people who walk straight through it."""

from collections.abc import Callable

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.site import Site
from standex.model.trajectories import Trajectories
from standex.model.truth import CarriedItem, Truth
from standex.model.zones import BodyZone
from standex.twin.scene import Scene

Walk = Callable[..., Scene]


@pytest.fixture(scope="session")
def metro() -> Site:
    return load_site("metro")


@pytest.fixture
def walk() -> Walk:
    """Return a maker of scenes: people from one place to another in ``lasts_s``."""

    def make(*ways, lasts_s: float = 4.0, items: tuple[CarriedItem, ...] = ()) -> Scene:
        frame = np.arange(round(lasts_s * 25) + 1)
        share = (frame / frame[-1])[:, None]
        at = [np.array(a) + share * (np.array(b) - np.array(a)) for a, b in ways]
        trajectories = Trajectories(
            name="straight",
            person=np.repeat(np.arange(len(ways)) + 1, len(frame)),
            frame=np.tile(frame, len(ways)),
            position_m=np.concatenate(at),
            height_m=np.full(len(frame) * len(ways), np.nan),
            frame_rate_hz=25.0,
        )
        return Scene(trajectories=trajectories, truth=Truth(seed=3, items=items), start_utc_ns=0)

    return make


@pytest.fixture
def item() -> Callable[..., CarriedItem]:
    def make(person: int, item_class: str = "threat_dielectric") -> CarriedItem:
        return CarriedItem(
            person=person,
            item_class=item_class,
            zone=BodyZone.TORSO_FRONT,
            width_m=0.14,
            height_m=0.18,
            thickness_m=0.03,
            permittivity=2.9,
            loss_tangent=0.01,
        )

    return make
