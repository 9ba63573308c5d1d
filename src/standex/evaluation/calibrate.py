"""From scores on known passages to a calibration: fitted, held against others, bounded."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import minimize

from standex.evaluation.likelihood_cost import cllr
from standex.model.calibration import Calibration, Origin, quadratic_terms

FOLDS = 5
CLIP = 4.0
RIDGE = 5.0
PFA_OF_P_DETECT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """Scores of looks at people of whom it is known what they carried.

    Attributes:
        score: one look at one zone a row.
        class_row: what was in that zone, as a row of the class names.
        passage: which zone of which person's passage; looks of one passage belong together.
    """

    score: Float[np.ndarray, "n features"]
    class_row: Int[np.ndarray, " n"]
    passage: Int[np.ndarray, " n"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeldBack:
    """Passages as a calibration judges them that was fitted without them.

    Attributes:
        llr: threat against no threat, all looks of the passage joined.
        is_threat: whether a threat was there.
        class_row: what was there.
        n_looks: how many looks were joined.
    """

    llr: Float[np.ndarray, " n"]
    is_threat: Bool[np.ndarray, " n"]
    class_row: Int[np.ndarray, " n"]
    n_looks: Int[np.ndarray, " n"]


def calibrate(
    samples: Samples,
    *,
    calibration_id: str,
    sensor_kind: str,
    feature_names: tuple[str, ...],
    class_names: tuple[str, ...],
    origin: Origin,
    made_utc_ns: int,
    valid_for_s: float,
    provenance: str,
    rng: np.random.Generator,
    ridge: float = RIDGE,
) -> Calibration:
    """Fit multinomial logistic regression and say how far to believe it.

    The frequencies of the classes in the samples are divided out, so the result is a likelihood and
    not a posterior. The correlation between looks is the one under which the joined looks of
    passages held back (five folds, by passage) have the least Cllr; Cllr and detection probability
    are of those passages too. No likelihood ratio may exceed the number of passages of the rarest
    class.

    Raises:
        ValueError: a class has fewer than ten passages, or a score is not finite.

    References:
        Vergeer et al., Science & Justice 56 (2016) 482 (bounds from the size of the data).
    """
    if not np.isfinite(samples.score).all():
        raise ValueError(
            f"{np.sum(~np.isfinite(samples.score))} of {samples.score.size} scores are not finite"
        )
    first = _first_rows(samples.passage)
    counts = np.bincount(samples.class_row[first], minlength=len(class_names))
    if counts.min() < 10:
        few = class_names[int(counts.argmin())]
        raise ValueError(f"only {counts.min()} passages of class {few!r}; at least 10 are needed")
    bound = float(np.log(counts.min()))
    held = _held_back(samples, len(class_names), bound, rng, ridge)
    is_threat = np.array([name.startswith("threat") for name in class_names])
    correlations = np.arange(0.05, 1.0, 0.05)
    costs = [cllr(*_joined(samples, held, float(rho), is_threat)) for rho in correlations]
    best = int(np.argmin(costs))
    llr, is_target = _joined(samples, held, float(correlations[best]), is_threat)
    reference = samples.class_row[first] == class_names.index("threat_dielectric")
    clean = samples.class_row[first] == 0
    threshold = np.quantile(llr[clean], 1 - PFA_OF_P_DETECT)
    weights, center, scale = _fit(samples.score, samples.class_row, len(class_names), ridge)
    return Calibration(
        calibration_id=calibration_id,
        sensor_kind=sensor_kind,
        origin=origin,
        made_utc_ns=made_utc_ns,
        expires_utc_ns=made_utc_ns + round(valid_for_s * 1e9),
        provenance=provenance,
        feature_names=feature_names,
        class_names=class_names,
        center=center,
        scale=scale,
        clip=CLIP,
        weights=weights,
        bound=bound,
        cllr=cllr(llr, is_target),
        correlation=float(correlations[best]),
        n_passages_per_class=dict(zip(class_names, counts.tolist(), strict=True)),
        p_detect=float(np.mean(llr[reference] > threshold)),
    )


def held_back(
    samples: Samples,
    calibration: Calibration,
    *,
    rng: np.random.Generator,
    ridge: float = RIDGE,
) -> HeldBack:
    """Return what the calibration is judged by: joined ratios of passages that were held back.

    With the samples and the seed of ``calibrate`` they are those that its Cllr is of.

    Raises:
        ValueError: the samples have not the scores or the classes of the calibration.
    """
    n_classes = len(calibration.class_names)
    if samples.score.shape[1] != len(calibration.feature_names):
        raise ValueError(
            f"{samples.score.shape[1]} scores, calibration {calibration.calibration_id} has "
            f"{len(calibration.feature_names)}"
        )
    if samples.class_row.min() < 0 or samples.class_row.max() >= n_classes:
        raise ValueError(f"class rows must be inside 0..{n_classes - 1}")
    is_threat = np.array([name.startswith("threat") for name in calibration.class_names])
    held = _held_back(samples, n_classes, calibration.bound, rng, ridge)
    llr, is_target = _joined(samples, held, calibration.correlation, is_threat)
    first = _first_rows(samples.passage)
    return HeldBack(
        llr=llr,
        is_threat=is_target,
        class_row=samples.class_row[first],
        n_looks=np.unique(samples.passage, return_counts=True)[1],
    )


def _first_rows(passage: np.ndarray) -> np.ndarray:
    return np.unique(passage, return_index=True)[1]


def _fit(
    score: np.ndarray, class_row: np.ndarray, n_classes: int, ridge: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return weights (class frequencies divided out), center and scale."""
    center, scale = np.median(score, axis=0), score.std(axis=0) + 1e-9
    terms = quadratic_terms(score, center, scale, CLIP)
    target = np.eye(n_classes)[class_row]

    def cost(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(n_classes, -1)
        logit = terms @ weights.T
        logit -= logit.max(axis=1, keepdims=True)
        log_p = logit - np.log(np.exp(logit).sum(axis=1, keepdims=True))
        slope = (np.exp(log_p) - target).T @ terms
        slope[:, 1:] += ridge * weights[:, 1:]
        penalty = 0.5 * ridge * float((weights[:, 1:] ** 2).sum())
        return penalty - float((target * log_p).sum()), slope.ravel()

    start = np.zeros(n_classes * terms.shape[1])
    found = minimize(cost, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    weights = np.asarray(found.x, dtype=np.float64).reshape(n_classes, -1)
    frequency = np.bincount(class_row, minlength=n_classes) / len(class_row)
    weights[:, 0] -= np.log(np.maximum(frequency, 1e-12))
    return weights, center, scale


def _held_back(
    samples: Samples, n_classes: int, bound: float, rng: np.random.Generator, ridge: float
) -> np.ndarray:
    """Return the log-likelihoods of each look from a fit that has not seen its passage."""
    fold = rng.integers(FOLDS, size=int(samples.passage.max()) + 1)[samples.passage]
    result = np.zeros((len(fold), n_classes))
    for k in range(FOLDS):
        out = fold == k
        weights, center, scale = _fit(
            samples.score[~out], samples.class_row[~out], n_classes, ridge
        )
        logit = quadratic_terms(samples.score[out], center, scale, CLIP) @ weights.T
        result[out] = np.maximum(logit - logit.max(axis=1, keepdims=True), -bound)
    return result


def _joined(
    samples: Samples, held: np.ndarray, correlation: float, is_threat: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the log-likelihood ratio threat : no threat of each passage, and which are threats."""
    first, inverse = np.unique(samples.passage, return_inverse=True)
    n = np.bincount(inverse)
    joined = np.zeros((len(first), held.shape[1]))
    np.add.at(joined, inverse, held)
    joined /= (1 + (n - 1) * correlation)[:, None]
    threat = np.log(np.exp(joined[:, is_threat]).mean(axis=1))
    rest = np.log(np.exp(joined[:, ~is_threat]).mean(axis=1))
    target = is_threat[samples.class_row[_first_rows(samples.passage)]]
    return threat - rest, target
