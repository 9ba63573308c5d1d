import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.spectrometer_calibration import (
    SpectrometerCalibration,
    load_spectrometer,
    save_spectrometer,
)
from standex.model.errors import StandexError
from standex.sensing.laser.axis_calibration import AxisCalibration
from standex.sensing.laser.intensity import IntensityCalibration
from standex.sensing.laser.lamp_lines import STANDARDS_PER_CM
from standex.sensing.laser.photon_transfer import PhotonTransfer
from standex.sensing.laser.standard_bands import BandCheck

HEAD = {
    "calibration_id": "c-1", "instrument": "i-1", "provenance": "a test",
    "made_utc_ns": 10, "expires_utc_ns": 20,
}  # fmt: skip
CHECK = BandCheck(
    standard="polystyrene",
    expected_per_cm=STANDARDS_PER_CM["polystyrene"],
    before_per_cm=np.array([3.0, 2, 1, np.nan, 4, 5, 6, 7]),
    after_per_cm=np.array([0.1, -0.2, 1.9, np.nan, 0.1, -1.2, 0.3, 1 / 3]),
)
AXIS = AxisCalibration(
    center_nm=880.0,
    half_span_nm=90.0,
    joins_nm=np.array([850.0]),
    coefficients_nm=np.array([0.2, 1 / 3, 0.01]),
    covariance_nm2=np.eye(3) * 1e-4,
    first_nm=795.0,
    last_nm=960.0,
    rms_nm=0.01,
    n_lines=25,
    fwhm_nm=0.3,
    nominal_laser_nm=785.0,
    laser_nm=785.1,
    laser_sigma_nm=0.01,
    check=CHECK,
    **HEAD,
)
WHOLE = SpectrometerCalibration(
    axis=AXIS,
    intensity=IntensityCalibration(
        reference="NIST SRM 2241",
        axis_per_cm=np.array([200.0, 1000.0, 3000.0]),
        response=np.array([0.5, 1.0, 0.1]),
        **HEAD,
    ),
    camera=PhotonTransfer(
        gain_e_per_count=2.5, gain_low_e_per_count=2.4, gain_high_e_per_count=2.6,
        read_noise_e=0.0, read_noise_high_e=9.0, level=0.95, n_repeats=20, n_channels=1024,
        chi2_per_channel=1.0,
    ),
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_spectrometer(WHOLE, tmp_path / "s.json")
    return tmp_path / "s.json"


def same(one: object, other: object) -> None:
    for field in fields(one):  # type: ignore[arg-type]
        left, right = getattr(one, field.name), getattr(other, field.name)
        if hasattr(left, "__dataclass_fields__"):
            same(left, right)
        else:
            np.testing.assert_array_equal(left, right)


def test_what_is_saved_is_loaded_bit_for_bit(path: Path, tmp_path: Path) -> None:
    same(load_spectrometer(path, instrument="i-1", t_utc_ns=15), WHOLE)
    bare = SpectrometerCalibration(axis=replace(AXIS, joins_nm=np.zeros(0)))
    save_spectrometer(bare, tmp_path / "b.json")
    same(load_spectrometer(tmp_path / "b.json"), bare)
    own = np.linspace(800, 950, 50)
    np.testing.assert_array_equal(
        load_spectrometer(path).axis.shift_per_cm(own), AXIS.shift_per_cm(own)
    )


def test_it_is_used_for_its_own_instrument_and_time_only(path: Path) -> None:
    with pytest.raises(StandexError, match="of instrument 'i-1', not 'i-2'"):
        load_spectrometer(path, instrument="i-2")
    with pytest.raises(StandexError, match="has expired"):
        load_spectrometer(path, t_utc_ns=20)


def test_what_was_not_checked_or_failed_is_not_written(tmp_path: Path) -> None:
    out = tmp_path / "s.json"
    bad = replace(CHECK, after_per_cm=CHECK.after_per_cm + 0.2)
    few = replace(CHECK, after_per_cm=np.where(np.arange(8) < 4, 0.0, np.nan))
    for check, said in ((None, "was not checked"), (bad, "did not pass"), (few, "4 bands found")):
        with pytest.raises(StandexError, match=said):
            save_spectrometer(SpectrometerCalibration(axis=replace(AXIS, check=check)), out)
    with pytest.raises(StandexError, match="laser_sigma_nm"):
        save_spectrometer(
            SpectrometerCalibration(axis=replace(AXIS, laser_sigma_nm=float("inf"))), out
        )
    assert not out.exists()
    with pytest.raises(StandexError, match="choose another --out"):
        save_spectrometer(WHOLE, tmp_path / "none" / "s.json")


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("format",), "standex-spectrometer-9", "this software reads"),
        (("expires_utc_ns",), 5, "expires before"),
        (("axis", "coefficients_nm"), [1.0, 2.0], "2 terms for 1 joins"),
        (("axis", "covariance_nm2"), [[1.0, 0.0]], "is not 3 by 3"),
        (("axis", "joins_nm"), [900.0, 850.0], "joins"),
        (("axis", "laser_nm"), "785", "valid number"),
        (("axis", "check", "after_per_cm"), [9.0] * 8, "did not pass"),
        (("axis", "check", "after_per_cm"), [0.0] * 7, "7 entries, there are 8 bands"),
        (("axis", "check"), None, "check"),
        (("intensity", "response"), [1.0], "1 entries"),
        (("intensity", "axis_per_cm"), [3.0, 2.0, 1.0], "must ascend"),
        (("camera", "gain_e_per_count"), 0.0, "greater than 0"),
        (("extra",), 1, "Extra inputs"),
    ],
)
def test_nothing_half_understood_is_used(path: Path, where, value, said: str) -> None:
    data = json.loads(path.read_text())
    part = data
    for name in where[:-1]:
        part = part[name]
    part[where[-1]] = value
    path.write_text(json.dumps(data))
    with pytest.raises(StandexError, match=said):
        load_spectrometer(path)


def test_every_key_must_be_there(path: Path) -> None:
    whole = json.loads(path.read_text())
    for part in (whole, whole["axis"], whole["axis"]["check"], whole["intensity"], whole["camera"]):
        for name in list(part):
            kept = part.pop(name)
            path.write_text(json.dumps(whole))
            with pytest.raises(StandexError, match=name):
                load_spectrometer(path)
            part[name] = kept


@pytest.mark.parametrize("text", ["", "[]", "{", "nan", "[" * 100_000])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(StandexError, match=r"x\.json"):
        load_spectrometer(tmp_path / "x.json")
    with pytest.raises(StandexError, match="cannot be read"):
        load_spectrometer(tmp_path / "none.json")
