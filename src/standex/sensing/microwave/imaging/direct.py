"""Direct backprojection: range profiles, looked up voxel by voxel; any voxels, any array."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from jaxtyping import Complex, Float

from standex.sensing.microwave.imaging import direct_kernel
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.exact import distance_m, refuse_samples
from standex.sensing.microwave.imaging.range_profiles import (
    PathBins,
    carrier_index,
    packed,
    path_bins,
    range_profiles,
    samples_of,
)

CHUNK = 2048  # voxels at a time, without the compiled kernel
PROFILE_BYTES = 2**27  # of the profiles held at one time
WORTH_THREADS = 2e7  # backprojections; with fewer, starting threads takes longer than they save
BEND_RAD = 0.25  # phase left at the ends of the band by motion, at the corners of a region
LAG_RAD = 0.03
FEWEST_VOXELS = 16  # in a region: smaller ones would spend all their time on profiles

_Sides = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]  # bin, weight


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pass:
    """Voxels and transmitters that one set of profiles serves.

    Attributes:
        rows: voxels, as an index.
        points_m: of these voxels.
        tx: transmitters, as an index.
        tx_m: where each of them is, seen from what moves.
        rx_m: where all receivers are, likewise, at one time for all transmitters.
        drift_m: by how much motion between frequencies moves an echo in its profile, times the
            cosine between velocity and direction; as a vector.
        bins: of the profiles.
        turn: phasors (r, f) that correct the samples of one row of ``tx``; None without motion.
    """

    rows: np.ndarray | slice
    points_m: np.ndarray
    tx: np.ndarray
    tx_m: np.ndarray
    rx_m: np.ndarray
    drift_m: np.ndarray
    bins: PathBins
    turn: Callable[[int], np.ndarray] | None


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DirectImager:
    """Satisfies ``Imager`` by one look-up per voxel and channel in range profiles.

    ``image(v) = sum_tr P_tr(R_t + R_r) exp(+j k_c (R_t + R_r))``, P being the tapered samples
    summed over frequency without their carrier k_c, interpolated linearly. Profiles are periodic
    and so is the look-up: an echo from beyond the period folds, as it does in the exact
    sum. Distances and phases are float64 until they are reduced to one period and one turn.

    What moves at velocity u sees antennas that move at -u. Transmitters are where they were at
    their own time. Receivers are put where they were at the mean time of a few transmitters. From
    one frequency to the next the phase changes as if the echo were further away (range-Doppler
    coupling): profiles are read there. What is then left is corrected in the samples, exactly for
    the middle of a region; voxels far from one another are taken as several regions.

    Where nothing moves, a channel by itself is within -57 dB of the exact sum, and the sum of
    4,096 channels within -70 dB (12 dB more for each doubling of ``oversample``). At 1.4 m/s in a
    sweep of 10 ms, with a body about 1.2 m away, the image is within -43 dB; neglecting the motion
    costs -26 to 0 dB.

    Attributes:
        array: that measured.
        points_m: voxels, any set of points, sensor frame; fastest when neighbours in the list are
            neighbours in space.
        oversample: bins per frequency, at least; rounded up to a power of two bins.
        threads: 0 is one for each core.
        is_compiled: use the kernel, which has 16-bit profiles; False is the same in NumPy, in the
            precision of the samples.

    Raises:
        ValueError: a voxel is not finite, or the compiled kernel is wanted where Numba is missing.

    References:
        Soumekh, Synthetic Aperture Radar Signal Processing, Wiley 1999, section 4.7;
        Ahmed et al., IEEE Trans. Microw. Theory Techn. 59 (2011) 3567.
    """

    array: Array
    points_m: Float[np.ndarray, "v 3"]
    oversample: int = 8
    threads: int = 0
    is_compiled: bool = direct_kernel.AVAILABLE

    def __post_init__(self) -> None:
        if not np.isfinite(self.points_m).all():
            raise ValueError(f"points_m holds {np.sum(~np.isfinite(self.points_m))} bad values")
        if self.is_compiled and not direct_kernel.AVAILABLE:
            raise ValueError("is_compiled is True, but Numba is not installed")

    @property
    def shape(self) -> tuple[tuple[int, int, int], int]:
        """Return the shape of the samples and the number of voxels."""
        return self.array.shape, len(self.points_m)

    def adjoint(
        self, samples: Complex[np.ndarray, "t r f"], velocity_m_per_s: Float[np.ndarray, " 3"], /
    ) -> Complex[np.ndarray, " v"]:
        """Return the image; complex64 from the compiled kernel, else complex128.

        Raises:
            ValueError: samples or velocity do not fit or are not finite.
        """
        refuse_samples(self.array, samples)
        if not self.is_compiled:
            image = np.zeros(len(self.points_m), dtype=np.complex128)
            for part in self._passes(velocity_m_per_s, bytes_per_bin=16):
                image[part.rows] += self._looked_up(part, samples)
            return image
        image = np.zeros(len(self.points_m), dtype=np.complex64)
        threads = self.threads or direct_kernel.cores()
        n_tx, n_rx, _ = self.array.shape
        alone = threads == 1 or len(image) * n_tx * n_rx < WORTH_THREADS
        with nullcontext() if alone else ThreadPoolExecutor(threads) as pool:
            for part in self._passes(velocity_m_per_s, bytes_per_bin=8):
                image[part.rows] += self._compiled(part, samples, pool, threads)
        return image

    def forward(
        self, image: Complex[np.ndarray, " v"], velocity_m_per_s: Float[np.ndarray, " 3"], /
    ) -> Complex[np.ndarray, "t r f"]:
        """Return the samples; complex128, the transpose of what ``adjoint`` looks up.

        Raises:
            ValueError: image or velocity do not fit or are not finite.
        """
        if image.shape != (len(self.points_m),) or not np.isfinite(image).all():
            raise ValueError(
                f"image must hold {len(self.points_m)} finite values, got shape {image.shape}"
            )
        samples = np.zeros(self.array.shape, dtype=np.complex128)
        for part in self._passes(velocity_m_per_s, bytes_per_bin=16):
            self._spread(part, image[part.rows], samples)
        return samples

    def _compiled(
        self,
        part: _Pass,
        samples: np.ndarray,
        pool: ThreadPoolExecutor | None,
        threads: int,
    ) -> np.ndarray:
        bins, n_v = part.bins, len(part.points_m)
        profiles = np.empty((len(part.tx), len(part.rx_m), bins.held), dtype=np.int64)
        unit = np.empty(len(part.tx), dtype=np.float32)
        out = np.zeros((2, n_v), dtype=np.float32)
        single = samples.astype(np.complex64, copy=False)

        def fill(row: int) -> None:
            profiles[row], unit[row] = packed(self._profiles(part, single, row))

        def add(start: int) -> None:
            direct_kernel.backproject(
                profiles,
                unit=unit,
                tx_m=part.tx_m,
                rx_m=part.rx_m,
                points_m=part.points_m,
                rows=(start, min(start + step, n_v)),
                drift_m=part.drift_m,
                period_m=bins.period_m,
                count=bins.count,
                first=bins.first,
                k_rad_per_m=self._carrier_rad_per_m,
                out=out,
            )

        tiles = -(-n_v // direct_kernel.TILE)
        step = direct_kernel.TILE * (max(1, tiles // (8 * threads)) if pool else tiles)
        _each(pool, fill, range(len(part.tx)))
        _each(pool, add, range(0, n_v, step))
        return out[0] + 1j * out[1]

    def _looked_up(self, part: _Pass, samples: np.ndarray) -> np.ndarray:
        """Return what the kernel computes, without its rounding."""
        profiles = [self._profiles(part, samples, row) for row in range(len(part.tx))]
        image = np.zeros(len(part.points_m), dtype=np.complex128)
        every_rx = np.arange(len(part.rx_m))
        for rows, indices, wave_t, wave_r in self._tables(part):
            for row, sides in indices:
                for index, weight in sides:
                    seen = profiles[row][every_rx, index]
                    image[rows] += wave_t[:, row] * np.einsum("vr,vr->v", seen, weight * wave_r)
        return image

    def _spread(self, part: _Pass, image: np.ndarray, samples: np.ndarray) -> None:
        """Add the samples of a reflectivity: every step of ``_looked_up``, transposed."""
        n_r, held = len(part.rx_m), part.bins.held
        profiles = np.zeros((len(part.tx), n_r * held), dtype=np.complex128)
        start = np.arange(n_r) * held
        for rows, indices, wave_t, wave_r in self._tables(part):
            for row, sides in indices:
                sent = np.conj(wave_r) * (np.conj(wave_t[:, row]) * image[rows])[:, None]
                for index, weight in sides:
                    place, value = (start + index).ravel(), (weight * sent).ravel()
                    for of, unit in ((np.real(value), 1.0), (np.imag(value), 1j)):
                        profiles[row] += unit * np.bincount(place, of, minlength=n_r * held)
        for row, t in enumerate(part.tx):
            at_f = samples_of(profiles[row].reshape(n_r, held), part.bins, n_f=samples.shape[2])
            turn = 1.0 if part.turn is None else np.conj(part.turn(row))
            samples[t] += self.array.taper * turn * at_f

    def _tables(
        self, part: _Pass
    ) -> Iterator[tuple[slice, Iterator[tuple[int, _Sides]], np.ndarray, np.ndarray]]:
        """Yield voxels, for each transmitter the two bins to interpolate, and both phasors."""
        bins, k_c = part.bins, self._carrier_rad_per_m
        for start in range(0, len(part.points_m), CHUNK):
            rows = slice(start, start + CHUNK)
            path_t, place_t = _paths_m(part.points_m[rows], part.tx_m, part.drift_m)
            path_r, place_r = _paths_m(part.points_m[rows], part.rx_m, part.drift_m)

            def sides(
                row: int, place_t: np.ndarray = place_t, place_r: np.ndarray = place_r
            ) -> tuple[int, _Sides]:
                place = (place_t[:, row, None] + place_r) / bins.bin_m
                lower = np.floor(place).astype(np.int64)
                past, index = place - lower, (lower - bins.first) % bins.count
                return row, ((index, 1 - past), ((index + 1) % bins.count, past))

            yield (
                rows,
                map(sides, range(len(part.tx))),
                np.exp(1j * k_c * path_t),
                np.exp(1j * k_c * path_r),
            )

    def _profiles(self, part: _Pass, samples: np.ndarray, row: int) -> np.ndarray:
        """Return the profiles of one transmitter, in the samples' precision."""
        weighted = samples[part.tx[row]]
        weighted = weighted * self.array.taper.astype(np.real(weighted).dtype)
        if part.turn is not None:
            weighted *= part.turn(row)
        return range_profiles(weighted, part.bins)

    @property
    def _carrier_rad_per_m(self) -> float:
        return float(self.array.wavenumber_rad_per_m[carrier_index(self.array)])

    def _passes(self, velocity: np.ndarray, *, bytes_per_bin: int) -> Iterator[_Pass]:
        """Yield the passes that together make the image."""
        if velocity.shape != (3,) or not np.isfinite(velocity).all():
            raise ValueError(f"velocity_m_per_s must be three finite values, got {velocity}")
        array, points = self.array, self.points_m
        if not len(points):
            return
        carrier, n_f = carrier_index(array), len(array.frequency_hz)
        # the profile's carrier need not be at the middle of the band, where time is counted from
        time_s = array.times_s() + (carrier - (n_f - 1) / 2) * array.step_s
        moving = bool(velocity.any() and (array.step_s or np.ptp(time_s)))
        dk = np.ptp(array.wavenumber_rad_per_m) / (n_f - 1)
        drift_m = velocity * (array.step_s * self._carrier_rad_per_m / dk)
        for rows in self._regions(velocity) if moving else [slice(None)]:
            here = np.ascontiguousarray(points[rows], dtype=np.float64)
            box = _box_m(here)
            for group in self._lags(velocity, box, time_s) if moving else [np.arange(len(time_s))]:
                tx_m = array.tx_position_m[group] - velocity * time_s[group, None]
                rx_m = array.rx_position_m - velocity * time_s[group].mean()
                bins = path_bins(
                    array, oversample=self.oversample, **_reach_m(box, tx_m, rx_m, drift_m)
                )
                most = max(1, PROFILE_BYTES // (bytes_per_bin * len(rx_m) * bins.held))
                for first in range(0, len(group), most):
                    cut = slice(first, first + most)
                    part = _Pass(
                        rows=rows, points_m=here, tx=group[cut], tx_m=tx_m[cut], rx_m=rx_m,
                        drift_m=drift_m, bins=bins, turn=None,
                    )  # fmt: skip
                    yield self._corrected(part, velocity, box.mean(axis=0)) if moving else part

    def _corrected(self, part: _Pass, velocity: np.ndarray, middle_m: np.ndarray) -> _Pass:
        """Return a pass whose samples are turned so that the middle of its region is exact."""
        array = self.array
        k = array.wavenumber_rad_per_m
        carrier, n_f = carrier_index(array), len(k)
        time_f_s = (np.arange(n_f) - (n_f - 1) / 2) * array.step_s
        path_t, place_t = _paths_m(middle_m[None], part.tx_m, part.drift_m)
        path_r, place_r = _paths_m(middle_m[None], part.rx_m, part.drift_m)

        def turn(row: int) -> np.ndarray:
            t = part.tx[row]
            at = middle_m + velocity * (array.times_s()[t] + time_f_s)[:, None]
            true_m = distance_m(at, array.tx_position_m[t : t + 1])
            true_m = (true_m + distance_m(at, array.rx_position_m)).T
            looked_up = k[carrier] * (path_t[0, row] + path_r[0])[:, None]
            looked_up = looked_up + (k - k[carrier]) * (place_t[0, row] + place_r[0])[:, None]
            return np.exp(1j * (k * true_m - looked_up))

        return replace(part, turn=turn)

    def _regions(self, velocity: np.ndarray) -> Iterator[np.ndarray]:
        """Yield voxels so near to one another that one correction serves them.

        The phase is exact in its constant and linear part over frequency; the quadratic part,
        ``(k_f - k_c) rate (time of f)``, is corrected with the rate of the middle. Boxes are halved
        until rates at their corners are near enough.
        """
        array = self.array
        k = array.wavenumber_rad_per_m
        bend_rad_s_per_m = len(k) / 4 * np.ptp(k) * abs(array.step_s)
        antennas = (array.tx_position_m, array.rx_position_m)
        waiting = [np.arange(len(self.points_m))]
        while waiting:
            rows = waiting.pop()
            box = _box_m(self.points_m[rows])
            spread = sum(_rate_spread_m_per_s(box, of, velocity) for of in antennas)
            axis = int(np.argmax(box[1] - box[0]))
            upper = self.points_m[rows, axis] > box[:, axis].mean()
            small = len(rows) < 2 * FEWEST_VOXELS or not upper.any()
            if small or bend_rad_s_per_m * spread <= BEND_RAD:
                yield rows
            else:
                waiting += [rows[upper], rows[~upper]]

    def _lags(
        self, velocity: np.ndarray, box_m: np.ndarray, time_s: np.ndarray
    ) -> Iterator[np.ndarray]:
        """Yield transmitters, in order of time, so close in time that receivers hardly move."""
        spread = _rate_spread_m_per_s(box_m, self.array.rx_position_m, velocity)
        span_s = 2 * LAG_RAD / max(self._carrier_rad_per_m * spread, 1e-12)
        waiting = np.argsort(time_s, kind="stable")
        while len(waiting):
            n = int(np.searchsorted(time_s[waiting], time_s[waiting[0]] + span_s, side="right"))
            yield waiting[:n]
            waiting = waiting[n:]


def _each(
    pool: ThreadPoolExecutor | None, function: Callable[[int], None], over: Iterable[int]
) -> None:
    for _ in (pool.map if pool else map)(function, over):
        pass


def _paths_m(
    points_m: np.ndarray, antenna_m: np.ndarray, drift_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the distances (voxel, antenna), and where they are looked up in a profile."""
    path_m = distance_m(points_m, antenna_m)
    if not drift_m.any():
        return path_m, path_m
    along = (points_m @ drift_m)[:, None] - antenna_m @ drift_m
    return path_m, path_m + along / np.maximum(path_m, direct_kernel.TOUCHING_M)


def _box_m(points_m: np.ndarray) -> np.ndarray:
    """Return the lowest and highest corner; by columns, ten times faster than along axis 0."""
    columns = [points_m[:, axis] for axis in range(3)]
    return np.array([[c.min() for c in columns], [c.max() for c in columns]])


def _reach_m(
    box_m: np.ndarray, tx_m: np.ndarray, rx_m: np.ndarray, drift_m: np.ndarray
) -> dict[str, float]:
    """Return bounds of the path from any transmitter over a box to any receiver."""
    slack = 2 * float(np.linalg.norm(drift_m))
    least = most = 0.0
    for antenna_m in (tx_m, rx_m):
        beyond = np.stack([box_m[0] - antenna_m, antenna_m - box_m[1]])
        least += float(np.linalg.norm(np.maximum(beyond.max(axis=0), 0), axis=1).min())
        most += float(np.linalg.norm(np.abs(beyond).max(axis=0), axis=1).max())
    return {"from_m": least - slack, "to_m": most + slack}


def _rate_spread_m_per_s(box_m: np.ndarray, antenna_m: np.ndarray, velocity: np.ndarray) -> float:
    """Return by how much the path rate to an antenna differs between a box's middle and corner.

    Bounded by the angle between the two, seen from the nearest antenna.
    """
    half = float(np.linalg.norm(box_m[1] - box_m[0])) / 2
    away = float(np.linalg.norm(antenna_m - box_m.mean(axis=0), axis=1).min())
    return float(np.linalg.norm(velocity)) * min(2.0, half / max(away, direct_kernel.TOUCHING_M))
