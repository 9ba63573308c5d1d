"""Is a substance's peak in an ion-mobility spectrum: a joint fit, a signed z per substance.

One weighted least-squares fit of everything that may be there without it (background, the
spectrum of clean air and its stretching, the reactant ion used up) and the substance's peak. The
peak may lie a little beside where the library says: its derivative is fitted along, so that an
error of the axis is no evidence.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

RIDGE = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeakLibrary:
    """Substances by their reduced mobility; names and classes are the site's.

    Attributes:
        names: of the substances.
        item_class: of each.
        k0_cm2_per_vs: reduced mobility of the ion of each.
        k0_std: standard deviation of each, share of it.
    """

    names: tuple[str, ...]
    item_class: tuple[str, ...]
    k0_cm2_per_vs: Float[np.ndarray, " m"]
    k0_std: Float[np.ndarray, " m"]

    def __post_init__(self) -> None:
        n = len(self.names)
        if not n or len(set(self.names)) != n or len(self.item_class) != n:
            raise ValueError(f"{n} substances need as many names and classes, each name once")
        if not np.all((self.k0_cm2_per_vs > 0.2) & (self.k0_cm2_per_vs < 5)):
            raise ValueError(f"k0 must be inside (0.2, 5) cm2/Vs, got {self.k0_cm2_per_vs}")
        if not np.all((self.k0_std >= 0) & (self.k0_std < 0.2)):
            raise ValueError(f"k0_std must be inside [0, 0.2), got {self.k0_std}")

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the item classes that occur, each once, in alphabetical order."""
        return tuple(sorted(set(self.item_class)))


def peaks(
    relative_time: Float[np.ndarray, " k"],
    library: PeakLibrary,
    *,
    reactant_k0_cm2_per_vs: float,
    relative_width: float,
    axis_std: float,
) -> tuple[Float[np.ndarray, "k m"], Float[np.ndarray, "k m"]]:
    """Return each substance's peak of height 1, and its derivative for an error of the axis.

    In drift times relative to the reactant ion's, temperature, pressure and field are gone: the
    peak lies at K0(reactant ion) / K0. Its width grows with the root of its drift time, as
    diffusion has it, and is that of the peak averaged over where it may lie: by the uncertainty of
    its mobility and of the axis. The derivative is for a shift by one width.

    Args:
        relative_time: drift time over the reactant ion's.
        library: of substances.
        reactant_k0_cm2_per_vs: reduced mobility of the reactant ion.
        relative_width: standard deviation of the reactant ion's peak over its drift time.
        axis_std: standard deviation of the reactant ion's place over its drift time.

    References:
        Revercomb, Mason, Analytical Chemistry 47 (1975) 970 (diffusion-limited width).
    """
    at = reactant_k0_cm2_per_vs / library.k0_cm2_per_vs
    width = np.sqrt(relative_width**2 * at + at**2 * (library.k0_std**2 + axis_std**2))
    u = (relative_time[:, None] - at[None, :]) / width[None, :]
    shape = np.exp(-0.5 * u**2)
    return shape, u * shape


def background(n_samples: int, n_knots: int) -> Float[np.ndarray, "k p"]:
    """Return smooth functions over the axis: cubic, bell-shaped, sums of which are as smooth."""
    place = np.linspace(0, n_knots - 1, n_samples)[:, None]
    u = np.abs(place - np.arange(-1, n_knots + 1)[None, :])
    # The cubic B-spline, in units of the distance between knots.
    near = 2 / 3 - u**2 + u**3 / 2
    far = np.maximum(2 - u, 0) ** 3 / 6
    return np.where(u < 1, near, far)


def clean_air_columns(
    relative_time: Float[np.ndarray, " k"],
    clean: Float[np.ndarray, " k"],
    *,
    relative_width: float,
    n_knots: int,
) -> Float[np.ndarray, "k p"]:
    """Return what a spectrum without any substance may be made of.

    Its smooth background; the spectrum of clean air, and how that changes when the axis is
    stretched; the reactant ion by itself, which any substance uses up, and its shift.
    """
    stretch = np.gradient(clean, relative_time) * relative_time * relative_width
    ion = np.exp(-0.5 * ((relative_time - 1) / (2 * relative_width)) ** 2)
    at_ion = clean * ion
    return np.concatenate(
        [
            background(len(clean), n_knots),
            np.stack([clean, stretch, at_ion, stretch * ion], axis=1),
        ],
        axis=1,
    )


def joint_z(
    spectra: Float[np.ndarray, "n k"],
    variance: Float[np.ndarray, " k"],
    *,
    nuisance: Float[np.ndarray, "k p"],
    target: Float[np.ndarray, "k m"],
    target_shift: Float[np.ndarray, "k m"],
) -> tuple[Float[np.ndarray, "n m"], Float[np.ndarray, " m"]]:
    """Return z of each target in each spectrum, and the root of its information.

    Weighted least squares of {nuisance, shift of the target, target}, one target at a time. What is
    left of the target beside the others is w, and z = w'y / |w| with y the weighted spectrum: the
    amplitude over its standard deviation, standard normal without the target, for noise that is
    independent from sample to sample with that variance.

    Args:
        spectra: one a row.
        variance: of a sample, by drift time.
        nuisance: what may be there without any target.
        target: of unit amplitude.
        target_shift: its derivative; a column of zeros leaves it out.

    Raises:
        ValueError: a variance is not positive.

    References:
        Scharf, Friedlander, IEEE Trans. Signal Processing 42 (1994) 2146 (matched subspaces).
    """
    if not np.all((variance > 0) & (variance < np.inf)):
        raise ValueError(f"variance must be positive and finite, the least is {variance.min()}")
    weight = 1 / np.sqrt(variance)
    columns = nuisance * weight[:, None]
    norm = np.linalg.norm(columns, axis=0)
    columns = columns[:, norm > 0] / norm[norm > 0]
    # Columns that say nearly the same must not make a direction of rounding errors.
    left, size, _ = np.linalg.svd(columns, full_matrices=False)
    base = left[:, size > 1e-6 * size[0]]

    def beside(values: np.ndarray) -> np.ndarray:
        weighted = values * weight[:, None]
        return weighted - base @ (base.T @ weighted)

    alone, shift = beside(target), beside(target_shift)
    share = (alone * shift).sum(axis=0) / ((shift**2).sum(axis=0) + RIDGE)
    alone = alone - shift * share
    root = np.linalg.norm(alone, axis=0)
    product = (spectra * weight) @ alone
    # A target that the nuisance explains whole cannot be seen: it says nothing.
    can_be_seen = root > 1e-6 * np.linalg.norm(target * weight[:, None], axis=0)
    z = np.divide(product, root, out=np.zeros_like(product), where=can_be_seen & (root > 0))
    return z, np.where(can_be_seen, root, 0.0)
