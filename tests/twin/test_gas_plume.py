from dataclasses import replace

import numpy as np
import pytest

from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.twin.gas_plume import (
    PERSON,
    SOURCE_Z_M,
    STEP_S,
    VAPOURS,
    Air,
    Plume,
    Puffs,
    concentration,
    emission_ug_per_s,
    moved,
)

STILL = Air(wind_site_m_per_s=np.zeros(2))
# Nothing but wind and diffusion.
OPEN = replace(STILL, start_sigma_m=0.0, wake_share=0.0, ceiling_m=np.inf, fresh_s=np.inf)


def puffs(*ages_s: float, mass_ug: float = 1.0, velocity=(0.0, 0.0), z_m: float = 0.0) -> Puffs:
    n = len(ages_s)
    return Puffs(
        age_s=np.array(ages_s, dtype=float),
        position_site_m=np.tile([0.0, 0.0, z_m], (n, 1)),
        velocity_site_m_per_s=np.tile(np.array(velocity, dtype=float), (n, 1)),
        mass_ug=np.full((n, 1), mass_ug),
    )


def grid(half_m: float, step_m: float, z_m: np.ndarray) -> np.ndarray:
    flat = np.arange(-half_m, half_m + 1e-9, step_m)
    return np.stack(np.meshgrid(flat, flat, z_m, indexing="ij"), axis=-1).reshape(-1, 3)


@pytest.mark.parametrize("age_s", [0.0, 3.0, 20.0])
def test_no_mass_is_lost_between_floor_and_ceiling(age_s) -> None:
    air = replace(STILL, fresh_s=np.inf)
    z_m = np.arange(0.05, 3.0, 0.1)
    at_m = grid(7.0, 0.2, z_m)
    mass = concentration(puffs(age_s, mass_ug=2.0, z_m=1.2), air, at_m).sum() * 0.2 * 0.2 * 0.1
    assert mass == pytest.approx(2.0, rel=2e-3)


def test_fresh_air_thins_out() -> None:
    at_m = np.zeros((1, 3))
    fresh = concentration(puffs(10.0), replace(OPEN, fresh_s=20.0), at_m)
    assert fresh / concentration(puffs(10.0), OPEN, at_m) == pytest.approx(np.exp(-0.5))


def test_a_puff_spreads_with_the_root_of_its_age() -> None:
    air = replace(OPEN, diffusion_m2_per_s=0.02, start_sigma_m=0.3)
    _, sigma_m = moved(puffs(0.0, 5.0, 20.0), air)
    np.testing.assert_allclose(sigma_m**2, 0.09 + 2 * 0.02 * np.array([0.0, 5.0, 20.0]))
    middle = concentration(puffs(5.0), air, np.zeros((1, 3)))
    np.testing.assert_allclose(middle, ((2 * np.pi) * sigma_m[1] ** 2) ** -1.5)


def test_wind_and_wake_carry_it() -> None:
    air = replace(OPEN, wind_site_m_per_s=np.array([0.1, -0.2]), wake_share=0.5, wake_s=2.0)
    place, _ = moved(puffs(1.0, 100.0, velocity=(1.2, 0.0)), air)
    wake_m = 0.5 * 1.2 * 2.0 * (1 - np.exp(-0.5))
    np.testing.assert_allclose(place[0], [0.1 + wake_m, -0.2, 0.0])
    np.testing.assert_allclose(place[1], [10.0 + 0.5 * 1.2 * 2.0, -20.0, 0.0], rtol=1e-9)


@pytest.mark.parametrize("at_m", [(2.0, 0.0, 0.0), (1.0, 0.5, 0.3), (-0.7, 0.0, 0.0)])
def test_the_steady_state_is_the_closed_form(at_m) -> None:
    """A point source in a uniform wind: q / (4 pi D r) exp(-U (r - x) / (2 D))."""
    wind, d, q, step_s = 0.3, 0.05, 3.0, 0.01
    air = replace(OPEN, wind_site_m_per_s=np.array([wind, 0.0]), diffusion_m2_per_s=d)
    ages = np.arange(0.5 * step_s, 60.0, step_s)
    found = concentration(puffs(*ages, mass_ug=q * step_s), air, np.array([at_m]))[0, 0]
    r = np.linalg.norm(at_m)
    wanted = q / (4 * np.pi * d * r) * np.exp(-wind * (r - at_m[0]) / (2 * d))
    assert found == pytest.approx(wanted, rel=5e-3)


