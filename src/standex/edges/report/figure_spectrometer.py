"""Picture of a spectrometer's calibration: the correction along the axis, and the check."""

from pathlib import Path

import numpy as np

from standex.edges.report.canvas import LIGHT, new_figure, quiet
from standex.model.errors import StandexError
from standex.sensing.laser.axis_calibration import TOLERANCE_PER_CM, AxisCalibration


def draw_calibration(calibration: AxisCalibration, path: Path) -> None:
    """Draw the correction with its error, and the bands of the standard before and after.

    Args:
        calibration: checked.
        path: of the picture; its ending says the format.

    Raises:
        ValueError: it was not checked.
        StandexError: the picture cannot be written.
    """
    check = calibration.check
    if check is None:
        raise ValueError("nothing to draw: the calibration was not checked")
    figure = new_figure(8.0, 3.6, LIGHT)
    left, right = figure.subplots(1, 2)
    own_nm = np.linspace(calibration.first_nm, calibration.last_nm, 600)
    off_nm = calibration.wavelength_nm(own_nm) - own_nm
    band_nm = 2 * calibration.sigma_nm(own_nm)
    quiet(left, LIGHT)
    left.fill_between(
        own_nm, off_nm - band_nm, off_nm + band_nm, color=LIGHT.sensors[0], alpha=0.2, lw=0
    )
    left.plot(own_nm, off_nm, color=LIGHT.sensors[0], linewidth=1.5)
    left.set_xlabel("own axis, nm")
    left.set_ylabel("correction to vacuum, nm (band: 2 sigma)")
    quiet(right, LIGHT)
    right.axhspan(-TOLERANCE_PER_CM, TOLERANCE_PER_CM, color=LIGHT.body, lw=0, zorder=0)
    right.axhline(0, color=LIGHT.ink, linewidth=0.8)
    for values, name, marker, colour in (
        (check.before_per_cm, "own axis", "s", LIGHT.sensors[1]),
        (check.after_per_cm, "calibrated", "o", LIGHT.sensors[0]),
    ):
        right.plot(check.expected_per_cm, values, marker, label=name, color=colour, markersize=5)
    right.set_xlabel(f"bands of {check.standard}, per cm")
    right.set_ylabel("found minus expected, per cm")
    right.legend(loc="best", fontsize=8, edgecolor=LIGHT.faint)
    figure.suptitle(
        f"{calibration.instrument}: {calibration.n_lines} lines, laser "
        f"{calibration.laser_nm:.3f} nm",
        x=0.01,
        ha="left",
        fontsize=10,
        color=LIGHT.ink,
    )
    try:
        figure.savefig(path, dpi=130, facecolor="auto")
    except OSError as error:
        raise StandexError(
            f"{path}: the picture cannot be written ({error.strerror}); choose another --plot"
        ) from error
