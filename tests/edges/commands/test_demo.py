import json

import pytest

from standex.edges.cli import main


@pytest.mark.slow
def test_the_demo_leaves_a_recording_that_replays_the_same(tmp_path, capsys) -> None:
    assert main(["demo", "--duration", "2", "--json", "--lab", "--out", str(tmp_path)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["is_simulated"]
    assert document["n_updates"] > 20
    assert document["recording_problem"] == ""
    assert (tmp_path / "truth.json").exists()
    assert main(["replay", document["recording"], "--json"]) == 0
    replayed = json.loads(capsys.readouterr().out)
    assert replayed["is_identical"]
    assert replayed["origin"] == "simulated"
    # Its raw records go through the station once more.
    out = ["--json", "--out", str(tmp_path / "again")]
    source = ["run", "metro", "--source", "lab-recording", document["recording"]]
    assert main([*source, *out]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["is_simulated"]
    assert again["sensors"]["cam-entry"]["n_records"] > 15
    # The folder holds a recording now: neither it nor its truth is written over.
    truth = (tmp_path / "truth.json").read_bytes()
    assert main(["demo", "--seed", "2", "--duration", "1", "--json", "--out", str(tmp_path)]) == 2
    assert "recording.mcap" in capsys.readouterr().err
    assert (tmp_path / "truth.json").read_bytes() == truth


@pytest.mark.slow
def test_another_site_is_shown_on_its_crowd(tmp_path, capsys) -> None:
    words = ["demo", "stadium", "--duration", "3", "--json", "--out", str(tmp_path)]
    assert main(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["is_simulated"]
    assert set(document["sensors"]) >= {"cam-court-south", "cam-inside-north"}
