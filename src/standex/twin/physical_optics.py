"""Scattering of a multistatic array at facets, by physical optics.

Each facet reflects like a piece of the infinite plane that is tangent to it, with the reflection
coefficient of its stack of layers. For a transmitter t and a receiver r

    S(t, r, f) = sum_n  j k / (2 pi) * Gamma_n(f) * m_n(t) m_n(r)
                 * exp(-j k (R_t + R_r)) / (R_t R_r)

with m the antenna's amplitude pattern times visibility, and the obliquity of the facet in it. A
plane mirror at distance r then gives Gamma exp(-2jkr) / (2 r), as its image does.

References:
    Balanis, Advanced Engineering Electromagnetics, 2nd ed., section 7.8 (physical equivalent).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex, Float, Int

from standex.twin.layers import LIGHT_M_PER_S

CHUNK = 1024  # facets at a time: their phasors stay in the second-level cache
N_ANGLES = 256


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Antennas:
    """Antennas, in the frame of the site.

    Attributes:
        position_m: of each.
        boresight: unit vector of each.
        panel: which panel it is mounted on; facets are visible or not to a panel as a whole.
        turn: place in the order of switching, counted from its middle.
        pattern_power: amplitude pattern cos^p of the angle off boresight.
    """

    position_m: Float[np.ndarray, "n 3"]
    boresight: Float[np.ndarray, "n 3"]
    panel: Int[np.ndarray, " n"]
    turn: Float[np.ndarray, " n"]
    pattern_power: float

    def some(self, rows: Int[np.ndarray, " m"]) -> "Antennas":
        """Return some of the antennas; each keeps its turn."""
        return Antennas(
            position_m=self.position_m[rows],
            boresight=self.boresight[rows],
            panel=self.panel[rows],
            turn=self.turn[rows],
            pattern_power=self.pattern_power,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sweep:
    """Frequencies, and the time of every transmitter at every frequency.

    Frequencies step slowly, transmitters are switched within a step.

    Attributes:
        frequency_hz: uniform grid.
        step_s: from one frequency to the next.
        switch_s: from one transmitter to the next.
    """

    frequency_hz: Float[np.ndarray, " f"]
    step_s: float
    switch_s: float

    def t_offset_s(self, n_tx: int) -> Float[np.ndarray, "tx f"]:
        """Return the time of each measurement from the middle of the sweep."""
        at_f = (np.arange(len(self.frequency_hz)) - (len(self.frequency_hz) - 1) / 2) * self.step_s
        at_t = (np.arange(n_tx) - (n_tx - 1) / 2) * self.switch_s
        return at_t[:, None] + at_f[None, :]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Facets:
    """What scatters, in the frame of the site.

    Attributes:
        position_m: at the middle of the sweep.
        velocity_m_per_s: of each facet.
        normal: outward, unit.
        area_m2: of each.
        stack: row of the reflection table.
        visible: share of the amplitude that reaches it, by panel.
    """

    position_m: Float[np.ndarray, "n 3"]
    velocity_m_per_s: Float[np.ndarray, "n 3"]
    normal: Float[np.ndarray, "n 3"]
    area_m2: Float[np.ndarray, " n"]
    stack: Int[np.ndarray, " n"]
    visible: Float[np.ndarray, "n panels"] | Bool[np.ndarray, "n panels"]


def angle_grid() -> Float[np.ndarray, " a"]:
    """Return the cosines of incidence that reflection tables are made for."""
    return (np.arange(N_ANGLES) + 0.5) / N_ANGLES


def scatter(
    facets: Facets,
    reflection: Complex[np.ndarray, "stacks f a"],
    *,
    tx: Antennas,
    rx: Antennas,
    sweep: Sweep,
    across_only: bool = False,
) -> Complex[np.ndarray, "tx rx f"]:
    """Return S-parameters of facets in front of an array.

    With ``across_only`` the pairs of one panel are left at zero: receivers that are blanked while
    a transmitter beside them is on.

    Facets move during the sweep at their own constant velocity: exactly along the way of each
    antenna to first order in distance, so that a phase error stays below 0.02 rad for 14 mm.
    """
    n_f = len(sweep.frequency_hz)
    samples = np.zeros((len(tx.position_m), len(rx.position_m), n_f), dtype=np.complex64)
    blocks = _across(facets, tx, rx) if across_only else _together(facets, tx, rx)
    for of_tx, of_rx, rows in blocks:
        part = np.zeros((len(of_tx), len(of_rx), n_f), dtype=np.complex64)
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            _scatter_chunk(part, facets, chunk, reflection, tx.some(of_tx), rx.some(of_rx), sweep)
        samples[np.ix_(of_tx, of_rx)] += part
    k = 2 * np.pi / LIGHT_M_PER_S * sweep.frequency_hz
    return samples * (1j * k / (2 * np.pi)).astype(np.complex64)


Block = tuple[np.ndarray, np.ndarray, np.ndarray]  # transmitters, receivers, facets


def _together(facets: Facets, tx: Antennas, rx: Antennas) -> list[Block]:
    """Group facets by the panels that see them: what a panel does not see costs it nothing."""
    panels = np.arange(facets.visible.shape[1])
    bits = (facets.visible > 0) @ (1 << panels)
    blocks: list[Block] = []
    for pattern in np.unique(bits):
        seeing = np.flatnonzero(pattern >> panels & 1)
        of_tx = np.flatnonzero(np.isin(tx.panel, seeing))
        of_rx = np.flatnonzero(np.isin(rx.panel, seeing))
        if len(of_tx) and len(of_rx):
            blocks.append((of_tx, of_rx, np.flatnonzero(bits == pattern)))
    return blocks


def _across(facets: Facets, tx: Antennas, rx: Antennas) -> list[Block]:
    """Group antennas by pairs of different panels, with the facets that both see."""
    return [
        (
            np.flatnonzero(tx.panel == p),
            np.flatnonzero(rx.panel == q),
            np.flatnonzero((facets.visible[:, p] > 0) & (facets.visible[:, q] > 0)),
        )
        for p in np.unique(tx.panel)
        for q in np.unique(rx.panel)
        if p != q
    ]


def _scatter_chunk(
    samples: np.ndarray,
    facets: Facets,
    rows: np.ndarray,
    reflection: np.ndarray,
    tx: Antennas,
    rx: Antennas,
    sweep: Sweep,
) -> None:
    k = 2 * np.pi / LIGHT_M_PER_S * sweep.frequency_hz
    t_to, t_amplitude, t_rate, t_cos = _legs(facets, rows, tx)
    r_to, r_amplitude, r_rate, _ = _legs(facets, rows, rx)
    # Within one frequency step the transmitters follow each other by microseconds: the receive leg
    # of that short time is taken at the mean receive direction (error below 0.02 rad).
    t_to = t_to + (t_rate + r_rate.mean(axis=0)) * (tx.turn[:, None] * sweep.switch_s)
    wave_t = _Phasor(t_to, t_rate, t_amplitude * facets.area_m2[rows], k, sweep.step_s)
    wave_r = _Phasor(r_to, r_rate, r_amplitude, k, sweep.step_s)
    of_panel = [_run(tx.panel == panel) for panel in np.unique(tx.panel)]
    table = reflection.transpose(1, 0, 2).reshape(len(k), -1)
    angle = [
        facets.stack[rows] * N_ANGLES
        + np.clip((t_cos[members.start] * N_ANGLES).astype(np.intp), 0, N_ANGLES - 1)
        for members in of_panel
    ]
    lit = np.empty_like(wave_t.value)
    for step in range(len(k)):
        for members, at in zip(of_panel, angle, strict=True):
            np.multiply(wave_t.value[members], table[step][at], out=lit[members])
        samples[:, :, step] += lit @ wave_r.value.T
        wave_t.advance()
        wave_r.advance()


def _run(members: np.ndarray) -> slice:
    """Return the run of antennas of a panel; they are listed panel by panel."""
    rows = np.flatnonzero(members)
    return slice(int(rows[0]), int(rows[-1]) + 1)


def _legs(
    facets: Facets, rows: np.ndarray, antennas: Antennas
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return distance, amplitude, range rate and cosine of incidence, antenna by facet."""
    way = facets.position_m[rows][None, :, :] - antennas.position_m[:, None, :]
    distance = np.sqrt(np.einsum("anx,anx->an", way, way))
    direction = way / distance[..., None]
    rate = np.einsum("anx,nx->an", direction, facets.velocity_m_per_s[rows])
    cos_incidence = -np.einsum("anx,nx->an", direction, facets.normal[rows])
    off_axis = np.clip(np.einsum("anx,ax->an", direction, antennas.boresight), 0, None)
    visible = facets.visible[rows][:, antennas.panel].T
    # The square root shares the obliquity cos(theta) of a facet between its two legs.
    facing = np.sqrt(np.clip(cos_incidence, 0, None))
    amplitude = visible * off_axis**antennas.pattern_power * facing / distance
    return distance, amplitude, rate, cos_incidence


