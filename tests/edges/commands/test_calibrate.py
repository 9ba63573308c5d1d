import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from standex.edges.calibrations import load_calibration
from standex.edges.cli import main
from standex.edges.commands import calibrate
from standex.edges.commands.calibrate import CARRIED, FIRST_SEED, digest_of, fit, kind_of
from standex.edges.settings import load_site
from standex.evaluation.twin_run import LookScores, TwinRun
from standex.model.calibration import Origin
from standex.model.errors import StandexError

CLASSES = ("nothing", *CARRIED)
NAME = "mw-entry-sim"  # as the sensor mw-entry of the survey names it
PER_CLASS = 8
MADE_UTC_NS = 1_760_000_000_000_000_000


def looks(seed: int, *, per_class=(PER_CLASS,) * 5, sensor_id="mw-entry", n_looks=2) -> LookScores:
    """Return looks at one zone each of so many people per class, threats well apart."""
    row = np.repeat(np.arange(len(CLASSES)), per_class)
    person = np.repeat(np.arange(len(row)), n_looks)
    row = np.repeat(row, n_looks)
    is_threat = np.array([name.startswith("threat") for name in CLASSES])[row]
    score = np.random.default_rng(seed).normal(size=(len(row), 2))
    score[:, 0] += 4.0 * is_threat
    return LookScores(
        sensor_id=(sensor_id,) * len(row),
        score=score,
        score_names=("contrast_db", "echo_db"),
        person=person,
        zone=np.zeros(len(row), dtype=np.int64),
        item_class=tuple(CLASSES[k] for k in row),
    )


def joined(*parts: LookScores) -> LookScores:
    return LookScores(
        sensor_id=sum((one.sensor_id for one in parts), ()),
        score=np.concatenate([one.score for one in parts]),
        score_names=parts[0].score_names,
        person=np.concatenate([one.person for one in parts]),
        zone=np.concatenate([one.zone for one in parts]),
        item_class=sum((one.item_class for one in parts), ()),
    )


NO_LOOKS = LookScores(
    sensor_id=(),
    score=np.zeros((0, 0)),
    score_names=(),
    person=np.zeros(0, dtype=np.int64),
    zone=np.zeros(0, dtype=np.int64),
    item_class=(),
)


def fitted(*runs: LookScores):
    return fit(
        [(one,) for one in runs],
        sensor_ids={"mw-entry"},
        sensor_kind="microwave.s_parameters",
        name=NAME,
        provenance="by hand",
        made_utc_ns=MADE_UTC_NS,
    )


@pytest.fixture
def asked(fakes, monkeypatch) -> list:
    """Put hand-made runs in the place of the twin; return what it was asked for."""
    calls: list = []

    def run_jobs(jobs, *, processes):
        calls.append((jobs, processes))
        for job in reversed(jobs):
            yield TwinRun(
                seed=job.seed, outcomes=(), n_stray_alerts=0, looks=(looks(job.seed),), n_records={}
            )

    monkeypatch.setattr(calibrate, "load_shipped", lambda name: fakes.people(3))
    monkeypatch.setattr(calibrate, "run_jobs", run_jobs)
    monkeypatch.setattr(calibrate, "build_technologies", scoring("microwave.s_parameters"))
    return calls


def scoring(*kinds: str | None):
    """Return a maker of technologies that score one kind after the other; None scores nothing."""

    def build_technologies(site, calibrations):
        assert not calibrations
        return {
            spec.sensor_id: object() if kind is None else SimpleNamespace(sensor_kind=kind)
            for spec, kind in zip(site.sensors, kinds, strict=True)
        }

    return build_technologies


def go(fakes, *words: str) -> int:
    return main(["calibrate", str(fakes.SURVEY), "--name", NAME, "--jobs", "3", *words])


def test_the_file_can_be_loaded_and_says_what_it_is(fakes, asked, tmp_path, capsys) -> None:
    out = tmp_path / "new" / "folder"
    assert go(fakes, "--runs", "2", "--out", str(out)) == 0
    said = capsys.readouterr().out
    made = load_calibration(out / f"{NAME}.json", sensor_kind="microwave.s_parameters")
    assert said.startswith(f"SIMULATED calibration {made.calibration_id} in {out}")
    assert "16 nothing, 16 threat_dielectric" in said
    assert f"Cllr {made.cllr:.3f} bits on passages held back" in said
    assert made.origin is Origin.SIMULATED
    assert made.class_names == CLASSES
    assert made.feature_names == ("contrast_db", "echo_db")
    for words in ("site survey", "recording 3 by hand", f"seeds {FIRST_SEED} to {FIRST_SEED + 1}"):
        assert words in made.provenance
    # One person number in two runs is two people.
    assert made.n_passages_per_class == dict.fromkeys(CLASSES, 2 * PER_CLASS)
    assert made.bound == pytest.approx(np.log(2 * PER_CLASS))
    assert made.cllr < 0.5


def test_machines_get_all_of_it(fakes, asked, tmp_path, capsys) -> None:
    assert go(fakes, "--runs", "2", "--out", str(tmp_path), "--json") == 0
    out, err = capsys.readouterr()
    assert not err
    document = json.loads(out)
    made = load_calibration(document["path"])
    assert document.pop("min_cllr") <= made.cllr
    low, high = document.pop("cllr_interval")
    assert low <= made.cllr <= high
    least, most = document.pop("supported_llr")
    assert -np.log(64) < least < 0 < most < np.log(64)
    assert 0 <= document.pop("bins_that_hold") <= 10
    assert document.pop("report") is None
    assert document == {
        "calibration_id": made.calibration_id,
        "origin": "simulated",
        "provenance": made.provenance,
        "path": str(tmp_path / f"{NAME}.json"),
        "cllr": made.cllr,
        "correlation": made.correlation,
        "bound": made.bound,
        "p_detect": made.p_detect,
        "passages": made.n_passages_per_class,
    }


