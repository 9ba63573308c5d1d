from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from standex.evaluation.panel_passages import PERSON, Passage, PassageScores, scene_of
from standex.evaluation.panel_scores import (
    CLASSES,
    KINDS,
    MUST_NOT_ALARM,
    calibration_of,
    curve_of,
    held_back_llr,
    llr_of,
    pd_by,
    rates_at,
)
from standex.model.calibration import Origin
from standex.twin import dress as dress_module
from standex.twin.wardrobe import OUTER, THINGS, Cloth

NAMES = ("echo_db", "area_log_m2")
MADE_UTC_NS = 1_760_000_000_000_000_000
MEAN = {
    "nothing": (0, 0),
    "benign_metal": (-3, 4),
    "benign_dielectric": (1.5, -2),
    "threat_dielectric": (4, 0),
    "threat_metal": (-3, -4),
}


def passage(seed: int, thing, rng, *, unseen=False, score_names=NAMES) -> PassageScores:
    """Return a made-up passage; what is carried shows in the zone where it is."""
    item = scene_of(Passage(seed=seed, thing=thing)).truth.of(PERSON)
    item_class, zone = ("nothing", None) if item is None else (item.item_class, item.zone.value)
    scores = {
        name: tuple(rng.normal(MEAN[item_class if name == zone else "nothing"]).tolist())
        for name in ("torso_front", "waist")
    }
    return PassageScores(
        seed=seed,
        thing=thing,
        item_class=item_class,
        zone=zone,
        scores={} if unseen else scores,
        score_names=() if unseen else score_names,
        coverage={},
    )


def some(rng, first_seed: int, **counts) -> list[PassageScores]:
    things = [
        None if thing == "nothing" else thing for thing, n in counts.items() for _ in range(n)
    ]
    return [passage(first_seed + k, thing, rng) for k, thing in enumerate(things)]


ALL = dict.fromkeys(("reference", "metal_plate", "telephone", "keys", "wallet", "book"), 15)


def calibrated(passages):
    return calibration_of(passages, name="panels", provenance="hand", made_utc_ns=MADE_UTC_NS)


@pytest.fixture(scope="module")
def calibration():
    return calibrated(some(np.random.default_rng(1), 1, nothing=30, **ALL))


def test_every_zone_is_a_look_at_what_is_in_it(calibration) -> None:
    assert calibration.origin is Origin.SIMULATED
    assert calibration.calibration_id == "panels-1760000000"
    assert calibration.class_names == CLASSES
    assert calibration.feature_names == NAMES
    # Two zones a passage: with nothing carried both hold nothing, else one of them does.
    assert calibration.n_passages_per_class == {
        "nothing": 2 * 30 + 6 * 15,
        "benign_metal": 30,
        "benign_dielectric": 30,
        "threat_dielectric": 15,
        "threat_metal": 15,
    }
    assert calibration.cllr < 0.5


def test_the_classes_are_those_that_can_be_carried() -> None:
    assert {one.item_class for one in THINGS.values()} | {"nothing"} == set(CLASSES)
    assert {thing for things in KINDS.values() for thing in things} == {None, *THINGS}
    for thing in MUST_NOT_ALARM:
        assert thing is None or THINGS[thing].item_class == "benign_metal"


@pytest.mark.slow
def test_the_ratio_says_what_is_there(calibration) -> None:
    rng = np.random.default_rng(2)
    held = some(rng, 500, nothing=80, reference=80, telephone=20, metal_plate=20)
    llr = llr_of(held, calibration)
    things = np.array([str(one.thing) for one in held])
    assert np.median(llr[things == "reference"]) > 1
    for other in ("None", "telephone"):
        assert np.median(llr[things == other]) < 0
    assert np.median(llr[things == "metal_plate"]) < np.median(llr[things == "reference"])


