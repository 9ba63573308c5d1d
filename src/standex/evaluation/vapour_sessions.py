"""How well a gas array tells substances apart, weeks after it was trained.

Within a session a gas array looks better than it is: drift, humidity and the day are the same for
what it was trained on and what it is asked. Only figures on a later session count; those within
the session stand beside them to show by how much one would be misled.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import minimize_scalar

from standex.evaluation.rates import Rate, rate
from standex.evaluation.tracking_intervals import Figure, over_cases

FEATURES = ("pattern", "level")
LAST_SHARE = 0.2  # of a recording, at its end, where the sensors have settled
SHRINKAGE = 0.5  # of the covariance towards its diagonal
FOLDS = 4  # of a later session, where some of its samples serve to standardise
RELIABILITY_BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
LN_2 = float(np.log(2.0))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recording:
    """One substance under a gas array.

    Attributes:
        label: which substance.
        name: of the recording.
        response: of each channel, in the device's unit.
    """

    label: str
    name: str
    response: Float[np.ndarray, "n channels"]


def features_of(
    recordings: Sequence[Recording], kind: str
) -> Float[np.ndarray, "recordings features"]:
    """Return one row per recording, from its last fifth, on a logarithmic scale.

    ``level``: asinh of each channel, which is log of twice it where it is large. ``pattern``: the
    same less its mean over the channels, so that how much there is does not count.

    Raises:
        ValueError: there is no such kind of features.
    """
    if kind not in FEATURES:
        raise ValueError(f"features are {', '.join(FEATURES)}, got {kind!r}")
    rows: list[np.ndarray] = []
    for one in recordings:
        n = max(round(LAST_SHARE * len(one.response)), 1)
        level = np.arcsinh(one.response[-n:]).mean(axis=0)
        rows.append(level - level.mean() if kind == "pattern" else level)
    return np.array(rows)


def rows_of(recordings: Sequence[Recording], names: Sequence[str]) -> Int[np.ndarray, " n"]:
    """Return the row of each recording's substance among ``names``.

    Raises:
        ValueError: a substance is not among them.
    """
    strange = sorted({one.label for one in recordings} - set(names))
    if strange:
        raise ValueError(f"substances {strange} were never trained")
    return np.array([list(names).index(one.label) for one in recordings], dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SubstanceModel:
    """One Gaussian per substance, all of one shape.

    Attributes:
        mean: of each substance.
        precision: inverse of the covariance that all share.
        temper: by what log-likelihoods are multiplied, so that they are as sure as they may be on
            recordings held back.
        bound: largest difference of two log-likelihoods: so many recordings support no larger one.
    """

    mean: Float[np.ndarray, "substances features"]
    precision: Float[np.ndarray, "features features"]
    temper: float
    bound: float

    def log_likelihood(
        self, features: Float[np.ndarray, "n features"]
    ) -> Float[np.ndarray, "n substances"]:
        """Return log-likelihoods, the largest of each row at zero."""
        return _bounded(self.temper * _raw(features, self.mean, self.precision), self.bound)


def trained(
    features: Float[np.ndarray, "n features"], substance: Int[np.ndarray, " n"]
) -> tuple[SubstanceModel, Float[np.ndarray, "n substances"]]:
    """Return a model, and the log-likelihoods of each recording by one that has not seen it.

    Linear discriminant analysis with a covariance halfway to its diagonal. How sure it may be (the
    tempering) is what makes recordings held back, one by one, likeliest.

    Args:
        features: one recording a row.
        substance: of each, all of 0, 1, ... at least twice.

    Raises:
        ValueError: a substance has fewer than two recordings.

    References:
        Friedman, J. American Statistical Association 84 (1989) 165 (regularised discriminants).
    """
    counts = np.bincount(substance)
    if len(counts) < 2 or counts.min() < 2:
        raise ValueError(f"two substances, two recordings of each at least; there are {counts}")
    held = np.empty((len(features), len(counts)))
    for row in range(len(features)):
        rest = np.arange(len(features)) != row
        held[row] = _raw(features[row : row + 1], *_gaussians(features[rest], substance[rest]))[0]

    def cost(log_temper: float) -> float:
        logit = np.exp(log_temper) * held
        logit = logit - logit.max(axis=1, keepdims=True)
        log_p = logit - np.log(np.exp(logit).sum(axis=1, keepdims=True))
        return -float(log_p[np.arange(len(held)), substance].mean())

    found = minimize_scalar(cost, bounds=(-8.0, 2.0), method="bounded")
    temper = float(np.exp(found.x))
    bound = float(np.log(len(features)))
    mean, precision = _gaussians(features, substance)
    model = SubstanceModel(mean=mean, precision=precision, temper=temper, bound=bound)
    return model, _bounded(temper * held, bound)


def standardised(
    model: SubstanceModel,
    features: Float[np.ndarray, "n features"],
    substance: Int[np.ndarray, " n"],
    *,
    rng: np.random.Generator,
) -> Float[np.ndarray, "n substances"]:
    """Return log-likelihoods of a later session, a few known samples of which were spent.

    The recordings are dealt into four parts. Those of one part, whose substances are known, give
    the mean shift of each feature since the training; it is taken off all others. Each recording
    is scored with each of the three parts that it is not in, and the mean counts.

    Args:
        model: of the earlier session.
        features: of the later one.
        substance: of each recording.
        rng: deals.

    Raises:
        ValueError: there are fewer recordings than parts.
    """
    if len(features) < FOLDS:
        raise ValueError(f"{len(features)} recordings cannot be dealt into {FOLDS} parts")
    part = rng.permutation(np.arange(len(features)) % FOLDS)
    total = np.zeros((len(features), len(model.mean)))
    for k in range(FOLDS):
        spent = part == k
        shift = (features[spent] - model.mean[substance[spent]]).mean(axis=0)
        total[~spent] += model.log_likelihood(features[~spent] - shift) / (FOLDS - 1)
    return _bounded(total, model.bound)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """How often the likeliest substance was right, where it was said to be so sure.

    Attributes:
        low: probability, from.
        high: to.
        stated: mean probability said.
        right: how often it was.
    """

    low: float
    high: float
    stated: float
    right: Rate


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFigures:
    """What recordings of one session say; every interval is over recordings.

    Attributes:
        name: of the session.
        n: recordings.
        accuracy: the likeliest substance is the right one.
        group_accuracy: it is of the right group.
        auc: P(the true substance is likelier than another one), mean over recordings.
        cllr: log-likelihood-ratio cost of one substance against the even mixture of the others,
            mean over recordings; 1 bit says nothing, more misleads.
        reliability: at even prior odds.
    """

    name: str
    n: int
    accuracy: Rate
    group_accuracy: Rate
    auc: Figure
    cllr: Figure
    reliability: tuple[ReliabilityBin, ...]


def session_figures(
    name: str,
    log_likelihood: Float[np.ndarray, "n substances"],
    substance: Int[np.ndarray, " n"],
    *,
    group: Bool[np.ndarray, " substances"],
    rng: np.random.Generator,
) -> SessionFigures:
    """Return the figures of one session.

    Args:
        name: of the session.
        log_likelihood: of each recording.
        substance: the true one.
        group: to which of two groups each substance belongs.
        rng: of the bootstrap.

    Raises:
        ValueError: there is no recording, or a likelihood is not finite.

    References:
        Bruemmer, du Preez, Computer Speech & Language 20 (2006) 230 (Cllr).
    """
    n, k = log_likelihood.shape
    if not n or not np.isfinite(log_likelihood).all():
        raise ValueError(f"{name}: {n} recordings, whose likelihoods must all be finite")
    best = log_likelihood.argmax(axis=1)
    is_true = substance[:, None] == np.arange(k)
    own = log_likelihood[is_true][:, None]
    rivals = log_likelihood[~is_true].reshape(n, k - 1)
    auc = ((own > rivals) + 0.5 * (own == rivals)).mean(axis=1)
    llr = _one_against_rest(log_likelihood)
    missed = np.logaddexp(0, -llr[is_true])
    false = np.logaddexp(0, llr[~is_true]).reshape(n, k - 1).mean(axis=1)
    return SessionFigures(
        name=name,
        n=n,
        accuracy=rate("right substance", int((best == substance).sum()), n),
        group_accuracy=rate("right group", int((group[best] == group[substance]).sum()), n),
        auc=over_cases(auc, np.ones(n), rng=rng),
        cllr=over_cases((missed + false) / (2 * LN_2), np.ones(n), rng=rng),
        reliability=_reliability(log_likelihood, best == substance),
    )


def _reliability(log_likelihood: np.ndarray, is_right: np.ndarray) -> tuple[ReliabilityBin, ...]:
    p = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    top = (p / p.sum(axis=1, keepdims=True)).max(axis=1)
    bins: list[ReliabilityBin] = []
    for low, high in itertools.pairwise(RELIABILITY_BINS):
        inside = (top > low) & (top <= high)
        if inside.any():
            bins.append(
                ReliabilityBin(
                    low=low,
                    high=high,
                    stated=float(top[inside].mean()),
                    right=rate("right", int(is_right[inside].sum()), int(inside.sum())),
                )
            )
    return tuple(bins)


def _one_against_rest(log_likelihood: np.ndarray) -> np.ndarray:
    k = log_likelihood.shape[1]
    p = np.exp(log_likelihood)  # the largest is 1, and the bound keeps the others from 0
    rest = (p.sum(axis=1, keepdims=True) - p) / (k - 1)
    return log_likelihood - np.log(np.maximum(rest, 1e-300))


def _gaussians(features: np.ndarray, substance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    k = int(substance.max()) + 1
    mean = np.array([features[substance == row].mean(axis=0) for row in range(k)])
    off = features - mean[substance]
    covariance = off.T @ off / max(len(features) - k, 1)
    diagonal = np.diag(np.diag(covariance))
    floor = 1e-6 * float(np.trace(covariance)) / len(covariance) + 1e-12
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * diagonal + floor * np.eye(len(covariance))
    return mean, np.linalg.inv(shrunk)


def _raw(features: np.ndarray, mean: np.ndarray, precision: np.ndarray) -> np.ndarray:
    off = features[:, None, :] - mean[None]
    return -0.5 * np.einsum("nkf,fg,nkg->nk", off, precision, off)


def _bounded(log_likelihood: np.ndarray, bound: float) -> np.ndarray:
    return np.maximum(log_likelihood - log_likelihood.max(axis=1, keepdims=True), -bound)
