"""On Gaussian scores, of which the likelihood ratio is known."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from standex.evaluation.calibrate import RIDGE, Samples, _held_back, calibrate, cllr, held_back
from standex.model.calibration import Calibration, Origin

CLASSES = ("nothing", "benign_metal", "threat_dielectric")
MEAN = np.array([[0.0, 0.0], [2.0, 1.0], [1.0, -1.0]])


def gaussian(rng, *, passages=(600, 200, 200), looks: int = 1, shared: float = 0.0) -> Samples:
    """Return unit-variance scores; ``shared`` is the correlation of the looks of a passage."""
    row = np.repeat(np.arange(len(passages)), passages)
    common = rng.normal(size=(len(row), 1, 2)) * np.sqrt(shared)
    own = rng.normal(size=(len(row), looks, 2)) * np.sqrt(1 - shared)
    score = MEAN[row][:, None] + common + own
    return Samples(
        score=score.reshape(-1, 2),
        class_row=np.repeat(row, looks),
        passage=np.repeat(np.arange(len(row)), looks),
    )


def fit(samples: Samples, seed: int = 1) -> Calibration:
    return calibrate(
        samples,
        calibration_id="g-1",
        sensor_kind="k",
        feature_names=("a", "b"),
        class_names=CLASSES,
        origin=Origin.SIMULATED,
        made_utc_ns=1000,
        valid_for_s=60.0,
        provenance="drawn",
        rng=np.random.default_rng(seed),
    )


def true_log_likelihood(score):
    return -0.5 * ((score[:, None] - MEAN) ** 2).sum(axis=2)


def test_the_likelihood_ratio_is_recovered(rng):
    calibration = fit(gaussian(rng, passages=(3000, 1000, 1000)))
    fresh = gaussian(rng, passages=(300, 300, 300)).score
    got, true = calibration.log_likelihood(fresh), true_log_likelihood(fresh)
    for row in (1, 2):
        got_llr, true_llr = got[:, row] - got[:, 0], true[:, row] - true[:, 0]
        inside = (got > -calibration.bound).all(axis=1)
        slope, at_zero = np.polyfit(true_llr[inside], got_llr[inside], 1)
        assert slope == pytest.approx(1, abs=0.1)
        assert at_zero == pytest.approx(0, abs=0.15)


@pytest.mark.slow
def test_how_common_a_class_is_does_not_matter(rng):
    many, few = (fit(gaussian(rng, passages=p)) for p in ((4000, 400, 400), (400, 400, 4000)))
    score = gaussian(rng, passages=(50, 50, 50)).score
    difference = many.log_likelihood(score) - few.log_likelihood(score)
    assert np.abs(difference[:, 2] - difference[:, 0]).mean() < 0.3


def test_no_ratio_is_larger_than_the_passages_of_the_rarest_class(rng):
    calibration = fit(gaussian(rng, passages=(300, 40, 12)))
    assert calibration.bound == pytest.approx(np.log(12))
    far = calibration.log_likelihood(rng.normal(size=(200, 2)) * 50)
    assert np.ptp(far, axis=1).max() <= np.log(12) + 1e-12
    assert calibration.n_passages_per_class == dict(zip(CLASSES, (300, 40, 12), strict=True))


def test_ratios_held_back_are_what_they_say(rng):
    samples = gaussian(rng, passages=(2000, 800, 800))
    held = _held_back(samples, 3, np.log(800), rng, RIDGE)
    llr = held[:, 2] - held[:, 0]
    among = samples.class_row != 1
    is_slab = samples.class_row[among] == 2
    edges = np.quantile(llr[among], np.linspace(0, 1, 7))
    for low, high in pairwise(edges):
        inside = (llr[among] >= low) & (llr[among] <= high)
        # Frequency in the bin against what the ratio and the share of the classes say.
        n_slab, n_nothing = (is_slab & inside).sum(), (~is_slab & inside).sum()
        said = np.mean(1 / (1 + 2000 / 800 * np.exp(-llr[among][inside])))
        sigma = np.sqrt(said * (1 - said) / (n_slab + n_nothing))
        assert n_slab / (n_slab + n_nothing) == pytest.approx(said, abs=4 * sigma + 0.02)


def test_a_useless_score_costs_one_bit(rng):
    samples = gaussian(rng)
    calibration = fit(replace(samples, score=rng.normal(size=samples.score.shape)))
    assert calibration.cllr == pytest.approx(1, abs=0.04)
    assert calibration.p_detect < 0.15


def test_a_good_score_costs_little(rng):
    samples = gaussian(rng)
    far = replace(samples, score=samples.score + 8 * (samples.class_row == 2)[:, None])
    calibration = fit(far)
    assert calibration.cllr < 0.1
    assert calibration.p_detect > 0.97


def test_cllr_of_known_ratios():
    target = np.array([True, True, False, False])
    assert cllr(np.zeros(4), target) == pytest.approx(1)
    assert cllr(np.array([50.0, 50.0, -50.0, -50.0]), target) == pytest.approx(0, abs=1e-12)
    assert cllr(np.array([np.log(3)] * 4), target) == pytest.approx(
        (np.log2(1 + 1 / 3) + np.log2(1 + 3)) / 2
    )
    # To be wrong and sure costs more than to say nothing.
    assert cllr(np.array([-5.0, -5.0, 5.0, 5.0]), target) > 5


@pytest.mark.slow
def test_the_correlation_of_the_looks_is_found(rng):
    passages = (600, 200, 200)
    independent = fit(gaussian(rng, passages=passages, looks=5))
    same = fit(gaussian(rng, passages=passages, looks=5, shared=0.95))
    assert independent.correlation < 0.25
    assert same.correlation > 0.7
    # Five independent looks are worth more than five times the same.
    assert independent.cllr < same.cllr - 0.1
    assert independent.p_detect > same.p_detect


def test_folds_keep_passages_together(rng):
    """A score that names its passage must not help: its other looks are held back with it."""
    samples = gaussian(rng, passages=(60, 30, 30), looks=10)
    by_passage = rng.normal(size=(120, 2))[samples.passage]
    calibration = fit(replace(samples, score=by_passage))
    assert calibration.cllr > 0.97


def test_too_few_passages_are_refused(rng):
    with pytest.raises(ValueError, match=r"only 9 passages of class 'benign_metal'.*at least 10"):
        fit(gaussian(rng, passages=(100, 9, 40), looks=20))
    with pytest.raises(ValueError, match="only 0 passages of class 'threat_dielectric'"):
        fit(gaussian(rng, passages=(100, 20), looks=2))


def test_the_same_samples_and_seed_give_the_same_calibration(rng):
    samples = gaussian(rng)
    first, again = fit(samples), fit(samples)
    np.testing.assert_array_equal(first.weights, again.weights)
    assert (first.cllr, first.correlation, first.p_detect) == (
        again.cllr,
        again.correlation,
        again.p_detect,
    )


def test_it_says_what_it_is(rng):
    calibration = fit(gaussian(rng, passages=(60, 20, 20)))
    assert calibration.origin is Origin.SIMULATED
    assert calibration.expires_utc_ns == 1000 + 60 * 10**9
    assert calibration.class_names == CLASSES
    assert calibration.feature_names == ("a", "b")


def test_what_is_held_back_is_what_the_calibration_was_judged_by(rng):
    samples = gaussian(rng, looks=3, shared=0.4)
    calibration = fit(samples)
    held = held_back(samples, calibration, rng=np.random.default_rng(1))
    assert cllr(held.llr, held.is_threat) == calibration.cllr
    assert (held.n_looks == 3).all()
    assert np.bincount(held.class_row).tolist() == [600, 200, 200]
    with pytest.raises(ValueError, match="1 scores, calibration g-1 has 2"):
        held_back(replace(samples, score=samples.score[:, :1]), calibration, rng=rng)
    with pytest.raises(ValueError, match=r"inside 0\.\.2"):
        held_back(replace(samples, class_row=samples.class_row + 1), calibration, rng=rng)


def test_scores_that_are_not_finite_are_refused(rng):
    samples = gaussian(rng, passages=(60, 20, 20))
    samples.score[3, 1] = np.nan
    with pytest.raises(ValueError, match="1 of 200 scores are not finite"):
        fit(samples)
