"""Figures of a blind trial: each submission by itself, and two on the same passages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import ndtri
from scipy.stats import rankdata

from standex.evaluation.likelihood_cost import cllr
from standex.evaluation.paired import PairedTest, paired_test
from standex.evaluation.rates import Rate, rate
from standex.evaluation.roc import RocPoint, at_pfa, roc
from standex.evaluation.trial import Submission, TrialTruth

LEVEL = 0.95
LEAST_OF_EACH = 10  # passages of each kind, for an interval that rests on a normal distribution
DRAWS = 4000
_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The area under a ROC curve, with its interval; NaN where none can be had.

    P(a passage with a threat item scores above one without), ties counting half.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubmissionFigures:
    """How one submission did.

    Attributes:
        institute: whose.
        curve: detection against false alarms; empty where no scores came.
        area: under it; None where no scores came.
        at_pfa: the best point of the curve at no more false alarms than asked for, chosen with
            the truth in hand; None where no scores came.
        decided: PD, PFA, both by what was carried, as the laboratory decided; empty where no
            decisions came.
        not_screened: of all passages.
        cllr_bits: cost of the log-likelihood ratios, 1 says nothing; None where none came, or a
            passage was not screened.
    """

    institute: str
    curve: tuple[RocPoint, ...]
    area: Area | None
    at_pfa: RocPoint | None
    decided: tuple[Rate, ...]
    not_screened: Rate
    cllr_bits: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two submissions on the same passages.

    Attributes:
        first: institute.
        second: institute.
        area_difference: of the first's area over the second's; None without scores of both.
        area_p_value: that the areas are equal, two-sided; None likewise.
        detections: alarms on passages with a threat item; None without decisions of both.
        false_alarms: alarms on the others; None likewise.
        smallest_adjusted_p: the smallest of these p values after Holm's correction for all tests of
            the trial; None where nothing was tested.
    """

    first: str
    second: str
    area_difference: Area | None
    area_p_value: float | None
    detections: PairedTest | None
    false_alarms: PairedTest | None
    smallest_adjusted_p: float | None = None


def figures_of(
    truth: TrialTruth, submission: Submission, *, pfa_per_passage: float
) -> SubmissionFigures:
    """Return the figures of one submission.

    A threat passage that was not screened counts as missed; another one as no false alarm.

    Args:
        truth: opened.
        submission: of the same passages.
        pfa_per_passage: at which detection is stated.
    """
    is_threat = truth.is_threat
    n = len(is_threat)
    curve: tuple[RocPoint, ...] = ()
    area = point = cost = None
    if submission.score is not None:
        curve = roc(submission.score[is_threat], submission.score[~is_threat])
        area = area_under(submission.score, is_threat)
        point = at_pfa(curve, pfa_per_passage)
        if submission.is_llr and submission.is_screened.all():
            cost = cllr(submission.score, is_threat)
    return SubmissionFigures(
        institute=submission.institute,
        curve=curve,
        area=area,
        at_pfa=point,
        decided=() if submission.is_alarm is None else _decided(truth, submission.is_alarm),
        not_screened=rate(
            "not screened, of all passages", n - int(submission.is_screened.sum()), n, level=LEVEL
        ),
        cllr_bits=cost,
    )


def _decided(truth: TrialTruth, is_alarm: Bool[np.ndarray, " passages"]) -> tuple[Rate, ...]:
    is_threat = truth.is_threat
    carried = np.array(list(truth.item_class.values()))

    def of(name: str, group: np.ndarray) -> Rate:
        return rate(name, int(is_alarm[group].sum()), int(group.sum()), level=LEVEL)

    return (
        of("PD per passage, threat items", is_threat),
        of("PFA per passage, all others", ~is_threat),
        *(
            of(f"alarms per passage, {name}", carried == name)
            for name in truth.classes
            if (carried == name).any()
        ),
    )


def area_under(score: Float[np.ndarray, " n"], is_threat: Bool[np.ndarray, " n"]) -> Area:
    """Return the area under the ROC curve with DeLong's interval, made in the logit.

    Where all pairs are in order, or none, the variance is zero and says nothing, and with few
    passages its normal distribution does not hold: no interval then.

    References:
        DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988) 837.
    """
    value, part_threat, part_other = _placements(score, is_threat)
    variance = _variance(part_threat) + _variance(part_other)
    if not (0 < value < 1 and variance > 0 and _are_enough(is_threat)):
        return Area(value=value, low=np.nan, high=np.nan)
    middle = np.log(value / (1 - value))
    half = ndtri((1 + LEVEL) / 2) * np.sqrt(variance) / (value * (1 - value))
    low, high = (1 / (1 + np.exp(-(middle + sign * half))) for sign in (-1, 1))
    return Area(value=value, low=float(low), high=float(high))


