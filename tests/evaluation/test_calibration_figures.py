import numpy as np
import pytest

from standex.evaluation.calibrate import HeldBack
from standex.evaluation.calibration_figures import bootstrap, evidence_of
from standex.evaluation.likelihood_cost import cllr
from standex.evaluation.reliability import all_hold


def gaussian(rng, *, n_threats: int = 150, n_others: int = 300, d: float = 2.0) -> HeldBack:
    is_threat = np.repeat([True, False], [n_threats, n_others])
    x = rng.normal(size=len(is_threat)) + d * is_threat
    return HeldBack(
        llr=d * x - d**2 / 2,
        is_threat=is_threat,
        class_row=is_threat.astype(np.int64),
        n_looks=np.ones(len(is_threat), dtype=np.int64),
    )


def test_the_evidence_of_true_ratios(rng) -> None:
    evidence = evidence_of(gaussian(rng), rng=rng, n_resamples=200)
    assert (evidence.n_threats, evidence.n_others) == (150, 300)
    assert evidence.prior == pytest.approx(1 / 3)
    assert evidence.min_cllr.value <= evidence.cllr.value < 0.7
    for one in (evidence.cllr, evidence.min_cllr, evidence.p_detect):
        assert one.low <= one.value <= one.high or one is evidence.min_cllr
    assert all_hold(evidence.bins)
    assert -np.log(151) < evidence.llr_low < 0 < evidence.llr_high < np.log(301)
    assert 0 <= evidence.beyond < 0.3
    assert "Cllr in bits: 0." in str(evidence.cllr)
    assert "450 passages" in str(evidence.cllr)


def test_the_curves_fall_from_all_to_none(rng) -> None:
    curves = evidence_of(gaussian(rng), rng=rng, n_resamples=2).curves
    for share in (curves.share_of_threats, curves.share_of_others):
        assert (share[0], share[-1]) == (1.0, 0.0)
        assert (np.diff(share) <= 0).all()
    assert (curves.share_of_threats >= curves.share_of_others - 1e-12).all()
    assert (curves.cross_entropy_best <= curves.cross_entropy + 1e-9).all()
    assert curves.cross_entropy_prior.max() == pytest.approx(1, abs=1e-3)


@pytest.mark.slow
def test_bootstrap_intervals_contain_the_truth(rng) -> None:
    """Of the Cllr of true ratios, at 90 %: of many sets of passages, not all of one."""
    truth = cllr(*_pair(gaussian(rng, n_threats=200_000, n_others=200_000)))
    inside = 0
    for _ in range(100):
        held = gaussian(rng, n_threats=80, n_others=80)
        one = bootstrap("Cllr", cllr, held.llr, held.is_threat, rng=rng, n_resamples=150, level=0.9)
        inside += one.low <= truth <= one.high
    assert 78 <= inside <= 98


def _pair(held: HeldBack) -> tuple[np.ndarray, np.ndarray]:
    return held.llr, held.is_threat


def test_what_means_nothing_is_refused(rng) -> None:
    held = gaussian(rng, n_threats=3, n_others=0)
    with pytest.raises(ValueError, match="3 threats and 0 others"):
        evidence_of(held, rng=rng)
    held = gaussian(rng)
    held.llr[3] = np.inf
    with pytest.raises(ValueError, match="1 of 450 ratios are not finite"):
        evidence_of(held, rng=rng)


def test_the_same_seed_gives_the_same_intervals(rng) -> None:
    held = gaussian(rng)
    first, again = (
        evidence_of(held, rng=np.random.default_rng(4), n_resamples=20) for _ in range(2)
    )
    assert first.cllr == again.cllr
