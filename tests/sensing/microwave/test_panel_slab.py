"""Two surfaces of a patch become intervals that hold the truth."""

import numpy as np
import pytest

from standex.model.zones import BodyZone
from standex.sensing.microwave.panel_optical import OpticalSheet
from standex.sensing.microwave.panel_profile import ACROSS_M, HEIGHT_M, OFF_M, Profile
from standex.sensing.microwave.panel_slab import LEVEL, in_words, slab_of
from standex.sensing.microwave.two_surfaces import path_excess_m


def look(echoes: dict[float, float], sigma_m: float = 0.001) -> Profile:
    """Return a flat body with echoes (place: power) on a patch of the chest."""

    def at(place_m: float) -> np.ndarray:
        return np.exp(-0.5 * ((OFF_M - place_m) / 0.007) ** 2)[:, None, None]

    shape = (len(OFF_M), len(ACROSS_M), len(HEIGHT_M))
    body = np.broadcast_to(at(0.0), shape)
    patch = np.broadcast_to(sum(power * at(place) for place, power in echoes.items()), shape)
    here = (np.abs(ACROSS_M)[:, None] < 0.07) & (np.abs(HEIGHT_M - 1.22)[None] < 0.07)
    below_top = (HEIGHT_M < 1.40)[None, None]
    return Profile(power=np.where(here, patch, body) * below_top, n_frames=1, sigma_m=sigma_m)


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


PATCH = (np.abs(ACROSS_M)[:, None] < 0.07) & (np.abs(HEIGHT_M - 1.22)[None] < 0.07)


def clothes(on_patch_m: float, around_m, *, sigma_m: float = 0.002) -> OpticalSheet:
    """Return an outside of clothes so far before the body, on the patch and around it."""
    shape = (len(ACROSS_M), len(HEIGHT_M))
    return OpticalSheet(
        off_m=-np.where(PATCH, on_patch_m, np.broadcast_to(around_m, shape)),
        sigma_m=np.full(shape, sigma_m),
        n_points=np.ones(shape),
    )


def intervals(slab) -> tuple[tuple[float, float], tuple[float, float]] | None:
    return None if slab is None else (slab.thickness_interval_m, slab.permittivity_interval)


def width(interval: tuple[float, float]) -> float:
    return interval[1] - interval[0]


def test_cameras_show_the_face_that_the_echo_does_not():
    """A slab of 19 mm with a faint face: what it does to the body's echo shows all the same."""
    d, n = 0.019, np.sqrt(2.9)
    seen = look({-d: 0.1, d * (n - 1): 1.0})
    assert slab_of(seen, BodyZone.TORSO_FRONT, cos_incidence=1.0) is None
    optical = clothes(d + 0.002, 0.003)
    slab = slab_of(seen, BodyZone.TORSO_FRONT, cos_incidence=1.0, optical=optical)
    assert slab is not None
    assert slab.thickness_interval_m[0] < d < slab.thickness_interval_m[1]
    assert slab.permittivity_interval[0] < n**2 < slab.permittivity_interval[1]


def test_intervals_from_the_cameras_hold_the_truth_at_their_level(rng):
    """Folds, stand-off, camera and surface all drawn by chance: 90 % or more hold the truth."""
    runs, held, n_seen = 150, np.zeros(2), 0
    for _ in range(runs):
        d, permittivity = rng.uniform(0.018, 0.032), rng.uniform(2.6, 3.2)
        cos = rng.uniform(0.8, 1.0)
        excess = float(path_excess_m(d, np.sqrt(permittivity), cos)) / cos
        fold_m = rng.uniform(0.002, 0.012)
        around = rng.uniform(0, fold_m, (len(ACROSS_M), len(HEIGHT_M)))
        camera = rng.normal(0, 0.002)
        surface = rng.normal(0, 0.0015)  # the fit is off by so much: both distances are
        seen = look({excess + surface: 1.0}, 0.0015)
        optical = clothes(d + rng.uniform(0, fold_m) + camera - surface, around + camera - surface)
        slab = slab_of(seen, BodyZone.TORSO_FRONT, cos_incidence=cos, optical=optical)
        if slab is None:
            continue
        n_seen += 1
        held[0] += slab.thickness_interval_m[0] < d < slab.thickness_interval_m[1]
        held[1] += slab.permittivity_interval[0] < permittivity < slab.permittivity_interval[1]
    assert n_seen > 0.9 * runs
    assert np.all(held >= (LEVEL - 0.05) * n_seen), held / n_seen


def test_worse_cameras_and_wider_clothes_give_wider_intervals():
    d, n = 0.03, np.sqrt(2.9)
    seen = look({d * (n - 1): 1.0})

    def found(**other: float):
        sigma, around = other.get("sigma_m", 0.002), other.get("around_m", 0.003)
        slab = slab_of(
            seen,
            BodyZone.TORSO_FRONT,
            cos_incidence=1.0,
            optical=clothes(d + 0.002, around, sigma_m=sigma),
        )
        assert slab is not None
        return slab

    usual = found()
    for other in (found(sigma_m=0.006), found(around_m=0.011)):
        assert width(other.thickness_interval_m) > width(usual.thickness_interval_m)
        assert width(other.permittivity_interval) > width(usual.permittivity_interval)


@pytest.mark.parametrize("around_m", [0.003, 0.02])
def test_an_echo_of_the_face_is_taken_before_the_cameras(around_m):
    d, n = 0.03, np.sqrt(2.9)
    seen = look({-d: 0.6, d * (n - 1): 0.8})
    alone = slab_of(seen, BodyZone.TORSO_FRONT, cos_incidence=1.0)
    coat = clothes(d + around_m, around_m)
    with_cameras = slab_of(seen, BodyZone.TORSO_FRONT, cos_incidence=1.0, optical=coat)
    assert alone is not None
    assert intervals(with_cameras) == intervals(alone)


@pytest.mark.parametrize("unseen", [PATCH, ~PATCH])
def test_cameras_that_saw_too_little_change_nothing(unseen):
    seen = look({-0.03: 0.6, 0.02: 0.8})
    optical = clothes(0.03, 0.003)
    optical.off_m[unseen] = np.nan
    args = (seen, BodyZone.TORSO_FRONT)
    alone = slab_of(*args, cos_incidence=1.0)
    with_cameras = slab_of(*args, cos_incidence=1.0, optical=optical)
    assert alone is not None
    assert intervals(with_cameras) == intervals(alone)
