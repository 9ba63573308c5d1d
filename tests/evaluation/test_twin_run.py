from dataclasses import replace

import numpy as np
import pytest

from standex.edges.plugins import build_instruments, build_technologies
from standex.evaluation.closed_loop import Step
from standex.evaluation.twin_run import LookScores, TwinRun, _known_looks, run_twin
from standex.model.hints import no_hints
from standex.model.observation import GaussianFootprint
from standex.model.picture import Outcome, Picture
from standex.model.record import Record
from standex.model.tracks import no_tracks
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.station import Station
from standex.testing.examples import example_evidence

S = 10**9
# One after the other through the southern lane, from so far up that the empty room is learnt first.
WAYS = (((7.5, 1.25), (-1.0, 1.25)), ((9.1, 1.3), (0.6, 1.3)))


def run(metro, scene) -> TwinRun:
    station = Station.of(metro, build_technologies(metro, {}), {})
    return run_twin(station, scene, build_instruments(metro, 1), tail_s=2.0)


@pytest.mark.slow
def test_a_run_keeps_scores_with_what_was_there(metro, walk, item):
    result = run(metro, walk(*WAYS, lasts_s=6.0, items=(item(1),)))
    assert [one.person for one in result.outcomes] == [1, 2]
    assert [one.item_class for one in result.outcomes] == ["threat_dielectric", "nothing"]
    # Nothing is calibrated here: nobody is alarmed about, nobody counts as screened.
    assert {one.outcome for one in result.outcomes} == {Outcome.NOT_SCREENED}
    assert result.n_stray_alerts == 0
    assert result.seed == 3
    assert result.n_records["cam-entry"] == 81
    assert result.n_records["mw-south"] == 41
    by_sensor = {sensor_id: one for one in result.looks for sensor_id in one.sensor_id}
    assert len(result.looks) == 2  # imaging and dielectric measurement score differently
    for one in result.looks:
        check(one)
    check_truth(by_sensor["mw-south"])
    check_truth(by_sensor["di-south"], at_least=2)


def check_truth(looks: LookScores, *, at_least: int = 4) -> None:
    first = looks.person == 1
    assert first.sum() >= at_least
    for row in np.flatnonzero(first):
        on_chest = looks.zone[row] == ZONE_INDEX[BodyZone.TORSO_FRONT]
        assert looks.item_class[row] == ("threat_dielectric" if on_chest else "nothing")
    assert all(looks.item_class[row] == "nothing" for row in np.flatnonzero(~first))


def check(looks: LookScores) -> None:
    n = len(looks.person)
    assert looks.score.shape == (n, len(looks.score_names))
    assert len(looks.sensor_id) == len(looks.zone) == len(looks.item_class) == n
    assert np.isfinite(looks.score).all()


def test_a_run_without_looks_is_empty_and_well_formed(metro, walk):
    cameras = replace(metro, sensors=metro.sensors[2:4])
    scene = walk(((4.6, 2.5), (4.0, 2.5)), lasts_s=0.4)
    station = Station.of(cameras, build_technologies(cameras, {}), {})
    result = run_twin(station, scene, build_instruments(cameras, 1), tail_s=0.1)
    assert result.looks == ()


def step_with(*evidence) -> Step:
    record = Record(sensor_id="mw", t_utc_ns=2 * S, kind="k", sequence=0, arrays={})
    picture = Picture(
        t_utc_ns=2 * S,
        tracks=no_tracks(2 * S),
        history=(),
        passages={},
        health={},
        coverage={},
        n_alerts=0,
    )
    return Step(
        record=record, observations=evidence, picture=picture, events=(), hints=no_hints(2 * S)
    )


def look(position_site_m, *, zone=BodyZone.TORSO_FRONT):
    return example_evidence(
        sensor_id="mw",
        position_site_m=position_site_m,
        log_likelihood=np.zeros(6),
        zone=zone,
        t_utc_ns=2 * S,
    )


def test_scores_are_of_the_nearest_person_and_of_their_zone(walk, item):
    scene = walk(((4.0, 1.0), (0.0, 1.0)), ((4.0, 4.0), (0.0, 4.0)), items=(item(1),))
    chest, waist = look((2.0, 1.2)), look((2.0, 1.2), zone=BodyZone.WAIST)
    other = look((2.1, 4.1))
    rows = _known_looks(step_with(chest, waist, other), scene)
    assert rows == [
        ("mw", chest.score, 1, ZONE_INDEX[BodyZone.TORSO_FRONT], "threat_dielectric"),
        ("mw", waist.score, 1, ZONE_INDEX[BodyZone.WAIST], "nothing"),
        ("mw", other.score, 2, ZONE_INDEX[BodyZone.TORSO_FRONT], "nothing"),
    ]


def test_scores_of_nobody_and_of_no_zone_are_left_out(walk):
    scene = walk(((4.0, 1.0), (0.0, 1.0)))
    ghost, anywhere = look((2.0, 3.0)), look((2.0, 1.0), zone=None)
    assert isinstance(ghost.footprint, GaussianFootprint)
    assert not _known_looks(step_with(ghost, anywhere), scene)
    gone = replace(look((2.0, 1.0)), t_utc_ns=20 * S)
    assert not _known_looks(step_with(gone), scene)
