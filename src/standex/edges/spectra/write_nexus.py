"""Writes spectra as NeXus files after the application definition NXraman.

What the definition asks for and a measurement does not say (start time, sample, scattering
configuration) is left out; what it has no place for stands in a collection ``standex``.
"""

from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.spectra.measured import MeasuredSpectrum
from standex.model.errors import StandexError

_UNITS = {"per_cm": "1/cm", "nm": "nm", "um": "um", "pixel": "pixel"}
_LONG_NAMES = {"per_cm": "Raman Shift", "nm": "Wavelength", "um": "Wavelength", "pixel": "Pixel"}


def write_nexus(path: Path, spectra: tuple[MeasuredSpectrum, ...]) -> None:
    """Write spectra, each as an entry of its own.

    Raises:
        StandexError: h5py is missing, or the file cannot be written.
    """
    try:
        import h5py  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise StandexError(
            f"{path}: NeXus files need the package h5py; install it with "
            "pip install 'standex[hdf5]'"
        ) from error
    try:
        with h5py.File(path, "w") as file:
            file.attrs["NX_class"] = "NXroot"
            file.attrs["default"] = "entry"
            for number, spectrum in enumerate(spectra):
                key = "entry" if number == 0 else f"entry_{number:05d}"
                _write_entry(file, key, spectrum)
    except OSError as error:
        raise StandexError(f"{path}: cannot be written ({error}); choose another folder") from error


def _write_entry(file: Any, key: str, spectrum: MeasuredSpectrum) -> None:
    entry = _group(file, key, "NXentry")
    entry.attrs["default"] = "data"
    entry["definition"] = "NXraman"
    entry["title"] = spectrum.name
    entry["experiment_type"] = "Raman spectroscopy"
    data = _group(entry, "data", "NXdata")
    unit = spectrum.axis_unit
    axis = "x_values_raman" if unit == "per_cm" else "x_values"
    data.attrs["signal"], data.attrs["axes"] = "y_values", [".", axis]
    data[axis] = spectrum.axis
    if unit is not None:
        data[axis].attrs["units"] = _UNITS[unit]
        data[axis].attrs["long_name"] = f"{_LONG_NAMES[unit]} [{_UNITS[unit]}]"
    data["y_values"] = spectrum.counts
    if spectrum.counts_unit is not None:
        data["y_values"].attrs["units"] = spectrum.counts_unit
    if spectrum.dark is not None:
        data["dark"] = spectrum.dark
        data.attrs["auxiliary_signals"] = ["dark"]
    instrument = _group(entry, "instrument", "NXinstrument")
    if spectrum.instrument is not None:
        device = _group(instrument, "device_information", "NXfabrication")
        device["model"] = spectrum.instrument
    beam = _group(instrument, "beam_incident", "NXbeam")
    _number(beam, "wavelength", spectrum.laser_nm, "nm")
    _number(beam, "average_power", spectrum.power_mw, "mW")
    detector = _group(instrument, "detector", "NXdetector")
    detector["detector_channel_type"] = "multichannel"
    _number(detector, "count_time", spectrum.exposure_s, "s")
    _number(detector, "number_of_cycles", spectrum.accumulations, None)
    own = _group(entry, "standex", "NXcollection")
    own["provenance"] = spectrum.provenance
    _number(own, "range_m", spectrum.range_m, "m")
    _number(own, "gain_e_per_count", spectrum.gain_e_per_count, None)
    _number(own, "read_noise_e", spectrum.read_noise_e, None)


def _group(parent: Any, key: str, nexus_class: str) -> Any:
    group = parent.create_group(key)
    group.attrs["NX_class"] = nexus_class
    return group


def _number(group: Any, key: str, value: float | None, unit: str | None) -> None:
    if value is None:
        return
    group[key] = np.int64(value) if isinstance(value, int) else np.float64(value)
    if unit is not None:
        group[key].attrs["units"] = unit
