"""Mass is conserved, air comes from upwind, and nobody is reached before they were there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.fusion.drift import drift_weights
from standex.model.tracks import Snapshot
from standex.sensing.vapour.footprint import AirFlow, drift_footprint, puff_density_per_m2

INLET = np.array([10.0, 2.0])


def flow(**changes) -> AirFlow:
    return AirFlow(
        **{
            "wind_site_m_per_s": np.array([0.5, 0.0]),
            "wind_std_m_per_s": 0.05,
            "diffusivity_m2_per_s": 0.02,
            "source_m": 0.3,
            "transport_s": 1.0,
            "p_contribute": 0.8,
            **changes,
        }
    )


@given(st.floats(-0.5, 0.5), st.floats(0, 0.2), st.floats(0.001, 0.2), st.floats(0, 12))
def test_mass_is_conserved(wind: float, wind_std: float, diffusivity: float, age: float) -> None:
    air = flow(
        wind_site_m_per_s=np.array([wind, -wind / 2]),
        wind_std_m_per_s=wind_std,
        diffusivity_m2_per_s=diffusivity,
    )
    x, y = np.arange(-20, 40.1, 0.25), np.arange(-28, 32.1, 0.25)
    density = puff_density_per_m2(
        x, y, inlet_site_m=INLET, air=air, transit_s=np.array([age, -0.1])
    )
    assert density[0].sum() * 0.25**2 == pytest.approx(1.0, abs=1e-3)
    assert not density[1].any()


def test_so_is_it_in_the_footprint() -> None:
    """The floor's integral of the weight is 2 pi source^2 p, whatever the age, of one moment."""
    x, y = np.arange(-10, 30.1, 0.25), np.arange(-15, 19.1, 0.25)
    found = drift_footprint(
        INLET, flow(), age_s=np.linspace(0, 12, 13), x_site_m=x, y_site_m=y, arrived_s=(0.0, 0.0)
    )
    mass = found.weight.sum(axis=(1, 2)) * 0.25**2
    np.testing.assert_allclose(mass[found.age_s >= 1.0], 2 * np.pi * 0.3**2 * 0.8, rtol=1e-3)
    assert mass[0] == 0  # air that left less than a second ago is still in the tube


def test_a_look_holds_what_came_at_any_of_its_moments() -> None:
    x, y = np.arange(0.0, 20.1, 0.5), np.arange(-4.0, 8.1, 0.5)
    axes = {"age_s": np.linspace(0, 10, 11), "x_site_m": x, "y_site_m": y}
    long = drift_footprint(INLET, flow(), arrived_s=(2.0, -2.0), **axes).weight
    for moment in (2.0, 0.0, -2.0):
        short = drift_footprint(INLET, flow(), arrived_s=(moment, moment), **axes).weight
        assert np.all(long >= short - 1e-12)
    assert long.max() <= 0.8 + 1e-9


def test_air_comes_from_upwind_and_later() -> None:
    x, y = np.arange(0.0, 20.1, 0.25), np.arange(-4.0, 8.1, 0.25)
    found = drift_footprint(
        INLET, flow(), age_s=np.array([1.0, 5.0, 9.0]), x_site_m=x, y_site_m=y, arrived_s=(0, 0)
    )
    for row, age in enumerate((1.0, 5.0, 9.0)):
        at = np.unravel_index(int(found.weight[row].argmax()), found.weight[row].shape)
        assert x[at[0]] == pytest.approx(10.0 - 0.5 * (age - 1.0), abs=0.13)
        assert y[at[1]] == pytest.approx(2.0, abs=0.13)
    assert found.weight[0].max() == pytest.approx(0.8)  # right at it, just now
    assert np.all(np.diff(found.weight.max(axis=(1, 2))) < 0)  # thinner the older it is


def test_who_never_was_upwind_contributes_nothing() -> None:
    x, y = np.arange(0.0, 20.1, 0.5), np.arange(-4.0, 8.1, 0.5)
    found = drift_footprint(
        INLET, flow(), age_s=np.linspace(0, 10, 11), x_site_m=x, y_site_m=y, arrived_s=(1.0, -1.0)
    )
    upwind, downwind = (8.0, 2.0), (13.0, 2.0)
    history = tuple(
        Snapshot(
            t_utc_ns=t * 10**9,
            track_id=np.array([1, 2]),
            position_site_m=np.array([upwind, downwind]),
            velocity_site_m_per_s=np.zeros((2, 2)),
            covariance_site_m2=np.tile(0.01 * np.eye(2), (2, 1, 1)),
        )
        for t in range(11)
    )
    _, weight = drift_weights(found, history, t_utc_ns=10 * 10**9)
    assert weight[0] > 0.1
    assert weight[1] < 1e-6


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"source_m": 0.0}, "source_m"),
        ({"p_contribute": 1.2}, "p_contribute"),
        ({"diffusivity_m2_per_s": np.nan}, "diffusivity_m2_per_s"),
        ({"wind_site_m_per_s": np.array([np.nan, 0])}, "wind_site_m_per_s"),
    ],
)
def test_air_that_cannot_be(change: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        flow(**change)


def test_arrivals_are_in_order() -> None:
    axis = np.arange(2.0)
    with pytest.raises(ValueError, match="earlier moment first"):
        drift_footprint(
            INLET, flow(), age_s=axis, x_site_m=axis, y_site_m=axis, arrived_s=(0.0, 1.0)
        )
