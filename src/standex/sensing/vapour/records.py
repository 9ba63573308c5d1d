"""What vapour sensors deliver, parsed from a record and refused when it cannot be used.

A record of kind ``vapour.gas_array`` is a block of samples of one inlet:

    t_offset_s          [n]             from the record's time, ascending
    response            [n, channels]   raw conductance, in the device's unit
    temperature_c       [n]             at the sensors
    relative_humidity   [n]             0 to 1
    flow_l_per_min      []              through the inlet; 0 when the pump has stopped
    wind_site_m_per_s   [2]             air movement at the inlet; zeros when not measured

A record of kind ``vapour.ion_mobility`` is a block of spectra:

    t_offset_s      [n]         from the record's time, ascending
    drift_time_ms   [k]         ascending
    intensity       [n, k]      in the device's unit
    temperature_c, pressure_hpa, drift_v, drift_length_m    []
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.errors import RecordError
from standex.model.record import Record

GAS_ARRAY = "vapour.gas_array"
ION_MOBILITY = "vapour.ion_mobility"
TEMPERATURE_C = (-60.0, 300.0)
PRESSURE_HPA = (300.0, 1500.0)
MAX_WIND_M_PER_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GasBlock:
    """Samples of one inlet.

    Attributes:
        t_s: of each sample, from the record's time.
        response: raw conductance, in the device's unit; a channel that is dead may read 0 or less.
        temperature_c: at the sensors.
        relative_humidity: 0 to 1, a little more with condensation.
        flow_l_per_min: through the inlet.
        wind_site_m_per_s: air movement at the inlet, zeros when not measured.
    """

    t_s: Float[np.ndarray, " n"]
    response: Float[np.ndarray, "n channels"]
    temperature_c: Float[np.ndarray, " n"]
    relative_humidity: Float[np.ndarray, " n"]
    flow_l_per_min: float
    wind_site_m_per_s: Float[np.ndarray, " 2"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MobilityBlock:
    """Drift-time spectra of one inlet.

    Attributes:
        t_s: of each spectrum, from the record's time.
        drift_time_ms: axis, ascending.
        intensity: in the device's unit.
        temperature_c: of the drift gas.
        pressure_hpa: of the drift gas.
        drift_v: along the tube.
        drift_length_m: of the tube.
    """

    t_s: Float[np.ndarray, " n"]
    drift_time_ms: Float[np.ndarray, " k"]
    intensity: Float[np.ndarray, "n k"]
    temperature_c: float
    pressure_hpa: float
    drift_v: float
    drift_length_m: float


def gas_block_of(record: Record) -> GasBlock:
    """Return the samples in a record of a gas array.

    Raises:
        RecordError: an array is missing, of the wrong shape, not finite, out of its range, or the
            samples are not in order of time.
    """
    _check_kind(record, GAS_ARRAY)
    response = _array(record, "response", 2)
    n, channels = response.shape
    if not n or not channels:
        raise _refused(record, f"response of shape {response.shape} holds nothing")
    t_s = _times(record, n)
    temperature_c = _array(record, "temperature_c", 1)
    humidity = _array(record, "relative_humidity", 1)
    for name, values in (("temperature_c", temperature_c), ("relative_humidity", humidity)):
        if values.shape != (n,):
            raise _refused(record, f"{name} has shape {values.shape}, expected ({n},)")
    _check_range(record, "temperature_c", temperature_c, *TEMPERATURE_C)
    _check_range(record, "relative_humidity", humidity, 0.0, 1.05)
    flow = _number(record, "flow_l_per_min", 0.0, 1e4)
    wind = _array(record, "wind_site_m_per_s", 1)
    if wind.shape != (2,):
        raise _refused(record, f"wind_site_m_per_s has shape {wind.shape}, expected (2,)")
    _check_range(record, "wind_site_m_per_s", wind, -MAX_WIND_M_PER_S, MAX_WIND_M_PER_S)
    return GasBlock(
        t_s=t_s,
        response=response,
        temperature_c=temperature_c,
        relative_humidity=humidity,
        flow_l_per_min=flow,
        wind_site_m_per_s=wind,
    )


def mobility_block_of(record: Record) -> MobilityBlock:
    """Return the spectra in a record of an ion-mobility spectrometer.

    Raises:
        RecordError: an array is missing, of the wrong shape, not finite, out of its range, or an
            axis does not ascend.
    """
    _check_kind(record, ION_MOBILITY)
    intensity = _array(record, "intensity", 2)
    n, k = intensity.shape
    if not n or k < 16:
        raise _refused(record, f"intensity of shape {intensity.shape} holds no spectrum")
    t_s = _times(record, n)
    drift_time_ms = _array(record, "drift_time_ms", 1)
    if drift_time_ms.shape != (k,):
        raise _refused(record, f"drift_time_ms has shape {drift_time_ms.shape}, expected ({k},)")
    if not (drift_time_ms[0] >= 0 and np.all(np.diff(drift_time_ms) > 0)):
        raise _refused(record, "drift_time_ms must ascend from 0 or later")
    return MobilityBlock(
        t_s=t_s,
        drift_time_ms=drift_time_ms,
        intensity=intensity,
        temperature_c=_number(record, "temperature_c", *TEMPERATURE_C),
        pressure_hpa=_number(record, "pressure_hpa", *PRESSURE_HPA),
        drift_v=_number(record, "drift_v", 1.0, 1e5),
        drift_length_m=_number(record, "drift_length_m", 1e-3, 1.0),
    )


def _check_kind(record: Record, kind: str) -> None:
    if record.kind != kind:
        raise _refused(record, f"kind is {record.kind!r}, this technology reads {kind!r}")


def _array(record: Record, name: str, ndim: int) -> np.ndarray:
    value = record.arrays.get(name)
    if value is None:
        raise _refused(record, f"array {name!r} is missing; it has {sorted(record.arrays)}")
    if value.dtype.kind not in "fiu":
        raise _refused(record, f"{name} is of type {value.dtype}, real numbers are wanted")
    if value.ndim != ndim:
        raise _refused(record, f"{name} has {value.ndim} dimensions, expected {ndim}")
    if not np.isfinite(value).all():
        bad = int(np.sum(~np.isfinite(value)))
        raise _refused(record, f"{bad} of {value.size} values of {name} are not finite")
    return value.astype(np.float64)


def _number(record: Record, name: str, low: float, high: float) -> float:
    value = _array(record, name, 0)
    _check_range(record, name, value, low, high)
    return float(value)


def _times(record: Record, n: int) -> np.ndarray:
    t_s = _array(record, "t_offset_s", 1)
    if t_s.shape != (n,):
        raise _refused(record, f"t_offset_s has shape {t_s.shape}, expected ({n},)")
    if np.any(np.diff(t_s) <= 0):
        raise _refused(record, "t_offset_s must ascend")
    # Further off than that it is not an offset: it would throw the look to another hour.
    _check_range(record, "t_offset_s", t_s, -600.0, 600.0)
    return t_s


def _check_range(record: Record, name: str, values: np.ndarray, low: float, high: float) -> None:
    if not np.all((values >= low) & (values <= high)):
        raise _refused(
            record,
            f"{name} must be inside [{low:g}, {high:g}], got {values.min():g} to {values.max():g}",
        )


def _refused(record: Record, why: str) -> RecordError:
    return RecordError(f"record {record.sequence} of {record.sensor_id}: {why}")
