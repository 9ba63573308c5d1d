import json
from dataclasses import replace
from math import isnan, nan

import pytest

from standex.edges import site_runs
from standex.edges.settings import site_text
from standex.edges.site_runs import SiteJob, Variant, run_site_job, run_site_jobs, stored_runs
from standex.evaluation.ablation import BlindScheduler, ChosenScheduler
from standex.evaluation.score import PersonOutcome
from standex.evaluation.score_looks import AssociationCounts
from standex.evaluation.twin_run import TwinRun
from standex.model.errors import SiteError, StandexError
from standex.model.picture import Outcome
from standex.twin.carry import EXERCISE
from standex.twin.surrogate import SurrogateLooks


@pytest.fixture
def jobs(fakes) -> list[SiteJob]:
    whole = Variant(name="survey", site_toml=fakes.site_toml(), where="survey")
    return [
        SiteJob(variant=variant, trajectories=fakes.people(2), carry=EXERCISE, seed=seed)
        for seed in (4, 5)
        for variant in (whole, replace(whole, name="less", without=("cam-exit",)))
    ]


def made(job: SiteJob) -> TwinRun:
    """Return a made-up run that depends on the job alone."""
    one = PersonOutcome(
        person=1,
        item_class="nothing",
        outcome=Outcome.NOT_SCREENED,
        p_threat=job.seed / 100,
        n_looks=0,
        n_tracks=len(job.variant.without),
        alert_s=nan,
        seconds_in_reach=1 / 3,
        p_max=1 / 7,
        factors={"bag": "no"},
    )
    return TwinRun(
        seed=job.seed,
        outcomes=(one,),
        n_stray_alerts=1,
        looks=(),
        n_records={"cam": 3},
        n_alerts=2,
        duration_s=9.1,
        n_tasks_done={"laser": 4},
        association=AssociationCounts(n_looks=3),
    )


def go(jobs, store, run_job=made) -> dict:
    return dict(run_site_jobs(jobs, store=store, processes=1, run_job=run_job))


def never(job: SiteJob) -> TwinRun:
    raise AssertionError(f"{job.variant.name}, seed {job.seed} was run again")


def test_what_is_finished_is_not_made_again_and_comes_back_as_it_was(jobs, tmp_path):
    store = tmp_path / "deep" / "runs.jsonl"
    first = go(jobs, store)
    again = go(jobs, store, never)
    assert list(first) == list(again) == [("survey", 4), ("less", 4), ("survey", 5), ("less", 5)]
    for key, run in first.items():
        (one,), (other,) = run.outcomes, again[key].outcomes
        assert isnan(other.alert_s)
        assert replace(one, alert_s=0.0, entered_s=0.0, in_view_to_alert_s=0.0, p_final=0.0) == (
            replace(other, alert_s=0.0, entered_s=0.0, in_view_to_alert_s=0.0, p_final=0.0)
        )
        assert replace(run, outcomes=()).association == again[key].association
        assert again[key].n_tasks_done == {"laser": 4}


def test_a_stopped_evaluation_goes_on_where_it_was(jobs, tmp_path):
    store = tmp_path / "runs.jsonl"
    go(jobs[:2], store)
    with store.open("ab") as file:
        file.write(b'{"key": "abc')  # cut off
    ran: list[int] = []

    def note(job: SiteJob) -> TwinRun:
        ran.append(job.seed)
        return made(job)

    assert len(go(jobs, store, note)) == 4
    assert ran == [5, 5]
    assert len(store.read_bytes().splitlines()) == 4


