import json
from math import nan, sqrt
from types import SimpleNamespace

import pytest

from standex.edges.cli import main
from standex.edges.commands import simulate
from standex.evaluation.score import PersonOutcome
from standex.evaluation.twin_run import TwinRun
from standex.model.picture import Outcome

ALARM, NOTHING, UNSEEN = Outcome.ALARM, Outcome.NOTHING_FOUND, Outcome.NOT_SCREENED
# Of the first run and the second, by person.
PASSAGES = (
    (("threat_dielectric", ALARM), ("nothing", NOTHING), ("benign_metal", ALARM)),
    (("threat_metal", UNSEEN), ("nothing", ALARM), ("nothing", NOTHING)),
)


def made(seed: int, passages) -> TwinRun:
    outcomes = tuple(
        PersonOutcome(
            person=person,
            item_class=item_class,
            outcome=outcome,
            p_threat=0.5,
            n_looks=4,
            n_tracks=1,
            alert_s=float(person) if outcome is ALARM else nan,
            seconds_in_reach=6.0 if outcome is ALARM else nan,
            p_max=0.6,
            p_final=0.5 if person > 1 else nan,
        )
        for person, (item_class, outcome) in enumerate(passages, start=1)
    )
    return TwinRun(
        seed=seed, outcomes=outcomes, n_stray_alerts=1, looks=(), n_records={"mw-entry": 5}
    )


@pytest.fixture
def asked(fakes, monkeypatch) -> list:
    """Put hand-made runs in the place of the twin; return what it was asked for."""
    calls: list = []

    def run_jobs(jobs, *, processes):
        calls.append((jobs, processes))
        runs = [made(job.seed, PASSAGES[k % 2]) for k, job in enumerate(jobs)]
        yield from reversed(runs)  # whoever is first is first

    monkeypatch.setattr(simulate, "load_shipped", lambda name: fakes.people(3))
    monkeypatch.setattr(simulate, "run_jobs", run_jobs)
    return calls


def go(fakes, *words: str) -> int:
    return main(["simulate", str(fakes.SURVEY), "--seed", "5", "--jobs", "3", *words])


def test_rates_are_told_with_denominators_and_as_simulated(fakes, asked, capsys) -> None:
    assert go(fakes, "--passages", "4") == 0
    out = capsys.readouterr().out
    assert out.startswith("SIMULATED: site survey, 6 passages")
    assert "seeds 5 to 6" in out
    for line in (
        "PD per passage, dielectric slab: 1.000 (1 of 1;",
        "PD per passage, metal: 0.000 (0 of 1;",
        "PD per passage, both: 0.500 (1 of 2; 95 % interval 0.013 to 0.987)",
        "PD per screened passage, both: 1.000 (1 of 1;",
        "PFA per passage, nothing carried: 0.333 (1 of 3;",
        "PFA per passage, benign object: 1.000 (1 of 1;",
        "not screened, of all passages: 0.167 (1 of 6;",
        "3 nothing",
        "1.000 track numbers per person, 4.0 looks per person, 2 alerts with nobody near",
        "alert 2.0 s after entering (median), 6.0 s left in reach",
        "no statement about any device or place",
    ):
        assert line in out


def test_machines_get_all_of_it(fakes, asked, capsys) -> None:
    assert go(fakes, "--passages", "4", "--json") == 0
    out, err = capsys.readouterr()
    assert not err
    document = json.loads(out)
    rates = {rate.pop("name"): rate for rate in document.pop("rates")}
    assert len(rates) == 7
    # Clopper-Pearson, in closed form: 1 of 2 has 1 - sqrt(1 - a/2) and sqrt(1 - a/2).
    both = rates["PD per passage, both"]
    assert (both["k"], both["n"], both["level"]) == (1, 2, 0.95)
    assert both["low"] == pytest.approx(1 - sqrt(0.975))
    assert both["high"] == pytest.approx(sqrt(0.975))
    people = document.pop("people")
    assert [one["item_class"] for one in people] == [what for run in PASSAGES for what, _ in run]
    assert [one["p_final"] for one in people] == [None, 0.5, 0.5] * 2
    assert people[3] == {
        "seed": 6,
        "person": 1,
        "item_class": "threat_metal",
        "outcome": "not_screened",
        "p_max": 0.6,
        "p_final": None,
        "n_looks": 4,
    }
    judged = document.pop("judged_by")
    assert judged["site_id"] == "survey"
    assert "mw-entry" in judged["sensors"]
    assert set(judged) == {"site_id", "sensors", "calibrations", "prior_per_person"}
    assert document == {
        "origin": "simulated",
        "site": str(fakes.SURVEY),
        "recording": "corridor",
        "without": [],
        "surrogate": None,
        "seeds": [5, 6],
        "passages": 6,
        "carried": {
            "threat_dielectric": 1,
            "nothing": 3,
            "benign_metal": 1,
            "threat_metal": 1,
        },
        "outcomes": {"alarm": 3, "nothing_found": 2, "not_screened": 1},
        "tracks_per_person": 1.0,
        "looks_per_person": 4.0,
        "stray_alerts": 2,
        "alert_s_median": 2.0,
        "seconds_in_reach_median": 6.0,
    }


