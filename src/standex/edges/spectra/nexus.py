"""NeXus files with spectra: the application definition NXraman, and others built like it.

References:
    NeXus International Advisory Committee, NXraman and NXoptical_spectroscopy,
    https://manual.nexusformat.org.
"""

import io
from collections.abc import Iterator
from typing import Any

import numpy as np

from standex.edges.spectra.measured import (
    MAX_VALUES,
    AxisUnit,
    MeasuredSpectrum,
    check_total,
    checked,
    number_or_none,
    unit_named,
)
from standex.model.errors import DataFileError, StandexError

HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
_MAX_MEMBERS = 1000
# What libhdf5 and h5py find wrong comes up as any of these.
_BROKEN = (OSError, RuntimeError, ValueError, TypeError, KeyError, OverflowError, MemoryError,
           AttributeError, IndexError, SystemError)  # fmt: skip
_FACTORS = {"mw": 1.0, "w": 1e3, "s": 1.0, "ms": 1e-3, "nm": 1.0, "m": 1.0, "um": 1e3, "µm": 1e3}


def parse_nexus(data: bytes, *, where: str, name: str) -> tuple[MeasuredSpectrum, ...]:
    """Return the spectra of a NeXus file, one for each entry.

    Links to other files, virtual and external data are not followed. A damaged file may keep
    libhdf5 busy for ever: files from outside go through ``parse_nexus_apart``.

    Raises:
        StandexError: the optional package h5py is missing.
        DataFileError: the file is damaged or cut off, or holds no spectrum.
    """
    h5py = _h5py(where)
    try:
        with h5py.File(io.BytesIO(data), "r") as file:
            found: list[MeasuredSpectrum] = []
            for entry in _entries(file):
                found.append(_spectrum(entry, where, name))
                check_total(where, found)
    except _BROKEN as error:
        raise DataFileError(
            f"{where}: the HDF5 file is damaged, cut off or not NeXus ({error}); fetch it again"
        ) from error
    if not found:
        raise DataFileError(f"{where}: HDF5 without an entry of the class NXentry; not NeXus")
    return tuple(found)


def _h5py(where: str) -> Any:
    try:
        import h5py  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise StandexError(
            f"{where}: NeXus files need the package h5py; install it with "
            "pip install 'standex[hdf5]'"
        ) from error
    return h5py


def _entries(file: Any) -> Iterator[Any]:
    for number, key in enumerate(file):
        if number >= _MAX_MEMBERS:
            return
        member = _member(file, key)
        if _class(member) == "NXentry":
            yield member


def _spectrum(entry: Any, where: str, name: str) -> MeasuredSpectrum:
    place = f"{where}, entry {_text(entry.name)}"
    group = _data_group(entry)
    if group is None:
        raise DataFileError(f"{place}: has no group of the class NXdata")
    signal = _text(group.attrs.get("signal")) or "data"
    counts = _array(group, signal, place)
    axis_name = _axis_name(group)
    if axis_name is None:
        raise DataFileError(f"{place}: NXdata does not name its axis (attribute axes)")
    unit = _unit(_member(group, axis_name))
    own = _member(entry, "standex")
    instrument = _member(entry, "instrument")
    beam = _member(instrument, "beam_incident")
    detector = _of_class(instrument, "NXdetector")
    dark = _array(group, "dark", place) if _member(group, "dark") is not None else None
    accumulations = _number(detector, "number_of_cycles")
    return checked(
        place,
        name=_value(entry, "title") or _value(_member(entry, "sample"), "name") or name,
        axis=_array(group, axis_name, place),
        axis_unit=unit,
        counts=counts if counts.ndim == 2 else counts.reshape(1, -1),
        counts_unit=_value(own, "counts_unit") or _signal_unit(_member(group, signal)),
        dark=dark,
        exposure_s=_number(detector, "count_time"),
        accumulations=None if accumulations is None else int(min(accumulations, 1e9)),
        laser_nm=_number(beam, "wavelength"),
        power_mw=_number(beam, "average_power"),
        range_m=_number(own, "range_m"),
        gain_e_per_count=_number(own, "gain_e_per_count"),
        read_noise_e=_number(own, "read_noise_e"),
        instrument=_maker(instrument),
        provenance=f"{where} ({_value(entry, 'definition') or 'NeXus'})",
    )


