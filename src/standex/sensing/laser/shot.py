"""Shots of a laser spectrometer, parsed from a record and refused when they cannot be used."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.errors import RecordError
from standex.model.record import Record

KIND = "laser.shots"
POSITIVE = (
    "laser_nm", "exposure_s", "range_m", "gain_e_per_count", "saturation_counts", "aim_sigma_m"
)  # fmt: skip
NOT_NEGATIVE = ("pulse_energy_mj", "read_noise_e")
FLAGS = ("is_armed", "is_line_clear", "is_interlock_closed")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shot:
    """One spectrum with all that its noise and its axis depend on; nothing is taken off the counts.

    Attributes:
        counts: of each channel, as the camera gave them; may be NaN where the camera lost one.
        dark: mean counts with the laser off in the same gate, ambient light included.
        n_dark: of how many gates that is the mean.
        wavelength_nm: of each channel, strictly ascending or strictly descending.
        laser_nm: of the excitation, in the same medium as ``wavelength_nm``.
        exposure_s: of the gate.
        pulse_energy_mj: of the shot.
        range_m: from the collecting optics to the spot.
        gain_e_per_count: photoelectrons a count.
        read_noise_e: standard deviation of one channel of one gate without any light.
        saturation_counts: at which a channel is full.
        offset_counts: electronic offset; 0 where the device takes it off or nobody knows it,
            which overstates the noise and never understates it.
    """

    counts: Float[np.ndarray, " channels"]
    dark: Float[np.ndarray, " channels"]
    n_dark: int
    wavelength_nm: Float[np.ndarray, " channels"]
    laser_nm: float
    exposure_s: float
    pulse_energy_mj: float
    range_m: float
    gain_e_per_count: float
    read_noise_e: float
    saturation_counts: float
    offset_counts: float = 0.0

    @property
    def raman_shift_per_cm(self) -> Float[np.ndarray, " channels"]:
        """Return the Raman shift of each channel; negative on the anti-Stokes side."""
        return raman_shift_per_cm(self.wavelength_nm, laser_nm=self.laser_nm)

    @property
    def signal(self) -> Float[np.ndarray, " channels"]:
        """Return counts less the dark: what the laser caused, plus noise of both."""
        return self.counts - self.dark

    @property
    def variance_e2(self) -> Float[np.ndarray, " channels"]:
        """Return the variance of ``signal`` in electrons squared.

        Photoelectrons are Poisson, read noise is added once a gate, and so to the dark, which
        is the mean of ``n_dark`` gates:

            g (counts - offset)+ + r^2 + [g (dark - offset)+ + r^2] / n_dark.
        """
        return self._gate_e2(self.counts) + self._gate_e2(self.dark) / self.n_dark

    @property
    def variance_counts2(self) -> Float[np.ndarray, " channels"]:
        """Return the variance of ``signal`` in counts squared."""
        return self.variance_e2 / self.gain_e_per_count**2

    def _gate_e2(self, counts: np.ndarray) -> np.ndarray:
        light_e = self.gain_e_per_count * np.maximum(counts - self.offset_counts, 0)
        return light_e + self.read_noise_e**2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShotRecord:
    """One task's burst of shots at one spot.

    Attributes:
        sensor_id: which sensor.
        t_utc_ns: of the record.
        sequence: of the record.
        counts: one row a shot; no row where none was fired.
        dark: see ``Shot``, as are the next nine.
        n_dark: of how many gates.
        wavelength_nm: of each channel.
        laser_nm: of the excitation.
        exposure_s: of the gate.
        pulse_energy_mj: of one shot.
        range_m: to the spot.
        gain_e_per_count: photoelectrons a count.
        read_noise_e: of one channel of one gate.
        saturation_counts: at which a channel is full.
        offset_counts: electronic offset.
        t_offset_s: of each shot, from ``t_utc_ns``.
        aim_sensor_m: where it pointed as measured, sensor frame (x forward, y left, z up).
        aim_sigma_m: standard deviation of that, each axis.
        zone: row of ``ZONES`` that was aimed at, or -1.
        task_id: the task behind it, or empty.
        is_armed: by a supervisor.
        is_line_clear: as the light barrier said.
        is_interlock_closed: as the hardware said.
    """

    sensor_id: str
    t_utc_ns: int
    sequence: int
    counts: Float[np.ndarray, "shots channels"]
    dark: Float[np.ndarray, " channels"]
    n_dark: int
    wavelength_nm: Float[np.ndarray, " channels"]
    laser_nm: float
    exposure_s: float
    pulse_energy_mj: float
    range_m: float
    gain_e_per_count: float
    read_noise_e: float
    saturation_counts: float
    offset_counts: float
    t_offset_s: Float[np.ndarray, " shots"]
    aim_sensor_m: Float[np.ndarray, " 3"]
    aim_sigma_m: float
    zone: int
    task_id: str
    is_armed: bool
    is_line_clear: bool
    is_interlock_closed: bool

    @property
    def n_shots(self) -> int:
        """Return how many shots were fired."""
        return len(self.counts)

    @property
    def shots(self) -> tuple[Shot, ...]:
        """Return the shots, in their order."""
        return tuple(self.shot(row) for row in range(self.n_shots))

    @property
    def raman_shift_per_cm(self) -> Float[np.ndarray, " channels"]:
        """Return the Raman shift of each channel; negative on the anti-Stokes side."""
        return raman_shift_per_cm(self.wavelength_nm, laser_nm=self.laser_nm)

    def shot(self, row: int) -> Shot:
        """Return one of the shots."""
        return Shot(
            counts=self.counts[row],
            dark=self.dark,
            n_dark=self.n_dark,
            wavelength_nm=self.wavelength_nm,
            laser_nm=self.laser_nm,
            exposure_s=self.exposure_s,
            pulse_energy_mj=self.pulse_energy_mj,
            range_m=self.range_m,
            gain_e_per_count=self.gain_e_per_count,
            read_noise_e=self.read_noise_e,
            saturation_counts=self.saturation_counts,
            offset_counts=self.offset_counts,
        )


def raman_shift_per_cm(
    wavelength_nm: Float[np.ndarray, " channels"], *, laser_nm: float
) -> Float[np.ndarray, " channels"]:
    """Return 1e7 (1 / laser - 1 / wavelength), both in the same medium."""
    return 1e7 / laser_nm - 1e7 / wavelength_nm


def axis_problem(axis: Float[np.ndarray, " channels"]) -> str:
    """Return what is wrong with an axis, or nothing: finite and strictly monotone is wanted."""
    n_bad = int(np.sum(~np.isfinite(axis)))
    if n_bad:
        return f"{n_bad} of {len(axis)} values are not finite"
    if len(axis) < 2:
        return f"it has {len(axis)} channels, at least 2 are needed"
    step = np.diff(axis)
    if np.any(step == 0):
        return f"value {axis[int(np.argmax(step == 0))]:g} is repeated"
    if np.any(step > 0) and np.any(step < 0):
        turn = int(np.argmax(np.sign(step) != np.sign(step[0])))
        return f"it turns round at channel {turn}"
    return ""


def shots_of(record: Record) -> ShotRecord:
    """Return the shots in a record of kind ``laser.shots``.

    Counts and dark may hold NaN: whether a shot can still be used is judged channel by channel
    (``shot_quality``). Everything else must be whole.

    Args:
        record: with the arrays ``counts`` [shots, channels], ``dark`` [channels], ``n_dark``,
            ``wavelength_nm`` [channels], ``laser_nm``, ``exposure_s``, ``pulse_energy_mj``,
            ``range_m``, ``gain_e_per_count``, ``read_noise_e``, ``saturation_counts``,
            ``t_offset_s`` [shots], ``aim_sensor_m`` [3], ``aim_sigma_m``, ``zone``, ``task_id``,
            ``is_armed``, ``is_line_clear``, ``is_interlock_closed``; scalars are 0-d. It may have
            ``offset_counts``.

    Raises:
        RecordError: an array is missing, of the wrong shape or kind, a number is not finite or
            outside its range, or the axis is not strictly monotone.
    """
    if record.kind != KIND:
        raise _refused(record, f"kind is {record.kind!r}, this technology reads {KIND!r}")
    counts = _floats(record, "counts", 2)
    n_shots, n_channels = counts.shape
    dark = _floats(record, "dark", 1)
    wavelength_nm = _floats(record, "wavelength_nm", 1)
    t_offset_s = _floats(record, "t_offset_s", 1)
    aim_sensor_m = _floats(record, "aim_sensor_m", 1)
    for name, value, wanted in (
        ("dark", dark, n_channels),
        ("wavelength_nm", wavelength_nm, n_channels),
        ("t_offset_s", t_offset_s, n_shots),
        ("aim_sensor_m", aim_sensor_m, 3),
    ):
        if len(value) != wanted:
            raise _refused(record, f"{name} has {len(value)} values, expected {wanted}")
    for name, value in (("t_offset_s", t_offset_s), ("aim_sensor_m", aim_sensor_m)):
        if not np.isfinite(value).all():
            raise _refused(record, f"{name} is not finite")
    wrong = axis_problem(wavelength_nm)
    if wrong or wavelength_nm.min() <= 0:
        raise _refused(record, f"wavelength_nm cannot be an axis: {wrong or 'not positive'}")
    n_dark = _integer(record, "n_dark")
    if n_dark < 1:
        raise _refused(record, f"n_dark is {n_dark}: at least one gate without laser is needed")
    number = _numbers(record)
    return ShotRecord(
        sensor_id=record.sensor_id,
        t_utc_ns=record.t_utc_ns,
        sequence=record.sequence,
        counts=counts,
        dark=dark,
        n_dark=n_dark,
        wavelength_nm=wavelength_nm,
        laser_nm=number["laser_nm"],
        exposure_s=number["exposure_s"],
        pulse_energy_mj=number["pulse_energy_mj"],
        range_m=number["range_m"],
        gain_e_per_count=number["gain_e_per_count"],
        read_noise_e=number["read_noise_e"],
        saturation_counts=number["saturation_counts"],
        offset_counts=number["offset_counts"],
        t_offset_s=t_offset_s,
        aim_sensor_m=aim_sensor_m,
        aim_sigma_m=number["aim_sigma_m"],
        zone=_integer(record, "zone"),
        task_id=_text(record, "task_id"),
        **{name: _flag(record, name) for name in FLAGS},
    )


def _numbers(record: Record) -> Mapping[str, float]:
    """Return the scalars, each inside its range."""
    number = {name: float(_floats(record, name, 0)) for name in (*POSITIVE, *NOT_NEGATIVE)}
    number["offset_counts"] = (
        float(_floats(record, "offset_counts", 0)) if "offset_counts" in record.arrays else 0.0
    )
    for name, value in number.items():
        if not np.isfinite(value):
            raise _refused(record, f"{name} is {value}, it must be finite")
        if (name in POSITIVE and value <= 0) or (name in NOT_NEGATIVE and value < 0):
            least = "above 0" if name in POSITIVE else "0 or more"
            raise _refused(record, f"{name} is {value:g}, it must be {least}")
    return number


def _array(record: Record, name: str, ndim: int) -> np.ndarray:
    value = record.arrays.get(name)
    if value is None:
        raise _refused(record, f"array {name!r} is missing; it has {sorted(record.arrays)}")
    if value.ndim != ndim:
        raise _refused(record, f"{name} has {value.ndim} dimensions, expected {ndim}")
    return value


def _floats(record: Record, name: str, ndim: int) -> np.ndarray:
    value = _array(record, name, ndim)
    if value.dtype.kind not in "iuf":
        raise _refused(record, f"{name} holds {value.dtype}, expected real numbers")
    return value.astype(np.float64)


def _integer(record: Record, name: str) -> int:
    value = _array(record, name, 0)
    if value.dtype.kind not in "iu":
        raise _refused(record, f"{name} holds {value.dtype}, expected an integer")
    return int(value)


def _flag(record: Record, name: str) -> bool:
    value = _array(record, name, 0)
    if value.dtype.kind != "b":
        # A safety flag that is a number could mean anything.
        raise _refused(record, f"{name} holds {value.dtype}, expected true or false")
    return bool(value)


def _text(record: Record, name: str) -> str:
    value = _array(record, name, 0)
    if value.dtype.kind != "U":
        raise _refused(record, f"{name} holds {value.dtype}, expected text")
    return str(value)


def _refused(record: Record, why: str) -> RecordError:
    return RecordError(f"record {record.sequence} of {record.sensor_id}: {why}")
