"""One sweep of a multistatic array, parsed from a record and refused when it cannot be used."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float, Int

from standex.model.errors import RecordError
from standex.model.record import Record
from standex.sensing.microwave.array_calibration import duplicates

KIND = "microwave.s_parameters"
LIGHT_M_PER_S = 299_792_458.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sweep:
    """Calibrated samples of one dwell, sensor frame (x upstream, y left, z up).

    Attributes:
        samples: transmitter, receiver, frequency.
        tx_position_m: of each transmitter.
        rx_position_m: of each receiver.
        tx_panel: which panel each transmitter is on.
        rx_panel: which panel each receiver is on.
        frequency_hz: uniform grid, ascending.
        tx_time_s: time of each transmitter within a frequency step.
        step_s: time from one frequency to the next.
    """

    samples: Complex[np.ndarray, "tx rx f"]
    tx_position_m: Float[np.ndarray, "tx 3"]
    rx_position_m: Float[np.ndarray, "rx 3"]
    tx_panel: Int[np.ndarray, " tx"]
    rx_panel: Int[np.ndarray, " rx"]
    frequency_hz: Float[np.ndarray, " f"]
    tx_time_s: Float[np.ndarray, " tx"]
    step_s: float

    @property
    def wavenumber_rad_per_m(self) -> Float[np.ndarray, " f"]:
        """Return k of each frequency."""
        return 2 * np.pi / LIGHT_M_PER_S * self.frequency_hz


def parse_sweep(record: Record, *, n_panels: int | None = 2, may_have_gaps: bool = False) -> Sweep:
    """Return the sweep in a record.

    Args:
        record: of a multistatic array.
        n_panels: that it must have, or None for one or more.
        may_have_gaps: let samples pass that are not finite: channels are judged one by one later.

    Raises:
        RecordError: an array is missing, of the wrong shape, not finite, two antennas are at one
            place, or the grids of frequency and time are not uniform.
    """
    if record.kind != KIND:
        raise _refused(record, f"kind is {record.kind!r}, this technology reads {KIND!r}")
    samples = _array(record, "samples", 3, may_have_gaps=may_have_gaps)
    if not samples.size:
        raise _refused(record, f"samples of shape {samples.shape} hold nothing")
    n_tx, n_rx, n_f = samples.shape
    shapes = {
        "tx_position_m": (n_tx, 3),
        "rx_position_m": (n_rx, 3),
        "tx_panel": (n_tx,),
        "rx_panel": (n_rx,),
        "frequency_hz": (n_f,),
        "t_offset_s": (n_tx, n_f),
    }
    arrays = {name: _array(record, name, len(shape)) for name, shape in shapes.items()}
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise _refused(record, f"{name} has shape {arrays[name].shape}, expected {shape}")
    frequency = arrays["frequency_hz"].astype(np.float64)
    step = np.diff(frequency)
    if n_f < 2 or np.any(step <= 0) or np.ptp(step) > 1e-3 * step.mean():
        raise _refused(record, "frequency_hz must be an ascending, uniform grid of at least two")
    time = arrays["t_offset_s"].astype(np.float64)
    step_s = float((time[0, -1] - time[0, 0]) / (n_f - 1))
    at_tx = time.mean(axis=1)
    middle = (np.arange(n_f) - (n_f - 1) / 2) * step_s
    if np.abs(time - at_tx[:, None] - middle[None, :]).max() > 1e-7:
        raise _refused(record, "t_offset_s must be a time per transmitter plus a uniform step")
    _refuse_antennas(record, arrays, n_panels)
    return Sweep(
        samples=samples.astype(np.complex64, copy=False),
        tx_position_m=arrays["tx_position_m"].astype(np.float64),
        rx_position_m=arrays["rx_position_m"].astype(np.float64),
        tx_panel=arrays["tx_panel"].astype(np.int64),
        rx_panel=arrays["rx_panel"].astype(np.int64),
        frequency_hz=frequency,
        tx_time_s=at_tx,
        step_s=step_s,
    )


def _refuse_antennas(
    record: Record, arrays: Mapping[str, np.ndarray], n_panels: int | None
) -> None:
    for name in ("tx_panel", "rx_panel"):
        found = np.unique(arrays[name])
        if np.any(np.diff(arrays[name]) < 0) or not np.array_equal(found, np.arange(len(found))):
            raise _refused(record, f"{name} must list the antennas of panel 0, then of panel 1")
        if n_panels is not None and len(found) != n_panels:
            raise _refused(record, f"{name} names {len(found)} panels, {n_panels} are expected")
    for name in ("tx_position_m", "rx_position_m"):
        same = duplicates(arrays[name].astype(np.float64))
        if same:
            raise _refused(record, f"{name}: antennas {same[0][0]} and {same[0][1]} are one")


def _array(record: Record, name: str, ndim: int, *, may_have_gaps: bool = False) -> np.ndarray:
    value = record.arrays.get(name)
    if value is None:
        raise _refused(record, f"array {name!r} is missing; it has {sorted(record.arrays)}")
    if value.ndim != ndim:
        raise _refused(record, f"{name} has {value.ndim} dimensions, expected {ndim}")
    if not may_have_gaps and not np.isfinite(value).all():
        bad = int(np.sum(~np.isfinite(value)))
        raise _refused(record, f"{bad} of {value.size} values of {name} are not finite")
    return value


def _refused(record: Record, why: str) -> RecordError:
    return RecordError(f"record {record.sequence} of {record.sensor_id}: {why}")
