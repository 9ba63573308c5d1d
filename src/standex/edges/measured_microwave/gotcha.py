"""Gotcha Volumetric SAR Data Set 1.0: X-band echoes of a car park, one MATLAB file per degree.

Each file holds a structure ``data``: ``fp`` (frequency by pulse), ``freq`` (Hz), ``x``, ``y``,
``z`` of the antenna and ``r0``, its range to the middle of the scene (metres).

References:
    Air Force Research Laboratory, Gotcha Volumetric SAR Data Set Overview, public release
    SN-07-0045, AFRL/WS-07-0528 (2007);
    Gorham, Moore, SAR image formation toolbox for MATLAB, Proc. SPIE 7699 (2010).
"""

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Complex, Float
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from standex.model.errors import DataFileError
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.imager import STILL, Imager

FIELDS = ("fp", "freq", "x", "y", "z", "r0")
MIN_FREQUENCY_HZ = 1e6
# Ranges and positions are in single precision: a millimetre at 10 km.
MAX_RANGE_ERROR_M = 0.01
# What the MATLAB reader of SciPy finds wrong comes up as any of these.
_UNREADABLE = (
    MatReadError, NotImplementedError, OSError, EOFError, ValueError, TypeError, KeyError,
    IndexError, OverflowError, MemoryError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GotchaPass:
    """Pulses of one pass, in the phase convention of the imaging room.

    The files' own autofocus solution is left out: on pass 1, HH, the image is sharper without.

    Attributes:
        antenna_m: of each pulse, x along azimuth 0, z up, from the middle of the scene.
        frequency_hz: uniform, ascending; the files' own, freed from rounding to single precision.
        samples: exp(-jk 2R) of an echo at range R. The files have R less the range to the middle
            of the scene, which is put back as the length of ``antenna_m``, finer than ``r0``.
    """

    antenna_m: Float[np.ndarray, "p 3"]
    frequency_hz: Float[np.ndarray, " f"]
    samples: Complex[np.ndarray, "p f"]


def read_gotcha(paths: Sequence[Path]) -> GotchaPass:
    """Read the pulses of some files as one pass, in the given order.

    Args:
        paths: files of one pass and polarisation.

    Raises:
        DataFileError: a file is missing, damaged, something else, or given twice, its fields do
            not fit one another, or the files do not have the same frequencies.
    """
    if not paths:
        raise DataFileError("no file of the pass was given")
    parts = [_read(path) for path in paths]
    frequency_hz = parts[0].frequency_hz
    for path, part in zip(paths, parts, strict=True):
        if part.frequency_hz.shape != frequency_hz.shape or not np.allclose(
            part.frequency_hz, frequency_hz, rtol=1e-6
        ):
            raise DataFileError(
                f"{path}: {_band(part.frequency_hz)}, but {paths[0]} has {_band(frequency_hz)}; "
                "give files of one pass"
            )
    antenna_m = np.concatenate([part.antenna_m for part in parts])
    _, first, count = np.unique(antenna_m, axis=0, return_index=True, return_counts=True)
    if count.max() > 1:
        ends = np.cumsum([len(part.antenna_m) for part in parts])
        path = paths[int(np.searchsorted(ends, first[count > 1].min(), side="right"))]
        raise DataFileError(
            f"{path}: {np.sum(count > 1)} pulses come from the same places as others; a file was "
            "given twice, or in two polarisations"
        )
    return GotchaPass(
        antenna_m=antenna_m,
        frequency_hz=frequency_hz,
        samples=np.concatenate([part.samples for part in parts]),
    )


def backproject(
    measured: GotchaPass, imager_of: Callable[[Array], Imager]
) -> Complex[np.ndarray, " v"]:
    """Return the image: the sum over the pulses, each an array of one antenna.

    Args:
        measured: the pulses.
        imager_of: makes the imager of the voxels, for the array of one pulse.
    """
    image = np.zeros(0, dtype=np.complex128)
    for place_m, samples in zip(measured.antenna_m, measured.samples, strict=True):
        array = Array(
            tx_position_m=place_m[None],
            rx_position_m=place_m[None],
            frequency_hz=measured.frequency_hz,
        )
        of_pulse = imager_of(array).adjoint(samples[None, None], STILL)
        image = image + of_pulse if len(image) else of_pulse.astype(np.complex128)
    return image


def entropy_nat(image: Complex[np.ndarray, " v"]) -> float:
    """Return the entropy of the image's energy over its voxels: low is sharp.

    From 0, all in one voxel, to log(v), the same in all; it depends on the voxels' size.

    Raises:
        ValueError: the image holds no energy, or a value that is not finite.
    """
    share = _energy(image)
    share = share[share > 0] / share.sum()
    return float(-np.sum(share * np.log(share)))


def contrast(image: Complex[np.ndarray, " v"]) -> float:
    """Return the standard deviation of the energy over its mean: 1 for speckle, high is sharp.

    Raises:
        ValueError: the image holds no energy, or a value that is not finite.
    """
    energy = _energy(image)
    return float(energy.std() / energy.mean())


def _energy(image: np.ndarray) -> np.ndarray:
    energy = np.abs(image.astype(np.complex128)) ** 2
    if not (np.isfinite(energy).all() and energy.sum() > 0):
        raise ValueError("the image must be finite and hold some energy")
    return energy


def _read(path: Path) -> GotchaPass:
    field = _fields(path)
    frequency_hz = _frequencies(path, field["freq"].ravel())
    antenna_m = np.stack([field[name].ravel() for name in ("x", "y", "z")], axis=1)
    shape = (len(frequency_hz), len(antenna_m))
    if field["fp"].shape != shape:
        raise DataFileError(
            f"{path}: fp has shape {field['fp'].shape}; {shape} was expected, frequencies by pulses"
        )
    range_m = np.linalg.norm(antenna_m, axis=1)
    off_m = np.abs(range_m - field["r0"].ravel())
    if off_m.max() > MAX_RANGE_ERROR_M:
        row = int(off_m.argmax())
        raise DataFileError(
            f"{path}: pulse {row + 1} is {range_m[row]:.3f} m from the middle of the scene by x, y "
            f"and z, {field['r0'].ravel()[row]:.3f} m by r0; both were expected in metres"
        )
    k_rad_per_m = Array(
        tx_position_m=antenna_m[:1], rx_position_m=antenna_m[:1], frequency_hz=frequency_hz
    ).wavenumber_rad_per_m
    return GotchaPass(
        antenna_m=antenna_m,
        frequency_hz=frequency_hz,
        samples=field["fp"].T * np.exp(-2j * np.outer(range_m, k_rad_per_m)),
    )


def _fields(path: Path) -> dict[str, np.ndarray]:
    """Return the fields of ``data`` in double precision, finite, one value per pulse where due."""
    try:
        content = loadmat(path)
    except _UNREADABLE as error:
        raise DataFileError(
            f"{path}: cannot be read as a MATLAB file, version 5 ({error}); it is missing, "
            "truncated or something else; fetch it again"
        ) from error
    data: Any = content.get("data")
    names = getattr(getattr(data, "dtype", None), "names", None) or ()
    missing = [name for name in FIELDS if name not in names]
    if missing or data.shape != (1, 1):
        raise DataFileError(
            f"{path}: no structure 'data' with the fields {', '.join(FIELDS)} (missing: "
            f"{', '.join(missing) or 'none, but there is more than one'}); not a file of the set"
        )
    field = {name: np.asarray(data[name][0, 0]) for name in FIELDS}
    for name, values in field.items():
        kinds = "fc" if name == "fp" else "f"
        if values.dtype.kind not in kinds or values.ndim != 2 or not values.size:
            raise DataFileError(
                f"{path}: {name} is of type {values.dtype} and shape {values.shape}; floating "
                "point numbers were expected, in two dimensions"
            )
        if not np.isfinite(values).all():
            raise DataFileError(
                f"{path}: {np.sum(~np.isfinite(values))} of {values.size} values of {name} are not "
                "finite"
            )
        if name != "fp" and 1 not in values.shape:
            raise DataFileError(f"{path}: {name} has shape {values.shape}; one row was expected")
    if field["fp"].dtype.kind != "c":
        raise DataFileError(f"{path}: fp is real; complex samples were expected")
    sizes = {name: field[name].size for name in ("x", "y", "z", "r0")}
    if len(set(sizes.values())) > 1:
        raise DataFileError(f"{path}: not one value per pulse each: {sizes}")
    return {
        name: values.astype(np.complex128 if name == "fp" else np.float64)
        for name, values in field.items()
    }


def _frequencies(path: Path, given_hz: np.ndarray) -> Float[np.ndarray, " f"]:
    if len(given_hz) < 2 or not MIN_FREQUENCY_HZ < given_hz[0] < given_hz[-1]:
        raise DataFileError(f"{path}: {_band(given_hz)}; two or more were expected, ascending")
    uniform_hz = np.linspace(given_hz[0], given_hz[-1], len(given_hz))
    off_hz = np.abs(uniform_hz - given_hz)
    if off_hz.max() > 2 * np.spacing(np.float32(given_hz[-1])):
        row = int(off_hz.argmax())
        raise DataFileError(
            f"{path}: frequency {row + 1} is {given_hz[row]:.9g} Hz, {off_hz[row]:.3g} Hz off a "
            "uniform grid from the first to the last"
        )
    return uniform_hz


def _band(frequency_hz: np.ndarray) -> str:
    ends = f"{frequency_hz[0]:.6g} to {frequency_hz[-1]:.6g} Hz" if len(frequency_hz) else "none"
    return f"{len(frequency_hz)} frequencies, {ends}"
