"""The wave that goes straight from a panel to the one across the path, and what stands in its way.

Without anybody the wave of a transmitter reaches a receiver of another panel as

    S(t, r, f) = m_t m_r exp(-j k R) / R

on the scale of ``physical_optics``: a perfect mirror gives the same, over its image. Whoever stands
between is a screen in an upright plane that lets through a share t of the wave, and what the screen
changes is Kirchhoff's integral over it (Babinet: a hole and its plate add up to no screen)

    dS(t, r, f) = j k / (2 pi) * integral dA (t - 1) m_t m_r (cos_t + cos_r) / 2
                  * exp(-j k (r_t + r_r)) / (r_t r_r)

which bends round edges as Fresnel's zones have it: half the amplitude, -6 dB, at grazing. A thick
thing is the screen that the straight rays through it make, at the directions of a block of pairs.

Left out: multiple shadows (screens of several people add up), the motion within a sweep (6 mm at
1.2 m/s, against a zone of 80 mm), guiding inside of things, and cells whose way is longer than the
straight one by ``LONGER_M`` or more, which lie a dozen zones out and are the reflection's business.

References:
    Born, Wolf, Principles of Optics, sections 8.3 (Kirchhoff), 8.7 (edge), 1.6 (plane layer).
"""

from dataclasses import dataclass
from itertools import product
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Complex, Float, Int

from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.panel_legs import phasor
from standex.twin.panel_nodes import nodes_for
from standex.twin.physical_optics import Antennas

