"""What stands between two panels, against closed forms: layer, edge, strip, nothing."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.special import fresnel

from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.panel_transmission import (
    Upright,
    direct_wave,
    forward_scatter,
    slab_transmission,
)
from standex.twin.physical_optics import Antennas

FREQUENCY_HZ = np.linspace(8e9, 18e9, 41)
K = 2 * np.pi / LIGHT_M_PER_S * FREQUENCY_HZ
HALF_M = 0.8  # from the screen to the antennas


def antennas(place_m, panel: int, faces: float, pattern_power: float = 0.0) -> Antennas:
    place = np.atleast_2d(np.array(place_m, dtype=float))
    n = len(place)
    return Antennas(
        position_m=place,
        boresight=np.tile([0.0, faces, 0.0], (n, 1)),
        panel=np.full(n, panel),
        turn=np.arange(n, dtype=float),
        pattern_power=pattern_power,
    )


@dataclass(frozen=True)
class Share:
    rows: np.ndarray
    value: np.ndarray

    def at(self, k_rad_per_m: float, /) -> np.ndarray:
        return self.value.astype(complex)


@dataclass(frozen=True)
class Flat:
    """A screen whose shares do not depend on direction; cells 8 mm wide."""

    share: Callable[[np.ndarray, np.ndarray], np.ndarray | complex]
    area_m2: float = 0.008**2

    @property
    def plane(self) -> Upright:
        return Upright.at(np.zeros(2), 0.0)

    @property
    def cell_m(self) -> np.ndarray:
        along, up = np.arange(-0.8, 0.8, 0.008) + 0.004, np.arange(0.4, 2.0, 0.008) + 0.004
        return np.stack(np.meshgrid(along, up, indexing="ij"), axis=-1).reshape(-1, 2)

    def seen(self, slope_along: float, slope_up: float, /) -> Share:
        value = np.broadcast_to(self.share(*self.cell_m.T), len(self.cell_m))
        rows = np.flatnonzero(value != 1)
        return Share(rows=rows, value=value[rows])


def over_direct(share, *, at_m: float = 0.0) -> np.ndarray:
    """Return the wave behind a screen over that without it; the ray crosses at (at_m, 1.2)."""
    tx = antennas([at_m, -HALF_M, 1.2], 0, 1.0)
    rx = antennas([at_m, HALF_M, 1.2], 1, -1.0)
    direct = direct_wave(tx, rx, FREQUENCY_HZ)
    change = forward_scatter(Flat(share), tx=tx, rx=rx, frequency_hz=FREQUENCY_HZ)
    return (1 + change / direct)[0, 0]


def edge_share(clearance_m: float) -> np.ndarray:
    """Fresnel's integral: the field of a ray that passes an edge at a distance."""
    longer_m = 2 * (np.hypot(HALF_M, clearance_m) - HALF_M)
    v = np.sign(clearance_m) * 2 * np.sqrt(longer_m * K / (2 * np.pi))
    s, c = fresnel(v)
    return (1 + 1j) / 2 * ((0.5 + c) - 1j * (0.5 + s))


def test_without_anything_it_is_the_free_wave():
    tx, rx = antennas([[0, -0.8, 1.2], [0.3, -0.8, 1.0]], 0, 1.0), antennas([0, 0.9, 1.2], 1, -1.0)
    wave = direct_wave(tx, rx, FREQUENCY_HZ)
    far = np.hypot(0.3, np.hypot(1.7, 0.2))
    np.testing.assert_allclose(wave[0, 0], np.exp(-1j * K * 1.7) / 1.7, rtol=1e-4)
    np.testing.assert_allclose(np.abs(wave[1, 0]), 1 / far, rtol=1e-5)
    with_pattern = direct_wave(
        antennas([0.3, -0.8, 1.0], 0, 1.0, 0.5), antennas([0, 0.9, 1.2], 1, -1.0, 0.5), FREQUENCY_HZ
    )
    np.testing.assert_allclose(np.abs(with_pattern), 1.7 / far**2, rtol=1e-4)
    away = antennas([0, 0.9, 1.2], 1, 1.0, 0.5)
    assert not direct_wave(antennas([0, -0.8, 1.2], 0, 1.0), away, FREQUENCY_HZ).any()
    assert not direct_wave(tx, antennas([0, -0.7, 1.2], 0, 1.0), FREQUENCY_HZ).any()


def test_a_clear_screen_changes_nothing():
    np.testing.assert_allclose(over_direct(lambda along, up: 1.0), 1.0)


@pytest.mark.parametrize("clearance_m", [0.0, 0.05, -0.05, 0.12, -0.12, 0.25])
def test_an_edge_bends_the_wave_as_fresnel_says(clearance_m):
    found = over_direct(lambda along, up: np.where(along < 0, 0.0, 1.0), at_m=clearance_m)
    np.testing.assert_allclose(found, edge_share(clearance_m), atol=0.03)
    if clearance_m == 0:
        np.testing.assert_allclose(20 * np.log10(np.abs(found)), -6.02, atol=0.4)


def test_a_wide_layer_is_passed_as_a_plane_wave_passes_it():
    through = 0.6 * np.exp(-0.7j)
    found = over_direct(lambda along, up: through)
    np.testing.assert_allclose(found, through, atol=0.03)


def test_a_strip_and_its_slit_add_up_to_no_screen():
    strip = over_direct(lambda along, up: np.where(np.abs(along) < 0.08, 0.0, 1.0))
    slit = over_direct(lambda along, up: np.where(np.abs(along) < 0.08, 1.0, 0.0))
    np.testing.assert_allclose(strip + slit, 1.0, atol=0.03)


def test_a_screen_that_is_not_between_changes_nothing():
    tx, rx = antennas([0, -0.8, 1.2], 0, 1.0), antennas([0, -0.2, 1.2], 1, -1.0)
    change = forward_scatter(Flat(lambda along, up: 0.0), tx=tx, rx=rx, frequency_hz=FREQUENCY_HZ)
    assert not change.any()


@pytest.mark.parametrize(("n", "d"), [(1.1, 0.28), (1.7, 0.03), (2.5, 0.01)])
def test_a_layer_keeps_the_energy(n, d):
    through = slab_transmission(n, d, K)
    step = (1 - n) / (1 + n)
    inside = np.exp(-2j * K * n * d)
    reflected = step * (1 - inside) / (1 - step**2 * inside)
    np.testing.assert_allclose(np.abs(through) ** 2 + np.abs(reflected) ** 2, 1.0, rtol=1e-12)


def test_a_layer_delays_by_its_index_and_thickness():
    n, d = 1.05, 0.25
    path_m = -np.unwrap(np.angle(slab_transmission(n, d, K))) / K
    turns = np.round((path_m - (n - 1) * d) * K / 2 / np.pi)
    np.testing.assert_allclose(path_m - turns * 2 * np.pi / K, (n - 1) * d, atol=2e-4)


def test_half_waves_pass_in_full_and_loss_is_exponential():
    n = 1.7
    k = np.pi * np.arange(1, 4) / (n * 0.03)
    np.testing.assert_allclose(np.abs(slab_transmission(n, 0.03, k)), 1.0, rtol=1e-12)
    quarter = np.pi / 2 / (n * 0.03)
    np.testing.assert_allclose(
        np.abs(slab_transmission(n, 0.03, np.array([quarter]))), 2 * n / (1 + n**2), rtol=1e-12
    )
    lossy = slab_transmission(1.02 - 0.01j, 0.2, K)
    np.testing.assert_allclose(np.abs(lossy), np.exp(-K * 0.01 * 0.2), rtol=1e-3)
