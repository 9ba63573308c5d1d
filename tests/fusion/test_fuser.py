from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.fusion.fuser import LedgerFuser
from standex.model.picture import Passage
from standex.model.site import Site
from standex.model.tracks import Association
from standex.model.zones import ZONE_INDEX, ZONES, BodyZone
from standex.testing import check_fuser
from standex.testing.examples import (
    T_UTC_NS,
    example_coverage,
    example_evidence,
    example_passage,
)

TRUSTED = "panel-1"
WAIST = ZONE_INDEX[BodyZone.WAIST]


@pytest.fixture(scope="module")
def fuser(site: Site) -> LedgerFuser:
    return LedgerFuser(
        log_prior=site.log_prior(), zone_share=site.zone_share, trusted=frozenset({TRUSTED})
    )


@pytest.fixture(scope="module")
def threat(site: Site) -> np.ndarray:
    return np.where(site.items.is_threat, 0.0, -4.0)


def people(site: Site, *track_ids: int) -> dict[int, Passage]:
    return {t: example_passage(site, track_id=t, position_site_m=(0.0, 0.0)) for t in track_ids}


def look_at(x_m, y_m, said, **changes):
    evidence = example_evidence(
        sensor_id="mw-south",
        position_site_m=(float(x_m), float(y_m)),
        log_likelihood=said,
        zone=BodyZone.WAIST,
        calibration_id=TRUSTED,
    )
    return replace(evidence, **changes)


def p_threat(passage: Passage, site: Site) -> float:
    return site.items.p_threat(passage.log_posterior)[0]


def test_conforms(fuser: LedgerFuser, site: Site) -> None:
    check_fuser(fuser, site=site, calibration_id=TRUSTED)


def test_a_look_at_one_is_bayes(fuser, site, at, threat) -> None:
    after = fuser.attach(
        people(site, 1), (look_at(0, 0, threat),), at((0, 0), t_utc_ns=T_UTC_NS), None
    )
    expected = np.exp(site.log_prior()[WAIST] + threat)
    np.testing.assert_allclose(
        np.exp(after[1].log_posterior[WAIST]), expected / expected.sum(), rtol=0.01
    )


@given(st.floats(0.0, 3.0), st.floats(-6.0, 6.0))
def test_two_who_share_a_look_are_raised_less_than_one_alone(site, at, x_m, strength) -> None:
    fuser = LedgerFuser(
        log_prior=site.log_prior(), zone_share=site.zone_share, trusted=frozenset({TRUSTED})
    )
    said = np.where(site.items.is_threat, strength, 0.0)
    look = (look_at(x_m, 0.0, said, log_clutter=0.0),)
    both = fuser.attach(people(site, 1, 2), look, at((0, 0), (3, 0), t_utc_ns=T_UTC_NS), None)
    surely = Association(
        sensor_id="mw-south",
        t_utc_ns=T_UTC_NS,
        first_pair=np.array([0, 1]),
        pair_track_id=np.array([1]),
        pair_weight=np.ones(1),
        nobody=np.zeros(1),
    )
    alone = fuser.attach(
        people(site, 1),
        (replace(look[0], position_row=0),),
        at((0, 0), t_utc_ns=T_UTC_NS),
        surely,
    )
    sign = np.sign(strength)
    most = sign * p_threat(alone[1], site)
    assert sign * p_threat(both[1], site) <= most + 1e-12
    assert sign * p_threat(both[2], site) <= most + 1e-12


def test_evidence_without_a_share_changes_nothing(fuser, site, at, threat) -> None:
    before = people(site, 1, 2)
    snapshot = at((0, 0), (0.9, 0), t_utc_ns=T_UTC_NS)
    after = fuser.attach(before, (look_at(0, 0, threat),), snapshot, None)
    assert len(after[2].entries) == 0 or after[2].entries[0].attachment < 0.01
    far = fuser.attach(
        before, (look_at(0, 0, threat),), at((0, 0), (9, 0), t_utc_ns=T_UTC_NS), None
    )
    assert far[2] is before[2]


def test_clutter_alone_changes_nothing(fuser, site, at, threat) -> None:
    before = people(site, 1)
    after = fuser.attach(before, (look_at(50, 0, threat),), at((0, 0), t_utc_ns=T_UTC_NS), None)
    assert after[1] is before[1]


def association(sensor_id: str, weight, nobody) -> Association:
    return Association(
        sensor_id=sensor_id,
        t_utc_ns=T_UTC_NS,
        first_pair=np.array([0, 2]),
        pair_track_id=np.array([1, 2]),
        pair_weight=np.array(weight),
        nobody=np.array([nobody]),
    )


def test_the_trackers_weights_are_taken_for_the_row_of_the_same_sensor(
    fuser, site, at, threat
) -> None:
    look = (look_at(0, 0, threat, position_row=0),)
    snapshot = at((0, 0), (3, 0), t_utc_ns=T_UTC_NS)

    def attachment(whose: Association) -> dict[int, float]:
        after = fuser.attach(people(site, 1, 2), look, snapshot, whose)
        return {t: p.entries[0].attachment for t, p in after.items() if p.entries}

    assert attachment(association("mw-south", [0.2, 0.7], 0.1)) == {1: 0.2, 2: 0.7}
    # Row 0 of another sensor's scan is somebody else.
    assert attachment(association("cam-entry", [0.0, 1.0], 0.0))[1] > 0.9