BLOCK = 8  # neighbouring antennas of a panel whose rays go through a screen at one direction
FULL_M, LONGER_M = 0.15, 0.35  # cells count in full, and no more, from so much longer ways on
DELAYED_M = 0.30  # longest path that a screen may add


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Upright:
    """An upright plane.

    Attributes:
        origin_m: on the floor, site frame.
        along: horizontal unit vector in the plane.
        across: horizontal unit vector perpendicular to it.
    """

    origin_m: Float[np.ndarray, " 3"]
    along: Float[np.ndarray, " 3"]
    across: Float[np.ndarray, " 3"]

    @classmethod
    def at(cls, position_m: Float[np.ndarray, " 2"], heading_rad: float) -> "Upright":
        """Return the plane that somebody walks in; ``along`` points ahead, ``across`` left."""
        c, s = float(np.cos(heading_rad)), float(np.sin(heading_rad))
        return cls(
            origin_m=np.append(position_m, 0.0),
            along=np.array([c, s, 0.0]),
            across=np.array([-s, c, 0.0]),
        )

    def local_m(self, place_m: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3"]:
        """Return places as (along, across, up)."""
        off = place_m - self.origin_m
        return np.column_stack([off @ self.along, off @ self.across, off[:, 2]])


@runtime_checkable
class Sight(Protocol):
    """A screen as the rays of one direction see it."""

    @property
    def rows(self) -> Int[np.ndarray, " m"]:
        """Which of its cells change anything, ascending."""
        ...

    def at(self, k_rad_per_m: float, /) -> Complex[np.ndarray, " m"]:
        """Return which share of the amplitude those cells let through, with its phase."""
        ...


@runtime_checkable
class Screen(Protocol):
    """Something in an upright plane, cut into small cells."""

    @property
    def plane(self) -> Upright:
        """Where it stands."""
        ...

    @property
    def cell_m(self) -> Float[np.ndarray, "cells 2"]:
        """Middle of each cell, along and up; shares are 1 everywhere else."""
        ...

    @property
    def area_m2(self) -> float:
        """Area of one cell."""
        ...

    def seen(self, slope_along: float, slope_up: float, /) -> Sight:
        """Return it for rays that go so far along and up for every metre across."""
        ...


def direct_wave(
    tx: Antennas, rx: Antennas, frequency_hz: Float[np.ndarray, " f"]
) -> Complex[np.ndarray, "tx rx f"]:
    """Return the wave from each transmitter to the receivers of other panels; 0 on its own."""
    k = 2 * np.pi / LIGHT_M_PER_S * frequency_hz
    way = rx.position_m[None] - tx.position_m[:, None]
    distance = np.linalg.norm(way, axis=-1)
    share = _pattern(tx, way) * np.swapaxes(_pattern(rx, np.swapaxes(-way, 0, 1)), 0, 1)
    share = np.where(tx.panel[:, None] != rx.panel[None], share / distance, 0.0)
    return share.astype(np.complex64)[..., None] * phasor(distance[..., None] * k)


def slab_transmission(
    index: complex | Complex[np.ndarray, "*n"],
    thickness_m: Float[np.ndarray, "*n"] | float,
    k_rad_per_m: complex | Complex[np.ndarray, "*n"] | Float[np.ndarray, "*n"],
) -> Complex[np.ndarray, "*n"]:
    """Return what a plane layer lets through at normal incidence, over the same length without it.

    All echoes inside are summed. A weakly reflecting layer gives exp(-j k (n - 1) d).

    Args:
        index: refractive index over that of the surroundings; lossy is n' - j n''.
        thickness_m: of the layer.
        k_rad_per_m: wavenumber in the surroundings.

    References:
        Born, Wolf, Principles of Optics, section 1.6.4.
    """
    step = (1 - index) / (1 + index)
    inside = np.exp(-1j * k_rad_per_m * index * thickness_m)
    outside = np.exp(1j * k_rad_per_m * np.asarray(thickness_m))
    return np.asarray((1 - step**2) * inside / (1 - step**2 * inside**2) * outside)


def forward_scatter(
    screen: Screen, *, tx: Antennas, rx: Antennas, frequency_hz: Float[np.ndarray, " f"]
) -> Complex[np.ndarray, "tx rx f"]:
    """Return what a screen changes of the direct waves between panels.

    Cells must be smaller than about a third of the shortest wavelength.

    Args:
        screen: that stands between.
        tx: transmitters, site frame.
        rx: receivers.
        frequency_hz: uniform grid.
    """
    k = 2 * np.pi / LIGHT_M_PER_S * frequency_hz
    samples = np.zeros((len(tx.position_m), len(rx.position_m), len(k)), dtype=np.complex64)
    cell = screen.cell_m
    if not len(cell):
        return samples
    plane = screen.plane
    at = plane.origin_m + cell[:, :1] * plane.along + np.array([0.0, 0.0, 1.0]) * cell[:, 1:]
    blocks = [_Block.of(screen, at, tx, rx, g, h) for g, h in product(_groups(tx), _groups(rx))]
    seen = [block for block in blocks if block is not None]
    if not seen:
        return samples
    active = np.unique(np.concatenate([block.rows for block in seen]))
    for block in seen:
        block.rows[:] = np.searchsorted(active, block.rows)
    out, back = _Leg.of(tx, at[active]), _Leg.of(rx, at[active])
    straight_m = np.linalg.norm(rx.position_m[None] - tx.position_m[:, None], axis=-1)
    shift_m = (LONGER_M + DELAYED_M) / 2  # ways beyond the straight one are 0 to twice this
    nodes = nodes_for(shift_m, low_rad_per_m=float(k[0]), high_rad_per_m=float(k[-1]))
    beyond_m = out.middle_m[:, None] + back.middle_m - straight_m - shift_m
    found = np.zeros((nodes.n, *samples.shape[:2]), dtype=np.complex64)
    for row, node in enumerate(nodes.k_rad_per_m):
        there, here = out.at(float(node)), back.at(float(node))
        for block in seen:
            part = there[block.g] * block.changed(float(node), len(active))
            found[row, block.g, block.h] = part @ here[block.h].T
        found[row] *= phasor(beyond_m * node)
    weights = nodes.weights(k)
    for t in range(len(samples)):
        value = weights @ np.ascontiguousarray(found[:, t]).view(np.float32)
        samples[t] = value.view(np.complex64).T * phasor((straight_m[t] + shift_m)[:, None] * k)
    samples *= (1j * k / (2 * np.pi) * screen.area_m2).astype(np.complex64)
    return samples


def _pattern(antennas: Antennas, way_m: np.ndarray) -> np.ndarray:
    """Return the amplitude of each antenna [a, ...] in its directions [a, ..., 3]."""
    ahead = np.einsum("anx,ax->an", way_m, antennas.boresight) / np.linalg.norm(way_m, axis=-1)
    return np.where(ahead > 0, np.maximum(ahead, 1e-12) ** antennas.pattern_power, 0.0)


def _groups(antennas: Antennas) -> list[slice]:
    """Return runs of neighbours on one panel."""
    found: list[slice] = []
    for panel in np.unique(antennas.panel):
        rows = np.flatnonzero(antennas.panel == panel)
        found += [
            slice(int(rows[n]), int(rows[min(n + BLOCK, len(rows)) - 1]) + 1)
            for n in range(0, len(rows), BLOCK)
        ]
    return found


@dataclass(frozen=True, slots=True, eq=False)
class _Leg:
    """Ways between antennas and cells, the way to the middle of the cells taken out."""

    excess_m: Float[np.ndarray, "a cells"]
    share: Float[np.ndarray, "a cells"]
    middle_m: Float[np.ndarray, " a"]

    @classmethod
    def of(cls, antennas: Antennas, at_m: np.ndarray) -> "_Leg":
        way = at_m[None] - antennas.position_m[:, None]
        distance = np.linalg.norm(way, axis=-1)
        middle = np.linalg.norm(at_m.mean(axis=0) - antennas.position_m, axis=1)
        share = _pattern(antennas, way) / distance
        return cls(
            (distance - middle[:, None]).astype(np.float32), share.astype(np.float32), middle
        )

    def at(self, k_rad_per_m: float) -> np.ndarray:
        return phasor(self.excess_m * np.float32(k_rad_per_m)) * self.share


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Neighbouring transmitters and receivers, and the cells near their rays."""

    g: slice
    h: slice
    rows: np.ndarray
    kept: np.ndarray
    weight: np.ndarray
    sight: Sight

    @classmethod
    def of(
        cls, screen: Screen, at_m: np.ndarray, tx: Antennas, rx: Antennas, g: slice, h: slice
    ) -> "_Block | None":
        if tx.panel[g.start] == rx.panel[h.start]:
            return None
        a, b = tx.position_m[g].mean(axis=0), rx.position_m[h].mean(axis=0)
        along, across, up = screen.plane.local_m(np.stack([a, b])).T
        if not across[0] * across[1] < 0:
            return None  # the screen is not between them
        run = across[1] - across[0]
        sight = screen.seen(float((along[1] - along[0]) / run), float((up[1] - up[0]) / run))
        to, back = at_m[sight.rows] - a, b - at_m[sight.rows]
        r_t, r_r = np.linalg.norm(to, axis=1), np.linalg.norm(back, axis=1)
        away = (r_t + r_r - np.linalg.norm(b - a) - FULL_M) / (LONGER_M - FULL_M)
        kept = np.flatnonzero(away < 1)
        if not len(kept):
            return None
        normal = screen.plane.across
        cosine = (np.abs(to @ normal) / r_t + np.abs(back @ normal) / r_r)[kept]
        weight = np.cos(np.pi / 2 * np.maximum(away[kept], 0.0)) ** 2 * cosine / 2
        return cls(g, h, sight.rows[kept], kept, weight.astype(np.float32), sight)

    def changed(self, k_rad_per_m: float, n: int) -> np.ndarray:
        """Return what each of ``n`` cells changes, weighted."""
        value = np.zeros(n, dtype=np.complex64)
        value[self.rows] = (self.sight.at(k_rad_per_m)[self.kept] - 1) * self.weight
        return value
