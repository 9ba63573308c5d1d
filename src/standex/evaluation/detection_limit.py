"""Limit of detection with its confidence, and detection rates by range and loading."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.optimize import OptimizeResult, brentq, minimize
from scipy.special import log_ndtr, ndtri
from scipy.stats import nct, norm, t

from standex.evaluation.rates import Rate, rate
from standex.model.errors import StandexError

LEAST_REPLICATES = 10  # of each level, as ASTM E2677 wants
LEAST_LEVELS = 3  # the blank among them
N_PARAMETERS = 4
BIAS = 1.1  # of the signed root of the likelihood ratio, times sqrt(n): found by simulation
LOG_SCATTER = ((-20.0, 3.0), (-20.0, 3.0))  # of a blank and of the highest mass, bounds
FARTHEST = 50.0  # times the highest mass: beyond it the upper limit is said to be unbounded


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionLimit:
    """Lowest mass that one measurement detects with the stated probability.

    Masses are in the unit of the data, responses too.

    Attributes:
        probability: of detection at the limit, and of no detection on a blank.
        confidence: of the critical value and of the upper limit.
        critical_value: response above which something is detected.
        critical_is_given: whether it was given, or is the upper tolerance limit of the blanks.
        mass: best estimate of the limit.
        mass_upper: upper confidence limit; infinite where the data set none.
        intercept: mean response to a blank.
        slope: mean response to a unit of mass.
        sigma_blank: standard deviation of a response to a blank.
        sigma_slope: by how much that grows with a unit of mass; negative where it shrinks.
        n_measurements: all.
        levels: PD of each level, PFA of the blanks, as counted at the critical value.
        notes: what to know before it is quoted.
    """

    probability: float
    confidence: float
    critical_value: float
    critical_is_given: bool
    mass: float
    mass_upper: float
    intercept: float
    slope: float
    sigma_blank: float
    sigma_slope: float
    n_measurements: int
    levels: tuple[Rate, ...]
    notes: tuple[str, ...]


def detection_limit(
    mass: Float[np.ndarray, " n"],
    response: Float[np.ndarray, " n"],
    *,
    probability: float = 0.9,
    confidence: float = 0.9,
    floor: float | None = None,
    critical_value: float | None = None,
) -> DetectionLimit:
    """Return the limit of detection after the definition of ASTM E2677: by default LOD90.

    The lowest mass for which, with 90 % confidence, one measurement has a true probability of
    detection of at least 90 % while a process blank has one of no detection of at least 90 %.

    The critical value is the upper limit of the blanks that holds the wanted share of them with
    the wanted confidence: of a normal distribution, or by order statistics where blanks lie at the
    floor (then 22 of them are needed for 90 % and 90 %). Responses to a mass m are normal with
    mean a + b m and standard deviation s0 + s1 m, censored at the floor of the instrument, so that
    zeros count as "at most zero"; fitted together by restricted maximum likelihood, which does not
    make scatters too small. The estimate solves

        P(response > critical) = p:   m = (critical - a + z s0) / (b - z s1),  z = Phi^-1(p).

    Its upper limit is one-sided, by the restricted profile likelihood at the given critical value;
    ``BIAS`` widens it for few replicates, without which 90 % were 87 % with 5 levels of 12.

    This is not the calculator of NIST: it follows the definition and model of the standard and
    states its own arithmetic. Responses must be near normal on a scale where the mean grows
    linearly over the levels (a logarithm of counts often is not).

    Args:
        mass: of each measurement, 0 for process blanks.
        response: of each, larger for more.
        probability: inside (0.5, 1).
        confidence: inside (0.5, 1).
        floor: lowest response that the instrument gives, or None where it has none.
        critical_value: alarm threshold of the instrument, where it is fixed.

    Raises:
        ValueError: a probability is outside its range.
        StandexError: too few levels or replicates, no blanks, levels that do not bracket the
            limit, or a scatter that grows as fast as the response.

    References:
        ASTM E2677-20, Standard Test Method for Estimating Limits of Detection in Trace Detectors
        for Explosives and Drugs of Interest.
        Rukhin, Samarov, Chemometrics and Intelligent Laboratory Systems 105 (2011) 188.
    """
    for name, value in (("probability", probability), ("confidence", confidence)):
        if not 0.5 < value < 1:
            raise ValueError(f"{name} must be inside (0.5, 1), got {value}")
    _refuse(mass, response)
    blanks = response[mass == 0]
    critical = critical_value
    if critical is None:
        critical = upper_tolerance(
            blanks, probability=probability, confidence=confidence, floor=floor
        )
    highest = float(mass.max())
    top = response[mass == highest]
    if not float(np.median(top)) > critical:
        raise StandexError(
            f"the levels do not bracket the limit: half of the {len(top)} responses at the highest "
            f"level, {highest:g}, are not above the critical value {critical:.4g}; add a higher one"
        )
    model = _Model.of(mass, response, floor=floor, critical=critical, probability=probability)
    found = model.fit()
    a, b, s0, s1 = model.in_units(found.x)
    z = float(ndtri(probability))
    if not b > z * s1 or not b > 0:
        raise StandexError(
            f"no mass is detected with {100 * probability:.0f} %: the scatter grows by {s1:.3g} a "
            f"unit and the response by {b:.3g}; improve the repeatability"
        )
    limit = max((critical - a + z * s0) / (b - z * s1), 0.0)
    if limit > highest:
        raise StandexError(
            f"the levels do not bracket the limit: it would be {limit:.3g}, above the highest "
            f"level {highest:g}; add a higher one"
        )
    upper = model.upper_limit(found, limit / highest, confidence=confidence) * highest
    return DetectionLimit(
        probability=probability,
        confidence=confidence,
        critical_value=critical,
        critical_is_given=critical_value is not None,
        mass=limit,
        mass_upper=upper,
        intercept=a,
        slope=b,
        sigma_blank=s0,
        sigma_slope=s1,
        n_measurements=len(mass),
        levels=_levels(mass, response, critical, confidence),
        notes=_notes(mass, response, limit=limit, upper=upper, line=(a, b, s0, s1), floor=floor),
    )


def upper_tolerance(
    blanks: Float[np.ndarray, " n"],
    *,
    probability: float = 0.9,
    confidence: float = 0.9,
    floor: float | None = None,
) -> float:
    """Return the value that holds that share of all blanks from above, with that confidence.

    Args:
        blanks: responses, normal; or any where some lie at the floor.
        probability: share of blanks at or below it.
        confidence: that this is so.
        floor: lowest response that the instrument gives, or None.

    Raises:
        StandexError: all blanks are alike, or they are too few for order statistics.

    References:
        Hahn, Meeker, Statistical Intervals, Wiley 1991, chapters 4 and 5.
    """
    n = len(blanks)
    at_floor = 0 if floor is None else int(np.sum(blanks <= floor))
    if not at_floor:
        sigma = float(blanks.std(ddof=1)) if n > 1 else 0.0
        if not sigma > 0:
            raise StandexError(
                f"all {n} blanks have the same response; give the floor of the instrument, or "
                "record more digits"
            )
        k = float(nct.ppf(confidence, n - 1, ndtri(probability) * np.sqrt(n))) / np.sqrt(n)
        return float(blanks.mean()) + k * sigma
    needed = int(np.ceil(np.log(1 - confidence) / np.log(probability)))
    if n < needed:
        raise StandexError(
            f"{at_floor} of {n} blanks lie at the floor of the instrument: without a distribution "
            f"{needed} blanks are needed for {100 * probability:.0f} % at {100 * confidence:.0f} % "
            "confidence"
        )
    return float(blanks.max())


def detection_rates(
    is_detected: Bool[np.ndarray, " n"],
    mass: Float[np.ndarray, " n"],
    *,
    range_m: Float[np.ndarray, " n"] | None = None,
    level: float = 0.95,
) -> tuple[Rate, ...]:
    """Return PFA of the blanks and PD of every loading, by range where it is given.

    Args:
        is_detected: of each measurement.
        mass: or loading of each; 0 for blanks.
        range_m: of each.
        level: of the Clopper-Pearson intervals.
    """
    at_m = np.zeros(len(mass)) if range_m is None else range_m
    rates: list[Rate] = []
    for distance_m in np.unique(at_m):
        for loading in np.unique(mass[at_m == distance_m]):
            rows = (at_m == distance_m) & (mass == loading)
            what = f"PD at {loading:g}" if loading else "PFA of blanks"
            where = "" if range_m is None else f", {distance_m:g} m"
            rates.append(
                rate(f"{what}{where}", int(is_detected[rows].sum()), int(rows.sum()), level=level)
            )
    return tuple(rates)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """The likelihood, masses in units of the highest and responses of the largest scatter.

    Parameters are intercept, slope and the logarithms of the scatter of a blank and of the highest
    mass; under a fixed limit the intercept follows from the others.
    """

    mass: np.ndarray
    response: np.ndarray
    censored: np.ndarray
    highest: float
    unit: float
    zero: float
    critical: float
    z: float

    @classmethod
    def of(
        cls,
        mass: np.ndarray,
        response: np.ndarray,
        *,
        floor: float | None,
        critical: float,
        probability: float,
    ) -> "_Model":
        unit = max(float(np.ptp(response)), 1e-300)
        zero = float(response.min())
        return cls(
            mass=mass / mass.max(),
            response=(response - zero) / unit,
            censored=np.zeros(len(mass), dtype=bool) if floor is None else response <= floor,
            highest=float(mass.max()),
            unit=unit,
            zero=zero,
            critical=(critical - zero) / unit,
            z=float(ndtri(probability)),
        )

    def in_units(self, x: np.ndarray) -> tuple[float, float, float, float]:
        """Return intercept, slope, scatter of a blank and its growth in the units of the data."""
        per_mass = self.unit / self.highest
        s0, s_top = np.exp(x[2:])
        return (
            float(x[0]) * self.unit + self.zero,
            float(x[1]) * per_mass,
            float(s0) * self.unit,
            float(s_top - s0) * per_mass,
        )

    def cost(self, x: np.ndarray) -> float:
        """Return minus the log-likelihood, restricted: scatters are not estimated too small."""
        mean = x[0] + x[1] * self.mass
        s0, s_top = np.exp(x[2:])
        sigma = s0 + (s_top - s0) * self.mass
        u = (self.response - mean) / sigma
        seen = -0.5 * u**2 - np.log(sigma)
        weight = 1 / sigma**2
        first, second = float(weight @ self.mass), float(weight @ self.mass**2)
        information = float(weight.sum()) * second - first**2
        restricted = 0.5 * np.log(max(information, 1e-300))
        return float(restricted) - float(np.sum(np.where(self.censored, log_ndtr(u), seen)))

    def start(self) -> np.ndarray:
        slope, intercept = np.polyfit(self.mass, self.response, 1)
        own = self.response[self.mass == 0]
        top = self.response[self.mass == 1]
        least = 0.02 * float(np.std(self.response - intercept - slope * self.mass)) + 1e-6
        s0 = max(float(own.std()), least)
        s_top = max(float(top.std()), least)
        return np.array([intercept, max(slope, 0.0), np.log(s0), np.log(s_top)])

    def fit(self) -> OptimizeResult:
        return minimize(
            self.cost,
            self.start(),
            method="L-BFGS-B",
            bounds=((None, None), (0, None), *LOG_SCATTER),
        )

    def upper_limit(self, best: OptimizeResult, limit: float, *, confidence: float) -> float:
        """Return the upper limit of the mass, in units of the highest, or infinity."""
        n = len(self.mass)
        free = n - N_PARAMETERS
        t2 = (float(t.ppf(confidence, free)) + BIAS / np.sqrt(n)) ** 2
        threshold = 0.5 * n * float(np.log1p(t2 / free))
        least = float(best.fun)
        start = np.asarray(best.x)[1:]

        def excess(at: float) -> float:
            fixed = minimize(
                lambda x: self.cost(self._full(x, at)),
                start,
                method="L-BFGS-B",
                bounds=((0, None), *LOG_SCATTER),
            )
            return float(fixed.fun) - least - threshold

        low, high = limit, max(1.1 * limit, limit + 0.02)
        while excess(high) < 0:
            low, high = high, 1.3 * high
            if high > FARTHEST:
                return float("inf")
        # A search that ended early may have put the foot over the threshold already.
        return float(brentq(excess, low, high, xtol=1e-4 * high)) if excess(low) < 0 else low

    def _full(self, x: np.ndarray, at: float) -> np.ndarray:
        """Return all parameters when the limit is fixed."""
        s0, s_top = np.exp(x[1:])
        intercept = self.critical - x[0] * at + self.z * max(s0 + (s_top - s0) * at, 0.0)
        return np.array([intercept, *x])


def _refuse(mass: np.ndarray, response: np.ndarray) -> None:
    if not (np.isfinite(mass).all() and np.isfinite(response).all()) or np.any(mass < 0):
        raise StandexError("masses and responses must be finite, and masses not negative")
    masses, counts = np.unique(mass, return_counts=True)
    if not len(masses) or masses[0] != 0:
        raise StandexError("there are no process blanks (mass 0): measure at least 10")
    if len(masses) < LEAST_LEVELS:
        raise StandexError(
            f"{len(masses)} levels, at least {LEAST_LEVELS} are needed: blanks and two masses"
        )
    few = [f"{m:g} ({k})" for m, k in zip(masses, counts, strict=True) if k < LEAST_REPLICATES]
    if few:
        raise StandexError(
            f"too few replicates at {', '.join(few)}: at least {LEAST_REPLICATES} of each level"
        )


def _levels(
    mass: np.ndarray, response: np.ndarray, critical: float, confidence: float
) -> tuple[Rate, ...]:
    return detection_rates(response > critical, mass, level=confidence)


def _notes(
    mass: np.ndarray,
    response: np.ndarray,
    *,
    limit: float,
    upper: float,
    line: tuple[float, float, float, float],
    floor: float | None,
) -> tuple[str, ...]:
    a, b, s0, s1 = line
    masses = np.unique(mass)
    notes: list[str] = []
    if limit < masses[1]:
        notes.append(
            f"the limit lies below the lowest mass {masses[1]:g}: it rests on the line from the "
            "blanks; add a lower level"
        )
    if not np.isfinite(upper):
        notes.append("the data set no upper limit: add replicates or a higher level")
    elif upper > masses[-1]:
        notes.append(f"the upper limit lies beyond the highest level {masses[-1]:g}")
    if floor is None or not np.any(response <= floor):
        # Means of the levels about the line, in their own standard errors.
        off = [
            (float(own.mean()) - a - b * m) / (s0 + s1 * m) * np.sqrt(len(own))
            for m, own in ((m, response[mass == m]) for m in masses)
        ]
        worst = max(off, key=abs)
        if abs(worst) > float(norm.ppf(1 - 0.005 / len(off))):
            notes.append(
                f"the responses do not lie on a line (level {masses[off.index(worst)]:g} is "
                f"{worst:+.1f} standard errors off): leave out levels far from the limit"
            )
    return tuple(notes)
