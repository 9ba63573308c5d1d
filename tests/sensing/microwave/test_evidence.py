from dataclasses import replace

import numpy as np
import pytest

from standex.model.calibration import Calibration, Origin
from standex.model.zones import BodyZone
from standex.sensing.microwave.anomaly import FEATURES, ON_LINE
from standex.sensing.microwave.evidence import (
    FULL_CLARITY_DB,
    HALF_TRUNK_M,
    LEAST_CLARITY_DB,
    SCORES,
    Look,
    evidence_of,
    footprint_of,
    in_words,
    picture_of,
    scores_of,
)
from standex.sensing.microwave.surface import find_stripe
from standex.sensing.microwave.sweep import KIND

CLASSES = ("nothing", "benign_residue", "threat_dielectric", "threat_metal")
CHEST = (1.19, 1.36)  # more than a window above the waist


@pytest.fixture
def look(box, body_image) -> Look:
    """Return a look at a body 0.10 m before the middle, with an echo before the chest."""
    images = [
        body_image(-0.10, seed=1, echoes=[(-0.05, *CHEST, 0.7)]),
        body_image(-0.10, seed=2),
    ]
    return Look(
        box=box,
        stripes=[find_stripe(image, box) for image in images],
        is_front=True,
        normal_rad=np.array([0.3, -0.3]),
        spread_m=0.15,
    )


@pytest.fixture
def calibration() -> Calibration:
    """Return one under which echo before the line speaks for a slab; metal it likes less."""
    n = len(SCORES)
    weights = np.zeros((3, 1 + 2 * n))
    weights[1, 1 + SCORES.index(FEATURES[1])] = 2.0
    weights[2, 1 + SCORES.index(FEATURES[1])] = 1.0
    return Calibration(
        calibration_id="test-1",
        sensor_kind=KIND,
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=10**18,
        provenance="made by hand",
        feature_names=SCORES,
        class_names=("nothing", "threat_dielectric", "threat_metal"),
        center=np.full(n, -15.0),
        scale=np.full(n, 5.0),
        clip=4.0,
        weights=weights,
        bound=3.0,
        cllr=0.8,
        correlation=0.4,
        n_passages_per_class={"nothing": 20, "threat_dielectric": 20, "threat_metal": 20},
        p_detect=0.6,
    )


def say(look: Look, calibration: Calibration | None):
    return evidence_of(
        look,
        sensor_id="mw",
        look_id="mw:1.0",
        t_utc_ns=7,
        footprint=footprint_of(look),
        calibration=calibration,
        class_names=CLASSES,
    )


def test_scores_say_which_zone_they_are_of(look):
    scores = scores_of(look)
    assert set(scores) == {BodyZone.TORSO_FRONT, BodyZone.WAIST}
    for zone, values in scores.items():
        assert values.shape == (len(SCORES),)
        assert values[-1] == (zone is BodyZone.WAIST)
    assert set(scores_of(replace(look, is_front=False))) == {BodyZone.TORSO_BACK, BodyZone.WAIST}


def test_without_calibration_there_are_scores_and_no_opinion(look):
    for one in say(look, None):
        assert one.calibration_id == ""
        np.testing.assert_array_equal(one.log_likelihood, 0)
        assert one.log_clutter == 0
        assert tuple(one.score) == SCORES
        assert "nothing stands out" in one.reason


def test_likelihoods_are_those_of_the_calibration_in_the_order_of_the_site(look, calibration):
    for one in say(look, calibration):
        score = np.array([one.score[name] for name in SCORES])
        nothing, slab, metal = calibration.log_likelihood(score[None])[0]
        np.testing.assert_allclose(one.log_likelihood, [nothing, nothing, slab, metal])
        assert one.log_likelihood.max() == 0
        assert one.log_likelihood.min() >= -calibration.bound
        assert one.log_clutter == pytest.approx(np.log(np.exp(one.log_likelihood).mean()))
        assert one.calibration_id == "test-1"
        assert one.correlation == 0.4
        assert one.t_first_utc_ns == one.t_utc_ns == one.t_last_utc_ns == 7


