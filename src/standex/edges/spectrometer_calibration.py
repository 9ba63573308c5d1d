"""Calibrations of spectrometers as JSON files: every key there and no other, checked or refused.

A file without a check on an independent standard, or with one that failed, is neither written nor
read: an axis that is wrong by a few per cm makes evidence of what is none.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from standex.model.errors import StandexError
from standex.sensing.laser.axis_calibration import LEAST_BANDS, TOLERANCE_PER_CM, AxisCalibration
from standex.sensing.laser.intensity import IntensityCalibration
from standex.sensing.laser.photon_transfer import PhotonTransfer
from standex.sensing.laser.standard_bands import BandCheck

FORMAT = "standex-spectrometer-1"
HEAD = ("calibration_id", "instrument", "made_utc_ns", "expires_utc_ns", "provenance")

_Text = Annotated[str, Field(min_length=1)]
_Positive = Annotated[float, Field(gt=0)]
_NotNegative = Annotated[float, Field(ge=0)]
_Terms = Annotated[list[float], Field(min_length=2, max_length=32)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpectrometerCalibration:
    """All that is known about one spectrometer.

    Attributes:
        axis: wavelengths and laser, with the check they passed.
        intensity: relative response, or None where it was not measured.
        camera: gain and read noise, or None where they were not measured.
    """

    axis: AxisCalibration
    intensity: IntensityCalibration | None = None
    camera: PhotonTransfer | None = None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _Check(_Strict):
    standard: _Text
    expected_per_cm: list[float]
    before_per_cm: list[float | None]
    after_per_cm: list[float | None]

    @model_validator(mode="after")
    def _passed(self) -> "_Check":
        n = len(self.expected_per_cm)
        for name, values in (
            ("before_per_cm", self.before_per_cm),
            ("after_per_cm", self.after_per_cm),
        ):
            if len(values) != n:
                raise ValueError(f"{name} has {len(values)} entries, there are {n} bands")
        found = [abs(off) for off in self.after_per_cm if off is not None]
        if len(found) < LEAST_BANDS or not max(found) <= TOLERANCE_PER_CM:
            raise ValueError(
                f"it did not pass: {len(found)} bands found, the worst is "
                f"{max(found, default=math.inf):.1f} per cm off; {LEAST_BANDS} within "
                f"{TOLERANCE_PER_CM:g} are wanted"
            )
        return self


class _Axis(_Strict):
    center_nm: _Positive
    half_span_nm: _Positive
    joins_nm: list[_Positive]
    coefficients_nm: _Terms
    covariance_nm2: list[_Terms]
    first_nm: _Positive
    last_nm: _Positive
    rms_nm: _NotNegative
    n_lines: Annotated[int, Field(ge=3)]
    fwhm_nm: _Positive
    nominal_laser_nm: _Positive
    laser_nm: _Positive
    laser_sigma_nm: _Positive
    check: _Check

    @model_validator(mode="after")
    def _lengths_agree(self) -> "_Axis":
        n = len(self.coefficients_nm)
        if n < len(self.joins_nm) + 2:
            raise ValueError(f"coefficients_nm has {n} terms for {len(self.joins_nm)} joins")
        if [len(row) for row in self.covariance_nm2] != [n] * n:
            raise ValueError(f"covariance_nm2 is not {n} by {n}")
        if self.joins_nm != sorted(self.joins_nm):
            raise ValueError("joins_nm must ascend")
        return self


class _Intensity(_Strict):
    reference: _Text
    axis_per_cm: Annotated[list[float], Field(min_length=2)]
    response: list[_NotNegative]

    @model_validator(mode="after")
    def _lengths_agree(self) -> "_Intensity":
        if len(self.response) != len(self.axis_per_cm):
            raise ValueError(
                f"response has {len(self.response)} entries, axis_per_cm {len(self.axis_per_cm)}"
            )
        pairs = zip(self.axis_per_cm, self.axis_per_cm[1:], strict=False)
        if any(after <= before for before, after in pairs):
            raise ValueError("axis_per_cm must ascend")
        return self


class _Camera(_Strict):
    gain_e_per_count: _Positive
    gain_low_e_per_count: _Positive
    gain_high_e_per_count: _Positive
    read_noise_e: _NotNegative
    read_noise_high_e: _NotNegative
    level: Annotated[float, Field(gt=0, lt=1)]
    n_repeats: Annotated[int, Field(ge=2)]
    n_channels: Annotated[int, Field(ge=1)]
    chi2_per_channel: _NotNegative


class _File(_Strict):
    """The keys of a file, in their order."""

    format: _Text
    calibration_id: _Text
    instrument: _Text
    made_utc_ns: int
    expires_utc_ns: int
    provenance: _Text
    axis: _Axis
    intensity: _Intensity | None
    camera: _Camera | None

    @model_validator(mode="after")
    def _is_ours(self) -> "_File":
        if self.format != FORMAT:
            raise ValueError(f"format is {self.format!r}, this software reads {FORMAT!r}")
        if not self.expires_utc_ns > self.made_utc_ns:
            raise ValueError("it expires before it was made")
        return self


def load_spectrometer(
    path: Path, *, instrument: str | None = None, t_utc_ns: int | None = None
) -> SpectrometerCalibration:
    """Return the calibration in a file.

    Args:
        path: of the file.
        instrument: which it must be of, where the caller knows.
        t_utc_ns: now, where an expired one must be refused.

    Raises:
        StandexError: it is not there, cannot be read, is not whole, failed its check, has expired,
            or is of another instrument.
    """
    where = f"spectrometer calibration {path}"
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise StandexError(f"{where}: cannot be read as JSON ({error})") from error
    made = _parsed(data, where)
    if instrument is not None and made.axis.instrument != instrument:
        raise StandexError(
            f"{where} is of instrument {made.axis.instrument!r}, not {instrument!r}; name its own"
        )
    if t_utc_ns is not None and t_utc_ns >= made.axis.expires_utc_ns:
        raise StandexError(f"{where} has expired; calibrate the spectrometer again")
    return made


def save_spectrometer(calibration: SpectrometerCalibration, path: Path) -> None:
    """Write a calibration.

    Raises:
        StandexError: it has no check or failed it, is not whole, or cannot be written there.
    """
    axis = calibration.axis
    where = f"spectrometer calibration {axis.calibration_id}"
    if axis.check is None:
        raise StandexError(
            f"{where} was not checked on an independent standard; measure one and check it"
        )
    data: dict[str, Any] = {"format": FORMAT}
    for name in HEAD:
        data[name] = getattr(axis, name)
    data["axis"] = _keys(axis, _Axis)
    data["axis"]["check"] = _keys(axis.check, _Check)
    data["intensity"] = calibration.intensity and _keys(calibration.intensity, _Intensity)
    data["camera"] = calibration.camera and _keys(calibration.camera, _Camera)
    _parsed(data, where)
    try:
        path.write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", "utf-8")
    except OSError as error:
        raise StandexError(
            f"spectrometer calibration {path}: cannot be written ({error.strerror}); choose "
            "another --out"
        ) from error


def _keys(value: object, model: type[BaseModel]) -> dict[str, Any]:
    return {name: _plain(getattr(value, name)) for name in model.model_fields}


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it; a band that was not found is null."""
    if isinstance(value, np.ndarray):
        return [_plain(one) for one in value.tolist()]
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def _parsed(data: object, where: str) -> SpectrometerCalibration:
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        problems = [
            f"  - {'.'.join(str(part) for part in one['loc']) or 'file'}: {one['msg']}"
            for one in error.errors(include_url=False)
        ]
        raise StandexError("\n".join([f"{where} cannot be used:", *problems])) from None
    axis, check = file.axis, file.axis.check
    head = {name: getattr(file, name) for name in HEAD}
    numbers: dict[str, Any] = {
        name: value for name, value in axis.model_dump().items() if isinstance(value, int | float)
    }
    intensity = None
    if file.intensity is not None:
        intensity = IntensityCalibration(
            reference=file.intensity.reference,
            axis_per_cm=np.array(file.intensity.axis_per_cm),
            response=np.array(file.intensity.response),
            **head,
        )
    return SpectrometerCalibration(
        axis=AxisCalibration(
            joins_nm=np.array(axis.joins_nm, dtype=np.float64),
            coefficients_nm=np.array(axis.coefficients_nm),
            covariance_nm2=np.array(axis.covariance_nm2),
            check=BandCheck(
                standard=check.standard,
                expected_per_cm=np.array(check.expected_per_cm),
                before_per_cm=_array(check.before_per_cm),
                after_per_cm=_array(check.after_per_cm),
            ),
            **head,
            **numbers,
        ),
        intensity=intensity,
        camera=None if file.camera is None else PhotonTransfer(**file.camera.model_dump()),
    )


def _array(values: list[float | None]) -> np.ndarray:
    return np.array([np.nan if one is None else one for one in values])
