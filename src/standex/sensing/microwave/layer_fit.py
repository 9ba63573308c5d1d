"""What a patch of body is covered with: intervals of thickness and permittivity, never a number.

The spectrum of a focused patch is weighed against every arrangement of a ``LayerTable``: bare body,
dielectric slab, metal, water or raised skin, each under clothes. What is not asked for (clothes,
gaps, loss, gain, the place of the body) is marginalised. It says *dielectric anomaly* and how thick
it may be; what it is made of it does not say.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex

from standex.sensing.microwave.layer_model import LIGHT_M_PER_S
from standex.sensing.microwave.layer_table import INDEX_STEP, Hypothesis, LayerTable
from standex.sensing.microwave.two_surfaces import path_excess_m

# The level of what is unmodelled is known as if from so many values; the fit adds one for each
# coefficient, so that what fits badly widens its own intervals.
LEVEL_COUNT = 25.0
LEAST_EXPLAINED_DB = -6.0  # a fit that leaves more than this has found nothing
WIDEST_SURFACE_SIGMA = 3.0
NEGLIGIBLE = 20.0  # weights below exp(-20) of the best are left out
BETWEEN_OFFSETS = 0.03
_BIN_M = 0.0005
_SLAB = list(Hypothesis).index(Hypothesis.DIELECTRIC_SLAB)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerFit:
    """What one patch may be.

    Attributes:
        level: probability that each interval holds the truth, if it is a slab of the table's
            ranges; equal tails.
        thickness_interval_m: of a slab, if it is one.
        permittivity_interval: of a slab, if it is one; relative, real part.
        path_excess_interval_m: by how much the body seems deeper, if it is one.
        log_likelihood: of each hypothesis, natural logarithm, the largest at 0; all 0 where
            nothing is explained.
        residual_db: what the best arrangement leaves, over the echo; clothes are left too, shirts
            some -19 dB, jackets some -13 dB.
        is_explained: whether any arrangement explains the spectrum; the intervals are the whole
            ranges where none does.
    """

    level: float
    thickness_interval_m: tuple[float, float]
    permittivity_interval: tuple[float, float]
    path_excess_interval_m: tuple[float, float]
    log_likelihood: dict[Hypothesis, float]
    residual_db: float
    is_explained: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Weighed:
    """The rows of the table that matter, each at its best place of the body."""

    rows: np.ndarray
    log_evidence: np.ndarray
    offset_m: np.ndarray
    gain: np.ndarray


def fit_layers(
    spectrum: Complex[np.ndarray, " f"],
    table: LayerTable,
    *,
    noise: float = 0.0,
    surface_sigma_m: float = 0.004,
    reference: Complex[np.ndarray, " f"] | None = None,
    gain_sigma_db: float = 2.0,
    level: float = 0.9,
) -> LayerFit:
    """Return which layers explain the spectrum of a patch.

    The model is y = g r exp(-2jkz cos(theta)) + clothes + noise: r an arrangement, z the offset of
    the body from where it was predicted, Gaussian; g a complex gain of unknown phase whose
    amplitude is unknown too, or log-normal about that of the reference. Gain and noise level are
    marginalised in closed form (a t distribution), z by Laplace's method, the rest by summing
    over the table. Without a reference,
    metal and raised skin differ in hardly anything.

    Args:
        spectrum: focused on the predicted body, over the responses of antennas and imager; finite.
        table: of the same frequencies and this incidence.
        noise: standard deviation of the noise of one frequency, in units of the spectrum.
        surface_sigma_m: of the predicted place of the body.
        reference: spectrum of bare body nearby, in the same units.
        gain_sigma_db: how much the gain may differ from the reference's.
        level: of the intervals, inside (0, 1).

    Raises:
        ValueError: a spectrum is not finite or has another number of frequencies, the reference
            holds no echo, or a setting is out of its range.

    References:
        Bretthorst, Bayesian Spectrum Analysis and Parameter Estimation, 1988, chapter 3.
    """
    _check_spectrum("spectrum", spectrum, table)
    if not (np.isfinite(noise) and noise >= 0):
        raise ValueError(f"noise must be finite and at least 0, got {noise}")
    for name, value in (("surface_sigma_m", surface_sigma_m), ("gain_sigma_db", gain_sigma_db)):
        if not (np.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be finite and positive, got {value}")
    if not 0 < level < 1:
        raise ValueError(f"level must be inside (0, 1), got {level}")
    gain = None if reference is None else _gain_of(reference, table)
    at_m = _offsets_m(table, surface_sigma_m)
    placed = _place(spectrum, table, at_m)
    energy = float(np.mean(np.sum(np.abs(placed) ** 2, axis=0)))
    if not energy > 0:
        return _nothing_learnt(table, level=level, residual_db=0.0)
    # In units of its own size: single precision holds no squares of small S-parameters.
    size, n_q = float(np.sqrt(energy)), table.basis.shape[1]
    floor = 10 ** (table.ranges.unmodelled_db / 10) / n_q
    floor += (noise / size) ** 2 * len(table.frequency_hz) / n_q
    weighed = _weigh(placed / size, table, at_m=at_m, floor=floor, surface_sigma_m=surface_sigma_m)
    log_evidence = weighed.log_evidence
    if gain is not None:
        apart = np.log(weighed.gain * size / gain) / (gain_sigma_db * np.log(10) / 20)
        log_evidence = log_evidence - 0.5 * apart**2
    best = int(log_evidence.argmax())
    residual_db = _residual_db(
        spectrum, table, row=int(weighed.rows[best]), offset_m=float(weighed.offset_m[best])
    )
    if not residual_db <= LEAST_EXPLAINED_DB:
        return _nothing_learnt(table, level=level, residual_db=residual_db)
    return _conclude(table, weighed.rows, log_evidence, level=level, residual_db=residual_db)


def _check_spectrum(name: str, spectrum: np.ndarray, table: LayerTable) -> None:
    if len(spectrum) != len(table.frequency_hz):
        raise ValueError(
            f"{name} has {len(spectrum)} frequencies, the table {len(table.frequency_hz)}"
        )
    if not np.isfinite(spectrum).all():
        bad = int(np.sum(~np.isfinite(spectrum)))
        raise ValueError(f"{bad} of {len(spectrum)} values of {name} are not finite")


def _gain_of(reference: np.ndarray, table: LayerTable) -> float:
    """Return the amplitude of the gain that turns bare skin into the reference."""
    _check_spectrum("reference", reference, table)
    energy = float(np.sum(np.abs(table.basis.conj().T @ reference) ** 2))
    if not energy > 0:
        raise ValueError("reference holds no echo in the window of the table")
    return float(np.sqrt(energy / table.bare_energy))


def _offsets_m(table: LayerTable, surface_sigma_m: float) -> np.ndarray:
    """Return the offsets of the body that are tried: a fifth of the range resolution apart."""
    f = table.frequency_hz
    apart = 0.1 * LIGHT_M_PER_S / (f[-1] - f[0]) / table.cos_incidence
    n_side = max(2, int(np.ceil(WIDEST_SURFACE_SIGMA * surface_sigma_m / apart)))
    return np.arange(-n_side, n_side + 1) * apart


def _place(spectrum: np.ndarray, table: LayerTable, at_m: np.ndarray) -> np.ndarray:
    """Return the coefficients of the spectrum with the body taken to be at each offset."""
    k = 2 * np.pi / LIGHT_M_PER_S * table.cos_incidence * table.frequency_hz
    moved = spectrum[:, None] * np.exp(2j * np.outer(k, at_m))
    return table.basis.conj().T @ moved


def _weigh(
    placed: np.ndarray,
    table: LayerTable,
    *,
    at_m: np.ndarray,
    floor: float,
    surface_sigma_m: float,
) -> _Weighed:
    """Return the log evidence of each row, its gain and its offset.

    The place of the least that is left over is that of a parabola, its value that of a quartic.
    """
    real, imag = np.real(placed).T, np.imag(placed).T
    both = np.block([[real, imag], [imag, -real]]).astype(np.float32) @ table.matched
    left = np.square(both[: len(at_m)])
    left += np.square(both[len(at_m) :])
    energy = np.einsum("qz,cqz->zc", placed.conj(), table.precision @ placed).real
    n_rows = np.bincount(table.covariance_of, minlength=len(table.precision))
    whole = np.repeat(energy.astype(np.float32), n_rows, axis=1)
    np.subtract(whole, left, out=left)
    count = LEVEL_COUNT + len(placed) - 1
    rows = _worth_weighing(left.min(axis=0), table, floor=floor, count=count, energy=energy.max())
    left, whole = left[:, rows], whole[:, rows]
    middle = np.clip(left.argmin(axis=0), 1, len(at_m) - 2)
    each = np.arange(len(rows))
    before, here, after = (left[middle + side, each] for side in (-1, 0, 1))
    bend = np.maximum(before - 2 * here + after, 1e-6 * np.abs(here) + 1e-9 * floor)
    shift = np.clip(0.5 * (before - after) / bend, -1.0, 1.0)
    least = np.clip(_between(left, middle + shift), 0.0, here)
    most = np.maximum(whole[middle, each] - least, 1e-6 * floor)
    step_m = at_m[1] - at_m[0]
    offset_m = at_m[middle] + shift * step_m
    # The level of what is unmodelled is inverse-gamma about the floor; a row's two real degrees of
    # freedom for the gain are gone from the exponent, its phase and log-amplitude being flat.
    level = LEVEL_COUNT * floor + least
    sharpness = count * bend / step_m**2 / level * surface_sigma_m**2
    per_kind = np.bincount(table.hypothesis, minlength=len(Hypothesis))
    log_evidence = (
        -count * np.log(level / floor)
        - np.log(most / floor + LEVEL_COUNT)
        - table.log_det[table.covariance_of[rows]]
        - 0.5 * np.log1p(sharpness)
        - 0.5 * (offset_m / surface_sigma_m) ** 2 * (sharpness / (1 + sharpness))
        - np.log(per_kind)[table.hypothesis[rows]]
    )
    return _Weighed(
        rows=rows,
        log_evidence=log_evidence,
        offset_m=offset_m,
        gain=np.sqrt(most) / table.root_energy[rows],
    )


def _between(value: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return each column between its rows, by the quartic through the five nearest rows."""
    middle = np.clip(np.rint(at).astype(np.int64), 2, len(value) - 3)
    x = at - middle
    near = np.arange(-2, 3)
    each = np.arange(value.shape[1])
    total = np.zeros(len(at))
    for k in near:
        others = near[near != k]
        share = np.prod([(x - j) / (k - j) for j in others], axis=0)
        total += share * value[middle + k, each]
    return total


