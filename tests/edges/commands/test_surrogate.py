import json
from pathlib import Path

import pytest

from standex.edges.cli import main
from standex.edges.look_run_store import FIRST_SEEDS, append_run
from standex.edges.score_bank_files import load_bank
from standex.evaluation.look_runs import KeptLook, LookRun
from standex.evaluation.score import PersonOutcome
from standex.model.picture import Outcome

CLASSES = ("nothing", "threat_dielectric", "threat_metal", "benign_metal")


def an_outcome(person: int) -> PersonOutcome:
    return PersonOutcome(
        person=person,
        item_class=CLASSES[person % 4],
        outcome=Outcome.NOTHING_FOUND,
        p_threat=0.1,
        n_looks=1,
        n_tracks=1,
        alert_s=1.0,
        seconds_in_reach=1.0,
    )


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Return a store with one short run for a bank, and one for rates."""
    path = tmp_path / "store.jsonl"
    for purpose in ("bank", "rates"):
        append_run(
            path,
            purpose,
            LookRun(
                seed=FIRST_SEEDS[purpose],
                outcomes=tuple(map(an_outcome, range(8))),
                score_names={"mw-south": ("a",)},
                looks=(
                    KeptLook(
                        sensor_id="mw-south",
                        t_s=20.0,
                        person=1,
                        scores={"waist": (1.0,)},
                        share={"waist": 1.0},
                    ),
                ),
            ),
        )
    return path


@pytest.mark.slow
def test_a_bank_is_made_of_stored_runs(store: Path, tmp_path: Path, capsys) -> None:
    words = ["surrogate", "build", "metro", "--runs", "1", "--store", str(store), "--json"]
    assert main([*words, "--out", str(tmp_path)]) == 2  # the other pass has looked at nobody
    assert "walk more people" in capsys.readouterr().err


def test_a_site_without_costly_sensors_needs_no_bank(tmp_path: Path, capsys) -> None:
    assert main(["surrogate", "build", "stadium", "--out", str(tmp_path)]) == 2
    assert "no sensor with a surrogate" in capsys.readouterr().err


def test_no_runs_are_refused(tmp_path: Path, capsys) -> None:
    assert main(["surrogate", "check", "metro", "--runs", "0", "--out", str(tmp_path)]) == 2
    assert "1 or more" in capsys.readouterr().err


@pytest.mark.slow
def test_a_bank_is_held_against_stored_runs(store: Path, tmp_path: Path, capsys) -> None:
    words = ["surrogate", "check", "metro", "--runs", "1", "--surrogate-runs", "1", "--json"]
    code = main([*words, "--store", str(store), "--out", str(tmp_path), "--jobs", "1"])
    said = json.loads(capsys.readouterr().out)
    assert said["origin"] == "surrogate, simulated"
    assert said["bank_id"] == load_bank("metro-sim").bank_id
    assert said["raw_passages"] == 8
    # Nobody was alarmed about here; at surrogate level a third of the carriers are.
    assert code == (0 if all(one["agrees"] for one in said["rates"]) else 1)
    assert json.loads((tmp_path / "metro-sim-held.json").read_text())["rates"] == said["rates"]