def test_whoever_has_left_keeps_their_share(fuser, site, at, threat) -> None:
    both_there = at((0, 0), (0.1, 0), t_utc_ns=T_UTC_NS)
    look = (look_at(0.05, 0, threat),)
    after = fuser.attach(people(site, 1), look, both_there, None)
    assert after[1].entries[0].attachment == pytest.approx(0.5, abs=0.01)
    assert set(after) == {1}
    # Half of the look is nobody's whom we know: diluted by what clutter would look like.
    likelihood, clutter = np.exp(threat), np.exp(look[0].log_clutter)
    np.testing.assert_allclose(
        np.exp(after[1].entries[0].log_likelihood), 0.5 * likelihood + 0.5 * clutter, rtol=0.01
    )


def test_zones_of_a_look_are_attached_together(fuser, site, at, threat) -> None:
    look = (look_at(0, 0, threat), look_at(0, 0, -threat, zone=BodyZone.LEGS))
    after = fuser.attach(people(site, 1), look, at((0, 0), t_utc_ns=T_UTC_NS), None)
    assert [e.zone for e in after[1].entries] == [BodyZone.WAIST, BodyZone.LEGS]
    assert after[1].entries[0].attachment == after[1].entries[1].attachment


def test_without_a_zone_a_look_still_counts(fuser, site, at, threat) -> None:
    look = (look_at(0, 0, threat, zone=None),)
    after = fuser.attach(people(site, 1, 2), look, at((0, 0), (0.2, 0), t_utc_ns=T_UTC_NS), None)
    prior = site.items.p_threat(site.log_prior())[0]
    assert all(p_threat(passage, site) > prior for passage in after.values())


def test_a_repeated_look_is_not_a_second_witness(fuser, site, at, threat) -> None:
    snapshot = at((0, 0), t_utc_ns=T_UTC_NS)
    once = fuser.attach(people(site, 1), (look_at(0, 0, threat),), snapshot, None)
    twice = fuser.attach(once, (look_at(0, 0, -threat),), snapshot, None)
    assert twice[1] is once[1]
    doubled = fuser.attach(people(site, 1), (look_at(0, 0, threat),) * 2, snapshot, None)
    assert len(doubled[1].entries) == 1


def test_another_sensor_may_use_the_same_number(fuser, site, at, threat) -> None:
    snapshot = at((0, 0), t_utc_ns=T_UTC_NS)
    once = fuser.attach(people(site, 1), (look_at(0, 0, threat),), snapshot, None)
    other = look_at(0, 0, threat, sensor_id="mw-north")
    both = fuser.attach(once, (other,), snapshot, None)
    assert [e.sensor_id for e in both[1].entries] == ["mw-south", "mw-north"]
    assert p_threat(both[1], site) > p_threat(once[1], site)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"log_likelihood": np.zeros(3)}, "3 likelihoods, the site has 6 classes"),
        ({"log_likelihood": np.full(6, np.nan)}, "a likelihood is not finite"),
        ({"log_clutter": np.inf}, "a likelihood is not finite"),
        ({"correlation": 1.5}, r"correlation 1.5 is outside \[0, 1\]"),
        ({"correlation": np.nan}, r"outside \[0, 1\]"),
    ],
)
def test_a_look_that_means_nothing_is_refused(fuser, site, at, threat, changes, match) -> None:
    with pytest.raises(ValueError, match=match):
        fuser.attach(people(site, 1), (look_at(0, 0, threat, **changes),), at((0, 0)), None)


def test_parts_of_two_looks_are_refused(fuser, site, at, threat) -> None:
    look = (look_at(0, 0, threat), look_at(0, 0, threat, look_id="other"))
    with pytest.raises(ValueError, match="are not one look"):
        fuser.attach(people(site, 1), look, at((0, 0)), None)


def test_the_best_coverage_counts(fuser, site, at) -> None:
    snapshot = at((0, 1), t_utc_ns=T_UTC_NS)
    passages = people(site, 1)
    for p_detect in (0.3, 0.6, 0.4):
        coverage = example_coverage(site, sensor_id="mw-south", p_report=0.5, p_detect=p_detect)
        passages = dict(fuser.cover(passages, coverage, snapshot))
    np.testing.assert_array_equal(passages[1].covered, 0.6)


def test_coverage_is_read_in_the_cell_where_the_person_was(fuser, site, at) -> None:
    coverage = example_coverage(site, sensor_id="mw-south", p_report=0.5, p_detect=0.0)
    x, y = (np.array([0.2, 1.1]) - coverage.origin_site_m) // coverage.cell_m
    coverage.p_detect[WAIST, int(x), int(y)] = 0.7
    a_second_later = at((-0.8, 1.1), (5.0, 1.1), t_utc_ns=T_UTC_NS + 10**9, velocity=(-1.0, 0.0))
    after = fuser.cover(people(site, 1, 2), coverage, a_second_later)
    assert after[1].covered.tolist() == [0.7 if z is BodyZone.WAIST else 0.0 for z in ZONES]
    assert not after[2].covered.any()


@pytest.mark.parametrize("p_detect", [np.nan, -0.1, 1.1])
def test_coverage_that_is_no_probability_is_refused(fuser, site, at, p_detect) -> None:
    coverage = example_coverage(site, sensor_id="mw-south", p_report=0.5, p_detect=p_detect)
    with pytest.raises(ValueError, match=r"p_detect of mw-south must be inside \[0, 1\]"):
        fuser.cover(people(site, 1), coverage, at((0, 1), t_utc_ns=T_UTC_NS))