def _worth_weighing(
    least: np.ndarray, table: LayerTable, *, floor: float, count: float, energy: float
) -> np.ndarray:
    """Return the rows whose weight may matter: those near the best slab, and all that are none.

    Between two offsets a row can leave less by at most a share of the energy.
    """
    is_slab = table.hypothesis == _SLAB
    best = float(least[is_slab].min())
    cut = (best + LEVEL_COUNT * floor) * np.exp(NEGLIGIBLE / count) - LEVEL_COUNT * floor
    return np.flatnonzero(~is_slab | (least < cut + BETWEEN_OFFSETS * energy))


def _residual_db(spectrum: np.ndarray, table: LayerTable, *, row: int, offset_m: float) -> float:
    """Return what one row leaves of the spectrum, over all of it in the window."""
    y = _place(spectrum, table, np.array([offset_m]))[:, 0]
    matched = table.matched[: len(y), row] + 1j * table.matched[len(y) :, row]
    echo = np.linalg.solve(table.precision[table.covariance_of[row]], matched)
    whole = np.vdot(y, y).real
    left = whole - abs(np.vdot(echo, y)) ** 2 / np.vdot(echo, echo).real
    return float(10 * np.log10(max(left / whole, 1e-12)))


def _conclude(
    table: LayerTable,
    rows: np.ndarray,
    log_evidence: np.ndarray,
    *,
    level: float,
    residual_db: float,
) -> LayerFit:
    """Return the intervals of slabs and the evidence of each hypothesis."""
    kinds = list(Hypothesis)
    of_row = table.hypothesis[rows]
    by_kind = [
        float(np.logaddexp.reduce(log_evidence[of_row == kind])) for kind in range(len(kinds))
    ]
    largest = max(by_kind)
    is_slab = of_row == _SLAB
    of_slab = log_evidence[is_slab]
    return _fit(
        table,
        rows[is_slab],
        np.exp(of_slab - of_slab.max()),
        level=level,
        log_likelihood={k: v - largest for k, v in zip(kinds, by_kind, strict=True)},
        residual_db=residual_db,
        is_explained=True,
    )


