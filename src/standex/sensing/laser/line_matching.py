"""Which peak of a lamp's spectrum is which line, when the axis is only roughly known."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from standex.sensing.laser.lamp_lines import LampLines

STRONGEST = 30  # peaks that the first search rests on
BLEND_BIAS = 0.1  # of a width: a neighbour that moves the centroid by more makes a line useless
OUTLIER = 4.0  # robust standard deviations
MAX_TRIALS = 200_000  # displacements of the axis that are tried


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matches:
    """Peaks and lines that belong together, one to one, ascending.

    Attributes:
        peak: rows of the peaks.
        line: rows of the lines.
    """

    peak: Int[np.ndarray, " n"]
    line: Int[np.ndarray, " n"]


def usable_lines(lines: LampLines, *, fwhm_nm: float) -> LampLines:
    """Return the lines that no neighbour shifts, at this resolution.

    Lines closer than a width are drawn to each other by their intensities. Where that may be over
    a tenth of a width, or the line is the weaker one, it is left out.
    """
    distance = lines.wavelength_nm[None, :] - lines.wavelength_nm[:, None]
    weight = lines.intensity[None, :] * np.exp(-0.5 * (distance / (0.6 * fwhm_nm)) ** 2)
    bias = (weight * np.abs(distance)).sum(axis=1) / weight.sum(axis=1)
    strongest = np.where(weight > 1e-3 * weight.sum(axis=1)[:, None], lines.intensity[None, :], 0)
    keep = (bias < BLEND_BIAS * fwhm_nm) & (lines.intensity >= strongest.max(axis=1))
    # A neighbour outside a width that is far stronger still hides the line.
    near = (np.abs(distance) < 1.6 * fwhm_nm) & (distance != 0)
    hidden = (near & (lines.intensity[None, :] > 3 * lines.intensity[:, None])).any(axis=1)
    keep &= ~hidden
    return LampLines(wavelength_nm=lines.wavelength_nm[keep], intensity=lines.intensity[keep])


def rough_displacement_nm(
    peak_nm: Float[np.ndarray, " n"],
    height: Float[np.ndarray, " n"],
    lines: LampLines,
    *,
    fwhm_nm: float,
    max_shift_nm: float,
) -> Float[np.ndarray, " n"]:
    """Return by how much each peak must be moved for the pattern to fall on the lines.

    Displacements that are quadratic along the axis, up to ``max_shift_nm`` at its ends and in its
    middle, are all tried; each counts how many of the strongest peaks have a line within a width,
    by the logarithm of their heights. Of equals the smallest displacement is taken.

    Args:
        peak_nm: ascending, as the device's axis says.
        height: of the peaks.
        lines: all lines of the lamp.
        fwhm_nm: width of a peak.
        max_shift_nm: by how much the axis may be wrong.

    Raises:
        ValueError: so wide a search at so fine a resolution would not end.
    """
    step_nm = 0.5 * fwhm_nm
    n_steps = int(np.ceil(max_shift_nm / step_nm))
    if (2 * n_steps + 1) ** 3 > MAX_TRIALS:
        n_steps = int((MAX_TRIALS ** (1 / 3) - 1) / 2)
        step_nm = max_shift_nm / n_steps
        if step_nm > 3 * fwhm_nm:
            raise ValueError(
                f"max_shift_nm {max_shift_nm:g} is too wide a search for peaks of {fwhm_nm:g} nm; "
                "give a better first axis"
            )
    shift = step_nm * np.arange(-n_steps, n_steps + 1)
    knots = np.stack(np.meshgrid(shift, shift, shift, indexing="ij"), axis=-1).reshape(-1, 3)
    u = (peak_nm - peak_nm[0]) / max(float(np.ptp(peak_nm)), 1e-12)
    basis = np.stack([(1 - u) * (1 - 2 * u), 4 * u * (1 - u), u * (2 * u - 1)])
    strong = np.argsort(height)[::-1][:STRONGEST]
    weight = np.log1p(height[strong] / height.min())
    reach_nm = max(step_nm, 0.7 * fwhm_nm)
    score = np.zeros(len(knots))
    for row, worth in zip(strong, weight, strict=True):
        distance = _distance_nm(peak_nm[row] + knots @ basis[:, row], lines.wavelength_nm)
        score += worth * np.maximum(1 - (distance / reach_nm) ** 2, 0)
    # Small displacements are likelier; a tenth of one peak's worth is enough to settle ties.
    score -= 0.1 * weight.mean() * np.abs(knots).max(axis=1) / max_shift_nm
    return knots[int(np.argmax(score))] @ basis


def match_lines(
    peak_nm: Float[np.ndarray, " n"],
    lines: LampLines,
    *,
    fwhm_nm: float,
    displacement_nm: Float[np.ndarray, " n"],
    basis: Float[np.ndarray, "n terms"],
) -> Matches:
    """Return which peak is which line, one to one, starting from a rough displacement.

    Each round takes pairs that are each other's nearest within a shrinking reach, fits the
    displacement by the basis and drops those beyond ``OUTLIER`` robust deviations.

    Args:
        peak_nm: ascending, as the device's axis says.
        lines: usable ones.
        fwhm_nm: width of a peak.
        displacement_nm: of each peak, to begin with.
        basis: of the displacement, at the peaks.
    """
    moved = peak_nm + displacement_nm
    pairs = _mutual(moved, lines.wavelength_nm, reach_nm=1.5 * fwhm_nm)
    for reach in (1.5, 1.0, 0.6, 0.6):
        pairs = _mutual(moved, lines.wavelength_nm, reach_nm=reach * fwhm_nm)
        if len(pairs.peak) < basis.shape[1] + 2:
            return pairs
        off = lines.wavelength_nm[pairs.line] - peak_nm[pairs.peak]
        coefficients, keep = _robust_fit(basis[pairs.peak], off, floor_nm=0.01 * fwhm_nm)
        moved = peak_nm + basis @ coefficients
        pairs = Matches(peak=pairs.peak[keep], line=pairs.line[keep])
    return pairs


def _robust_fit(
    basis: np.ndarray, off_nm: np.ndarray, *, floor_nm: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and which rows they rest on."""
    keep = np.ones(len(off_nm), dtype=bool)
    coefficients = np.zeros(basis.shape[1])
    for _ in range(8):
        coefficients, *_ = np.linalg.lstsq(basis[keep], off_nm[keep])
        left = np.abs(off_nm - basis @ coefficients)
        again = left < OUTLIER * (1.4826 * float(np.median(left[keep])) + floor_nm)
        if np.array_equal(again, keep) or again.sum() < basis.shape[1] + 2:
            break
        keep = again
    return coefficients, keep


def _mutual(moved_nm: np.ndarray, line_nm: np.ndarray, *, reach_nm: float) -> Matches:
    if not len(moved_nm) or not len(line_nm):
        none = np.zeros(0, dtype=np.int64)
        return Matches(peak=none, line=none)
    distance = np.abs(moved_nm[:, None] - line_nm[None, :])
    of_peak, of_line = distance.argmin(axis=1), distance.argmin(axis=0)
    rows = np.arange(len(moved_nm))
    own = (of_line[of_peak] == rows) & (distance[rows, of_peak] < reach_nm)
    return Matches(peak=np.flatnonzero(own), line=of_peak[own])


def _distance_nm(at_nm: np.ndarray, line_nm: np.ndarray) -> np.ndarray:
    right = np.clip(np.searchsorted(line_nm, at_nm), 1, len(line_nm) - 1)
    return np.minimum(np.abs(at_nm - line_nm[right - 1]), np.abs(at_nm - line_nm[right]))
