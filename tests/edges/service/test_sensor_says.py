from dataclasses import replace

import numpy as np
import pytest

from standex.edges.calibrations import calibrations_of
from standex.edges.report.patches import log10_factor
from standex.edges.service.sensor_says import SensorSays
from standex.edges.settings import load_site
from standex.model.observation import HealthState
from standex.model.picture import LedgerEntry
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.testing.examples import example_passage, example_picture

SITE = load_site("metro")
IS_THREAT = SITE.items.is_threat


def look(sensor_id="mw-south", *, said=1.0, look_id="look-1", **changes) -> LedgerEntry:
    facts = {
        "sensor_id": sensor_id,
        "look_id": look_id,
        "t_utc_ns": 1,
        "zone": BodyZone.WAIST,
        "log_likelihood": np.where(IS_THREAT, said, 0.0),
        "attachment": 1.0,
        "correlation": 0.0,
        "counts": True,
        "reason": "an example",
        "score": {},
        "patch": None,
    }
    return LedgerEntry(**(facts | changes))


def passage(*entries):
    one = example_passage(SITE, track_id=7, position_site_m=(0.0, 0.0))
    return replace(one, entries=entries)


@pytest.fixture(scope="module")
def says() -> SensorSays:
    return SensorSays(SITE, calibrations_of(SITE))


def test_each_sensor_is_heard_alone(says) -> None:
    both = passage(look(said=2.0), look("mw-north", said=-1.0))
    north, south = says.looked(both)
    assert (north.sensor_id, south.sensor_id) == ("mw-north", "mw-south")
    assert (south,) == says.looked(passage(look(said=2.0)))
    assert north.log_factor < 0 < south.log_factor
    assert south.calibration_id == calibrations_of(SITE)["microwave-pillars-sim"].calibration_id


def test_one_look_at_one_zone_moves_the_odds_of_that_zone_by_its_factor(says) -> None:
    (said,) = says.looked(passage(look(said=2.0)))
    p_zone = np.exp(SITE.log_prior())[:, IS_THREAT].sum(axis=1)
    prior = 1 - np.prod(1 - p_zone)
    waist = ZONE_INDEX[BodyZone.WAIST]
    odds = p_zone[waist] / (1 - p_zone[waist]) * 10 ** log10_factor(look(said=2.0), SITE)
    p_zone[waist] = odds / (1 + odds)
    after = 1 - np.prod(1 - p_zone)
    expected = after / (1 - after) / (prior / (1 - prior))
    assert np.exp(said.log_factor) == pytest.approx(expected)


def test_alike_looks_count_as_few(says) -> None:
    (one,) = says.looked(passage(look(correlation=1.0)))
    many = [look(look_id=f"look-{k}", correlation=1.0) for k in range(8)]
    (alike,) = says.looked(passage(*many))
    assert alike.log_factor == pytest.approx(one.log_factor)


def test_who_does_not_count_or_has_no_calibration_says_nothing(says) -> None:
    assert says.looked(passage(look(counts=False), look("cam-entry"))) == ()
    assert SensorSays(SITE, {}).looked(passage(look())) == ()


def test_who_looks_by_itself_works_and_did_not_look_is_told_to_have_missed(says) -> None:
    picture = example_picture(SITE)
    failed = replace(picture.health["mw-north"], state=HealthState.FAILED)
    health = {**picture.health, "mw-north": failed}
    del health["di-north"]  # it has never said anything
    said = {one.sensor_id: one for one in says.of(passage(look()), replace(picture, health=health))}
    assert said["mw-south"].has_looked
    assert not said["di-south"].has_looked
    assert said["di-south"].log_factor == 0
    assert said.keys() & {"mw-north", "di-north", "laser", "cam-entry"} == set()
