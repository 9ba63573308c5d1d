"""Path excess, place by place: by how much later the body's echo comes than around it.

A layer of thickness d and refractive index n delays what is behind it: the body seems deeper by
d (n - 1), whatever gap of air is above or below the layer, so of all that a look measures of a
layer it is the most robust. It is the optical thickness that the layer has more than air.

Of each place the strongest echo about the body surface is taken for the body's. The surface that it
is held against is predicted from the surroundings alone, places that stand out left out, and is
surer the nearer they are (a Gaussian process). Where the body's echo is too faint beside what is
before it (metal, water), the body is hidden and nothing is measured; a layer too thin to part its
face from the body (below some 15 mm) draws the echo towards its face, and its excess comes out too
small.

References:
    Kuznetsov et al., US 8,159,534 and US 9,304,190 (path excess from the body's echo).
    Rasmussen, Williams, Gaussian Processes for Machine Learning, 2006, chapter 2.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.linalg import cho_solve, solve_triangular
from scipy.ndimage import binary_dilation, uniform_filter

from standex.model.observation import PathExcess
from standex.sensing.microwave.panel_profile import (
    ACROSS_M,
    HEIGHT_M,
    OFF_M,
    Profile,
    in_zones,
    is_lit,
    patches,
    trunk_top_m,
)

FROM_M, TO_M = -0.015, 0.060  # off the first surface: where the body's echo is looked for
PLACES = 5  # across and up, of which one value is the mean: what the panels resolve
LEAST_SHARE = 0.25  # of the strongest echo of the place: fainter ones are sidelobes
# By how much deeper a body seems in the image of wide panels than its path excess. A pair at an
# angle sees more of a layer: 1.0 straight ahead, 1.25 for the mean pair of a gate whose two sides
# stand 40 degrees off the way. The image adds them up; on simulated people it showed 1.07 to 1.22.
SEEMING, SEEMING_SHARE = 1.15, 0.10  # the latter as a standard deviation, share of the excess
ECHO_SIGMA_M = 0.0015  # of the place of a mean of echoes, at least; a worse image scatters more
BODY_SIGMA_M, BODY_LENGTH_M = 0.006, 0.11  # what the first surface leaves of a body's shape
# Where an object hides it, the first surface leans towards the object, more where the surroundings
# end soon. Reference objects on simulated people: on the chest 0.9 and 1.05 of the true excess,
# at the waist 0.7 to 1.0 (four of seven), less than half (one), or nothing that stood out (two).
LEANS_M = 0.006
STANDS_OUT = 3.0  # standard deviations from where a place is no part of the surroundings
EDGE = 2  # places around such ones, into which the mean smears them
EVERY = 5  # of the places along each diagonal bears the prediction: neighbours are one echo
ROUNDS = 5


def excess_of(profile: Profile) -> PathExcess:
    """Return the path excess at normal incidence of each place on the sheet of a closed look.

    Places in a shadow or outside of the zones, and those with no echo of a body, hold none. Rows go
    up and columns across, as in ``Patch``, columns in the order of the sheet.

    Args:
        profile: about the finest surface that there is.
    """
    # Running sums may leave tiny negative powers.
    echo = np.maximum(uniform_filter(profile.power, size=(1, PLACES, PLACES), mode="nearest"), 0.0)
    lit = is_lit(patches(profile), top_m=trunk_top_m(profile)) & in_zones(profile)[None, :]
    seems_m = np.where(lit, _body_echo_m(echo), np.nan)
    known = np.isfinite(seems_m)
    if not known.any():
        return PathExcess(excess_m=seems_m.T, sigma_m=seems_m.T.copy())
    around = _surroundings(np.nan_to_num(seems_m), known, lit)
    excess_m = (seems_m - around.body_m) / SEEMING
    leans_m = np.where(around.is_hidden, LEANS_M, 0.0)
    sigma_m = np.sqrt(
        (around.echo_sigma_m**2 + around.spread_m**2 + leans_m**2) / SEEMING**2
        + (SEEMING_SHARE * excess_m) ** 2
    )
    return PathExcess(excess_m=excess_m.T, sigma_m=sigma_m.T)


def _body_echo_m(echo: Float[np.ndarray, "off across up"]) -> Float[np.ndarray, "across up"]:
    """Return where off the first surface the body's echo is; NaN where there is none.

    Between the depths of the sheet a parabola in decibels goes through the peak.
    """
    rows = np.flatnonzero((OFF_M > FROM_M - 1e-6) & (OFF_M < TO_M + 1e-6))
    near = echo[rows]
    best = near.argmax(axis=0)
    is_peak = (best > 0) & (best < len(rows) - 1)
    best = np.clip(best, 1, len(rows) - 2)
    before, here, after = (
        np.log(np.take_along_axis(near, (best + step)[None], axis=0)[0] + 1e-30)
        for step in (-1, 0, 1)
    )
    is_strong = np.exp(here) >= LEAST_SHARE * echo.max(axis=0)
    bend = before - 2 * here + after
    shift = np.where(bend < -1e-9, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0.0)
    step_m = float(OFF_M[1] - OFF_M[0])
    place_m = OFF_M[rows][best] + np.clip(shift, -0.5, 0.5) * step_m
    return np.where(is_peak & is_strong, place_m, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Surroundings:
    """What the places around each place say of the body there.

    Attributes:
        body_m: off the first surface.
        spread_m: standard deviation of it.
        is_hidden: whether the place itself, or one beside it, bears nothing of it.
        echo_sigma_m: how much the echoes scatter about it.
    """

    body_m: Float[np.ndarray, "across up"]
    spread_m: Float[np.ndarray, "across up"]
    is_hidden: Bool[np.ndarray, "across up"]
    echo_sigma_m: float


def _surroundings(
    seems_m: Float[np.ndarray, "across up"],
    known: Bool[np.ndarray, "across up"],
    lit: Bool[np.ndarray, "across up"],
) -> _Surroundings:
    """Return the body that most places agree on; those that stand out are left out."""
    middle_m = float(np.median(seems_m[known]))
    bears = known & (np.abs(seems_m - middle_m) < STANDS_OUT * BODY_SIGMA_M / 2)
    sigma_m = ECHO_SIGMA_M
    for _ in range(ROUNDS):
        is_hidden = _with_edge(known, lit, bears)
        body_m = _Fit.of(~is_hidden, echo_sigma_m=sigma_m).through(seems_m)
        off_m = np.abs(seems_m - body_m)
        # The median of the size of a normal deviate is 0.67 standard deviations.
        sigma_m = max(ECHO_SIGMA_M, float(np.median(off_m[known])) / 0.67)
        bears = known & (off_m < STANDS_OUT * sigma_m)
    is_hidden = _with_edge(known, lit, bears)
    fit = _Fit.of(~is_hidden, echo_sigma_m=sigma_m)
    return _Surroundings(
        body_m=fit.through(seems_m),
        spread_m=fit.spread_m(),
        is_hidden=is_hidden,
        echo_sigma_m=sigma_m,
    )


def _with_edge(
    known: Bool[np.ndarray, "across up"],
    lit: Bool[np.ndarray, "across up"],
    bears: Bool[np.ndarray, "across up"],
) -> Bool[np.ndarray, "across up"]:
    return ~known | binary_dilation(lit & ~bears, iterations=EDGE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Fit:
    """A smooth body through some of the places that may bear it.

    Attributes:
        rows: those of ``_bearing()`` that do.
        factor: of the covariance of their echoes.
        between: covariance of every place with them.
    """

    rows: Bool[np.ndarray, " n"]
    factor: Float[np.ndarray, "k k"]
    between: Float[np.ndarray, "places k"]

    @classmethod
    def of(cls, used: Bool[np.ndarray, "across up"], *, echo_sigma_m: float) -> "_Fit":
        """Return the fit for places that are used and echoes that scatter by so much."""
        places, alike = _bearing()
        rows = used.ravel()[places]
        between = alike[:, rows]
        own = between[places[rows]] + echo_sigma_m**2 * np.eye(int(rows.sum()))
        return cls(rows=rows, factor=np.linalg.cholesky(own), between=between)

    def through(self, seems_m: Float[np.ndarray, "across up"]) -> Float[np.ndarray, "across up"]:
        """Return the body through echoes."""
        places, _ = _bearing()
        weight = cho_solve((self.factor, True), seems_m.ravel()[places[self.rows]])
        return (self.between @ weight).reshape(seems_m.shape)

    def spread_m(self) -> Float[np.ndarray, "across up"]:
        """Return the standard deviation of the body everywhere."""
        told = solve_triangular(self.factor, self.between.T, lower=True)
        left = BODY_SIGMA_M**2 - np.sum(told**2, axis=0)
        return np.sqrt(np.maximum(left, 0.0)).reshape(len(ACROSS_M), len(HEIGHT_M))


@lru_cache(maxsize=1)
def _bearing() -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, "places n"]]:
    """Return the places that may bear a body, and how alike the body is there and everywhere."""
    across, up = np.meshgrid(ACROSS_M, HEIGHT_M, indexing="ij")
    diagonal = np.add.outer(np.arange(len(ACROSS_M)), np.arange(len(HEIGHT_M)))
    places = np.flatnonzero(diagonal.ravel() % EVERY == 0)
    at = np.column_stack([across.ravel(), up.ravel()])
    apart2 = np.sum((at[:, None] - at[places][None]) ** 2, axis=-1)
    return places, BODY_SIGMA_M**2 * np.exp(-0.5 * apart2 / BODY_LENGTH_M**2)
