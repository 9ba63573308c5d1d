from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import StandexError
from standex.model.items import DEFAULT_CLASSES, ItemClasses
from standex.planning.elicitation import Counted, Elicitation, Expert, Scenario
from standex.planning.expert_quantiles import Quantity, pooled
from standex.planning.threat import assess

P = np.array([0.05, 0.5, 0.95])
EVERYDAY = {
    "benign_metal": Counted(carried=412, looked_at=800, source="count"),
    "benign_dielectric": Counted(carried=240, looked_at=800, source="count"),
    "benign_residue": Counted(carried=9, looked_at=800, source="count"),
}


def numbers(name: str, *rows: list[float], realisation: float = np.nan) -> Quantity:
    return Quantity(name=name, answers=np.array(rows, float), is_log=True, realisation=realisation)


def scenario(scenario_id: str, item_class: str, place: str, time: str, carriers=1.0) -> Scenario:
    return Scenario(
        scenario_id=scenario_id,
        title=scenario_id,
        item_class=item_class,
        place_id=place,
        time_id=time,
        carriers=carriers,
    )


def elicitation(**changes) -> Elicitation:
    given = {
        "quantile_p": P,
        "overshoot": 0.1,
        "people_per_year": 1e7,
        "place_share": {"hall": 0.7, "stairs": 0.3},
        "time_share": {"rush": 0.6, "calm": 0.4},
        "scenarios": (
            scenario("s1", "threat_metal", "hall", "rush"),
            scenario("s2", "threat_dielectric", "stairs", "rush", 2.0),
            scenario("s3", "threat_dielectric", "hall", "calm"),
        ),
        "experts": tuple(Expert(expert_id=e, nation=n) for e, n in ("aX", "bY", "cY")),
        "seeds": tuple(
            numbers(f"q{k}", [1, 2, 4], [1.5, 2.2, 3.5], [5, 6, 7], realisation=true)
            for k, true in enumerate((2.1, 1.9, 3.0, 1.8))
        ),
        "attempts_per_year": numbers("attempts", [0.01, 0.1, 1], [0.1, 0.5, 2], [1, 10, 50]),
        "p_scenario": np.array([[0.5, 0.3, 0.2], [0.2, 0.4, 0.4], [1.0, 0.0, 0.0]]),
        "consequence": tuple(
            numbers(f"c{k}", [1, 10, 50], [2, 20, 100], [1, 5, 20]) for k in range(3)
        ),
        "everyday": EVERYDAY,
    }
    return Elicitation(**(given | changes))


def prior(assessment, name: str):
    return next(one for one in assessment.priors if one.item_class == name)


def test_with_equal_weights_the_prior_is_expected_carriers_over_people() -> None:
    given = elicitation()
    whole = assess(given, classes=DEFAULT_CLASSES, weighting="equal")
    found = prior(whole, "threat_dielectric")
    means = [
        pooled(given.attempts_per_year, row, quantile_p=P, overshoot=0.1).mean()
        for row in np.eye(3)
    ]
    carriers = [0.3 * 2 + 0.2, 0.4 * 2 + 0.4, 0.0]
    assert found.per_person == pytest.approx(np.mean(np.multiply(means, carriers)) / 1e7)
    alone = [one[3].per_person for one in whole.priors_by_expert]
    np.testing.assert_allclose(alone, np.multiply(means, carriers) / 1e7)
    # One expert in three expects none of it at all.
    assert found.low == 0.0
    assert found.median < found.high


def test_whole_opinions_are_pooled_and_not_their_parts() -> None:
    """An expert's many attempts, all of one kind, do not spill over to other kinds."""
    given = elicitation()
    louder = given.attempts_per_year.answers.copy()
    louder[2] *= 100
    more = replace(given, attempts_per_year=numbers("attempts", *louder.tolist()))
    first, second = (
        assess(one, classes=DEFAULT_CLASSES, weighting="equal") for one in (given, more)
    )
    assert second.priors_by_expert[2][3].per_person == 0.0
    # Only through the intrinsic range, which all share.
    before, after = (prior(one, "threat_dielectric").median for one in (first, second))
    assert after == pytest.approx(before, rel=0.05)


def test_the_priors_make_item_classes_of_a_site() -> None:
    found = assess(elicitation(), classes=DEFAULT_CLASSES)
    items = ItemClasses(
        names=DEFAULT_CLASSES, prior_per_person=tuple(one.per_person for one in found.priors)
    )
    assert 0 < items.prior_per_person[-1] < 1e-4 < items.prior_per_person[0]