def _member(group: Any, key: str) -> Any:
    """Return a member of a group that lies in the same file, or None."""
    if group is None or not hasattr(group, "keys"):
        return None
    link = group.get(key, getlink=True)
    if link is None or type(link).__name__ != "HardLink":
        return None  # a soft link may lead through another file
    return group.get(key)


def _members(group: Any) -> Iterator[Any]:
    if group is None or not hasattr(group, "keys"):
        return
    for number, key in enumerate(group):
        if number >= _MAX_MEMBERS:
            return
        yield _member(group, key)


def _class(member: Any) -> str:
    return "" if member is None else _text(member.attrs.get("NX_class"))


def _of_class(group: Any, wanted: str) -> Any:
    return next((m for m in _members(group) if _class(m) == wanted), None)


def _data_group(entry: Any) -> Any:
    named = _member(entry, _text(entry.attrs.get("default")) or "data")
    return named if _class(named) == "NXdata" else _of_class(entry, "NXdata")


def _axis_name(group: Any) -> str | None:
    axes = group.attrs.get("axes")
    names = [axes] if isinstance(axes, str | bytes) else list(axes if axes is not None else ())
    found = [_text(name) for name in names]
    return next((name for name in reversed(found) if name and name != "."), None)


def _array(group: Any, key: str, where: str) -> np.ndarray:
    """Return a data set of numbers, after a look at its size and where it is kept."""
    data = _member(group, key)
    if data is None or not hasattr(data, "shape") or not hasattr(data, "dtype"):
        raise DataFileError(f"{where}: has no data {key!r} of its own")
    if data.shape is None or data.dtype.kind not in "fiu" or not 1 <= len(data.shape) <= 2:
        raise DataFileError(f"{where}: {key!r} is no row or table of numbers")
    chunk = data.chunks or (1,)
    n_values = _product(data.shape)
    if max(n_values, _product(chunk)) > MAX_VALUES:
        raise DataFileError(f"{where}: {key!r} claims {n_values} values, at most {MAX_VALUES}")
    if data.is_virtual or data.external:
        raise DataFileError(f"{where}: {key!r} is kept in another file, which is not followed")
    return np.asarray(data[()], dtype=np.float64)


def _product(sizes: tuple[int, ...]) -> int:
    total = 1
    for size in sizes:
        total *= int(size)
    return total


def _scalar(group: Any, key: str) -> tuple[Any, str]:
    """Return a single value and its unit, or (None, "")."""
    data = _member(group, key)
    if data is None or not hasattr(data, "dtype") or data.shape is None:
        return None, ""
    if _product(data.shape) != 1 or data.is_virtual or data.external:
        return None, ""
    return np.asarray(data[()]).reshape(-1)[0], _text(data.attrs.get("units"))


def _value(group: Any, key: str) -> str:
    value, _ = _scalar(group, key)
    return "" if value is None else _text(value)


def _number(group: Any, key: str) -> float | None:
    value, unit = _scalar(group, key)
    number = number_or_none(value.item() if isinstance(value, np.generic) else value)
    return None if number is None else number * _FACTORS.get(unit.lower(), 1.0)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value[:2000].decode("utf-8", "replace")
    return value[:2000] if isinstance(value, str) else ""


def _unit(data: Any) -> AxisUnit | None:
    return None if data is None else unit_named(_text(data.attrs.get("units")))


def _signal_unit(data: Any) -> str | None:
    return (_text(data.attrs.get("units")) or None) if data is not None else None


def _maker(instrument: Any) -> str | None:
    device = _member(instrument, "device_information")
    words = [_value(device, "vendor"), _value(device, "model")]
    return " ".join(word for word in words if word) or None
