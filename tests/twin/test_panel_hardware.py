"""What stands still: coupling, the wave from side to side, small reflectors, a sphere."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.frames import RigidTransform
from standex.twin.panel_array import boundary_panels
from standex.twin.panel_hardware import Hardware, draw_gains, empty_room
from standex.twin.panel_transmission import direct_wave

FREQUENCY_HZ = np.linspace(8e9, 12e9, 16)
POSE = RigidTransform.from_pose(position_m=(0.0, 0.0, 0.0), yaw_rad=0.0)
TX, RX = boundary_panels(
    POSE, n_per_panel=8, n_stacked=1, n_sides=2, half_distance_m=0.9, panel_m=1.0,
    middle_z_m=1.15, pattern_power=0.5, inward_rad=0.9,
)  # fmt: skip
HARDWARE = Hardware(noise_amplitude=1e-3, coupling_amplitude=0.1)
OWN = TX.panel[:, None] == RX.panel[None]


def room(hardware: Hardware = HARDWARE, *, transmission: bool = False, seed: int = 1) -> np.ndarray:
    return empty_room(
        TX, RX, FREQUENCY_HZ, hardware, site_from_sensor=POSE, seed=seed, transmission=transmission
    )


def test_the_wave_from_side_to_side_takes_the_place_of_the_coupling():
    without, with_wave = room(), room(transmission=True)
    np.testing.assert_array_equal(without[OWN], with_wave[OWN])
    reflectors = room(replace(HARDWARE, coupling_amplitude=0.0))
    change = with_wave - reflectors
    np.testing.assert_allclose(change[~OWN], direct_wave(TX, RX, FREQUENCY_HZ)[~OWN], atol=1e-6)


def test_coupling_falls_with_distance():
    coupling = room() - room(replace(HARDWARE, coupling_amplitude=0.0))
    way = np.linalg.norm(TX.position_m[:, None] - RX.position_m[None], axis=-1)
    np.testing.assert_allclose(
        np.abs(coupling),
        np.broadcast_to((0.1 / np.maximum(way, 0.1))[..., None], coupling.shape),
        rtol=1e-3,
    )


def test_the_sphere_and_the_seed_make_the_rest():
    ball = replace(HARDWARE, reflector_radius_m=0.1, reflector_m=(1.3, 0.0, 0.45))
    assert np.abs(room(ball) - room()).max() > 1e-3
    assert np.any(room(seed=2) != room())
    np.testing.assert_array_equal(room(), room())


def test_gains_spread_as_stated(rng):
    hardware = replace(HARDWARE, gain_error_db=1.0, delay_error_s=1e-11)
    gains = draw_gains(hardware, 4000, FREQUENCY_HZ, rng)
    assert np.std(20 * np.log10(np.abs(gains[:, 0]))) == pytest.approx(1.0, rel=0.05)
    slope = np.unwrap(np.angle(gains), axis=1)
    delay_s = -(slope[:, -1] - slope[:, 0]) / (2 * np.pi * np.ptp(FREQUENCY_HZ))
    assert np.std(delay_s) == pytest.approx(1e-11, rel=0.05)
    np.testing.assert_allclose(draw_gains(HARDWARE, 5, FREQUENCY_HZ, rng), 1.0)