def test_the_ratio_is_the_largest_over_the_zones(calibration, rng) -> None:
    one = passage(1, "reference", rng)
    alone = [
        llr_of(
            [
                PassageScores(
                    seed=1,
                    thing=None,
                    item_class="nothing",
                    zone=None,
                    scores={zone: score},
                    score_names=NAMES,
                    coverage={},
                )
            ],
            calibration,
        )[0]
        for zone, score in one.scores.items()
    ]
    assert llr_of([one], calibration)[0] == max(alone)
    free = replace(calibration, bound=np.inf)
    known = np.exp(free.log_likelihood(np.array(list(one.scores.values()))))
    rest = [CLASSES.index(name) for name in CLASSES if not name.startswith("threat")]
    by_hand = np.log(known[:, CLASSES.index("threat_dielectric")] / known[:, rest].mean(axis=1))
    np.testing.assert_allclose(alone, by_hand)


def test_who_was_not_looked_at_is_below_everything(calibration, rng) -> None:
    held = [passage(1, "reference", rng, unseen=True), passage(2, None, rng)]
    llr = llr_of(held, calibration)
    assert llr[0] == -np.inf
    assert np.isfinite(llr[1])
    assert len(llr_of([], calibration)) == 0


@pytest.mark.parametrize("threshold", [-np.inf, -100.0, 0.0, np.inf])
def test_unseen_passages_count_and_never_alarm(calibration, rng, threshold: float) -> None:
    held = some(rng, 1, nothing=5, reference=4) + [
        passage(90 + k, thing, rng, unseen=True)
        for k, thing in enumerate(["reference", None, None])
    ]
    llr = llr_of(held, calibration)
    found = {rate.name: rate for rate in rates_at(held, llr, threshold)}
    assert set(found) == {
        "PD per passage, reference object",
        "PFA per passage, nothing carried",
        "not screened, per passage",
    }
    pd, pfa, unseen = (found[name] for name in sorted(found))
    assert (pd.n, pfa.n, unseen.k, unseen.n) == (5, 7, 3, 12)
    assert pd.k == np.sum(llr[5:9] >= threshold)
    assert pfa.k == np.sum(llr[:5] >= threshold)
    assert list(found)[-1] == "not screened, per passage"


def test_each_kind_has_a_row_of_its_own(rng) -> None:
    held = some(rng, 1, nothing=3, **{thing: k + 1 for k, thing in enumerate(THINGS)})
    llr = np.arange(len(held), dtype=np.float64)
    rates = rates_at(held, llr, 5.0)
    assert [rate.name for rate in rates[:-1]] == list(KINDS)
    assert sum(rate.n for rate in rates[:-1]) == len(held)
    assert sum(rate.k for rate in rates[:-1]) == np.sum(llr >= 5)


def test_the_curve_is_of_the_reference_against_nothing_and_benign_metal(rng) -> None:
    held = some(rng, 1, nothing=6, **ALL)
    llr = rng.normal(size=len(held))
    curve = curve_of(held, llr)
    assert curve[-1].pd_per_passage.n == 15
    assert curve[-1].pfa_per_passage.n == 6 + 15 + 15
    for point in curve[1::4]:
        by_name = {rate.name: rate for rate in rates_at(held, llr, point.threshold)}
        assert point.pd_per_passage.k == by_name["PD per passage, reference object"].k
        assert point.pfa_per_passage.k == (
            by_name["PFA per passage, nothing carried"].k
            + by_name["PFA per passage, benign metal"].k
        )


def test_nan_must_not_pass_for_silence(rng) -> None:
    held = some(rng, 1, nothing=2)
    with pytest.raises(ValueError, match="1 are NaN"):
        rates_at(held, np.array([0.0, np.nan]), 0.0)
    with pytest.raises(ValueError, match=r"threshold \(nan\)"):
        rates_at(held, np.zeros(2), np.nan)
    with pytest.raises(ValueError, match="3 ratios for 2 passages"):
        rates_at(held, np.zeros(3), 0.0)


@pytest.mark.parametrize(
    ("passages", "said"),
    [
        ([], "nobody was looked at in 0 passages"),
        ([("reference", True)] * 3, "nobody was looked at in 3 passages"),
        ([("reference", False)] * 30, "only 0 passages of class 'benign_metal'"),
        ([(None, False)] * 3 + [(t, False) for t in THINGS], "at least 10 are needed"),
    ],
)
def test_too_few_passages_are_refused(rng, passages, said: str) -> None:
    made = [passage(k, thing, rng, unseen=u) for k, (thing, u) in enumerate(passages)]
    with pytest.raises(ValueError, match=said):
        calibrated(made)


