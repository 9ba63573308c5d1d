"""What rates mean for those who answer the alarms: at a stated prior, flow and staff."""

from dataclasses import dataclass

from scipy.stats import chi2, poisson

from standex.evaluation.rates import Rate, rate

# Targets of alarm management, as quoted of EEMUA Publication 191.
STEADY_PER_10_MIN = 1.0
FLOOD_PER_10_MIN = 10
PEAK_PER_MIN = 2
SOURCE = (
    "EEMUA Publication 191, as quoted; ISA-18.2-2016 and IEC 62682 leave the figure to the site"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PerHour:
    """A count over some hours, with the exact two-sided Poisson interval.

    Attributes:
        name: of what.
        k: how often.
        hours: watched.
        low: lower end, per hour.
        high: upper end.
    """

    name: str
    k: int
    hours: float
    low: float
    high: float

    @property
    def value(self) -> float:
        """Return k per hour."""
        return self.k / self.hours


def per_hour(name: str, k: int, hours: float, *, level: float = 0.95) -> PerHour:
    """Return a count per hour.

    Raises:
        ValueError: the count is negative, or no time was watched.

    References:
        Garwood, Biometrika 28 (1936) 437.
    """
    if k < 0 or not hours > 0:
        raise ValueError(f"{name}: k must be >= 0 and hours > 0, got {k}, {hours}")
    tail = (1 - level) / 2
    low = float(chi2.ppf(tail, 2 * k)) / 2 if k else 0.0
    high = float(chi2.ppf(1 - tail, 2 * (k + 1))) / 2
    return PerHour(name=name, k=k, hours=hours, low=low / hours, high=high / hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A figure that follows from two rates; the interval holds where both of theirs do.

    Attributes:
        value: at the rates as counted.
        low: lower end.
        high: upper end.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLoad:
    """What staff would have to answer.

    Attributes:
        prior: P(a person carries a threat), stated.
        people_per_hour: stated or counted.
        operators: who answer.
        ppv: P(a threat is carried | alarm).
        alarms_per_hour: expected.
        alarms_per_operator_hour: expected.
        p_flood: P(more than ten alarms in ten minutes for one operator), alarms at random.
        p_peak: P(more than two alarms in a minute for one operator), alarms at random.
        meets_steady: whether even the upper end is at most one alarm in ten minutes and operator.
    """

    prior: float
    people_per_hour: float
    operators: int
    ppv: Expected
    alarms_per_hour: Expected
    alarms_per_operator_hour: Expected
    p_flood: Expected
    p_peak: Expected
    meets_steady: bool


def ppv(pd: Rate, pfa: Rate, prior: float) -> Expected:
    """Return P(a threat is carried | alarm) at a prior, by Bayes' rule.

    The rates of the exercise are taken as they are: its people carry benign things more often or
    less often than those of a real place. The ends come of the ends of both rates, each at half
    the error, so that together they hold with 95 %.

    Raises:
        ValueError: the prior is outside 0..1.
    """
    if not 0 <= prior <= 1:
        raise ValueError(f"a prior must be inside 0..1, got {prior}")
    pd, pfa = _surer(pd), _surer(pfa)

    def of(detected: float, false: float) -> float:
        alarms = prior * detected + (1 - prior) * false
        return prior * detected / alarms if alarms > 0 else float("nan")

    low = of(pd.low, pfa.high)
    high = of(pd.high, pfa.low)
    return Expected(value=of(pd.value, pfa.value), low=low, high=high)


def alarm_load(
    pd: Rate, pfa: Rate, *, prior: float, people_per_hour: float, operators: int
) -> AlarmLoad:
    """Return what staff would have to answer at a stated prior and flow.

    Args:
        pd: detection per passage.
        pfa: false alarms per passage.
        prior: P(a person carries a threat).
        people_per_hour: who pass.
        operators: who answer; alarms are shared evenly.

    Raises:
        ValueError: the prior is outside 0..1, or nobody passes or answers.
    """
    if not people_per_hour >= 0 or operators < 1:
        raise ValueError(
            f"people_per_hour must be >= 0 and operators >= 1, got {people_per_hour}, {operators}"
        )
    found = ppv(pd, pfa, prior)
    surer_pd, surer_pfa = _surer(pd), _surer(pfa)

    def alarms(detected: float, false: float) -> float:
        return people_per_hour * (prior * detected + (1 - prior) * false)

    hourly = Expected(
        value=alarms(pd.value, pfa.value),
        low=alarms(surer_pd.low, surer_pfa.low),
        high=alarms(surer_pd.high, surer_pfa.high),
    )
    each = Expected(
        value=hourly.value / operators, low=hourly.low / operators, high=hourly.high / operators
    )
    return AlarmLoad(
        prior=prior,
        people_per_hour=people_per_hour,
        operators=operators,
        ppv=found,
        alarms_per_hour=hourly,
        alarms_per_operator_hour=each,
        p_flood=_exceeding(each, FLOOD_PER_10_MIN, minutes=10),
        p_peak=_exceeding(each, PEAK_PER_MIN, minutes=1),
        meets_steady=each.high / 6 <= STEADY_PER_10_MIN,
    )


def _exceeding(hourly: Expected, limit: int, *, minutes: int) -> Expected:
    """Return P(more than the limit in so many minutes)."""
    value, low, high = (
        float(poisson.sf(limit, one * minutes / 60)) if one >= 0 else float("nan")
        for one in (hourly.value, hourly.low, hourly.high)
    )
    return Expected(value=value, low=low, high=high)


def _surer(one: Rate) -> Rate:
    return rate(one.name, one.k, one.n, level=(1 + one.level) / 2)
