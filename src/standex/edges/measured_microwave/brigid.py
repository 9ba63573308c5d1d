"""Sample data of MERIT, from BRIGID: breast phantoms in a hemisphere of antennas, 1.5 to 4.5 GHz.

A folder holds ``antenna_locations.csv`` (x, y, z in metres), ``channel_names.csv`` (the two
antennas of each measured pair, counted from 1), ``frequencies.csv`` (Hz) and scans, one row per
frequency and one column per pair, as ``a+bi``.

References:
    O'Loughlin et al., Open-source software for microwave radar-based image reconstruction,
    EuCAP 2018, London.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Complex, Float, Int

from standex.edges.trajectories.text_file import excerpt, parse_numbers, read_lines
from standex.model.errors import DataFileError
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.imager import STILL, Imager

RELATIVE_PERMITTIVITY = 8.0  # average of the phantoms' tissue
HALF_WINDOW_S = 0.35e-9
# The square of a signal 3 GHz wide, over 0.7 ns, is exact to 1e-3 with seven nodes.
NODES = 7
MAX_POSITION_M = 1.0  # the hemisphere's radius is 0.07 m
MIN_APART_M = 1e-3
MIN_FREQUENCY_HZ = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BrigidScan:
    """One scan as the imaging room wants it; both lists of antennas are the same one.

    Attributes:
        name: of the scan, from its file.
        antenna_m: of each antenna, frame of the hemisphere (z along its axis).
        frequency_hz: uniform, ascending.
        samples: S[first, second, f], zero where a pair was not measured.
        is_measured: which pairs were.
    """

    name: str
    antenna_m: Float[np.ndarray, "a 3"]
    frequency_hz: Float[np.ndarray, " f"]
    samples: Complex[np.ndarray, "a a f"]
    is_measured: Bool[np.ndarray, "a a"]

    def array(self, *, relative_permittivity: float = RELATIVE_PERMITTIVITY) -> Array:
        """Return the array, in a medium without loss that fills everything."""
        return Array(
            tx_position_m=self.antenna_m,
            rx_position_m=self.antenna_m,
            frequency_hz=self.frequency_hz,
            refractive_index=float(np.sqrt(relative_permittivity)),
        )


def read_brigid(folder: Path, *, name: str) -> BrigidScan:
    """Read one scan and the array that it was made with.

    Args:
        folder: with the four files.
        name: of the scan's file, without ``.csv``.

    Raises:
        DataFileError: a file is missing, truncated, holds something else than its name says, or
            does not fit the others.
    """
    antenna_m = _antennas(folder / "antenna_locations.csv")
    pair = _pairs(folder / "channel_names.csv", n_antennas=len(antenna_m))
    frequency_hz = _frequencies(folder / "frequencies.csv")
    values = _complex_table(folder / f"{name}.csv", rows=len(frequency_hz), columns=len(pair))
    n = len(antenna_m)
    samples = np.zeros((n, n, len(frequency_hz)), dtype=np.complex128)
    is_measured = np.zeros((n, n), dtype=np.bool_)
    samples[pair[:, 0], pair[:, 1]] = values.T
    is_measured[pair[:, 0], pair[:, 1]] = True
    return BrigidScan(
        name=name,
        antenna_m=antenna_m,
        frequency_hz=frequency_hz,
        samples=samples,
        is_measured=is_measured,
    )


def without_coupling(scan: BrigidScan, turned: BrigidScan) -> BrigidScan:
    """Return ``scan`` less the scan of the same phantom with the array turned about its axis.

    What turns with the array cancels: coupling between antennas, and a skin round about the
    axis. What stays in the phantom does not, and comes a second time, turned and negative.

    Raises:
        ValueError: the two were not made with the same array, or are the same scan.
    """
    for attribute in ("antenna_m", "frequency_hz", "is_measured"):
        if not np.array_equal(getattr(scan, attribute), getattr(turned, attribute)):
            raise ValueError(f"{attribute} of {scan.name} and {turned.name} are not the same")
    if np.array_equal(scan.samples, turned.samples):
        raise ValueError(f"{scan.name} and {turned.name} are one scan: nothing would be left")
    return replace(scan, name=f"{scan.name} - {turned.name}", samples=scan.samples - turned.samples)


def delay_and_sum(
    scan: BrigidScan,
    imager_of: Callable[[Array], Imager],
    *,
    relative_permittivity: float = RELATIVE_PERMITTIVITY,
    half_window_s: float = HALF_WINDOW_S,
) -> Float[np.ndarray, " v"]:
    """Return the energy that remains near zero time when every pair is delayed to a voxel.

    ``E(v) = integral over -T..T of |x_v(t)|^2 dt / 2T``, with
    ``x_v(t) = sum_pairs,f S exp(+j k_f (R_1 + R_2)) exp(+j 2 pi f t)``: for each t an image of the
    samples turned by t. Every frequency counts the same, as in the publication; the imager's taper
    is taken out of the samples beforehand. A Hann taper would halve the band, and with it the
    resolution, which these 3 GHz cannot spare.

    Args:
        scan: that measured.
        imager_of: makes the imager of the voxels, for the scan's array.
        relative_permittivity: of all that the waves pass.
        half_window_s: T.
    """
    array = scan.array(relative_permittivity=relative_permittivity)
    imager = imager_of(array)
    node, weight = np.polynomial.legendre.leggauss(NODES)
    energy = np.zeros(imager.shape[1])
    for lag_s, share in zip(half_window_s * node, weight / 2, strict=True):
        turned = scan.samples / array.taper * np.exp(2j * np.pi * scan.frequency_hz * lag_s)
        image = imager.adjoint(turned, STILL)
        energy += share * np.abs(image) ** 2
    return energy


def _antennas(path: Path) -> Float[np.ndarray, "a 3"]:
    table = parse_numbers(
        path, read_lines(path), separator=",", widths=(3,), layout="x,y,z in metres"
    )
    position_m, line = table.values, table.line
    far = np.asarray((np.abs(position_m) > MAX_POSITION_M).any(axis=1))
    if far.any():
        raise DataFileError(
            f"{path}, line {line[far][0]}: antenna at {position_m[far][0].tolist()}; metres were "
            "expected"
        )
    apart_m = np.linalg.norm(position_m[:, None] - position_m[None, :], axis=2)
    apart_m[np.tril_indices(len(position_m))] = np.inf
    first, second = np.unravel_index(int(apart_m.argmin()), apart_m.shape)
    if apart_m[first, second] < MIN_APART_M:
        raise DataFileError(
            f"{path}, line {line[second]}: the antenna of line {line[first]} is at the same place"
        )
    return position_m


def _pairs(path: Path, *, n_antennas: int) -> Int[np.ndarray, "p 2"]:
    layout = "first,second antenna"
    table = parse_numbers(path, read_lines(path), separator=",", widths=(2,), layout=layout)
    values, line = table.values, table.line
    odd = np.asarray(
        ((values != np.round(values)) | (values < 1) | (values > n_antennas)).any(axis=1)
    )
    if odd.any():
        raise DataFileError(
            f"{path}, line {line[odd][0]}: antennas {_words(values[odd][0])}; numbers from 1 to "
            f"{n_antennas} were expected, as many as antenna_locations.csv has rows"
        )
    alone = values[:, 0] == values[:, 1]
    if alone.any():
        raise DataFileError(
            f"{path}, line {line[alone][0]}: antenna {values[alone][0, 0]:g} with itself; pairs of "
            "two antennas were expected"
        )
    _, first, count = np.unique(values, axis=0, return_index=True, return_counts=True)
    if count.max() > 1:
        row = first[count > 1].min()
        raise DataFileError(
            f"{path}, line {line[row]}: antennas {_words(values[row])} come a second time further "
            "on; each pair was measured once"
        )
    return values.astype(np.int64) - 1


def _frequencies(path: Path) -> Float[np.ndarray, " f"]:
    layout = "one frequency in Hz"
    table = parse_numbers(path, read_lines(path), separator=",", widths=(1,), layout=layout)
    frequency_hz, line = table.values[:, 0], table.line
    step = np.diff(frequency_hz)
    if len(step) < 1 or frequency_hz[0] < MIN_FREQUENCY_HZ:
        raise DataFileError(
            f"{path}: {len(frequency_hz)} frequencies, the first {frequency_hz[0]:g}; two or more "
            "were expected, in Hz"
        )
    off = np.abs(step - np.median(step)) > 1e-3 * np.median(step)
    if off.any() or step.min() <= 0:
        row = int(np.flatnonzero(off | (step <= 0))[0])
        raise DataFileError(
            f"{path}, line {line[row + 1]}: a step of {step[row]:g} Hz, elsewhere "
            f"{np.median(step):g} Hz; an ascending uniform grid was expected"
        )
    return frequency_hz


def _complex_table(path: Path, *, rows: int, columns: int) -> Complex[np.ndarray, "f p"]:
    values: list[list[complex]] = []
    last = 0
    for number, text in enumerate(read_lines(path), start=1):
        if not text.strip():
            continue
        fields = text.strip().split(",")
        if len(fields) != columns:
            raise DataFileError(
                f"{path}, line {number}: {len(fields)} values; {columns} were expected, one for "
                "each pair of channel_names.csv. The line is cut short, or this is no scan"
            )
        values.append([_complex(path, number, field) for field in fields])
        last = number
    if len(values) != rows:
        raise DataFileError(
            f"{path}: {len(values)} rows, the last in line {last}; {rows} were expected, one for "
            "each frequency of frequencies.csv. The file is truncated, or of another measurement"
        )
    return np.array(values, dtype=np.complex128)


def _complex(path: Path, number: int, field: str) -> complex:
    text = field.strip()
    try:
        # Python reads "1_0" as ten; a real number here is another table.
        value = complex(text[:-1] + "j") if text.endswith("i") and "_" not in text else None
    except ValueError:
        value = None
    if value is None:
        raise DataFileError(
            f"{path}, line {number}: {excerpt(text)} is no complex number; a+bi was expected"
        )
    if not np.isfinite(value):
        raise DataFileError(f"{path}, line {number}: {excerpt(text)} is not finite")
    return value


def _words(pair: np.ndarray) -> str:
    return " and ".join(f"{value:g}" for value in pair)