def test_scores_of_different_versions_are_not_mixed(calibration, rng) -> None:
    strange = passage(2, None, rng, score_names=NAMES[::-1])
    with pytest.raises(ValueError, match="passage 2 has the scores"):
        calibrated([passage(1, None, rng), strange])
    with pytest.raises(ValueError, match="passage 2 has the scores"):
        llr_of([strange], calibration)


@pytest.mark.slow
@pytest.mark.parametrize("factor", ["zone", "clothes", "thickness"])
def test_groups_by_a_factor_make_up_the_whole(rng, factor) -> None:
    held = some(rng, 1, nothing=20, reference=60, telephone=10)
    llr = rng.normal(size=len(held))
    rates = pd_by(held, llr, 0.2, factor=factor)
    pooled = rates_at(held, llr, 0.2)[0]
    assert sum(rate.n for rate in rates) == pooled.n == 60
    assert sum(rate.k for rate in rates) == pooled.k
    assert len(rates) == {"zone": 2, "clothes": 3, "thickness": 1}[factor]
    if factor == "zone":
        by_zone = Counter(one.zone for one in held if one.thing == "reference")
        assert {rate.name.split("zone ")[1]: rate.n for rate in rates} == {
            zone.replace("_", " "): n for zone, n in by_zone.items()
        }


@pytest.mark.slow
def test_the_clothes_are_those_that_the_twin_puts_on(rng, monkeypatch) -> None:
    """Draws them again from the seed alone: they must be the ones of the passage."""
    worn = []
    draw = dress_module.draw_outfit
    monkeypatch.setattr(dress_module, "draw_outfit", lambda r: worn.append(draw(r)) or worn[-1])
    names = set()
    for seed in range(1, 13):
        truth = scene_of(Passage(seed=seed, thing="reference")).truth
        dress_module.dress(truth.items, seed=truth.seed, person=PERSON, pitch_m=0.05, lowest_m=0.6)
        (rate,) = pd_by([passage(seed, "reference", rng)], np.ones(1), 0.0, factor="clothes")
        outfit = worn[-1]
        assert rate.name.endswith("shirt alone") == (outfit.outer is None)
        if outfit.outer is not None:
            assert rate.name.endswith("close over it") == (outfit.outer_gap_m[1] <= 0.010)
        names.add(rate.name)
    assert len(names) == 3


@pytest.mark.slow
def test_the_groups_of_clothes_come_as_often_as_the_garments(rng) -> None:
    held = [passage(seed, "reference", rng) for seed in range(1, 241)]
    rates = pd_by(held, np.zeros(240), 1.0, factor="clothes")
    alone = next(rate for rate in rates if rate.name.endswith("alone"))
    share = sum(part for part, cloth in OUTER if not isinstance(cloth, Cloth))
    table = [[alone.n, 240 - alone.n], [1e6 * share, 1e6 * (1 - share)]]
    assert chi2_contingency(table).pvalue > 1e-4


@pytest.mark.slow
def test_no_passage_is_scored_by_a_calibration_that_has_seen_it() -> None:
    others = some(np.random.default_rng(3), 1, nothing=30, **ALL)
    stated = some(np.random.default_rng(4), 900, nothing=20, reference=20)
    llr = held_back_llr(stated, others, rng=np.random.default_rng(0))
    things = np.array([str(one.thing) for one in stated])
    assert np.median(llr[things == "reference"]) > np.median(llr[things == "None"])
    # What was carried in one passage cannot change its own score, only that of other folds.
    wrong = replace(stated[0], thing="reference", item_class="threat_dielectric", zone="waist")
    again = held_back_llr([wrong, *stated[1:]], others, rng=np.random.default_rng(0))
    assert again[0] == llr[0]
    assert not np.array_equal(again, llr)


def test_a_ratio_ranks_beyond_the_bound(calibration) -> None:
    passages = some(np.random.default_rng(5), 1200, reference=40)
    assert len(np.unique(llr_of(passages, calibration))) > 35
    assert calibration.bound < np.abs(llr_of(passages, calibration)).max()
