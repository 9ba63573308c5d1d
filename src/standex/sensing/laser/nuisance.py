"""What may be in a spectrum without meaning anything: smooth light, substrate, its axis error."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float
from scipy.interpolate import BSpline

from standex.sensing.laser.axis_grid import GridLibrary

SubstrateTerms = Literal[1, 2, 3]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nuisance:
    """Columns that are fitted beside every entry and never scored.

    Attributes:
        columns: one a nuisance; those that light the detector come first.
        n_bright: how many of them do (splines and substrates); the rest are their errors, small
            against them, and add no shot noise worth counting.
        n_splines: how many of the first are the smooth background.
    """

    columns: Float[np.ndarray, "channels nuisances"]
    n_bright: int
    n_splines: int


def nuisance_of(
    axis_per_cm: Float[np.ndarray, " channels"],
    *,
    substrates: GridLibrary | None = None,
    n_splines: int = 14,
    substrate_terms: SubstrateTerms | None = None,
    learnt: Float[np.ndarray, "directions channels"] | None = None,
) -> Nuisance:
    """Return cubic splines over the axis, substrates with their axis errors, learnt directions.

    A substrate is always there and strong, so a shift of its lines by a tenth of their width is
    enough to look like something else; its shift and width derivatives are therefore fitted too.

    Args:
        axis_per_cm: of the channels, strictly monotone.
        substrates: spectra of what residues lie on, on the same axis.
        n_splines: cubic B-splines on equally spaced knots, at least 4.
        substrate_terms: 1: the spectrum only; 2: and its shift; 3: and its width. Default: 1 where
            the substrates' grid has no axis error, else 3; each takes a little power.
        learnt: directions seen in the same scene (``scene_background``), in counts.

    Raises:
        ValueError: too few splines, a grid of other channels, or more columns than half the
            channels.
    """
    if n_splines < 4:
        raise ValueError(f"n_splines must be at least 4, got {n_splines}")
    if substrates is not None and not np.array_equal(substrates.axis_per_cm, axis_per_cm):
        raise ValueError("substrates are on another axis than the library")
    low, high = float(axis_per_cm.min()), float(axis_per_cm.max())
    knots = np.r_[[low] * 3, np.linspace(low, high, n_splines - 2), [high] * 3]
    parts = [BSpline.design_matrix(axis_per_cm, knots, 3).toarray()]
    n_bright = n_splines
    if substrates is not None:
        parts.append(substrates.spectrum.T)
        n_bright += len(substrates.names)
        if substrate_terms is None:
            substrate_terms = 3 if substrates.axis_sigma_per_cm > 0 else 1
        derivatives = (substrates.shift_derivative, substrates.width_derivative)
        parts += [derivative.T for derivative in derivatives[: substrate_terms - 1]]
    if learnt is not None:
        parts.append(learnt.T)
    columns = np.concatenate(parts, axis=1)
    if 2 * columns.shape[1] > len(axis_per_cm):
        raise ValueError(
            f"{columns.shape[1]} nuisances are too many for {len(axis_per_cm)} channels: at most "
            f"{len(axis_per_cm) // 2}"
        )
    return Nuisance(columns=columns, n_bright=n_bright, n_splines=n_splines)


def orthonormal(
    columns: Float[np.ndarray, "channels nuisances"], *, relative: float = 1e-7
) -> Float[np.ndarray, "channels rank"]:
    """Return an orthonormal basis of the columns in their order; what adds nothing is left out.

    Gram-Schmidt, each column reduced twice by those before it: unlike a pivoted QR it keeps the
    order, so the first columns of the basis span the first columns given.

    Args:
        columns: any real ones, finite.
        relative: a column of which less than this is left adds nothing.
    """
    scale = np.linalg.norm(columns, axis=0)
    basis = np.empty_like(columns)
    rank = 0
    for column, size in zip(columns.T, scale, strict=True):
        if not size > 0:
            continue
        rest = column / size
        for _ in range(2):
            rest = rest - basis[:, :rank] @ (basis[:, :rank].T @ rest)
        left = float(np.linalg.norm(rest))
        if left > relative:
            basis[:, rank] = rest / left
            rank += 1
    return np.ascontiguousarray(basis[:, :rank])