def compare(
    truth: TrialTruth, first: Submission, second: Submission, *, rng: np.random.Generator
) -> Comparison:
    """Compare two submissions passage by passage.

    Areas by a permutation test: were both alike, it would not matter whose rank is whose in each
    passage. That holds for few passages too; the interval of the difference is DeLong's. Decisions
    by the exact McNemar test on the passages where the two differ. Passages are taken to be
    independent of one another. ``rng`` draws the permutations, and a bootstrap.

    References:
        Bandos, Rockette, Gur, Statistics in Medicine 24 (2005) 2873.
        DeLong, DeLong, Clarke-Pearson, Biometrics 44 (1988) 837.
        McNemar, Psychometrika 12 (1947) 153.
    """
    is_threat = truth.is_threat
    difference = p_value = None
    if first.score is not None and second.score is not None:
        difference, p_value = _area_difference(first.score, second.score, is_threat, rng)
    detections = false_alarms = None
    if first.is_alarm is not None and second.is_alarm is not None:
        a, b = first.is_alarm, second.is_alarm
        detections = paired_test("threat items detected", a[is_threat], b[is_threat], rng=rng)
        false_alarms = paired_test("false alarms", a[~is_threat], b[~is_threat], rng=rng)
    return Comparison(
        first=first.institute,
        second=second.institute,
        area_difference=difference,
        area_p_value=p_value,
        detections=detections,
        false_alarms=false_alarms,
    )


def compare_all(
    truth: TrialTruth, submissions: Sequence[Submission], *, rng: np.random.Generator
) -> tuple[Comparison, ...]:
    """Compare each two submissions, with p values corrected for how many tests that makes.

    References:
        Holm, Scandinavian Journal of Statistics 6 (1979) 65.
    """
    pairs = [
        compare(truth, first, second, rng=rng)
        for k, first in enumerate(submissions)
        for second in submissions[k + 1 :]
    ]
    tests = [(k, p) for k, pair in enumerate(pairs) for p in _p_values(pair)]
    adjusted = holm([p for _, p in tests])
    least: dict[int, float] = {}
    for (k, _), p in zip(tests, adjusted, strict=True):
        least[k] = min(p, least.get(k, 1.0))
    return tuple(replace(pair, smallest_adjusted_p=least.get(k)) for k, pair in enumerate(pairs))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values after Holm's step-down correction, in the order given."""
    order = np.argsort(p_values)
    adjusted = [0.0] * len(p_values)
    above = 0.0
    for rank, row in enumerate(order):
        above = max(above, min(1.0, (len(p_values) - rank) * float(p_values[row])))
        adjusted[row] = above
    return adjusted


def _p_values(pair: Comparison) -> list[float]:
    found = [pair.area_p_value]
    found += [one.p_value for one in (pair.detections, pair.false_alarms) if one is not None]
    return [p for p in found if p is not None]


def _placements(score: np.ndarray, is_threat: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the area, and the share of the other kind that each passage is in order with."""
    n_threat, n_other = int(is_threat.sum()), int((~is_threat).sum())
    if not n_threat or not n_other:
        raise ValueError(f"{n_threat} passages with a threat item, {n_other} without: both needed")
    among_all = rankdata(score)
    part_threat = (among_all[is_threat] - rankdata(score[is_threat])) / n_other
    part_other = 1 - (among_all[~is_threat] - rankdata(score[~is_threat])) / n_threat
    return float(part_threat.mean()), part_threat, part_other


def _variance(part: np.ndarray) -> float:
    return float(part.var(ddof=1) / len(part)) if len(part) > 1 else 0.0


def _area_difference(
    first: np.ndarray, second: np.ndarray, is_threat: np.ndarray, rng: np.random.Generator
) -> tuple[Area, float]:
    a, threat_a, other_a = _placements(first, is_threat)
    b, threat_b, other_b = _placements(second, is_threat)
    # The differences passage by passage carry the covariance of the two.
    variance = _variance(threat_a - threat_b) + _variance(other_a - other_b)
    low = high = np.nan
    if variance > 0 and _are_enough(is_threat):
        half = float(ndtri((1 + LEVEL) / 2) * np.sqrt(variance))
        low, high = max(a - b - half, -1.0), min(a - b + half, 1.0)
    return Area(value=a - b, low=low, high=high), _swapped(first, second, is_threat, rng)


def _swapped(
    first: np.ndarray, second: np.ndarray, is_threat: np.ndarray, rng: np.random.Generator
) -> float:
    """Return P(areas differ as much or more | whose score is whose does not matter)."""
    ranks = np.stack([rankdata(first), rankdata(second)])

    def difference(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        # n_threat * n_other areas are rank sums, less what does not change.
        sums = [rankdata(one, axis=-1)[..., is_threat].sum(axis=-1) for one in (a, b)]
        return sums[0] - sums[1]

    seen = abs(float(difference(ranks[:1], ranks[1:])[0]))
    at_least = 0
    for _ in range(DRAWS // _AT_ONCE):
        is_swapped = rng.random((_AT_ONCE, len(first))) < 0.5
        a, b = np.where(is_swapped, ranks[::-1, None], ranks[:, None])
        at_least += int(np.sum(np.abs(difference(a, b)) >= seen - 1e-9))
    return (1 + at_least) / (1 + DRAWS)


def _are_enough(is_threat: np.ndarray) -> bool:
    n_threat = int(is_threat.sum())
    return min(n_threat, len(is_threat) - n_threat) >= LEAST_OF_EACH