@pytest.mark.parametrize(("passages", "n_runs"), [("0", 1), ("1", 1), ("3", 1), ("4", 2), ("9", 3)])
def test_whole_recordings_are_walked_until_there_are_enough(
    fakes, asked, passages: str, n_runs: int
) -> None:
    assert go(fakes, "--passages", passages, "--json") == 0
    ((jobs, processes),) = asked
    assert [job.seed for job in jobs] == list(range(5, 5 + n_runs))
    assert all(job.is_calibrated for job in jobs)
    assert all(job.site_toml == fakes.SURVEY.read_text() for job in jobs)
    assert processes == 3


def test_sensors_can_be_left_out(fakes, asked, capsys) -> None:
    words = ["simulate", "metro", "--passages", "3", "--without", "di-north", "di-south"]
    assert main(words) == 0
    ((jobs, _),) = asked
    assert jobs[0].without == ("di-north", "di-south")
    assert "without di-north, di-south" in capsys.readouterr().out
    assert main(["simulate", "metro", "--without", "di-north", "di-west"]) == 2
    assert (
        "cannot leave out di-west: site metro has the sensors mw-south" in capsys.readouterr().err
    )


def test_without_an_alarm_there_is_no_time_to_it(fakes, asked, monkeypatch, capsys) -> None:
    nobody = [made(5, [("nothing", UNSEEN)] * 3)]
    monkeypatch.setattr(simulate, "run_jobs", lambda jobs, *, processes: iter(nobody))
    assert go(fakes, "--passages", "1", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["alert_s_median"] is None
    assert document["seconds_in_reach_median"] is None
    assert go(fakes, "--passages", "1") == 0
    out = capsys.readouterr().out
    assert "nobody was alarmed about" in out
    assert "PD per passage, both: none of 0" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "no site 'nowhere'"),
        (["metro", "--recording", "none"], "no recording named 'none'"),
        (["metro", "--crowd"], "no [crowd] table"),
        (["rome", "--crowd", "--recording", "corridor"], "both a crowd and the recording"),
        (["metro", "--passages", "-1"], "must not be negative"),
        (["metro", "--passages", "many"], "--passages"),
    ],
)
def test_what_is_wrong_is_said(words: list[str], said: str, capsys) -> None:
    assert main(["simulate", *words]) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert not out


def test_a_site_with_a_crowd_walks_it_and_says_so(fakes, asked, monkeypatch, capsys) -> None:
    walked = [SimpleNamespace(trajectories=fakes.people(3)) for _ in range(2)]
    told = {
        "people_per_hour": 1800.0, "model": "avm", "visits": 6, "came_back": 1, "frozen": 0,
        "nudged": 0, "rerouted": 0, "still_inside": 0, "times_real_time": 100.0,
    }  # fmt: skip
    wanted: list = []

    def walk_passages(plan, *, n_passages, seed):
        wanted.append((plan.people_per_hour, n_passages, seed))
        return walked

    monkeypatch.setattr(simulate, "walk_passages", walk_passages)
    monkeypatch.setattr(simulate, "crowd_document", lambda plan, walked: told)
    words = ["simulate", "rome", "--seed", "5", "--passages", "4", "--people-per-hour", "900"]
    assert main([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["recording"] is None
    assert document["crowd"] == told
    assert wanted == [(900.0, 4, 5)]
    ((jobs, _),) = asked
    assert [job.seed for job in jobs] == [5, 6]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "6 passages of a simulated crowd" in out
    assert "1800 people an hour, 6 came in, 1 of them again" in out
    # A recording walks there all the same when it is named.
    assert main(["simulate", "rome", "--recording", "corridor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recording"] == "corridor"