def test_who_misjudged_the_seeds_has_no_say() -> None:
    found = assess(elicitation(), classes=DEFAULT_CLASSES)
    assert found.weight[2] == 0
    assert found.weight.sum() == pytest.approx(1)
    assert assess(elicitation(), classes=DEFAULT_CLASSES, weighting="equal").classical is not None


def test_weights_of_the_evaluation_are_shares_of_the_expected_consequence() -> None:
    given = elicitation()
    found = assess(given, classes=DEFAULT_CLASSES, weighting="equal")
    assert found.scenario_weight.sum() == pytest.approx(1)
    worse = list(given.consequence)
    worse[1] = numbers("c1", *(10 * worse[1].answers).tolist())
    other = assess(
        replace(given, consequence=tuple(worse)), classes=DEFAULT_CLASSES, weighting="equal"
    )
    odds = found.scenario_weight / (1 - found.scenario_weight)
    worse_odds = other.scenario_weight / (1 - other.scenario_weight)
    assert worse_odds[1] == pytest.approx(10 * odds[1])


def test_place_and_time_average_to_the_whole_site() -> None:
    given = elicitation()
    found = assess(given, classes=DEFAULT_CLASSES)
    for name in ("threat_metal", "threat_dielectric"):
        whole = sum(
            found.place_time_prior[name, place, time] * p_place * p_time
            for place, p_place in given.place_share.items()
            for time, p_time in given.time_share.items()
        )
        assert whole == pytest.approx(prior(found, name).per_person)


def test_one_place_and_time_only() -> None:
    given = elicitation(least_per_person=1e-12)
    found = assess(given, classes=DEFAULT_CLASSES, place_id="hall", time_id="rush")
    assert prior(found, "threat_metal").per_person == pytest.approx(
        found.place_time_prior["threat_metal", "hall", "rush"]
    )
    assert prior(found, "threat_dielectric").per_person == 1e-12
    assert "raised to the least prior" in prior(found, "threat_dielectric").basis


def test_experts_who_agree_diverge_by_nothing_and_opposites_fully() -> None:
    alike = elicitation(p_scenario=np.tile([0.5, 0.3, 0.2], (3, 1)))
    assert assess(alike, classes=DEFAULT_CLASSES).disagreement_bits == pytest.approx(0, abs=1e-12)
    opposite = elicitation(p_scenario=np.eye(3))
    assert assess(
        opposite, classes=DEFAULT_CLASSES, weighting="equal"
    ).disagreement_bits == pytest.approx(np.log2(3))


def test_counts_never_give_a_prior_of_0_or_1() -> None:
    counts = EVERYDAY | {"benign_residue": Counted(carried=0, looked_at=100, source="count")}
    found = prior(assess(elicitation(everyday=counts), classes=DEFAULT_CLASSES), "benign_residue")
    assert found.per_person == pytest.approx(0.5 / 101)
    assert found.low == 0.0


def test_leaving_somebody_out_gives_the_others_their_weight() -> None:
    found = assess(elicitation(), classes=DEFAULT_CLASSES, weighting="equal")
    without_c = {one.item_class: one for one in found.priors_without[2]}
    each = [one[4].per_person for one in found.priors_by_expert]
    assert without_c["threat_metal"].per_person == pytest.approx((each[0] + each[1]) / 2)


@pytest.mark.parametrize(
    ("changes", "classes", "said"),
    [
        ({}, (*DEFAULT_CLASSES[:-1], "threat_other"), "threat_metal is not one of the site's"),
        ({"everyday": {"threat_metal": EVERYDAY["benign_metal"]}}, DEFAULT_CLASSES, "of threat cl"),
        ({}, (*DEFAULT_CLASSES, "threat_powder"), "no scenario of item class threat_powder"),
        ({"people_per_year": 1.0}, DEFAULT_CLASSES, "no probability"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_site_is_refused(changes, classes, said) -> None:
    with pytest.raises(StandexError, match=said):
        assess(elicitation(**changes), classes=classes)


def test_a_class_that_nobody_expects_there_is_refused_without_a_least_prior() -> None:
    with pytest.raises(StandexError, match=r"threat_dielectric at that place and time"):
        assess(elicitation(), classes=DEFAULT_CLASSES, place_id="hall", time_id="rush")


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(StandexError, match="unknown place 'roof'; there is hall, stairs"):
        assess(elicitation(), classes=DEFAULT_CLASSES, place_id="roof")
