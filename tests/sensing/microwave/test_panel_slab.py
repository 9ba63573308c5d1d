"""Two surfaces of a patch become intervals that hold the truth."""

import numpy as np
import pytest

from standex.model.zones import BodyZone
from standex.sensing.microwave.panel_profile import ACROSS_M, HEIGHT_M, OFF_M, Profile
from standex.sensing.microwave.panel_slab import in_words, slab_of
from standex.sensing.microwave.two_surfaces import path_excess_m


def look(echoes: dict[float, float]) -> Profile:
    """Return a flat body with echoes (place: power) on a patch of the chest."""

    def at(place_m: float) -> np.ndarray:
        return np.exp(-0.5 * ((OFF_M - place_m) / 0.007) ** 2)[:, None, None]

    shape = (len(OFF_M), len(ACROSS_M), len(HEIGHT_M))
    body = np.broadcast_to(at(0.0), shape)
    patch = np.broadcast_to(sum(power * at(place) for place, power in echoes.items()), shape)
    here = (np.abs(ACROSS_M)[:, None] < 0.07) & (np.abs(HEIGHT_M - 1.22)[None] < 0.07)
    below_top = (HEIGHT_M < 1.40)[None, None]
    return Profile(power=np.where(here, patch, body) * below_top, n_frames=1, sigma_m=0.001)


@pytest.mark.parametrize("cos_incidence", [1.0, 0.8])
@pytest.mark.parametrize(("thickness_m", "permittivity"), [(0.03, 2.9), (0.025, 2.6), (0.035, 3.1)])
def test_intervals_hold_the_truth(thickness_m, permittivity, cos_incidence):
    excess = float(path_excess_m(thickness_m, np.sqrt(permittivity), cos_incidence))
    seen = look({-thickness_m: 0.6, excess / cos_incidence: 0.8})
    slab = slab_of(seen, BodyZone.TORSO_FRONT, cos_incidence=cos_incidence)
    assert slab is not None
    assert slab.is_dielectric
    assert slab.thickness_interval_m[0] < thickness_m < slab.thickness_interval_m[1]
    assert slab.permittivity_interval[0] < permittivity < slab.permittivity_interval[1]
    words = in_words(slab)
    assert " to " in words
    assert "90 %" in words


@pytest.mark.parametrize("echoes", [{0.0: 1.0}, {-0.03: 1.0}, {0.03: 1.0}])
def test_one_surface_says_nothing(echoes):
    slab = slab_of(look(echoes), BodyZone.TORSO_FRONT, cos_incidence=1.0)
    assert slab is None
    assert in_words(slab) == ""


def test_a_zone_that_was_not_seen_says_nothing():
    assert slab_of(look({-0.03: 1, 0.02: 1}), BodyZone.TORSO_BACK, cos_incidence=1.0) is None
