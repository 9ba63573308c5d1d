"""A site, and people at chosen places on it."""

from collections.abc import Callable

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.site import Site
from standex.model.tracks import Snapshot

At = Callable[..., Snapshot]


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site("metro")


@pytest.fixture(scope="session")
def at() -> At:
    def make(*places_m, t_utc_ns: int = 0, velocity=(0.0, 0.0), sigma_m: float = 0.1) -> Snapshot:
        n = len(places_m)
        return Snapshot(
            t_utc_ns=t_utc_ns,
            track_id=np.arange(1, n + 1),
            position_site_m=np.array(places_m, dtype=float).reshape(n, 2),
            velocity_site_m_per_s=np.tile(np.array(velocity, dtype=float), (n, 1)),
            covariance_site_m2=np.tile(sigma_m**2 * np.eye(2), (n, 1, 1)),
        )

    return make
