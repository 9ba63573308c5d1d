import json
import shlex
from math import nan
from pathlib import Path

import pytest

from standex.edges.cli import main
from standex.edges.commands import evaluate_site
from standex.edges.commands.evaluate_site import evidence_of, variants_of
from standex.edges.settings import load_site, site_text
from standex.edges.site_runs import Variant, run_site_jobs
from standex.evaluation.score import PersonOutcome
from standex.evaluation.score_looks import AssociationCounts
from standex.evaluation.twin_run import TwinRun
from standex.model.errors import StandexError
from standex.model.picture import Outcome


def made(job) -> TwinRun:
    """Return a made-up run: three people, of whom the first carries and is alarmed about."""
    is_whole = not job.variant.without
    outcomes = tuple(
        PersonOutcome(
            person=person,
            item_class="threat_metal" if person == 1 else "nothing",
            outcome=Outcome.ALARM if person == 1 and is_whole else Outcome.NOTHING_FOUND,
            p_threat=0.4,
            n_looks=2,
            n_tracks=1,
            alert_s=2.5 if person == 1 and is_whole else nan,
            seconds_in_reach=4.0 if person == 1 and is_whole else nan,
            p_max=0.8 if person == 1 and is_whole else 0.1,
            entered_s=float(person),
            factors={"bag": "no"},
        )
        for person in (1, 2, 3)
    )
    return TwinRun(
        seed=job.seed,
        outcomes=outcomes,
        n_stray_alerts=0,
        looks=(),
        n_records={},
        n_alerts=int(is_whole),
        duration_s=30.0,
        n_tasks_done={},
        association=AssociationCounts(n_looks=6, n_looks_right=6),
    )


@pytest.fixture
def asked(fakes, monkeypatch) -> list:
    """Put hand-made runs in the place of the twin; return what was run."""
    calls: list = []

    def run_one(job):
        calls.append(job)
        return made(job)

    def jobs_run(jobs, *, store, processes):
        return run_site_jobs(jobs, store=store, processes=1, run_job=run_one)

    monkeypatch.setattr(evaluate_site, "load_shipped", lambda name: fakes.people(3))
    monkeypatch.setattr(evaluate_site, "run_site_jobs", jobs_run)
    return calls


def go(fakes, out: Path, *words: str) -> int:
    site = [str(fakes.SURVEY), "--seed", "5", "--passages", "6", "--out", str(out)]
    return main(["evaluate", "site", *site, *words])


@pytest.mark.slow
def test_a_report_and_its_data_are_left_and_simulated_is_said(fakes, asked, tmp_path, capsys):
    assert go(fakes, tmp_path, "--ablate", "cam-exit", "sensors") == 0
    out = capsys.readouterr().out
    assert out.startswith("SIMULATED: 6 passages of real recorded ways")
    assert "seeds 5 to 6" in out
    assert "PD per passage: 1.000 (2 of 2; 95 % interval" in out
    assert "PFA per passage: 0.000 (0 of 4;" in out
    assert "against without cam-exit, own thresholds, alarm, threat carried: 2 in place of 0" in out
    assert "no statement about any device or place" in out
    assert "bag" not in out
    names = {path.name for path in tmp_path.iterdir()}
    assert {"report.html", "manifest.json", "roc.csv", "curves.svg", "comparisons.csv"} <= names
    assert "by-factor.csv" not in names
    assert len(asked) == 6
    # The same command again runs nobody, and writes the very same.
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert go(fakes, tmp_path, "--ablate", "cam-exit", "sensors") == 0
    assert len(asked) == 6
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.slow
def test_the_manifest_makes_it_all_again(fakes, asked, tmp_path, capsys):
    assert go(fakes, tmp_path / "a", "--without", "cam-exit", "--pfa", "0.3", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    manifest = json.loads((tmp_path / "a" / "manifest.json").read_text())
    assert document["manifest"] == manifest
    assert document["origin"] == "simulated"
    assert manifest["seeds"] == [5, 6]
    assert list(manifest["site_files"].values()) == [fakes.SURVEY.read_text()]
    words = shlex.split(manifest["command"])
    assert words[0] == "standex"
    words[words.index("--out") + 1] = str(tmp_path / "b")
    assert main(words[1:]) == 0
    for name in ("rates.csv", "roc.csv", "people.csv", "load.csv"):
        one, other = ((tmp_path / folder / name).read_bytes() for folder in "ab")
        assert one == other


@pytest.mark.slow
def test_groups_are_told_only_to_whoever_asks(fakes, asked, tmp_path, capsys):
    assert go(fakes, tmp_path, "--by-factor") == 0
    assert "bag: no, PFA per passage: 0.000 (0 of 4" in capsys.readouterr().out
    assert (tmp_path / "by-factor.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--ablate", "hat"], "--ablate hat: site survey has the technologies microwave and"),
        (["--without", "hat"], "cannot leave out hat"),
        (["--operators", "0"], "somebody must answer the alarms"),
        (["--passages", "0"], "at least one is needed"),
        (["--prior", "1"], "must be inside (0, 1)"),
        (["--crowd"], "has no [crowd] table"),
    ],
)
def test_what_cannot_be_is_told_before_anybody_walks(fakes, asked, tmp_path, capsys, words, said):
    assert go(fakes, tmp_path, *words) == 2
    assert said in capsys.readouterr().err
    assert not asked


def test_one_site_twice_is_refused(fakes, asked, tmp_path, capsys):
    assert main(["evaluate", "site", "metro", "metro", "--out", str(tmp_path)]) == 2
    assert "is named twice" in capsys.readouterr().err


def test_things_are_taken_away_one_at_a_time():
    first = Variant(name="metro", site_toml=site_text("metro"), where="metro")
    site = load_site("metro")
    evidence = evidence_of(site)
    assert "floor-positions" not in evidence
    everything = ["sensors", "single", "cueing", "calibration", "cam-exit", "cueing", "chance:0.4"]
    variants = {one.name: one for one in variants_of(first, everything)}
    n = len(evidence)
    assert len(variants) == 1 + 2 * n + 4
    by_chance = variants["without cueing, 40% looked at"]
    assert (by_chance.has_cueing, by_chance.look_share) == (False, 0.4)
    (_, alone) = variants_of(first, ["laser-raman alone"])
    assert alone == variants["laser-raman alone"]
    assert variants["metro"] is first
    assert not variants["without cueing"].has_cueing
    assert not variants["votes in place of likelihoods"].has_likelihoods
    assert variants["without cam-exit"].without == ("cam-exit",)
    for name, ids in evidence.items():
        assert variants[f"without {name}"].without == tuple(sorted(ids))
        left = {spec.sensor_id for spec in variants[f"{name} alone"].site().sensors}
        others = {i for other, some in evidence.items() if other != name for i in some}
        assert left == {spec.sensor_id for spec in site.sensors} - others
    with pytest.raises(StandexError, match="otherwise 'sensors', 'single', 'cueing'"):
        variants_of(first, ["everything"])
    for share in ("chance:", "chance:1.4", "chance:half"):
        with pytest.raises(StandexError, match="a share of people is needed"):
            variants_of(first, [share])


def test_what_is_taken_away_is_taken_from_looks_at_the_suspect_alone():
    first = Variant(name="metro", site_toml=site_text("metro"), where="metro", looks_from=0.15)
    variants = {one.name: one for one in variants_of(first, ["cueing", "single", "dielectric"])}
    assert variants["without dielectric"].looks_from == 0.15
    assert variants["without cueing"].looks_from == 0.0
    assert variants["laser-raman alone"].looks_from == 0.0  # nothing could cue it
