"""Looks become evidence, words, a picture and coverage."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.calibration import Calibration, Origin
from standex.model.frames import RigidTransform
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.sensing.microwave.imaging.voxels import Grid
from standex.sensing.microwave.panel_evidence import (
    KIND,
    SCORES,
    coverage_of,
    evidence_of,
    in_words,
    picture_of,
)
from standex.sensing.microwave.panel_looks import OpenLook
from standex.sensing.microwave.panel_profile import ACROSS_M, HEIGHT_M, lay_out
from standex.sensing.microwave.panel_surface import fit_surface
from standex.testing.observations import check_observations

S = 10**9
CLASSES = ("nothing", "benign_metal", "benign_dielectric", "threat_dielectric", "threat_metal")
SLAB = ((-0.030, 0.08), (0.020, 0.25))
METAL = ((-0.030, 1.0),)
GRID = Grid(origin_m=np.array([0.7, -0.3, 0.8]), step_m=np.full(3, 0.02), shape=(38, 31, 36))
ZONES_SEEN = {BodyZone.TORSO_FRONT, BodyZone.WAIST}


def calibration_of(classes: tuple[str, ...] = CLASSES) -> Calibration:
    """Return a calibration made by hand: a slab is echo both ways, metal before only."""
    n = len(SCORES)
    weights = np.zeros((len(classes), 1 + 2 * n))
    for name, score in (("threat_dielectric", "slab_db"), ("threat_metal", "metal_db")):
        if name in classes:
            weights[classes.index(name), 1 + SCORES.index(score)] = 2.0
    return Calibration(
        calibration_id="test-1",
        sensor_kind=KIND,
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=100 * S,
        provenance="made by hand",
        feature_names=SCORES,
        class_names=classes,
        center=np.zeros(n),
        scale=np.full(n, 5.0),
        clip=4.0,
        weights=weights,
        bound=3.0,
        cllr=0.8,
        correlation=0.0,
        n_passages_per_class=dict.fromkeys(classes, 20),
        p_detect=0.6,
    )


@pytest.fixture
def spec(metro):
    """Return panels at (2, 1) that look along +y, whatever the site has."""
    return replace(
        metro.sensor("mw-south"),
        sensor_id="gate-1",
        site_from_sensor=RigidTransform.from_pose(position_m=(2.0, 1.0, 0.0), yaw_rad=np.pi / 2),
    )


@pytest.fixture
def look(trunk):
    def make(**of_trunk) -> OpenLook:
        body = trunk(**of_trunk)
        surface = fit_surface(body.views, **body.axes, expected_m=1.0)
        return OpenLook(
            profile=replace(lay_out(body.views, surface, **body.axes), n_frames=1),
            place_m=np.array([1.1, 0.1]),
            velocity_m_per_s=np.array([-1.0, 0.0]),
            t_first_utc_ns=S,
            t_last_utc_ns=2 * S,
        )

    return make


def said(look, spec, calibration, classes=CLASSES):
    return evidence_of(
        look, spec=spec, look_id="gate-1:7.0", calibration=calibration, class_names=classes
    )


@pytest.mark.slow
def test_evidence_can_be_used(look, spec):
    for calibration in (None, calibration_of()):
        for echoes in ((), SLAB, METAL):
            evidence = said(look(echoes=echoes), spec, calibration)
            check_observations(evidence, sensor_id="gate-1", n_classes=len(CLASSES))
            assert {one.zone for one in evidence} == ZONES_SEEN
            for one in evidence:
                assert (one.t_first_utc_ns, one.t_last_utc_ns) == (S, 2 * S)
                assert one.correlation == 0
                assert tuple(one.score) == SCORES
                assert one.score["is_waist"] == (one.zone is BodyZone.WAIST)
                # The sensor looks along +y: its x is the site's y, its y the site's -x.
                np.testing.assert_allclose(one.footprint.position_site_m, (1.9, 2.1))


def test_without_calibration_it_weighs_nothing(look, spec):
    for one in said(look(echoes=SLAB), spec, None):
        assert one.calibration_id == ""
        assert not one.log_likelihood.any()
        assert one.log_clutter == 0


def of_torso(evidence) -> np.ndarray:
    (one,) = (one for one in evidence if one.zone is BodyZone.TORSO_FRONT)
    return one.log_likelihood


def test_likelihoods_turn_with_the_object(look, spec):
    clean, slab, metal = (
        of_torso(said(look(echoes=echoes), spec, calibration_of())) for echoes in ((), SLAB, METAL)
    )
    slab_row, metal_row = CLASSES.index("threat_dielectric"), CLASSES.index("threat_metal")
    assert slab[slab_row] - slab[0] > clean[slab_row] - clean[0] + 2
    assert metal[metal_row] - metal[0] > clean[metal_row] - clean[0] + 2
    assert metal.argmax() == metal_row


def test_a_class_the_calibration_does_not_know_looks_like_nothing(look, spec):
    classes = (*CLASSES, "benign_residue")
    likelihood = of_torso(said(look(echoes=SLAB), spec, calibration_of(), classes))
    assert likelihood[-1] == likelihood[0]
    # Whatever the order of the site's classes.
    turned = CLASSES[:1] + CLASSES[:0:-1]
    other = of_torso(said(look(echoes=SLAB), spec, calibration_of(), turned))
    np.testing.assert_array_equal(other[1:], likelihood[1:5][::-1])


@pytest.mark.parametrize("zone", sorted(ZONES_SEEN))
@pytest.mark.parametrize("name", CLASSES)
def test_words_say_what_is_seen_and_never_what_it_is(zone, name):
    score = np.zeros(len(SCORES))
    score[SCORES.index("slab_area_log_m2")] = np.log(0.02 + 1e-3)
    score[SCORES.index("metal_area_log_m2")] = np.log(0.03 + 1e-3)
    likelihood = np.where(np.array(CLASSES) == name, 0.0, -1.0)
    words = in_words(score, zone, likelihood, CLASSES)
    assert words.startswith(zone.value.replace("_", " "))
    for never in ("explosive", "bomb", "threat", "weapon", "suicide"):
        assert never not in words.lower()
    if name == "nothing":
        assert "nothing stands out" in words
    elif name.endswith("metal"):
        assert "metal-like, about 300 cm2" in words
    else:
        assert "dielectric anomaly" in words
        assert "about 200 cm2" in words


def test_words_of_a_look_that_says_nothing():
    words = in_words(np.zeros(len(SCORES)), BodyZone.WAIST, np.zeros(5), CLASSES[::-1])
    assert "nothing stands out" in words


def test_the_picture_is_a_figure_that_faces_the_reader(look):
    """An object at the sensor's left is at the right hand of who faces it: the figure's right."""
    picture = picture_of(look(echoes=SLAB, patch=(0.06, 1.22, 0.06)))
    assert picture.values.shape == (len(HEIGHT_M), len(ACROSS_M))
    row, column = np.unravel_index(np.nanargmax(picture.values), picture.values.shape)
    assert picture.across_m[column] == pytest.approx(-0.06, abs=0.05)
    assert picture.height_m[row] == pytest.approx(1.22, abs=0.05)


def test_the_picture_is_blank_where_nothing_was_seen(look):
    picture = picture_of(look(top_m=1.28, noise=1e-3))
    assert np.isnan(picture.values[picture.height_m > 1.30]).all()
    inside = (picture.height_m > 0.95) & (picture.height_m < 1.15)
    assert np.isfinite(picture.values[inside]).all()
    # Below the waist legs part: that is in no zone, and nobody looks there.
    assert np.isnan(picture.values[picture.height_m < 0.81]).all()


def test_coverage_is_where_the_person_is_now(look, spec):
    """Half a second on, at 1 m/s: the sensor's x = 0.6 m, y = 0.1 m is (1.9, 1.6) in the site."""
    coverage = coverage_of(
        [(look(), 0.5)], spec=spec, grid=GRID, t_utc_ns=2 * S + S // 2, p_detect=0.8
    )
    check_observations((coverage,), sensor_id="gate-1", n_classes=5)
    cells = np.argwhere(coverage.p_detect.max(axis=0) > 0)
    places = coverage.origin_site_m + (cells + 0.5) * coverage.cell_m
    assert np.hypot(*(places - (1.9, 1.6)).T).max() < 0.3
    for zone in BodyZone:
        layer = coverage.p_detect[ZONE_INDEX[zone]]
        assert layer.max() == (pytest.approx(0.4) if zone in ZONES_SEEN else 0)
    assert not coverage.p_report.any()


def test_coverage_of_nobody_and_of_useless_looks_is_none(look, spec):
    for looks in ([], [(look(), 0.0)]):
        coverage = coverage_of(looks, spec=spec, grid=GRID, t_utc_ns=S, p_detect=0.8)
        assert not coverage.p_detect.any()


def test_the_better_of_two_looks_counts(look, spec):
    looks = [(look(), 0.2), (look(), 0.9), (look(), 0.1)]
    coverage = coverage_of(looks, spec=spec, grid=GRID, t_utc_ns=2 * S, p_detect=0.5)
    assert coverage.p_detect.max() == pytest.approx(0.45)
