"""The definition of the image: every pair and frequency with its own phase, in float64."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Complex, Float

from standex.sensing.microwave.imaging.array import Array

CHUNK = 2048  # voxels at a time
Wave = tuple[slice, int, np.ndarray, np.ndarray, np.ndarray]


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ExactImager:
    """Satisfies ``Imager`` without any approximation; slow, and what the others are held against.

    Attributes:
        array: that measured.
        points_m: voxels, any set of points, sensor frame.
    """

    array: Array
    points_m: Float[np.ndarray, "v 3"]

    @property
    def shape(self) -> tuple[tuple[int, int, int], int]:
        """Return the shape of the samples and the number of voxels."""
        return self.array.shape, len(self.points_m)

    def adjoint(
        self, samples: Complex[np.ndarray, "t r f"], velocity_m_per_s: Float[np.ndarray, " 3"], /
    ) -> Complex[np.ndarray, " v"]:
        """Return the image; complex128."""
        refuse_samples(self.array, samples)
        weighted = samples.astype(np.complex128) * self.array.taper
        image = np.zeros(len(self.points_m), dtype=np.complex128)
        for rows, f, t, to_t, to_r in self._waves(velocity_m_per_s):
            beams = np.conj(to_r) @ weighted[t, :, f].T
            image[rows] += np.einsum("vt,vt->v", np.conj(to_t), beams)
        return image

    def forward(
        self, image: Complex[np.ndarray, " v"], velocity_m_per_s: Float[np.ndarray, " 3"], /
    ) -> Complex[np.ndarray, "t r f"]:
        """Return the samples; complex128."""
        samples = np.zeros(self.array.shape, dtype=np.complex128)
        for rows, f, t, to_t, to_r in self._waves(velocity_m_per_s):
            samples[t, :, f] += self.array.taper[f] * ((to_t.T * image[rows]) @ to_r)
        return samples

    def _groups(self, velocity: np.ndarray) -> list[np.ndarray]:
        """Return the transmitters that share one time; all of them when nothing moves."""
        n_tx = len(self.array.tx_position_m)
        if not velocity.any():
            return [np.arange(n_tx)]
        times, group = np.unique(self.array.times_s(), return_inverse=True)
        return [np.flatnonzero(group == row) for row in range(len(times))]

    def _waves(self, velocity: np.ndarray) -> Iterator[Wave]:
        """Yield voxels, frequency, transmitters, and their phasors, voxel by antenna."""
        array = self.array
        n_f = len(array.frequency_hz)
        late_s = (np.arange(n_f) - (n_f - 1) / 2) * array.step_s * bool(velocity.any())
        for start in range(0, len(self.points_m), CHUNK):
            rows = slice(start, start + CHUNK)
            for t in self._groups(velocity):
                to_t = to_r = np.zeros((0, 0))
                for f, k in enumerate(array.wavenumber_rad_per_m):
                    if f == 0 or late_s.any():
                        time_s = array.times_s()[t[0]] + late_s[f] if velocity.any() else 0.0
                        at = self.points_m[rows] + velocity * time_s
                        to_t = distance_m(at, array.tx_position_m[t])
                        to_r = distance_m(at, array.rx_position_m)
                    yield rows, f, t, np.exp(-1j * k * to_t), np.exp(-1j * k * to_r)


def distance_m(
    points_m: Float[np.ndarray, "v 3"], antenna_m: Float[np.ndarray, "a 3"]
) -> Float[np.ndarray, "v a"]:
    """Return all distances, in float64."""
    way = points_m[:, None, :] - antenna_m[None, :, :]
    return np.sqrt(np.einsum("vax,vax->va", way, way))


def refuse_samples(array: Array, samples: np.ndarray) -> None:
    """Refuse samples that do not belong to the array.

    Raises:
        ValueError: another shape, or a value that is not finite.
    """
    if samples.shape != array.shape:
        raise ValueError(f"samples have shape {samples.shape}, the array {array.shape}")
    if not np.isfinite(samples).all():
        bad = np.argwhere(~np.isfinite(samples).all(axis=2))
        raise ValueError(
            f"{len(bad)} channels hold values that are not finite, the first is transmitter "
            f"{bad[0][0]}, receiver {bad[0][1]}"
        )