def test_the_zone_with_the_echo_is_told_from_the_other(look, calibration):
    by_zone = {one.zone: one for one in say(look, calibration)}
    torso, waist = by_zone[BodyZone.TORSO_FRONT], by_zone[BodyZone.WAIST]
    llr = [one.log_likelihood[2] - one.log_likelihood[0] for one in (torso, waist)]
    assert llr[0] > 2
    assert llr[1] < -2
    assert "dielectric" in torso.reason
    assert "nothing stands out" in waist.reason


def test_words_never_say_what_it_is():
    score = np.zeros(len(SCORES))
    score[1], score[ON_LINE + 1] = 3.0, -4.0
    for best in range(len(CLASSES)):
        log_likelihood = np.full(len(CLASSES), -2.0)
        log_likelihood[best] = 0.0
        words = in_words(score, BodyZone.TORSO_FRONT, log_likelihood, CLASSES)
        assert words.startswith("torso front: ")
        assert "threat" not in words
        assert "explosive" not in words
    assert "metal-like" in words
    assert "+3 dB" in words
    flat = in_words(score, BodyZone.WAIST, np.zeros(len(CLASSES)), CLASSES)
    assert flat == "waist: nothing stands out from the body line"


def test_the_footprint_is_where_the_body_was_found(look):
    footprint = footprint_of(look)
    expected = look.box.origin_m + (-0.10 + HALF_TRUNK_M) * look.box.away
    np.testing.assert_allclose(footprint.position_site_m, expected, atol=0.005)
    # Sure in depth, no surer across than where it was looked for.
    np.testing.assert_allclose(footprint.covariance_site_m2, np.diag([0.06**2, 0.15**2]))


def test_quality_is_how_clearly_a_body_stood_out(look):
    def at(clarity_db: float) -> float:
        dim = [replace(look.stripes[0], clarity_db=clarity_db)]
        return replace(look, stripes=[*dim, replace(dim[0], clarity_db=-50.0)]).quality

    assert at(LEAST_CLARITY_DB - 1) == 0
    assert at((LEAST_CLARITY_DB + FULL_CLARITY_DB) / 2) == pytest.approx(0.5)
    assert at(FULL_CLARITY_DB + 30) == 1
    assert replace(look, stripes=[], normal_rad=np.zeros(0)).quality == 0


def test_flanks_say_nothing(look):
    """The second stripe shows an echo off the line, but lies on the flank."""
    odd, plain = look.stripes
    for stripes, normal in (([plain, odd], [0.1, 0.5]), ([odd, plain], [-0.5, 0.1])):
        turned = replace(look, stripes=stripes, normal_rad=np.array(normal))
        assert turned.frontal == [plain]
        alone = replace(look, stripes=[plain], normal_rad=np.array([0.1]))
        for zone, values in scores_of(alone).items():
            np.testing.assert_array_equal(scores_of(turned)[zone], values)
        assert turned.quality == alone.quality
        np.testing.assert_array_equal(picture_of(turned).values, picture_of(alone).values)
        dim = [replace(s, clarity_db=-5.0) if s is plain else s for s in stripes]
        assert replace(turned, stripes=dim).quality == 0


def test_the_picture_shows_the_chest_and_only_what_was_seen(look):
    patch = picture_of(look)
    assert patch.values.shape == (len(patch.height_m), len(patch.across_m))
    assert np.isnan(patch.values[:, len(patch.across_m) // 2]).all()  # no stripe looks there
    # Seen from the front, the sensor's left is the figure's right.
    right = patch.values[:, patch.across_m < -0.05]
    chest = (patch.height_m > CHEST[0]) & (patch.height_m < CHEST[1])
    belly = patch.height_m < 1.05
    assert np.nanmean(right[chest]) > np.nanmean(right[belly]) + 3
    behind = picture_of(replace(look, is_front=False))
    np.testing.assert_array_equal(behind.values, patch.values[:, ::-1])


def test_dim_stripes_are_not_drawn(look):
    dim = [replace(stripe, clarity_db=LEAST_CLARITY_DB - 1) for stripe in look.stripes]
    assert np.isnan(picture_of(replace(look, stripes=dim)).values).all()
