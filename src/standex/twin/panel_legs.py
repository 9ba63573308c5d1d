"""Ways between antennas and the facets of a small, moving piece of surface."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from standex.twin.physical_optics import Antennas, Facets


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Middle:
    """The middle of a piece of surface, on its way.

    Attributes:
        position_m: at the middle of the sweep.
        velocity_m_per_s: mean of its facets.
    """

    position_m: Float[np.ndarray, " 3"]
    velocity_m_per_s: Float[np.ndarray, " 3"]

    @classmethod
    def of(cls, facets: Facets, rows: np.ndarray) -> "Middle":
        """Return the middle of some facets."""
        return cls(
            position_m=facets.position_m[rows].mean(axis=0),
            velocity_m_per_s=facets.velocity_m_per_s[rows].mean(axis=0),
        )

    def way_m(self, antenna_m: np.ndarray, at_s: np.ndarray | float = 0.0) -> np.ndarray:
        """Return the vectors from antennas [a, 3] to the middle at times [a], or at one."""
        return self.position_m + np.multiply.outer(at_s, self.velocity_m_per_s) - antenna_m

    def distance_m(self, antenna_m: np.ndarray, at_s: np.ndarray | float = 0.0) -> np.ndarray:
        """Return the lengths of ``way_m``."""
        way = self.way_m(antenna_m, at_s)
        return np.sqrt(np.einsum("ax,ax->a", way, way))

    def rate_m_per_s(self, antenna_m: np.ndarray) -> np.ndarray:
        """Return how fast the distance to each antenna grows at the middle of the sweep."""
        way = self.way_m(antenna_m)
        return (way @ self.velocity_m_per_s) / np.linalg.norm(way, axis=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Local:
    """Facets of a piece, seen from its middle; float32, which a few centimetres allow.

    Attributes:
        middle: of the piece.
        offset_m: from the middle.
        drift_m_per_s: velocity beyond that of the middle.
        normal: outward, unit.
    """

    middle: Middle
    offset_m: Float[np.ndarray, "n 3"]
    drift_m_per_s: Float[np.ndarray, "n 3"]
    normal: Float[np.ndarray, "n 3"]

    @classmethod
    def of(cls, facets: Facets, rows: np.ndarray) -> "Local":
        """Return some facets about their middle."""
        middle = Middle.of(facets, rows)
        return cls(
            middle=middle,
            offset_m=(facets.position_m[rows] - middle.position_m).astype(np.float32),
            drift_m_per_s=(facets.velocity_m_per_s[rows] - middle.velocity_m_per_s).astype(
                np.float32
            ),
            normal=facets.normal[rows].astype(np.float32),
        )

    def excess_m(
        self, antenna_m: np.ndarray, at_s: np.ndarray | float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return distances beyond the middle's [a, n], and distances; both float32.

        With d the way to the middle and u the offset, R - |d| = (2 d u + u^2) / (R + |d|): no
        difference of large numbers.
        """
        way = self.middle.way_m(antenna_m, at_s)
        times = np.broadcast_to(np.asarray(at_s), len(way))[:, None]
        straight = np.sqrt(np.einsum("ax,ax->a", way, way))[:, None].astype(np.float32)
        u, w = self.offset_m, self.drift_m_per_s
        left = np.concatenate([way, way * times, np.ones_like(times), times], axis=1)
        right = np.column_stack([u, w, (u * u).sum(axis=1) / 2, (u * w).sum(axis=1)])
        half = left.astype(np.float32) @ right.T
        half *= 2
        distance = np.sqrt(straight * straight + half)
        half /= distance + straight
        return half, distance

    def amplitude(
        self, antennas: Antennas, distance_m: np.ndarray, visible: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return amplitudes and cosines of incidence [a, n], the piece where it is mid-sweep."""
        way = self.middle.way_m(antennas.position_m).astype(np.float32)
        ahead = antennas.boresight.astype(np.float32)
        cosine = way @ self.normal.T
        cosine += np.einsum("nx,nx->n", self.offset_m, self.normal)
        cosine /= -distance_m
        off_axis = ahead @ self.offset_m.T
        off_axis += np.einsum("ax,ax->a", way, ahead)[:, None]
        off_axis /= distance_m
        amplitude = _power(np.maximum(off_axis, 0), antennas.pattern_power)
        # The square root shares the obliquity cos(theta) of a facet between its two legs.
        amplitude *= np.sqrt(np.maximum(cosine, 0))
        amplitude *= visible[:, antennas.panel].T
        amplitude[off_axis <= 0] = 0
        amplitude /= distance_m
        return amplitude, cosine


def _power(base: np.ndarray, power: float) -> np.ndarray:
    if power == 0:
        return np.ones_like(base)
    if power == 0.5:
        return np.sqrt(base)
    return base if power == 1 else base ** np.float32(power)


def phasor(phase_rad: np.ndarray) -> Complex[np.ndarray, "..."]:
    """Return exp(-j phase) in complex64; a float64 phase is reduced before it is rounded."""
    if phase_rad.dtype == np.float64:
        turns = phase_rad * (0.5 / np.pi)
        phase_rad = (2 * np.pi * (turns - np.rint(turns))).astype(np.float32)
    value = np.empty(phase_rad.shape, dtype=np.complex64)
    value.real = np.cos(phase_rad)
    value.imag = -np.sin(phase_rad)
    return value
