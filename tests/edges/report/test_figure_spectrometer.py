from pathlib import Path

import numpy as np
import pytest

from standex.edges.report.figure_spectrometer import draw_calibration
from standex.model.errors import StandexError
from standex.sensing.laser.axis_calibration import AxisCalibration
from standex.sensing.laser.standard_bands import BandCheck

CHECK = BandCheck(
    standard="polystyrene",
    expected_per_cm=np.array([620.9, 1001.4]),
    before_per_cm=np.array([np.nan, 3.0]),
    after_per_cm=np.array([0.2, np.nan]),
)


def calibration(check: BandCheck | None) -> AxisCalibration:
    return AxisCalibration(
        calibration_id="c", instrument="i", provenance="p", made_utc_ns=0, expires_utc_ns=1,
        center_nm=880.0, half_span_nm=90.0, joins_nm=np.array([850.0]),
        coefficients_nm=np.array([0.1, 0.2, 0.05]), covariance_nm2=np.eye(3) * 1e-4,
        first_nm=800.0, last_nm=960.0, rms_nm=0.01, n_lines=20, fwhm_nm=0.3,
        nominal_laser_nm=785.0, laser_nm=785.1, laser_sigma_nm=0.01, check=check,
    )  # fmt: skip


@pytest.mark.slow
def test_it_draws_what_was_checked(tmp_path: Path) -> None:
    draw_calibration(calibration(CHECK), tmp_path / "c.png")
    assert (tmp_path / "c.png").stat().st_size > 5000
    with pytest.raises(ValueError, match="was not checked"):
        draw_calibration(calibration(None), tmp_path / "c.png")
    with pytest.raises(StandexError, match="choose another --plot"):
        draw_calibration(calibration(CHECK), tmp_path / "none" / "c.png")
