import json
import tomllib

import numpy as np
import pytest

from standex.edges.calibrations import calibrations_of
from standex.edges.cli import main
from standex.edges.commands import evaluate_dependence
from standex.edges.commands.evaluate_dependence import FIRST_SEED, rated, snippet
from standex.edges.settings import load_site
from standex.edges.site_tables import DependenceTable
from standex.evaluation.dependence import EstimatedCorrelation
from standex.evaluation.twin_run import LookScores, TwinRun
from standex.model.errors import StandexError

METRO = load_site("metro")
CALIBRATIONS = calibrations_of(METRO)
SENSORS = ("mw-south", "mw-south", "di-south", "di-south")


def looks(seed: int, n: int = 60, *, shared: float = 0.6) -> tuple[LookScores, ...]:
    """Return two looks of each pass at one zone of each person, moved by what they wear."""
    rng = np.random.default_rng(seed)
    coat = rng.normal(size=(n, 1)) * np.sqrt(shared)
    parts: list[LookScores] = []
    for name in ("mw-south", "di-south"):
        calibration = CALIBRATIONS[METRO.sensor(name).calibration]
        # Along the direction in which the calibration finds threats.
        is_threat = np.array([c.startswith("threat") for c in calibration.class_names])
        k = len(calibration.feature_names)
        slope = calibration.weights[is_threat].mean(0) - calibration.weights[~is_threat].mean(0)
        along = slope[1 : k + 1] / np.linalg.norm(slope[1 : k + 1])
        z = np.repeat(coat, 2, axis=1) + rng.normal(size=(n, 2)) * np.sqrt(1 - shared)
        score = calibration.center + calibration.scale * 0.5 * z.reshape(-1, 1) * along
        parts.append(
            LookScores(
                sensor_id=(name,) * (2 * n),
                score=score,
                score_names=calibration.feature_names,
                person=np.repeat(np.arange(n), 2),
                zone=np.zeros(2 * n, dtype=np.int64),
                item_class=("nothing",) * (2 * n),
            )
        )
    return tuple(parts)


@pytest.fixture
def asked(fakes, monkeypatch) -> list:
    calls: list = []

    def run_jobs(jobs, *, processes):
        calls.append((jobs, processes))
        for job in reversed(jobs):
            yield TwinRun(
                seed=job.seed, outcomes=(), n_stray_alerts=0, looks=looks(job.seed), n_records={}
            )

    monkeypatch.setattr(evaluate_dependence, "load_shipped", lambda name: fakes.people(3))
    monkeypatch.setattr(evaluate_dependence, "run_jobs", run_jobs)
    return calls


def go(*words: str) -> int:
    return main(["evaluate", "dependence", "metro", "--runs", "2", "--jobs", "1", *words])


def test_what_sensors_share_is_found_and_told_for_the_site_file(asked, capsys) -> None:
    assert go("--json") == 0
    ((jobs, _),) = asked
    assert [job.seed for job in jobs] == [FIRST_SEED, FIRST_SEED + 1]
    document = json.loads(capsys.readouterr().out)
    by_pair = {tuple(one["between"]): one for one in document["correlations"]}
    assert set(by_pair) == {
        ("mw-south", "mw-south"), ("di-south", "di-south"), ("di-south", "mw-south"),
    }  # fmt: skip
    pair = by_pair["di-south", "mw-south"]
    assert pair["n_passages"] == 120  # one number in two runs is two people
    assert 0.3 < pair["low"] < pair["correlation"] <= 1
    assert pair["stated"] == 0.15
    assert go() == 0
    out = capsys.readouterr().out
    assert out.startswith("SIMULATED")
    table = tomllib.loads(out[out.index("[[dependence]]") :])["dependence"][0]
    one = DependenceTable.model_validate(table).to_core()
    assert one.correlation == pytest.approx(pair["correlation"], abs=0.005)


def test_the_tables_are_a_file(asked, tmp_path, capsys) -> None:
    assert go("--out", str(tmp_path / "d.toml")) == 0
    (table,) = tomllib.loads((tmp_path / "d.toml").read_text())["dependence"]
    assert table["between"] == ["di-south", "mw-south"]
    assert go("--out", str(tmp_path / "none" / "d.toml")) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_sensors_without_a_calibration_do_not_count() -> None:
    with pytest.raises(StandexError, match="no calibrated sensor of site metro looked at anybody"):
        rated(METRO, {}, [(1, looks(1))])


def test_only_what_is_surely_shared_is_written() -> None:
    one = EstimatedCorrelation(
        between=("a", "b"), correlation=0.1, low=-0.02, high=0.2, level=0.95, n_passages=40
    )
    assert snippet(one) == []