def _nothing_learnt(table: LayerTable, *, level: float, residual_db: float) -> LayerFit:
    """Return the fit of a patch that nothing explains: whole ranges, no evidence."""
    thickness, permittivity = table.ranges.thickness_m, table.ranges.permittivity
    excess = path_excess_m(np.array(thickness), np.sqrt(permittivity), table.cos_incidence)
    return LayerFit(
        level=level,
        thickness_interval_m=thickness,
        permittivity_interval=permittivity,
        path_excess_interval_m=(float(excess[0]), float(excess[1])),
        log_likelihood=dict.fromkeys(Hypothesis, 0.0),
        residual_db=residual_db,
        is_explained=False,
    )


def _fit(
    table: LayerTable,
    rows: np.ndarray,
    weight: np.ndarray,
    *,
    level: float,
    log_likelihood: dict[Hypothesis, float],
    residual_db: float,
    is_explained: bool,
) -> LayerFit:
    """Return the fit for weights of slabs of the table."""
    d, index = table.thickness_m[rows].astype(np.float64), np.sqrt(table.permittivity[rows])
    excess = path_excess_m(d, index.astype(np.float64), table.cos_incidence)
    low, high = np.sqrt(table.ranges.permittivity)
    most = float(path_excess_m(table.ranges.thickness_m[1], float(high), table.cos_incidence))
    by_index = _interval(index, weight, level=level, span=(low, high), step=INDEX_STEP)
    return LayerFit(
        level=level,
        thickness_interval_m=_interval(
            d, weight, level=level, span=table.ranges.thickness_m, step=_BIN_M
        ),
        permittivity_interval=(by_index[0] ** 2, by_index[1] ** 2),
        path_excess_interval_m=_interval(
            excess, weight, level=level, span=(0.0, most), step=_BIN_M
        ),
        log_likelihood=log_likelihood,
        residual_db=residual_db,
        is_explained=is_explained,
    )


def _interval(
    value: np.ndarray, weight: np.ndarray, *, level: float, span: tuple[float, float], step: float
) -> tuple[float, float]:
    """Return the equal-tailed interval of weighted values, spread evenly within bins."""
    n_bins = max(1, round((span[1] - span[0]) / step))
    edges = np.linspace(*span, n_bins + 1)
    at = np.clip(((value - span[0]) / (span[1] - span[0]) * n_bins).astype(np.int64), 0, n_bins - 1)
    mass = np.bincount(at, weights=weight, minlength=n_bins)
    below = np.append(0.0, np.cumsum(mass)) / mass.sum()
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    rising = np.concatenate([[True], np.diff(below) > 0])
    ends = np.interp(tails, below[rising], edges[rising])
    return float(ends[0]), float(ends[1])