def test_the_report_is_a_page_and_what_is_behind_it(fakes, asked, tmp_path, capsys) -> None:
    folder = tmp_path / "report"
    assert go(fakes, "--runs", "2", "--out", str(tmp_path), "--report", str(folder)) == 0
    assert f"report: {folder / 'report.html'}" in capsys.readouterr().out
    made = load_calibration(tmp_path / f"{NAME}.json")
    numbers = json.loads((folder / "evidence.json").read_text())
    # The report judges by the very passages that the file's own Cllr is of.
    assert numbers["cllr"]["value"] == made.cllr
    assert numbers["p_detect"]["value"] == made.p_detect
    assert numbers["calibration_id"] == made.calibration_id
    page = (folder / "report.html").read_text()
    assert f"SIMULATED: calibration {made.calibration_id}" in page


def test_the_file_says_which_site_file_it_was_made_of(fakes, asked, tmp_path) -> None:
    assert go(fakes, "--runs", "2", "--out", str(tmp_path)) == 0
    made = load_calibration(tmp_path / f"{NAME}.json")
    assert digest_of(fakes.SURVEY.read_text()) in made.provenance
    assert digest_of("another") not in made.provenance


def test_too_few_passages_are_one_clear_line(fakes, asked, tmp_path, capsys) -> None:
    assert go(fakes, "--runs", "1", "--seed", "7", "--out", str(tmp_path)) == 2
    ((jobs, processes),) = asked
    assert [(job.seed, job.is_calibrated) for job in jobs] == [(7, False)]
    assert set(jobs[0].carry.share) == set(CARRIED)
    assert processes == 3
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    assert f"calibration {NAME} cannot be made: only 8 passages of class 'nothing'" in err
    assert "at least 10 are needed; walk more people (--runs)" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("runs", [(), (NO_LOOKS,), (looks(1, sensor_id="other"),)])
def test_without_looks_there_is_nothing_to_fit(runs) -> None:
    with pytest.raises(StandexError, match="mw-entry looked at nobody"):
        fitted(*runs)


def test_a_class_that_nobody_carried_is_named() -> None:
    with pytest.raises(StandexError, match="only 0 passages of class 'threat_metal'"):
        fitted(looks(1, per_class=(20, 20, 0, 20, 20)), NO_LOOKS)


def test_looks_of_other_sensors_do_not_count() -> None:
    own, strange = looks(1, per_class=(12,) * 5), looks(2, sensor_id="other", n_looks=3)
    alone, beside = fitted(own), fitted(NO_LOOKS, joined(strange, own))
    np.testing.assert_array_equal(alone.weights, beside.weights)
    assert alone.n_passages_per_class == beside.n_passages_per_class
    assert alone.calibration_id == f"{NAME}-1760000000"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--name", "none-such"], "no sensor of site survey names the calibration 'none-such'"),
        (["--name", "none-such"], "they name: mw-entry-sim"),
        (["--out", "{tmp_path}/file/below"], "choose another folder"),
        (["--report", "{tmp_path}/file/below"], "--report"),
        (["--runs", "0"], "looked at nobody"),
        (["--runs", "-1"], "must not be negative"),
    ],
)
def test_what_is_wrong_is_said(fakes, asked, tmp_path, capsys, words, said: str) -> None:
    (tmp_path / "file").write_text("")
    words = [word.format(tmp_path=tmp_path) for word in words]
    assert go(fakes, *words) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert not out


def test_the_technology_says_which_kind_it_is(monkeypatch) -> None:
    site = load_site("metro")
    for technology, kind in (
        ("microwave", "microwave.s_parameters"),
        ("dielectric", "microwave.dielectric"),
    ):
        named = [spec for spec in site.sensors if spec.technology == technology]
        assert len(named) == 2
        assert kind_of(site, named) == kind
    monkeypatch.setattr(calibrate, "build_technologies", scoring("a", "b"))
    with pytest.raises(StandexError, match="different kinds: mw-south needs a, mw-north needs b"):
        kind_of(site, site.sensors[:2])
    monkeypatch.setattr(calibrate, "build_technologies", scoring(None))
    with pytest.raises(StandexError, match=r"cam-entry.*'floor-positions' has no scores"):
        kind_of(site, site.sensors[2:3])


def test_looks_of_one_run_that_score_differently_are_told_apart() -> None:
    own, strange = looks(1, per_class=(12,) * 5), looks(2, sensor_id="other")
    strange = replace(strange, score=strange.score[:, :1], score_names=("other",))
    kinds = {"sensor_kind": "k", "name": NAME, "provenance": "x", "made_utc_ns": MADE_UTC_NS}
    beside = fit([(strange, own)], sensor_ids={"mw-entry"}, **kinds)
    np.testing.assert_array_equal(beside.weights, fitted(own).weights)
    with pytest.raises(StandexError, match="mw-entry, other have different scores: contrast_db,"):
        fit([(strange, own)], sensor_ids={"mw-entry", "other"}, **kinds)