def test_runs_of_another_site_file_or_exercise_are_refused(jobs, tmp_path):
    store = tmp_path / "runs.jsonl"
    go(jobs, store)
    louder = replace(jobs[0].variant, site_toml=jobs[0].variant.site_toml + "\n# changed")
    for other in (
        replace(jobs[0], variant=louder),
        replace(jobs[0], carry=replace(EXERCISE, share={})),
        replace(jobs[0], variant=replace(jobs[0].variant, p_alarm=0.9)),
    ):
        with pytest.raises(StandexError, match="line 1: seed 4 of 'survey' was made of another"):
            go([other], store)
    moved = replace(jobs[0], variant=replace(jobs[0].variant, where="elsewhere/survey.toml"))
    assert len(go([moved], store, never)) == 1


@pytest.mark.parametrize(
    "text", [b"no json\n", b'{"key": "a"}\n', b'{"key": "a", "variant": "x", "run": {}}\n', b"x"]
)
def test_what_is_no_store_is_refused(jobs, tmp_path, text):
    store = tmp_path / "runs.jsonl"
    store.write_bytes(text)
    with pytest.raises(StandexError, match=r"runs\.jsonl, line 1: not a run"):
        go(jobs, store)


def test_a_store_that_cannot_be_is_refused_before_anything_is_run(jobs, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StandexError, match="choose another --out"):
        go(jobs, tmp_path / "file" / "runs.jsonl", never)
    with pytest.raises(StandexError, match="cannot be read"):
        stored_runs(tmp_path, {})


def test_lines_are_plain_json(jobs, tmp_path):
    go(jobs[:1], tmp_path / "runs.jsonl")
    line = json.loads((tmp_path / "runs.jsonl").read_text())
    assert line["variant"] == "survey"
    assert line["run"]["outcomes"][0]["alert_s"] is None
    assert set(line["run"]) == set(site_runs._Kept.__dataclass_fields__)


def test_a_variant_is_the_site_less_something(jobs):
    variant = jobs[1].variant
    assert [spec.sensor_id for spec in variant.site().sensors] == ["cam-entry"]
    assert replace(variant, p_alarm=0.77).site().operating_point.p_alarm == 0.77
    with pytest.raises(StandexError, match="cannot leave out nobody"):
        replace(variant, without=("nobody",)).site()
    with pytest.raises(SiteError):
        replace(variant, site_toml="x").site()


@pytest.mark.slow  # the laser's library is read
def test_looks_by_suspicion_by_chance_and_surrogates_reach_the_run(jobs, monkeypatch):
    seen = []

    def kept(station, scene, instruments, **_):
        seen.append((station, instruments))
        return made(jobs[0])

    monkeypatch.setattr(site_runs, "run_twin", kept)
    metro = Variant(
        name="metro", site_toml=site_text("metro"), where="metro", bank="metro-sim", looks_from=0.2
    )
    for variant in (metro, replace(metro, looks_from=0.0, has_cueing=False, look_share=0.4)):
        run_site_job(replace(jobs[0], variant=variant))
    (cued, instruments), (by_chance, _) = seen
    assert isinstance(instruments["mw-south"], SurrogateLooks)
    assert not isinstance(instruments["laser"], SurrogateLooks)
    assert isinstance(cued.scheduler, ChosenScheduler)
    assert cued.scheduler.least_p == 0.2
    assert isinstance(by_chance.scheduler, BlindScheduler)
    assert isinstance(by_chance.scheduler.scheduler, ChosenScheduler)
    assert by_chance.scheduler.scheduler.share == 0.4


@pytest.mark.slow
def test_a_run_of_the_twin_is_its_seeds_alone(jobs):
    whole, blind = (
        run_site_job(replace(jobs[0], variant=one))
        for one in (
            jobs[0].variant,
            replace(jobs[0].variant, name="b", has_cueing=False, has_likelihoods=False),
        )
    )
    assert [one.person for one in whole.outcomes] == [1, 2]
    # Cameras alone find nothing: there is nothing that cueing or likelihoods could change.
    assert whole.outcomes[0].p_max == blind.outcomes[0].p_max
    assert all(one.factors["bag"] == "no" for one in whole.outcomes)
    assert whole.duration_s > 5
