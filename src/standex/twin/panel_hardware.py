"""Receivers and cables of panels, and all that stands still: coupling and the empty room."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from standex.model.frames import RigidTransform
from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.panel_transmission import direct_wave
from standex.twin.physical_optics import Antennas
from standex.twin.sphere import sphere_echo

N_ROOM = 12  # small reflectors about the room


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hardware:
    """What a panel's receivers and cables do to its samples.

    Attributes:
        noise_amplitude: standard deviation of each sample, both quadratures together.
        coupling_amplitude: from a transmitter to a receiver at one metre.
        gain_error_db: spread of each antenna's gain; its phase is off by as much, in radians.
        delay_error_s: spread of each antenna's delay.
        reflector_radius_m: of a metal sphere that always stands there; 0 is none.
        reflector_m: its middle, sensor frame.
    """

    noise_amplitude: float
    coupling_amplitude: float
    gain_error_db: float = 0.0
    delay_error_s: float = 0.0
    reflector_radius_m: float = 0.0
    reflector_m: tuple[float, float, float] = (0.0, 0.0, 0.0)


def draw_gains(
    hardware: Hardware, n: int, frequency_hz: Float[np.ndarray, " f"], rng: np.random.Generator
) -> Complex[np.ndarray, "n f"]:
    """Return the complex gains of ``n`` antennas."""
    w = 2 * np.pi * frequency_hz
    log_gain = rng.standard_normal((n, 2)) * (hardware.gain_error_db * np.log(10) / 20)
    delay_s = rng.standard_normal(n) * hardware.delay_error_s
    phase = log_gain[:, 1:] - delay_s[:, None] * w
    return (np.exp(log_gain[:, :1] + 1j * phase)).astype(np.complex64)


def empty_room(
    tx: Antennas,
    rx: Antennas,
    frequency_hz: Float[np.ndarray, " f"],
    hardware: Hardware,
    *,
    site_from_sensor: RigidTransform,
    seed: int,
    transmission: bool,
) -> Complex[np.ndarray, "tx rx f"]:
    """Return coupling between antennas and the echo of all that stands still.

    Args:
        tx: transmitters, site frame.
        rx: receivers.
        frequency_hz: uniform grid.
        hardware: coupling and the reflector.
        site_from_sensor: pose of the panels.
        seed: of the small reflectors about the room.
        transmission: whether the wave between panels has the scale of the echoes, rather than that
            of the coupling.
    """
    k = 2 * np.pi / LIGHT_M_PER_S * frequency_hz
    way = np.linalg.norm(tx.position_m[:, None] - rx.position_m[None, :], axis=-1)
    amplitude = hardware.coupling_amplitude / np.maximum(way, 0.1)
    if transmission:
        amplitude = np.where(tx.panel[:, None] == rx.panel[None], amplitude, 0.0)
    background = (amplitude[..., None] * np.exp(-1j * k * way[..., None])).astype(np.complex64)
    if transmission:
        background += direct_wave(tx, rx, frequency_hz)
    rng = np.random.default_rng([seed, 4])
    for _ in range(N_ROOM):
        place = site_from_sensor @ np.array(
            [rng.uniform(-4.0, 4.0), rng.uniform(-3.0, 3.0), rng.uniform(0.0, 2.8)]
        )
        to_t = np.linalg.norm(tx.position_m - place, axis=1)
        to_r = np.linalg.norm(rx.position_m - place, axis=1)
        out = 0.03 * np.exp(-1j * k * to_t[:, None]) / to_t[:, None]
        back = np.exp(-1j * k * to_r[:, None]) / to_r[:, None]
        background += out.astype(np.complex64)[:, None] * back.astype(np.complex64)[None]
    if hardware.reflector_radius_m:
        background += sphere_echo(
            site_from_sensor @ np.array(hardware.reflector_m),
            hardware.reflector_radius_m,
            tx=tx,
            rx=rx,
            frequency_hz=frequency_hz,
        )
    return background