def test_vapours_add() -> None:
    at_m = np.array([[0.3, 0.2, 1.0], [1.0, 1.0, 1.0]])
    one, other = puffs(2.0), puffs(5.0, mass_ug=3.0)
    both = Puffs(
        age_s=np.array([2.0, 5.0]),
        position_site_m=np.zeros((2, 3)),
        velocity_site_m_per_s=np.zeros((2, 2)),
        mass_ug=np.array([[1.0], [3.0]]),
    )
    np.testing.assert_allclose(
        concentration(both, OPEN, at_m),
        concentration(one, OPEN, at_m) + concentration(other, OPEN, at_m),
    )


def smeared(person: int, loading: float, residue: str = "simulant-a") -> CarriedItem:
    return CarriedItem(
        person=person,
        item_class="benign_residue",
        zone=BodyZone.WAIST,
        width_m=0.0,
        height_m=0.0,
        thickness_m=0.0,
        permittivity=1.0,
        loss_tangent=0.0,
        residue=residue,
        residue_ug_per_cm2=loading,
    )


def test_who_has_more_on_them_gives_off_more() -> None:
    items = (smeared(1, 100.0), smeared(2, 300.0))
    row = VAPOURS.index("simulant-a")
    one, other = emission_ug_per_s(items, 1), emission_ug_per_s(items, 2)
    assert other[row] == pytest.approx(3 * one[row])
    assert one[VAPOURS.index(PERSON)] == other[VAPOURS.index(PERSON)] > 0
    assert emission_ug_per_s(items, 3)[row] == 0


INLET_M = np.array([0.0, 1.0, SOURCE_Z_M])


def trace(scene, n: int = 60, **other) -> np.ndarray:
    plume = Plume(scene=scene, air=replace(STILL, **other), inlet_site_m=INLET_M)
    return np.stack([plume.at_step(step) for step in range(n)])


def test_what_is_smelt_comes_after_who_passes(walk) -> None:
    scene = walk(((6.0, 0.0), (-6.0, 0.0)), lasts_s=10.0, items=(smeared(1, 300.0),))
    found = trace(scene)[:, VAPOURS.index("simulant-a")]
    assert found[0] == 0.0
    # Air that was left behind comes nearest to an inlet at a distance r when sigma^2 = r^2 / 2.
    spread_s = (1.0 / 2 - 0.3**2) / (2 * 0.05)
    assert 5.0 < found.argmax() * STEP_S < 5.0 + spread_s
    assert found[-1] > 0  # it hangs on


def test_the_wind_brings_it_or_takes_it_away(walk) -> None:
    scene = walk(((0.0, 0.0), (0.0, 0.0)), lasts_s=12.0, items=(smeared(1, 300.0),))
    towards, away = (
        trace(scene, wind_site_m_per_s=np.array([0.0, wind]))[-1].sum() for wind in (0.3, -0.3)
    )
    assert towards > 5 * away > 0


def test_it_does_not_matter_what_was_asked_before(walk) -> None:
    scene = walk(((3.0, 0.0), (-3.0, 0.0)), items=(smeared(1, 300.0),))
    plume = Plume(scene=scene, air=STILL, inlet_site_m=INLET_M)
    asked = {step: plume.at_step(step) for step in (19, 3, 12)}
    found = trace(scene, n=20)
    for step, at in asked.items():
        np.testing.assert_array_equal(at, found[step])


def test_nobody_smells_of_nothing(walk) -> None:
    scene = walk(((3.0, 0.0), (-3.0, 0.0)), lasts_s=1.0)
    assert not trace(scene, n=1).any()
    plume = Plume(scene=scene, air=STILL, inlet_site_m=INLET_M)
    assert not plume.at_step(1000).any()  # long gone


@pytest.mark.parametrize(
    ("setting", "match"),
    [
        ({"diffusion_m2_per_s": 0.0}, "diffusion_m2_per_s must be positive"),
        ({"fresh_s": float("nan")}, "fresh_s must be positive"),
        ({"start_sigma_m": -0.1}, "start_sigma_m must be >= 0"),
    ],
)
def test_air_that_is_none_is_refused(setting, match) -> None:
    with pytest.raises(ValueError, match=match):
        replace(STILL, **setting)
