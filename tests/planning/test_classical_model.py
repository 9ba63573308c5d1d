import numpy as np
import pytest
from scipy.stats import chi2

from standex.model.errors import StandexError
from standex.planning.classical_model import calibration_score, classical_weights, hits_of
from standex.planning.expert_quantiles import Quantity

P = np.array([0.05, 0.5, 0.95])
NAMES = ("A", "B", "C")
# TU Delft OpenCourseWare, Decision Making Under Uncertainty, 3.7.3: five questions, three experts,
# with the scores and weights that its authors state. Realisation, then 5, 50 and 95 % of each.
WORKED = [
    (24, (2, 5, 7), (20, 23, 34), (20, 25, 28)),
    (11, (12, 13, 15), (8, 10, 11), (10, 13, 15)),
    (68, (87, 89, 92), (60, 70, 90), (65, 67, 70)),
    (47, (2, 5, 8), (20, 35, 45), (42, 44, 46)),
    (31, (48, 50, 52), (30, 35, 40), (32, 33, 35)),
]


def worked(rows=WORKED) -> tuple[Quantity, ...]:
    return tuple(
        Quantity(name=f"q{k}", answers=np.array(said, float), is_log=False, realisation=float(true))
        for k, (true, *said) in enumerate(rows)
    )


def weights(seeds=None, names=NAMES, **changes):
    seeds = worked() if seeds is None else seeds
    return classical_weights(seeds, names=names, quantile_p=P, overshoot=0.1, **changes)


def test_the_published_example_comes_out_to_every_digit_stated() -> None:
    found = weights(cutoff=0.0)
    stated = [(3.621e-5, 1.418), (0.608, 0.558), (0.327, 1.354)]
    for one, (calibration, told) in zip(found.experts, stated, strict=True):
        assert float(f"{one.calibration:.4g}") == pytest.approx(calibration, rel=2e-3)
        assert round(one.information, 3) == told
    # The weights stated there are made of the scores as they are printed, rounded.
    rounded = np.array([c * told for c, told in stated])
    stated_weight = [0.00006565341, 0.4338007, 0.5661336]
    np.testing.assert_allclose(rounded / rounded.sum(), stated_weight, rtol=2e-6)
    np.testing.assert_allclose(found.weight, stated_weight, rtol=1e-3)


def test_a_published_expert_with_eight_questions() -> None:
    # TU Delft MORE lecture notes: 4, 3, 0 and 1 of 8; I cut to 1.19, hence 0.00027.
    assert chi2.sf(2 * 8 * 1.19, 3) == pytest.approx(2.7e-4, abs=5e-6)
    assert calibration_score(np.array([4, 3, 0, 1]), quantile_p=P) == pytest.approx(
        2.5e-4, abs=5e-6
    )


def test_best_possible_hits_of_ten_and_of_twenty() -> None:
    assert calibration_score(np.array([1, 9, 9, 1]), quantile_p=P) == pytest.approx(1.0)
    of_ten = 2 * (2 * 1 * np.log(0.1 / 0.05) + 2 * 4 * np.log(0.4 / 0.45))
    assert calibration_score(np.array([1, 4, 4, 1]), quantile_p=P) == pytest.approx(
        chi2.sf(of_ten, 3)
    )


def test_a_true_expert_scores_evenly_and_an_overconfident_one_low(rng) -> None:
    true = rng.multinomial(400, [0.05, 0.45, 0.45, 0.05], size=2000)
    scores = np.array([calibration_score(row, quantile_p=P) for row in true])
    # With many questions the score of a true expert is uniform.
    assert abs(np.mean(scores < 0.1) - 0.1) < 4 * np.sqrt(0.1 * 0.9 / 2000) + 0.01
    assert abs(np.mean(scores) - 0.5) < 0.04
    too_sure = rng.multinomial(20, [0.25, 0.25, 0.25, 0.25], size=200)
    assert np.median([calibration_score(row, quantile_p=P) for row in too_sure]) < 0.01


def test_a_realisation_at_a_quantile_is_in_the_bin_below() -> None:
    seeds = worked([(11, (12, 13, 15), (8, 10, 11), (11, 13, 15))])
    np.testing.assert_array_equal(
        hits_of(seeds, quantile_p=P), [[1, 0, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0]]
    )


def test_the_optimised_cutoff_is_the_best_of_all() -> None:
    best = weights()
    assert best.is_optimised
    for cutoff in (0.0, 1e-5, 1e-3, 0.3, 0.5, 0.6):
        assert best.pool.score >= weights(cutoff=cutoff).pool.score - 1e-12


def test_an_expert_below_the_cutoff_has_no_weight() -> None:
    found = weights(cutoff=0.05)
    assert found.weight[0] == 0
    assert found.weight.sum() == pytest.approx(1)


def test_scale_and_origin_of_a_question_do_not_matter() -> None:
    moved = tuple(
        Quantity(
            name=one.name,
            answers=3.7 * one.answers + 900,
            is_log=False,
            realisation=3.7 * one.realisation + 900,
        )
        for one in worked()
    )
    np.testing.assert_allclose(weights(moved).weight, weights().weight, rtol=1e-9)


def test_who_answered_less_is_not_helped_by_it() -> None:
    rows = [list(row) for row in WORKED]
    rows[0][2] = rows[1][2] = (np.nan,) * 3
    found = weights(worked(rows), cutoff=0.0)
    # A answered all five and is scored as if on three.
    assert found.experts[0].hits.sum() == 5
    assert found.experts[0].calibration == pytest.approx(
        calibration_score(np.array([3, 0, 0, 2]), quantile_p=P, n_effective=3)
    )


def test_one_expert_alone_is_refused() -> None:
    alone = worked([(true, said[0]) for true, *said in WORKED])
    with pytest.raises(StandexError, match="1 expert: an assessment needs two"):
        weights(alone, names=("A",))


def test_an_expert_without_any_answer_is_named() -> None:
    rows = [(true, a, (np.nan,) * 3, c) for true, a, _, c in WORKED]
    with pytest.raises(StandexError, match="expert B answered no seed question"):
        weights(worked(rows))


def test_no_seeds_and_seeds_without_realisation_are_refused() -> None:
    with pytest.raises(StandexError, match="no seed questions"):
        weights(())
    with pytest.raises(StandexError, match="q0: no realisation"):
        weights(worked([(np.nan, *WORKED[0][1:])]))


def test_a_cutoff_that_nobody_reaches_is_refused_with_what_they_reached() -> None:
    with pytest.raises(StandexError, match=r"cutoff 0\.9: A 3\.6e-05; B 0\.61; C 0\.33"):
        weights(cutoff=0.9)
