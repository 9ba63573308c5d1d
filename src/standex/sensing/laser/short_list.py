"""The few best entries of one spectrum again, under its own noise: score and likelihood ratio."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from standex.sensing.laser.axis_grid import GridLibrary
from standex.sensing.laser.joint_fit import MIN_RETAINED, JointFit

FITS = 12  # Fisher scoring steps at most; two or three are usual
SETTLED = 1e-3  # a step of fewer standard deviations than this is the last
SHIFTS = np.linspace(-2.0, 2.0, 9)  # tried axis errors, in standard deviations


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShortList:
    """Candidates of one spectrum, in the order they were given.

    Attributes:
        row: of each in the library.
        z: score test at the right axis, without the entry standard normal; 0 where the entry
            cannot be told from the nuisances.
        root: signed root of the penalised likelihood ratio at the best axis error; for order and
            calibration, not standard normal where axis errors are tried.
        amplitude_counts: of the entry's strongest channel, where ``root`` is.
        amplitude_sigma_counts: its standard deviation.
        shift_per_cm: the axis error there; 0 where none is tried.
        inflation: phi >= 1 of this spectrum without any entry, divided out of ``z``; ``root`` and
            ``amplitude_sigma_counts`` have the phi that is left beside the entry.
    """

    row: Int[np.ndarray, " candidates"]
    z: Float[np.ndarray, " candidates"]
    root: Float[np.ndarray, " candidates"]
    amplitude_counts: Float[np.ndarray, " candidates"]
    amplitude_sigma_counts: Float[np.ndarray, " candidates"]
    shift_per_cm: Float[np.ndarray, " candidates"]
    inflation: float


def short_list(
    signal_counts: Float[np.ndarray, " channels"],
    *,
    fit: JointFit,
    library: GridLibrary,
    rows: Int[np.ndarray, " candidates"],
    extra_variance_counts2: Float[np.ndarray, " channels"] | None = None,
) -> ShortList:
    """Score candidates with the weights of this very spectrum, and let their axis err a little.

    Counts y of gain g with the variance F beside shot noise (read noise, rounding, dark) are
    taken as a shifted Poisson number: ``g y + g^2 F`` has mean and variance ``g mu + g^2 F``. Mean
    and variance are exact, and so is the law without read noise. The nuisances are fitted by
    Fisher scoring; the score test needs nothing else. The likelihood ratio also fits the entry at
    axis errors of up to two standard deviations (``library.axis_sigma_per_cm``), each paying
    ``(error / sigma)^2``.

    Args:
        signal_counts: one spectrum, dark taken off.
        fit: that gave the candidates.
        library: it was made for.
        rows: of the candidates in it.
        extra_variance_counts2: see ``JointFit.z``; here each channel counts by itself.

    Raises:
        ValueError: shapes do not fit, a number is not finite, or a row is not in the library.

    References:
        Lanterman, Proc. SPIE 7335 (2009) (Poisson model for Raman);
        Snyder, Hammoud, White, J. Opt. Soc. Am. A 10 (1993) 1014 (read noise as a shift);
        Rao, Proc. Camb. Phil. Soc. 44 (1948) 50 (score test).
    """
    y = signal_counts.astype(np.float64)
    if y.shape != fit.weight.shape or not np.isfinite(y).all():
        raise ValueError(f"signal_counts must be {len(fit.weight)} finite values, got {y.shape}")
    if library.names != fit.model.names:
        raise ValueError("library is not the one that the fit was made for")
    if len(rows) and not (rows.min() >= 0 and rows.max() < len(library.names)):
        raise ValueError(f"rows must be within 0 and {len(library.names) - 1}")
    extra = np.zeros_like(y) if extra_variance_counts2 is None else extra_variance_counts2
    if extra.shape != y.shape or not np.isfinite(extra).all() or (extra < 0).any():
        raise ValueError("extra_variance_counts2 must be finite, 0 or more, one a channel")
    spectrum = _Spectrum(
        y=y, gain=fit.model.noise.gain_e_per_count, floor=fit.model.noise.floor_counts2 + extra
    )
    columns = fit.basis / fit.weight[:, None]
    light = spectrum.fitted(columns, start=np.maximum(y, 0))
    weight = 1 / np.sqrt(spectrum.variance(light))
    basis = np.linalg.qr(columns * weight[:, None])[0]
    residual = (y - light) * weight
    inflation = spectrum.inflation(light, n_fitted=basis.shape[1])
    out = np.zeros((5, len(rows)))
    sigma = library.axis_sigma_per_cm
    shifts = SHIFTS * sigma if sigma > 0 else np.zeros(1)
    for i, row in enumerate(rows):
        plain = library.spectrum[row] * weight
        left = plain - basis @ (basis.T @ plain)
        if np.linalg.norm(left) < MIN_RETAINED * np.linalg.norm(plain):
            continue
        z = float(left @ residual / np.linalg.norm(left))
        tried = shifted(library, int(row), shifts)
        white = tried * weight
        white -= (white @ basis) @ basis.T
        # The score at each error is the likelihood ratio to first order: enough to choose one.
        gain = (white @ residual) * np.abs(white @ residual) / np.einsum("ij,ij->i", white, white)
        at = int(np.argmax(gain - (shifts / sigma) ** 2 if sigma > 0 else gain))
        both = np.concatenate([tried[at][:, None], columns], axis=1)
        full = spectrum.fitted(both, start=light)
        amplitude, spread = spectrum.first_coefficient(both, full)
        ratio = 2 * (spectrum.log_likelihood(full) - spectrum.log_likelihood(light))
        if sigma > 0:
            ratio -= (shifts[at] / sigma) ** 2
        # A strong entry would raise phi by itself; beside it, only what is still unexplained does.
        beside = spectrum.inflation(full, n_fitted=both.shape[1])
        root = np.sign(amplitude) * np.sqrt(max(ratio, 0.0) / beside)
        spread *= np.sqrt(beside)
        out[:, i] = (z / np.sqrt(inflation), root, amplitude, spread, shifts[at])
    return ShortList(
        row=rows.astype(np.int64),
        z=out[0],
        root=out[1],
        amplitude_counts=out[2],
        amplitude_sigma_counts=out[3],
        shift_per_cm=out[4],
        inflation=inflation,
    )


def shifted(
    library: GridLibrary, row: int, shifts: Float[np.ndarray, " shifts"]
) -> Float[np.ndarray, "shifts channels"]:
    """Return one entry at several axis errors, to second order, [shifts, channels].

    The grid holds it averaged over the axis error, that is wider by its variance.
    """
    narrow = library.spectrum[row] - library.axis_sigma_per_cm**2 * library.width_derivative[row]
    first = shifts[:, None] * library.shift_derivative[row]
    return narrow + first + shifts[:, None] ** 2 * library.width_derivative[row]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Spectrum:
    """One spectrum as a shifted Poisson number: gain in electrons a count, floor in counts^2."""

    y: Float[np.ndarray, " channels"]
    gain: float
    floor: Float[np.ndarray, " channels"]

    def variance(self, light: np.ndarray) -> np.ndarray:
        return np.maximum(light, 0) / self.gain + self.floor

    def fitted(self, columns: np.ndarray, *, start: np.ndarray) -> np.ndarray:
        """Return the light that maximises the likelihood in the span of the columns."""
        light = start
        for _ in range(FITS):
            inverse = 1 / self.variance(light)
            weighted = columns * inverse[:, None]
            normal = weighted.T @ columns
            after = columns @ np.linalg.solve(normal, weighted.T @ self.y)
            moved = float(np.sum((after - light) ** 2 * inverse))
            light = after
            if moved < SETTLED**2:
                break
        return light

    def first_coefficient(self, columns: np.ndarray, light: np.ndarray) -> tuple[float, float]:
        """Return the first column's coefficient in the fit, and its standard deviation."""
        weighted = columns / self.variance(light)[:, None]
        normal = weighted.T @ columns
        unit = np.zeros(len(normal))
        unit[0] = 1.0
        inverse = np.linalg.solve(normal, unit)
        return float(inverse @ (weighted.T @ self.y)), float(np.sqrt(inverse[0]))

    def inflation(self, light: np.ndarray, *, n_fitted: int) -> float:
        """Return the chi-square over its expectation, at least 1."""
        chi_square = float(np.sum((self.y - light) ** 2 / self.variance(light)))
        return max(1.0, chi_square / (len(self.y) - n_fitted))

    def log_likelihood(self, light: np.ndarray) -> float:
        shift = self.gain**2 * self.floor
        mean = self.gain * np.maximum(light, 0) + shift
        number = np.maximum(self.gain * self.y + shift, 0)
        return float(np.sum(number * np.log(mean) - mean))
