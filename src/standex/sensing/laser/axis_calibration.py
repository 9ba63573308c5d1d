"""From the axis a device states to wavelengths in vacuum, by a lamp; and to Raman shifts.

Three steps, each refusing what does not hold: a lamp gives the wavelengths, silicon the wavelength
of the laser, and an independent standard says whether to believe both.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from standex.model.errors import StandexError
from standex.sensing.laser.axis_windows import joins_of, joins_with_lines
from standex.sensing.laser.lamp_lines import SILICON_PER_CM, STANDARDS_PER_CM, LampLines
from standex.sensing.laser.line_matching import match_lines, rough_displacement_nm, usable_lines
from standex.sensing.laser.peaks import Peaks, peaks_of
from standex.sensing.laser.shot import axis_problem, raman_shift_per_cm
from standex.sensing.laser.standard_bands import BandCheck, band_errors, band_fit

TOLERANCE_PER_CM = 2.0  # by which a standard's band may be off
MAX_DEGREE = 3
LEAST_LINES = 6
LEAST_BANDS = 5  # of a standard, that must be found for it to say anything
SILICON_REACH_PER_CM = 25.0
SYSTEMATIC_CHANNELS = 0.05  # shapes of lines are no Gaussians; least error of a fitted centre
RAMP_NM = 1.0  # over which the offset of a window's join comes in
MAX_LASER_SHIFT_NM = 2.0  # lasers are sold to about half of that


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AxisCalibration:
    """A polynomial from the device's own axis to wavelength in vacuum, and the laser's.

    With u = (own - center) / half_span, the wavelength is own + sum_k c_k u^k + the sum of the
    offsets of all joins passed, where the axis was put together from windows.

    Attributes:
        calibration_id: name and version.
        instrument: which device it belongs to.
        made_utc_ns: when.
        expires_utc_ns: from then on it must not be used.
        provenance: what it was made from, in words.
        center_nm: of the device's own axis.
        half_span_nm: of the device's own axis.
        joins_nm: own wavelengths where a window ends and the next begins.
        coefficients_nm: constant first; after the powers the offset of each join.
        covariance_nm2: of the coefficients.
        first_nm: own wavelength of the first line used; outside it is extrapolated.
        last_nm: own wavelength of the last line used.
        rms_nm: of the lines, about the polynomial.
        n_lines: used.
        fwhm_nm: median width of the lines: the resolution.
        nominal_laser_nm: by which the device turns shifts into wavelengths.
        laser_nm: of the laser, in vacuum, as silicon says.
        laser_sigma_nm: standard deviation of that.
        check: of an independent standard; None as long as there was none, and then it may not be
            used for detection.
    """

    calibration_id: str
    instrument: str
    made_utc_ns: int
    expires_utc_ns: int
    provenance: str
    center_nm: float
    half_span_nm: float
    joins_nm: Float[np.ndarray, " joins"]
    coefficients_nm: Float[np.ndarray, " terms"]
    covariance_nm2: Float[np.ndarray, "terms terms"]
    first_nm: float
    last_nm: float
    rms_nm: float
    n_lines: int
    fwhm_nm: float
    nominal_laser_nm: float
    laser_nm: float
    laser_sigma_nm: float
    check: BandCheck | None = None

    def wavelength_nm(self, own_nm: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return wavelengths in vacuum of places on the device's own axis."""
        return own_nm + self._basis(own_nm) @ self.coefficients_nm

    def sigma_nm(self, own_nm: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the standard deviation of ``wavelength_nm``, growing outside the lines."""
        basis = self._basis(own_nm)
        return np.sqrt(np.einsum("nt,tu,nu->n", basis, self.covariance_nm2, basis))

    def shift_per_cm(self, own_nm: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return Raman shifts of places on the device's own axis."""
        return raman_shift_per_cm(self.wavelength_nm(own_nm), laser_nm=self.laser_nm)

    def sigma_per_cm(self, own_nm: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the standard deviation of ``shift_per_cm``, the laser's included."""
        own = 1e7 / self.wavelength_nm(own_nm) ** 2 * self.sigma_nm(own_nm)
        return np.hypot(own, 1e7 / self.laser_nm**2 * self.laser_sigma_nm)

    def own_from_shift_nm(self, shift_per_cm: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
        """Return the own wavelengths behind an axis that the device states as Raman shift."""
        return 1e7 / (1e7 / self.nominal_laser_nm - shift_per_cm)

    def _basis(self, own_nm: np.ndarray) -> np.ndarray:
        u = (own_nm - self.center_nm) / self.half_span_nm
        degree = len(self.coefficients_nm) - len(self.joins_nm) - 1
        return _basis(u, degree, own_nm, self.joins_nm)


def calibrate_axis(
    own_nm: Float[np.ndarray, " channels"],
    counts: Float[np.ndarray, " channels"],
    lines: LampLines,
    *,
    nominal_laser_nm: float,
    calibration_id: str,
    instrument: str,
    provenance: str,
    made_utc_ns: int,
    expires_utc_ns: int,
    max_shift_nm: float = 3.0,
    max_degree: int = MAX_DEGREE,
    saturation_counts: float = np.inf,
) -> AxisCalibration:
    """Return the wavelength calibration by a lamp; the laser's wavelength is still the nominal one.

    The pattern of peaks is laid over the lines by the best displacement, then matched one to one.
    The degree of the polynomial is the least whose error on lines left out is within a tenth of
    the best. The lines' scatter about the polynomial is the measure of their error, so that an
    axis that no polynomial fits (stitched windows) states a larger one.

    Args:
        own_nm: the device's own axis, strictly monotone.
        counts: of the lamp.
        lines: of it.
        nominal_laser_nm: which the device assumes.
        calibration_id: name and version.
        instrument: which device.
        provenance: in words.
        made_utc_ns: when.
        expires_utc_ns: until when it may be used.
        max_shift_nm: by how much the own axis may be wrong.
        max_degree: of the polynomial.
        saturation_counts: lines that reach it are left out.

    Raises:
        StandexError: the spectrum cannot be used, or too few lines agree with the lamp.
    """
    _refuse_axis(own_nm, counts, "lamp")
    order = np.argsort(own_nm)
    own_nm, counts = own_nm[order], counts[order]
    peaks = peaks_of(counts, saturation_counts=saturation_counts)
    channel = np.arange(len(own_nm))
    peak_nm = np.interp(peaks.channel, channel, own_nm)
    wide_nm = peaks.fwhm_channels * np.interp(peaks.channel, channel, np.gradient(own_nm))
    inside = _between(lines, own_nm[0] - max_shift_nm, own_nm[-1] + max_shift_nm)
    if len(peaks) < LEAST_LINES or len(inside.wavelength_nm) < LEAST_LINES:
        raise StandexError(
            f"lamp: {len(peaks)} peaks between {own_nm[0]:.1f} and {own_nm[-1]:.1f} nm where the "
            f"lamp has {len(inside.wavelength_nm)} lines; at least {LEAST_LINES} of each are "
            "needed: expose longer, or take another lamp"
        )
    strong = np.argsort(peaks.height)[::-1][:20]
    fwhm_nm = float(np.median(wide_nm[strong]))
    rough = rough_displacement_nm(
        peak_nm, peaks.height, inside, fwhm_nm=fwhm_nm, max_shift_nm=max_shift_nm
    )
    good = usable_lines(inside, fwhm_nm=fwhm_nm)
    center, half = float(own_nm[0] + own_nm[-1]) / 2, float(own_nm[-1] - own_nm[0]) / 2
    u = (peak_nm - center) / half
    smooth = _basis(u, max_degree, peak_nm, np.zeros(0))
    pairs = match_lines(peak_nm, good, fwhm_nm=fwhm_nm, displacement_nm=rough, basis=smooth)
    _refuse_match(peaks, pairs.peak, len(good.wavelength_nm))
    joins_nm = joins_with_lines(joins_of(own_nm), peak_nm[pairs.peak])
    if len(joins_nm):
        moved, *_ = np.linalg.lstsq(
            smooth[pairs.peak], good.wavelength_nm[pairs.line] - peak_nm[pairs.peak]
        )
        windowed = _basis(u, 1, peak_nm, joins_nm)
        pairs = match_lines(
            peak_nm, good, fwhm_nm=fwhm_nm, displacement_nm=smooth @ moved, basis=windowed
        )
        joins_nm = joins_with_lines(joins_nm, peak_nm[pairs.peak])
    at_nm = peak_nm[pairs.peak]
    off_nm = good.wavelength_nm[pairs.line] - at_nm
    step_nm = wide_nm[pairs.peak] / peaks.fwhm_channels[pairs.peak]
    sigma_nm = step_nm * np.hypot(peaks.sigma_channels[pairs.peak], SYSTEMATIC_CHANNELS)
    bases = [_basis(u[pairs.peak], degree, at_nm, joins_nm) for degree in range(1, max_degree + 1)]
    basis = _best_basis(bases, off_nm, sigma_nm)
    coefficients, covariance = _weighted_fit(basis, off_nm, sigma_nm)
    left = off_nm - basis @ coefficients
    made = AxisCalibration(
        calibration_id=calibration_id,
        instrument=instrument,
        made_utc_ns=made_utc_ns,
        expires_utc_ns=expires_utc_ns,
        provenance=provenance,
        center_nm=center,
        half_span_nm=half,
        joins_nm=joins_nm,
        coefficients_nm=coefficients,
        covariance_nm2=covariance,
        first_nm=float(at_nm[0]),
        last_nm=float(at_nm[-1]),
        rms_nm=float(np.sqrt(np.mean(left**2))),
        n_lines=len(at_nm),
        fwhm_nm=fwhm_nm,
        nominal_laser_nm=nominal_laser_nm,
        laser_nm=nominal_laser_nm,
        laser_sigma_nm=np.inf,
    )
    if np.any(np.diff(made.wavelength_nm(own_nm)) <= 0):
        raise StandexError(
            "lamp: the calibrated axis would not ascend; too few lines, or a wrong lamp"
        )
    return made


def zeroed_by_silicon(
    calibration: AxisCalibration,
    own_nm: Float[np.ndarray, " channels"],
    counts: Float[np.ndarray, " channels"],
) -> AxisCalibration:
    """Return the calibration with the wavelength of the laser that silicon's first order tells.

    Raises:
        StandexError: no band stands out near 520 per cm, or the laser would be another one.
    """
    _refuse_axis(own_nm, counts, "silicon")
    order = np.argsort(own_nm)
    own_nm, counts = own_nm[order], counts[order]
    shift = calibration.shift_per_cm(own_nm)
    found = band_fit(shift, counts, SILICON_PER_CM, reach_per_cm=SILICON_REACH_PER_CM)
    if found is None:
        raise StandexError(
            f"silicon: no band within {SILICON_REACH_PER_CM:g} per cm of {SILICON_PER_CM}; "
            "check the sample, the focus and the laser's wavelength"
        )
    wavelength = calibration.wavelength_nm(own_nm)
    rows = np.arange(len(own_nm))
    at_nm = float(np.interp(found.channel, rows, wavelength))
    laser_nm = 1e7 / (1e7 / at_nm + SILICON_PER_CM)
    if abs(laser_nm - calibration.nominal_laser_nm) > MAX_LASER_SHIFT_NM:
        raise StandexError(
            f"silicon: the laser would be at {laser_nm:.2f} nm, {calibration.nominal_laser_nm:.2f} "
            "nm are stated; check which laser is in use"
        )
    own_at = np.array([np.interp(found.channel, rows, own_nm)])
    step_nm = float(np.interp(found.channel, rows, np.gradient(wavelength)))
    own_sigma_nm = step_nm * float(np.hypot(found.sigma_channels, SYSTEMATIC_CHANNELS))
    sigma_nm = float(np.hypot(own_sigma_nm, calibration.sigma_nm(own_at)[0]))
    return replace(calibration, laser_nm=laser_nm, laser_sigma_nm=sigma_nm)


def checked_on(
    calibration: AxisCalibration,
    own_nm: Float[np.ndarray, " channels"],
    counts: Float[np.ndarray, " channels"],
    *,
    standard: str = "polystyrene",
    tolerance_per_cm: float = TOLERANCE_PER_CM,
) -> AxisCalibration:
    """Return the calibration with its check on an independent standard, or refuse it.

    Args:
        calibration: with the laser's wavelength.
        own_nm: the device's own axis.
        counts: of the standard.
        standard: a name of ``STANDARDS_PER_CM``.
        tolerance_per_cm: by which each band may be off.

    Raises:
        StandexError: too few bands are found, or one is off by more than the tolerance.

    References:
        ASTM E1840-96(2022), Standard guide for Raman shift standards.
    """
    check = check_bands(calibration, own_nm, counts, standard=standard)
    told = ", ".join(
        f"{band:.1f}: {off:+.1f}"
        for band, off in zip(check.expected_per_cm, check.after_per_cm, strict=True)
    )
    if check.n_found < LEAST_BANDS:
        raise StandexError(
            f"{standard}: only {check.n_found} of {len(check.expected_per_cm)} bands found "
            f"({told}), at least {LEAST_BANDS} are needed; the calibration is refused"
        )
    if not check.worst_after_per_cm <= tolerance_per_cm:
        off = check.after_per_cm[np.isfinite(check.after_per_cm)]
        common = abs(float(np.median(off))) > 2 * float(np.std(off))
        why = (
            f"All are off by about {np.median(off):+.1f}: were silicon and {standard} taken with "
            "one setting, one after the other?"
            if common
            else f"Were lamp and {standard} taken with one and the same setting?"
        )
        raise StandexError(
            f"{standard}: a band is off by {check.worst_after_per_cm:.1f} per cm, over "
            f"{tolerance_per_cm:g} ({told}); the calibration is refused. {why}"
        )
    return replace(calibration, check=check)


def check_bands(
    calibration: AxisCalibration,
    own_nm: Float[np.ndarray, " channels"],
    counts: Float[np.ndarray, " channels"],
    *,
    standard: str = "polystyrene",
) -> BandCheck:
    """Return by how much each band of a standard is off, before and after.

    Raises:
        ValueError: the standard is not known.
        StandexError: the spectrum cannot be used.
    """
    if standard not in STANDARDS_PER_CM:
        raise ValueError(f"standard {standard!r} is not one of {', '.join(STANDARDS_PER_CM)}")
    expected = STANDARDS_PER_CM[standard]
    _refuse_axis(own_nm, counts, standard)
    order = np.argsort(own_nm)
    own_nm, counts = own_nm[order], counts[order]
    own_shift = raman_shift_per_cm(own_nm, laser_nm=calibration.nominal_laser_nm)
    return BandCheck(
        standard=standard,
        expected_per_cm=expected,
        before_per_cm=band_errors(own_shift, counts, expected),
        after_per_cm=band_errors(calibration.shift_per_cm(own_nm), counts, expected),
    )


def _basis(u: np.ndarray, degree: int, own_nm: np.ndarray, joins_nm: np.ndarray) -> np.ndarray:
    powers = np.vander(u, degree + 1, increasing=True)
    # Windows overlap a little in truth; a ramp in the place of a step keeps the axis ascending.
    passed = np.clip((own_nm[:, None] - joins_nm[None, :]) / RAMP_NM + 0.5, 0, 1)
    return np.concatenate([powers, passed], axis=1)


def _best_basis(bases: list[np.ndarray], off: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Return the smallest whose error on lines left out is within a tenth of the best."""
    errors: list[float] = []
    for basis in bases:
        if basis.shape[1] + 2 > len(off):
            break
        q, _ = np.linalg.qr(basis / sigma[:, None])
        left = off / sigma - q @ (q.T @ (off / sigma))
        free = np.maximum(1 - (q**2).sum(axis=1), 1e-6)
        errors.append(float(np.median(np.abs(left / free))))
    if not errors:
        raise StandexError(
            f"lamp: {len(off)} lines are too few for an axis of so many windows; take another lamp"
        )
    return bases[int(np.argmax(np.array(errors) <= 1.1 * min(errors)))]


def _weighted_fit(
    basis: np.ndarray, off: np.ndarray, sigma: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and their covariance, scaled by the scatter where that is larger."""
    whitened = basis / sigma[:, None]
    coefficients, *_ = np.linalg.lstsq(whitened, off / sigma)
    chi2 = float(np.sum((off / sigma - whitened @ coefficients) ** 2)) / np.subtract(*basis.shape)
    return coefficients, np.linalg.inv(whitened.T @ whitened) * max(chi2, 1.0)


def _refuse_match(peaks: Peaks, matched: np.ndarray, n_lines: int) -> None:
    strong = np.argsort(peaks.height)[::-1][: 2 * LEAST_LINES]
    share = float(np.isin(strong, matched).mean())
    if len(matched) < LEAST_LINES or share < 0.4:
        raise StandexError(
            f"lamp: {len(matched)} of {len(peaks)} peaks fall on its {n_lines} single lines, and "
            f"{100 * share:.0f} % of the strongest; at least {LEAST_LINES} and 40 % are wanted. "
            "Is it this gas? Is the axis wrong by more than the search allows?"
        )


def _refuse_axis(own_nm: np.ndarray, counts: np.ndarray, what: str) -> None:
    wrong = axis_problem(own_nm)
    if not wrong and not np.isfinite(counts).all():
        wrong = f"{int(np.sum(~np.isfinite(counts)))} counts are not finite"
    if not wrong and len(counts) != len(own_nm):
        wrong = f"{len(counts)} counts on {len(own_nm)} channels"
    if not wrong and np.ptp(counts) == 0:
        wrong = "all counts are the same"
    if wrong:
        raise StandexError(f"{what}: the spectrum cannot be used: {wrong}")


def _between(lines: LampLines, low_nm: float, high_nm: float) -> LampLines:
    inside = (lines.wavelength_nm >= low_nm) & (lines.wavelength_nm <= high_nm)
    return LampLines(wavelength_nm=lines.wavelength_nm[inside], intensity=lines.intensity[inside])