class _Phasor:
    """exp(-j k(s) R(s)) for s = 0, 1, ... by two complex products a step.

    k and R both change linearly with s, so the phase is quadratic in s.
    """

    def __init__(
        self,
        distance_m: np.ndarray,
        rate_m_per_s: np.ndarray,
        amplitude: np.ndarray,
        k: np.ndarray,
        step_s: float,
    ) -> None:
        n = len(k)
        dk = float(k[1] - k[0]) if n > 1 else 0.0
        dr = rate_m_per_s * step_s
        first = distance_m - dr * (n - 1) / 2
        self.value = (amplitude * _turn(k[0] * first)).astype(np.complex64)
        self._by = _turn(k[0] * dr + dk * (first + dr)).astype(np.complex64)
        self._by_by = _turn(2 * dk * dr).astype(np.complex64)

    def advance(self) -> None:
        self.value *= self._by
        self._by *= self._by_by


def _turn(phase_rad: np.ndarray) -> np.ndarray:
    """Return exp(-j phase); reduced in float64, evaluated in float32 (2e-7 rad)."""
    turns = phase_rad * (0.5 / np.pi)
    reduced = (2 * np.pi * (turns - np.rint(turns))).astype(np.float32)
    value = np.empty(reduced.shape, dtype=np.complex64)
    np.cos(reduced, out=value.real)
    np.negative(np.sin(reduced), out=value.imag)
    return value
