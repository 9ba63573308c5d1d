from collections import Counter

import numpy as np
import pytest

from standex.edges import many_runs
from standex.edges.many_runs import START_UTC_NS, Job, run_job, run_jobs, without
from standex.edges.settings import load_site
from standex.edges.trajectories.shipped import load_shipped
from standex.evaluation.twin_run import TwinRun
from standex.model.errors import SiteError, StandexError
from standex.model.picture import Outcome
from standex.model.trajectories import Trajectories
from standex.twin.carry import EXERCISE, draw_truth

METRO = load_site("metro")
EMPTY = TwinRun(
    seed=0,
    outcomes=(),
    n_stray_alerts=0,
    looks=(),
    n_records={},
)


def first_people(recorded: Trajectories, n: int) -> Trajectories:
    rows = recorded.person <= recorded.people[n - 1]
    return Trajectories(
        name=f"first {n} of {recorded.name}",
        person=recorded.person[rows],
        frame=recorded.frame[rows],
        position_m=recorded.position_m[rows],
        height_m=recorded.height_m[rows],
        frame_rate_hz=recorded.frame_rate_hz,
    )


@pytest.fixture
def job(fakes):
    def make(seed: int = 1, **changes) -> Job:
        settings = {
            "site_toml": fakes.site_toml(),
            "where": "by hand",
            "trajectories": fakes.people(2),
            "carry": EXERCISE,
            "seed": seed,
        }
        return Job(**(settings | changes))

    return make


@pytest.mark.slow
def test_real_ways_are_walked_from_end_to_end(job) -> None:
    people = first_people(load_shipped("corridor"), 3)
    run = run_job(job(7, trajectories=people))
    assert run.seed == 7
    assert [one.person for one in run.outcomes] == people.people.tolist()
    assert all(one.n_tracks >= 1 for one in run.outcomes)
    # Two cameras see everybody and screen nobody.
    assert {one.outcome for one in run.outcomes} == {Outcome.NOT_SCREENED}
    assert run.looks == ()
    assert run.n_stray_alerts == 0
    lasts_s = people.frame.max() / people.frame_rate_hz + 4.0  # the scene begins at frame 0
    assert set(run.n_records) == {"cam-entry", "cam-exit"}
    for n in run.n_records.values():
        assert n == pytest.approx(10 * lasts_s, abs=2)
    truth = draw_truth(people.people, EXERCISE, seed=7)
    carried = [
        item.item_class if item else "nothing" for item in map(truth.of, people.people.tolist())
    ]
    assert [one.item_class for one in run.outcomes] == carried


@pytest.mark.slow
def test_each_run_depends_on_its_seed_alone(fakes, job) -> None:
    """One process or two, in whatever order: the same seed gives the same run."""
    jobs = [job(seed, trajectories=fakes.people(1)) for seed in (1, 2, 3)]
    alone = sorted(map(repr, run_jobs(jobs, processes=1)))
    beside = sorted(map(repr, run_jobs(jobs[::-1], processes=2)))
    assert alone == beside
    assert len(set(alone)) == 3


def test_the_scene_is_of_the_job(job, monkeypatch) -> None:
    seen: list = []

    def fake(station, scene, instruments):
        seen.append((station, scene, instruments))
        return EMPTY

    monkeypatch.setattr(many_runs, "run_twin", fake)
    assert run_job(job(9)) is EMPTY
    station, scene, instruments = seen[0]
    assert station.site.site_id == "survey"
    assert scene.start_utc_ns == START_UTC_NS
    assert scene.truth.seed == 9
    assert set(instruments) == {"cam-entry", "cam-exit"}


@pytest.mark.parametrize("is_calibrated", [True, False])
def test_without_calibrations_nothing_counts(job, monkeypatch, is_calibrated: bool) -> None:
    given: list = []

    def build(site, calibrations):
        given.append(calibrations)
        return {}

    monkeypatch.setattr(many_runs, "calibrations_of", lambda site: {"a-name": "a calibration"})
    monkeypatch.setattr(many_runs, "build_technologies", build)
    monkeypatch.setattr(many_runs, "run_twin", lambda *arguments: EMPTY)
    monkeypatch.setattr(many_runs.Station, "of", lambda *arguments: arguments)
    run_job(job(is_calibrated=is_calibrated))
    assert given == [{"a-name": "a calibration"} if is_calibrated else {}]


def test_one_process_starts_no_other(job, monkeypatch) -> None:
    monkeypatch.setattr(many_runs, "run_job", lambda one: one.seed)
    monkeypatch.setattr(many_runs, "ProcessPoolExecutor", None)
    jobs = [job(seed) for seed in (5, 6)]
    assert list(run_jobs(jobs, processes=0)) == [5, 6]
    assert list(run_jobs(jobs[:1], processes=8)) == [5]
    assert list(run_jobs([], processes=1)) == []


def test_a_site_that_cannot_be_read_is_told(job) -> None:
    with pytest.raises(SiteError, match="by hand"):
        list(run_jobs([job(site_toml="site_id = 3")], processes=1))


def test_seeds_draw_different_carriers() -> None:
    people = np.arange(400)
    drawn = [draw_truth(people, EXERCISE, seed=seed) for seed in (1, 2)]
    assert [item.person for item in drawn[0].items] != [item.person for item in drawn[1].items]
    shares = Counter(item.item_class for item in drawn[0].items)
    assert set(shares) == set(EXERCISE.share)


def test_a_site_without_a_sensor_keeps_all_the_others() -> None:
    site = METRO
    left = without(site, ["di-south"])
    assert [spec.sensor_id for spec in left.sensors] == [
        spec.sensor_id for spec in site.sensors if spec.sensor_id != "di-south"
    ]
    assert without(site, []).sensors == site.sensors
    assert {tuple(sorted(pair)) for pair in left.correlations()} == {("di-north", "mw-north")}


@pytest.mark.parametrize("names", [["mw-west"], [spec.sensor_id for spec in METRO.sensors]])
def test_what_cannot_be_left_out_is_told(names) -> None:
    with pytest.raises(StandexError, match="cannot leave out"):
        without(METRO, names)
